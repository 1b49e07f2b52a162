-- nearest() and neighbors() agree with ORDER BY, for every destination and storage.
create table photos (id bigint primary key, path text, label text);
insert into photos select n, format('%s.png', n % 40), case when n % 2 = 0 then 'even' else 'odd' end from generate_series(1, 60) n;
insert into photos values (61, null), (62, 'missing.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
insert into photos values (63, 'pending.png');

-- Expected rows. Rows 1..20 and 41..60 share their images; ties are in key order.
create temp table truth as
select q.id as query, p.id, row_number() over (partition by q.id order by d.distance, p.id) as rank, d.distance
  from photos q
  join photos p on p.id <> q.id and p.id <= 60
 cross join lateral (select pg_temp.vector_of(p.path) <=> pg_temp.vector_of(q.path) as distance) d
 where q.id <= 60;

create temp table found as
select p.id as query, (n.item).id, n.rank, n.distance, n.item
  from photos p
 cross join lateral rows from (featurize.neighbors(p, 'f', 7)) with ordinality n (item, distance, is_current, rank);
select pg_temp.is((select count(*) from found), 60 * 7::bigint, 'seven each for all rows that have a vector');
select pg_temp.is((select string_agg(format('%s: %s is %s, not %s', f.query, f.rank, f.id, t.id), E'\n')
                     from found f join truth t using (query, rank) where f.id <> t.id), null, 'neighbors of every row');
select pg_temp.is((select max(abs(f.distance - t.distance)) < 1e-6 from found f join truth t using (query, rank)), true, 'distances');
select pg_temp.is((select bool_and(f.item = p) from found f join photos p using (id)), true, 'whole rows');
select pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f') where p.id = 1), 10::bigint, 'ten by default');
select pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f', 1000) where p.id = 1), 59::bigint, 'all but itself');
select pg_temp.is((select n.distance from photos p, featurize.neighbors(p, 'f', 1) n where p.id = 41), 0::float8, 'a copy is at distance 0');
select pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f') where p.id in (61, 62, 63)), 0::bigint, 'empty, failed, pending');
-- A row value that is not stored, or null.
select pg_temp.is((select count(*) from featurize.neighbors(jsonb_populate_record(null::photos, '{"id": 1}'), 'f', 3)), 3::bigint, 'by key');
select pg_temp.is((select count(*) from featurize.neighbors(jsonb_populate_record(null::photos, '{"id": 99}'), 'f', 3)), 0::bigint, 'no such row');
select pg_temp.is((select count(*) from featurize.neighbors(null::photos, 'f', 3)), 0::bigint, 'no row');

select pg_temp.is((select array_agg((n.item).id) from featurize.nearest(null::photos, 'f', pg_temp.vector_of('7.png'), 8) n),
                  (select array_agg(p.id order by p.distance, p.id)
                     from (select p.id, pg_temp.vector_of(p.path) <=> pg_temp.vector_of('7.png') as distance
                             from photos p where p.id <= 60 order by 2, 1 limit 8) p), 'nearest to a vector');
select pg_temp.is((select count(*) from photos p, featurize.nearest(p, 'f', '[4,3,2,1]', 2) where p.id = 1), 2::bigint, 'by a row of it');
select pg_temp.is((select count(*) from featurize.nearest(null::photos, 'f', '[4,3,2,1]')), 10::bigint, 'ten by default');
select pg_temp.is((select count(*) from featurize.nearest(null::photos, 'f', '[4,3,2,1]', 0)), 0::bigint, 'none');
select pg_temp.is((select count(*) from featurize.nearest(null::photos, 'f', null)), 0::bigint, 'nearest to nothing');
select pg_temp.is((select string_agg(format('%s %s %s', n.item ->> 'id', n.image, n.item ? 'f'), ', ')
                     from featurize._nearest_rows('f', pg_temp.vector_of('33.png'), 1) n), '33 33.png f', 'for programs');

-- Errors.
create table others (id bigint primary key, path text, label text);
select pg_temp.throws($$ select * from featurize.nearest(null::others, 'f', '[1,2,3,4]') $$,
                      'FZ007', 'featurizer "f" is on public.photos, but the argument is of type public.others', '%NULL::public.photos%');
select pg_temp.throws($$ select featurize.neighbors(o, 'f') from (values (1)) o $$, 'FZ007', '%"f"%record%', '%NULL::public.photos%');
select pg_temp.throws($$ select * from featurize.nearest(1, 'f', '[1,2,3,4]') $$, 'FZ007', '%"f"%integer%', '%NULL::public.photos%');
select pg_temp.throws($$ select * from featurize.nearest(null::photos, 'f', '[1,2,3]') $$,
                      'FZ007', 'featurizer "f" cannot be searched with this vector: expected 4 dimensions, not 3', '%model "tiny"%');
select pg_temp.throws($$ select * from featurize.nearest(null::photos, 'g', '[1,2,3,4]') $$, 'FZ001', 'there is no featurizer "g"', '%: f.%');
select pg_temp.throws($$ select * from featurize.neighbors(null::photos, 'g') $$, 'FZ001', 'there is no featurizer "g"', '%: f.%');

-- There is no space yet.
select featurize.create_featurizer('others', 'path', 'resnet18', 'unborn');
insert into others values (1, 'a.png');
select pg_temp.is((select count(*) from others o, featurize.neighbors(o, 'unborn')), 0::bigint, 'no space yet');

-- Both storages and destinations give the same rows in one session.
select featurize.create_featurizer('photos', 'path', 'tiny', 'half', storage => 'halfvec');
select featurize.create_featurizer('photos', 'path', 'tiny', 'inside', destination => 'column');
call pg_temp.work('half');
call pg_temp.work('inside');
delete from photos where id > 60;
call pg_temp.work('f');
select pg_temp.is((select array_agg((n.item).id) from photos p, featurize.neighbors(p, name, 7) n where p.id = 5),
                  (select array_agg(t.id order by t.rank) from truth t where t.query = 5 and t.rank <= 7), name)
  from featurize.featurizer where model = 'tiny';
