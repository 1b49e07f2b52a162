-- A batch belongs to its worker until the lease expires; later results are discarded.
create table photos (id bigint primary key, path text);
insert into photos select n, n || '.png' from generate_series(1, 4) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
select featurize.refresh('f', 'true');

-- Two claims never have a row in common.
select pg_temp.claim('f', 2) as first \gset
select pg_temp.claim('f', 3) as second \gset
select pg_temp.is(pg_temp.images(:first), '1.png, 2.png', 'first come');
select pg_temp.is(pg_temp.images(:second), '3.png, 4.png', 'what was left');
select pg_temp.is(pg_temp.claim('f'), null, 'nothing is left');
select pg_temp.is((select count(*) from featurize.lease), 2::bigint, 'a claim of nothing leaves no lease');

-- A heartbeat renews the leases of its worker only.
select pg_temp.is((select featurize.heartbeat(w.id, '{f}', array[:first, 999], '1 hour') from featurize.worker w), array[:first]::bigint[], 'still held');
select pg_temp.is((select serves from featurize.worker), '{f}'::text[], 'what it serves');
select pg_temp.is(featurize.heartbeat(999, '{}', array[:second], '1 hour'), '{}'::bigint[], 'somebody else''s');
select pg_temp.is((select array_agg(id order by expires_at) from featurize.lease), array[:second, :first]::bigint[], 'renewed');

-- The second lease expires.
update featurize.lease set expires_at = clock_timestamp() where id = :second;
select pg_temp.expect('f', '1 leased, 2 leased, 3 pending, 4 pending', 'one lease ran out');
select pg_temp.is((select string_agg(name, ', ') from featurize.pending_featurizers()), 'f', 'there is work again');
select pg_temp.is((select array_agg(id) from featurize.lease), array[:first]::bigint[], 'taken back');
select pg_temp.is((select featurize.heartbeat(w.id, '{f}', array[:first, :second], '1 hour') from featurize.worker w), array[:first]::bigint[], 'lost');
select pg_temp.is(pg_temp.settle(:second), '2 discarded', 'late work');
select pg_temp.is(pg_temp.settle(999), '', 'a lease that never was');
select pg_temp.expect('f', '1 leased, 2 leased, 3 pending, 4 pending', 'late work is not merged');

-- A job with attempts is claimed alone, so that it cannot fail others; new jobs do not wait for it.
insert into photos values (5, '5.png'), (6, '6.png');
select pg_temp.claim('f') as third \gset
select pg_temp.is(pg_temp.images(:third), '3.png', 'alone');
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), '4.png', 'alone');
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), '5.png, 6.png', 'together');
select pg_temp.is(pg_temp.settle(:third), '1 embedded', 'the second attempt');
select pg_temp.is(pg_temp.settle(:third), '1 discarded', 'settled twice');
select pg_temp.is(pg_temp.settle(:first), '2 embedded', 'kept alive and settled');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 leased, 5 leased, 6 leased', 'settled');

-- An image that ends its worker three times fails, even if it was queued twice.
select pg_temp.expire_leases();
update photos set path = '5b.png' where id = 5;
update photos set path = '6b.png' where id = 6;
select count(*) from featurize.pending_featurizers();
create procedure pg_temp.crash() language plpgsql
as $$
begin
    while pg_temp.claim('f') is not null loop
        commit;
    end loop;
    perform pg_temp.expire_leases();
    commit;
    perform from featurize.pending_featurizers();
    commit;
end $$;
call pg_temp.crash();
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 failed, 5 pending, 6 pending', 'the third time for 4');
select pg_temp.is((select format('%s %s', reason, attempts) from featurize.failure), 'worker_lost 3', 'the reason');
select pg_temp.is((select detail like '%featurize.retry()%' from featurize.failure), true, 'the remedy');
call pg_temp.crash();
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 failed, 5 failed, 6 failed', 'all given up');
select pg_temp.is((select string_agg(key ->> 'id', ' ' order by key) from featurize.failure), '4 5 6', 'one failure a row');
select pg_temp.is((select count(*) from featurize.job) + (select count(*) from featurize.lease), 0::bigint, 'nothing is left');
select pg_temp.is(featurize.retry('f'), 3::bigint, 'retry');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 embedded, 5 embedded, 6 embedded', 'retried');

-- A row that ended its worker does not fail if it was changed or deleted since.
update photos set path = 'x.png' where id = 1;
update photos set path = 'y.png' where id = 2;
call pg_temp.crash();
call pg_temp.crash();
select pg_temp.claim('f', 1), pg_temp.claim('f', 1);
update photos set path = 'z.png' where id = 1;
delete from photos where id = 2;
call pg_temp.crash();
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'no failure of an image that is gone');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 3 embedded, 4 embedded, 5 embedded, 6 embedded', 'changed');

-- Two jobs of a row that were lost together three times give one failure.
update photos set path = 'first.png' where id = 3;
update photos set path = 'second.png' where id = 3;
call pg_temp.crash();
call pg_temp.crash();
call pg_temp.crash();
select pg_temp.expect('f', '1 embedded, 3 failed, 4 embedded, 5 embedded, 6 embedded', 'twins');
select pg_temp.is((select string_agg(image, ', ') from featurize.failure), 'second.png', 'one failure');
