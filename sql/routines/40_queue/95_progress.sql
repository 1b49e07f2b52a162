-- featurize.progress: how many rows of each featurizer are in which state.

create or replace function featurize._count(
    f featurize.featurizer,
    out rows bigint,
    out embedded bigint,
    out stale bigint,
    out pending bigint,
    out leased bigint,
    out failed bigint,
    out empty bigint,
    out oldest_pending timestamptz,
    out error text
)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format($count$
        select count(*),
               count(*) filter (where state = 'embedded'),
               count(*) filter (where state = 'stale'),
               count(*) filter (where state = 'pending'),
               count(*) filter (where state = 'leased'),
               count(*) filter (where state = 'failed'),
               count(*) filter (where state = 'empty'),
               min(queued_at) filter (where state = 'pending')
          from (%s) s
        $count$, featurize._states(f))
       into rows, embedded, stale, pending, leased, failed, empty, oldest_pending;
exception
    -- A broken featurizer must not hide the others.
    when others then
        error := sqlerrm;
end
$$;
comment on function featurize._count(featurize.featurizer) is
    'Number of rows of a featurizer''s source in each state; error, if they cannot be counted.';

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
    select featurize._label(f), c.rows, c.embedded, c.stale, c.pending, c.leased, c.failed, c.empty,
           c.oldest_pending,
           t.rows_per_second,
           case when n.unfinished = 0 then interval '0'
                when t.rows_per_second > 0 then n.unfinished / t.rows_per_second * interval '1 second'
           end,
           case when x.error is not null then x.error
                when c.error is not null then c.error
                when f.paused_at is not null then 'paused'
                when f.blocked_reason is not null then 'blocked: ' || f.blocked_reason
                when i.finding is not null then format('%s; %s', i.finding, i.remedy)
                when n.unfinished = 0 then case when c.embedded > 0 and p.rows > 0 then format(
                     'rows that are embedded from a part of their image: %s, see featurize.truncated', p.rows) end
                when not exists (select from featurize._live_worker) then 'no worker is running'
                when not exists (select from featurize._live_worker w where featurize._may_serve(f, w.role))
                then format('no worker has the privileges: %s', (
                     select string_agg(distinct format('select featurize.grant_worker(%L)', w.role), '; ')
                       from featurize._live_worker w))
                else featurize._retries(f)
           end
      from featurize.featurizer f
     cross join lateral featurize._fault(f) x
     cross join lateral featurize._inheritance(f) i
     cross join lateral featurize._count(f) c
     cross join lateral (select c.pending + c.leased + c.stale) n (unfinished)
     cross join lateral (
           select count(*) from featurize.failed_row r where r.featurizer_id = f.id and r.is_embedded) p (rows)
     cross join lateral (
           select coalesce(sum(t.rows_per_second), 0) as rows_per_second
             from featurize.throughput t
            where t.featurizer_id = f.id and t.settled_at > now() - interval '30 seconds') t;
$$;
comment on function featurize._progress() is 'Rows of the view featurize.progress.';

create or replace view featurize.progress as select p.* from featurize._progress() p;
comment on view featurize.progress is
    'Progress of every featurizer: the number of rows in each state. Each row is in one state, so the states add up
to rows.';
comment on column featurize.progress.featurizer is 'Name of the featurizer.';
comment on column featurize.progress.rows is 'Number of rows of the source.';
comment on column featurize.progress.embedded is 'Rows with a vector of the current feature space.';
comment on column featurize.progress.stale is 'Rows with a vector of an older feature space.';
comment on column featurize.progress.pending is 'Rows that are waiting to be embedded.';
comment on column featurize.progress.leased is 'Rows that a worker is processing.';
comment on column featurize.progress.failed is 'Rows that could not be embedded, see featurize.failure.';
comment on column featurize.progress.empty is 'Rows whose image is NULL.';
comment on column featurize.progress.oldest_pending is 'Time when the oldest pending row was queued.';
comment on column featurize.progress.rows_per_second is 'Recent rate of all workers together.';
comment on column featurize.progress.eta is
    'Estimated time until all rows are embedded at that rate; null if unknown.';
comment on column featurize.progress.note is
    'What is broken, why the featurizer is blocked, which rows it misses, how many rows wait for another attempt after
a transient failure, or how many are embedded from a part of their image; null if nothing.';
