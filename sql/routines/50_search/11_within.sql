-- Searching by distance: as many rows as there are.

create or replace function featurize._within(
    f featurize.featurizer,
    metric text,
    condition text,
    size integer,
    query text default '$1'
) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._index_for(f, metric);
    everything text := format('select x.* from (%s) x where x.featurize_distance <= $2',
                              featurize._candidates(f, metric, condition, 'offset 0', query));
begin
    if i.id is null then
        return everything;
    end if;
    -- If all that an index gives is so near there may be more, and if it ends early, too: then all are looked at.
    return format($search$
        with featurize_near as materialized (%1$s),
             featurize_seen as (select count(*) = %2$s::bigint * %3$s
                                       and count(*) filter (where featurize_distance <= $2) < %2$s as enough
                                  from featurize_near)
        select near.* from featurize_near near where (select enough from featurize_seen)
            and near.featurize_distance <= $2
         union all
        select far.* from (%4$s) far where not (select enough from featurize_seen)
        $search$,
        featurize._by_index(i, f, condition, size::text, query), size, i.oversampling, everything);
end
$$;
comment on function featurize._within(featurize.featurizer, text, text, integer, text) is
    'Query for places not farther than $2 from a vector: by an index where they are fewer than size, else by looking '
        'at all.';

create or replace function featurize.within(
    source anyelement,
    name text,
    query vector,
    max_distance float8,
    filter text default null,
    metric text default 'cosine'
)
    returns table (item anyelement, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, 0);
    if query is not null then
        perform featurize._check_query(f, query);
        perform featurize._prepare_search(f, metric, 1000, filter);
        return query execute featurize._rows(f, featurize._within(f, metric, featurize._condition(filter), 1000))
               using query, max_distance;
    end if;
end
$$;
comment on function featurize.within(anyelement, text, vector, float8, text, text) is
    'All rows whose embeddings are not farther from a vector than max_distance, nearest first; with an index, as '
        'many of them as
featurize.measure_recall() says.';

create or replace function featurize.duplicates(
    source anyelement,
    name text,
    max_distance float8,
    filter text default null,
    metric text default 'cosine'
)
    returns table (item anyelement, other anyelement, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    stored record := featurize._searched(f);
    condition text := featurize._condition(filter);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, 0);
    perform featurize._prepare_search(f, metric, 64, filter);
    -- The keys are compared after the search: an index would look long for the few that come after the last.
    return query execute format(
        'select a.item, b.item, n.featurize_distance '
        'from (select s.ctid as featurize_row, %1$s::%2$I.vector as featurize_query, %3$s from %4$s where %5$s = '
            '%6$s and %7$s) own '
        'cross join lateral (%8$s) n cross join %9$s a cross join %10$s b where %11$s',
        stored.embedding, featurize._vector_schema(), featurize._key(f, 's'), stored.relation,
        stored.space, coalesce(featurize._current_space(f), 0), condition,
        featurize._within(f, metric, condition, 64, 'own.featurize_query'),
        featurize._row_at(f, 'own.featurize_row'), featurize._row_at(f, 'n.featurize_row'),
            featurize._key_match(f, 'n', 'own', '>'))
    using null, max_distance;
end
$$;
comment on function featurize.duplicates(anyelement, text, float8, text, text) is
    'Pairs of rows whose embeddings are not farther from each other than max_distance, each pair once.';
