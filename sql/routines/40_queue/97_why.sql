-- The state of one row and the reason for it, in words.

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
comment on function featurize.why(text, anycompatible) is
    'The state of one row and the reason for it, or what is broken about the featurizer, as text. key is the value of
the primary key, of any type, or an object with its columns, such as {"tenant": 1, "id": 2}.';
