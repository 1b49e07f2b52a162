create or replace function featurize._max_attempts() returns integer
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select 3;
$$;
comment on function featurize._max_attempts() is 'How often a row is handed out before it is given up.';

create or replace function featurize._reclaim() returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    set jit = off
as $$
declare
    first bigint := featurize._first_lease();
    expired bigint;
    of_featurizer integer;
begin
    for expired, of_featurizer in
        select l.id, l.featurizer_id
          from featurize.lease l
         where l.id >= first and l.expires_at < clock_timestamp()
           for update skip locked
    loop
        begin
            -- An image that has brought down its worker so often is not tried again.
            perform featurize.settle(expired, null, '{}', '{}', '{}',
                spent.jobs,
                array_fill('worker_lost'::text, array[cardinality(spent.jobs)]),
                array_fill(format(
                    'the worker ended or hung %s times while this image was in work; see its log, then '
                        'featurize.retry()',
                    featurize._max_attempts()), array[cardinality(spent.jobs)]))
               from (select array_agg(lost.id) as jobs
                       from (select distinct on (j.key) j.id
                               from featurize.job j
                              where j.lease_id = expired and j.featurizer_id = of_featurizer
                                  and j.attempts >= featurize._max_attempts()
                              order by j.key, j.attempts desc) lost) spent
              where spent.jobs is not null;
        exception
            -- A table that was dropped or changed behind our back, or its rights, must not hold up the others.
            when others then
                null;
        end;
        update featurize.job j set lease_id = null where j.lease_id = expired;
        delete from featurize.lease l where l.id = expired;
        perform featurize._reset_queue_cursor(of_featurizer);
    end loop;
end
$$;
comment on function featurize._reclaim() is 'Take back the jobs of expired leases.';

create or replace function featurize._resync(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute featurize._render(f, case f.destination when 'table' then $table$
        delete from only {embeddings} e
         where not exists (select from only {source} s where {key_match:s,e} and {image:s} is not null)
        $table$ else $column$
        update only {source} s
           set {vector_column} = null, {space_column} = null, {digest_column} = null
         where {image:s} is null and s.{vector_column} is not null
        $column$ end);
    execute featurize._render(f, $failures$
        delete from featurize.failure x
         where x.featurizer = {name}
           and exists (select from jsonb_to_record(x.key) as k ({key_definition})
                        where not exists (select from only {source} s
                                           where {key_match:s,k} and {image:s} is not null))
        $failures$);
    perform featurize._start_backfill(f, true);
end
$$;
comment on function featurize._resync(featurize.featurizer) is
    'Forget what has no row or no image any more, and queue all rows: users have written unseen.';

create or replace function featurize._relay_outbox(f featurize.featurizer, size integer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    first bigint := featurize._first_outbox_id(f.id);
begin
    if first is null then
        return;
    end if;
    -- No keys: something was written while the image column was not there.
    perform featurize._resync(f)
       from (select a.keys from featurize.outbox a
              where a.featurizer_id = f.id and a.id >= first order by a.id limit size) next
      where next.keys::text = '[]'
      limit 1;
    with next as (
        select a.id
          from featurize.outbox a
         where a.featurizer_id = f.id and a.id >= first
         order by a.id
         limit size
           for update skip locked
    ), taken as (
        delete from featurize.outbox a using next
         where a.featurizer_id = f.id and a.id = next.id and a.id = any (array(select next.id from next))
        returning a.id, a.queued_at, a.keys
    )
    insert into featurize.job (featurizer_id, key, queued_at)
    select f.id, k.key::jsonb, taken.queued_at
      from taken
     cross join lateral json_array_elements(taken.keys) with ordinality k (key, position)
     order by taken.id, k.position;
end
$$;
comment on function featurize._relay_outbox(featurize.featurizer, integer) is
    'Make jobs of the rows that have arrived first, up to a hundred for each one asked for.';

create or replace function featurize._claim_statement(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- $1: rows, $2: leases, $3: featurizers, in the order of the leases, $4: where each priority begins.
    -- LATERAL with a lock, or with OFFSET 0, makes the planner look up each row by its key: a queue has no
    -- statistics worth the name. "IN … IS TRUE" makes it hash the list instead of comparing pair by pair.
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
            -- A job that was handed out before goes alone: if it was the one that brought the
            -- worker down, it will not take the others with it again.
            select ready.id, ready.key, ready.attempts
              from ready, first
             where case when first.attempts > 0 then ready.id = first.id else ready.attempts = 0 end
        ), batch as materialized (
            -- Jobs of the same row collapse. Siblings take theirs of this row along, so that
            -- the image is read once for all.
            select distinct job.id, job.featurizer_id, picked.key
              from picked
             cross join lateral (
                   select j.id, j.featurizer_id
                     from featurize.job j
                    where j.featurizer_id = any ($3)
                      and jsonb_hash_extended(j.key, 0) = jsonb_hash_extended(picked.key, 0)
                      and j.key = picked.key
                      and coalesce(j.lease_id, 0) = 0  -- and not "is null", for which job_ready would seem to do
                      and (j.featurizer_id = {id}
                           or picked.attempts = 0 and j.attempts = 0 and j.scheduled_at <= clock_timestamp())
                      for update skip locked) job
        ), image as materialized (
            select batch.id, batch.featurizer_id, batch.key, held.image, held.digest
              from batch
             cross join lateral jsonb_to_record(batch.key) as k ({key_definition})
             cross join lateral (
                   select {image:s} as image, {digest:s} as digest
                     from only {source} s
                    where {key_match:s,k} and {image:s} is not null
                   offset 0) held
        ), leased as (
            -- By one list of ids: a join with image could read the whole queue for it.
            update featurize.job j
               set lease_id = ($2)[array_position($3, j.featurizer_id)],
                   attempts = j.attempts + 1,
                   image_digest = (array(select image.digest from image))[
                       array_position(array(select image.id from image), j.id)]
             where j.id = any (array(select image.id from image))
        ), gone as (
            -- The row was deleted, or has no image any more; its trigger has cleaned up.
            delete from featurize.job j
             where j.id = any (array(select batch.id
                                       from batch
                                      where (batch.id in (select image.id from image)) is not true))
        ), latest as (
            -- Of several jobs of a row the latest is handed out; the first featurizer's carries the image.
            select image.*,
                   max(image.id) over (partition by image.key, image.featurizer_id) as latest_id,
                   max(image.id) filter (where image.featurizer_id = {id}) over (partition by image.key) as image_job_id
              from image
        )
        select ($2)[array_position($3, latest.featurizer_id)], latest.featurizer_id, latest.id, latest.image_job_id,
            {handed_out}
          from latest
         where latest.id = latest.latest_id and latest.image_job_id is not null
         order by array_position($3, latest.featurizer_id), latest.image_job_id
        $claim$, jsonb_build_object('handed_out', format(
            case f.image_kind when 'bytes' then 'null::text, %s' else '%s, null::bytea' end,
            'case when latest.id = latest.image_job_id then latest.image end')));
$$;
comment on function featurize._claim_statement(featurize.featurizer) is
    'Statement that leases the next jobs of a featurizer and of its siblings, and returns their images.';

create or replace function featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval)
    returns table (lease_id bigint, featurizer_id integer, job_id bigint, image_job_id bigint, path text, bytes bytea)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- A queue has no statistics worth the name: it was empty when they were taken, or full. Left
    -- alone, the planner sorts all jobs for every batch, or joins all of them with the few of it:
    -- hence "= any", which is looked up whatever it thinks.
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
as $$
declare
    f featurize.featurizer;
    first timestamptz[];
    siblings integer[];
    leases bigint[];
    planned text;
begin
    select * into f from featurize.featurizer x where x.id = featurizers[1] and x.paused_at is null;
    if f.id is null then
        return;
    end if;
    perform featurize._relay_outbox(f, size);
    first := array(select featurize._first_job(f.id, p.priority) from unnest(featurize._priorities()) p (priority));
    if array_remove(first, null) = '{}' then
        return;
    end if;
    siblings := featurize._sibling_featurizers(f, featurizers);
    perform featurize._relay_outbox(x, size) from featurize.featurizer x where x.id = any (siblings);
    with made as (
        insert into featurize.lease as l (featurizer_id, worker_id, expires_at)
        select x.id, claim.worker_id, clock_timestamp() + lease_for
          from unnest(f.id || siblings) x (id)
        returning l.id, l.featurizer_id)
    select array_agg(made.id order by array_position(f.id || siblings, made.featurizer_id)) into leases from made;
    perform featurize._first_lease();  -- remembers where the leases begin, now that there is one
    planned := featurize._planned(f, 'claim', 'integer, bigint[], integer[], timestamptz[]',
        'table (lease_id bigint, featurizer_id integer, job_id bigint, image_job_id bigint, path text, bytes bytea)',
        'featurize._claim_statement(featurize.featurizer)');
    return query execute coalesce('select * from ' || planned || '($1, $2, $3, $4)', featurize._claim_statement(f))
    using size, leases, f.id || siblings, first;
    delete from featurize.lease l
     where l.id = any (leases) and l.id not in (select j.lease_id from featurize.job j where j.lease_id = any (leases));
end
$$;
comment on function featurize.claim(integer, integer[], integer, interval) is
    'For workers: lease the next rows of a featurizer and hand out their images, one job for each row.
Other featurizers of the same column, named after it, get leases for those of these rows that they wait for, too;
image_job_id is the job of the first featurizer that carries the image.';

create or replace function featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[])
    returns integer[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(x.id order by x.id), '{}')
      from featurize.featurizer x
     where x.id = any (featurizers) and x.id <> f.id and x.paused_at is null
       and (x.source, x.image_column, x.image_kind, x.key_columns) = (f.source, f.image_column, f.image_kind,
           f.key_columns);
$$;
comment on function featurize._sibling_featurizers(featurize.featurizer, integer[]) is
    'Those of the featurizers that want the same images.';

create or replace function featurize.release(lease_id bigint) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    released integer;
begin
    -- The attempt is given back: the rows were not to blame.
    update featurize.job j
       set lease_id = null, attempts = j.attempts - 1
     where j.lease_id = release.lease_id;
    get diagnostics released = row_count;
    perform featurize._reset_queue_cursor(l.featurizer_id) from featurize.lease l where l.id = release.lease_id;
    delete from featurize.lease l where l.id = release.lease_id;
    return released;
end
$$;
comment on function featurize.release(bigint) is 'For workers: give a batch back untouched.';
