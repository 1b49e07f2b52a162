-- SQL expressions for distances, by metric and by index method.

create or replace function featurize._operator(metric text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('operator(%I.%s)', featurize._vector_schema(),
                  case metric
                  when 'cosine' then '<=>'
                  when 'l2' then '<->'
                  when 'ip' then '<#>'
                  when 'l1' then '<+>' end);
$$;
comment on function featurize._operator(text) is 'Schema-qualified operator of pgvector for a metric.';

create or replace function featurize._distance(f featurize.featurizer, metric text, embedding text, query text)
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, '({embedding} {operator} {query}::{storage})', jsonb_build_object(
        'embedding', embedding, 'operator', featurize._operator(metric), 'query', query));
$$;
comment on function featurize._distance(featurize.featurizer, text, text, text) is
    'Expression for the distance between an embedding and a query, both given as expressions.';

create or replace function featurize._as_vector(embedding text, unit_length boolean) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(
        case when unit_length then '{schema}.l2_normalize({embedding}::{schema}.vector)'
             else '{embedding}::{schema}.vector' end,
        jsonb_build_object('schema', quote_ident(featurize._vector_schema()), 'embedding', embedding));
$$;
comment on function featurize._as_vector(text, boolean) is
    'Expression that converts an embedding to type vector, of unit length if asked.';

create or replace function featurize._indexed(i featurize.index, embedding text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(
        case i.method
        when 'hnsw' then '{embedding}'
        when 'halfvec' then '({embedding}::{schema}.halfvec({dimensions}))'
        when 'bits' then '({schema}.binary_quantize({vector} operator({schema}.-) '
                         'featurize_generated.mean_{id}_{space_id}())::bit({dimensions}))'
        when 'projection' then '(featurize_generated.project_{id}_{space_id}({vector})::{schema}.halfvec({dimensions}))'
        end,
        jsonb_build_object(
            'schema', quote_ident(featurize._vector_schema()),
            'embedding', embedding,
            -- Vectors of unit length are compared by their angle.
            'vector', featurize._as_vector(embedding, i.metric = 'cosine'),
            'id', i.id,
            'space_id', i.space_id,
            'dimensions', i.dimensions));
$$;
comment on function featurize._indexed(featurize.index, text) is
    'Expression that an index is built on, given one for an embedding; or that of the query to compare with it.';

create or replace function featurize._index_distance(
    i featurize.index,
    f featurize.featurizer,
    embedding text,
    query text
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case i.method
           when 'hnsw' then featurize._distance(f, i.metric, embedding, query)
           else format('%s %s %s',
                       featurize._indexed(i, embedding),
                       case i.method
                       when 'bits' then format('operator(%I.<~>)', featurize._vector_schema())
                       when 'projection' then featurize._operator('l2')
                       else featurize._operator(i.metric) end,
                       featurize._indexed(i, query))
           end;
$$;
comment on function featurize._index_distance(featurize.index, featurize.featurizer, text, text) is
    'Expression that an index orders rows by, nearest first.';

create or replace function featurize._index_class(i featurize.index, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%I.%I', featurize._vector_schema(),
                  case i.method when 'hnsw' then format('%s_%s_ops', f.storage, i.metric)
                                when 'halfvec' then format('halfvec_%s_ops', i.metric)
                                when 'bits' then 'bit_hamming_ops'
                                when 'projection' then 'halfvec_l2_ops' end);
$$;
comment on function featurize._index_class(featurize.index, featurize.featurizer) is 'Operator class of an index.';

create or replace function featurize._index_name(i featurize.index) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('featurize_index_%s_%s', i.id, i.space_id);
$$;
comment on function featurize._index_name(featurize.index) is 'Name of an index.';

create or replace function featurize._index_relation(i featurize.index, f featurize.featurizer) returns regclass
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select x.indexrelid::regclass
      from pg_index x
      join pg_class c on c.oid = x.indexrelid
     where x.indrelid = coalesce(f.embeddings, f.source) and c.relname = featurize._index_name(i);
$$;
comment on function featurize._index_relation(featurize.index, featurize.featurizer) is
    'The index on the table that holds the embeddings, even if it is invalid; null if there is none.';
