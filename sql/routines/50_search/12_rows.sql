-- Searching for programs, which do not know the types of rows.

create or replace function featurize._shown(f featurize.featurizer, alias text, images boolean) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Neither embeddings nor images are for reading.
    select format('to_jsonb(%s) - %L::text[], %s, %s', alias,
                  (select coalesce(array_agg(c.name), '{}')
                     from featurize.featurizer x
                    cross join lateral (values (case x.destination when 'column' then x.name end),
                                               (case x.destination when 'column' then featurize._space_column(x) end),
                                               (case x.destination when 'column' then featurize._digest_column(x) end),
                                               (case x.image_kind when 'bytes' then x.image_column::text end)) c (name)
                    where x.source = f.source and c.name is not null),
                  case f.image_kind when 'bytes' then 'null::text' else featurize._image(f, alias) end,
                  case when f.image_kind = 'bytes' and images then featurize._image(f, alias) else 'null::bytea' end);
$$;
comment on function featurize._shown(featurize.featurizer, text, boolean) is
    'A row as three expressions: its columns as jsonb; where its image is, text; the image, bytea, if that is wanted '
        'and in the row.';

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
    'As nearest(), for programs; exact: by looking at all rows, whether there is an index or not.';

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
    return query execute format(
        'select %s, %s, d.distance, count(*) over () from featurize.duplicates(null::%s, $1, $2, $3, $4) d order by '
            'd.distance, %s, %s limit $5',
        featurize._shown(f, '(d.item)', images), featurize._shown(f, '(d.other)', images), f.source,
        featurize._key(f, '(d.item)'), featurize._key(f, '(d.other)'))
    using name, max_distance, filter, metric, size;
end
$$;
comment on function featurize._duplicate_rows(text, float8, text, text, integer, boolean) is
    'As duplicates(), for programs: the closest pairs, and how many there are in all.';
