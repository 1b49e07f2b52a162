-- The state of one row and the reason for it, in words.

create or replace function featurize._why_pending(f featurize.featurizer, key jsonb) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select concat('pending: ',
        case when job.is_queued
             then format('queued, tried %s times so far', job.attempts) ||
                  case when job.next_at > clock_timestamp()
                       then format('; will be tried again at %s: %s', date_trunc('second', job.next_at), job.error)
                       else '' end
             when exists (select from featurize.backfill b where b.featurizer_id = f.id and b.finished_at is null)
             then 'the backfill has not reached it'
             else format('written before the featurizer was created or while its triggers did not fire; '
                         'featurize.repair(%L) queues it', featurize._label(f)) end,
        case when f.paused_at is not null then format('; paused, featurize.resume(%L) continues', featurize._label(f))
             when f.blocked_reason is not null then '; blocked: ' || f.blocked_reason
             when not exists (select from featurize._live_worker) then '; no worker is running' end)
      from (select count(*) > 0 as is_queued, max(j.attempts) as attempts, max(j.last_error) as error,
                   min(coalesce(j.scheduled_at, '-infinity')) filter (where j.last_error is not null
                       or j.scheduled_at is null or j.scheduled_at <= clock_timestamp()) as next_at
              from featurize._queued j
             where j.featurizer_id = f.id and j.key = _why_pending.key) job;
$$;
comment on function featurize._why_pending(featurize.featurizer, jsonb) is
    'Why the row with this key, in the form of the queue, is pending.';

create or replace function featurize.why(name text, key anycompatible) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    fault text := (featurize._fault(f)).error;
    row_key jsonb;
    this_state text;
    attempts integer;
    failure featurize.failed_row;
begin
    if fault is not null then
        return 'broken: ' || fault;
    end if;
    row_key := featurize._as_key(f, key);
    this_state := featurize._state(f, row_key);
    row_key := featurize._canonical_key(f, row_key);
    select max(j.attempts) into attempts from featurize._queued j where j.featurizer_id = f.id and j.key = row_key;
    select * into failure from featurize.failed_row x where x.featurizer_id = f.id and x.key = row_key;
    return case this_state
        when 'embedded' then case when failure.is_embedded
            then format('embedded: the vector is of a part of the image: %s', failure.detail)
            else 'embedded: the vector is stored and current' end
        when 'stale' then 'stale: the vector is of an older feature space and will be computed again'
        when 'empty' then format('empty: "%s" is NULL, so there is no image to embed', f.image_column)
        when 'leased' then format('leased: a worker is processing it, attempt %s', attempts)
        when 'failed' then format(case when failure.vector_kept
                                       then 'failed: the last refresh failed: %s: %s; the vector of the same image is '
                                            'kept; featurize.retry(%L) tries again'
                                       else 'failed: %s: %s; featurize.retry(%L) tries again' end,
                                  failure.reason, failure.detail, featurize._label(f))
        when 'pending' then featurize._why_pending(f, row_key)
        else format('%s has no row %s', f.source, row_key)
        end;
end
$$;
comment on function featurize.why(text, anycompatible) is
    'The state of one row and the reason for it, or what is broken about the featurizer, as text. key is the value of
the primary key, of any type, or an object with its columns, such as {"tenant": 1, "id": 2}.';
