-- The functions that triggers and policies call were written by the routines of the previous release. An update
-- rewrites them in its own transaction and without a table lock, so that no write of a user runs a trigger of one
-- release on tables of another.
do $$
declare
    is_extension boolean := exists (select from pg_extension e where e.extname = 'pgfeaturize');
    written record;
    function regprocedure;
begin
    for written in
        select x as f, array_agg(p.oid::regprocedure) as functions, bool_and(pg_has_role(p.proowner, 'usage')) as is_own
          from featurize.featurizer x
          join pg_proc p on p.oid in (to_regprocedure(featurize._trigger_function(x) || '()'),
                                      to_regprocedure(featurize._replica_function(x.id) || '()'),
                                      to_regprocedure(featurize._sees_function(x.id) || '(jsonb)'))
         -- With such a fault they cannot be written; featurize.doctor() reports it.
         where not exists (select from featurize._source_faults(x))
         group by x.id
    loop
        if not written.is_own then
            raise warning 'featurizer "%" keeps its old triggers: its owner has to call featurize.repair(%)',
                featurize._label(written.f), quote_literal(featurize._label(written.f));
            continue;
        end if;
        -- An extension script may replace members only. Afterwards they must not be members, because pg_dump does not
        -- dump members.
        if is_extension then
            foreach function in array written.functions loop
                execute format('alter extension pgfeaturize add function %s', function);
            end loop;
        end if;
        perform featurize._write_trigger_functions(written.f), featurize._create_sees(written.f);
        if is_extension then
            foreach function in array written.functions loop
                execute format('alter extension pgfeaturize drop function %s', function);
            end loop;
        end if;
    end loop;
end
$$;
