-- A training view frozen into a table keeps its rows, whatever happens to the source.
\ir learning.psql
create table photos (number integer, path text, label text, person text, album text, primary key (album, number));
insert into photos select n, n || '.png', case n % 3 when 0 then 'cat' else 'dog' end, n % 9, n % 2 from generate_series(1, 60) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('f', $$ format('[%s,1,0,2]', s.number) $$);
select featurize.create_training_view('live', 'f', 'label', 0.4, 7, group_column => 'person');
create temp table was as select album, number, label, split, features::text from live;

create schema lab;
select pg_temp.is(featurize.freeze_training_view('live', 'frozen'), 'public.frozen', 'beside the view');
select pg_temp.is(featurize.freeze_training_view('live', 'lab."Ice"'), 'lab."Ice"', 'elsewhere');
select pg_temp.is((select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum) from pg_attribute a
                    where a.attrelid = 'frozen'::regclass and a.attnum > 0),
                  (select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum) from pg_attribute a
                    where a.attrelid = 'live'::regclass and a.attnum > 0), 'the same columns');
select pg_temp.is((select pg_get_constraintdef(k.oid) from pg_constraint k where k.conrelid = relation::regclass and k.contype = 'p'),
                  'PRIMARY KEY (album, number)', relation) from unnest(array['frozen', 'lab."Ice"']) relation;
select pg_temp.is(obj_description('frozen'::regclass, 'pg_class') like 'public.live as it was at %', true, 'it says what it is');
select pg_temp.is((select format('%s %s %s %s', t.label_column, t.group_column, t.seed, t.test_fraction) from featurize.training_view t where t.relation = 'frozen'::regclass),
                  'label person 7 0.4', 'as the view was made');

create function pg_temp.check_frozen(name text) returns void
    language plpgsql
as $$
declare
    same bigint;
    told text;
begin
    execute format('select count(*) from %s x join was using (album, number, label, split) where x.features::text = was.features', name) into same;
    perform pg_temp.is(same, 60::bigint, name || ' has the rows that were');
    perform pg_temp.is((select string_agg(format('%s %s/%s %s', r.label, r.train, r.test, r.missing), ', ') from featurize.training_report(name) r),
                       (select string_agg(format('%s %s/%s 0', w.label, w.train, w.test), ', ') from (
                          select was.label, count(*) filter (where split = 'train') as train, count(*) filter (where split = 'test') as test from was group by 1 order by 1) w),
                       'report of ' || name);
    perform pg_temp.is((select format('%s rows of %s', c.rows, c.dim) from featurize.training_copy(name) c), '60 rows of 4', 'copy of ' || name);
end
$$;
select pg_temp.check_frozen(name) from unnest(array['frozen', 'lab."Ice"']) name;
insert into photos select n, n || '.png', 'cat', 'x', '2' from generate_series(1, 10) n;
update photos set label = 'cat', path = 'new.png', person = null;
call pg_temp.embed('f', $$ '[9,9,9,9]' $$);
delete from photos where number % 2 = 0;
select pg_temp.check_frozen('frozen');
select pg_temp.is((select count(*) from live), 35::bigint, 'the view goes on');
-- A frozen copy of a frozen table has the same rows.
select pg_temp.is(featurize.freeze_training_view('frozen', 'colder'), 'public.colder', 'frozen again');
select pg_temp.check_frozen('colder');
select pg_temp.is((select pg_get_constraintdef(k.oid) from pg_constraint k where k.conrelid = 'colder'::regclass and k.contype = 'p'), 'PRIMARY KEY (album, number)', 'its key');

select pg_temp.throws($$ select featurize.freeze_training_view('frozen', 'colder') $$, 'FZ002', '"colder" cannot be created: a relation or type of that name already exists', '%');
select pg_temp.throws($$ select featurize.freeze_training_view('live', 'photos') $$, 'FZ002', '"photos" cannot be created%', '%');
select pg_temp.throws($$ select featurize.freeze_training_view('live', 'a b') $$, 'FZ002', '''a b'' is not a valid name of a relation', '%');
select pg_temp.throws($$ select featurize.freeze_training_view('photos', 'x') $$, 'FZ014', 'there is no training view "photos"', '%live%');
select featurize.drop_training_view('lab."Ice"');
select pg_temp.is(to_regclass('lab."Ice"'), null, 'a frozen one is dropped like a view');

-- Classifiers train on it; in a new feature space the view is empty, the table is not.
select pg_temp.learn('c', 'frozen', array['cat', 'dog'], array['[1,0,0,0]', '[-1,0,0,0]'], array[0, 0]);
select featurize.retire_space('tiny');
select featurize.register_space('tiny', 'newer');
select pg_temp.is((select count(*) from live), 0::bigint, 'the view has no current features');
select pg_temp.check_frozen('frozen');
select pg_temp.is((select count(*) from featurize.predictions('c', 'train') p join was on (p.key ->> 'album', (p.key ->> 'number')::integer) = (was.album, was.number)
                    where was.split = 'train' and p.label = was.label and p.predicted = 'cat'),
                  (select count(*) from was where split = 'train'), 'predictions for what was frozen');
select pg_temp.is((select (featurize.evaluate('c')).rows), (select count(*) from was where split = 'test'), 'evaluation of it');
-- Train again on features of the old space, and of the new one.
select pg_temp.learn('late', 'colder', array['cat', 'dog'], array['[1,0,0,0]', '[-1,0,0,0]'], array[0, 0]);
select pg_temp.is((select space_id from featurize.classifier where name = 'late'), (select space_id from featurize.classifier where name = 'c'), 'in the old space');

-- It can be used after its featurizer is dropped.
select featurize.drop_featurizer('f');
select pg_temp.check_frozen('frozen');
select pg_temp.is(featurize.freeze_training_view('frozen', 'coldest'), 'public.coldest', 'and can be frozen again');
select pg_temp.check_frozen('coldest');
select pg_temp.is((select pg_get_constraintdef(k.oid) from pg_constraint k where k.conrelid = 'coldest'::regclass and k.contype = 'p'),
                      'PRIMARY KEY (album, number)', 'its key, too');
select pg_temp.is((select count(*) from featurize.predictions('c', 'test')), (select count(*) from was where split = 'test'), 'and predicted');
select pg_temp.learn('d', 'coldest', array['cat', 'dog'], array['[1,0,0,0]', '[-1,0,0,0]'], array[0, 0]);
select pg_temp.is((select accuracy from featurize.evaluate('d')), (select accuracy from featurize.evaluate('c')), 'and learned from');
drop table photos;
select pg_temp.check_frozen('frozen');
drop table frozen;
select pg_temp.throws($$ select * from featurize.evaluate('c') $$, 'FZ014', 'the training view of classifier "c" was dropped', '%train the classifier again%');
