-- Queries for the nearest rows: with an index, or by scanning all vectors.

create or replace function featurize._index_for(f featurize.featurizer, metric text) returns featurize.index
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select i.*
      from featurize.index i
      join pg_index x on x.indexrelid = featurize._index_relation(i, f) and x.indisvalid
     where i.featurizer_id = f.id and i.metric = _index_for.metric and i.built_at is not null
       and i.space_id = featurize._current_space(f);
$$;
comment on function featurize._index_for(featurize.featurizer, text) is
    'The complete index for a metric in the current feature space; null if there is none.';

create or replace function featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Adding zero to the distance prevents the use of an index.
    select featurize._candidates(f, metric, condition, format(
               'order by %s operator(pg_catalog.+) 0.0::float8, %s limit $2',
               featurize._distance(f, metric, stored.embedding, '$1'), featurize._key(f, 's')))
      from featurize._searched(f) stored;
$$;
comment on function featurize._nearest_of_all(featurize.featurizer, text, text) is
    'Query for the $2 candidates nearest to vector $1, by scanning all vectors. Ties are in key order.';

create or replace function featurize._by_index(
    i featurize.index,
    f featurize.featurizer,
    condition text,
    size text,
    query text default '$1'
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- An index on reduced vectors only approximates the distance: more candidates than wanted are compared again
    -- by their full vectors.
    select featurize._candidates(f, i.metric, condition,
               format('order by %s limit %s::bigint * %s',
                      featurize._index_distance(i, f, stored.embedding, query), size, i.oversampling), query)
      from featurize._searched(f) stored;
$$;
comment on function featurize._by_index(featurize.index, featurize.featurizer, text, text, text) is
    'Query for the candidates that an index returns as nearest to a vector: size times the oversampling of the
index.';

create or replace function featurize._scan(f featurize.featurizer, metric text, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._rows(f, featurize._nearest_of_all(f, metric, condition));
$$;
comment on function featurize._scan(featurize.featurizer, text, text) is
    'Query for the $2 rows nearest to vector $1, by scanning all vectors. Ties are in key order.';

create or replace function featurize._nearest_candidates(f featurize.featurizer, metric text, condition text)
    returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._index_for(f, metric);
begin
    if i.id is null then
        return featurize._nearest_of_all(f, metric, condition);
    end if;
    -- An index scan may end before enough rows meet the condition; then all vectors are scanned. It returns rows
    -- in approximate order, which the planner takes for exact: adding zero forces a sort.
    return featurize._render(f, $search$
        with featurize_near as materialized ({by_index}),
             featurize_seen as (select count(*) >= $2 as enough from featurize_near)
        select near.*
          from (select *
                  from featurize_near
                 where (select enough from featurize_seen)
                 order by featurize_distance + 0.0, {key}
                 limit $2) near
         union all
        select far.* from ({scan}) far where not (select enough from featurize_seen)
        $search$,
        jsonb_build_object(
            'by_index', featurize._by_index(i, f, condition, '$2'),
            'scan', featurize._nearest_of_all(f, metric, condition)));
end
$$;
comment on function featurize._nearest_candidates(featurize.featurizer, text, text) is
    'Query for the $2 candidates nearest to vector $1 that meet a condition, with an index if possible.';

create or replace function featurize._search(f featurize.featurizer, metric text, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._rows(f, featurize._nearest_candidates(f, metric, condition));
$$;
comment on function featurize._search(featurize.featurizer, text, text) is
    'Query for the $2 rows nearest to vector $1 that meet a condition, with an index if possible.';
