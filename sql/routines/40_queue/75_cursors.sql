-- The position of the first entry of a queue. Index entries of finished jobs remain until no open transaction is
-- older, and a search for the first entry has to skip all of them. So each session remembers in a setting where the
-- first entry was, and searches from there; a table would get a dead row version for each update. Entries can become
-- visible before that position, because times and ids are assigned before the commit. They are found by searches from
-- the beginning, which are repeated so seldom that they take at most a twentieth of the time.

create or replace function featurize._queue_cursor(queue text) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    seen text[] := nullif(current_setting(queue, true), '');
begin
    return case when clock_timestamp() < seen[2]::timestamptz then seen[1] end;
end
$$;
comment on function featurize._queue_cursor(text) is
    'Position where a search for the first entry of a queue starts; null for the beginning.';

create or replace function featurize._save_queue_cursor(queue text, first text, from_start boolean,
    started timestamptz) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    seen text[] := nullif(current_setting(queue, true), '');
    ended timestamptz := clock_timestamp();
begin
    perform set_config(queue, array[
        coalesce(first, seen[1]),
        case when from_start then (ended + 20 * (ended - started))::text else seen[2] end
    ]::text, false);
end
$$;
comment on function featurize._save_queue_cursor(text, text, boolean, timestamptz) is
    'Store the position of the first entry of a queue, if there was one, and when to search from the beginning again.';

create or replace function featurize._first_lease() returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO'
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    set jit = off
as $$
declare
    queue text := 'featurize.leases';
    started timestamptz := clock_timestamp();
    start bigint := featurize._queue_cursor(queue);
    first bigint;
begin
    select l.id into first
      from featurize.lease l
     where l.id >= coalesce(start, 0)
     order by l.id
     limit 1;
    perform featurize._save_queue_cursor(queue, first::text, start is null, started);
    return first;
end
$$;
comment on function featurize._first_lease() is 'Id of the oldest lease, null if there is none.';

create or replace function featurize._priorities() returns smallint[]
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select '{0, 10}'::smallint[];
$$;
comment on function featurize._priorities() is 'Priorities of jobs: of writes and of a backfill.';

create or replace function featurize._first_outbox_id(featurizer_id integer) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO'
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    set jit = off
as $$
declare
    queue text := format('featurize.outbox_%s', featurizer_id);
    started timestamptz := clock_timestamp();
    start bigint := featurize._queue_cursor(queue);
    first bigint;
begin
    select a.id into first
      from featurize.outbox a
     where a.featurizer_id = _first_outbox_id.featurizer_id and a.id >= coalesce(start, 0)
     order by a.id
     limit 1;
    perform featurize._save_queue_cursor(queue, first::text, start is null, started);
    return first;
end
$$;
comment on function featurize._first_outbox_id(integer) is
    'Id of the first outbox entry of a featurizer; null if there is none.';

create or replace function featurize._first_job(featurizer_id integer, priority smallint) returns timestamptz
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO'
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    set jit = off
as $$
declare
    queue text := format('featurize.jobs_%s_%s', featurizer_id, priority);
    started timestamptz := clock_timestamp();
    start timestamptz := featurize._queue_cursor(queue);
    first timestamptz;
begin
    select j.scheduled_at into first
      from featurize.job j
     where j.featurizer_id = _first_job.featurizer_id and j.priority = _first_job.priority
       and j.lease_id is null and j.scheduled_at between coalesce(start, '-infinity') and started
     order by j.scheduled_at
     limit 1;
    perform featurize._save_queue_cursor(queue, first::text, start is null, started);
    return first;
end
$$;
comment on function featurize._first_job(integer, smallint) is
    'scheduled_at of the first job of a featurizer that can be leased; null if there is none.';

create or replace function featurize._reset_queue_cursor(featurizer_id integer) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select set_config(format('featurize.jobs_%s_%s', featurizer_id, p.priority), '', false)
      from unnest(featurize._priorities()) p (priority);
$$;
comment on function featurize._reset_queue_cursor(integer) is 'Forget where the jobs of a featurizer begin: some '
    'were given back.';
