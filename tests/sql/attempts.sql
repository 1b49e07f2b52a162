-- Attempts are counted at the claim; rows with a transient failure are tried again later, for a time.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'flaky.png'), (3, 'missing.png'), (4, null);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
select featurize.refresh('f', 'true');

create function pg_temp.attempts() returns text language sql stable
as $$ select string_agg(j.attempts::text, ' ' order by j.id) from featurize.job j $$;

select pg_temp.is(pg_temp.attempts(), '0 0 0', 'queued');
select pg_temp.claim('f') as lease \gset
select pg_temp.is(pg_temp.attempts(), '1 1 1', 'counted at the claim');
select pg_temp.expect('f', '1 leased, 2 leased, 3 leased, 4 empty', 'claimed');
select pg_temp.is(featurize.why('f', '1'), 'leased: a worker is processing it, attempt 1', 'why of a leased row');
select pg_temp.is(featurize.release(:lease), 3, 'given back');
select pg_temp.is(pg_temp.attempts(), '0 0 0', 'an attempt that was none');
select pg_temp.expect('f', '1 pending, 2 pending, 3 pending, 4 empty', 'released');
select pg_temp.is(featurize.release(:lease), 0, 'given back twice');

select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 embedded, 1 failed, 1 retried', 'the first attempt');
select pg_temp.expect('f', '1 embedded, 2 pending, 3 failed, 4 empty', 'the first attempt');
select pg_temp.is(pg_temp.claim('f'), null, 'not before it is due');
select pg_temp.is((select count(*) from featurize.pending_featurizers()), 0::bigint, 'not before it is due');
select pg_temp.is(featurize.why('f', '2') like 'pending: queued, tried 1 times so far%', true, 'why of a row to be retried');
create temp table dues as select 1 as attempt, scheduled_at - clock_timestamp() as wait from featurize.job;

select pg_temp.is(featurize.why('f', '2') like '%will be tried again at %: read_failed: read_failed of flaky.png%', true, 'the reason');
select pg_temp.is((select note like '%1 row that failed will be tried again%' from featurize.retries()), true, 'how many wait');
select pg_temp.is(featurize.wait('f', '0 s'), false, 'a row that will be tried again is not finished');
select pg_temp.come_due();
update featurize.job set failing_since = clock_timestamp() - interval '5 seconds';
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 retried', 'the second attempt');
insert into dues select 2, scheduled_at - clock_timestamp() from featurize.job;
select pg_temp.is((select bool_and(wait between interval '3.8 seconds' * attempt and interval '5.5 seconds' * attempt) from dues), true,
                  'each wait is twice the last: ' || (select string_agg(format('%s %s', attempt, wait), ', ') from dues));
select pg_temp.come_due();
update featurize.job set failing_since = clock_timestamp() - interval '1 day';
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 failed', 'after a day');
select pg_temp.expect('f', '1 embedded, 2 failed, 3 failed, 4 empty', 'given up');
select pg_temp.is((select string_agg(format('%s %s %s %s %s %s', featurizer, key, image, reason, detail, attempts), ', ' order by key) from featurize.failure),
                  'f {"id": 2} flaky.png read_failed read_failed of flaky.png 3, f {"id": 3} missing.png missing_file missing_file of missing.png 1',
                  'failures');
select pg_temp.is(featurize.why('f', '3'), 'failed: missing_file: missing_file of missing.png; featurize.retry(''f'') tries again', 'why of a failed row');

-- retry() resets the attempts.
select pg_temp.is(featurize.retry('f'), 2::bigint, 'failed rows');
select pg_temp.is(pg_temp.attempts(), '0 0', 'after retry');
select pg_temp.expect('f', '1 embedded, 2 pending, 3 pending, 4 empty', 'after retry');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 failed, 1 retried', 'after retry');
select pg_temp.is(featurize.retry('f'), 1::bigint, 'only what has failed');
update photos set path = 'c.png' where id = 3;
update photos set path = 'b.png' where id = 2;
select pg_temp.come_due();
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 empty', 'mended');
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'mended');
select pg_temp.is((select count(*) from featurize.job), 0::bigint, 'jobs');
select pg_temp.is(featurize.retry('f'), 0::bigint, 'nothing to retry');

-- A failed row loses the vector of its old image; a row that will be tried again keeps it.
update photos set path = 'flaky.png' where id = 1;
update photos set path = 'missing.png' where id = 2;
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 failed, 1 retried', 'once embedded');
select pg_temp.expect('f', '1 pending, 2 failed, 3 embedded, 4 empty', 'once embedded');
-- A row that fails again has one failure, the last one.
update photos set path = 'missing too.png' where id = 2;
call pg_temp.work('f');
select pg_temp.is((select string_agg(image, ', ') from featurize.failure), 'missing too.png', 'one failure');

-- A failure is deleted with its row, and when the image changes.
update photos set path = 'missing.png' where id = 3;
call pg_temp.work('f');
select pg_temp.expect('f', '1 pending, 2 failed, 3 failed, 4 empty', 'two failures');
delete from photos where id = 2;
update photos set path = null where id = 3;
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'failures');
select pg_temp.expect('f', '1 pending, 3 empty, 4 empty', 'failures are gone');
