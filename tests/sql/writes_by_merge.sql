-- Statements that insert, update and delete at once, and transactions that are rolled back.
create table photos (id bigint primary key, path text, label text);
insert into photos values (1, 'a.png'), (2, 'b.png'), (3, null), (4, 'd.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');

insert into photos values (1, 'a.png'), (2, 'bb.png'), (3, 'c.png'), (4, null), (5, 'e.png'), (6, null)
    on conflict (id) do update set path = excluded.path;
select pg_temp.expect('f', '1 embedded, 2 pending, 3 pending, 4 empty, 5 pending, 6 empty', 'upserted');
select pg_temp.is((select count(*) from featurize._queued), 3::bigint, 'jobs of the upsert');
insert into photos values (1, 'x.png') on conflict do nothing;
insert into photos values (1, 'x.png'), (7, 'g.png') on conflict (id) do update set label = 'again';
select pg_temp.is((select count(*) from featurize._queued), 4::bigint, 'jobs of upserts that leave the image alone');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 empty, 5 embedded, 6 empty, 7 embedded', 'worked');

merge into photos p
using (values (1, 'a.png'), (2, 'missing.png'), (3, null), (4, 'd.png'), (5, 'delete'), (6, null), (7, 'nothing'), (8, 'h.png'), (9, null)) v (id, path)
   on v.id = p.id
 when matched and v.path = 'delete' then delete
 when matched and v.path = 'nothing' then do nothing
 when matched then update set path = v.path
 when not matched then insert (id, path) values (v.id, v.path);
select pg_temp.expect('f', '1 embedded, 2 pending, 3 empty, 4 pending, 6 empty, 7 embedded, 8 pending, 9 empty', 'merged');
select pg_temp.is((select count(*) from featurize._queued), 3::bigint, 'jobs of the merge');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded, 6 empty, 7 embedded, 8 embedded, 9 empty', 'worked');

with moved as (delete from photos where id = 8 returning *)
insert into photos select id + 100, path, label from moved;
with gone as (delete from photos where id = 7 returning *), changed as (update photos set path = 'f.png' where id = 6)
insert into photos values (110, 'new.png');
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded, 6 pending, 9 empty, 108 pending, 110 pending', 'by CTEs');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded, 6 embedded, 9 empty, 108 embedded, 110 embedded', 'worked');

-- A transaction that is rolled back has no effect.
begin;
savepoint before;
insert into photos values (200, 'x.png');
update photos set path = 'y.png' where id in (1, 2, 3);
delete from photos where id > 3;
rollback to before;
update photos set path = null where id = 108;
savepoint truncated;
truncate photos;
select pg_temp.expect('f', '', 'truncated');
rollback to truncated;
commit;
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded, 6 embedded, 9 empty, 108 empty, 110 embedded', 'after the savepoints');
select pg_temp.is((select count(*) from featurize._queued), 0::bigint, 'jobs of the savepoints');
do $$ begin
    delete from photos;
    raise exception 'no';
exception
    when raise_exception then null;
end $$;
select pg_temp.expect('f', '1 embedded, 2 failed, 3 empty, 4 embedded, 6 embedded, 9 empty, 108 empty, 110 embedded', 'after the error');

-- Several statements in one transaction: the row has the last image.
begin;
insert into photos values (300, 'first.png');
update photos set path = 'second.png' where id = 300;
update photos set path = null where id = 300;
update photos set path = 'third.png' where id = 300;
delete from photos where id = 1;
insert into photos values (1, 'once more.png');
delete from photos where id between 2 and 110;
commit;
select pg_temp.expect('f', '1 pending, 300 pending', 'in one transaction');
select pg_temp.is(pg_temp.images(pg_temp.claim('f')), 'third.png, once more.png', 'jobs of a row are one');
select pg_temp.is(pg_temp.settle(max(lease_id)), '2 embedded', 'and settled once') from claimed;
select pg_temp.expect('f', '1 embedded, 300 embedded', 'in one transaction');
select pg_temp.is((select count(*) from featurize._queued), 0::bigint, 'no job is left');
