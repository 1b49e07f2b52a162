-- The statements of settle(), rendered for a featurizer and kept planned by featurize._planned().

create or replace function featurize._held(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $held$
        outcome as materialized (
            select o.position, j.key, j.attempts, j.image_digest
              from unnest($1) with ordinality o (job_id, position)
             cross join lateral (
                   select j.key, j.image_digest,
                          least(j.attempts::integer + j.retries, 32767)::smallint as attempts
                     from featurize.job j
                    where j.id = o.job_id and coalesce(j.lease_id, 0) = $2
                   offset 0) j
        ), held as materialized (
            -- Rows that still hold the image that was featurized, locked until commit. Rows that a user's
            -- transaction has locked are passed over: waiting could end in a deadlock.
            select outcome.position, outcome.key, outcome.attempts, source.image, source.image_hash
              from outcome
             cross join lateral jsonb_to_record(outcome.key) as k ({key_definition})
             cross join lateral (
                   select {image:s} as image, {image_hash:s} as image_hash
                     from only {source} s
                    where {key_match:s,k} and {digest:s} = outcome.image_digest
                      for no key update of s skip locked) source
        ), lost as (
            -- Rows that were changed or deleted meanwhile; a newer job covers the change.
            select outcome.key
              from outcome
             where (outcome.position in (select held.position from held)) is not true
               and not exists (select from jsonb_to_record(outcome.key) as k ({key_definition})
                                 join only {source} s on {key_match:s,k}
                                where {digest:s} = outcome.image_digest)
        ), done as (
            delete from featurize.job j
             where j.lease_id = $2
               and (j.key in (select held.key from held union all select lost.key from lost)) is true
        )
        $held$);
$$;
comment on function featurize._held(featurize.featurizer) is
    'Common table expressions of the statements of settle(): held has the rows that still hold the image that was
featurized; done deletes their jobs, and those of rows that do not. $1: jobs, $2: lease.';

create or replace function featurize._store_statement(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- $1: jobs, $2: lease, $3: vectors, $4: digests, $5: space, $6: whether the featurizer has failures,
    -- $7: for each job null, or what is missing in its image.
    select featurize._render(f, concat('with', featurize._held(f), $store$
        , retried as (
            delete from featurize.failed_row x
             using held
             where $6 and x.featurizer_id = {id}
               and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(held.key, 0)
               and x.key = held.key
        ), truncated as (
            insert into featurize.failed_row (
                featurizer_id, key, image, image_hash, reason, detail, attempts, is_embedded)
            select {id}, held.key, {image_name}, held.image_hash, 'truncated_image', ($7)[held.position],
                   held.attempts, true
              from held
             where ($7)[held.position] is not null
        ), stored as ($store$, case f.destination when 'table' then $table$
            insert into {embeddings} as e ({key}, embedding, space_id, digest, image_hash)
            select {key:k}, ($3)[held.position]::{storage}, $5, ($4)[held.position], held.image_hash
              from held
             cross join lateral jsonb_to_record(held.key) as k ({key_definition})
                on conflict ({key}) do update
               set embedding = excluded.embedding, space_id = excluded.space_id, digest = excluded.digest,
                   image_hash = excluded.image_hash, embedded_at = excluded.embedded_at
            returning e.image_hash, e.space_id = $5 as is_stored
        $table$ else $column$
            update only {source} s
               set {vector_column} = ($3)[held.position]::{storage}, {space_column} = $5,
                   {digest_column} = ($4)[held.position], {hash_column} = held.image_hash
              from held
             cross join lateral jsonb_to_record(held.key) as k ({key_definition})
             where {key_match:s,k}
            returning s.{hash_column} as image_hash,
                      s.{vector_column} is not null and s.{space_column} = $5 as is_stored
        $column$ end, $stored$)
        -- A trigger of the table may have suppressed a write, or put back what was there.
        select count(*)::integer,
               array_agg(held.image_hash order by held.image_hash) is not distinct from (
                   select array_agg(x.image_hash order by x.image_hash) from stored x where x.is_stored)
          from held$stored$),
        jsonb_build_object('image_name', featurize._image_name(f, 'held.image')));
$$;
comment on function featurize._store_statement(featurize.featurizer) is
    'Statement of settle() that stores vectors, records which are of a part of an image, and returns how many there are,
and whether all of them are stored.';

create or replace function featurize._fail_statement(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- $1: jobs, $2: lease, $3: reasons, $4: details, $5: whether to delete vectors.
    select featurize._render(f, concat('with', featurize._held(f), $fail$
        , retried as (
            delete from featurize.failed_row x
             using held
             where x.featurizer_id = {id}
               and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(held.key, 0)
               and x.key = held.key
        ), kept as materialized (
            -- The vector of the same image value is kept: only its refresh failed.
            select held.position
              from held
             cross join lateral jsonb_to_record(held.key) as k ({key_definition})
             cross join lateral ($fail$, case f.destination when 'table' then $table$
                   select from only {embeddings} e where {key_match:e,k} and e.image_hash = held.image_hash
        $table$ else $column$
                   select from only {source} s
                    where {key_match:s,k} and s.{hash_column} = held.image_hash and s.{vector_column} is not null
        $column$ end, $fail$
                   offset 0) same
        ), removed as ($fail$, case f.destination when 'table' then $table$
            delete from only {embeddings} e
             using held
             cross join lateral jsonb_to_record(held.key) as k ({key_definition})
             where $5 and {key_match:e,k} and e.image_hash is distinct from held.image_hash
        $table$ else $column$
            update only {source} s
               set {no_vector}
              from held
             cross join lateral jsonb_to_record(held.key) as k ({key_definition})
             where $5 and {key_match:s,k} and s.{space_column} is not null
               and s.{hash_column} is distinct from held.image_hash
        $column$ end, $fail$), failed as (
            insert into featurize.failed_row
                (featurizer_id, key, image, image_hash, reason, detail, attempts, vector_kept)
            select {id}, held.key, {image_name}, held.image_hash, ($3)[held.position], ($4)[held.position],
                   held.attempts, (held.position in (select kept.position from kept)) is true
              from held
            returning 1
        )
        select count(*)::integer from failed$fail$),
        jsonb_build_object('image_name', featurize._image_name(f, 'held.image')));
$$;
comment on function featurize._fail_statement(featurize.featurizer) is
    'Statement of settle() that records failures, deletes the vectors of earlier image values of their rows, and returns
how many failed.';
