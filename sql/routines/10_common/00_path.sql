-- pgvector may live in any schema, and signatures name its types.
select set_config('search_path', format('pg_catalog, %I, pg_temp', n.nspname), true)
  from pg_extension e
  join pg_namespace n on n.oid = e.extnamespace
 where e.extname = 'vector';

-- Only once its library is loaded may those who are no superusers give functions its settings.
select '[1]'::vector;
