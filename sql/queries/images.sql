-- table_exists: Whether there is a table of that name.
select to_regclass($1::text) is not null;

-- create_image_table: A table of image files.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null unique,
    label text
);

-- create_incoming: Where bulk rows land first.
create temp table incoming (position bigint generated always as identity, path text, label text) on commit drop;

-- copy_incoming: Bulk rows.
copy incoming (path, label) from stdin;

-- insert_incoming: Take over those that are not there yet, in order.
insert into {table} (path, label)
select path, label from incoming order by position
    on conflict do nothing
returning true;

-- create_featurizer: Declare that a column is featurized.
select featurize.create_featurizer($1::regclass, $2::name, $3::text, if_not_exists => true);

-- register_random: The same model with seeded random weights, under a name that says so.
select featurize.register_model($1::text || '_random', m.backbone, m.node, m.pooling, m.dim, 'random', m.preprocessing)
  from featurize.model m where m.name = lower($1::text);

-- worker_is_idle: Whether a worker waits to be woken.
select exists (
    select from pg_locks
     where locktype = 'advisory' and granted and database = (select oid from pg_database
         where datname = current_database())
       and objid = featurize._idle_lock());

-- sample: Some rows, spread over the table.
select t.id, t.path, t.label
  from {table} t, (select count(*) as rows from {table}) n
 where t.label is not null
 order by hashtextextended(t.id::text, 0) limit $1::integer;

-- neighbors: The nearest rows of one row.
select (n.item).id, (n.item).path, (n.item).label, n.distance
  from {table} t, featurize.neighbors(t, $2::text, $3::integer) n
 where t.id = $1::bigint;

-- knn_accuracy: How often the nearest rows have the label of the row, by majority.
select count(*) as rows, avg((vote.label = t.label)::integer)::float8 as accuracy
  from {table} t
 cross join lateral (
       select mode() within group (order by (n.item).label) as label
         from featurize.neighbors(t, $1::text, $2::integer) n) vote
 where t.label is not null and vote.label is not null;
