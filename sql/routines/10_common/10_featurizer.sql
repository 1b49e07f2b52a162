-- Errors of class FZ, each with a message that names the object and a hint with the remedy:
-- FZ001 no such featurizer          FZ005 no such model
-- FZ002 name is taken or invalid    FZ006 invalid argument
-- FZ003 source cannot be featurized FZ007 query does not match the featurizer
-- FZ004 unsuitable image column     FZ008 another feature space
-- FZ009 model is unresolved         FZ010 no worker answers
-- FZ011 image cannot be embedded    FZ012 not allowed in a transaction block
-- FZ013 no connection of dblink    FZ014 no such training view
-- FZ015 training view is incomplete FZ016 no such classifier
-- FZ017 classifier cannot be trained

-- A featurizer is identified by its source and its name. Functions take the name alone if it is unique, else with the
-- schema, or the schema and the table, of the source: photos_look, tenant.photos_look, tenant.photos.photos_look.

create or replace function featurize._full_name(f featurize.featurizer) returns text
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    -- Of a dropped source only the oid is known.
    select coalesce((select format('%s.%s.%s', n.nspname, c.relname, f.name)
                       from pg_class c
                       join pg_namespace n on n.oid = c.relnamespace
                      where c.oid = f.source),
                    format('%s.%s', f.source::oid, f.name));
$$;
comment on function featurize._full_name(featurize.featurizer) is
    'Name of a featurizer with the schema and the name of its source, such as public.photos.photos_look.';

create or replace function featurize._label(f featurize.featurizer) returns text
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select case when exists (select from featurize.featurizer x where x.name = f.name and x.id <> f.id)
                then featurize._full_name(f) else f.name end;
$$;
comment on function featurize._label(featurize.featurizer) is
    'The name that identifies a featurizer: its own name, or its full name if others have the same name.';

create or replace function featurize._named(name text) returns setof featurize.featurizer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select f.* from featurize.featurizer f where f.name = _named.name
     union all
    select f.*
      from featurize.featurizer f
      left join pg_class c on c.oid = f.source
      left join pg_namespace n on n.oid = c.relnamespace
     where strpos(_named.name, '.') > 0
       and f.name <> _named.name
       and _named.name in (format('%s.%s', n.nspname, f.name), featurize._full_name(f));
$$;
comment on function featurize._named(text) is
    'The featurizers that a name may mean: the name alone, with the schema, or with schema and table of the source.';

create or replace function featurize._featurizer(name text) returns featurize.featurizer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    candidates featurize.featurizer[] := array(select f from featurize._named(name) f);
begin
    if cardinality(candidates) > 1 then
        raise exception using errcode = 'FZ001',
            message = format('there are %s featurizers "%s"', cardinality(candidates), name),
            hint = format('Pass the name with the schema, or the schema and the table: %s.', (
                select string_agg(featurize._full_name(f), ', ' order by f.id)
                  from unnest(candidates[1:5]) f));
    elsif cardinality(candidates) = 0 then
        raise exception using errcode = 'FZ001',
            message = format('there is no featurizer "%s"', name),
            hint = concat(
                featurize._similar_names(
                    'featurizers', name, array(select featurize._label(f) from featurize.featurizer f)),
                ' Use featurize.create_featurizer() to declare one.');
    end if;
    return candidates[1];
end
$$;
comment on function featurize._featurizer(text) is
    'The featurizer of that name. Raise FZ001 if there is none, or several.';

create or replace function featurize._featurizer(name text, row_type regtype) returns featurize.featurizer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
begin
    select x.* into f
      from featurize._named(name) x
      join pg_class c on c.oid = x.source
     where c.reltype = row_type;
    if f.id is null then
        f := featurize._featurizer(name);
        perform featurize._check_row_type(f, row_type);
    end if;
    return f;
end
$$;
comment on function featurize._featurizer(text, regtype) is
    'The featurizer of that name on the table with a row type. Raise FZ001 if there is no featurizer of that name, FZ007
if it is on another table.';

create or replace function featurize.featurizer_name(source regclass, name text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
begin
    if source is null then
        return featurize.featurizer_name(name);
    end if;
    select * into f
      from featurize.featurizer x
     where (x.source, x.name) = (featurizer_name.source, featurizer_name.name);
    if f.id is null then
        raise exception using errcode = 'FZ001',
            message = format('there is no featurizer "%s" on %s', name, source),
            hint = format('Featurizers on it: %s. Use featurize.create_featurizer() to declare one.', coalesce(
                (select string_agg(x.name, ', ' order by x.name) from featurize.featurizer x
                  where x.source = featurizer_name.source), 'none'));
    end if;
    return featurize._label(f);
end
$$;
comment on function featurize.featurizer_name(regclass, text) is
    'The name by which functions find a featurizer of a table: its own name, or schema.table.name if featurizers of
other tables have the same name. If source is null, name is such a name already.';

create or replace function featurize.featurizer_name(name text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._label(featurize._featurizer(featurizer_name.name));
$$;
comment on function featurize.featurizer_name(text) is
    'The name of a featurizer as views and functions show it. Raise FZ001 if there is none of that name, or several.';
