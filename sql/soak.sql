-- create_scratch: A database for a while, without whatever template1 has.
create database {database} template template0;

-- drop_scratch: It is gone, and whoever was in it.
drop database if exists {database} with (force);

-- create_images: A table of images.
create table {table} (id integer primary key, path text, label text);

-- featurize_images: Keep vectors of its images beside it, or in it.
select featurize.create_featurizer($1::regclass, 'path', $2::text, $3::text, destination => $4::text);

-- be_impatient: Whatever takes longer has failed.
set statement_timeout = '30 s';

-- put_images: Rows, or other images for those that are there.
insert into {table} (id, path)
select * from unnest($1::integer[], $2::text[])
    on conflict (id) do update set path = excluded.path;

-- change_images: Another image for some rows.
update {table} set path = $3::text where id between $1::integer and $2::integer;

-- clear_images: None for some rows.
update {table} set path = null where id between $1::integer and $2::integer;

-- label_images: Something that is no image.
update {table} set label = $3::text where id between $1::integer and $2::integer;

-- move_image: Another key for a row.
update {table} set id = $2::integer
 where id = $1::integer and not exists (select from {table} t where t.id = $2);

-- remove_images: Some rows less.
delete from {table} where id between $1::integer and $2::integer;

-- truncate_images: All of them.
truncate {table};

-- tally: Where the rows are, and how many there are at the same moment.
select p.*, (select count(*) from {table}) as there from featurize.progress p order by featurizer;

-- beating: How many of these processes the server has heard of again since they registered.
select count(*) from featurize.worker where pid = any ($1::integer[]) and last_heartbeat > started_at;

-- leases_of: How many batches a process has in hand.
select count(*)
  from featurize.lease l
  join featurize.worker w on w.id = l.worker_id
 where w.pid = $1::integer and l.expires_at > clock_timestamp();

-- cut_connections: End all connections to this database but these.
select count(pg_terminate_backend(pid))
  from pg_stat_activity
 where datname = current_database() and backend_type = 'client backend' and pid <> all ($1::integer[]);

-- places: Where the images and the vectors of a featurizer are.
select source::text, image_column::text, coalesce(embeddings, source)::text as vectors,
       case destination when 'table' then 'embedding' else name end as vector_column
  from featurize.featurizer where name = $1;

-- account: Each row, by its id, with all that it has.
select id, s.there is true as there, s.image, v.vector, x.reason, q.queued is true as queued
  from (select id, {image_column} as image, true as there from {source}) s
  full join (select id, {vector_column}::float4[] as vector from {vectors} where {vector_column} is not null) v
      using (id)
  full join (select (key ->> 'id')::integer as id, reason from featurize.failure where featurizer = $1) x using (id)
  left join (select distinct (key ->> 'id')::integer as id, true as queued
               from featurize._queued j join featurize.featurizer f on f.id = j.featurizer_id
              where f.name = $1) q using (id)
 order by id;

-- leftovers: What is queued or leased.
select (select count(*) from featurize._queued) as queued, (select count(*) from featurize.lease) as leased;
