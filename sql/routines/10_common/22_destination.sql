-- Where the embeddings of a featurizer are stored: names and SQL fragments.

create or replace function featurize._qualified(relation oid) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%I.%I', n.nspname, c.relname)
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = relation;
$$;
comment on function featurize._qualified(oid) is 'Schema-qualified name of a relation.';

create or replace function featurize._vector_schema() returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select n.nspname::text
      from pg_extension e
      join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'vector';
$$;
comment on function featurize._vector_schema() is 'Schema that pgvector is installed in.';

create or replace function featurize._embedding_table(f featurize.featurizer, schema name default null)
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- An existing embedding table may be renamed or moved, and may outlive the source.
    select coalesce(f.embeddings::text, format('%I.%I', coalesce(schema, n.nspname), f.name))
      from (values (f.source)) as s (source)
      left join pg_class c on c.oid = s.source
      left join pg_namespace n on n.oid = c.relnamespace;
$$;
comment on function featurize._embedding_table(featurize.featurizer, name) is
    'Qualified name of the embedding table. A new one is created in the given schema, or in that of the source.';

create or replace function featurize._space_column(f featurize.featurizer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%s_space', f.name);
$$;
comment on function featurize._space_column(featurize.featurizer) is
    'Column of the source that holds the feature space of the embedding in the same row.';

create or replace function featurize._digest_column(f featurize.featurizer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%s_digest', f.name);
$$;
comment on function featurize._digest_column(featurize.featurizer) is
    'Column of the source that holds the digest of the image that was embedded.';

create or replace function featurize._hash_column(f featurize.featurizer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%s_hash', f.name);
$$;
comment on function featurize._hash_column(featurize.featurizer) is
    'Column of the source that holds the hash of the image value that was embedded.';

create or replace function featurize._added_columns(f featurize.featurizer) returns name[]
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select array[f.name, featurize._space_column(f), featurize._digest_column(f), featurize._hash_column(f)];
$$;
comment on function featurize._added_columns(featurize.featurizer) is
    'Columns of the source that hold the embedding of a featurizer with destination column.';

create or replace function featurize._embedding_columns() returns name[]
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select '{embedding,space_id,digest,image_hash,embedded_at}'::name[];
$$;
comment on function featurize._embedding_columns() is 'Columns of an embedding table besides the key.';

create or replace function featurize._with_embedding(
    f featurize.featurizer,
    how text default 'left join',
    out relation text,
    out embedding text,
    out space text,
    out digest text,
    out hash text
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The source comes first, because every statement locks it before the embedding table.
    select case f.destination
           when 'table' then format('only %s s %s %s e on %s',
                                    f.source, how, featurize._embedding_table(f), featurize._key_match(f, 'e', 's'))
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.space_id' else format('s.%I', featurize._space_column(f)) end,
           case f.destination when 'table' then 'e.digest' else format('s.%I', featurize._digest_column(f)) end,
           case f.destination when 'table' then 'e.image_hash' else format('s.%I', featurize._hash_column(f)) end;
$$;
comment on function featurize._with_embedding(featurize.featurizer, text) is
    'The source s joined with its embeddings, as a FROM item, and expressions for embedding, space, digest
and hash of the image value.';

create or replace function featurize._current_space(f featurize.featurizer) returns integer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select s.id from featurize.space s where s.model = f.model and s.retired_at is null;
$$;
comment on function featurize._current_space(featurize.featurizer) is
    'Feature space of new vectors; null until a worker has loaded the model.';
