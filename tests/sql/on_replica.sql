-- on_replica: rows are queued once, by whatever they are written: statements, replicated rows, the initial copy.
create table photos (id bigint primary key, path text, label text);
insert into photos select n, n || '.png' from generate_series(1, 6) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', on_replica => true);
call pg_temp.work('f');
create function pg_temp.queued() returns text
    language sql
as $$
    select string_agg(q.key ->> 'id', ' ' order by q.key ->> 'id') from featurize._queued q;
$$;
create procedure pg_temp.writes()
    language plpgsql
as $$
begin
    insert into photos values (7, '7.png'), (8, '8.png'), (9, null);
    update photos set label = 'x';
    update photos set path = 'other.png' where id = 1;
    update photos set path = null where id = 2;
    update photos set id = 10 where id = 3;
    update photos set path = 'missing.png' where id in (5, 6);
    delete from photos where id = 4;
end
$$;
set session_replication_role = replica;
call pg_temp.writes();
select pg_temp.is(pg_temp.queued(), '1 10 5 6 7 8', 'each once');
select pg_temp.is((select string_agg(a.discrepancy, ' ') from featurize.audit('f') a where rows > 0), null, 'nothing is missed');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 empty, 5 failed, 6 failed, 7 embedded, 8 embedded, 9 empty, 10 embedded', 'replica');
delete from photos where id = 5;
update photos set path = null where id = 6;
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'failures go with the row and with the image');

-- The embedding table is moved; the image column is renamed.
select case :'destination' when 'table' then 'create schema attic; alter table f set schema attic' end \gexec
delete from photos where id = 1;
alter table photos rename path to image;
insert into photos values (11, '11.png');
alter table photos rename image to path;
call pg_temp.work('f');
select pg_temp.expect('f', '2 empty, 6 empty, 7 embedded, 8 embedded, 9 empty, 10 embedded, 11 embedded', 'moved and renamed');
truncate photos;
select pg_temp.is(featurize.repair('f'), 1, 'repair');
select pg_temp.is((select string_agg(format('%s %s', tgname, tgenabled), ', ' order by tgname) from pg_trigger where tgrelid = 'photos'::regclass),
    'featurize_1_delete O, featurize_1_insert O, featurize_1_replica R, featurize_1_truncate A, featurize_1_update O', 'triggers');

reset session_replication_role;
insert into photos select n, n || '.png' from generate_series(1, 6) n;
call pg_temp.work('f');
call pg_temp.writes();
select pg_temp.is(pg_temp.queued(), '1 10 5 6 7 8', 'each once, with the other role');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 empty, 5 failed, 6 failed, 7 embedded, 8 embedded, 9 empty, 10 embedded', 'origin');

-- repair() keeps it, the doctor watches it, drop_featurizer() removes it.
alter table photos disable trigger featurize_1_replica;
alter table photos enable trigger featurize_1_truncate;
select pg_temp.is((select finding from featurize.doctor() where name = 'triggers'),
    'on public.photos featurize_1_replica is disabled, featurize_1_truncate is disabled: some changes of rows are not queued', 'doctor');
select featurize.repair('f');
select pg_temp.is((select level from featurize.doctor() where name = 'triggers'), 'ok', 'repaired');
create or replace function featurize_generated.replica_1() returns trigger language plpgsql as 'begin return null; end';
select pg_temp.is((select finding from featurize.doctor() where name = 'triggers') like 'its trigger function is outdated%', true, 'doctor');
select featurize.alter_featurizer('f', on_replica => false);
select pg_temp.is((select string_agg(format('%s %s', tgname, tgenabled), ', ' order by tgname) from pg_trigger where tgrelid = 'photos'::regclass),
    'featurize_1_delete O, featurize_1_insert O, featurize_1_truncate O, featurize_1_update O', 'turned off');
select pg_temp.is(to_regproc('featurize_generated.replica_1'), null, 'its function is gone');
select featurize.alter_featurizer('f', on_replica => true);
select pg_temp.is((select level from featurize.doctor() where name = 'triggers'), 'ok', 'turned on');
select featurize.drop_featurizer('f');
select pg_temp.is((select count(*) from pg_trigger where tgrelid = 'photos'::regclass) + (select count(*) from pg_proc where pronamespace = 'featurize_generated'::regnamespace), 0::bigint, 'nothing is left');
