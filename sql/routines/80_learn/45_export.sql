-- Exporting relations with vectors to other programs: which columns there are.

create or replace function featurize._export_featurizer(subject text) returns featurize.featurizer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select f.*
      from featurize._featurizer(subject) f
     where exists (select from featurize._named(subject))
       -- The name of the embedding table, with its schema, looks like that of the featurizer.
       and not exists (select from featurize.featurizer x where featurize._qualified(x.embeddings) = subject);
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
    'The table or view of that name. Without a schema, it is searched in the schemas of path; training views are
found in any schema. Null if there is none.';

create or replace function featurize._check_export(subject text, relation regclass) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if relation is null and (featurize._export_featurizer(subject)).id is null then
        raise exception using errcode = 'FZ006',
            message = format('there is no table, view or featurizer "%s"', subject),
            hint = format('Featurizers: %s. Training views: %s. Pass other relations with their schema, '
                          'unless it is in the search path.',
                coalesce((select string_agg(featurize._label(f), ', ' order by f.name)
                            from featurize.featurizer f), 'none'),
                coalesce((select string_agg(c.relname, ', ' order by c.relname)
                            from featurize.training_view t
                            join pg_class c on c.oid = t.relation), 'none'));
    elsif not exists (select from featurize._export_columns(subject, relation) c where c.kind = 'vector') then
        raise exception using errcode = 'FZ006',
            message = format('%s has no column of type vector or halfvec', relation),
            hint = format('Its columns are: %s.', (
                select string_agg(c.name, ', ' order by c.number)
                  from featurize._export_columns(subject, relation) c));
    end if;
end
$$;
comment on function featurize._check_export(text, regclass) is
    'Raise FZ006 unless there is a featurizer, or a relation with vectors.';

create or replace function featurize._export_kind(type oid) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A domain is exported as its base type.
    select case when e.oid is not null then 'vector'
                when b.type = any ('{int2,int4,int8,float4,float8,bool,date,timestamp,timestamptz}'::regtype[])
                then b.name::text
                else 'text' end
      from (select x.oid as type, x.typname as name, x.typnamespace as schema
              from pg_type t
              join pg_type x on x.oid = case t.typtype when 'd' then t.typbasetype else t.oid end
             where t.oid = _export_kind.type) b
      left join pg_extension e
             on e.extname = 'vector' and e.extnamespace = b.schema and b.name in ('vector', 'halfvec');
$$;
comment on function featurize._export_kind(oid) is
    'Type that values of a type are exported as: vector, the name of a simple type, or text.';

create or replace function featurize._export_columns(subject text, relation regclass)
    returns table (number bigint, name text, kind text, dim integer, value text)
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
        select row_number() over (order by a.attnum), a.attname::text, k.kind,
               case k.kind when 'vector' then nullif(a.atttypmod, -1) end, format('s.%I', a.attname)
          from pg_attribute a
         cross join lateral featurize._export_kind(a.atttypid) k (kind)
         where a.attrelid = relation and a.attnum > 0 and not a.attisdropped;
        return;
    end if;
    stored := featurize._with_embedding(f, 'join');
    return query
    select row_number() over (order by c.position), a.attname::text, featurize._export_kind(a.atttypid),
           null::integer, format('s.%I', a.attname)
      from unnest(f.key_columns || case when f.image_kind in ('path', 'uri') then array[f.image_column] else '{}' end)
           with ordinality c (name, position)
      join pg_attribute a on a.attrelid = f.source and a.attname = c.name
     where not (f.image_column = any (f.key_columns) and c.position > cardinality(f.key_columns))
     union all
    -- The embedding is the last column. It is not named embedding if the image column has that name.
    select 1600, case when f.destination = 'column' or f.image_column = 'embedding' then f.name else 'embedding' end,
           'vector', m.dim, stored.embedding
      from featurize.model m
     where m.name = f.model
     order by 1;
end
$$;
comment on function featurize._export_columns(text, regclass) is
    'Columns to export, in order: all columns of a relation; key, image and embedding of a featurizer. value is an
expression over the alias s.';
