-- The image column, the key or the embedding table is renamed or dropped: users can still write, and
-- when all is as declared again, no written row was missed.
create table photos (id bigint primary key, junk text, path text, label text);
alter table photos drop column junk;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
insert into photos select n, n || '.png', 'x' from generate_series(1, 5) n;
call pg_temp.work('f');

create procedure pg_temp.write_on() language plpgsql
as $$
begin
    insert into photos (id, label) values (6, 'y'), (7, 'z');
    update photos set label = 'changed' where id = 1;
    update photos set id = 8 where id = 2;
    delete from photos where id = 3;
end $$;

alter table photos rename column path to image;
call pg_temp.write_on();
update photos set image = 'new.png' where id = 4;
update photos set image = null where id = 5;
insert into photos values (9, '9.png', 'x');
select pg_temp.is((select note like '% no longer has a column "%"; if it was renamed: select featurize.alter_featurizer(%' from featurize.progress), true, 'note');
alter table photos rename column image to path;
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 4 embedded, 5 empty, 6 empty, 7 empty, 8 embedded, 9 embedded', 'all is back');
select pg_temp.is((select count(*) from featurize.outbox) + (select count(*) from featurize.job), 0::bigint, 'queue');

-- The key.
alter table photos rename column id to number;
insert into photos values (10, '10.png', 'x');
update photos set path = 'other.png' where number = 4;
update photos set number = 11 where number = 8;
delete from photos where number = 1;
select pg_temp.is((select note like '% no longer has a column "%"; if it was renamed: alter table %' from featurize.progress), true, 'note');
alter table photos rename column number to id;
call pg_temp.work('f');
select pg_temp.expect('f', '4 embedded, 5 empty, 6 empty, 7 empty, 9 embedded, 10 embedded, 11 embedded', 'the key is back');
select pg_temp.is((select count(*) from featurize.outbox) + (select count(*) from featurize.job), 0::bigint, 'queue');
delete from photos where id > 9;
insert into photos values (1, '1.png', 'x'), (8, '2.png', 'x');

-- A restored table has other column numbers.
create table again (id bigint primary key, path text);
select featurize.create_featurizer('again', 'path', 'tiny', 'moved', destination => :'destination', storage => :'storage');
create function pg_temp.body() returns text language sql as $$ select pg_get_functiondef('featurize_generated.on_2'::regproc) $$;
select pg_temp.is(pg_temp.body() like format('%%tg_relid <> ''%s''::regclass%%', 'again'::regclass::oid), true, 'its number');
select pg_temp.body() as body \gset
select replace(:'body', 'again'::regclass::oid::text, '1') \gexec
insert into again values (1, 'a.png');
alter table again rename column path to image;
insert into again values (5, 'unseen.png');
select pg_temp.is((select string_agg(keys::text, '') from featurize.outbox where featurizer_id = 2), '[{"id" : 1}][]', 'a note');
alter table again rename column image to path;
call pg_temp.work('moved');
select pg_temp.expect('moved', '1 embedded, 5 embedded', 'by name');
delete from again where id = 5;
select :'body' \gexec

-- The table is renamed: another table with its name is not used.
alter table again rename to elsewhere_again;
create table again (id bigint primary key, path text);
insert into elsewhere_again values (5, 'b.png');
alter table elsewhere_again rename column path to image;
insert into elsewhere_again values (6, 'c.png');
alter table elsewhere_again rename column image to path;
drop table again;
alter table elsewhere_again rename to again;
call pg_temp.work('moved');
select pg_temp.expect('moved', '1 embedded, 5 embedded, 6 embedded', 'a renamed table');
delete from again where id > 1;

-- The column is dropped.
alter table photos drop column path;
delete from photos where id > 5;
call pg_temp.write_on();
select case :'destination' when 'table' then 'drop table f' else 'alter table photos drop column f' end \gexec
truncate photos;
call pg_temp.write_on();
select featurize.drop_featurizer('f');
insert into photos values (1, 'x');

-- The embedding table is moved and still found; after it is dropped, users can still write.
insert into again values (2, 'b.png'), (3, 'c.png');
call pg_temp.work('moved');
select case :'destination' when 'table' then 'create schema attic; alter table moved rename to elsewhere; alter table elsewhere set schema attic' end \gexec
update again set path = 'd.png' where id = 1;
delete from again where id = 2;
update again set path = null where id = 3;
call pg_temp.work('moved');
select pg_temp.expect('moved', '1 embedded, 3 empty', 'moved');
select case :'destination' when 'table' then 'drop table attic.elsewhere' else 'alter table again drop column moved' end \gexec
insert into again values (2, 'b.png');
update again set path = null where id = 1;
delete from again where id = 1;
truncate again;
