-- Declaring a featurizer: the name, the model in any letter case, the place, and if_not_exists.
create table photos (id bigint generated always as identity primary key, path text);
insert into photos (path) values ('a.png'), ('b.png'), (null);

select pg_temp.is(featurize.create_featurizer('photos', 'path'), 'photos_resnet50', 'name and model have defaults');
select pg_temp.is(featurize.create_featurizer('photos', 'path', 'AlexNet'), 'photos_alexnet', 'models are found in any case');
select pg_temp.is(featurize.create_featurizer('public.photos', 'path', 'TINY', 'thumbs'), 'thumbs', 'a name of one''s own');
select pg_temp.is((select string_agg(format('%s %s', name, model), ', ' order by name) from featurize.featurizer),
                  'photos_alexnet alexnet, photos_resnet50 resnet50, thumbs tiny', 'the catalog');
select pg_temp.is((select format('%s %s %s %s %s %s', source, image_column, image_kind, key_columns, destination, storage)
                     from featurize.featurizer where name = 'thumbs'),
                  'photos path path {id} table vector', 'the other defaults');

-- The column type of the embedding contains its length, with both destinations.
select featurize.create_featurizer('photos', 'path', 'tiny', 'half', storage => 'halfvec');
select featurize.create_featurizer('photos', 'path', 'tiny', 'beside', destination => 'column');
select featurize.create_featurizer('photos', 'path', 'tiny', 'beside_half', destination => 'column', storage => 'halfvec');
select pg_temp.is((select string_agg(format('%s.%s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod)),
                                     ', ' order by a.attrelid::regclass::text, a.attname)
                     from pg_attribute a
                    where a.atttypid in ('vector'::regtype, 'halfvec'::regtype) and a.attrelid::regclass::text !~ 'pkey|^featurize\.'),
                  'half.embedding halfvec(4), photos.beside vector(4), photos.beside_half halfvec(4), '
                  'photos_alexnet.embedding vector(4096), photos_resnet50.embedding vector(2048), thumbs.embedding vector(4)',
                  'types of the embeddings');

-- Existing rows are backfilled, or not.
select featurize.create_featurizer('photos', 'path', 'tiny', 'later', backfill => false);
select pg_temp.expect('thumbs', '1 pending, 2 pending, 3 empty');
select pg_temp.expect('later', '1 pending, 2 pending, 3 empty');
call pg_temp.work('thumbs');
call pg_temp.work('later');
call pg_temp.work('beside');
call pg_temp.work('beside_half');
select pg_temp.expect('thumbs', '1 embedded, 2 embedded, 3 empty', 'after the backfill');
select pg_temp.expect('beside', '1 embedded, 2 embedded, 3 empty', 'after the backfill');
select pg_temp.expect('beside_half', '1 embedded, 2 embedded, 3 empty', 'after the backfill');
select pg_temp.expect('later', '1 pending, 2 pending, 3 empty', 'without backfill');
select pg_temp.is(featurize.why('later', '1') like 'pending: written before the featurizer%repair%', true,
                  'why says what helps a row that was there before');
select pg_temp.is(featurize.repair('later'), 1, 'repair looks at one featurizer');
call pg_temp.work('later');
select pg_temp.expect('later', '1 embedded, 2 embedded, 3 empty', 'after repair');

-- Declared a second time.
select pg_temp.is(featurize.create_featurizer('photos', 'path', 'Tiny', 'thumbs', if_not_exists => true), 'thumbs', 'the same again');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'tiny', 'thumbs') $$,
                      'FZ002', '%"thumbs"%is the name of another featurizer of public.photos', '%name => %');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'resnet18', 'thumbs', if_not_exists => true) $$,
                      'FZ002', '%"thumbs"%is the name of another featurizer of public.photos', '%name => %');
select pg_temp.is((select count(*) from pg_trigger t where t.tgrelid = 'photos'::regclass and not t.tgisinternal),
                  (select count(*) * 4 from featurize.featurizer), 'four triggers for each featurizer');
