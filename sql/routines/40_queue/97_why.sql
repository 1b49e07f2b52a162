-- The state of one row in words, and waiting until nothing is queued.

create or replace function featurize._as_key(f featurize.featurizer, key jsonb) returns jsonb
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    whole jsonb := case when jsonb_typeof(key) <> 'object' and cardinality(f.key_columns) = 1
                        then jsonb_build_object(f.key_columns[1], key)
                        else key end;
begin
    if jsonb_typeof(whole) is distinct from 'object' or not whole ?& f.key_columns::text[] then
        raise data_exception using message = 'columns are missing';
    end if;
    execute format('select %s from jsonb_to_record($1) as k (%s)',
                   featurize._key_json(f, 'k'), featurize._key_definition(f))
       into whole
      using whole;
    return whole;
exception
    when data_exception or check_violation then
        raise exception using errcode = 'FZ006',
            message = format('%s is not a key of %s: %s', coalesce(key::text, 'null'), f.source, sqlerrm),
            hint = format('Pass an object with %s, such as {"%s": …}.',
                array_to_string(f.key_columns, ', '), array_to_string(f.key_columns, '": …, "'));
end
$$;
comment on function featurize._as_key(featurize.featurizer, jsonb) is
    'A key as an object. For a key of one column, the bare value is accepted. Raise FZ006 if it is not a key of the
source.';

create or replace function featurize._why_pending(f featurize.featurizer, attempts integer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select concat('pending: ',
        case when attempts is not null
             then format('queued, tried %s times so far', attempts)
             when exists (select from featurize.backfill b where b.featurizer_id = f.id and b.finished_at is null)
             then 'the backfill has not reached it'
             else format('written before the featurizer was created or while its triggers did not fire; '
                         'featurize.repair(%L) queues it', featurize._label(f)) end,
        case when f.paused_at is not null then format('; paused, featurize.resume(%L) continues', featurize._label(f))
             when f.blocked_reason is not null then '; blocked: ' || f.blocked_reason
             when not exists (select from featurize._live_worker) then '; no worker is running' end);
$$;
comment on function featurize._why_pending(featurize.featurizer, integer) is
    'Why a row with this number of attempts is pending; attempts is null if the row is not queued.';

create or replace function featurize.why(name text, key jsonb) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    row_key jsonb := featurize._as_key(f, key);
    this_state text;
    attempts integer;
    failure featurize.failed_row;
begin
    execute format('select state from (%s) s where s.key = $1', featurize._states(f)) into this_state using row_key;
    row_key := featurize._canonical_key(f, row_key);
    select max(j.attempts) into attempts from featurize._queued j where j.featurizer_id = f.id and j.key = row_key;
    select * into failure from featurize.failed_row x where x.featurizer_id = f.id and x.key = row_key;
    return case this_state
        when 'embedded' then 'embedded: the vector is stored and current'
        when 'stale' then 'stale: the vector is of an older feature space and will be computed again'
        when 'empty' then format('empty: "%s" is NULL, so there is no image to embed', f.image_column)
        when 'leased' then format('leased: a worker is processing it, attempt %s', attempts)
        when 'failed' then format('failed: %s: %s; featurize.retry(%L) tries again',
                                  failure.reason, failure.detail, featurize._label(f))
        when 'pending' then featurize._why_pending(f, attempts)
        else format('%s has no row %s', f.source, row_key)
        end;
end
$$;
comment on function featurize.why(text, jsonb) is
    'The state of one row and the reason for it, as text. key is an object with the columns of the primary key, or
the bare value if the key has one column.';

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

create or replace function featurize.wait(name text, timeout interval default '1 hour') returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    deadline timestamptz := clock_timestamp() + timeout;
begin
    while featurize._is_busy(f.id) loop
        if clock_timestamp() > deadline then
            return false;
        end if;
        perform pg_sleep(0.02);
    end loop;
    return true;
end
$$;
comment on function featurize.wait(text, interval) is
    'Wait until no row of a featurizer is queued. Returns false if the timeout expires first. Commit your rows
before you call it.';
