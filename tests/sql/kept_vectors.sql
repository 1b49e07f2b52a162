-- A failed refresh keeps the vector while the row holds the same image value, and says so.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'b.png'), (3, 'c.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');

select featurize.refresh('f', 'true');
update photos set path = 'b2.png' where id = 2;
select pg_temp.claim('f') as lease \gset
select pg_temp.is(s.failed, 3, 'every row fails')
  from (select array_agg(c.job_id) as jobs from claimed c where c.lease_id = :lease) o
 cross join lateral featurize.settle(:lease, null, '{}', '{}', '{}', o.jobs,
       '{missing_file,missing_file,worker_lost}', '{gone,gone,lost}') s;
select pg_temp.is((select string_agg(format('%s %s', key ->> 'id', vector_kept), ', ' order by key) from featurize.failure),
                  '1 t, 2 f, 3 t', 'kept where the image value is the same');
select pg_temp.expect('f', '1 failed, 2 failed, 3 failed', 'failed comes before embedded');
select pg_temp.is(featurize.why('f', '1') like 'failed: the last refresh failed: %; the vector of the same image is kept; %', true, 'why');
select pg_temp.is(featurize.why('f', '2') not like '%kept%', true, 'why without a vector');
select pg_temp.is((select string_agg(format('%s %s', (x.item).id, x.is_current), ', ' order by (x.item).id)
                     from featurize.nearest(null::photos, 'f', pg_temp.vector_of('a.png')) x), '1 t, 3 t', 'searches find them');
select pg_temp.is((select sum(rows)::bigint from featurize.audit('f')), 0::bigint, 'nothing to repair');

-- After a retry it is as before.
select featurize.retry('f');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded', 'again');
-- A new image value that fails removes the vector of the old one.
update photos set path = 'missing.png' where id = 1;
call pg_temp.work('f');
select pg_temp.expect('f', '1 failed, 2 embedded, 3 embedded', 'changed');
select pg_temp.is((select bool_or(vector_kept) from featurize.failure), false, 'changed');
