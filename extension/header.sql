\echo Use "create extension pgfeaturize cascade" to load this file. \quit
set local search_path = pg_catalog, pg_temp;

-- `pgfeaturize migrate` and install.sql create the same schema, whose objects no extension may take over.
do $$
begin
    if exists (
        select from pg_namespace n
         where n.nspname = 'featurize'
           and not exists (select from pg_depend d
                            where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')) then
        raise duplicate_schema using
            message = 'this database already has a schema featurize that does not belong to extension pgfeaturize',
            hint = 'If `pgfeaturize migrate` or install.sql created it, upgrade it by the same route. Only to replace it, '
                   'with the loss of all embeddings: select featurize.uninstall(); drop schema featurize, '
                   'featurize_generated cascade.';
    end if;
end
$$;

