-- Invalid calls raise an error with an SQLSTATE, the name of the object, and a hint.
create table photos (id bigint primary key, path text, image bytea, number integer, paths text[], sizes json);
insert into photos values (1, 'a.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'taken');

-- Unknown featurizer
select pg_temp.throws(s, 'FZ001', 'there is no featurizer "nobody"', 'Existing featurizers: taken.%create_featurizer%') from unnest(array[
    $$ select featurize.drop_featurizer('nobody') $$, $$ select featurize.pause('nobody') $$, $$ select featurize.resume('nobody') $$,
    $$ select featurize.refresh('nobody') $$, $$ select featurize.refresh('nobody', 'true') $$, $$ select featurize.retry('nobody') $$,
    $$ select featurize.repair('nobody') $$, $$ select featurize.why('nobody', '1') $$, $$ select featurize.wait('nobody') $$,
    $$ select * from featurize.neighbors(null::photos, 'nobody') $$]) s;
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'vgg') $$, 'FZ005', 'there is no model "vgg"', '%vgg16%register_model%');
select pg_temp.throws($$ select featurize.retire_space('vgg') $$, 'FZ005', 'there is no model "vgg"', '%vgg16%');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', null) $$, 'FZ005', '%', 'Some of % existing models: %');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'pth') $$, 'FZ004', 'public.photos has no column "pth"', '%id, path, image%');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'Path') $$, 'FZ004', 'public.photos has no column "Path"', '%path%');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'ctid') $$, 'FZ004', '%"ctid"%', '%');
select pg_temp.throws($$ select featurize.create_featurizer('photos', null) $$, 'FZ004', 'public.photos has no column %', '%');
select pg_temp.throws($$ select featurize.create_featurizer(null, 'path') $$, 'FZ003', '%cannot be featurized%', '%');
select pg_temp.throws($$ select featurize.create_featurizer(4294967295::oid::regclass, 'path') $$, 'FZ003', '%does not exist', '%');

-- Unsuitable sources
create view a_view as select * from photos;
create materialized view a_matview as select * from photos;
create foreign data wrapper nothing;
create server nowhere foreign data wrapper nothing;
create foreign table a_foreign (id bigint, path text) server nowhere;
create table a_partitioned (id bigint primary key, path text) partition by range (id);
create table a_partition partition of a_partitioned for values from (0) to (10);
create table a_keyless (id bigint not null unique, path text);
create sequence a_sequence;
create temp table a_temporary (id bigint primary key, path text);
create table a_parent (id bigint primary key, path text);
create table a_child (primary key (id)) inherits (a_parent);
select pg_temp.throws(format('select featurize.create_featurizer(%L, %L)', source, 'path'), 'FZ003',
                      format('%%%s cannot be featurized: it %s', source, complaint), '_%')
  from (values ('a_view', 'is a view'), ('a_matview', 'is a materialized view'), ('a_foreign', 'is a foreign table'),
               ('a_partitioned', 'is partitioned'), ('a_partition', 'is a partition'), ('a_keyless', 'has no primary key'),
               ('a_sequence', 'is not a table'), ('a_temporary', 'is a temporary table, which no worker can see'),
               ('pg_class', 'is a system table'), ('information_schema.sql_features', 'is a system table'),
               ('featurize.worker', 'is a system table'), ('photos_pkey', 'is not a table'),
               ('a_parent', 'has tables that inherit from it'), ('a_child', 'inherits from another table')) s (source, complaint);

-- Unsuitable image columns
select pg_temp.throws(format('select featurize.create_featurizer(''photos'', %L, image_kind => %L)', c, k), 'FZ004',
                      format('column "%s" of public.photos is of type %s, not %s', c, t, w), '%bytea column%')
  from (values ('image', 'path', 'bytea', 'text'), ('number', 'path', 'integer', 'text'), ('paths', 'path', 'text[]', 'text'),
               ('sizes', 'path', 'json', 'text'), ('path', 'bytes', 'text', 'bytea')) s (c, k, t, w);

-- Choices
select pg_temp.throws(format('select featurize.create_featurizer(''photos'', ''path'', %s => %s)', a, v), 'FZ006', format('%s cannot be %s', a, v), '%Choose one of: %')
  from (values ('image_kind', '''image'''), ('image_kind', 'NULL'), ('destination', '''Table'''), ('destination', 'NULL'),
               ('storage', '''sparsevec'''), ('storage', 'NULL'), ('on_truncated', '''ignore'''), ('on_truncated', 'NULL')) s (a, v);

-- Names in use
create table occupied (id integer);
create index occupied_index on occupied (id);
create type occupied_type as enum ('a');
select pg_temp.throws(format('select featurize.create_featurizer(''photos'', ''path'', ''tiny'', %L, destination => %L)', n, d),
                      'FZ002', format('featurizer "%s" cannot be created: the name %s', n, c), '%name => %')
  from (values ('taken', 'table', 'is the name of another featurizer of public.photos'), ('taken', 'column', 'is the name of another featurizer of public.photos'),
               ('occupied', 'table', '%occupied'), ('a_view', 'table', '%a_view'), ('occupied_index', 'table', '%occupied_index'),
               ('photos', 'table', '%photos'), ('occupied_type', 'table', '%occupied_type'),
               ('number', 'column', '%column of public.photos%'), ('ctid', 'column', '%column of public.photos%')) s (n, d, c);
select pg_temp.is((select count(*) from featurize.featurizer), 1::bigint, 'none was created');
select pg_temp.is((select count(*) from pg_trigger where not tgisinternal), 4::bigint, 'no trigger was left');

-- Models
select pg_temp.throws($$ select featurize.register_model('ResNet50', 'resnet50', 'layer3') $$, 'FZ002', 'model "ResNet50" is shipped%', '%another name%');
select pg_temp.throws($$ select featurize.register_model('tiny', 'hash', 'end', 'none', 5, 'none', pg_temp.preprocessing()) $$,
                      'FZ006', 'model "tiny" is in use with 4 dimensions and cannot be changed to 5', '%another name%');
select pg_temp.throws($$ select featurize.register_model('mine', 'resnet18', pooling => 'median') $$, 'FZ006', 'pooling cannot be ''median''', 'Choose one of: none, flatten, avg, max, gem.');
select pg_temp.throws($$ select featurize.register_model('mine', 'resnet18', dim => 0) $$, 'FZ006', 'model "mine"%0%', '_%');
select pg_temp.throws($$ select featurize.register_model('mine', 'resnet18', dim => 16001) $$, 'FZ006', 'model "mine"%16001%', '_%');
select pg_temp.throws($$ select featurize.register_model('mine', 'resnet18', preprocessing => '[]') $$, 'FZ006', 'model "mine"%', '_%');
select pg_temp.throws(format($$ select featurize.register_model('mine', 'resnet18', preprocessing => %L) $$, j), 'FZ006',
                      'model "mine" cannot be registered with this preprocessing: ' || m, 'The fields of a preprocessing are: resize, %')
  from (values ('{"fit": "crop", "size": 224}', '"fit" is unknown; "size" is not [height, width]'), ('{"resize": "stretch"}', '%"iso_pad" or "aniso"'),
               ('{"shorter": 0}', '%length or null'), ('{"size": [0, 1]}', '%[height, width]'), ('{"size": ["1", "2"]}', '%[height, width]'),
               ('{"interpolation": "best"}', '%name of a filter'), ('{"antialias": 1}', '%true or false'), ('{"channels": 2}', '%3 or 1'),
               ('{"order": "hsv"}', '%"rgb" or "bgr"'), ('{"offset": null}', '%a number'), ('{"scale": 0}', '%positive number'),
               ('{"mean": 0.5}', '%list of numbers'), ('{"std": [0]}', '%list of positive numbers')) s (j, m);
select pg_temp.throws($$ select featurize.register_model('mine', 'resnet18', cut => 0) $$, 'FZ006', 'model "mine"%0 layers from the end', '_%');
select pg_temp.throws($$ select featurize.register_model('mine', 'resnet18', 'layer3', cut => 2) $$, 'FZ006', 'model "mine"%node "layer3" and 2 layers from the end', '_%');
select pg_temp.throws($$ select featurize.register_model('tiny', 'hash', cut => 2) $$, 'FZ006', 'model "tiny" is in use with 4 dimensions and cannot be changed to the number%', '%pass dim%');
select pg_temp.throws($$ select featurize.register_model(null, 'resnet18') $$, 'FZ006', '%', '_%');
select pg_temp.throws($$ select featurize.register_model('', 'resnet18') $$, 'FZ006', '%', '_%');
select featurize.register_model('Mine', 'ResNet18', 'layer3', 'avg', 256);
select pg_temp.is((select format('%s %s %s %s %s', backbone, node, pooling, dim, weights) from featurize.model where name = 'mine'),
                  'resnet18 layer3 avg 256 IMAGENET1K_V1', 'what was not given is as shipped');
select featurize.register_model('mine', 'resnet18', 'layer2', 'avg', 128);
select pg_temp.is((select dim from featurize.model where name = 'mine'), 128, 'nobody uses it, so it may change');

-- Keys
select pg_temp.throws(format('select featurize.why(''taken'', %L)', k), 'FZ006', '%is not a key of public.photos%', 'Pass an object with id, such as {"id": ...}.')
  from unnest(array['"x"', '{"ID": 1}', '{}', '[]', '{"id": "one"}', '{"id": 1e30}']) k;
select pg_temp.throws('select featurize.why(''taken'', null)', 'FZ006', 'null is not a key of public.photos%');
select pg_temp.is(featurize.why('taken', '2'), 'public.photos has no row {"id": 2}', 'no such row');
select pg_temp.is(featurize.why('taken', '"1"') like 'pending: %', true, 'a key in quotes');
select pg_temp.is(featurize.why('taken', 'null'::jsonb), 'public.photos has no row {"id": null}', 'no such row');
