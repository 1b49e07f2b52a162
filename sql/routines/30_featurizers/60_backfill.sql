-- Queueing rows that no trigger has queued: existing rows, rows to be embedded again, failed rows.

create or replace function featurize._start_backfill(f featurize.featurizer, force boolean) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    insert into featurize.backfill as b (featurizer_id, force) values (f.id, _start_backfill.force)
        on conflict on constraint backfill_pkey
        -- force stays set until a refresh that is in progress has finished.
        do update set after = null, force = excluded.force or b.force and b.finished_at is null, finished_at = null;
    select featurize._notify('pgfeaturize');
$$;
comment on function featurize._start_backfill(featurize.featurizer, boolean) is
    'Start a backfill from the first row of the source. With force, embedded rows are queued, too.';

create or replace function featurize.backfill_step(featurizer_id integer, size integer) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set intervalstyle = 'iso_8601'
    set bytea_output = 'hex'
    set extra_float_digits = 1
    -- A step looks up its rows one by one, even if the planner has wrong estimates.
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set lock_timeout = '500ms'
as $$
declare
    f featurize.featurizer := featurize._share_source(featurizer_id);
    b featurize.backfill;
    queued integer;
    last_key jsonb;
begin
    select * into b from featurize.backfill x
     where x.featurizer_id = f.id and x.finished_at is null
       for update skip locked;
    if b.featurizer_id is null then
        return 0;
    end if;
    execute featurize._render(f, $step$
        with step as materialized (
            select next.*
              from jsonb_to_record($5) as a ({key_definition})
             cross join lateral (
                   select {key_json:s} as key, {image:s} is not null as has_image, {space} as space_id,
                          {embedding_hash} as embedding_hash, {image_hash:s} as image_hash
                     from {embedded_source}
                    where {remaining}
                    order by {key:s}
                    limit $1) next
        ), queued as (
            insert into featurize.job (featurizer_id, key, priority)
            select $2, step.key, 10
              from step
             where step.has_image
               and ($3
                    or ((step.embedding_hash is distinct from step.image_hash or step.space_id is distinct from $4)
                        -- Rows that were just written may already be queued. "offset 0" keeps the planner
                        -- from hashing all jobs for every step.
                        and not exists (select from featurize.job x
                                         where x.featurizer_id = $2
                                           and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                           and x.key = step.key
                                        offset 0)
                        and not exists (select from featurize.failed_row x
                                         where x.featurizer_id = $2
                                           and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                           and x.key = step.key and x.image_hash = step.image_hash
                                           and not x.is_embedded
                                        offset 0)))
            returning 1
        )
        select (select count(*) from queued),
               (select step.key from step offset greatest((select count(*) from step) - 1, 0) limit 1)
        $step$,
        jsonb_build_object('remaining', case when b.after is null then 'true'
                                             else featurize._key_match(f, 's', 'a', '>') end))
    into queued, last_key
    using size, f.id, b.force, featurize._current_space(f), coalesce(b.after, '{}');
    update featurize.backfill x
       set after = last_key, finished_at = case when last_key is null then clock_timestamp() end
     where x.featurizer_id = f.id;
    return queued;
end
$$;
comment on function featurize.backfill_step(integer, integer) is
    'For workers: read the next size rows in key order and queue those without a current vector. Returns how many.';

create or replace function featurize.refresh(name text, filter text default null) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    queued bigint;
begin
    perform featurize._check_faults(f);
    if filter is null then
        perform featurize._start_backfill(f, true);
        return null;
    end if;
    -- The filter is the caller's own SQL and runs with the caller's rights.
    execute featurize._render(f, $refresh$
        insert into featurize.job (featurizer_id, key)
        select $1, {canonical_key}
          from only {source} s
         where {image:s} is not null and ({filter})
        $refresh$,
        jsonb_build_object(
            'filter', filter,
            'canonical_key', format(
                case featurize._key_settings(f) when '' then '%s' else 'featurize._canonical_key($2, %s)' end,
                featurize._key_json(f, 's'))))
    using f.id, f;
    get diagnostics queued = row_count;
    perform featurize._notify('pgfeaturize');
    return queued;
end
$$;
comment on function featurize.refresh(text, text) is
    'Embed rows again, for example because their files have changed. Without a filter, a backfill queues all rows in
small steps, and the result is null. filter is an SQL condition on the row s, in which names outside pg_catalog need
their schema: the rows that match are queued at once, and the result is their number.';

create or replace function featurize.retry(name text) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    queued bigint;
begin
    with waiting as materialized (
        -- A user's transaction may be deleting others; waiting for it could end in a deadlock.
        select x.ctid
          from featurize.failed_row x
         where x.featurizer_id = f.id and not x.is_embedded
           for update skip locked
    ), again as (
        delete from featurize.failed_row x where x.ctid = any (array(select waiting.ctid from waiting)) returning x.key)
    insert into featurize.job (featurizer_id, key) select f.id, again.key from again;
    get diagnostics queued = row_count;
    perform featurize._notify('pgfeaturize');
    return queued;
end
$$;
comment on function featurize.retry(text) is
    'Queue the failed rows of a featurizer again. Returns how many.';
