-- Taking out: any relation with vectors, in a form that programs elsewhere can read; and what
-- pictures are drawn of.

create or replace function featurize._export_featurizer(subject text) returns featurize.featurizer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select f.* from featurize.featurizer f where f.name = _export_featurizer.subject;
$$;
comment on function featurize._export_featurizer(text) is 'The featurizer of that name; null if there is none.';

create or replace function featurize._export_relation(subject text, path name[]) returns regclass
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select c.oid::regclass
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f')
       and (_export_relation.subject in (format('%s.%s', n.nspname, c.relname), format('%I.%I', n.nspname, c.relname))
            or _export_relation.subject in (c.relname, quote_ident(c.relname))
               and (n.nspname = any (path) or c.oid in (select t.relation from featurize.training_view t)))
     order by array_position(path, n.nspname) nulls last, c.oid
     limit 1;
$$;
comment on function featurize._export_relation(text, name[]) is
    'The table or view of that name, with or without its schema, found along a search path; training views everywhere. Null if there is none.';

create or replace function featurize._check_export(subject text, relation regclass) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if relation is null and (featurize._export_featurizer(subject)).id is null then
        raise exception using errcode = 'FZ006',
            message = format('there is no table, view or featurizer "%s"', subject),
            hint = format('Featurizers: %s. Training views: %s. Name others with their schema where it is not in the search path.',
                coalesce((select string_agg(f.name, ', ' order by f.name) from featurize.featurizer f), 'none'),
                coalesce((select string_agg(c.relname, ', ' order by c.relname) from featurize.training_view t join pg_class c on c.oid = t.relation), 'none'));
    elsif not exists (select from featurize._export_columns(subject, relation) c where c.kind = 'vector') then
        raise exception using errcode = 'FZ006',
            message = format('%s has no column of type vector or halfvec', relation),
            hint = format('Its columns: %s.', (select string_agg(c.name, ', ' order by c.position) from featurize._export_columns(subject, relation) c));
    end if;
end
$$;
comment on function featurize._check_export(text, regclass) is 'FZ006 unless there are vectors under that name.';

create or replace function featurize._export_kind(type oid) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The type that a domain is over, as it is sent.
    select case when e.oid is not null then 'vector'
                when b.type = any ('{int2,int4,int8,float4,float8,bool,date,timestamp,timestamptz}'::regtype[]) then b.name::text
                else 'text' end
      from (select x.oid as type, x.typname as name, x.typnamespace as schema
              from pg_type t join pg_type x on x.oid = case t.typtype when 'd' then t.typbasetype else t.oid end
             where t.oid = _export_kind.type) b
      left join pg_extension e on e.extname = 'vector' and e.extnamespace = b.schema and b.name in ('vector', 'halfvec');
$$;
comment on function featurize._export_kind(oid) is
    'What values of a type become: vector, the name of a simple type, or else text.';

create or replace function featurize._export_columns(subject text, relation regclass)
    returns table ("position" bigint, name text, kind text, dim integer, value text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._export_featurizer(subject);
    stored record;
begin
    if f.id is null then
        return query
        select row_number() over (order by a.attnum), a.attname::text, k.kind, case k.kind when 'vector' then nullif(a.atttypmod, -1) end,
               format('s.%I', a.attname)
          from pg_attribute a
         cross join lateral featurize._export_kind(a.atttypid) k (kind)
         where a.attrelid = relation and a.attnum > 0 and not a.attisdropped;
        return;
    end if;
    stored := featurize._with_embedding(f, 'join');
    return query
    select row_number() over (order by c.position), a.attname::text, featurize._export_kind(a.atttypid), null::integer, format('s.%I', a.attname)
      from unnest(f.key_columns || case f.image_kind when 'bytes' then '{}' else array[f.image_column] end) with ordinality c (name, position)
      join pg_attribute a on a.attrelid = f.source and a.attname = c.name
     where not (f.image_column = any (f.key_columns) and c.position > cardinality(f.key_columns))
     union all
    select 1600, case f.destination when 'column' then f.name when 'table' then case f.image_column when 'embedding' then f.name else 'embedding' end end,
           'vector', m.dim, stored.embedding
      from featurize.model m where m.name = f.model
     order by 1;
end
$$;
comment on function featurize._export_columns(text, regclass) is
    'Columns of what is exported, in order: of a relation all, of a featurizer key, image and embedding. value: over the alias s.';

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
                when kind = 'vector' then format('%s::%I.vector', value, featurize._vector_schema()) || case form when 'typed' then '' else '::pg_catalog.text' end
                when form = 'text' or kind = 'text' then format('%s::pg_catalog.text', value)
                else format('%s::pg_catalog.%s', value, kind) end;
$$;
comment on function featurize._export_value(text, text, text) is
    'A value in a form: typed; text, of which that of a vector is [1,2,3]; or json.';

create or replace function featurize._export_dims(dims integer[], kinds text[], vals text[], origin text) returns integer[]
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
            execute format('select %3$I.vector_dims(x.v) from (select %1$s as v from %2$s) x where x.v is not null limit 1',
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
    list text;
begin
    perform featurize._check_export(subject, relation);
    select array_agg(c.name order by c.position), array_agg(c.kind order by c.position), array_agg(c.dim order by c.position),
           array_agg(c.value order by c.position), string_agg(featurize._export_value(c.kind, c.value, form), ', ' order by c.position)
      into names, kinds, dims, vals, list
      from featurize._export_columns(subject, relation) c;
    dims := featurize._export_dims(dims, kinds, vals, source.origin);
    execute format('select count(*) from %s', source.origin) into rows;
    statement := format('copy (select %s from %s%s) to stdout (format binary)', list, source.origin, source.sorting);
    return next;
end
$$;
comment on function featurize._export(text, name[], text) is
    'How to read what is under a name, of a featurizer or else of a relation along a search path: how many rows, the columns, and a COPY statement that gives them in a form.';

-- Pictures

create or replace function featurize._training_key(t featurize.training_view, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(format('%s.%I', alias, a.attname), ', ' order by a.attnum)
      from pg_attribute a
     where a.attrelid = t.relation and a.attnum > 0 and not a.attisdropped and a.attname not in ('label', 'split', 'features');
$$;
comment on function featurize._training_key(featurize.training_view, text) is
    'Key columns of a training view, which are those before label, split and features, over an alias.';

create or replace function featurize._training_sample(name text, per_class integer)
    returns table (rows bigint, dim integer, statement text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    select sum(least(r.train + r.test, per_class)) into rows from featurize.training_report(name) r where r.label is not null;
    select c.dim into dim from featurize.training_copy(name) c;
    statement := format(
        'copy (select r.key, r.label, r.split, r.features::%I.vector from (select to_jsonb(k)::text as key, x.label::text collate "C" as label, x.split, x.features, '
        'row_number() over (partition by x.label::text collate "C" order by md5(to_jsonb(k)::text), to_jsonb(k)) as number '
        'from %s x cross join lateral (select %s) k) r where r.number <= %s order by r.label, r.number) to stdout (format binary)',
        featurize._vector_schema(), t.relation, featurize._training_key(t, 'x'), per_class);
    return next;
end
$$;
comment on function featurize._training_sample(text, integer) is
    'As training_copy(), for at most so many rows of each class, drawn by hash of the key; by class, in the order of that hash.';

create or replace function featurize._training_pictures(name text, keys jsonb[])
    returns table ("position" bigint, image text, bytes bytea)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer := (select x from featurize.featurizer x where x.id = t.featurizer_id);
begin
    if f.id is null then
        raise exception using errcode = 'FZ006',
            message = format('the pictures of "%s" are not known any more: its featurizer is gone', name),
            hint = 'Leave out what shows pictures.';
    end if;
    return query execute format(
        'select k.position, %s from unnest($1) with ordinality k (key, position) '
        'cross join lateral jsonb_to_record(k.key) as r (%s) join only %s s on %s order by k.position',
        case f.image_kind when 'bytes' then format('null::text, %s', featurize._image(f, 's')) else format('%s, null::bytea', featurize._image(f, 's')) end,
        featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'r'))
    using keys;
end
$$;
comment on function featurize._training_pictures(text, jsonb[]) is
    'The pictures of rows of a training view, by their keys: where they are, or the pictures themselves.';
