-- A training view shows the labeled, embedded rows with a reproducible split, and follows changes of its source.
\ir learning.psql
create table photos (id bigint primary key, path text, label text, half integer);
insert into photos select n, n || '.png', case when n <= 157 then 'left' else 'right' end, n % 2 from generate_series(1, 312) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('f', $$ format('[%s,1,0,2]', s.id) $$);

select pg_temp.is(featurize.create_training_view('train', 'f', 'label'), 'public.train', 'beside the source');
select pg_temp.is((select string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
                     from pg_attribute a where a.attrelid = 'train'::regclass),
                  'id bigint, label text, split text, features ' || :'storage' || '(4)', 'columns');
select pg_temp.is((select count(*) from train v join photos p using (id, label) where v.features::vector = format('[%s,1,0,2]', p.id)::vector),
                  312::bigint, 'every row with its label and its features');

-- The expected split is fixed: it is the same in every release and on every machine.
create function pg_temp.check_split(test_fraction numeric, seed bigint, want text) returns void
    language plpgsql
as $$
begin
    perform featurize.create_training_view('v', 'f', 'label', test_fraction, seed);
    perform pg_temp.is((select string_agg(format('%s %s/%s', r.label, r.train, r.test), ', ' order by r.label) from featurize.training_report('v') r),
                       want, format('sizes at %s', test_fraction));
    perform pg_temp.is((select string_agg(v.id::text, ' ') from v
                          join (select p.id, row_number() over (partition by p.label order by md5(seed || ':{"id": ' || p.id || '}')) as place,
                                       count(*) over (partition by p.label) as rows
                                  from photos p) t using (id)
                         where v.split <> case when t.place <= t.rows - floor(t.rows * test_fraction) then 'train' else 'test' end),
                       null, format('rows at %s', test_fraction));
    perform featurize.drop_training_view('v');
end
$$;
select pg_temp.check_split(0.5, 0, 'left 79/78, right 78/77');
select pg_temp.check_split(0.5, -9223372036854775808, 'left 79/78, right 78/77');
select pg_temp.check_split(0, 0, 'left 157/0, right 155/0');
select pg_temp.check_split(0.1, 3, 'left 142/15, right 140/15');
select pg_temp.check_split(0.25, 0, 'left 118/39, right 117/38');
select pg_temp.check_split(1 / 3., 0, 'left 105/52, right 104/51');
select pg_temp.check_split(0.9999, 0, 'left 1/156, right 1/154');
select pg_temp.is((select count(*) from train v where v.split = 'train'), 157::bigint, 'half of each class, rounded up, trains');
-- A third of thirty rows is ten, in spite of rounding.
select featurize.create_training_view('thirds', 'f', 'label', 1 / 3.);
delete from photos where id between 31 and 157;
select pg_temp.is((select format('%s/%s', r.train, r.test) from featurize.training_report('thirds') r where r.label = 'left'), '20/10', 'thirds');
select featurize.drop_training_view('thirds');

-- The seed, and no stratification
select featurize.create_training_view('again', 'f', 'label');
select featurize.create_training_view('other', 'f', 'label', seed => 1);
select featurize.create_training_view('mixed', 'f', 'label', stratify => false);
select pg_temp.is((select count(*) from train join again using (id) where train.split <> again.split), 0::bigint, 'the same seed');
select pg_temp.is((select count(*) between 60 and 125 from train join other using (id) where train.split <> other.split), true, 'another seed');
select pg_temp.is((select format('%s of %s', count(*) filter (where split = 'train'), count(*)) from mixed), '93 of 185', 'half of all');
select pg_temp.is((select string_agg(m.id::text, ' ') from mixed m
                     join (select p.id, row_number() over (order by md5('0:{"id": ' || p.id || '}')) as place from photos p) t using (id)
                    where (m.split = 'train') <> (t.place <= 93)), null, 'rows without strata');
-- The split is by hash: other rows move at most one row to the other side.
create temp table before as select id, split from train;
insert into photos select n, n || '.png', 'right', 0 from generate_series(1001, 1010) n;
call pg_temp.embed('f', $$ '[1,1,1,1]' $$, condition => 's.id > 1000');
select pg_temp.is((select count(*) <= 5 from before b join train v using (id) where v.split <> b.split), true, 'ten more rows move five at most');
select pg_temp.is((select count(*) from before b join train v using (id) where v.split <> b.split and v.label = 'left'), 0::bigint, 'none of another class');
delete from photos where id > 1000;
select pg_temp.is((select count(*) from before b join train v using (id, split)), 185::bigint, 'and all come back');

-- It follows changes of the source.
truncate photos;
select pg_temp.is(pg_temp.keys('train'), null, 'truncated');
insert into photos values (1, 'a.png', 'left'), (2, 'b.png', 'right'), (3, 'c.png', null), (4, null, 'left');
select pg_temp.is(pg_temp.keys('train'), null, 'nothing is embedded yet');
call pg_temp.embed('f', $$ '[1,2,3,4]' $$, condition => 's.id <= 3');
select pg_temp.is(pg_temp.keys('train'), '1 2', 'with a label and embedded');
select pg_temp.is((select string_agg(format('%s: %s %s/%s %s', r.label, r.rows, r.train, r.test, r.missing), ', ') from featurize.training_report('train') r),
                  'left: 2 1/0 1, right: 1 1/0 0, : 1 0/0 0', 'report');
update photos set label = 'up' where id in (2, 3);
select pg_temp.is((select string_agg(format('%s %s', id, label), ', ' order by id) from train), '1 left, 2 up, 3 up', 'labels are changed');
update photos set label = null where id = 2;
select pg_temp.is(pg_temp.keys('train'), '1 3', 'no label any more');
update photos set id = 30 where id = 3;
select pg_temp.is(pg_temp.keys('train'), case :'destination' when 'table' then '1' else '1 30' end, 'another key');
delete from photos where id = 30;
update photos set path = null where id = 1;
select pg_temp.is(pg_temp.keys('train'), null, 'no image any more');

-- Vectors of an older space are never shown.
update photos set path = 'a.png', label = 'left';
call pg_temp.embed('f', $$ '[1,2,3,4]' $$);
select pg_temp.is(pg_temp.keys('train'), '1 2 4', 'three');
select featurize.retire_space('tiny');
select pg_temp.is(pg_temp.keys('train'), null, 'retired');
select pg_temp.is((select missing from featurize.training_report('train')), 3::bigint, 'all are missing');
select pg_temp.throws($$ select featurize.create_training_view('complete', 'f', 'label', require_complete => true) $$,
                      'FZ015', 'training view "%complete" is incomplete: 3 rows with a label have no current embedding', '%progress%require_complete%');
select pg_temp.is(to_regclass('complete'), null, 'it was not made');
select featurize.register_space('tiny', 'newer');
call pg_temp.embed('f', $$ '[4,3,2,1]' $$, condition => 's.id < 4');
select pg_temp.is(pg_temp.keys('train'), '1 2', 'what is new, and nothing else');
select pg_temp.is((select distinct features::vector::text from train), '[4,3,2,1]', 'with the new features');
select pg_temp.throws($$ select featurize.create_training_view('complete', 'f', 'label', require_complete => true) $$, 'FZ015', '%: 1 rows with%');
call pg_temp.embed('f', $$ '[4,3,2,1]' $$);
select featurize.create_training_view('complete', 'f', 'label', require_complete => true);
select pg_temp.is(pg_temp.keys('complete'), '1 2 4', 'complete');
insert into photos values (5, '5.png', 'right'), (6, '6.png', 'right');
call pg_temp.embed('f', $$ '[0,0,0,1]' $$, condition => 's.id = 5');
select pg_temp.throws($$ select featurize.check_training('complete') $$, 'FZ015', 'training view "%complete" is incomplete: 1 rows%');
select pg_temp.throws($$ select featurize.freeze_training_view('complete', 'frozen') $$, 'FZ015', 'training view "%complete" is incomplete: 1 rows%');
update photos set label = null where id = 6;
select featurize.check_training('complete');
select featurize.train_classifier('c', 'complete');

-- Creating and dropping views.
select featurize.drop_training_view('public.complete');
select pg_temp.is(to_regclass('complete'), null, 'dropped');
select pg_temp.throws($$ select featurize.drop_training_view('complete') $$, 'FZ014', 'there is no training view "complete"', '%again%train%');
drop view train;
select pg_temp.throws($$ select * from featurize.training_report('train') $$, 'FZ014', 'there is no training view "train"', '%again%create_training_view%');
select featurize.create_training_view('train', 'f', 'label');
select pg_temp.is(pg_temp.keys('train'), '1 2 4 5', 'dropped by hand and made again');
select pg_temp.is((select count(*) from featurize.training_view t left join pg_class c on c.oid = t.relation where c.oid is null), 0::bigint, 'none is forgotten');
alter view train rename to renamed;
select pg_temp.is((select sum(r.rows) from featurize.training_report('renamed') r), 5::numeric, 'renamed');
select featurize.drop_training_view('renamed');
create view upon as select * from mixed;
select pg_temp.throws($$ select featurize.drop_training_view('mixed') $$, '2BP01', 'cannot drop view public.mixed%', '%');
drop view upon;

-- The views are dropped with the featurizer; frozen tables stay.
select featurize.freeze_training_view('mixed', 'kept');
select featurize.drop_featurizer('f');
select pg_temp.is((select string_agg(relation::text, ', ') from featurize.training_view), 'kept', 'what is left');
select pg_temp.is(to_regclass('mixed'), null, 'the view is dropped');
select pg_temp.is(pg_temp.keys('kept'), '1 2 4 5', 'the table is not');
select pg_temp.is((select string_agg(format('%s: %s', r.label, r.rows), ', ') from featurize.training_report('kept') r), 'left: 3, right: 1', 'and can be used');
