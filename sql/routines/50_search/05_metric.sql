-- How distances are written, by metric and by index.

create or replace function featurize._operator(metric text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('operator(%I.%s)', featurize._vector_schema(),
                  case metric when 'cosine' then '<=>' when 'l2' then '<->' when 'ip' then '<#>' when 'l1'
                      then '<+>' end);
$$;
comment on function featurize._operator(text) is 'pgvector''s operator for a metric, with its schema.';

create or replace function featurize._distance(f featurize.featurizer, metric text, embedding text, query text)
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('(%s %s %s::%I.%I)', embedding, featurize._operator(metric), query, featurize._vector_schema(),
        f.storage);
$$;
comment on function featurize._distance(featurize.featurizer, text, text, text) is
    'Expression of the distance between an embedding and a query, both given as expressions.';

create or replace function featurize._indexed(i featurize.index, vector_of text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Angles are those between vectors of unit length.
    select case i.method
           when 'hnsw' then vector_of
           when 'halfvec' then format('(%s::%I.halfvec(%s))', vector_of, v.schema, i.dimensions)
           when 'bits' then format('(%1$I.binary_quantize(%2$s operator(%1$I.-) '
               'featurize_generated.mean_%3$s_%4$s())::bit(%5$s))',
                                   v.schema, u.vector, i.id, i.space_id, i.dimensions)
           when 'projection' then format('(featurize_generated.project_%s_%s(%s)::%I.halfvec(%s))',
                                         i.id, i.space_id, u.vector, v.schema, i.dimensions)
           end
      from (select featurize._vector_schema()) v (schema)
     cross join lateral (select format(case i.metric when 'cosine' then '%1$I.l2_normalize(%2$s::%1$I.vector)'
         else '%2$s::%1$I.vector' end,
                                       v.schema, vector_of)) u (vector);
$$;
comment on function featurize._indexed(featurize.index, text) is
    'What is indexed, as an expression of the embedding; or of the query, to compare with that.';

create or replace function featurize._index_distance(i featurize.index, f featurize.featurizer, embedding text,
    query text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case i.method
           when 'hnsw' then featurize._distance(f, i.metric, embedding, query)
           else format('%s %s %s', featurize._indexed(i, embedding),
                       case i.method when 'bits' then format('operator(%I.<~>)', featurize._vector_schema())
                                     when 'projection' then featurize._operator('l2')
                                     else featurize._operator(i.metric) end,
                       featurize._indexed(i, query)) end;
$$;
comment on function featurize._index_distance(featurize.index, featurize.featurizer, text, text) is
    'The expression by which rows come out of an index, nearest first.';

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
    'The index on the table that holds the embeddings, valid or not; null if there is none.';
