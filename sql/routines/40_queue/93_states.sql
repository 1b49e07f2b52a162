-- The state of every row of a source. Each row is in exactly one state.

create or replace view featurize._queued with (security_invoker = true) as
select j.featurizer_id, j.key, j.queued_at, j.lease_id, j.attempts::integer + j.retries as attempts, j.scheduled_at,
       j.last_error
  from featurize.job j
 union all
select a.featurizer_id, k.key::jsonb, a.queued_at, null, 0, null, null
  from featurize.outbox a
 cross join lateral json_array_elements(a.keys) k (key);
comment on view featurize._queued is 'All queued rows: jobs, and rows in the outbox that are not jobs yet.';
comment on column featurize._queued.featurizer_id is 'Featurizer that the row is queued for.';
comment on column featurize._queued.key is 'Primary key of the row, as an object.';
comment on column featurize._queued.queued_at is 'Time when the row was queued.';
comment on column featurize._queued.lease_id is 'Lease that covers the job; null if it is not leased.';
comment on column featurize._queued.attempts is 'How often the row was tried.';
comment on column featurize._queued.scheduled_at is 'Time before which the job is not leased; null in the outbox.';
comment on column featurize._queued.last_error is 'Its last transient failure; null if there is none.';

create or replace function featurize._states(f featurize.featurizer, key jsonb default null) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    b featurize.backfill;
    queue_key text := case when key is not null then quote_literal(featurize._canonical_key(f, key)) end;
begin
    select * into b from featurize.backfill x where x.featurizer_id = f.id;
    return featurize._render(f, $states$
        select {key_json:s} as key, waiting.featurize_queued_at as queued_at, {awaits_backfill} as awaits_backfill,
               case when {space} is null then 'missing'
                    when not {is_current} then 'outdated'
                    when {space} is distinct from {current_space} then 'stale'
               end as flaw,
               case when {image:s} is null then 'empty'
                    when waiting.featurize_leased then 'leased'
                    when waiting.featurize_queued_at is not null then 'pending'
                    when failure.featurize_failed then 'failed'
                    when {space} is null then 'pending'
                    when {is_refresh} and {awaits_backfill} then 'pending'
                    when not {is_current} then 'pending'
                    when {space} is distinct from {current_space} then 'stale'
                    else 'embedded'
               end as state
          from {embedded_source}
          left join (
                select {key:k}, min(j.queued_at) as featurize_queued_at,
                       bool_or(l.expires_at > clock_timestamp()) is true as featurize_leased
                  from featurize._queued j
                 cross join lateral jsonb_to_record(j.key) as k ({key_definition})
                  left join featurize.lease l on l.id = j.lease_id
                 where j.featurizer_id = {id} and {job_matches}
                 group by {key:k}) waiting on {key_match:waiting,s}
          left join (
                select distinct {key:k}, x.image_hash as featurize_hash, true as featurize_failed
                  from featurize.failed_row x
                 cross join lateral jsonb_to_record(x.key) as k ({key_definition})
                 where x.featurizer_id = {id} and not x.is_embedded and {failure_matches}) failure
                    on {key_match:failure,s} and failure.featurize_hash = {image_hash:s}
          left join lateral jsonb_to_record({backfilled_to}) as a ({key_definition}) on true
         where {row_matches}
        $states$,
        jsonb_build_object(
            'job_matches', featurize._row_condition('j.key', queue_key),
            'failure_matches', featurize._row_condition('x.key', queue_key),
            'row_matches', case when key is null then 'true' else featurize._render(
                f, 'exists (select from jsonb_to_record({key}) as k ({key_definition}) where {key_match:s,k})',
                jsonb_build_object('key', queue_key)) end,
            'backfilled_to', quote_literal(coalesce(b.after, '{}')),
            'is_refresh', coalesce(b.force, false),
            'awaits_backfill', case when b.featurizer_id is null or b.finished_at is not null then 'false'
                                    when b.after is null then 'true'
                                    else featurize._key_match(f, 's', 'a', '>') end));
end
$$;
comment on function featurize._states(featurize.featurizer, jsonb) is
    'Query for every row of the source, or for the row with a key: key, queued_at and state; whether the backfill will
read it; and the flaw of its vector, which is missing, outdated (of an image that the row does not hold any more) or
stale. The order of the cases
defines the states.';
