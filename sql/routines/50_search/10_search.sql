-- Searching for the k nearest rows: with an index if there is one for the metric, else by scanning all vectors.

create or replace function featurize._prepare_search(
    f featurize.featurizer,
    metric text,
    k integer,
    filter text,
    ef_search integer default null
) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._index_for(f, metric);
begin
    perform set_config('hnsw.ef_search',
                       least(1000, greatest(i.ef_search, ef_search, k::bigint * i.oversampling))::text, true);
    -- The planner underestimates the cost of a distance, and so prefers to sort all rows. With a filter that few
    -- rows match, the sort may indeed be cheaper.
    perform set_config('enable_sort', case when i.id is null or filter is not null then 'on' else 'off' end, true);
end
$$;
comment on function featurize._prepare_search(featurize.featurizer, text, integer, text, integer) is
    'Set the parameters of a search. They are restored when the calling function ends, because it sets them, too.';

-- The public functions below set hnsw.ef_search, so they cannot read the session's value: the default of their
-- parameter reads it. They turn jit off, because enable_sort = off makes every plan look expensive.

create or replace function featurize.nearest(
    source anyelement,
    name text,
    query vector,
    k integer default 10,
    filter text default null,
    metric text default 'cosine',
    ef_search integer default nullif(current_setting('hnsw.ef_search', true), '')::integer,
    current_only boolean default false,
    parameters text[] default null
)
    returns table (item anyelement, distance float8, is_current boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    f featurize.featurizer := featurize._featurizer(name, pg_typeof(source));
begin
    perform featurize._check_search(f, metric, k);
    if query is not null then
        perform featurize._check_query(f, query);
        perform featurize._prepare_search(f, metric, k, filter, ef_search);
        return query execute featurize._search(
                   f, metric, featurize._condition(f, featurize._filter(filter, parameters), current_only))
               using query, k;
    end if;
end
$$;
comment on function featurize.nearest(anyelement, text, vector, integer, text, text, integer, boolean, text[]) is
    'The k rows whose embeddings are nearest to a vector, with their distances, nearest first. source is
NULL::table, where table is the featurized table. filter is an SQL condition on the row s; it may name other tables,
with their schemas. parameters are written into it as literals in the places of %1$L, %2$L, ...; without parameters it
is used as it is. metric is cosine, l2, ip
(negative inner product) or l1. ef_search is the number of candidates for a search with an index.
is_current: whether the vector is of the image that the row holds now, rather than of an image that was replaced and
whose vector has not been computed again. current_only: return only such rows.';

create or replace function featurize._own_embedding(f featurize.featurizer, source anyelement, current_only boolean)
    returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    own record;  -- not a vector, because that type is not in this search_path
begin
    execute featurize._render(f, $own$
        select {embedding}::{vector_schema}.vector as embedding
          from {embedded_source:inner}
         where {is_source} and {space} = {current_space} and ({is_current} or $2 is not true)
        $own$, jsonb_build_object('is_source', featurize._key_match(f, 's', '($1)')))
       into own
      using source, current_only;
    return own.embedding;
end
$$;
comment on function featurize._own_embedding(featurize.featurizer, anyelement, boolean) is
    'The embedding of a row in the current feature space; null if it has none, or with current_only if it is of another
image than the row holds now.';

create or replace function featurize.neighbors(
    source anyelement,
    name text,
    k integer default 10,
    filter text default null,
    metric text default 'cosine',
    ef_search integer default nullif(current_setting('hnsw.ef_search', true), '')::integer,
    current_only boolean default false,
    parameters text[] default null
)
    returns table (item anyelement, distance float8, is_current boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    f featurize.featurizer := featurize._featurizer(name, pg_typeof(source));
    own record;
begin
    perform featurize._check_search(f, metric, k);
    select featurize._own_embedding(f, source, current_only) as embedding into own;
    if own.embedding is not null then
        perform featurize._prepare_search(f, metric, k, filter, ef_search);
        return query execute featurize._search(f, metric, format('not (%s) and %s',
                   featurize._key_match(f, 's', '($3)'),
                   featurize._condition(f, featurize._filter(filter, parameters), current_only)))
               using own.embedding, k, source;
    end if;
end
$$;
comment on function featurize.neighbors(anyelement, text, integer, text, text, integer, boolean, text[]) is
    'The k rows nearest to a row of the featurized table, without the row itself, with their distances, nearest
first. No rows if source has no vector of the current feature space or, with current_only, if its vector is of an
earlier image. The other parameters are those of featurize.nearest().';
