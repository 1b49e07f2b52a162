-- Each kind of statement queues exactly the rows that changed.
create table photos (id bigint primary key, path text, label text, number integer);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');

create function pg_temp.queued(want bigint, what text) returns void
    language sql
as $$ select pg_temp.is((select count(*) from featurize._queued), want, 'jobs after ' || what) $$;

-- INSERT
insert into photos values (1, 'a.png');
insert into photos values (2, 'b.png'), (3, null), (4, 'd.png');
insert into photos select n, n || '.png' from generate_series(5, 7) n;
copy photos (id, path) from stdin;
8	h.png
9	\N
\.
insert into photos select * from photos where false;
select pg_temp.queued(7, 'insert and copy');
select pg_temp.expect('f', '1 pending, 2 pending, 3 empty, 4 pending, 5 pending, 6 pending, 7 pending, 8 pending, 9 empty', 'inserted');
call pg_temp.work('f', 3);
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 empty, 4 embedded, 5 embedded, 6 embedded, 7 embedded, 8 embedded, 9 empty', 'worked');
select pg_temp.queued(0, 'the work');
delete from photos where id > 4;
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 empty, 4 embedded', 'deleted');
select pg_temp.queued(0, 'delete');

-- UPDATE
update photos set label = 'x', number = id;
update photos set path = path;
update photos set id = id, path = path || '';
update photos set path = 'z.png' where false;
select pg_temp.queued(0, 'an update of nothing that matters');
update photos set path = 'missing.png', label = 'y' where id = 1;
update photos set path = null where id = 2;
update photos set path = 'c.png' where id = 3;
select pg_temp.queued(2, 'update of the image');
select pg_temp.expect('f', '1 pending, 2 empty, 3 pending, 4 embedded', 'updated');
call pg_temp.work('f');
select pg_temp.expect('f', '1 failed, 2 empty, 3 embedded, 4 embedded', 'worked');
update photos set path = null where id in (1, 2);
select pg_temp.queued(0, 'update to null');
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'no image, no failure');
update photos set path = 'a.png' where id in (1, 2);
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 embedded', 'all');

-- UPDATE of keys
update photos set id = 10 where id = 1;
select pg_temp.queued(1, 'a new key');
call pg_temp.work('f');
select pg_temp.expect('f', '2 embedded, 3 embedded, 4 embedded, 10 embedded', 'a new key');
alter table photos drop constraint photos_pkey, add constraint photos_pkey primary key (id) deferrable;
update photos set id = 7 - id where id in (3, 4);
select pg_temp.expect('f', '2 embedded, 3 pending, 4 pending, 10 embedded', 'swapped');
call pg_temp.work('f');
select pg_temp.expect('f', '2 embedded, 3 embedded, 4 embedded, 10 embedded', 'swapped');
update photos set path = 'missing.png' where id = 2;
call pg_temp.work('f');
update photos set id = id + 1;
select pg_temp.is((select string_agg(key::text, ', ') from featurize.failure), null, 'the failure of the old key is gone');
call pg_temp.work('f');
select pg_temp.expect('f', '3 failed, 4 embedded, 5 embedded, 11 embedded', 'shifted');
update photos set id = 2, path = null where id = 4;
select pg_temp.expect('f', '2 empty, 3 failed, 5 embedded, 11 embedded', 'a new key without image');

-- TRUNCATE, and keys that are used again
insert into photos values (20, 'late.png');
truncate photos;
select pg_temp.expect('f', '', 'truncated');
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'failures are truncated, too');
insert into photos values (20, 'early.png'), (11, null);
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), 'early.png', 'jobs from before find the row of today');
select pg_temp.settle(max(lease_id)) from claimed;
select pg_temp.expect('f', '11 empty, 20 embedded', 'after truncate');
delete from photos;
insert into photos values (20, 'other.png');
select pg_temp.expect('f', '20 pending', 'the same key again');
call pg_temp.work('f');
select pg_temp.queued(0, 'everything');
