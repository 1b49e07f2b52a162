-- Rules for every object of pgfeaturize, including generated ones.
create table photos (id bigint primary key, path text);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f');
select featurize.create_featurizer('photos', 'path', 'tiny', 'c', destination => 'column');
select pg_temp.space('f');
select featurize.create_index('f', method => 'bits', concurrently => false);
select featurize.create_index('f', 'l2', method => 'projection', dimensions => 2);
select featurize.begin_index(2);

-- Except where a procedure commits, which PostgreSQL forbids together with settings of its own.
select pg_temp.is((select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
                    where p.pronamespace in ('featurize'::regnamespace, 'featurize_generated'::regnamespace) and not (p.prokind = 'p' and p.proname in ('embed', '_embed', 'featurize_query'))
                      and not coalesce(array_to_string(p.proconfig, ' ') like 'search_path=pg_catalog, pg_temp%', false)),
                  null, 'functions whose search_path is not pinned');
select pg_temp.is((select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
                    where p.pronamespace in ('featurize'::regnamespace, 'featurize_generated'::regnamespace) and p.prosecdef <> (p.proname ~ '^(on_\d+|project_\d+_\d+)$')),
                  null, 'functions with the rights of their owner, that neither triggers nor indexes call');
select pg_temp.is((select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
                    where p.pronamespace in ('featurize'::regnamespace, 'featurize_generated'::regnamespace) and p.proname ~ '^on_'
                      and has_function_privilege('public', p.oid, 'execute')),
                  null, 'trigger functions that anybody may call');

-- Comments
select pg_temp.is((select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
                    where p.pronamespace in ('featurize'::regnamespace, 'featurize_generated'::regnamespace) and obj_description(p.oid, 'pg_proc') is null),
                  null, 'functions without comment');
select pg_temp.is((select string_agg(c.oid::regclass::text, ', ') from pg_class c
                    where (c.relnamespace = 'featurize'::regnamespace or c.relname = 'f') and c.relkind in ('r', 'v', 'm', 'p')
                      and c.relname <> 'alembic_version' and obj_description(c.oid, 'pg_class') is null),
                  null, 'tables and views without comment');
select pg_temp.is((select string_agg(c.oid::regclass || '.' || a.attname, ', ')
                     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                    where (c.relnamespace = 'featurize'::regnamespace and c.relname <> 'alembic_version' and c.relkind in ('r', 'v', 'm', 'p')
                           or c.relname = 'f' and a.attname <> 'id' or c.relname = 'photos' and a.attname not in ('id', 'path'))
                      and col_description(c.oid, a.attnum) is null),
                  null, 'columns without comment');
select pg_temp.is((select string_agg(i.indexrelid::regclass::text, ', ') from pg_index i join pg_class c on c.oid = i.indexrelid
                    where c.relnamespace = 'featurize'::regnamespace and obj_description(i.indexrelid, 'pg_class') is null
                      and not exists (select from pg_constraint k where k.conindid = i.indexrelid)),
                  null, 'indexes without comment');
select pg_temp.is(obj_description('featurize'::regnamespace, 'pg_namespace') || obj_description('featurize_generated'::regnamespace, 'pg_namespace') is not null, true, 'comments of the schemas');
select pg_temp.is((select string_agg(d.objoid::text || d.description, ', ') from pg_description d
                    where d.description <> btrim(d.description) or d.description = ''), null, 'comments that begin or end with space');

-- Names
select pg_temp.is((select string_agg(format('%s of %s', k.conname, k.conrelid::regclass), ', ') from pg_constraint k
                    where k.connamespace = 'featurize'::regnamespace and k.contype <> 'n' and k.conname <> 'alembic_version_pkc'
                      and (k.conname !~ format('^%s_', (select relname from pg_class where oid = k.conrelid))
                           or k.conname ~ (case k.contype when 'u' then '_key\d*$' else '_(check|fkey|excl|not_null)\d+$|_check$' end))),
                  null, 'constraints that PostgreSQL has named');
select pg_temp.is((select string_agg(k.conname, ', ') from pg_constraint k
                    where k.connamespace = 'featurize'::regnamespace and k.contype = 'c' and not k.convalidated),
                  null, 'constraints that are not valid');
select pg_temp.is((select string_agg(t.tgname, ', ' order by t.tgname) from pg_trigger t where t.tgrelid = 'photos'::regclass),
                  'featurize_1_delete, featurize_1_insert, featurize_1_truncate, featurize_1_update, '
                  'featurize_2_delete, featurize_2_insert, featurize_2_truncate, featurize_2_update', 'triggers');

-- Privileges: nothing is granted to any role.
select pg_temp.is((select string_agg(c.oid::regclass::text, ', ') from pg_class c
                    where c.relnamespace = 'featurize'::regnamespace and array_to_string(c.relacl, ' ') ~ '(^| )='),
                  null, 'tables that are open to everybody');
select pg_temp.is(has_schema_privilege('public', 'featurize', 'usage') or has_schema_privilege('public', 'featurize', 'create'),
                  false, 'the schema is closed');

-- Settings of the planner make plans look expensive, and PostgreSQL compiles expensive plans for a second.
select pg_temp.is((select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
                    where p.pronamespace in ('featurize'::regnamespace, 'featurize_generated'::regnamespace)
                      and array_to_string(p.proconfig, ' ') ~ '\menable_' and not p.proconfig @> array['jit=off']),
                  null, 'functions that set enable_* and leave jit on');
select pg_temp.is((select string_agg(p.proname, ', ' order by p.proname) from pg_proc p
                    where p.pronamespace = 'featurize'::regnamespace and p.proname in ('claim', 'settle', '_reclaim', 'backfill_step')
                      and p.proconfig @> array['jit=off']),
                  '_reclaim, backfill_step, claim, settle', 'functions of the queue that turn jit off');
