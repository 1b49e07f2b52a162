-- Searches for programs that identify rows by their keys.

create or replace function featurize._nearest_keys(
    f featurize.featurizer,
    query vector,
    k integer,
    condition text,
    metric text,
    path text
)
    returns table (item_key jsonb, distance float8, is_current boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    search text := featurize._ranked(
        f, featurize._nearest_candidates(f, metric, condition), null, featurize._key_json(f, 'n'));
begin
    perform featurize._prepare_search(f, metric, k, nullif(condition, 'true'));
    -- The filter names tables, types and functions as its author does. All other functions in the statement are
    -- qualified, and operators have exactly the types of their operands, so that none of the caller's is found instead.
    -- Restored when this function ends.
    perform set_config('search_path', path, true);
    return query execute search using query, k;
end
$$;
comment on function featurize._nearest_keys(featurize.featurizer, vector, integer, text, text, text) is
    'Keys of the k rows nearest to a vector that meet a condition, which is evaluated with the search path of the
caller.';

-- Functions pin their search path, so the default of a parameter reads the caller's.

create or replace function featurize.nearest_keys(
    name text,
    query vector,
    k integer default 10,
    filter text default null,
    metric text default 'cosine',
    current_only boolean default false,
    parameters text[] default null,
    path text default current_setting('search_path')
)
    returns table (item_key jsonb, distance float8, is_current boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_search(f, metric, k);
    if query is not null then
        perform featurize._check_query(f, query);
        return query select n.*
          from featurize._nearest_keys(
               f, query, k, featurize._condition(f, featurize._filter(filter, parameters), current_only), metric,
               path) n;
    end if;
end
$$;
comment on function featurize.nearest_keys(text, vector, integer, text, text, boolean, text[], text) is
    'For programs: as featurize.nearest(), with the keys of the rows. The filter has its parameters as %1$L, %2$L, ...,
and is evaluated with the search path that is passed.';

create or replace function featurize.neighbor_keys(
    name text,
    key jsonb,
    k integer default 10,
    filter text default null,
    metric text default 'cosine',
    current_only boolean default false,
    parameters text[] default null,
    path text default current_setting('search_path')
)
    returns table (item_key jsonb, distance float8, is_current boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    own record;
begin
    perform featurize._check_search(f, metric, k);
    execute featurize._render(f, $own$
        select {item_key} as item_key,
               featurize._own_embedding($1, jsonb_populate_record(null::{source}, $2), $3) as embedding
          from jsonb_to_record($2) k ({key_definition})
          join only {source} s on {key_match:s,k}
        $own$, jsonb_build_object('item_key', featurize._key_json(f, 's')))
       into own
      using f, key, current_only;
    if own.embedding is not null then
        return query select n.*
          from featurize._nearest_keys(
               f, own.embedding, k,
               format('%s operator(pg_catalog.<>) %L::jsonb and %s', featurize._key_json(f, 's'), own.item_key,
                      featurize._condition(f, featurize._filter(filter, parameters), current_only)),
               metric, path) n;
    end if;
end
$$;
comment on function featurize.neighbor_keys(text, jsonb, integer, text, text, boolean, text[], text) is
    'For programs: as featurize.neighbors(), for the row with a key, with the keys of the rows. The other parameters are
those of featurize.nearest_keys().';

create or replace function featurize._within_keys(
    f featurize.featurizer,
    query vector,
    max_distance float8,
    condition text,
    metric text,
    path text
)
    returns table (item_key jsonb, distance float8, is_current boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    search text := featurize._ranked(
        f, featurize._within(f, metric, condition, 1000), null, featurize._key_json(f, 'n'));
begin
    perform featurize._prepare_search(f, metric, 1000, nullif(condition, 'true'));
    perform set_config('search_path', path, true);  -- as in featurize._nearest_keys()
    return query execute search using query, max_distance;
end
$$;
comment on function featurize._within_keys(featurize.featurizer, vector, float8, text, text, text) is
    'Keys of the rows within a distance of a vector that meet a condition, which is evaluated with the search path of
the caller.';

create or replace function featurize.within_keys(
    name text,
    query vector,
    max_distance float8,
    filter text default null,
    metric text default 'cosine',
    current_only boolean default false,
    parameters text[] default null,
    path text default current_setting('search_path')
)
    returns table (item_key jsonb, distance float8, is_current boolean)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_search(f, metric, 0);
    if query is not null then
        perform featurize._check_query(f, query);
        return query select w.*
          from featurize._within_keys(
               f, query, max_distance, featurize._condition(f, featurize._filter(filter, parameters), current_only),
               metric, path) w;
    end if;
end
$$;
comment on function featurize.within_keys(text, vector, float8, text, text, boolean, text[], text) is
    'For programs: as featurize.within(), with the keys of the rows. The other parameters are those of
featurize.nearest_keys().';
