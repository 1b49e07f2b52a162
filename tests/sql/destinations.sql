-- A worker remembers where a queue begins. Jobs that are inserted before that position are not lost.
create table photos (id bigint primary key, path text);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);

-- Make sessions search from there for some seconds, as after a slow search from the start.
create function pg_temp.look_on(how_long interval) returns void
    language sql
begin atomic
    select set_config(format('featurize.jobs_%s_%s', pg_temp.id('f'), priority),
                      array[clock_timestamp(), clock_timestamp() + how_long]::text, false)
      from unnest(featurize._priorities()) priority;
end;

-- Writes go first, then the backfill, each in order.
insert into photos values (1, '1.png'), (2, '2.png');
update featurize.job set priority = 10;
call pg_temp.work('f');
select featurize.refresh('f');
select featurize.backfill_step(pg_temp.id('f'), 100);
insert into photos values (3, '3.png'), (4, '4.png');
select pg_temp.is(pg_temp.images(pg_temp.claim('f', 1)), '3.png', 'the first that was written');
insert into photos values (5, '5.png');
select pg_temp.claim('f', 3) as lease \gset
select pg_temp.is(pg_temp.images(:lease), '1.png, 4.png, 5.png', 'all that was written, and the first of the backfill');
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), '2.png', 'the rest');

-- Released jobs are found at once.
select pg_temp.look_on('1 hour');
insert into photos values (6, '6.png');
select featurize.release(:lease);
select pg_temp.is(pg_temp.images(pg_temp.claim('f', 2)), '4.png, 5.png', 'released, in the old order');
select pg_temp.look_on('1 hour');
select pg_temp.expire_leases();
select pg_temp.is((select string_agg(name, ', ') from featurize.pending_featurizers()), 'f', 'taken back');
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), '3.png', 'alone, in the old order');

-- Jobs with a transient failure come later.
call pg_temp.work('f');
insert into photos values (7, 'flaky.png');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 retried', 'put back');
select pg_temp.look_on('1 hour');
select pg_temp.come_due();
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), 'flaky.png', 'retried');

-- All other jobs before the position are found by the next search from the start.
select featurize.refresh('f', 's.id = 1');
select pg_temp.look_on('1 hour');
select pg_temp.is(pg_temp.claim('f'), null, 'behind');
select pg_temp.look_on('0');
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), '1.png', 'found');
