-- The type of a key changes: everything says so before a row hurts, and repair() follows it.
create table photos (tenant smallint, id integer, path text, primary key (tenant, id));
insert into photos select 1, n, n || '.png' from generate_series(1, 3) n;
insert into photos values (1, 4, 'missing.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
select featurize.create_index('f', concurrently => false);

create function pg_temp.faults() returns text
    language sql
as $$
    select string_agg(d.finding || '; ' || d.remedy, ', ') from featurize.doctor() d where d.name = 'embeddings' and d.level = 'error';
$$;
alter table photos alter id type bigint;
insert into photos values (1, 3000000000, 'large.png');
select pg_temp.is(pg_temp.faults(), case :'destination' when 'table' then
    'the type of "id" is bigint in public.photos, but still integer in its embedding table public.f; select featurize.repair(''f'')' end, 'the doctor');
select pg_temp.is((select note from featurize.progress), coalesce(pg_temp.faults(), 'no worker is running'), 'progress')
 where :'destination' = 'table';
select pg_temp.is((select count(*) from featurize.nearest(null::photos, 'f', '[1,2,3,4]')), 3::bigint, 'searches go on');
select featurize.repair('f');
select pg_temp.is(pg_temp.faults(), null, 'repaired');

call pg_temp.work('f');
select pg_temp.expect('f', '1/1 embedded, 1/2 embedded, 1/3 embedded, 1/4 failed, 1/3000000000 embedded', 'a large key');
select pg_temp.is((select sum(embedded) from featurize.throughput), 4::numeric, 'no vector is computed again');
select pg_temp.is((select state from featurize.index_report), 'ready', 'the index is kept');
select pg_temp.is((select string_agg(polname, ' ' order by polname) from pg_policy where polrelid = to_regclass('f')),
                  case :'destination' when 'table' then 'featurize_reader' end, 'the policy too');

-- Several columns, and another form of the key in the queue.
alter table photos alter id type text, alter tenant type numeric(6, 0);
update photos set path = 'new.png' where id = '2';
insert into photos values (1, 'x', 'x.png');
delete from photos where id = 'x';
update photos set path = 'missing 1.png' where id = '4';
update photos set path = 'missing.png' where id = '4';
select featurize.repair();
select pg_temp.is(pg_temp.faults(), null, 'repaired');
call pg_temp.work('f');
select pg_temp.is((select sum(embedded) from featurize.throughput), 5::numeric, 'only the one that changed');
select pg_temp.expect('f', '1/1 embedded, 1/2 embedded, 1/3 embedded, 1/3000000000 embedded, 1/4 failed', 'text');
select pg_temp.is((select string_agg(key::text, ' ') from featurize.failure), '{"id": "4", "tenant": 1}', 'the key of the failure');
delete from photos where id in ('4', '3');
select pg_temp.expect('f', '1/1 embedded, 1/2 embedded, 1/3000000000 embedded', 'deleted');
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'its failure too');

-- Keys that cannot be converted.
insert into photos values (1, 'a', 'a.png'), (1, 'b', 'missing b.png');
call pg_temp.work('f');
insert into photos values (1, 'c', 'c.png');
select pg_temp.claim('f');
alter table photos alter id type bigint using case when id ~ '\D' then ascii(id) else id::bigint end;
select pg_temp.throws('select featurize.repair(''f'')', 'FZ003', 'featurizer "f" is broken: the keys in public.f cannot be converted: %',
                      'select featurize.drop_featurizer(''f''), and create it again')
 where :'destination' = 'table';
select format('select featurize.repair(%L)', 'f'), format('call pg_temp.work(%L)', 'f'),
       format('select pg_temp.expect(%L, %L)', 'f', '1/1 embedded, 1/2 embedded, 1/97 embedded, 1/98 failed, 1/99 embedded, 1/3000000000 embedded')
 where :'destination' = 'column' \gexec
