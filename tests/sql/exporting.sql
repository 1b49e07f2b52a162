-- Exports and samples: columns, order and rows, with both destinations.
\ir points.psql
call pg_temp.fill(3, 20, :'destination', :'storage');
alter table d3 add column label text;
update d3 set label = case when id <= 4 then 'few' else 'many' end where id <> 20;
select featurize.create_training_view('t3', 'f3', 'label');

-- The embeddings of a featurizer: key, image, and vectors of the current space.
select pg_temp.is(e.rows, 20::bigint, 'rows'), pg_temp.is(e.kinds, array['int8', 'text', 'vector'], 'kinds'),
       pg_temp.is(e.names, array['id', 'path', case :'destination' when 'table' then 'embedding' else 'f3' end], 'names'),
       pg_temp.is(e.dims, array[null, null, 3], 'dims'),
       pg_temp.is(e.statement like '% order by s.id) x) to stdout (format binary)', true, 'in key order')
  from featurize._export('f3', current_schemas(true), 'typed') e;
select featurize.retire_space('m3');
select pg_temp.is(e.rows, 0::bigint, 'nothing is current') from featurize._export('f3', current_schemas(true), 'typed') e;
update featurize.space set retired_at = null;

-- A training view in the order of its key; any relation in the order of its primary key.
select pg_temp.is(e.rows, 19::bigint, 'rows'), pg_temp.is(e.names, array['id', 'label', 'split', 'features'], 'names'),
       pg_temp.is(e.dims[4], 3, 'length'), pg_temp.is(e.statement like '% from public.t3 s order by s.id) %', true, 'in key order')
  from featurize._export('t3', current_schemas(true), 'json') e;
create table pairs (b text, a integer, v vector, primary key (a, b));
insert into pairs values ('x', 1, null), ('y', 1, '[1,2]');
select pg_temp.is(e.dims, array[null, null, 2], 'the first vector says it'),
       pg_temp.is(e.statement like '% order by s.a, s.b) %', true, 'in key order')
  from featurize._export('pairs', current_schemas(true), 'text') e;

-- Names
create schema "Other";
create table "Other"."Ä b" (v vector(2));
create table "Other".pairs (v halfvec(4));
select pg_temp.is(featurize._export_relation(n.name, array['public']), n.found, n.name)
  from (values ('pairs', 'public.pairs'::regclass), ('public.pairs', 'public.pairs'), ('Other.pairs', '"Other".pairs'),
               ('"Other".pairs', '"Other".pairs'), ('Other.Ä b', '"Other"."Ä b"'), ('Ä b', null), ('"Ä b"', null),
               ('pairs; drop table pairs', null), ('', null), ('t3', 't3'), ('d3_pkey', null)) n (name, found);
select pg_temp.is(featurize._export_relation('pairs', array['Other', 'public']), '"Other".pairs'::regclass, 'the path decides');
select pg_temp.is(featurize._export_relation('t3', array['Other']), 't3'::regclass, 'training views are found everywhere');

-- Types
create domain mine as vector(2);
create type mood as enum ('sad', 'glad');
select pg_temp.is(featurize._export_kind(t.type), t.kind, t.type::text)
  from (values ('vector'::regtype, 'vector'), ('halfvec', 'vector'), ('mine', 'vector'), ('sparsevec', 'text'), ('integer', 'int4'),
               ('real', 'float4'), ('timestamptz', 'timestamptz'), ('numeric', 'text'), ('mood', 'text'), ('vector[]', 'text'),
               ('integer[]', 'text'), ('bytea', 'text'), ('varchar', 'text')) t (type, kind);

-- The image is the key; images are bytes.
create table files (path text primary key, size integer);
create table scans (id integer primary key, image bytea, embedding text);
select featurize.create_featurizer('files', 'path', 'tiny', 'files_looks');
select featurize.create_featurizer('scans', 'image', 'tiny', 'scans_looks', image_kind => 'bytes');
select pg_temp.is((featurize._export('files_looks', current_schemas(true), 'typed')).names, array['path', 'embedding'], 'once');
select pg_temp.is((featurize._export('scans_looks', current_schemas(true), 'typed')).names, array['id', 'embedding'], 'no images');

select pg_temp.throws($$ select featurize._export('nobody', array['public'], 'typed') $$, 'FZ006', '%"nobody"%', '%Featurizers: f3, %Training views: t3.%');
select pg_temp.throws($$ select featurize._export('d3_pkey', array['public'], 'typed') $$, 'FZ006', '%"d3_pkey"%');
select pg_temp.throws($$ select featurize._export('files', array['public'], 'typed') $$, 'FZ006', 'public.files has no column of type vector%', '%path, size%');

-- Samples of each class
select pg_temp.is(s.rows, 14::bigint, 'of the smaller class all'), pg_temp.is(s.dim, 3, 'length') from featurize._training_sample('t3', 10) s;
select pg_temp.is(array(select p.image from featurize._training_images('t3', array['{"id": 7}', '{"id": 3}', '{"id": 99}']::jsonb[]) p order by p.number),
                  array['7', '3'], 'images by key, in that order');
select pg_temp.throws($$ select featurize._training_sample('t4', 10) $$, 'FZ014', '%"t4"%');
