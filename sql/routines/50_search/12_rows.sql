-- Searches for programs, which do not know the row types of tables.

create or replace function featurize._shown(f featurize.featurizer, alias text, images boolean) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Embeddings and images in bytea columns are left out of the object.
    select format('to_jsonb(%s) - %L::text[], %s, %s', alias,
                  (select coalesce(array_agg(c.name), '{}')
                     from featurize.featurizer x
                    cross join lateral (
                          select unnest(featurize._added_columns(x)) where x.destination = 'column'
                           union all
                          select x.image_column where x.image_kind = 'bytes') c (name)
                    where x.source = f.source),
                  case f.image_kind when 'bytes' then 'null::text' else featurize._image(f, alias) end,
                  case when f.image_kind = 'bytes' and images then featurize._image(f, alias) else 'null::bytea' end);
$$;
comment on function featurize._shown(featurize.featurizer, text, boolean) is
    'Three expressions for a row: its columns as jsonb; path or URI of its image as text; the image as bytea, if
images is true and the row holds it.';

create or replace function featurize._nearest_rows(
    name text,
    query vector,
    k integer,
    filter text default null,
    metric text default 'cosine',
    images boolean default false,
    exact boolean default false
)
    returns table (item jsonb, image text, bytes bytea, distance float8)
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
    condition text := featurize._condition(filter);
begin
    perform featurize._check_search(f, metric, k);
    perform featurize._check_query(f, query);
    perform featurize._prepare_search(f, metric, k, filter);
    return query execute format('select %s, n.distance from (%s) n', featurize._shown(f, '(n.item)', images),
        case when exact then featurize._scan(f, metric, condition) else featurize._search(f, metric, condition) end)
    using query, k;
end
$$;
comment on function featurize._nearest_rows(text, vector, integer, text, text, boolean, boolean) is
    'For programs: as featurize.nearest(), with rows as jsonb. exact: scan all vectors even if there is an index.';

create or replace function featurize._duplicate_rows(
    name text,
    max_distance float8,
    filter text,
    metric text,
    size integer,
    images boolean
)
    returns table (
        item jsonb,
        image text,
        bytes bytea,
        other jsonb,
        other_image text,
        other_bytes bytea,
        distance float8,
        pairs bigint
    )
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute featurize._render(f, $pairs$
        select {item}, {other}, d.distance, count(*) over ()
          from featurize.duplicates(null::{source}, $1, $2, $3, $4) d
         order by d.distance, {item_key}, {other_key}
         limit $5
        $pairs$,
        jsonb_build_object(
            'item', featurize._shown(f, '(d.item)', images),
            'other', featurize._shown(f, '(d.other)', images),
            'item_key', featurize._key(f, '(d.item)'),
            'other_key', featurize._key(f, '(d.other)')))
    using name, max_distance, filter, metric, size;
end
$$;
comment on function featurize._duplicate_rows(text, float8, text, text, integer, boolean) is
    'For programs: as featurize.duplicates(), with rows as jsonb: the size closest pairs, and the number of all
pairs.';
