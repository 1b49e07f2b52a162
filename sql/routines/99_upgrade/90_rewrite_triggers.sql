-- What triggers and policies call is text of the routines that wrote it. An update writes it again, in its
-- own transaction and without a lock on any table: no write of a user's ever meets the tables of one release
-- and the trigger of another.
do $$
declare
    is_extension boolean := exists (select from pg_extension e where e.extname = 'pgfeaturize');
    written record;
    function regprocedure;
begin
    for written in
        select x as f, array[p.on, p.sees] as functions, pg_has_role(o.proowner, 'usage')
            and pg_has_role(s.proowner, 'usage') as is_ours
          from featurize.featurizer x
         cross join lateral (values (to_regprocedure(featurize._trigger_function(x) || '()'),
                                     to_regprocedure(featurize._sees_function(x.id) || '(jsonb)'))) p ("on", sees)
          join pg_proc o on o.oid = p.on
          join pg_proc s on s.oid = p.sees
         -- Else they cannot be written, and the doctor says why.
         where not exists (select from featurize._doctor_source() d where d.object = x.name)
    loop
        if not written.is_ours then
            raise warning 'featurizer "%" keeps its triggers of the former release: its owner has to call '
                'featurize.repair(%)',
                (written.f).name, quote_literal((written.f).name);
            continue;
        end if;
        -- The script of an extension may replace nothing but members, and pg_dump leaves members out.
        if is_extension then
            foreach function in array written.functions loop
                execute format('alter extension pgfeaturize add function %s', function);
            end loop;
        end if;
        perform featurize._write_trigger_function(written.f), featurize._create_sees(written.f);
        if is_extension then
            foreach function in array written.functions loop
                execute format('alter extension pgfeaturize drop function %s', function);
            end loop;
        end if;
    end loop;
end
$$;
