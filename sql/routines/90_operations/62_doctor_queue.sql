-- featurize.doctor(): checks of the queue, the workers and their leases.

create or replace function featurize.queue_depth() returns table (
    featurizer text,
    pending bigint,
    leased bigint,
    oldest_seconds float8
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- featurize.progress would read all rows of the source.
    select featurize._label(f), coalesce(j.ready, 0) + coalesce(a.rows, 0), coalesce(j.leased, 0),
           coalesce(extract(epoch from clock_timestamp() - least(j.oldest, a.oldest)), 0)::float8
      from featurize.featurizer f
      left join (select x.featurizer_id,
                        count(*) filter (where x.lease_id is null) as ready,
                        count(x.lease_id) as leased,
                        min(x.queued_at) filter (where x.lease_id is null) as oldest
                   from featurize.job x
                  group by x.featurizer_id) j on j.featurizer_id = f.id
      left join (select x.featurizer_id, sum(json_array_length(x.keys)) as rows, min(x.queued_at) as oldest
                   from featurize.outbox x
                  group by x.featurizer_id) a on a.featurizer_id = f.id;
$$;
comment on function featurize.queue_depth() is
    'For programs: number of queued entries of each featurizer, and seconds that the oldest has been waiting. A row
counts as often as it was written.';

create or replace function featurize._doctor_queue(patience interval)
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'queue', 'error', featurize._label(f),
           case when q.pending > 0
                then format('%s entries are waiting, the oldest for %s s, and no worker is alive',
                            q.pending, round(q.oldest_seconds))
                else 'its backfill is not finished, and no worker is alive' end,
           'start one: pgfeaturize worker'
      from featurize.featurizer f
      join featurize.queue_depth() q on q.featurizer = featurize._label(f)
      left join featurize.backfill b on b.featurizer_id = f.id and b.finished_at is null
     where f.paused_at is null
       and not exists (select from featurize._live_worker)
       and (q.pending > 0 and q.oldest_seconds > extract(epoch from patience)
            or b.featurizer_id is not null and f.created_at < clock_timestamp() - patience)
     union all
    select 'workers', 'warning', format('worker %s', w.id),
           format('process %s on %s has sent no heartbeat since %s and was not stopped in an orderly way',
                  w.pid, w.host, date_trunc('second', w.last_heartbeat)),
           format('see its log and start it again; its entry is deleted after a day, or by: '
                  'select featurize.leave_worker(%s)', w.id)
      from featurize.worker w
     where not exists (select from featurize._live_worker a where a.id = w.id)
     union all
    select 'workers', 'error', format('worker %s', a.id),
           format('process %s on %s hangs: it has been %s', a.pid, a.host, a.stuck),
           'restart it; other workers take over its rows'
      from featurize._live_worker a
     where a.stuck is not null
     union all
    -- A live worker takes over an expired lease within seconds.
    select 'leases', 'warning', format('lease %s', l.id),
           format('worker %s holds rows of %s and has not renewed the lease, which expired at %s', l.worker_id,
                  coalesce(featurize._label(f), format('featurizer %s, which was dropped', l.featurizer_id)),
                  date_trunc('second', l.expires_at)),
           'start a worker: it takes over the rows'
      from featurize.lease l
      left join featurize.featurizer f on f.id = l.featurizer_id
     where l.expires_at < clock_timestamp() - interval '1 minute';
$$;
comment on function featurize._doctor_queue(interval) is
    'Findings about rows that have waited for longer than patience, dead and hanging workers, and expired leases.';

create or replace function featurize._doctor_stale()
    returns table (name text, level text, object text, finding text, remedy text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
    is_stale boolean;
begin
    -- There are stale vectors only if the model has a retired space.
    for f in
        select x.*
          from featurize.featurizer x
         where exists (select from featurize.space s where s.model = x.model and s.retired_at is not null)
           and not exists (select from featurize._faults(x) e where not e.is_repairable)
    loop
        execute featurize._render(f, case f.destination
            when 'table' then
                'select exists (select from only {embeddings} e where e.space_id is distinct from {current_space})'
            else
                'select exists (select from only {source} s '
                'where {embedding} is not null and {space} is distinct from {current_space})'
            end)
           into is_stale;
        if not is_stale then
            continue;
        elsif featurize._is_busy(f.id) then
            return query
            select 'stale', 'information', featurize._label(f),
                   'there are vectors of an earlier feature space, which are queued to be computed again',
                   'wait: pgfeaturize status --watch';
        else
            return query
            select 'stale', 'warning', featurize._label(f),
                   'there are vectors of an earlier feature space, which are not queued to be computed again',
                   format('select featurize.repair(%L)', featurize._label(f));
        end if;
    end loop;
end
$$;
comment on function featurize._doctor_stale() is 'Findings about vectors of retired feature spaces.';
