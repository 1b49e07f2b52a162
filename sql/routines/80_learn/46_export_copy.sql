-- The statement that reads what is exported.

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
    -- The order of the primary key, or that of the key in a training view, makes files that can be compared.
    select ' order by ' || string_agg(format('s.%I', a.attname), ', ' order by k.position) into sorting
      from pg_index i
     cross join lateral unnest(i.indkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = relation and i.indisprimary and k.position <= i.indnkeyatts;
    sorting := coalesce(sorting, (select ' order by ' || featurize._training_key(t, 's') from featurize.training_view t
                                   where t.relation = _export_from.relation), '');
end
$$;
comment on function featurize._export_from(text, regclass) is
    'Where these columns come from, and in which order: what stands after FROM, in two parts.';

create or replace function featurize._export_value(kind text, value text, form text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case when form = 'json' and kind <> 'vector' then format('pg_catalog.to_json(%s)::pg_catalog.text', value)
                when kind = 'vector' then format('%s::%I.vector', value, featurize._vector_schema()) || case form
                    when 'typed' then '' else '::pg_catalog.text' end
                when form = 'text' or kind = 'text' then format('%s::pg_catalog.text', value)
                else format('%s::pg_catalog.%s', value, kind) end;
$$;
comment on function featurize._export_value(text, text, text) is
    'A value in a form: typed; text, of which that of a vector is [1,2,3]; or json.';

create or replace function featurize._export_dims(dims integer[], kinds text[], vals text[], origin text)
    returns integer[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    dim integer;
begin
    -- Where the type does not say it, the first vector does.
    for number in 1 .. cardinality(kinds) loop
        if kinds[number] = 'vector' and dims[number] is null then
            execute format('select %3$I.vector_dims(x.v) from (select %1$s as v from %2$s) x where x.v is not null '
                'limit 1',
                           vals[number], origin, featurize._vector_schema()) into dim;
            dims[number] := dim;
        end if;
    end loop;
    return dims;
end
$$;
comment on function featurize._export_dims(integer[], text[], text[], text) is
    'Lengths of the vectors in columns; null where there are none.';

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
    select array_agg(c.name order by c.number), array_agg(c.kind order by c.number), array_agg(c.dim order by c.number),
           array_agg(c.value order by c.number), string_agg(format('%s as c%s', c.value, c.number), ', '
               order by c.number),
           string_agg(featurize._export_value(c.kind, format('x.c%s', c.number), form), ', ' order by c.number)
      into names, kinds, dims, vals, stored, sent
      from featurize._export_columns(subject, relation) c;
    dims := featurize._export_dims(dims, kinds, vals, source.origin);
    execute format('select count(*) from %s', source.origin) into rows;
    -- Sorted as they are stored, compressed and out of line, and not as they are sent.
    statement := format('copy (select %s from (select %s from %s%s) x) to stdout (format binary)',
                        sent, stored, source.origin, source.sorting);
    return next;
end
$$;
comment on function featurize._export(text, name[], text) is
    'How to read what is under a name, of a featurizer or else of a relation along a search path: how many rows, the '
        'columns, and a COPY statement that gives them in a form.';
