-- Feature spaces: vectors of two versions of a model are never mixed.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'missing.png'), (3, null), (4, 'd.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
select featurize.create_featurizer('photos', 'path', 'resnet18', 'other');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded');
select pg_temp.space('f') as old \gset
select pg_temp.is(featurize.register_space('TINY', (select fingerprint from featurize.space)), :old, 'the same worker again');
select pg_temp.throws($$ select featurize.register_space('tiny', 'another') $$, 'FZ008', 'model "tiny"%', '%retire_space(''tiny'')%');

-- After the space is retired, vectors are stale, not searched, and computed again; failures remain.
update photos set path = 'b.png' where id = 4;
select pg_temp.claim('f') as lease \gset
select featurize.retire_space('Tiny');
select pg_temp.expect('f', '1 stale, 2 failed, 3 empty, 4 leased', 'retired');
select pg_temp.is(featurize.why('f', '1') like 'stale: %', true, 'why of a stale row');
select pg_temp.is((select stale from featurize.progress where featurizer = 'other'), 0::bigint, 'the other model');
select pg_temp.is((select count(*) from featurize.nearest(null::photos, 'f', '[1,2,3,4]')), 0::bigint, 'stale vectors are not found');
select pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f')), 0::bigint, 'stale vectors are not found');
select pg_temp.is((select space_id from featurize.pending_featurizers() where name = 'f'), null, 'work() says that no worker has loaded it');

-- A batch of the old space cannot be stored, neither before nor after the new space is registered.
select pg_temp.throws(format('select pg_temp.settle(%s, %s)', :lease, :old), 'FZ008', 'model "tiny"%space %the current space is none yet', '%');
select featurize.register_space('tiny', 'new') as new \gset
select pg_temp.is(:new > :old, true, 'a new number');
select pg_temp.throws(format('select pg_temp.settle(%s, %s)', :lease, :old), 'FZ008', 'model "tiny"%space %the current space is %', '%');
select pg_temp.throws($$ select pg_temp.space('f') $$, 'FZ008', 'model "tiny"%', '%');
select featurize.release(:lease);
select pg_temp.expect('f', '1 stale, 2 failed, 3 empty, 4 pending', 'released');
update featurize.space set fingerprint = (select md5(m::text) from featurize.model m where m.name = 'tiny') where id = :new;

-- A search finds only rows of the new space.
insert into photos values (5, 'e.png');
select pg_temp.settle(pg_temp.claim('f'));
select pg_temp.expect('f', '1 stale, 2 failed, 3 empty, 4 embedded, 5 embedded', 'new ones first');
select pg_temp.is((select string_agg((n.item).id::text, ' ' order by (n.item).id) from featurize.nearest(null::photos, 'f', '[1,2,3,4]') n),
                  '4 5', 'only vectors of the current space');
select pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f') where p.id = 1), 0::bigint, 'no neighbors by an old vector');
call pg_temp.work('f', 1);
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded, 5 embedded', 'made again');
select pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f') where p.id = 1), 2::bigint, 'neighbors again');

-- Registering the same model again changes nothing; another definition retires its space.
select featurize.register_model('Tiny', 'HASH', 'end', 'none', 4, 'none', pg_temp.preprocessing());
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded, 5 embedded', 'the same definition');
select featurize.register_model('tiny', 'hash', 'end', 'none', 4, 'others', pg_temp.preprocessing());
select pg_temp.expect('f', '1 stale, 2 failed, 3 empty, 4 stale, 5 stale', 'other weights');
update photos set path = null where id = 4;
select pg_temp.expect('f', '1 stale, 2 failed, 3 empty, 4 empty, 5 stale', 'a stale row is emptied');
delete from photos where id = 5;
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 empty', 'other weights');
select pg_temp.is((select count(*) from featurize.space where model = 'tiny' and retired_at is null), 1::bigint, 'one is current');

-- A stale row that fails loses its vector; a failed row may succeed in the new space.
update photos set path = 'missing.png' where id = 1;
select featurize.retire_space('tiny');
update photos set path = 'b.png' where id = 2;
call pg_temp.work('f');
select pg_temp.expect('f', '1 failed, 2 embedded, 3 empty, 4 empty', 'changed with the model');
