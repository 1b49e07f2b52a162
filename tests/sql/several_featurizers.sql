-- Several featurizers on one table are independent, also if the table is in another schema.
create schema "My Photos";
create table "My Photos".photos (id bigint primary key, front text, back text);
select featurize.create_featurizer('"My Photos".photos', 'front', 'tiny', 'one');
select featurize.create_featurizer('"My Photos".photos', 'front', 'tiny', 'two', destination => 'column');
select featurize.create_featurizer('"My Photos".photos', 'back', 'tiny', 'three', storage => 'halfvec');
select pg_temp.is(to_regclass('"My Photos".one') is not null, true, 'the embedding table is beside the source');

insert into "My Photos".photos values (1, 'a.png', 'z.png'), (2, 'missing.png', null);
call pg_temp.work('one');
select pg_temp.expect('one', '1 embedded, 2 failed');
select pg_temp.expect('two', '1 pending, 2 pending');
select pg_temp.expect('three', '1 pending, 2 empty');
call pg_temp.work('two');
call pg_temp.work('three');
select pg_temp.expect('two', '1 embedded, 2 failed');
select pg_temp.expect('three', '1 embedded, 2 empty');
select pg_temp.is((select count(*) from featurize.job), 0::bigint, 'writing a vector into the row queues nothing');

update "My Photos".photos set back = 'y.png' where id = 1;
select pg_temp.expect('one', '1 embedded, 2 failed', 'the other image was changed');
select pg_temp.expect('three', '1 pending, 2 empty');
call pg_temp.work('three');

-- A search by a row uses the vector of the right featurizer.
select pg_temp.is((select count(*) from "My Photos".photos p, featurize.neighbors(p, 'one') where p.id = 1), 0::bigint, 'alone in its space');
update "My Photos".photos set front = 'b.png', back = 'x.png' where id = 2;
call pg_temp.work('one');
call pg_temp.work('two');
call pg_temp.work('three');
select pg_temp.expect(name, '1 embedded, 2 embedded', 'all rows') from featurize.featurizer;
select pg_temp.is((select (n.item).id from "My Photos".photos p, featurize.neighbors(p, name) n where p.id = 1), 2::bigint, name)
  from featurize.featurizer;

-- Each can be refreshed, retried and dropped separately.
select featurize.refresh('three');
select pg_temp.expect('three', '1 pending, 2 pending');
select pg_temp.expect('two', '1 embedded, 2 embedded');
select featurize.drop_featurizer('one');
select pg_temp.expect('two', '1 embedded, 2 embedded', 'one is dropped');
select pg_temp.expect('three', '1 pending, 2 pending', 'one is dropped');
update "My Photos".photos set front = null, back = null;
select pg_temp.expect('two', '1 empty, 2 empty');
select pg_temp.expect('three', '1 empty, 2 empty');

-- Tables with the same name in two schemas.
create schema attic;
create table attic.photos (id bigint primary key, front text);
select featurize.create_featurizer('attic.photos', 'front', 'tiny', 'four');
insert into attic.photos values (1, 'a.png');
call pg_temp.work('four');
select pg_temp.expect('four', '1 embedded');
select pg_temp.throws($$ select * from featurize.nearest(null::attic.photos, 'three', '[1,2,3,4]') $$, 'FZ007', '%"My Photos".photos%');
