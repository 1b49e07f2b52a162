-- A featurizer is identified by its source and its name: two schemas, and two tables, may have the same names.
create schema t1;
create schema t2;
create table t1.photos (id bigint primary key, path text);
create table t2.photos (id bigint primary key, path text);
insert into t1.photos values (1, 'a.png'), (2, 'missing.png');
insert into t2.photos values (1, 'c.png'), (2, 'd.png'), (3, 'missing.png');

select pg_temp.is(featurize.create_featurizer('t1.photos', 'path', 'tiny', 'look', destination => :'destination',
    storage => :'storage'), 'look', 'the only one needs no schema');
select pg_temp.is(featurize.create_featurizer('t2.photos', 'path', 'tiny', 'look', destination => :'destination',
    storage => :'storage'), 't2.photos.look', 'the second one does');
select pg_temp.throws($$ select featurize.create_featurizer('t1.photos', 'path', 'tiny', 'look') $$, 'FZ002',
    '%"look"%is the name of another featurizer of t1.photos');

-- A bare name that means several is refused, with the names that work.
select pg_temp.throws($$ select featurize.pause('look') $$, 'FZ001', 'there are 2 featurizers "look"',
    '%t1.photos.look, t2.photos.look.');
select pg_temp.throws($$ select featurize.pause('t3.look') $$, 'FZ001', 'there is no featurizer "t3.look"',
    'Existing featurizers: t1.photos.look, t2.photos.look.%');
select pg_temp.is(featurize.featurizer_name('t1.photos', 'look'), 't1.photos.look', 'name by table');
select pg_temp.is(featurize.featurizer_name('t2.look'), 't2.photos.look', 'name by schema');
select pg_temp.throws($$ select featurize.featurizer_name('t1.photos', 'other') $$, 'FZ001', '%"other" on t1.photos%',
    'Featurizers on it: look.%');

call pg_temp.work('t1.look');
call pg_temp.work('t2.photos.look');
select pg_temp.is((select string_agg(format('%s %s %s %s', featurizer, rows, embedded, failed), ', ' order by featurizer)
                     from featurize.progress),
    't1.photos.look 2 1 1, t2.photos.look 3 2 1', 'progress');
select pg_temp.is((select string_agg(format('%s %s %s', featurizer, source, key ->> 'id'), ', ' order by featurizer)
                     from featurize.failure),
    't1.photos.look t1.photos 2, t2.photos.look t2.photos 3', 'failures');

-- Searches take the featurizer of the row type that they are called with.
select pg_temp.is((select string_agg((n.item).path, ', ' order by n.distance, (n.item).id)
                     from featurize.nearest(null::t1.photos, 'look', '[1,2,3,4]') n), 'a.png', 'nearest in t1');
select pg_temp.is((select count(*) from featurize.nearest(null::t2.photos, 'look', '[1,2,3,4]')), 2::bigint, 'nearest in t2');
select pg_temp.is((select string_agg((n.item).path, ', ') from t2.photos p, featurize.neighbors(p, 'look') n
                    where p.id = 1), 'd.png', 'neighbors in t2');
select pg_temp.is((select count(*) from featurize.nearest_keys('t2.look', '[1,2,3,4]')), 2::bigint, 'keys of t2');
select pg_temp.throws($$ select featurize.nearest(null::t1.photos, 't2.look', '[1,2,3,4]') $$, 'FZ007', '%on t2.photos%');

-- Every other function acts on one of them.
select featurize.retry('t2.look');
select pg_temp.is((select string_agg(source::text, ', ') from featurize.failure), 't1.photos', 'retried');
select pg_temp.is(featurize.repair('t1.photos.look'), 1, 'repaired');
delete from t1.photos where id = 2;
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'the failure of a deleted row');
select featurize.create_index('t1.look', concurrently => false);
select featurize.drop_featurizer('t1.look');
select pg_temp.is((select string_agg(featurizer, ', ') from featurize.progress), 'look', 'the other one is alone now');
select pg_temp.is((select count(*) from featurize.nearest(null::t2.photos, 'look', '[1,2,3,4]')), 2::bigint, 'and works');

-- A dropped table leaves a featurizer that can be named and dropped.
select featurize.create_featurizer('t1.photos', 'path', 'tiny', 'look', destination => :'destination',
    storage => :'storage');
drop table t1.photos;
select pg_temp.throws($$ select featurize.pause('look') $$, 'FZ001', 'there are 2 featurizers "look"');
select featurize.drop_featurizer(featurize._label(f)) from featurize.featurizer f
 where not exists (select from pg_class c where c.oid = f.source);
select pg_temp.is((select string_agg(featurizer, ', ') from featurize.progress), 'look', 'dropped');
