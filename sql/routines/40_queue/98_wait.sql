-- Waiting until rows are embedded or a model is resolved.

create or replace function featurize._check_snapshot(procedure text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        raise exception using errcode = 'FZ012',
            message = format('featurize.%s() cannot wait in a transaction with isolation level %s', procedure,
                current_setting('transaction_isolation')),
            hint = 'Call it with isolation level read committed: this transaction does not see what workers store '
                   'after its first statement.';
    end if;
end
$$;
comment on function featurize._check_snapshot(text) is
    'Raise FZ012 if the current transaction cannot see what others commit.';

create or replace function featurize._is_uncommitted(xmin xid) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Subtransactions have later numbers than their transaction.
    return age(xmin) <= 0
       and pg_xact_status((pg_current_xact_id_if_assigned()::text::bigint - age(xmin))::text::xid8) = 'in progress';
exception
    when invalid_parameter_value then
        return false;  -- A number of before the last wraparound, which looks like one of the future.
end
$$;
comment on function featurize._is_uncommitted(xid) is
    'Whether a visible row with this xmin was written by the current transaction.';

create or replace function featurize._check_committed(f featurize.featurizer, key jsonb) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    queue_key jsonb := case when key is not null then featurize._canonical_key(f, key) end;
begin
    if pg_current_xact_id_if_assigned() is not null and (
        exists (select from featurize.job j
                 where j.featurizer_id = f.id
                   and (queue_key is null or j.key = queue_key)
                   and featurize._is_uncommitted(j.xmin))
        or exists (select from featurize.outbox a
                    where a.featurizer_id = f.id
                      and featurize._is_uncommitted(a.xmin)
                      and (queue_key is null
                           or exists (select from json_array_elements(a.keys) k (key) where k.key::jsonb = queue_key)))
        or exists (select from featurize.backfill b
                    where b.featurizer_id = f.id and featurize._is_uncommitted(b.xmin)))
    then
        raise exception using errcode = 'FZ012',
            message = format('rows of featurizer "%s" were queued in this transaction, so no worker can see them yet',
                featurize._label(f)),
            hint = 'Commit before you wait.';
    end if;
end
$$;
comment on function featurize._check_committed(featurize.featurizer, jsonb) is
    'Raise FZ012 if the current transaction has queued rows of a featurizer, or the row with this key.';

create or replace function featurize._is_busy(featurizer_id integer) returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select exists (select from featurize._queued j where j.featurizer_id = _is_busy.featurizer_id)
        or exists (select from featurize.backfill b
                    where b.featurizer_id = _is_busy.featurizer_id and b.finished_at is null);
$$;
comment on function featurize._is_busy(integer) is
    'Whether rows of a featurizer are queued or its backfill is running.';

create or replace function featurize._is_finished(f featurize.featurizer) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    counted record;
begin
    -- Counting reads the whole table. It also finds rows that no trigger has queued.
    if featurize._is_busy(f.id) then
        return false;
    end if;
    select * into counted from featurize._count(f);
    if counted.error is not null then
        raise exception using errcode = 'FZ003',
            message = format('the rows of featurizer "%s" cannot be counted: %s', featurize._label(f), counted.error),
            hint = 'Restore what is missing, or drop the featurizer.';
    end if;
    return counted.pending + counted.leased + counted.stale = 0;
end
$$;
comment on function featurize._is_finished(featurize.featurizer) is
    'Whether every row of a featurizer is embedded, failed or empty. Raise FZ003 if its rows cannot be counted.';

create or replace function featurize._is_finished(f featurize.featurizer, key jsonb) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    state text := featurize._state(f, key);
begin
    if state is null then
        raise exception using errcode = 'FZ006',
            message = format('%s has no row %s', f.source, key),
            hint = 'Pass the key of a row that you can see.';
    end if;
    return state in ('embedded', 'failed', 'empty');
end
$$;
comment on function featurize._is_finished(featurize.featurizer, jsonb) is
    'Whether one row is embedded, failed or empty. Raise FZ006 if there is no such row.';

create or replace function featurize.wait(
    name text, timeout interval default '1 hour', key anycompatible default null::text
) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    row_key jsonb;
    deadline timestamptz := clock_timestamp() + timeout;
    started_at timestamptz;
    finished boolean;
begin
    perform featurize._check_snapshot('wait');
    perform featurize._check_faults(f);
    if key is not null then
        row_key := featurize._as_key(f, key);
    end if;
    perform featurize._check_committed(f, row_key);
    loop
        started_at := clock_timestamp();
        finished := case when row_key is null then featurize._is_finished(f)
                    else featurize._is_finished(f, row_key) end;
        exit when finished or (clock_timestamp() < deadline) is not true;
        -- At most a tenth of the time is spent on checks.
        perform pg_sleep_for(least(deadline - clock_timestamp(),
                                   greatest('20 ms', 9 * (clock_timestamp() - started_at))));
    end loop;
    if not finished and featurize._retries(f) is not null then
        raise notice 'featurizer "%": %', featurize._label(f), featurize._retries(f);
    end if;
    return finished;
end
$$;
comment on function featurize.wait(text, interval, anycompatible) is
    'Wait until every row of a featurizer is embedded, failed or empty, or until the row with this key is; see
featurize.why() for keys. Returns false if the timeout expires first, for example because the featurizer is paused or
its triggers have missed rows. Commit your rows before you call it, and use isolation level read committed.';

create or replace function featurize.wait_model(name text, timeout interval default '1 hour') returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    deadline timestamptz := clock_timestamp() + timeout;
    m featurize.model;
begin
    perform featurize._check_snapshot('wait_model');
    loop
        m := featurize._model(name);
        if m.dim is not null then
            return true;
        elsif m.error is not null then
            perform featurize._resolve_model(name);
        elsif exists (select from featurize.model x where x.name = m.name and featurize._is_uncommitted(x.xmin)) then
            raise exception using errcode = 'FZ012',
                message = format('model "%s" was registered in this transaction, so no worker can see it yet', m.name),
                hint = 'Commit before you wait.';
        end if;
        exit when (clock_timestamp() < deadline) is not true;
        perform pg_sleep(0.02);
    end loop;
    return false;
end
$$;
comment on function featurize.wait_model(text, interval) is
    'Wait until a worker has resolved a model, that is, determined the parameters that featurize.register_model() was
called without. Returns false if the timeout expires first. Raises FZ009 if a worker reports that it cannot.';
