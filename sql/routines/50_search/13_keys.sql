-- Searches for programs that identify rows by their keys.

create or replace function featurize.nearest_keys(
    name text,
    query vector,
    k integer default 10,
    filter text default null,
    metric text default 'cosine'
)
    returns table (item_key jsonb, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format('select %s, n.distance from featurize.nearest(null::%s, $1, $2, $3, $4, $5) n',
        featurize._key_json(f, '(n.item)'), f.source)
    using name, query, k, filter, metric;
end
$$;
comment on function featurize.nearest_keys(text, vector, integer, text, text) is
    'For programs: as featurize.nearest(), with the keys of the rows.';

create or replace function featurize.neighbor_keys(
    name text,
    key jsonb,
    k integer default 10,
    filter text default null,
    metric text default 'cosine'
)
    returns table (item_key jsonb, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute featurize._render(f, $neighbors$
        select {item_key}, n.distance
          from jsonb_to_record($1) k ({key_definition})
          join only {source} s on {key_match:s,k}
         cross join lateral featurize.neighbors(s, $2, $3, $4, $5) n
        $neighbors$, jsonb_build_object('item_key', featurize._key_json(f, '(n.item)')))
    using $2, name, k, filter, metric;
end
$$;
comment on function featurize.neighbor_keys(text, jsonb, integer, text, text) is
    'For programs: as featurize.neighbors(), for the row with a key, with the keys of the rows.';
