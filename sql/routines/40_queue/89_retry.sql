-- Rows with a transient failure are tried again: after about as long as they have failed, with jitter.

create or replace function featurize._retry_later(
    lease_id bigint,
    job_ids bigint[],
    reasons text[],
    details text[],
    retry_for interval[],
    retry_after interval[],
    retry_limit interval
) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    this_moment timestamptz := clock_timestamp();
    retried integer;
begin
    if coalesce(cardinality(array_remove(retry_for, null)), 0) = 0 then
        return 0;
    end if;
    with later as (
        update featurize.job j
           set lease_id = null,
               -- Only attempts without a result count, because such rows are claimed alone. A failure of the network
               -- may be the fault of another image of the batch, so such rows are claimed alone, too.
               attempts = case when o.alone then j.attempts else 0 end,
               retries = case when o.alone then j.retries
                              else least(j.retries::integer + j.attempts, 32767)::smallint end,
               failing_since = s.since,
               last_error = concat_ws(': ', o.reason, o.detail),
               scheduled_at = this_moment + greatest(
                   least(retry_limit,
                         (this_moment - s.since + interval '5 seconds') * (1 - random() / 5),
                         greatest(s.since + o.retry_for - this_moment, interval '1 second')),
                   case when o.retry_after is not null then least(o.retry_after, retry_limit) end)
          from (select f.*, f.reason = 'network_failed' as alone
                  from unnest(job_ids, reasons, details, retry_for, retry_after)
                       as f (job_id, reason, detail, retry_for, retry_after)) o
          join featurize.job own on own.id = o.job_id and own.id = any (job_ids)
              and own.lease_id = _retry_later.lease_id
         cross join lateral (select coalesce(own.failing_since, this_moment)) s (since)
         where this_moment - s.since < o.retry_for
           and not (o.alone and own.attempts >= featurize._max_attempts())
           and j.lease_id = _retry_later.lease_id and j.key = own.key
        returning j.id)
    select count(*) into retried from later where later.id = any (job_ids);
    return retried;
end
$$;
comment on function featurize._retry_later(bigint, bigint[], text[], text[], interval[], interval[], interval) is
    'Schedule again the jobs with a transient failure whose time is not over; returns how many.';

create or replace function featurize._retries(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%s %s will be tried again, the next at %s, for example after: %s', count(*),
                  case count(*) when 1 then 'row that failed' else 'rows that failed' end,
                  date_trunc('second', min(j.scheduled_at)), left(min(j.last_error), 500))
      from featurize.job j
     where j.featurizer_id = f.id and j.lease_id is null and j.failing_since is not null
       and j.scheduled_at > clock_timestamp()
    having count(*) > 0;
$$;
comment on function featurize._retries(featurize.featurizer) is
    'How many rows of a featurizer wait for another attempt, and why; null if there are none.';

create or replace function featurize.retries() returns table (featurizer text, note text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._label(f), r.note
      from featurize.featurizer f
     cross join lateral featurize._retries(f) r (note)
     where r.note is not null
     order by 1;
$$;
comment on function featurize.retries() is
    'Featurizers with rows that wait for another attempt after a transient failure, and how many there are.';
