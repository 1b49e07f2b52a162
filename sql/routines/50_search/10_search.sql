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
comment on function featurize._check_search(featurize.featurizer, text, integer)
    is 'FZ006 unless such a search can be made.';

create or replace function featurize._check_query(f featurize.featurizer, query vector) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('select $1::%I.%I(%s)', featurize._vector_schema(), f.storage,
                   (select m.dim from featurize.model m where m.name = f.model)) using query;
exception
    -- Here and not around the search: what is wrong with a condition is not the vector's fault.
    when data_exception then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" cannot be searched with this vector: %s', f.name, sqlerrm),
            hint = format('Make the query vector with model "%s".', f.model);
end
$$;
comment on function featurize._check_query(featurize.featurizer, vector) is
    'FZ007 unless the vector can be compared with those of the featurizer.';

create or replace function featurize._condition(filter text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- On lines of its own: it may end in a comment.
    select case when filter is null then 'true' else format(E'(\n%s\n)', filter) end;
$$;
comment on function featurize._condition(text) is
    'A condition on the row s, which is the caller''s own SQL and runs with the caller''s rights; true if there is '
        'none.';

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

create or replace function featurize._searched(f featurize.featurizer, out relation text, out embedding text,
    out space text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Rows without a vector are nobody's neighbors. The embedding table's own names are hidden, so
    -- that a condition may say id and mean the row's.
    select case f.destination
           when 'table' then format('only %s s join lateral (select e.embedding as featurize_embedding, e.space_id '
               'as featurize_space '
                                    'from %s e where %s) e on true',
                                    f.source, featurize._embedding_table(f), featurize._key_match(f, 'e', 's'))
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.featurize_embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.featurize_space' else format('s.%I', featurize._space_column(f)) end;
$$;
comment on function featurize._searched(featurize.featurizer) is
    'The source s with its embeddings, as a FROM item and two expressions; a condition sees the columns of s only.';

create or replace function featurize._candidates(f featurize.featurizer, metric text, condition text, tail text,
    query text default '$1')
    returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._searched(f);
begin
    -- Places and not rows, which may hold whole images that a sort would carry along.
    return format('select s.ctid as featurize_row, %s as featurize_distance, %s from %s where %s = %s and %s %s',
        featurize._distance(f, metric, stored.embedding, query), featurize._key(f, 's'), stored.relation,
        stored.space, coalesce(featurize._current_space(f), 0), condition, tail);
end
$$;
comment on function featurize._candidates(featurize.featurizer, text, text, text, text) is
    'Query for places of rows that meet a condition, with their distances from a vector and their keys.';

create or replace function featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Adding nothing keeps every index out.
    select featurize._candidates(f, metric, condition, format('order by %s + 0.0, %s limit $2',
               featurize._distance(f, metric, stored.embedding, '$1'), featurize._key(f, 's')))
      from featurize._searched(f) stored;
$$;
comment on function featurize._nearest_of_all(featurize.featurizer, text, text) is
    'Query for the $2 places nearest to vector $1, by looking at all; ties in key order.';

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
    -- It may be over less than the whole vector: hence more than are wanted, to be compared once more.
    select featurize._candidates(f, i.metric, condition,
               format('order by %s limit %s::bigint * %s',
                      featurize._index_distance(i, f, stored.embedding, query), size, i.oversampling), query)
      from featurize._searched(f) stored;
$$;
comment on function featurize._by_index(featurize.index, featurize.featurizer, text, text, text) is
    'Query for places that an index holds to be near a vector.';

create or replace function featurize._row_at(f featurize.featurizer, place text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- The row is s.* and not s, which may be a column. With offset, the table is never read as a whole.
    select format('lateral (select s.*::%1$s as item from only %1$s s where s.ctid = %2$s offset 0)', f.source, place);
$$;
comment on function featurize._row_at(featurize.featurizer, text) is 'FROM item that is the row at a place.';

create or replace function featurize._rows(f featurize.featurizer, candidates text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('select r.item, n.featurize_distance as distance from (%s) n cross join %s r order by '
        'n.featurize_distance, %s',
                  candidates, featurize._row_at(f, 'n.featurize_row'), featurize._key(f, 'n'));
$$;
comment on function featurize._rows(featurize.featurizer, text) is 'Query for the rows at places, nearest first.';

create or replace function featurize._scan(f featurize.featurizer, metric text, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._rows(f, featurize._nearest_of_all(f, metric, condition));
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
begin
    if i.id is null then
        return featurize._scan(f, metric, condition);
    end if;
    -- The index may end before it has found enough that meet a condition; then all are looked at. It
    -- gives them in about the right order, which the planner takes for the right one: hence a sum to sort by.
    return featurize._rows(f, format($search$
        with featurize_near as materialized (%1$s), featurize_seen
            as (select count(*) >= $2 as enough from featurize_near)
        select near.*
          from (select * from featurize_near where (select enough from featurize_seen)
                order by featurize_distance + 0.0, %2$s limit $2) near
         union all
        select far.* from (%3$s) far where not (select enough from featurize_seen)
        $search$,
        featurize._by_index(i, f, condition, '$2'), featurize._key(f),
            featurize._nearest_of_all(f, metric, condition)));
end
$$;
comment on function featurize._search(featurize.featurizer, text, text) is
    'Query for the $2 rows nearest to vector $1 that meet a condition: by an index, else by looking at all.';

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
    perform set_config('hnsw.ef_search', least(1000, greatest(i.ef_search, ef_search,
        k::bigint * i.oversampling))::text, true);
    -- The planner takes a sort of all rows for cheap, because it does not know what a distance costs.
    -- Where a condition picks few rows it may be right.
    perform set_config('enable_sort', case when i.id is null or filter is not null then 'on' else 'off' end, true);
end
$$;
comment on function featurize._prepare_search(featurize.featurizer, text, integer, text, integer) is
    'Settings for a search; the functions that call this have them restored at their end.';

-- In the functions that follow: what may be ahead of hnsw.ef_search in the session is passed on by a
-- default, because it cannot be seen any more inside; and no machine code is made of a query that
-- looks dear to the planner only because sorting is forbidden.

create or replace function featurize.nearest(
    source anyelement,
    name text,
    query vector,
    k integer default 10,
    filter text default null,
    metric text default 'cosine',
    ef_search integer default nullif(current_setting('hnsw.ef_search', true), '')::integer
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
    perform featurize._check_search(f, metric, k);
    if query is not null then
        perform featurize._check_query(f, query);
        perform featurize._prepare_search(f, metric, k, filter, ef_search);
        return query execute featurize._search(f, metric, featurize._condition(filter)) using query, k;
    end if;
end
$$;
comment on function featurize.nearest(anyelement, text, vector, integer, text, text, integer) is
    'The k rows whose embeddings are nearest to a vector, among those that a SQL condition on the row picks. source '
        'is NULL::table;
metric is cosine, l2, ip (negative inner product) or l1.';

create or replace function featurize._own_embedding(f featurize.featurizer, source anyelement) returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f, 'join');
    own record;  -- not a vector: in this search_path there is no such type
begin
    execute format('select %s::%I.vector as embedding from %s where %s and %s = %s',
        stored.embedding, featurize._vector_schema(), stored.relation, featurize._key_match(f, 's', '($1)'),
            stored.space,
        coalesce(featurize._current_space(f), 0))
       into own using source;
    return own.embedding;
end
$$;
comment on function featurize._own_embedding(featurize.featurizer, anyelement) is
    'The embedding of a row in the current space; null while it has none.';

create or replace function featurize.neighbors(
    source anyelement,
    name text,
    k integer default 10,
    filter text default null,
    metric text default 'cosine',
    ef_search integer default nullif(current_setting('hnsw.ef_search', true), '')::integer
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
    own record;
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, k);
    select featurize._own_embedding(f, source) as embedding into own;
    if own.embedding is not null then
        perform featurize._prepare_search(f, metric, k, filter, ef_search);
        return query execute featurize._search(f, metric, format('not (%s) and '
            '%s', featurize._key_match(f, 's', '($3)'), featurize._condition(filter)))
               using own.embedding, k, source;
    end if;
end
$$;
comment on function featurize.neighbors(anyelement, text, integer, text, text, integer) is
    'The k rows nearest to a row, without the row itself; none while the row has no current vector.';
