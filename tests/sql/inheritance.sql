-- A featurized table is attached as a partition, or gets relatives: what is missed is said, with a remedy that works.
create table photos (id bigint primary key, path text);
insert into photos values (1, '1.png'), (2, '2.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
create function pg_temp.doctor() returns text
    language sql
as $$
    select string_agg(d.finding || '; ' || d.remedy, ', ') from featurize.doctor() d where d.name = 'source' and d.level <> 'ok';
$$;
create function pg_temp.expect_finding(finding text, remedy text) returns void
    language plpgsql
as $$
begin
    perform pg_temp.is(pg_temp.doctor(), finding || '; ' || remedy, 'doctor');
    perform pg_temp.is((select note from featurize.progress), finding || '; ' || remedy, 'progress');
    perform pg_temp.is((select max(level) from featurize.doctor() where name = 'source'), case when finding is null then 'ok' else 'warning' end, 'level');
end
$$;
select pg_temp.expect_finding(null, null);

select format('create table whole (%s) partition by range (id)',
              string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum))
  from pg_attribute where attrelid = 'photos'::regclass and attnum > 0 \gexec
alter table whole attach partition photos for values from (0) to (100);
select pg_temp.expect_finding('public.photos is now a partition of public.whole: rows that are written through public.whole are missed',
    'write to public.photos only; or alter table public.whole detach partition public.photos; afterwards: select featurize.repair(''f'')');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'tiny', 'another') $$, 'FZ003', '% it is a partition', '%written through the partitioned table%');
select pg_temp.throws($$ select featurize.create_featurizer('whole', 'path', 'tiny', 'another') $$, 'FZ003', '% it is partitioned', '%written to a partition directly%');
insert into whole (id, path) values (3, '3.png');
update whole set path = 'new.png' where id = 1;
delete from whole where id = 2;
insert into photos values (4, '4.png');
call pg_temp.work('f');
select pg_temp.is((select format('%s %s', embedded, pending) from featurize.progress), '1 2', 'what was written to it is done, and only that');
alter table whole detach partition photos;
select featurize.repair('f');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 3 embedded, 4 embedded', 'repaired');
select pg_temp.expect_finding(null, null);

create table relatives (id bigint not null, path text);
alter table photos inherit relatives;
select pg_temp.expect_finding('public.photos now inherits from public.relatives: rows that are written through public.relatives are missed',
    'write to public.photos only; or alter table public.photos no inherit public.relatives; afterwards: select featurize.repair(''f'')');
alter table photos no inherit relatives;
create table child () inherits (photos);
insert into child (id, path) values (1, 'other.png'), (9, '9.png');
select pg_temp.expect_finding('public.child inherits from public.photos: its rows are not featurized', 'alter table public.child no inherit public.photos');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 3 embedded, 4 embedded', 'without the child');
alter table child no inherit photos;
select pg_temp.expect_finding(null, null);
