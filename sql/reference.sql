-- reference_functions: List the public functions for users, or for workers and programs.
select format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) as signature,
       obj_description(p.oid, 'pg_proc') as description
  from pg_proc p
 where p.pronamespace = 'featurize'::regnamespace and left(p.proname, 1) <> '_'
   and (obj_description(p.oid, 'pg_proc') ~ '^For (workers|programs)') = ($1::text = 'workers')
 order by p.proname, 1;

-- reference_relations: List the public tables and views.
select c.relname as name, obj_description(c.oid, 'pg_class') as description
  from pg_class c
 where c.relnamespace = 'featurize'::regnamespace and c.relkind in ('r', 'v') and left(c.relname, 1) <> '_'
   and c.relname <> 'alembic_version'
 order by c.relname;

-- reference_columns: List the columns of a table or view.
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       coalesce(col_description(a.attrelid, a.attnum), '') as description
  from pg_attribute a
 where a.attrelid = format('featurize.%I', $1::text)::regclass and a.attnum > 0 and not a.attisdropped
 order by a.attnum;
