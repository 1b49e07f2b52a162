create or replace function featurize.settle(
    lease_id bigint,
    space_id integer,
    job_ids bigint[],
    embeddings vector[],
    reasons text[],
    details text[],
    transient boolean[],
    digests bytea[] default null,
    out embedded integer,
    out failed integer,
    out retried integer,
    out discarded integer
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set intervalstyle = 'iso_8601'
    set bytea_output = 'hex'
    set extra_float_digits = 1
    set enable_seqscan = off  -- this and "= any": as in featurize.claim()
as $$
declare
    l featurize.lease;
    f featurize.featurizer;
begin
    embedded := 0;
    failed := 0;
    retried := 0;
    discarded := cardinality(job_ids);
    select * into l from featurize.lease x where x.id = settle.lease_id for update;
    if l.id is null then
        return;  -- The lease ran out and others have the rows: late work is not merged.
    end if;
    select * into f from featurize.featurizer x where x.id = l.featurizer_id;
    if embeddings is not null and space_id is distinct from featurize._current_space(f) then
        raise exception using errcode = 'FZ008',
            message = format('model "%s": vectors of space %s cannot be stored, the current space is %s',
                f.model, coalesce(space_id::text, 'null'), coalesce(featurize._current_space(f)::text, 'none yet')),
            hint = 'The model was changed meanwhile; the worker loads it again and makes the vectors anew.';
    end if;
    -- Worth another try, later.
    with again as (
        update featurize.job j
           set lease_id = null,
               scheduled_at = clock_timestamp() + interval '5 seconds' * power(2, j.attempts - 1)
          from unnest(job_ids, transient) as o (job_id, again)
          join featurize.job own on own.id = o.job_id and own.id = any (job_ids) and own.lease_id = settle.lease_id
         where o.again and own.attempts < featurize._max_attempts()
           and j.lease_id = settle.lease_id and j.key = own.key
        returning j.id)
    select count(*) into retried from again where again.id = any (job_ids);

    execute format($settle$
        with outcome as (
            -- Failures come after the vectors, so the shorter arrays are padded with nulls.
            select j.id, j.key, j.attempts, j.image_digest, o.embedding, o.reason, o.detail, o.digest
              from unnest($1, $2, $3, $4, $8) as o (job_id, embedding, reason, detail, digest)
              join featurize.job j on j.id = o.job_id and j.id = any ($1) and j.lease_id = $5
        ), held as materialized (
            -- Rows that still hold the image that was featurized, kept so until commit. Rows that a
            -- user's transaction holds are passed over: waiting could end in a deadlock, and theirs.
            select outcome.id, outcome.key, outcome.attempts, outcome.embedding, outcome.reason, outcome.detail,
                   outcome.digest, %1$s as image
              from outcome
             cross join lateral jsonb_to_record(outcome.key) as k (%2$s)
              join only %3$s s on %4$s
             where %5$s = outcome.image_digest
               for no key update of s skip locked
        ), stored as (
            %6$s
        ), mended as (
            delete from featurize.failure x using held
             where x.featurizer = $6
               and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(held.key, 0)
               and x.key = held.key
        ), failed as (
            insert into featurize.failure (featurizer, key, image, reason, detail, attempts)
            select $6, held.key, %7$s, held.reason, held.detail, held.attempts from held where held.reason is not null
            returning 1
        ), done as (
            -- "is true" keeps the planner from joining keys pair by pair, as it would for the few
            -- rows that it expects.
            delete from featurize.job j
             where j.lease_id = $5 and (j.key in (select held.key from held)) is true
        ), late as (
            -- Jobs whose row has changed or gone meanwhile; a newer job says so. Left are those
            -- whose row was only locked.
            delete from featurize.job j
             using outcome
             where j.lease_id = $5
               and (j.key in (select held.key from held)) is not true
               and j.key = outcome.key
               and not exists (select from jsonb_to_record(outcome.key) as k (%2$s)
                                 join only %3$s s on %4$s where %5$s = outcome.image_digest)
        )
        select (select count(*) from held where held.reason is null), (select count(*) from failed)
        $settle$,
        featurize._image(f, 's'), featurize._key_definition(f), f.source,
        featurize._key_match(f, 's', 'k'), featurize._digest(f, 's'), featurize._store(f),
        case f.image_kind when 'bytes' then 'null' else 'held.image' end)
    into embedded, failed
    using job_ids, embeddings, reasons, details, settle.lease_id, f.name, space_id, digests;
    discarded := cardinality(job_ids) - embedded - failed - retried;
    update featurize.job j
       set lease_id = null, attempts = j.attempts - 1, scheduled_at = clock_timestamp() + interval '1 second'
     where j.lease_id = settle.lease_id;
    delete from featurize.lease x where x.id = settle.lease_id;
    perform featurize._count_throughput(l, embedded, failed);
end
$$;
comment on function featurize.settle(bigint, integer, bigint[], vector[], text[], text[], boolean[], bytea[]) is
    'For workers: store the vectors and failures of a lease, where they are still true, and end it.
The jobs with vectors come first in job_ids; reasons, details and transient are null for them. digests are of their images.';

create or replace function featurize._store(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case f.destination
        when 'table' then
            format('insert into %1$s as e (%2$s, embedding, space_id, digest)
            select %3$s, held.embedding::%4$s, $7, held.digest
              from held cross join lateral jsonb_to_record(held.key) as k (%5$s)
             where held.reason is null
                on conflict (%2$s) do update
               set embedding = excluded.embedding, space_id = excluded.space_id, digest = excluded.digest,
                   embedded_at = excluded.embedded_at
        ), unstored as (
            delete from only %1$s e
             using held cross join lateral jsonb_to_record(held.key) as k (%5$s)
             where held.reason is not null and %6$s',
                   featurize._embedding_table(f), featurize._key(f), featurize._key(f, 'k'),
                   format('%I.%I', featurize._vector_schema(), f.storage),
                   featurize._key_definition(f), featurize._key_match(f, 'e', 'k'))
        else
            format('update only %1$s s
               set %2$I = held.embedding::%3$s, %4$I = case when held.reason is null then $7 end, %5$I = held.digest
              from held cross join lateral jsonb_to_record(held.key) as k (%6$s)
             where %7$s',
                   f.source, f.name, format('%I.%I', featurize._vector_schema(), f.storage), featurize._space_column(f),
                   featurize._digest_column(f), featurize._key_definition(f), featurize._key_match(f, 's', 'k'))
        end;
$$;
comment on function featurize._store(featurize.featurizer) is
    'The part of settle() that writes vectors, and takes away those of rows that failed.';

create or replace function featurize._count_throughput(l featurize.lease, embedded integer, failed integer) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    insert into featurize.throughput as t (featurizer_id, worker_id, embedded, failed, rows_per_second)
    values (l.featurizer_id, l.worker_id, _count_throughput.embedded, _count_throughput.failed,
            (_count_throughput.embedded + _count_throughput.failed)
            / greatest(extract(epoch from clock_timestamp() - l.claimed_at)::float8, 0.001))
        on conflict on constraint throughput_pkey do update
       set embedded = t.embedded + excluded.embedded,
           failed = t.failed + excluded.failed,
           -- Exponential average over ten seconds, started anew after a pause.
           rows_per_second = case
               when excluded.settled_at - t.settled_at > interval '10 seconds' then excluded.rows_per_second
               else t.rows_per_second + (1 - exp(-extract(epoch from excluded.settled_at - t.settled_at)::float8 / 10))
                    * ((excluded.embedded + excluded.failed)
                       / greatest(extract(epoch from excluded.settled_at - t.settled_at)::float8, 0.001) - t.rows_per_second)
               end,
           settled_at = excluded.settled_at;
$$;
comment on function featurize._count_throughput(featurize.lease, integer, integer) is
    'Add a batch to featurize.throughput.';
