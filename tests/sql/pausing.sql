-- pause() stops claims, not queueing; a worker that cannot serve a featurizer records why.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'b.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f');
select pg_temp.is((select format('%s %s %s', name, model, backfilling) from featurize.pending_featurizers()), 'f tiny t', 'a backfill is work');
select featurize.backfill_step(pg_temp.id('f'), 1);
select pg_temp.claim('f') as lease \gset
select featurize.pause('f');
select featurize.pause('f');
insert into photos values (3, 'c.png');
select pg_temp.is(pg_temp.claim('f'), null, 'nothing is handed out');
select pg_temp.is((select count(*) from featurize.pending_featurizers()), 0::bigint, 'no work, and no backfill');
select pg_temp.is(pg_temp.settle(:lease), '1 embedded', 'what is in hand may be settled');
select pg_temp.expect('f', '1 embedded, 2 pending, 3 pending', 'paused');
select pg_temp.is((select note from featurize.progress), 'paused', 'note');
select pg_temp.is(featurize.why('f', '3') like 'pending: %; paused, featurize.resume(''f'') continues', true, 'why');
select featurize.resume('f');
select pg_temp.is((select note from featurize.progress), null, 'note');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded', 'resumed');
select pg_temp.is(featurize.wait('f', '0'), true, 'nothing is pending');

-- Blocked: no row fails, and progress shows the reason until it is resolved.
insert into photos values (4, 'd.png');
select featurize.block(pg_temp.id('f'), 'the weights are missing');
select pg_temp.is((select note from featurize.progress), 'blocked: the weights are missing', 'note');
select pg_temp.is(featurize.why('f', '4') like 'pending: %; blocked: the weights are missing', true, 'why');
select pg_temp.is((select blocked from featurize.pending_featurizers()), true, 'workers look again');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 pending', 'blocked');
select pg_temp.is(featurize.wait('f', '0'), false, 'something is pending');
select featurize.unblock(pg_temp.id('f'));
select pg_temp.is((select note from featurize.progress), null, 'note');
select featurize.block(pg_temp.id('f'), 'again');
select featurize.resume('f');
select pg_temp.is((select note from featurize.progress), null, 'resume() forgets it, too');

-- No worker.
select pg_temp.is((select format('%s %s', eta is null, oldest_pending is not null) from featurize.progress), 'f t', 'a pace and a wait');
update featurize.worker set last_heartbeat = now() - interval '2 minutes';
select pg_temp.is((select note from featurize.progress), 'no worker is running', 'note');
select pg_temp.is(featurize.why('f', '4') like 'pending: %; no worker is running', true, 'why');
call pg_temp.work('f');
select pg_temp.is((select note from featurize.progress), null, 'nothing to do, nothing to note');
select pg_temp.is((select eta from featurize.progress), interval '0', 'nothing to wait for');
select featurize.leave_worker(id) from featurize.worker;
select pg_temp.is((select count(*) from featurize.worker), 0::bigint, 'left');
