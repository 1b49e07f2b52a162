-- Adopting vectors that another program has computed, after a sample of them was compared with those of a worker.

create or replace function featurize._check_vectors(f featurize.featurizer, vectors regclass, vector_column name)
    returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    dim integer := (select m.dim from featurize.model m where m.name = f.model);
    missing text := (select string_agg(format('"%s"', k.name), ', ')
                       from unnest(f.key_columns || vector_column) k (name)
                      where not exists (select from pg_attribute a
                                         where a.attrelid = vectors and a.attname = k.name and a.attnum > 0
                                           and not a.attisdropped));
    held text := (select format_type(a.atttypid, a.atttypmod)
                    from pg_attribute a
                   where a.attrelid = vectors and a.attname = vector_column and not a.attisdropped);
begin
    if missing is not null then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" cannot adopt the vectors of %s: it has no column %s', featurize._label(f),
                vectors, missing),
            hint = format('Pass a table with the key of %s (%s) and a column of vectors, or a view that names them so.',
                f.source, array_to_string(f.key_columns, ', '));
    elsif held !~ '(^|[.])(vector|halfvec)([(]|$)' or held ~ '[(]' and held !~ format('[(]%s[)]$', dim) then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" cannot adopt the vectors of %s: column "%s" has type %s',
                featurize._label(f), vectors, vector_column, held),
            hint = format('Model %s has vectors of type vector(%s) or halfvec(%2$s).', f.model, dim);
    end if;
end
$$;
comment on function featurize._check_vectors(featurize.featurizer, regclass, name) is
    'Raise FZ002 unless a relation has the key of the source, and a column of vectors of the dimension of the model.';

create or replace function featurize._compare_vectors(
    f featurize.featurizer,
    vectors regclass,
    vector_column name,
    sample integer,
    out compared bigint,
    out wanted bigint,
    out worst_key jsonb,
    out worst_cosine float8,
    out worst_length float8
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute featurize._render(f, $compare$
        with own as materialized (
             select {item_key} as key, {embedding}::{vector_schema}.vector as computed,
                    v.{column}::{vector_schema}.vector as given
               from {embedded_source}
               join {vectors} v on {key_match:s,v}
              where {space} = $1 and {embedding_hash} = {image_hash:s} and v.{column} is not null
              limit $2),
             measured as (
             select own.key, 1 - (own.computed operator({vector_schema}.<=>) own.given) as cosine,
                    {vector_schema}.vector_norm(own.given)
                    / nullif({vector_schema}.vector_norm(own.computed), 0) as length
               from own)
        select (select count(*) from measured),
               (select count(*)
                  from (select from only {source} s join {vectors} v on {key_match:s,v}
                         where {image:s} is not null and v.{column} is not null limit $2) x),
               w.key, w.cosine, w.length
          from (values (true)) one
          left join lateral (
               select m.* from measured m
                order by (m.cosine >= 0.999 and m.length between 0.99 and 1.01) is true, m.cosine limit 1) w on true
        $compare$, featurize._vector_parts(f, vectors, vector_column))
       into compared, wanted, worst_key, worst_cosine, worst_length
      using featurize._current_space(f), sample;
end
$$;
comment on function featurize._compare_vectors(featurize.featurizer, regclass, name, integer) is
    'Compare vectors with those that a worker has computed for the same rows: how many of the wanted ones could be
compared, and the pair that differs most, by its cosine and by the ratio of lengths.';

create or replace function featurize._vector_parts(f featurize.featurizer, vectors regclass, vector_column name)
    returns jsonb
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object('vectors', vectors::text, 'column', quote_ident(vector_column),
                              'item_key', featurize._key_json(f, 's'));
$$;
comment on function featurize._vector_parts(featurize.featurizer, regclass, name) is
    'Placeholders of statements that read vectors of another program.';

create or replace function featurize._queue_sample(
    f featurize.featurizer,
    vectors regclass,
    vector_column name,
    sample bigint
) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    queued bigint;
begin
    execute featurize._render(f, $sample$
        insert into featurize.job (featurizer_id, key)
        select $1, {item_key}
          from {embedded_source}
          join {vectors} v on {key_match:s,v}
         where {image:s} is not null and v.{column} is not null
           and ({space} = $2 and {embedding_hash} = {image_hash:s}) is not true
           and not exists (select from featurize.failed_row x where x.featurizer_id = $1 and x.key = {item_key})
         order by random()
         limit $3
        $sample$, featurize._vector_parts(f, vectors, vector_column))
      using f.id, featurize._current_space(f), sample;
    get diagnostics queued = row_count;
    perform featurize._notify('pgfeaturize');
    return queued;
end
$$;
comment on function featurize._queue_sample(featurize.featurizer, regclass, name, bigint) is
    'Queue random rows that have a vector of another program, so that a worker computes theirs.';

create or replace function featurize.adopt_vectors(
    name text,
    vectors regclass,
    vector_column name default 'embedding',
    sample integer default 100
) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    c record;
    adopted bigint;
    queued bigint;
begin
    perform featurize._check_faults(f);
    perform featurize._check_vectors(f, vectors, vector_column);
    f := featurize._share_source(f.id);
    if sample is null or sample < 1 then
        raise exception using errcode = 'FZ006',
            message = format('a sample of %s rows is not possible', coalesce(sample::text, 'null')),
            hint = 'Pass a number of rows from 1 on.';
    end if;
    select * into c from featurize._compare_vectors(f, vectors, vector_column, sample);
    if c.compared > 0 and (c.worst_cosine >= 0.999 and c.worst_length between 0.99 and 1.01) is not true then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" cannot adopt the vectors of %s: that of row %s has a cosine of %s to the '
                             'vector that a worker has computed, and %s times its length', featurize._label(f), vectors,
                c.worst_key, round(c.worst_cosine::numeric, 4), round(c.worst_length::numeric, 3)),
            hint = format('They are of another model, preprocessing or image than those of model %s. To embed all rows '
                'instead: select featurize.refresh(%L).', f.model, featurize._label(f));
    elsif c.compared < c.wanted then
        queued := featurize._queue_sample(f, vectors, vector_column, c.wanted - c.compared);
        if queued > 0 then
            raise notice '% rows are queued to compare their vectors. Call this function again when they are embedded',
                queued;
            return null;
        elsif c.compared = 0 then
            raise exception using errcode = 'FZ002',
                message = format('featurizer "%s" cannot adopt the vectors of %s: no row of the sample was embedded',
                    featurize._label(f), vectors),
                hint = 'See featurize.failure.';
        end if;
    end if;
    execute featurize._render(f, concat($given$
        with given as materialized (
             select {key:s}, v.{column}::{storage} as vector, {image_hash:s} as hash
               from {embedded_source}
               join {vectors} v on {key_match:s,v}
              where {image:s} is not null and {vector_schema}.vector_norm(v.{column}::{vector_schema}.vector) > 0
                -- If the image of a row was changed, nobody knows which of them the vector is of.
                and ({embedding_hash} is null or {embedding_hash} = {image_hash:s} and {space} <> $2)
                and not exists (select from featurize.failed_row x
                                 where x.featurizer_id = $1 and x.key = {item_key}
                                   and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended({item_key}, 0))
                and not exists (select from featurize.job x
                                 where x.featurizer_id = $1 and x.key = {item_key}
                                   and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended({item_key}, 0)))
        $given$, case f.destination when 'table' then $table$
        insert into {embeddings} as e ({key}, embedding, space_id, image_hash)
        select {key:g}, g.vector, $2, g.hash from given g
            on conflict ({key}) do update
           set embedding = excluded.embedding, space_id = excluded.space_id, digest = null,
               image_hash = excluded.image_hash, embedded_at = excluded.embedded_at
        $table$ else $column$
        update only {source} s
           set {vector_column} = g.vector, {space_column} = $2, {digest_column} = null, {hash_column} = g.hash
          from given g
         where {key_match:s,g}
        $column$ end), featurize._vector_parts(f, vectors, vector_column))
      using f.id, featurize._current_space(f);
    get diagnostics adopted = row_count;
    perform featurize._start_backfill(f, false);
    return adopted;
end
$$;
comment on function featurize.adopt_vectors(text, regclass, name, integer) is
    'Take in vectors that another program has computed with the model of a featurizer, and embed only the rows that have
none. vectors: a table or view with the key columns of the featurized table, and vector_column. The vectors of sample
rows are compared with those of a worker first: the first call queues these rows and returns null. Called again when
they are embedded, it returns the number of vectors taken in, or raises FZ002 if any of them differs (cosine under
0.999, or length by 1 %). Declare the featurizer with backfill => false before.';
