-- The backfill reads existing rows in bounded steps; it can be resumed, and reads each row at most once.
create table photos (id bigint primary key, path text);
insert into photos select n * 10, nullif(n, 4) || '.png' from generate_series(1, 9) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
create function pg_temp.steps(size integer, n integer) returns text language sql
as $$ select string_agg(featurize.backfill_step(pg_temp.id('f'), size)::text, ' ') from generate_series(1, n) $$;
create function pg_temp.jobs() returns text language sql
as $$ select string_agg(j.key ->> 'id', ' ' order by j.key) from featurize.job j $$;

select pg_temp.is(pg_temp.steps(3, 1), '3', 'one step');
select pg_temp.is((select format('%s %s', after, finished_at) from featurize.backfill), '{"id": 30} ', 'how far it has come');
select pg_temp.is(featurize.why('f', '30') like 'pending: queued%', true, 'behind the walk');
select pg_temp.is(featurize.why('f', '50') like 'pending: the backfill has not reached it%', true, 'before the walk');
-- Rows before and after its position are inserted and deleted meanwhile.
insert into photos values (5, 'behind.png'), (55, 'before.png');
delete from photos where id in (20, 60);
update photos set path = 'changed.png' where id in (10, 70);
select pg_temp.expect('f', '5 pending, 10 pending, 30 pending, 40 empty, 50 pending, 55 pending, 70 pending, 80 pending, 90 pending', 'meanwhile');
select pg_temp.settle(pg_temp.claim('f'));
select pg_temp.expect('f', '5 embedded, 10 embedded, 30 embedded, 40 empty, 50 pending, 55 embedded, 70 embedded, 80 pending, 90 pending', 'meanwhile');
select pg_temp.is(pg_temp.steps(3, 3), '1 2 0', 'what is embedded is passed over');
select pg_temp.is((select finished_at is not null from featurize.backfill), true, 'at the end');
select pg_temp.is(pg_temp.steps(3, 2), '0 0', 'and no further');
select pg_temp.is(pg_temp.jobs(), '50 80 90', 'what nobody had queued');
select pg_temp.is((select array_agg(distinct priority) from featurize.job), '{10}'::smallint[], 'writes go first');
insert into photos values (100, 'urgent.png');
select pg_temp.is(pg_temp.images(pg_temp.claim('f', 2)), '5.png, urgent.png', 'writes go first');
select pg_temp.expire_leases();
call pg_temp.work('f');
select pg_temp.expect('f', '5 embedded, 10 embedded, 30 embedded, 40 empty, 50 embedded, 55 embedded, 70 embedded, 80 embedded, 90 embedded, 100 embedded', 'done');

-- refresh() queues every row, also failed ones; repair() and a second refresh() start from the beginning.
update photos set path = 'missing.png' where id = 90;
call pg_temp.work('f');
select pg_temp.is(featurize.refresh('f'), null, 'in steps');
select pg_temp.expect('f', '5 pending, 10 pending, 30 pending, 40 empty, 50 pending, 55 pending, 70 pending, 80 pending, 90 failed, 100 pending', 'refreshed');
select pg_temp.is(pg_temp.steps(4, 1), '3', 'three of four have an image');
select pg_temp.settle(pg_temp.claim('f'));
select pg_temp.expect('f', '5 embedded, 10 embedded, 30 embedded, 40 empty, 50 pending, 55 pending, 70 pending, 80 pending, 90 failed, 100 pending', 'half');
select featurize.refresh('f');
select pg_temp.is((select after from featurize.backfill), null, 'from the beginning');
call pg_temp.work('f', 4);
select pg_temp.expect('f', '5 embedded, 10 embedded, 30 embedded, 40 empty, 50 embedded, 55 embedded, 70 embedded, 80 embedded, 90 failed, 100 embedded', 'refreshed');
select pg_temp.is((select sum(embedded + failed) from featurize.throughput), 22::numeric, 'every row was made again');
select pg_temp.is(featurize.repair(), 1, 'repair');
select pg_temp.is(pg_temp.steps(100, 2), '0 0', 'nothing was missed');

-- repair() finds rows that were written while triggers were disabled.
alter table photos disable trigger user;
insert into photos values (1, 'unseen.png');
alter table photos enable trigger user;
select pg_temp.is(featurize.why('f', '1') like 'pending: written before%', true, 'nobody knows of it');
select featurize.repair('f');
select pg_temp.is(pg_temp.steps(100, 1), '1', 'found');
drop trigger featurize_1_insert on photos;
select featurize.repair('f');
insert into photos values (2, 'seen.png');
call pg_temp.work('f');
select pg_temp.is((select embedded from featurize.progress), 10::bigint, 'repaired');

-- refresh() with a condition.
select pg_temp.is(featurize.refresh('f', 'id < 30'), 4::bigint, 'how many');
select pg_temp.is(pg_temp.jobs(), '1 2 5 10', 'which');
select pg_temp.is(featurize.refresh('f', 'id = 40 or id is null'), 0::bigint, 'empty rows are not queued');
select pg_temp.throws($$ select featurize.refresh('f', 'nonsense = 1') $$, '42703', '%nonsense%', '%');
call pg_temp.work('f');
select pg_temp.is(featurize.backfill_step(999, 5), 0, 'no such featurizer');

-- Rows that are leased or queued are not queued again, unless all rows are refreshed.
insert into photos values (60, 'late.png'), (61, 'later.png');
select featurize.release(pg_temp.claim('f', 2));  -- both are jobs now
select pg_temp.claim('f', 1) as lease \gset
select featurize.repair('f');
select pg_temp.is(pg_temp.steps(100, 1), '0', 'one in work, one queued');
select pg_temp.is(pg_temp.settle(:lease), '1 embedded', 'the one');
call pg_temp.work('f');
select pg_temp.is((select count(*) from featurize.job), 0::bigint, 'nothing is left');
