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

create or replace function featurize._nearest(f featurize.featurizer, condition text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- Inner join: rows without a vector are nobody's neighbours, and an index keeps its order.
    stored record := featurize._with_embedding(f, 'join');
begin
    -- The row is s.* and not s, which may be a column.
    return format(
        'select s.*::%8$s as item, (%1$s operator(%2$I.<=>) $1::%2$I.%3$I)::float8 as distance '
        'from %4$s where %5$s = $2 and %6$s '
        'order by %1$s operator(%2$I.<=>) $1::%2$I.%3$I, %7$s limit $3',
        stored.embedding, featurize._vector_schema(), f.storage, stored.relation, stored.space, condition,
        featurize._key(f, 's'), f.source);
end
$$;
comment on function featurize._nearest(featurize.featurizer, text) is
    'Query for the $3 rows nearest to vector $1 in space $2; ties in key order.';

create or replace function featurize.nearest(source anyelement, name text, query vector, k integer default 10)
    returns table (item anyelement, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    if query is not null then
        return query execute featurize._nearest(f, 'true') using query, featurize._current_space(f), k;
    end if;
exception
    when data_exception then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" cannot be searched with this vector: %s', f.name, sqlerrm),
            hint = format('Make the query vector with model "%s".', f.model);
end
$$;
comment on function featurize.nearest(anyelement, text, vector, integer) is
    'The k rows whose embeddings have the smallest cosine distance to a vector. source is NULL::table.';

create or replace function featurize.neighbors(source anyelement, name text, k integer default 10)
    returns table (item anyelement, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    stored record := featurize._with_embedding(f, 'join');
    space integer := featurize._current_space(f);
    own record;
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    -- Always as vector: plpgsql keeps the plan of an expression for one type only.
    execute format('select %s::%I.vector as embedding from %s where %s and %s = $2',
        stored.embedding, featurize._vector_schema(), stored.relation, featurize._key_match(f, 's', '($1)'), stored.space)
       into own using source, space;
    if own.embedding is not null then
        return query execute featurize._nearest(f, format('not (%s)', featurize._key_match(f, 's', '($4)')))
               using own.embedding, space, k, source;
    end if;
end
$$;
comment on function featurize.neighbors(anyelement, text, integer) is
    'The k rows nearest to a row, without the row itself; none while the row has no current vector.';

create or replace function featurize._nearest_rows(name text, query vector, k integer)
    returns table (item jsonb, image text, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format(
        'select to_jsonb(n.item) - %L, %s, n.distance from (%s) n',
        f.name, case f.image_kind when 'bytes' then 'null' else featurize._image(f, '(n.item)') end,
        featurize._nearest(f, 'true'))
    using query, featurize._current_space(f), k;
end
$$;
comment on function featurize._nearest_rows(text, vector, integer) is
    'As nearest(), for programs that do not know the row type.';
