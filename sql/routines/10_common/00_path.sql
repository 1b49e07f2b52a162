-- pgvector may live in any schema, and signatures name its types.
do $$
begin
    perform set_config('search_path', format('pg_catalog, %I, pg_temp', n.nspname), true)
       from pg_extension e
       join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'vector';
    -- A role that is not a superuser may use pgvector's settings in functions only after its library is loaded.
    perform '[1]'::vector;
end
$$;
