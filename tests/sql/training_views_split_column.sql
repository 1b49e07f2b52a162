-- A column of the source holds the split.
\ir learning.psql
create type part as enum ('train', 'test', 'validation');
create domain side as text;
create table photos (id bigint primary key, path text, label text, split text, part part, side side, is_test boolean, person integer);
insert into photos
select n, n || '.png', case when n <= 18 then (array['ant', 'bee'])[1 + n % 2] end,
       (array['train', 'TRAIN', ' Train ', 'test', 'Test', 'TEST', 'validation', '', null])[1 + (n - 1) % 9],
       (array['train', 'train', 'train', 'test', 'test', 'test', 'validation', 'validation', null])[1 + (n - 1) % 9]::part, 'test', n % 2 = 0, n
  from generate_series(1, 27) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('f', $$ format('[%s,1,0,2]', s.id) $$, condition => 's.id <> 10');

select featurize.create_training_view('v', 'f', 'label', split_column => 'split');
select pg_temp.is(pg_temp.keys('v', 'train') || ', ' || pg_temp.keys('v', 'test') || ', ' || pg_temp.keys('v'), '1 2 3 11 12, 4 5 6 13 14 15, 1 2 3 4 5 6 11 12 13 14 15',
                  'in any letter case; other values and null are omitted');
select pg_temp.is((select string_agg(r::text, ' ') from featurize.training_report('v') r), '(ant,9,2,3,1,3) (bee,9,3,3,0,3) (,9,0,0,0,0)', 'report');
select pg_temp.is(split_column || coalesce(group_column, ''), 'split', 'recorded') from featurize.training_view;
select pg_temp.is((select split_column from featurize.list_training_views()), 'split', 'listed');

-- It follows changes; an enum and a domain are text, too.
update photos set split = 'test' where id = 1;
select pg_temp.is(pg_temp.keys('v', 'test'), '1 4 5 6 13 14 15', 'moved');
update photos set split = 'train' where id = 1;
select featurize.create_training_view('e', 'f', 'label', split_column => 'part');
select pg_temp.is((select count(*) from v join e using (id, split)), 11::bigint, 'enum');
select featurize.create_training_view('d', 'f', 'label', split_column => 'side');
select pg_temp.is((select format('%s of %s', count(*) filter (where split = 'test'), count(*)) from d), '17 of 17', 'domain');

-- It can be frozen, and evaluated.
select featurize.freeze_training_view('v', 'frozen');
select pg_temp.is(pg_temp.keys('frozen', 'test'), '4 5 6 13 14 15', 'frozen');
select pg_temp.is((select string_agg(r::text, ' ') from featurize.training_report('frozen') r), '(ant,5,2,3,0,0) (bee,6,3,3,0,0)', 'report of a table');
select pg_temp.is(count(*), 2::bigint, 'recorded') from featurize.training_view where split_column = 'split';
select pg_temp.learn('c', 'v', array['ant', 'bee'], array['[0,0,0,1]', '[0,0,0,0]'], array[0.0, 0.0]);
select pg_temp.is((select format('%s %s', rows, accuracy) from featurize.evaluate('c')), '6 0.5', 'on the test rows');
select pg_temp.is((select rows from featurize.evaluate('c', 'train')), 5::bigint, 'on the training rows');

-- Errors
select pg_temp.throws(format('select featurize.create_training_view(''x'', ''f'', ''label'', %s)', arguments), 'FZ006', message, hint)
  from (values ('split_column => ''splitt''', 'public.photos has no column splitt for the split', '%split%'),
               ('split_column => ''is_test''', 'training view "x" cannot be split by column is_test of public.photos: it is of type boolean, not text', '%generated always%'),
               ('split_column => ''id''', 'training view "x" cannot be split by column id of public.photos: it is of type bigint, not text', '_%'),
               ('split_column => ''split'', group_column => ''person''', 'training view "x" cannot be created with both split_column and group_column', '%Leave out group_column%')
       ) v (arguments, message, hint);
select pg_temp.throws($$ select featurize.create_training_view('x', 'f', 'label', split_column => 'split', require_complete => true) $$, 'FZ015', '%: 1 rows with a label have no current embedding', '_%');
call pg_temp.embed('f', $$ '[1,1,1,1]' $$);
select featurize.create_training_view('x', 'f', 'label', split_column => 'split', require_complete => true);
