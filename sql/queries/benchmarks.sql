-- create_database: A database like another one.
create database {database} template {template};

-- create_narrow: The table that a trigger weighs on most.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null
);

-- create_usual: A table as applications have them.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null,
    label text,
    created_at timestamptz not null default now()
);

-- create_usual_index: The index that such a table has.
create index on {table} (created_at);

-- insert_paths: Many rows in one statement.
insert into {table} (path) select path from unnest($1::text[]) with ordinality p (path, position) order by position;

-- insert_path: One row.
insert into {table} (path) values ($1::text) returning id;

-- empty_table: Start again.
truncate {table};

-- pause: Hand out no more jobs.
select featurize.pause($1::text);

-- settle_times: When each batch was stored, in order.
select extract(epoch from embedded_at)::float8 as at, count(*) as rows from {table} group by 1 order by 1;

-- count_rows: How many there are.
select count(*) from {table};

-- create_announcement: What tells that a vector has become visible.
create function {function}() returns trigger language plpgsql as $$ begin perform pg_notify('visible', new.id::text); return null; end $$;

-- announce: Tell it for a table.
create trigger announce after insert on {table} for each row execute function {function}();

-- listen_visible: Be told.
listen visible;

-- create_vectors: Where vectors go, as in an embedding table.
create table {table} (id bigint primary key, embedding vector not null);

-- create_staged: Where COPY puts them first.
create temp table staged (id bigint, embedding vector) on commit delete rows;

-- insert_vector: One vector, as a first program would.
insert into {table} (id, embedding) values ($1::bigint, $2);

-- insert_vectors: A batch as one parameter.
insert into {table} (id, embedding) select v.id, v.embedding from unnest($1::bigint[], $2) as v (id, embedding);

-- copy_staged: A batch by COPY.
copy {staged} (id, embedding) from stdin (format binary);

-- insert_staged: From there to where it belongs.
insert into {table} (id, embedding) select id, embedding from {staged};

-- drop_table: Remove it.
drop table if exists {table};
