-- Searches for programs, which do not know the row types of tables.

create or replace function featurize._shown_columns(f featurize.featurizer, columns text[], label text)
    returns text[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    existing text[] := (select array_agg(a.attname order by a.attnum)
                          from pg_attribute a
                         where a.attrelid = f.source and a.attnum > 0 and not a.attisdropped);
    missing text := (select c from unnest(columns || label) c where c <> all (existing) limit 1);
begin
    if missing is not null then
        raise exception using errcode = 'FZ006',
            message = format('%s has no column %s to be shown', f.source, missing),
            hint = format('It has: %s.', array_to_string(existing, ', '));
    end if;
    columns := coalesce(columns, f.key_columns::text[] || array(
        select a.attname::text
          from pg_attribute a
          join pg_type t on t.oid = a.atttypid
         where a.attrelid = f.source and a.attnum > 0 and not a.attisdropped
           and a.attname <> all (f.key_columns || f.image_column)
           and (t.typcategory in ('B', 'D', 'E', 'N', 'S') or t.typname = 'uuid')
           and a.attname not in (select unnest(featurize._added_columns(x))
                                   from featurize.featurizer x
                                  where x.source = f.source and x.destination = 'column')
         order by a.attname <> 'label', a.attnum
         limit 4));
    return case when label <> all (columns) then columns || label else columns end;
end
$$;
comment on function featurize._shown_columns(featurize.featurizer, text[], text) is
    'Columns of the source to print: those that are named, or the key and up to four more with short values, a column
label first; and label. Raise FZ006 if a column does not exist.';

create or replace function featurize._shown(f featurize.featurizer, columns text[], images boolean) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Bytes and vectors are never shown, other values are cut.
    select format('(select jsonb_object_agg(c.name, c.value) from (values %s) c (name, value)) as item, '
                  '%s as image, %s as bytes',
                  (select string_agg(format(
                              case when t.typname in ('bytea', 'vector', 'halfvec', 'sparsevec')
                                   then '(%1$L, case when s.%1$I is not null then to_jsonb(%2$L::text) end)'
                                   when t.typcategory in ('B', 'N') then '(%1$L, to_jsonb(s.%1$I))'
                                   else '(%1$L, to_jsonb(left(s.%1$I::text, 200)))' end,
                              c, format('(%s)', t.typname)), ', ')
                     from unnest(columns) c
                     join pg_attribute a on a.attrelid = f.source and a.attname = c
                     join pg_type t on t.oid = a.atttypid),
                  featurize._image_name(f, featurize._image(f, 's')),
                  case when images then featurize._image_content(f, featurize._image(f, 's')) else 'null::bytea' end);
$$;
comment on function featurize._shown(featurize.featurizer, text[], boolean) is
    'Select list for the row s: columns as jsonb, cut to 200 characters; path or URI of its image as text; the image as
bytea, encoded or as a data URI, if images is true and the row holds it.';

create or replace function featurize._nearest_rows(
    name text,
    query vector,
    k integer,
    filter text default null,
    metric text default 'cosine',
    images boolean default false,
    exact boolean default false,
    columns text[] default null,
    label text default null
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
    shown text := featurize._shown(f, featurize._shown_columns(f, columns, label), images);
begin
    perform featurize._check_search(f, metric, k);
    perform featurize._check_query(f, query);
    perform featurize._prepare_search(f, metric, k, filter);
    return query execute format('select x.item, x.image, x.bytes, x.distance from (%s) x', featurize._ranked(f,
        case when exact then featurize._nearest_of_all(f, metric, condition)
             else featurize._nearest_candidates(f, metric, condition) end,
        shown, 'r.item, r.image, r.bytes'))
    using query, k;
end
$$;
comment on function featurize._nearest_rows(text, vector, integer, text, text, boolean, boolean, text[], text) is
    'For programs: as featurize.nearest(), with columns of the rows as jsonb. exact: scan all vectors even if there is
an index.';

create or replace function featurize._duplicate_rows(
    name text,
    max_distance float8,
    filter text,
    metric text,
    size integer,
    images boolean,
    columns text[] default null,
    label text default null
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
    shown text := featurize._shown(f, featurize._shown_columns(f, columns, label), images);
begin
    return query execute featurize._render(f, $pairs$
        select a.item, a.image, a.bytes, b.item, b.image, b.bytes, d.distance, d.pairs
          from (select x.*, count(*) over () as pairs
                  from featurize.duplicates(null::{source}, $1, $2, $3, $4) x
                 order by x.distance, x.item_key, x.other_key
                 limit $5) d
         cross join lateral jsonb_to_record(d.item_key) k ({key_definition})
         cross join lateral (select {shown} from only {source} s where {key_match:s,k} offset 0) a
         cross join lateral jsonb_to_record(d.other_key) o ({key_definition})
         cross join lateral (select {shown} from only {source} s where {key_match:s,o} offset 0) b
         order by d.distance, d.item_key, d.other_key
        $pairs$,
        jsonb_build_object('shown', shown))
    using name, max_distance, filter, metric, size;
end
$$;
comment on function featurize._duplicate_rows(text, float8, text, text, integer, boolean, text[], text) is
    'For programs: as featurize.duplicates(), with columns of the rows as jsonb: the size closest pairs, and the number
of all pairs.';
