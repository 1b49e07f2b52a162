-- on_truncated => 'embed': rows embedded from a part of their image are embedded, and listed until something else is.
create table photos (id bigint primary key, path text);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', on_truncated => 'embed');
call pg_temp.work('f');
insert into photos select n, n || '.png' from generate_series(1, 6) n;

-- As pg_temp.settle(), with what is missing in the images of some rows.
create function pg_temp.settle_damaged(lease bigint, damaged text[]) returns text
    language sql
begin atomic
    select concat_ws(', ', nullif(s.embedded, 0) || ' embedded', nullif(s.failed, 0) || ' failed', nullif(s.discarded, 0) || ' discarded')
      from (select array_agg(c.job_id order by c.job_id) as jobs,
                   array_agg(pg_temp.vector_of(c.image) order by c.job_id) as vectors,
                   array_agg(case when c.image = any (damaged) then c.image || ' is cut' end order by c.job_id) as damages
              from claimed c where c.lease_id = lease) o
     cross join lateral featurize.settle(lease, pg_temp.space('f'), o.jobs, o.vectors, null, damages => o.damages) s;
end;
create function pg_temp.listed() returns text
    language sql
begin atomic
    select string_agg(concat(t.key ->> 'id', ' ', t.image, ': ', t.detail), ', ' order by t.key ->> 'id') from featurize.truncated t;
end;
create function pg_temp.note() returns text
    language sql
begin atomic
    select p.note from featurize.progress p;
end;

select pg_temp.is(pg_temp.settle_damaged(pg_temp.claim('f'), '{2.png,3.png,4.png,5.png}'), '6 embedded', 'stored');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 embedded, 5 embedded, 6 embedded', 'stored');
select pg_temp.is(pg_temp.listed(), '2 2.png: 2.png is cut, 3 3.png: 3.png is cut, 4 4.png: 4.png is cut, 5 5.png: 5.png is cut', 'listed');
select pg_temp.is(featurize.why('f', 2), 'embedded: the vector is of a part of the image: 2.png is cut', 'why');
select pg_temp.is(featurize.why('f', 1), 'embedded: the vector is stored and current', 'a whole image');
select pg_temp.is((select string_agg(n.item ->> 'id', ' ' order by n.item ->> 'id') from featurize._nearest_rows('f', '[1,2,3,4]', 9,
                         's.id not in (select (t.key ->> ''id'')::int from featurize.truncated t)') n), '1 6', 'left out of a search');
select pg_temp.is(pg_temp.note(), 'rows that are embedded from a part of their image: 4, see featurize.truncated', 'note');
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'no failures');
select pg_temp.is(featurize.retry('f'), 0::bigint, 'nothing to retry');
select pg_temp.is(pg_temp.listed() is not null, true, 'still listed');

-- Another image, an image that is whole now, no image, no row
update photos set path = 'new.png' where id = 2;
update photos set path = null where id = 3;
delete from photos where id = 4;
select pg_temp.is(pg_temp.listed(), '2 2.png: 2.png is cut, 5 5.png: 5.png is cut', 'rows and images that are gone');
select pg_temp.expect('f', '1 embedded, 2 pending, 3 empty, 5 embedded, 6 embedded', 'changed');
call pg_temp.work('f');
select pg_temp.is(pg_temp.listed(), '5 5.png: 5.png is cut', 'another image');
select featurize.refresh('f', 'true');
select pg_temp.is(pg_temp.settle_damaged(pg_temp.claim('f'), '{1.png}'), '4 embedded', 'embedded again');
select pg_temp.is(pg_temp.listed(), '1 1.png: 1.png is cut', 'once for each row');

-- A failure replaces the entry; the database refuses; the row was changed meanwhile.
update photos set path = 'missing.png' where id = 1;
call pg_temp.work('f');
select pg_temp.is(pg_temp.listed(), null, 'failed');
select pg_temp.expect('f', '1 failed, 2 embedded, 3 empty, 5 embedded, 6 embedded', 'failed');
select case :'destination' when 'table' then 'f' else 'photos' end as target \gset
alter table :target add constraint label_ok check (id <> 5) not valid;
select featurize.refresh('f', 'id in (5, 6)');
select pg_temp.is(pg_temp.settle_damaged(pg_temp.claim('f'), '{5.png,6.png}'), '1 embedded, 1 failed', 'refused');
select pg_temp.is(pg_temp.listed(), '6 6.png: 6.png is cut', 'refused');
alter table :target drop constraint label_ok;
select featurize.retry('f');
call pg_temp.work('f');
select pg_temp.is(pg_temp.listed(), '6 6.png: 6.png is cut', 'retry() is for failures');
update photos set path = 'a.png' where id = 5;
select pg_temp.claim('f') as lease \gset
update photos set path = 'b.png' where id = 5;
select pg_temp.is(pg_temp.settle_damaged(:lease, '{a.png}'), '1 discarded', 'changed meanwhile');
select pg_temp.is(pg_temp.listed(), '6 6.png: 6.png is cut', 'changed meanwhile');
call pg_temp.work('f');

-- A new feature space: the backfill queues these rows, too.
update featurize.space set fingerprint = 'old', retired_at = now();
select pg_temp.space('f');
update featurize.backfill set finished_at = null, after = null;
select pg_temp.is(pg_temp.listed(), '6 6.png: 6.png is cut', 'stale');
select pg_temp.is(featurize.why('f', 6), 'stale: the vector is of an older feature space and will be computed again', 'stale');
call pg_temp.work('f');
select pg_temp.expect('f', '1 failed, 2 embedded, 3 empty, 5 embedded, 6 embedded', 'of the new space');
select pg_temp.is(pg_temp.listed(), null, 'of the new space');

-- The option
select featurize.alter_featurizer('f', on_truncated => 'fail');
select pg_temp.is((select l.on_truncated from featurize.list_featurizers() l), 'fail', 'altered');
select pg_temp.is((select p.on_truncated from featurize.pending_featurizers() p), null, 'nothing to do');
select pg_temp.throws($$ select featurize.alter_featurizer('f', on_truncated => 'skip') $$, 'FZ006', 'on_truncated cannot be %skip%', '%fail, embed%');
