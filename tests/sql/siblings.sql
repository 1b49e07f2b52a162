-- Featurizers of one column are served together: an image is claimed once for all that need it.
create table photos (id bigint primary key, path text, other text);
select featurize.register_model('tiny2', 'hash', 'end', 'none', 4, 'others', pg_temp.preprocessing());
select featurize.create_featurizer('photos', 'path', 'tiny', 'a');
select featurize.create_featurizer('photos', 'path', 'tiny2', 'b', destination => :'destination');
select featurize.create_featurizer('photos', 'other', 'tiny', 'c');
call pg_temp.work('a');
call pg_temp.work('b');
call pg_temp.work('c');
insert into photos values (1, '1.png', 'x.png'), (2, '2.png', 'y.png'), (3, null, 'z.png'), (4, 'missing.png', null);

-- Not featurizers of another column, and not more rows than the first one claimed.
select pg_temp.claim_together('{a,b,c}', 2) as leases \gset
select pg_temp.is(cardinality(:'leases'::bigint[]), 2, 'a lease for each of one column');
select pg_temp.is(pg_temp.images((:'leases'::bigint[])[1]), '1.png, 2.png', 'images of the first');
select pg_temp.is(pg_temp.images((:'leases'::bigint[])[2]), '1.png, 2.png', 'the same images for the second');
select pg_temp.expect('a', '1 leased, 2 leased, 3 empty, 4 pending', 'claimed');
select pg_temp.expect('b', '1 leased, 2 leased, 3 empty, 4 pending', 'claimed');
select pg_temp.expect('c', '1 pending, 2 pending, 3 pending, 4 empty', 'claimed');
select pg_temp.is((select array_agg(distinct f.name order by f.name) from featurize.lease l join featurize.featurizer f on f.id = l.featurizer_id),
                  '{a,b}'::text[], 'whose leases');

-- Each lease is settled separately. Both discard results of a row that changed meanwhile.
update photos set path = '2b.png' where id = 2;
select pg_temp.is(pg_temp.settle((:'leases'::bigint[])[1]), '1 embedded, 1 discarded', 'the first');
select pg_temp.expect('a', '1 embedded, 2 pending, 3 empty, 4 pending');
select pg_temp.expect('b', '1 leased, 2 leased, 3 empty, 4 pending');
select pg_temp.is(pg_temp.settle((:'leases'::bigint[])[2]), '1 embedded, 1 discarded', 'the second');
select pg_temp.expect('b', '1 embedded, 2 pending, 3 empty, 4 pending');

-- A featurizer without jobs gets no lease.
select pg_temp.is(pg_temp.settle(lease), '1 embedded, 1 failed', 'both') from unnest(pg_temp.claim_together('{b,a}')) lease;
select featurize.refresh('a', 'id = 1');
select pg_temp.is(cardinality(pg_temp.claim_together('{a,b}')), 1, 'only the first');
select pg_temp.is((select count(*) from featurize.lease), 1::bigint, 'no lease without jobs');
call pg_temp.work('b');
select pg_temp.is(pg_temp.settle(l.id), '1 embedded', 'settled') from featurize.lease l;

-- A paused one is not served, and a job with attempts is claimed alone.
insert into photos (id, path) values (5, '5.png'), (6, 'together.png');
select featurize.pause('b');
select pg_temp.is(pg_temp.settle(lease), '1 embedded, 1 retried', 'one of two') from unnest(pg_temp.claim_together('{a,b}')) lease;
select featurize.resume('b');
select pg_temp.come_due();
select pg_temp.claim_together('{a,b}') as leases \gset
select pg_temp.is(cardinality(:'leases'::bigint[]), 1, 'alone');
select pg_temp.is(pg_temp.images((:'leases'::bigint[])[1]), 'together.png', 'alone');
select pg_temp.is(pg_temp.settle((:'leases'::bigint[])[1]), '1 retried', 'again');
select pg_temp.is(pg_temp.settle(lease), '1 embedded, 1 retried', 'the other later') from unnest(pg_temp.claim_together('{b,a}')) lease;
select pg_temp.expect('b', '1 embedded, 2 embedded, 3 empty, 4 failed, 5 embedded, 6 pending');

-- A deleted row leaves no jobs.
delete from photos where id = 6;
select pg_temp.come_due();
select pg_temp.is(pg_temp.claim_together('{a,b}'), null, 'gone');
select pg_temp.is(pg_temp.claim_together('{b,a}'), null, 'gone');
select pg_temp.is((select count(*) from featurize.job j join featurize.featurizer f on f.id = j.featurizer_id and f.name <> 'c'), 0::bigint, 'no jobs');
