-- A vector is stored only if the row still holds the image that was embedded.
create table photos (id bigint primary key, path text, label text);
insert into photos select n, n || '.png' from generate_series(1, 8) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
select featurize.refresh('f', 'true');
select pg_temp.claim('f') as lease \gset
update photos set path = 'new.png' where id = 1;
update photos set path = null where id = 2;
delete from photos where id = 3;
update photos set id = 40 where id = 4;
update photos set label = 'other column' where id = 5;
update photos set path = 'there.png' where id = 6;
update photos set path = '6.png' where id = 6;
delete from photos where id = 7;
insert into photos values (7, '7.png');
select pg_temp.expect('f', '1 leased, 2 empty, 5 leased, 6 leased, 7 leased, 8 leased, 40 pending', 'meanwhile');
select pg_temp.is(pg_temp.settle(:lease), '4 embedded, 4 discarded', 'only what is still true');
select pg_temp.expect('f', '1 pending, 2 empty, 5 embedded, 6 pending, 7 pending, 8 embedded, 40 pending', 'settled');
select pg_temp.is((select count(*) from featurize.lease), 0::bigint, 'the lease is over');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 empty, 5 embedded, 6 embedded, 7 embedded, 8 embedded, 40 embedded', 'once more');

-- Failures, too.
update photos set path = 'missing.png' where id in (1, 2, 5);
select pg_temp.claim('f') as lease \gset
update photos set path = 'found.png' where id = 1;
update photos set path = null where id = 2;
select pg_temp.is(pg_temp.settle(:lease), '1 failed, 2 discarded', 'only what is still true');
select pg_temp.expect('f', '1 pending, 2 empty, 5 failed, 6 embedded, 7 embedded, 8 embedded, 40 embedded', 'failures');
call pg_temp.work('f');

-- All rows are deleted, or the table is truncated and filled again.
update photos set path = 'again.png';
select pg_temp.claim('f') as lease \gset
truncate photos;
insert into photos values (1, 'anew.png');
select pg_temp.expect('f', '1 leased', 'truncated');
select pg_temp.is(pg_temp.settle(:lease), '7 discarded', 'truncated');
select pg_temp.expect('f', '1 pending', 'truncated');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded', 'filled anew');

-- Jobs of one row collapse, up to the one that was claimed.
update photos set path = 'one.png';
update photos set path = 'two.png';
select featurize.refresh('f', 'true');
select pg_temp.claim('f') as lease \gset
select pg_temp.is(pg_temp.images(:lease), 'two.png', 'three jobs, one image');
update photos set path = 'three.png';
select pg_temp.is((select count(*) from featurize._queued where lease_id is null), 1::bigint, 'one job came later');
select pg_temp.is(pg_temp.settle(:lease), '1 discarded', 'the image before');
select pg_temp.is((select count(*) from featurize._queued), 1::bigint, 'the later job stays');
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), 'three.png', 'and has its turn');
select pg_temp.is(pg_temp.settle(max(lease_id)), '1 embedded', 'the last image') from claimed;
select pg_temp.expect('f', '1 embedded', 'the last image');

-- Two rows swap their images while a worker has leased both.
alter table photos drop constraint photos_pkey, add constraint photos_pkey primary key (id) deferrable;
insert into photos values (2, 'b.png'), (3, 'c.png');
select pg_temp.claim('f') as lease \gset
update photos set id = 5 - id where id in (2, 3);
select pg_temp.is(pg_temp.settle(:lease), '2 discarded', 'swapped');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded', 'swapped');
