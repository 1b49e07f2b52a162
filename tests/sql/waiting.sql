-- wait(), wait_model() and state(): what has been waited for is really done.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'missing.png'), (3, null);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
select pg_temp.is(featurize.wait('f', '0'), false, 'the backfill is running');
select pg_temp.is(featurize.wait('f', '0', 1), false, 'the backfill has not reached the row');
select featurize.backfill_step(pg_temp.id('f'), 1);
select pg_temp.is(featurize.state('f', 1), 'pending', 'a queued row');
select pg_temp.claim('f') as lease \gset
select pg_temp.is(featurize.state('f', 1), 'leased', 'a leased row');
select pg_temp.is(featurize.wait('f', '0', 1), false, 'a leased row');
select pg_temp.settle(:lease);
select pg_temp.is(featurize.state('f', 1), 'embedded', 'an embedded row');
select pg_temp.is(featurize.wait('f', '0', 1), true, 'one row is embedded');
select pg_temp.is(featurize.wait('f', key => '1'), true, 'the key as text');
select pg_temp.is(featurize.wait('f', key => '{"id": 1}'::jsonb), true, 'the key as an object');
select pg_temp.is(featurize.wait('f', key => to_jsonb(p)), true, 'the key in a row') from photos p where id = 1;
select pg_temp.is(featurize.wait('f', '0', 2), false, 'another row is not');
select pg_temp.is(featurize.wait('f', '0'), false, 'nor are all');
call pg_temp.work('f');
select pg_temp.is(string_agg(featurize.state('f', id), ' ' order by id), 'embedded failed empty', 'states') from photos;
select pg_temp.is(bool_and(featurize.wait('f', '0', id)), true, 'failed and empty rows need not be waited for') from photos;
select pg_temp.is(featurize.wait('f', '0'), true, 'all rows');
select pg_temp.is(featurize.state('f', 4), null, 'no such row');
select pg_temp.throws($$ select featurize.wait('f', '0', 4) $$, 'FZ006', 'public.photos has no row {"id": 4}');
select pg_temp.throws($$ select featurize.wait('f', '0', 'x') $$, 'FZ006', 'x is not a key of public.photos%');
select pg_temp.throws($$ select featurize.wait('nobody', '0', 4) $$, 'FZ001', '%"nobody"%');
select pg_temp.throws($$ select featurize.state('nobody', 4) $$, 'FZ001', '%"nobody"%');

-- Stale rows.
select featurize.retire_space('tiny');
select pg_temp.is(featurize.state('f', 1), 'stale', 'a stale row');
select pg_temp.is(featurize.wait('f', '0', 1), false, 'a stale row');
call pg_temp.work('f');

-- Rows that no trigger has queued.
set session_replication_role = replica;
insert into photos values (5, 'e.png');
reset session_replication_role;
select pg_temp.is(featurize._is_busy(pg_temp.id('f')), false, 'nobody knows of the row');
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 5 pending', 'a missed row');
select pg_temp.is(featurize.wait('f', '0'), false, 'a missed row is pending');
select pg_temp.is(featurize.wait('f', '0.1 s'), false, 'and is not found to be done later');
select pg_temp.is(featurize.wait('f', '0', 5), false, 'nor is it by its key');
select featurize.repair('f');
call pg_temp.work('f');
select pg_temp.is(featurize.wait('f', '0'), true, 'repaired');
alter table photos rename column path to image;
insert into photos values (6, 'f.png');
delete from featurize.outbox;
update featurize.backfill set finished_at = now();
select pg_temp.throws($$ select featurize.wait('f', '0') $$, 'FZ003', 'featurizer "f" is broken: %"path"');
alter table photos rename column image to path;
select pg_temp.is(featurize.wait('f', '0'), false, 'the row that was inserted meanwhile is pending');
select featurize.repair('f');
call pg_temp.work('f');

-- A snapshot in which nothing changes.
begin isolation level repeatable read;
select pg_temp.throws($$ select featurize.wait('f') $$, 'FZ012', 'featurize.wait() cannot wait in a transaction with isolation level repeatable read', '%read committed%');
rollback;
begin isolation level serializable;
select pg_temp.throws($$ select featurize.wait('f', '0', 1) $$, 'FZ012', '%serializable', '%read committed%');
select pg_temp.throws($$ select featurize.wait_model('tiny') $$, 'FZ012', 'featurize.wait_model()%serializable', '%read committed%');
select pg_temp.throws($$ select featurize.wait_classifier('c') $$, 'FZ012', 'featurize.wait_classifier()%serializable', '%read committed%');
rollback;

-- Uncommitted rows, also those of subtransactions.
begin;
select pg_temp.is(featurize.wait('f', '0'), true, 'nothing is uncommitted');
update photos set path = 'other.png' where id = 1;
select pg_temp.throws($$ select featurize.wait('f', '0') $$, 'FZ012', 'rows of featurizer "f" were queued in this transaction%', 'Commit%');
select pg_temp.throws($$ select featurize.wait('f', '0', 1) $$, 'FZ012', 'rows of featurizer "f" were queued in this transaction%', 'Commit%');
select pg_temp.is(featurize.wait('f', '0', 5), true, 'another row');
rollback;
begin;
savepoint one;
insert into photos values (7, 'g.png');
release savepoint one;
select pg_temp.throws($$ select featurize.wait('f', '0') $$, 'FZ012', 'rows of featurizer "f"%', 'Commit%');
rollback;
begin;
select featurize.retry('f');
select pg_temp.throws($$ select featurize.wait('f', '0', 2) $$, 'FZ012', 'rows of featurizer "f"%', 'Commit%');
rollback;
begin;
select featurize.refresh('f');
select pg_temp.throws($$ select featurize.wait('f', '0') $$, 'FZ012', 'rows of featurizer "f"%', 'Commit%');
rollback;
begin;
create table later (id bigint primary key, path text);
select featurize.create_featurizer('later', 'path', 'tiny', 'l');
select pg_temp.throws($$ select featurize.wait('l', '0') $$, 'FZ012', 'rows of featurizer "l"%', 'Commit%');
select pg_temp.throws($$ select featurize.wait_model('tiny2') $$, 'FZ005', '%"tiny2"%');
rollback;
insert into photos values (8, 'h.png');
begin;
select pg_temp.is(pg_current_xact_id() is not null, true, 'a transaction with a number');
select pg_temp.is(featurize.wait('f', '0'), false, 'rows of others are waited for');
rollback;

-- Models.
select pg_temp.is(featurize.wait_model('Tiny', '0'), true, 'a complete model');
begin;
savepoint one;
select featurize.register_model('middle', 'resnet18', 'layer3');
release savepoint one;
select pg_temp.throws($$ select featurize.wait_model('middle') $$, 'FZ012', 'model "middle" was registered in this transaction%', 'Commit%');
commit;
select pg_temp.is(featurize.wait_model('middle', '0'), false, 'no worker has tried it');
select featurize.reject_model('middle', 'no such node');
select pg_temp.throws($$ select featurize.wait_model('middle', '0') $$, 'FZ009', 'model "middle" is unresolved: no such node', '%');
select featurize.resolve_model('middle', 'layer3', 'avg', 256, m.weights, m.preprocessing) from featurize.model m where m.name = 'middle';
select pg_temp.is(featurize.wait_model('middle', '0'), true, 'a worker has resolved it');

-- A big queue and a big table do not slow down the look at one row.
insert into photos select n, n || '.png' from generate_series(100, 30000) n;
select featurize.refresh('f', 'true');
analyze photos; analyze featurize.job;
create function pg_temp.plan_of_state() returns text language plpgsql as $$
declare
    line text;
    plan text := '';
begin
    for line in execute 'explain (costs off) ' || featurize._states(f, '{"id": 200}') from featurize.featurizer f where f.name = 'f' loop
        plan := concat_ws(E'\n', plan, line);
    end loop;
    return plan;
end $$;
select pg_temp.is(pg_temp.plan_of_state() like '%Scan using photos_pkey%' and pg_temp.plan_of_state() like '%job_key%'
                  and pg_temp.plan_of_state() not like '%Seq Scan on photos%', true, pg_temp.plan_of_state());
