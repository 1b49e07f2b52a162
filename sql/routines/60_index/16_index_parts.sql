-- Statements that create and drop an index, and the samples of embeddings that it is built from.

create or replace function featurize._index_parts(
    index_id integer,
    kept_space integer default null,
    concurrently boolean default false
) returns setof text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Found by name, because what an interrupted build leaves behind is not in featurize.index.
    select part.statement
      from (select 1, c.relname, format('drop index %s if exists %I.%I',
                       case when _index_parts.concurrently then 'concurrently' end, n.nspname, c.relname)
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
              join pg_am a on a.oid = c.relam and a.amname = 'hnsw'
             where c.relname ~ format('^featurize_index_%s_[0-9]+$', index_id)
             union all
            select 2, p.proname, format('drop function if exists %s', p.oid::regprocedure)
              from pg_proc p
             where p.pronamespace = 'featurize_generated'::regnamespace
               and p.proname ~ format('^(mean|project)_%s_[0-9]+$', index_id)
           ) as part (step, name, statement)
     where kept_space is null or part.name !~ format('_%s$', kept_space)
     order by part.step;
$$;
comment on function featurize._index_parts(integer, integer, boolean) is
    'Statements that drop an index, complete or not, and the functions that it is built on, except those of
kept_space.';

create or replace function featurize._drop_index_parts(index_id integer, kept_space integer default null)
    returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    statement text;
begin
    for statement in select featurize._index_parts(index_id, kept_space) loop
        execute statement;
    end loop;
end
$$;
comment on function featurize._drop_index_parts(integer, integer) is
    'Drop an index and the functions that it is built on, in this transaction.';

create or replace function featurize._sample(f featurize.featurizer, metric text, size integer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Ordered by a hash of the key: spread over the table, and the same rows every time. The first query selects
    -- ctids, so that no vectors are sorted.
    select featurize._render(f, $sample$
        with picked as materialized (
            select s.ctid as featurize_row
              from {embedded_source:inner}
             where {space} = {current_space}
             order by hashtextextended({key_json:s}::text, 0)
             limit {size})
        select s.*::{source} as item, {vector} as embedding
          from {embedded_source:inner}
         where s.ctid = any (array(select p.featurize_row from picked p))
        $sample$,
        jsonb_build_object('size', size, 'vector', featurize._as_vector(stored.embedding, metric = 'cosine')))
      from featurize._with_embedding(f) stored;
$$;
comment on function featurize._sample(featurize.featurizer, text, integer) is
    'Query for a sample of rows and their embeddings, of unit length for metric cosine.';

create or replace function featurize._index_statement(
    i featurize.index,
    f featurize.featurizer,
    concurrently boolean
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Partial, for one feature space: vectors of different spaces are never compared.
    select featurize._render(f, $create$
        create index {concurrently} {index_name} on {relation}
         using hnsw (({expression}) {class})
          with (m = {m}, ef_construction = {ef_construction})
         where {space_column} = {space_id}
        $create$,
        jsonb_build_object(
            'concurrently', case when _index_statement.concurrently then 'concurrently' else '' end,
            'index_name', quote_ident(featurize._index_name(i)),
            'relation', coalesce(f.embeddings, f.source)::text,
            'expression', featurize._indexed(i, regexp_replace(stored.embedding, '^[es][.]', '')),
            'class', featurize._index_class(i, f),
            'm', i.m,
            'ef_construction', i.ef_construction,
            'space_column', regexp_replace(stored.space, '^[es][.]', ''),
            'space_id', i.space_id))
      from featurize._with_embedding(f) stored;
$$;
comment on function featurize._index_statement(featurize.index, featurize.featurizer, boolean) is
    'The CREATE INDEX statement of an index whose building has begun.';

create or replace function featurize._begin_index(index_id integer) returns featurize.index
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index;
    f featurize.featurizer;
begin
    select * into f
      from featurize._share_source((select x.featurizer_id from featurize.index x where x.id = index_id));
    update featurize.index x
       set space_id = featurize._current_space(f), started_at = clock_timestamp(), built_at = null,
           error = null, recall = null, recall_k = null, recall_sample = null, recall_measured_at = null
     where x.id = index_id
    returning * into i;
    if f.id is not null and i.space_id is null then
        raise exception using errcode = 'FZ008',
            message = format('featurizer "%s" has no vectors to index: no worker has loaded model "%s" yet',
                featurize._label(f), f.model),
            hint = 'Start a worker, and build the index after it has embedded the rows.';
    elsif i.method = 'bits' then
        perform featurize._create_mean(i, f);
    elsif i.method = 'projection' then
        perform featurize._create_projector(i, f);
    end if;
    return i;
end
$$;
comment on function featurize._begin_index(integer) is
    'Record that building an index for the current space has begun, and create the function that it is built on.
Null if the index was dropped meanwhile.';

create or replace function featurize._build_index(i featurize.index, f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if i.method = 'projection' then
        raise exception using errcode = 'FZ006',
            message = format('an index of featurizer "%s" by projection can only be built by a worker',
                featurize._label(f)),
            hint = 'Pass concurrently => true.';
    end if;
    execute featurize._index_statement(featurize._begin_index(i.id), f, false);
    perform featurize.end_index(i.id);
end
$$;
comment on function featurize._build_index(featurize.index, featurize.featurizer) is
    'Build an index in this transaction.';
