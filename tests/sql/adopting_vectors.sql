-- adopt_vectors() takes in vectors of another program, if those of a sample are the worker's.
create table photos (id bigint primary key, path text, note text);
insert into photos select n, n || '.png' from generate_series(1, 6) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
-- What the worker of this test computes, for all rows but one.
create table others (id bigint, v vector(4), wrong vector(4), short vector(4), text_column text);
insert into others select id, v, v, v * '[0.5,0.5,0.5,0.5]'::vector from (select id, pg_temp.vector_of(path)::vector as v from photos where id <> 6) p;
insert into others values (99, '[1,1,1,1]');

select pg_temp.throws(format('select featurize.adopt_vectors(%s)', arguments), state, message, hint)
  from (values ('''g'', ''others'', ''v''', 'FZ001', '%', '%'),
               ('''f'', ''others''', 'FZ002', '%it has no column "embedding"', '%key of public.photos (id)%'),
               ('''f'', ''photos'', ''note''', 'FZ002', '%column "note" has type text', '%vector(4)%'),
               ('''f'', ''others'', ''v'', 0', 'FZ006', '%sample of 0 rows%', '%')) x (arguments, state, message, hint);

select pg_temp.is(featurize.adopt_vectors('f', 'others', 'v', 2), null, 'a sample is queued first');
select pg_temp.is((select count(*) from featurize.job), 2::bigint, 'of two rows');
call pg_temp.work('f');
select pg_temp.is((select p.embedded from featurize.progress p), 2::bigint, 'the worker has embedded them');
select pg_temp.throws($$ select featurize.adopt_vectors('f', 'others', 'short', 2) $$, 'FZ002', '%0.500 times its length', '%refresh%');
update others set wrong = '[-1,2,-3,4]';
select pg_temp.throws($$ select featurize.adopt_vectors('f', 'others', 'wrong', 2) $$, 'FZ002', '%that of row {"id": %} has a cosine of %', '%model tiny%');
select pg_temp.is((select p.embedded from featurize.progress p), 2::bigint, 'nothing was taken in');

select pg_temp.is(featurize.adopt_vectors('f', 'others', 'v', 2), 3::bigint, 'the other three');
select pg_temp.is((select format('%s of %s', p.embedded, p.rows) from featurize.progress p), '5 of 6', 'they are current');
select pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f', 10) n where p.id = 3 and n.is_current), 4::bigint, 'and found');
select featurize.backfill_step((select id from featurize.featurizer), 100);
select pg_temp.is((select string_agg(j.key ->> 'id', ' ') from featurize.job j), '6', 'only what is missing is embedded');
call pg_temp.work('f');
select pg_temp.is((select format('%s of %s', p.embedded, p.rows) from featurize.progress p), '6 of 6', 'all');
update photos set path = 'new.png' where id = 1;
select pg_temp.is(featurize.adopt_vectors('f', 'others', 'v', 2), 0::bigint, 'a row that waits for a worker is left to it');
