-- What an index is made of: the functions that it is over, and its CREATE INDEX.

create or replace function featurize._drop_index_parts(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    part text;
begin
    -- By name: what a build that broke off has left is not in featurize.index.
    for part in
        select format('drop index %s', x.indexrelid::regclass)
          from pg_index x
          join pg_class c on c.oid = x.indexrelid
         where x.indrelid = coalesce(f.embeddings, f.source) and c.relname ~ format('^featurize_index_%s_\d+$', i.id)
         union all
        select format('drop function %s', p.oid::regprocedure)
          from pg_proc p
         where p.pronamespace = 'featurize'::regnamespace and p.proname ~ format('^(mean|project)_%s_\d+$', i.id)
    loop
        execute part;
    end loop;
end
$$;
comment on function featurize._drop_index_parts(featurize.index, featurize.featurizer) is
    'Remove an index, complete or not, and the functions that it is over.';

create or replace function featurize._begin_index(i featurize.index, f featurize.featurizer) returns featurize.index
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._drop_index_parts(i, f);
    update featurize.index x
       set space_id = featurize._current_space(f), started_at = clock_timestamp(), built_at = null,
           problem = null, recall = null, recall_k = null, recall_sample = null, recall_measured_at = null
     where x.id = i.id
    returning * into i;
    if i.space_id is null then
        raise exception using errcode = 'FZ008',
            message = format('featurizer "%s" has no vectors to index: no worker has loaded model "%s" yet', f.name, f.model),
            hint = 'Start a worker, and build the index when it has embedded the rows.';
    elsif i.method = 'bits' then
        perform featurize._create_mean(i, f);
    elsif i.method = 'projection' then
        perform featurize._create_projector(i, f);
    end if;
    return i;
end
$$;
comment on function featurize._begin_index(featurize.index, featurize.featurizer) is
    'Clear away what an earlier attempt or an earlier space has left, and make the functions that the index is to be over.';

create or replace function featurize._sample(f featurize.featurizer, metric text, size integer) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f, 'join');
    vector_schema text := featurize._vector_schema();
begin
    -- By a hash of the key: spread over the table, and the same every time.
    return format('select %s as embedding from %s where %s = %s order by hashtextextended(%s::text, 0) limit %s',
        format(case metric when 'cosine' then '%1$I.l2_normalize(%2$s::%1$I.vector)' else '%2$s::%1$I.vector' end,
               vector_schema, stored.embedding),
        stored.relation, stored.space, featurize._current_space(f), featurize._key_json(f, 's'), size);
end
$$;
comment on function featurize._sample(featurize.featurizer, text, integer) is
    'Query for the embeddings of so many rows, of unit length where only angles count.';

create or replace function featurize._create_mean(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    mean text;
begin
    execute format('select %I.avg(x.embedding)::text from (%s) x', featurize._vector_schema(), featurize._sample(f, i.metric, 10000))
       into mean;
    -- A function, not a literal: as part of the index's definition the numbers would not fit its row
    -- of the catalogue.
    execute format(
        'create function featurize.mean_%1$s_%2$s() returns %3$I.vector language sql immutable parallel safe '
        'set search_path = pg_catalog, pg_temp as %4$L',
        i.id, i.space_id, featurize._vector_schema(),
        format('select %L::%I.vector', coalesce(mean, array_fill(0, array[i.dimensions])::text), featurize._vector_schema()));
    execute format('comment on function featurize.mean_%s_%s() is %L', i.id, i.space_id,
        format('Mean of the embeddings of featurizer %s in space %s, for its index of bits.', f.name, i.space_id));
end
$$;
comment on function featurize._create_mean(featurize.index, featurize.featurizer) is
    'Make the function that gives the mean of the embeddings.';

create or replace function featurize._create_projector(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from featurize.projection p where p.index_id = i.id) then
        raise exception using errcode = 'FZ006',
            message = format('the projection of featurizer "%s" for %s has not been fitted', f.name, i.metric),
            hint = 'Only a worker can fit it: leave concurrently at true, or run `pgfeaturize index build`.';
    end if;
    execute format(
        'create function featurize.project_%1$s_%2$s(embedding %3$I.vector) returns %3$I.vector language sql immutable strict parallel safe '
        'set search_path = pg_catalog, pg_temp as %4$L',
        i.id, i.space_id, featurize._vector_schema(), format(
            'select array_agg((-(p.direction operator(%1$I.<#>) embedding::%1$I.halfvec) - p.bias)::float4 order by p.position)::%1$I.vector '
            'from featurize.projection p where p.index_id = %2$s', featurize._vector_schema(), i.id));
    execute format('comment on function featurize.project_%s_%s(%I.vector) is %L', i.id, i.space_id, featurize._vector_schema(),
        format('First principal components of embeddings of featurizer %s in space %s, for its index.', f.name, i.space_id));
end
$$;
comment on function featurize._create_projector(featurize.index, featurize.featurizer) is
    'Make the function that projects an embedding on the components that a worker has fitted.';

create or replace function featurize._index_statement(i featurize.index, f featurize.featurizer, concurrently boolean) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f);
    relation text := case f.destination when 'table' then featurize._embedding_table(f) else f.source::text end;
begin
    -- Of one space only: vectors of two are never compared.
    return format('create index %s %I on %s using hnsw ((%s) %s) with (m = %s, ef_construction = %s) where %s = %s',
        case when _index_statement.concurrently then 'concurrently' end, featurize._index_name(i), relation,
        featurize._indexed(i, regexp_replace(stored.embedding, '^[es]\.', '')), featurize._index_class(i, f),
        i.m, i.ef_construction, regexp_replace(stored.space, '^[es]\.', ''), i.space_id);
end
$$;
comment on function featurize._index_statement(featurize.index, featurize.featurizer, boolean) is
    'The CREATE INDEX of an index that has been begun.';

create or replace function featurize._build_index(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    i := featurize._begin_index(i, f);
    execute featurize._index_statement(i, f, false);
    perform featurize.end_index(i.id);
end
$$;
comment on function featurize._build_index(featurize.index, featurize.featurizer) is 'Build an index in this transaction.';
