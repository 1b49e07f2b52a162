create or replace function featurize.register_worker(host text, pid integer, device text, version text)
    returns integer
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    delete from featurize.worker w where w.last_heartbeat < now() - interval '1 day';
    insert into featurize.worker (host, pid, device, version)
    values (register_worker.host, register_worker.pid, register_worker.device, register_worker.version)
    returning id;
$$;
comment on function featurize.register_worker(text, integer, text, text) is
    'For workers: register in featurize.worker; returns the id.';

create or replace function featurize.leave_worker(worker_id integer) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    delete from featurize.worker w where w.id = worker_id;
$$;
comment on function featurize.leave_worker(integer) is 'For workers: unregister when the worker stops.';

create or replace function featurize.heartbeat(
    worker_id integer,
    serves text[],
    leases bigint[],
    lease_for interval,
    stuck text default null
)
    returns bigint[]
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.worker w
       set last_heartbeat = clock_timestamp(), serves = heartbeat.serves, stuck = heartbeat.stuck
     where w.id = heartbeat.worker_id;
    with held as materialized (
        select l.id from featurize.lease l where l.id = any (leases) and l.worker_id = heartbeat.worker_id
    ), free as materialized (
        -- A lease is locked while its batch is stored, or while its featurizer is being dropped.
        select l.id from featurize.lease l where l.id in (select held.id from held) for no key update skip locked
    ), renewed as (
        update featurize.lease l
           set expires_at = clock_timestamp() + lease_for
         where l.id in (select free.id from free)
    )
    select coalesce(array_agg(held.id order by held.id), '{}') from held;
$$;
comment on function featurize.heartbeat(integer, text[], bigint[], interval, text) is
    'For workers: record a heartbeat, renew leases, and return the leases that are still held. stuck: what the worker
has been doing without progress for too long.';

create or replace function featurize.try_idle_lock() returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select pg_try_advisory_lock(featurize._idle_lock());
$$;
comment on function featurize.try_idle_lock() is
    'For workers: ask to be notified of queued rows. False while a transaction that queued rows is open, or another idle
worker holds the lock.';

create or replace function featurize.must_poll() returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select exists (select from featurize.featurizer f where not f.notify);
$$;
comment on function featurize.must_poll() is
    'For workers: whether rows may be queued without a notification, even while the idle lock is held.';

create or replace function featurize.release_idle_lock() returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select pg_advisory_unlock(featurize._idle_lock());
$$;
comment on function featurize.release_idle_lock() is
    'For workers: release the lock of try_idle_lock(); writers need not notify any more.';

create or replace function featurize.block(featurizer_id integer, reason text) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- A fault of the featurizer explains the error better than the error itself.
    reason := coalesce(
        (select (featurize._fault(f)).error from featurize.featurizer f where f.id = block.featurizer_id), reason);
    update featurize.featurizer f
       set blocked_at = clock_timestamp(), blocked_reason = block.reason
     where f.id = block.featurizer_id and f.blocked_reason is distinct from block.reason;
    return reason;
end
$$;
comment on function featurize.block(integer, text) is
    'For workers: record why a featurizer cannot be served; no row fails. Returns the reason: what is broken about the
featurizer, or else the one that was passed.';

create or replace function featurize.unblock(featurizer_id integer) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.featurizer f
       set blocked_at = null, blocked_reason = null
     where f.id = unblock.featurizer_id and f.blocked_reason is not null;
$$;
comment on function featurize.unblock(integer) is 'For workers: record that a featurizer is not blocked any more.';

create or replace function featurize.unresolved_models() returns table (
    name text,
    backbone text,
    node text,
    cut integer,
    pooling text,
    weights text,
    preprocessing jsonb,
    error text
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select m.name, m.backbone, m.node, m.cut, m.pooling, m.weights, m.preprocessing, m.error
      from featurize.model m
     where m.dim is null
     order by m.name;
$$;
comment on function featurize.unresolved_models() is
    'For workers: models with missing parameters. error: why the last attempt to resolve one failed.';

create or replace function featurize.pending_featurizers() returns table (
    featurizer_id integer,
    name text,
    model text,
    backbone text,
    node text,
    pooling text,
    dim integer,
    weights text,
    preprocessing jsonb,
    space_id integer,
    source oid,
    schema name,
    relation name,
    image_column name,
    image_kind text,
    storage text,
    on_truncated text,
    blocked boolean,
    backfilling boolean
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set enable_bitmapscan = off  -- as in featurize.claim()
    set jit = off
    set lock_timeout = '500ms'
as $$
begin
    perform featurize._reclaim();
    return query
    select f.id, featurize._label(f), m.name, m.backbone, m.node, m.pooling, m.dim, m.weights, m.preprocessing,
           s.id, f.source::oid, n.nspname, c.relname, f.image_column, f.image_kind, f.storage,
           f.on_truncated, f.blocked_at is not null, b.featurizer_id is not null
      from featurize.featurizer f
      join featurize.model m on m.name = f.model
      left join pg_class c on c.oid = f.source
      left join pg_namespace n on n.oid = c.relnamespace
      left join featurize.space s on s.model = f.model and s.retired_at is null
      left join featurize.backfill b on b.featurizer_id = f.id and b.finished_at is null
     where f.paused_at is null
       and featurize._may_serve(f, quote_ident(current_user)::regrole)
       and (b.featurizer_id is not null
            or featurize._first_outbox_id(f.id) is not null
            or exists (select from unnest(featurize._priorities()) p (priority)
                        where featurize._first_job(f.id, p.priority) is not null))
     order by f.id;
end
$$;
comment on function featurize.pending_featurizers() is
    'For workers: reclaim expired leases, then list the featurizers with jobs or a backfill to do, and their models.';
