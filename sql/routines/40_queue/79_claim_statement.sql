create or replace function featurize._ready_jobs(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- octet_length() of a stored image reads its header only. The order of "ready" is that of the queue, so the
    -- oldest job is always among the first.
    select case f.image_kind when 'path' then 'ready' else featurize._render(f, $ready$(
             select sized.id, sized.key, sized.attempts
               from (select numbered.*, sum(least(coalesce(octet_length(stored.image), 0), $6 + 1)) over (
                                order by numbered.place rows unbounded preceding) as bytes
                       from (select ready.*, row_number() over () as place from ready) numbered
                      cross join lateral jsonb_to_record(numbered.key) as k ({key_definition})
                       left join lateral (
                            select {image:s} as image
                              from only {source} s
                             where {key_match:s,k}
                            offset 0) stored on true
                    ) sized
              where sized.place = 1 or sized.bytes <= $5) ready$ready$) end;
$$;
comment on function featurize._ready_jobs(featurize.featurizer) is
    'Relation of the jobs that a claim may take: all that it has read or, where the images themselves may be in the
table, the first ones whose images together have at most $5 bytes, and at least one.';

create or replace function featurize._claim_statement(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- $1: number of rows, $2: leases, $3: their featurizers, $4: scheduled_at of the first job of each priority,
    -- $5: bytes of all image values together that may hold an image, $6: bytes of one of them.
    -- LATERAL with a lock, or with OFFSET 0, makes the planner look up each row by its key, because statistics of
    -- a queue are useless. "IN ... IS TRUE" makes it hash the list instead of comparing pair by pair.
    select featurize._render(f, $claim$
        with ready as materialized (
            select next.id, next.key, next.attempts
              from unnest(featurize._priorities(), $4) as p (priority, since)
             cross join lateral (
                   select j.id, j.key, j.attempts
                     from featurize.job j
                    where j.featurizer_id = {id} and j.priority = p.priority
                      and j.lease_id is null and j.scheduled_at between p.since and clock_timestamp()
                    order by j.scheduled_at, j.id
                      for update skip locked) next
             limit $1
        ), first as (
            select ready.id, ready.attempts from ready limit 1
        ), picked as (
            -- A job with an earlier attempt is claimed alone: if its image crashes workers,
            -- no other job loses an attempt.
            select ready.id, ready.key, ready.attempts
              from {ready}, first
             where case when first.attempts > 0 then ready.id = first.id else ready.attempts = 0 end
        ), batch as materialized (
            -- All jobs of these rows, also those of sibling featurizers, so that each image is
            -- read once.
            select distinct job.id, job.featurizer_id, picked.key
              from picked
             cross join lateral (
                   select j.id, j.featurizer_id
                     from featurize.job j
                    where j.featurizer_id = any ($3)
                      and jsonb_hash_extended(j.key, 0) = jsonb_hash_extended(picked.key, 0)
                      and j.key = picked.key
                      and coalesce(j.lease_id, 0) = 0  -- "is null" would match the index job_ready
                      and (j.featurizer_id = {id}
                           or picked.attempts = 0 and j.attempts = 0 and j.scheduled_at <= clock_timestamp())
                      for update skip locked) job
        ), image as materialized (
            select batch.id, batch.featurizer_id, batch.key, stored.image, stored.digest
              from batch
             cross join lateral jsonb_to_record(batch.key) as k ({key_definition})
             cross join lateral (
                   select {image:s} as image, {digest:s} as digest
                     from only {source} s
                    where {key_match:s,k} and {image:s} is not null
                   offset 0) stored
        ), leased as (
            -- By a list of ids, because a join with image could read the whole queue.
            update featurize.job j
               set lease_id = ($2)[array_position($3, j.featurizer_id)],
                   attempts = j.attempts + 1,
                   image_digest = (array(select image.digest from image))[
                       array_position(array(select image.id from image), j.id)]
             where j.id = any (array(select image.id from image))
        ), obsolete as (
            -- The row was deleted or has no image any more; the trigger has removed its embedding.
            delete from featurize.job j
             where j.id = any (array(select batch.id
                                       from batch
                                      where (batch.id in (select image.id from image)) is not true))
        ), latest as (
            -- Of several jobs of a row, the latest is returned; that of the first featurizer has the image.
            select image.*,
                   max(image.id) over (partition by image.key, image.featurizer_id) as latest_id,
                   max(image.id) filter (where image.featurizer_id = {id}) over (partition by image.key) as image_job_id
              from image
        )
        select ($2)[array_position($3, latest.featurizer_id)], latest.featurizer_id, latest.id, latest.image_job_id,
            {image_columns}
          from latest
         where latest.id = latest.latest_id and latest.image_job_id is not null
         order by array_position($3, latest.featurizer_id), latest.image_job_id
        $claim$, jsonb_build_object(
            'ready', featurize._ready_jobs(f),
            'image_columns', format(
                case f.image_kind when 'path' then '%s, null::bytea'
                                  when 'uri' then 'left(%s, $6 + 1), null::bytea'
                                  when 'base64' then featurize._data_uri('left(%1$s, $6 + 1)') || ', null::bytea'
                                  else 'null::text, substring(%s for $6 + 1)' end,
                'case when latest.id = latest.image_job_id then latest.image end')));
$$;
comment on function featurize._claim_statement(featurize.featurizer) is
    'Statement that leases the next jobs of a featurizer and of its siblings, and returns their images.';
