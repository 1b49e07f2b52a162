-- Searching by distance: all rows within a distance of a vector, and pairs of near duplicates.

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
    scan text := format('select x.* from (%s) x where x.featurize_distance <= $2',
                        featurize._candidates(f, metric, condition, 'offset 0', query));
begin
    if i.id is null then
        return scan;
    end if;
    -- All vectors are scanned if every candidate of the index is near enough, or if the index scan ended early:
    -- then there may be more such rows.
    return featurize._render(f, $search$
        with featurize_near as materialized ({by_index}),
             featurize_seen as (select count(*) = {size}::bigint * {oversampling}
                                       and count(*) filter (where featurize_distance <= $2) < {size} as enough
                                  from featurize_near)
        select near.*
          from featurize_near near
         where (select enough from featurize_seen) and near.featurize_distance <= $2
         union all
        select far.* from ({scan}) far where not (select enough from featurize_seen)
        $search$,
        jsonb_build_object(
            'by_index', featurize._by_index(i, f, condition, size::text, query),
            'size', size,
            'oversampling', i.oversampling,
            'scan', scan));
end
$$;
comment on function featurize._within(featurize.featurizer, text, text, integer, text) is
    'Query for candidates within distance $2 of a vector: with an index if there are fewer than size, else by
scanning all vectors.';

create or replace function featurize.within(
    source anyelement,
    name text,
    query vector,
    max_distance float8,
    filter text default null,
    metric text default 'cosine',
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
    perform featurize._check_search(f, metric, 0);
    if query is not null then
        perform featurize._check_query(f, query);
        perform featurize._prepare_search(f, metric, 1000, filter);
        return query execute featurize._rows(f, featurize._within(
                   f, metric, featurize._condition(f, featurize._filter(filter, parameters), current_only), 1000))
               using query, max_distance;
    end if;
end
$$;
comment on function featurize.within(anyelement, text, vector, float8, text, text, boolean, text[]) is
    'All rows whose embeddings are within max_distance of a vector, with their distances, nearest first. A search
with an index may miss rows, see featurize.measure_recall(). The other parameters are those of
featurize.nearest().';

create or replace function featurize.duplicates(
    source anyelement,
    name text,
    max_distance float8,
    filter text default null,
    metric text default 'cosine',
    current_only boolean default false,
    parameters text[] default null
)
    returns table (item_key jsonb, other_key jsonb, distance float8, is_current boolean)
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
    stored record := featurize._searched(f);
    condition text := featurize._condition(f, featurize._filter(filter, parameters), current_only);
begin
    perform featurize._check_search(f, metric, 0);
    perform featurize._prepare_search(f, metric, 64, filter);
    -- Keys are compared after the search: as a condition of the search they would make an index scan for the last
    -- rows look at most of the index.
    -- Each row is read once, to compare its image, and not with every pair it is in.
    return query execute featurize._render(f, $duplicates$
        with featurize_pair as materialized (
             select own.featurize_row as own_row, own.featurize_hash as own_hash, {own_key} as own_key,
                    n.featurize_row as other_row, n.featurize_hash as other_hash, {other_key} as other_key,
                    n.featurize_distance
               from (select s.ctid as featurize_row, {own_embedding}::{vector_schema}.vector as featurize_query,
                            {own_hash} as featurize_hash, {key:s}
                       from {relation}
                      where {in_space} = {current_space} and {condition}) own
              cross join lateral ({within}) n
              where {key_after:n,own}),
             featurize_now as materialized (
             select p.at, r.hash
               from (select own_row from featurize_pair union select other_row from featurize_pair) p (at)
              cross join {row} r)
        select p.own_key, p.other_key, p.featurize_distance,
               (p.own_hash = a.hash and p.other_hash = b.hash) is true
          from featurize_pair p
          join featurize_now a on a.at = p.own_row
          join featurize_now b on b.at = p.other_row
        $duplicates$,
        jsonb_build_object(
            'own_key', featurize._key_json(f, 'own'),
            'other_key', featurize._key_json(f, 'n'),
            'own_embedding', stored.embedding,
            'own_hash', stored.hash,
            'relation', stored.relation,
            'in_space', stored.space,
            'condition', condition,
            'within', featurize._within(f, metric, condition, 64, 'own.featurize_query'),
            'row', featurize._row_at(f, 'p.at', featurize._image_hash(f, 's') || ' as hash')))
    using null, max_distance;
end
$$;
comment on function featurize.duplicates(anyelement, text, float8, text, text, boolean, text[]) is
    'Pairs of rows whose embeddings are within max_distance of each other, with their distances, each pair once. The
rows are named by their keys, as jsonb: a row may hold an image, and be in many pairs. is_current: whether both
vectors are of the images that the rows hold now. The other parameters are those of featurize.nearest().';
