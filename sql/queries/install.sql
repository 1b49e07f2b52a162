-- vector_version: Version of pgvector in the database, and of the one on offer.
select installed_version, default_version from pg_available_extensions where name = 'vector';

-- create_vector: Install pgvector.
create extension if not exists vector;

-- search_path: Create nothing but what is qualified, use nothing but what is built in.
set local search_path = pg_catalog, pg_temp;

-- installed_releases: Schema releases, if pgfeaturize is there at all.
select version from featurize.release;

-- schema_exists: Whether pgfeaturize is there at all.
select to_regclass('featurize.release') is not null;

-- extension_version: Version of the extension, if it was that route.
select extversion from pg_extension where extname = 'pgfeaturize';
