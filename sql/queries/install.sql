-- vector_version: Return the installed and the available version of pgvector.
select installed_version, default_version from pg_available_extensions where name = 'vector';

-- choose_schema: Install pgvector in public if the search path has no schema that exists.
select set_config('search_path', 'public', true) where current_schema() is null;

-- create_vector: Install pgvector.
create extension if not exists vector;

-- search_path: Pin the search path, so that objects are created only in named schemas.
set local search_path = pg_catalog, pg_temp;

-- installed_releases: Return the installed schema releases.
select version from featurize.release;

-- schema_exists: Return whether pgfeaturize is installed.
select to_regclass('featurize.release') is not null;

-- extension_version: Return the version of the extension, if pgfeaturize was installed as one.
select extversion from pg_extension where extname = 'pgfeaturize';
