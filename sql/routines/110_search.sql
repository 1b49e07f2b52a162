-- Searching: by an index where there is one for the metric, else through all vectors.

create or replace function featurize._check_row_type(f featurize.featurizer, row_type regtype) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if row_type is distinct from (select c.reltype::regtype from pg_class c where c.oid = f.source) then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" is on %s, but the argument is of type %s', f.name, f.source, row_type),
            hint = format('Pass NULL::%s, or a row of it.', f.source);
    end if;
end
$$;
comment on function featurize._check_row_type(featurize.featurizer, regtype) is
    'FZ007 unless the argument is a row of the featurizer''s source.';

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
    'The index that serves a metric in the current space; null if there is none that is complete.';

create or replace function featurize._searched(f featurize.featurizer, out relation text, out embedding text, out space text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Rows without a vector are nobody's neighbours. The embedding table's own names are hidden, so
    -- that a condition may say id and mean the row's.
    select case f.destination
           when 'table' then format('only %s s join lateral (select e.embedding as featurize_embedding, e.space_id as featurize_space '
                                    'from %s e where %s) e on true',
                                    f.source, featurize._embedding_table(f), featurize._key_match(f, 'e', 's'))
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.featurize_embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.featurize_space' else format('s.%I', featurize._space_column(f)) end;
$$;
comment on function featurize._searched(featurize.featurizer) is
    'The source s with its embeddings, as a FROM item and two expressions; a condition sees the columns of s only.';

create or replace function featurize._scan(f featurize.featurizer, metric text, condition text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._searched(f);
    distance text := featurize._distance(f, metric, stored.embedding, '$1');
begin
    -- The row is s.* and not s, which may be a column. Adding nothing keeps every index out.
    return format('select s.*::%1$s as item, %2$s as distance from %3$s where %4$s = %5$s and %6$s order by %2$s + 0.0, %7$s limit $2',
        f.source, distance, stored.relation, stored.space, coalesce(featurize._current_space(f), 0), condition, featurize._key(f, 's'));
end
$$;
comment on function featurize._scan(featurize.featurizer, text, text) is
    'Query for the $2 rows nearest to vector $1, by looking at all; ties in key order.';

create or replace function featurize._search(f featurize.featurizer, metric text, condition text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._index_for(f, metric);
    stored record := featurize._searched(f);
begin
    if i.id is null then
        return featurize._scan(f, metric, condition);
    end if;
    return format($search$
        with near as materialized (
            -- By the index, which may be over less than the whole vector.
            select s.*::%1$s as item, %2$s as distance
              from %3$s where %4$s = %5$s and %6$s
             order by %7$s
             limit $2::bigint * %8$s
        ), found as materialized (
            select near.item, near.distance from near order by near.distance, %9$s limit $2
        ), all_rows as (
            -- An index may end before it has found enough that meet a condition.
            select exact.* from (%10$s) exact where (select count(*) from found) < $2
        )
        select u.item, u.distance
          from (select * from found where (select count(*) from found) = $2 union all select * from all_rows) u
         order by u.distance, %11$s
        $search$,
        f.source, featurize._distance(f, metric, stored.embedding, '$1'), stored.relation, stored.space, i.space_id, condition,
        featurize._index_distance(i, f, stored.embedding, '$1'), i.oversampling, featurize._key(f, '(near.item)'),
        featurize._scan(f, metric, condition), featurize._key(f, '(u.item)'));
end
$$;
comment on function featurize._search(featurize.featurizer, text, text) is
    'Query for the $2 rows nearest to vector $1 that meet a condition: by an index, else by looking at all.';

create or replace function featurize._prepare_search(f featurize.featurizer, metric text, k integer, filter text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._index_for(f, metric);
begin
    perform set_config('hnsw.ef_search', least(1000, greatest(i.ef_search, k::bigint * i.oversampling))::text, true);
    -- The planner takes a sort of all rows for cheap, because it does not know what a distance costs.
    -- Where a condition picks few rows it may be right.
    perform set_config('enable_sort', case when i.id is null or filter is not null then 'on' else 'off' end, true);
end
$$;
comment on function featurize._prepare_search(featurize.featurizer, text, integer, text) is
    'Settings for a search; the functions that call this have them restored at their end.';

create or replace function featurize._check_search(f featurize.featurizer, metric text, k integer) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_choice('metric', metric, array['cosine', 'l2', 'ip', 'l1']);
    if k is null or k < 0 then
        raise exception using errcode = 'FZ006',
            message = format('%s rows of featurizer "%s" cannot be found', coalesce(k::text, 'null'), f.name),
            hint = 'Pass a k of 0 or more.';
    end if;
end
$$;
comment on function featurize._check_search(featurize.featurizer, text, integer) is 'FZ006 unless such a search can be made.';

create or replace function featurize._condition(filter text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- On lines of its own: it may end in a comment.
    select case when filter is null then 'true' else format(E'(\n%s\n)', filter) end;
$$;
comment on function featurize._condition(text) is
    'A condition on the row s, which is the caller''s own SQL and runs with the caller''s rights; true if there is none.';

create or replace function featurize.nearest(
    source anyelement,
    name text,
    query vector,
    k integer default 10,
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
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, k);
    perform featurize._prepare_search(f, metric, k, filter);
    if query is not null then
        return query execute featurize._search(f, metric, featurize._condition(filter)) using query, k;
    end if;
exception
    when data_exception then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" cannot be searched with this vector: %s', f.name, sqlerrm),
            hint = format('Make the query vector with model "%s".', f.model);
end
$$;
comment on function featurize.nearest(anyelement, text, vector, integer, text, text) is
    'The k rows whose embeddings are nearest to a vector, those that a SQL condition on the row picks. source is NULL::table;
metric is cosine, l2, ip (negative inner product) or l1.';

create or replace function featurize._embedding_of(f featurize.featurizer, source anyelement) returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f, 'join');
    own record;  -- not a vector: in this search_path there is no such type
begin
    execute format('select %s::%I.vector as embedding from %s where %s and %s = %s',
        stored.embedding, featurize._vector_schema(), stored.relation, featurize._key_match(f, 's', '($1)'), stored.space,
        coalesce(featurize._current_space(f), 0))
       into own using source;
    return own.embedding;
end
$$;
comment on function featurize._embedding_of(featurize.featurizer, anyelement) is
    'The embedding of a row in the current space; null while it has none.';

create or replace function featurize.neighbors(
    source anyelement,
    name text,
    k integer default 10,
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
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    own record;
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, k);
    select featurize._embedding_of(f, source) as embedding into own;
    if own.embedding is not null then
        perform featurize._prepare_search(f, metric, k, filter);
        return query execute featurize._search(f, metric, format('not (%s) and %s', featurize._key_match(f, 's', '($3)'), featurize._condition(filter)))
               using own.embedding, k, source;
    end if;
end
$$;
comment on function featurize.neighbors(anyelement, text, integer, text, text) is
    'The k rows nearest to a row, without the row itself; none while the row has no current vector.';

create or replace function featurize._reach(search text, query vector, max_distance float8, source anyelement) returns integer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    k integer := 64;
    seen record;
begin
    loop
        execute format('select count(*) as rows, max(n.distance) as farthest from (%s) n', search) into seen using query, k, source;
        exit when seen.rows < k or seen.farthest > max_distance or k > 500000000;
        k := k * 4;
    end loop;
    return k;
end
$$;
comment on function featurize._reach(text, vector, float8, anyelement) is
    'How many of the nearest rows hold all that are within a distance.';

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
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    search text;
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, 1);
    perform featurize._prepare_search(f, metric, 1000, filter);
    search := featurize._search(f, metric, featurize._condition(filter));
    if query is not null then
        return query execute format('select n.item, n.distance from (%s) n where n.distance <= $4', search)
               using query, featurize._reach(search, query, max_distance, source), source, max_distance;
    end if;
exception
    when data_exception then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" cannot be searched with this vector: %s', f.name, sqlerrm),
            hint = format('Make the query vector with model "%s".', f.model);
end
$$;
comment on function featurize.within(anyelement, text, vector, float8, text, text) is
    'All rows whose embeddings are not farther from a vector than max_distance, nearest first.';

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
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    stored record := featurize._searched(f);
    search text := featurize._search(f, metric, format('%s and %s', featurize._key_match(f, 's', '($3)', '>'), featurize._condition(filter)));
    rows text := format('select s.*::%s as item, %s::%I.vector as embedding from %s where %s = %s and %s order by %s',
        f.source, stored.embedding, featurize._vector_schema(), stored.relation, stored.space,
        coalesce(featurize._current_space(f), 0), featurize._condition(filter), featurize._key(f, 's'));
    own record;
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, 1);
    perform featurize._prepare_search(f, metric, 1000, filter);
    for own in execute rows loop
        return query execute format('select $3, n.item, n.distance from (%s) n where n.distance <= $4', search)
               using own.embedding, featurize._reach(search, own.embedding, max_distance, own.item), own.item, max_distance;
    end loop;
end
$$;
comment on function featurize.duplicates(anyelement, text, float8, text, text) is
    'Pairs of rows whose embeddings are not farther from each other than max_distance, each pair once.';

create or replace function featurize._nearest_rows(name text, query vector, k integer)
    returns table (item jsonb, image text, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._prepare_search(f, 'cosine', k, null);
    return query execute format(
        'select to_jsonb(n.item) - %L, %s, n.distance from (%s) n',
        f.name, case f.image_kind when 'bytes' then 'null' else featurize._image(f, '(n.item)') end,
        featurize._search(f, 'cosine', 'true'))
    using query, k;
end
$$;
comment on function featurize._nearest_rows(text, vector, integer) is
    'As nearest(), for programs that do not know the row type.';
