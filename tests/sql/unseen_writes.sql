-- Writes that fire no trigger: no vector is called current that is not, audit() counts what is wrong, and repair()
-- corrects it.
create table photos (id bigint primary key, path text, label text);
insert into photos select n, n || '.png' from generate_series(1, 6) n;
insert into photos values (7, 'missing.png'), (8, 'missing too.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
create function pg_temp.audited() returns text
    language sql
as $$
    select string_agg(format('%s: %s', a.discrepancy, a.sample), ', ') from featurize.audit('f') a where a.rows > 0;
$$;
select pg_temp.is(pg_temp.audited(), null, 'the backfill will read all rows');
call pg_temp.work('f');
select pg_temp.is(pg_temp.audited(), null, 'all is well');

set session_replication_role = replica;
update photos set path = 'other.png' where id = 1;
delete from photos where id in (2, 8);
update photos set path = null where id = 3;
insert into photos values (9, '9.png');
update photos set label = 'a label' where id = 4;
reset session_replication_role;

create function pg_temp.states() returns text
    language sql
as $$
    select string_agg(p.id || ' ' || split_part(featurize.why('f', to_jsonb(p.id)), ':', 1), ', ' order by p.id) from photos p;
$$;
select pg_temp.is(pg_temp.states(), '1 pending, 3 empty, 4 embedded, 5 embedded, 6 embedded, 7 failed, 9 pending', 'nothing is said to be current that is not');
select pg_temp.is(featurize.why('f', '1') like 'pending: % triggers did not fire; featurize.repair(''f'') queues it%', true, 'and why');
select pg_temp.is((select format('%s %s %s %s', embedded, pending, failed, empty) from featurize.progress), '3 2 1 1', 'progress');
select pg_temp.is(pg_temp.audited(), concat('missing vector: [{"id": 9}], outdated vector: [{"id": 1}], orphaned vector: [',
    case :'destination' when 'table' then '{"id": 2}, ' end, '{"id": 3}], orphaned failure: [{"id": 8}]'), 'the audit');

select pg_temp.is(featurize.repair('f'), 1, 'repair');
select pg_temp.is(pg_temp.audited(), null, 'the rest is ahead of the backfill');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 3 empty, 4 embedded, 5 embedded, 6 embedded, 7 failed, 9 embedded', 'repaired');
select pg_temp.is((select count(*) from featurize.failure), 1::bigint, 'failures of rows that are there');
select pg_temp.is(pg_temp.audited(), null, 'nothing is left');

-- A restored copy of the embeddings that is older than the table.
create temp table saved as select * from photos;
update photos set path = 'newer.png' where id = 5;
call pg_temp.work('f');
set session_replication_role = replica;
update photos set path = '5.png' where id = 5;
reset session_replication_role;
select pg_temp.is(pg_temp.audited(), 'outdated vector: [{"id": 5}]', 'of another day');

-- A failure of an earlier image.
set session_replication_role = replica;
update photos set path = '7.png' where id = 7;
reset session_replication_role;
select pg_temp.is(split_part(featurize.why('f', '7'), ':', 1), 'pending', 'the image that failed is gone');
select pg_temp.is(pg_temp.audited(), 'missing vector: [{"id": 7}], outdated vector: [{"id": 5}]', 'both');
select featurize.repair();
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 3 empty, 4 embedded, 5 embedded, 6 embedded, 7 embedded, 9 embedded', 'the same again');

-- Vectors of a retired feature space are queued by nobody.
select featurize.retire_space('tiny');
update featurize.backfill set finished_at = now();
select pg_temp.is((select rows from featurize.audit('f') where discrepancy = 'stale vector'), 6::bigint, 'stale');
select featurize.drop_featurizer('f');

-- Images in the row.
create table scans (id integer primary key, scan bytea);
insert into scans values (1, 'one'), (2, 'two');
select featurize.create_featurizer('scans', 'scan', 'tiny', 'f', image_kind => 'bytes', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
set session_replication_role = replica;
update scans set scan = 'another' where id = 2;
reset session_replication_role;
select pg_temp.is(pg_temp.audited(), 'outdated vector: [{"id": 2}]', 'bytes');
select featurize.repair('f');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded', 'bytes');
select pg_temp.throws($$ select featurize.audit('g') $$, 'FZ001', '%"g"%');

-- An unlogged table is empty after a crash.
select featurize.drop_featurizer('f');
create unlogged table drafts (id integer primary key, path text);
insert into drafts values (1, '1.png'), (2, 'missing.png');
select featurize.create_featurizer('drafts', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
set session_replication_role = replica;
truncate drafts;
reset session_replication_role;
insert into drafts values (3, '3.png');
select featurize.repair('f');
call pg_temp.work('f');
select pg_temp.expect('f', '3 embedded', 'after a crash');
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'no failure is left');
