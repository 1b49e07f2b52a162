-- Exporting relations with vectors to other programs: the COPY statement.

create or replace function featurize._export_from(subject text, relation regclass, out origin text, out sorting text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._export_featurizer(subject);
    stored record;
begin
    if f.id is not null then
        stored := featurize._with_embedding(f, 'join');
        origin := format('%s where %s = %s', stored.relation, stored.space, coalesce(featurize._current_space(f), 0));
        sorting := ' order by ' || featurize._key(f, 's');
        return;
    end if;
    origin := format('%s s', relation);
    -- In the order of the primary key, or of the key of a training view, so that exported files can be compared.
    select ' order by ' || string_agg(format('s.%I', a.attname), ', ' order by k.position) into sorting
      from pg_index i
     cross join lateral unnest(i.indkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = relation and i.indisprimary and k.position <= i.indnkeyatts;
    sorting := coalesce(
        sorting,
        (select ' order by ' || featurize._training_key(t, 's')
           from featurize.training_view t
          where t.relation = _export_from.relation),
        '');
end
$$;
comment on function featurize._export_from(text, regclass) is
    'FROM item and WHERE clause of an export, and its ORDER BY clause.';

create or replace function featurize._export_value(kind text, value text, form text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(
        case when kind = 'vector' and form = 'typed' then '{value}::{vector_schema}.vector'
             when kind = 'vector' then '{value}::{vector_schema}.vector::pg_catalog.text'
             when form = 'json' then 'pg_catalog.to_json({value})::pg_catalog.text'
             when form = 'text' or kind = 'text' then '{value}::pg_catalog.text'
             else '{value}::pg_catalog.{kind}' end,
        jsonb_build_object('value', value, 'kind', kind, 'vector_schema', quote_ident(featurize._vector_schema())));
$$;
comment on function featurize._export_value(text, text, text) is
    'Expression for a value in one of the forms typed, text and json. A vector as text or json is [1,2,3].';

create or replace function featurize._export_dims(dims integer[], kinds text[], vals text[], origin text)
    returns integer[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    dim integer;
begin
    -- A column type without a length: take the length of the first vector.
    for number in 1 .. cardinality(kinds) loop
        if kinds[number] = 'vector' and dims[number] is null then
            execute format('select %I.vector_dims(x.v) from (select %s as v from %s) x where x.v is not null limit 1',
                           featurize._vector_schema(), vals[number], origin)
               into dim;
            dims[number] := dim;
        end if;
    end loop;
    return dims;
end
$$;
comment on function featurize._export_dims(integer[], text[], text[], text) is
    'Lengths of the vectors in each column; null for other columns, and for columns without a vector.';

create or replace function featurize._export(subject text, path name[], form text)
    returns table (rows bigint, names text[], kinds text[], dims integer[], statement text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    relation regclass := featurize._export_relation(subject, path);
    source record := featurize._export_from(subject, relation);
    vals text[];
    stored text;
    sent text;
begin
    perform featurize._check_export(subject, relation);
    select array_agg(c.name order by c.number),
           array_agg(c.kind order by c.number),
           array_agg(c.dim order by c.number),
           array_agg(c.value order by c.number),
           string_agg(format('%s as c%s', c.value, c.number), ', ' order by c.number),
           string_agg(featurize._export_value(c.kind, format('x.c%s', c.number), form), ', ' order by c.number)
      into names, kinds, dims, vals, stored, sent
      from featurize._export_columns(subject, relation) c;
    dims := featurize._export_dims(dims, kinds, vals, source.origin);
    execute format('select count(*) from %s', source.origin) into rows;
    -- Sorted in the stored form, in which vectors may be compressed and out of line, and converted afterwards.
    statement := featurize._render(
        'copy (select {sent} from (select {stored} from {origin}{sorting}) x) to stdout (format binary)',
        jsonb_build_object('sent', sent, 'stored', stored, 'origin', source.origin, 'sorting', source.sorting));
    return next;
end
$$;
comment on function featurize._export(text, name[], text) is
    'How to export a featurizer or a relation: number of rows, columns, and a COPY statement that returns their
values in a form: typed, text or json. path is the search path for relations.';
