-- Statements about one featurizer that run for every batch are kept planned. They name tables of users, so
-- they cannot be written into a routine. The first call in a session renders the statement into a temporary
-- function, and PL/pgSQL keeps its plan until the session ends. Such a function belongs to the role that calls
-- it, so no code of a table's owner runs with the rights of a worker; see docs/decisions/0018-planned-statements.md.

create or replace function featurize._planned(
    f featurize.featurizer,
    purpose text,
    arguments text,
    result text,
    renderer regprocedure
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- The name changes with everything that the text depends on: renamed tables, another key type, a new release.
    name text := format('featurize_%s_%s_%s', purpose, f.id, md5(concat_ws(
        '|', f.source, f.embeddings, f.name, f.image_column, f.image_kind, f.key_columns, f.destination, f.storage,
        (select string_agg(format('%s %s %s', a.attname, a.atttypid, a.atttypmod), ',' order by a.attnum)
           from pg_attribute a
          where a.attrelid = f.source and a.attname = any (f.key_columns)),
        (select n.nspname
           from pg_extension e
           join pg_namespace n on n.oid = e.extnamespace
          where e.extname = 'vector'),
        (select p.xmin from pg_proc p where p.oid = renderer))));
    statement text;
    is_own boolean;
begin
    select p.proowner = current_user::regrole into is_own
      from pg_proc p
     where p.proname = name and p.pronamespace = pg_my_temp_schema();
    if found then
        -- Code that ran in this session under another role may have created it.
        return case when is_own then 'pg_temp.' || name end;
    end if;
    if not has_database_privilege(current_database(), 'temporary') then
        return null;
    end if;
    execute format('select %s($1)', renderer::regproc) into statement using f;
    execute format(
        'create or replace function pg_temp.%s(%s) returns %s language plpgsql '
        'set plan_cache_mode = force_generic_plan as %L',
        name, arguments, result, format(E'#variable_conflict use_column\nbegin return query %s; end', statement));
    return 'pg_temp.' || name;
end
$$;
comment on function featurize._planned(featurize.featurizer, text, text, text, regprocedure) is
    'Name of the temporary function that keeps the plan of a statement about a featurizer; created if it is missing.
Null if the current role may not create temporary objects, or another role has created one of this name: then the
statement has to be planned for each call.';
