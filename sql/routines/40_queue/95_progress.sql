create or replace view featurize._queued with (security_invoker = true) as
select j.featurizer_id, j.key, j.queued_at, j.lease_id, j.attempts
  from featurize.job j
 union all
select a.featurizer_id, k.key::jsonb, a.queued_at, null, 0::smallint
  from featurize.outbox a
 cross join lateral json_array_elements(a.keys) k (key);
comment on view featurize._queued is 'All that waits: jobs, and rows that are yet to become jobs.';
comment on column featurize._queued.featurizer_id is 'Featurizer it waits for.';
comment on column featurize._queued.key is 'Primary key of the row, as an object.';
comment on column featurize._queued.queued_at is 'When the row was queued.';
comment on column featurize._queued.lease_id is 'Lease that covers it; null while ready.';
comment on column featurize._queued.attempts is 'How often it was handed out.';

create or replace function featurize._states(f featurize.featurizer) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f);
    b featurize.backfill;
begin
    select * into b from featurize.backfill x where x.featurizer_id = f.id;
    return format($states$
        select %1$s as key, waiting.featurize_queued_at as queued_at,
               case when %2$s is null then 'empty'
                    when waiting.featurize_leased then 'leased'
                    when waiting.featurize_queued_at is not null then 'pending'
                    when failure.featurize_failed then 'failed'
                    when %3$s is null then 'pending'
                    when %4$s then 'pending'
                    when %3$s is distinct from %5$s then 'stale'
                    else 'embedded'
               end as state
          from %6$s
          left join (
                select %7$s, min(j.queued_at) as featurize_queued_at,
                       bool_or(l.expires_at > clock_timestamp()) is true as featurize_leased
                  from featurize._queued j
                 cross join lateral jsonb_to_record(j.key) as k (%8$s)
                  left join featurize.lease l on l.id = j.lease_id
                 where j.featurizer_id = %9$s
                 group by %7$s) waiting on %10$s
          left join (
                select distinct %7$s, true as featurize_failed
                  from featurize.failure x
                 cross join lateral jsonb_to_record(x.key) as k (%8$s)
                 where x.featurizer = %11$L) failure on %12$s
          left join lateral jsonb_to_record(%13$L) as a (%8$s) on true
        $states$,
        featurize._key_json(f, 's'), featurize._image(f, 's'), stored.space,
        case when not b.force or b.finished_at is not null or b.featurizer_id is null then 'false'
             when b.after is null then 'true'
             else featurize._key_match(f, 's', 'a', '>') end,
        coalesce(featurize._current_space(f)::text, 'null'),
        stored.relation, featurize._key(f, 'k'), featurize._key_definition(f), f.id,
        featurize._key_match(f, 'waiting', 's'), f.name,
        featurize._key_match(f, 'failure', 's'), coalesce(b.after, '{}'));
end
$$;
comment on function featurize._states(featurize.featurizer) is
    'Query that gives every row of the source its one state. The order of the cases is the rule.';

create or replace function featurize._count(f featurize.featurizer,
    out rows bigint, out embedded bigint, out stale bigint, out pending bigint, out leased bigint,
    out failed bigint, out empty bigint, out oldest_pending timestamptz, out trouble text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format($count$
        select count(*),
               count(*) filter (where state = 'embedded'), count(*) filter (where state = 'stale'),
               count(*) filter (where state = 'pending'), count(*) filter (where state = 'leased'),
               count(*) filter (where state = 'failed'), count(*) filter (where state = 'empty'),
               min(queued_at) filter (where state = 'pending')
          from (%s) s
        $count$, featurize._states(f))
       into rows, embedded, stale, pending, leased, failed, empty, oldest_pending;
exception
    -- A table that was dropped or changed behind our back must not hide the others.
    when undefined_table or undefined_column or syntax_error then
        trouble := format('its table or columns are gone: %s', sqlerrm);
    when others then
        trouble := sqlerrm;
end
$$;
comment on function featurize._count(featurize.featurizer) is 'Rows of a featurizer''s source by state.';

create or replace function featurize._progress() returns table (
    featurizer text,
    rows bigint,
    embedded bigint,
    stale bigint,
    pending bigint,
    leased bigint,
    failed bigint,
    empty bigint,
    oldest_pending timestamptz,
    rows_per_second float8,
    eta interval,
    note text
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select f.name, c.rows, c.embedded, c.stale, c.pending, c.leased, c.failed, c.empty,
           c.oldest_pending,
           t.rows_per_second,
           case when c.pending + c.leased + c.stale = 0 then interval '0'
                when t.rows_per_second > 0 then (c.pending + c.leased + c.stale) / t.rows_per_second * interval
                    '1 second'
           end,
           case when c.trouble is not null then c.trouble
                when f.paused_at is not null then 'paused'
                when f.blocked_reason is not null then 'blocked: ' || f.blocked_reason
                when not exists (select from featurize.worker w where w.last_heartbeat > now() - interval '1 minute')
                     and c.pending + c.leased + c.stale > 0 then 'no worker is running'
                when c.pending + c.leased + c.stale > 0
                     and not exists (select from featurize.worker w
                         where w.last_heartbeat > now() - interval '1 minute' and featurize._may_serve(f, w.role))
                then format('no worker has the rights: %s', (
                     select string_agg(distinct format('select featurize.grant_worker(%L)', w.role), '; ')
                       from featurize.worker w where w.last_heartbeat > now() - interval '1 minute'))
           end
      from featurize.featurizer f
     cross join lateral featurize._count(f) c
     cross join lateral (
           select coalesce(sum(t.rows_per_second), 0) as rows_per_second
             from featurize.throughput t
            where t.featurizer_id = f.id and t.settled_at > now() - interval '30 seconds') t;
$$;
comment on function featurize._progress() is 'Body of featurize.progress.';

create or replace view featurize.progress as select p.* from featurize._progress() p;
comment on view featurize.progress is
    'Where the rows of every featurizer are: each row is in one state, and the states add up to the rows.';
comment on column featurize.progress.featurizer is 'Name of the featurizer.';
comment on column featurize.progress.rows is 'Rows of the source.';
comment on column featurize.progress.embedded is 'Rows with a vector of the current feature space.';
comment on column featurize.progress.stale is 'Rows with a vector of an older feature space.';
comment on column featurize.progress.pending is 'Rows that wait.';
comment on column featurize.progress.leased is 'Rows that a worker has in hand.';
comment on column featurize.progress.failed is 'Rows in featurize.failure.';
comment on column featurize.progress.empty is 'Rows whose image is NULL.';
comment on column featurize.progress.oldest_pending is 'Since when the oldest queued row waits.';
comment on column featurize.progress.rows_per_second is 'Lately, over all workers.';
comment on column featurize.progress.eta is 'Time until nothing is pending, at that pace; null when unknown.';
comment on column featurize.progress.note is 'What stands in the way, if anything does.';

create or replace function featurize._as_key(f featurize.featurizer, key jsonb) returns jsonb
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    whole jsonb := case when jsonb_typeof(key) <> 'object' and cardinality(f.key_columns) = 1
                        then jsonb_build_object(f.key_columns[1], key) else key end;
begin
    if jsonb_typeof(whole) is distinct from 'object' or not whole ?& f.key_columns::text[] then
        raise data_exception using message = 'columns are missing';
    end if;
    execute format('select %s from jsonb_to_record($1) as k (%s)', featurize._key_json(f, 'k'),
        featurize._key_definition(f))
       into whole using whole;
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
    'A key as an object; a bare value will do where the key has one column.';

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
    failure featurize.failure;
begin
    execute format('select state from (%s) s where s.key = $1', featurize._states(f)) into this_state using row_key;
    row_key := featurize._canonical_key(f, row_key);
    select max(j.attempts) into attempts from featurize._queued j where j.featurizer_id = f.id and j.key = row_key;
    select * into failure from featurize.failure x where x.featurizer = f.name and x.key = row_key;
    return case this_state
        when 'embedded' then 'embedded: the vector is there and current'
        when 'stale' then 'stale: the vector is of an older feature space and will be made again'
        when 'empty' then format('empty: "%s" is NULL, so there is nothing to featurize', f.image_column)
        when 'leased' then format('leased: a worker has it in hand, attempt %s', attempts)
        when 'failed' then format('failed: %s: %s; featurize.retry(%L) tries again', failure.reason, failure.detail,
            f.name)
        when 'pending' then concat('pending: ',
            case when attempts is not null then format('queued, tried %s times so far', attempts)
                 when exists (select from featurize.backfill b where b.featurizer_id = f.id and b.finished_at is null)
                 then 'the backfill has not reached it'
                 else format('written before the featurizer or while its triggers were off; featurize.repair(%L) '
                     'queues it', f.name) end,
            case when f.paused_at is not null then format('; paused, featurize.resume(%L) goes on', f.name)
                 when f.blocked_reason is not null then '; blocked: ' || f.blocked_reason
                 when not exists (select from featurize.worker w where w.last_heartbeat > now() - interval '1 minute')
                 then '; no worker is running' end)
        else format('%s has no row %s', f.source, row_key)
    end;
end
$$;
comment on function featurize.why(text, jsonb) is 'The state of one row, in words.';

create or replace function featurize._is_busy(featurizer_id integer) returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select exists (select from featurize._queued j where j.featurizer_id = _is_busy.featurizer_id)
        or exists (select from featurize.backfill b where b.featurizer_id = _is_busy.featurizer_id and b.finished_at
            is null);
$$;
comment on function featurize._is_busy(integer) is 'Whether anything of a featurizer is queued.';

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
    'Wait until nothing of a featurizer is queued; false when the time is over. Commit the rows first.';
