-- table_exists: Return whether a table exists.
select to_regclass($1::text) is not null;

-- create_image_table: Create a table of image files.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null unique,
    label text
);

-- create_incoming: Create the temporary table for bulk rows.
create temp table incoming (position bigint generated always as identity, path text, label text) on commit drop;

-- copy_incoming: Copy bulk rows into the temporary table.
copy incoming (path, label) from stdin;

-- insert_incoming: Insert the bulk rows that are new, in order.
insert into {table} (path, label)
select path, label from incoming order by position
    on conflict do nothing
returning true;

-- create_featurizer: Declare a featurizer.
select featurize.create_featurizer($1::regclass, $2::name, $3::text, if_not_exists => true);

-- register_random: Register a copy of a model with seeded random weights.
select featurize.register_model($1::text || '_random', m.backbone, m.node, m.pooling, m.dim, 'random', m.preprocessing)
  from featurize.model m where m.name = lower($1::text);

-- worker_is_idle: Return whether a worker is idle.
select exists (
    select from pg_locks
     where locktype = 'advisory'
       and granted
       and database = (select oid from pg_database where datname = current_database())
       and objid = featurize._idle_lock());

-- sample: Return a sample of rows, spread over the table.
select t.id, t.path, t.label
  from {table} t, (select count(*) as rows from {table}) n
 where t.label is not null
 order by hashtextextended(t.id::text, 0) limit $1::integer;

-- neighbors: Return the nearest neighbors of a row.
select (n.item).id, (n.item).path, (n.item).label, n.distance
  from {table} t, featurize.neighbors(t, $2::text, $3::integer) n
 where t.id = $1::bigint;

-- knn_accuracy: Return how often the majority of the nearest rows has the label of the row.
select count(*) as rows, avg((vote.label = t.label)::integer)::float8 as accuracy
  from {table} t
 cross join lateral (
       select mode() within group (order by (n.item).label) as label
         from featurize.neighbors(t, $1::text, $2::integer) n) vote
 where t.label is not null and vote.label is not null;
