-- create_scratch: Create an empty database.
create database {database} template template0;

-- drop_scratch: Drop a database and end its connections.
drop database if exists {database} with (force);

-- create_images: Create a table of images.
create table {table} (id integer primary key, path text, label text);

-- featurize_images: Declare a featurizer on it.
select featurize.create_featurizer($1::regclass, 'path', $2::text, $3::text, destination => $4::text);

-- set_statement_timeout: Limit the duration of statements.
set statement_timeout = '30 s';

-- put_images: Insert rows, or change the images of existing ones.
insert into {table} (id, path)
select * from unnest($1::integer[], $2::text[])
    on conflict (id) do update set path = excluded.path;

-- change_images: Change the image of rows.
update {table} set path = $3::text where id between $1::integer and $2::integer;

-- clear_images: Set the image of rows to null.
update {table} set path = null where id between $1::integer and $2::integer;

-- label_images: Change a column that is not the image.
update {table} set label = $3::text where id between $1::integer and $2::integer;

-- move_image: Change the key of a row.
update {table} set id = $2::integer
 where id = $1::integer and not exists (select from {table} t where t.id = $2);

-- remove_images: Delete rows.
delete from {table} where id between $1::integer and $2::integer;

-- truncate_images: Truncate the table.
truncate {table};

-- tally: Return the progress of all featurizers and the number of rows at the same moment.
select p.*, (select count(*) from {table}) as there from featurize.progress p order by featurizer;

-- heartbeats: Return those of these processes that have sent a heartbeat since they registered.
select pid from featurize.worker where pid = any ($1::integer[]) and last_heartbeat > started_at;

-- is_silent: Return whether the last heartbeat of a process is older than a duration.
select bool_and(last_heartbeat < clock_timestamp() - $2::interval) from featurize.worker where pid = $1::integer;

-- leases_of: Return the number of batches that a process holds.
select count(*)
  from featurize.lease l
  join featurize.worker w on w.id = l.worker_id
 where w.pid = $1::integer and l.expires_at > clock_timestamp();

-- end_connections: End all connections to this database except these.
select count(pg_terminate_backend(pid))
  from pg_stat_activity
 where datname = current_database() and backend_type = 'client backend' and pid <> all ($1::integer[]);

-- places: Return where the images and vectors of a featurizer are stored.
select source::text, image_column::text, coalesce(embeddings, source)::text as vectors,
       case destination when 'table' then 'embedding' else name end as vector_column
  from featurize.featurizer where name = $1;

-- stored_rows: Return all that is stored about each row, by its id.
select id, s.there is true as there, s.image, v.vector, x.reason, q.queued is true as queued
  from (select id, {image_column} as image, true as there from {source}) s
  full join (select id, {vector_column}::float4[] as vector
               from {vectors}
              where {vector_column} is not null) v using (id)
  full join (select (key ->> 'id')::integer as id, reason from featurize.failure where featurizer = $1) x using (id)
  left join (select distinct (key ->> 'id')::integer as id, true as queued
               from featurize._queued j join featurize.featurizer f on f.id = j.featurizer_id
              where f.name = $1) q using (id)
 order by id;

-- leftovers: Return the number of queued rows and of leases.
select (select count(*) from featurize._queued) as queued, (select count(*) from featurize.lease) as leased;
