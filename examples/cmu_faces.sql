-- CMU's face images: 20 people, each looking left and right; a classifier for the direction.
--
--     make example-faces FACES=DIR
--
-- runs this on a temporary server. DIR has the files named
-- person_direction_expression_eyes.pgm; 312 of them look left or right and have full size. On your own server:
--
--     pgfeaturize add DIR --table faces --create
--     pgfeaturize worker --root DIR &
--     psql -f examples/cmu_faces.sql
--
-- No image is mirrored: that would turn left into right.

\set ON_ERROR_STOP on
\if :{?model}
\else
    \set model pixels
\endif
\pset footer off
set client_min_messages = warning;

-- Labels from the file names. Other directions than left and right give no label, so these rows are omitted.
alter table faces
    add column if not exists direction text generated always as (substring(path from '_(left|right)_[^/]*$')) stored,
    add column if not exists person text generated always as (substring(path from '([^/_]+)_[^/]*$')) stored,
    add column if not exists eyes text generated always as (substring(path from '_([^/_]+)[.][^/.]*$')) stored;

\echo 'Featurized by' :model
-- Features of another model are replaced.
select featurize.drop_featurizer('faces_features')
  from featurize.featurizer
 where name = 'faces_features' and source = 'faces'::regclass and model <> lower(:'model')
   and exists (select from featurize.model m where m.name = lower(:'model')) \g /dev/null
select featurize.create_featurizer('faces', 'path', :'model', 'faces_features', if_not_exists => true) as featurizer \gset
select featurize.wait(:'featurizer', '10 minutes') as done \gset

-- faces_halves splits each class, so every person has training and test rows, and the classifier may learn the faces.
-- faces_people splits by person, so it measures the accuracy on people without training rows.
drop view if exists faces_halves, faces_people, faces_people_1, faces_people_2, faces_people_3, faces_people_4;
select featurize.create_training_view('faces_halves', :'featurizer', 'direction', test_fraction => 0.5) as training_view \gset
select featurize.create_training_view('faces_people', :'featurizer', 'direction', test_fraction => 0.5, group_column => 'person') as training_view \gset

\echo 'Images, and number of people on both sides'
select 'faces_halves' as split, v.label, count(*) filter (where v.split = 'train') as train, count(*) filter (where v.split = 'test') as test,
       (select count(*) from (select 1 from faces f join faces_halves using (id) group by f.person having count(distinct split) = 2) p) as people_on_both_sides
  from faces_halves v group by v.label
union all
select 'faces_people', v.label, count(*) filter (where v.split = 'train'), count(*) filter (where v.split = 'test'),
       (select count(*) from (select 1 from faces f join faces_people using (id) group by f.person having count(distinct split) = 2) p)
  from faces_people v group by v.label
 order by 1, 2;

select featurize.train_classifier('faces_halves', 'faces_halves', replace => true) as number \gset
select featurize.train_classifier('faces_people', 'faces_people', replace => true) as number \gset
select featurize.wait_classifier('faces_halves', '5 minutes') as done \gset
select featurize.wait_classifier('faces_people', '5 minutes') as done \gset

\echo 'Accuracy with its 95 % interval, and area under the ROC curve'
select c.name as split, e.rows, round(e.accuracy::numeric, 4) as accuracy, round(e.accuracy_low::numeric, 4) as low,
       round(e.accuracy_high::numeric, 4) as high, round(e.auc::numeric, 4) as auc
  from (values ('faces_halves'), ('faces_people')) c (name)
 cross join lateral featurize.evaluate(c.name) e;

-- The interval assumes independent images. Images of one person are not independent, so show each person.
\echo 'Accuracy for each person in the test rows'
select f.person, count(*) as rows, round(avg((p.label = p.predicted)::integer), 4) as accuracy,
       round(avg((p.label = p.predicted)::integer) filter (where f.eyes = 'sunglasses'), 4) as with_sunglasses
  from featurize.predictions('faces_people') p
  join faces f on f.id = (p.key ->> 'id')::bigint
 group by f.person
 order by accuracy, f.person;

-- One choice of test people says little. The seed selects them.
\echo 'Accuracy with other test people, by seed'
select featurize.create_training_view('faces_people_' || seed, :'featurizer', 'direction', seed => seed, group_column => 'person') as training_view
  from generate_series(1, 4) seed \g /dev/null
select featurize.train_classifier('faces_people_' || seed, 'faces_people_' || seed, replace => true) as number
  from generate_series(1, 4) seed \g /dev/null
select featurize.wait_classifier('faces_people_' || seed, '5 minutes') as done
  from generate_series(1, 4) seed \g /dev/null
select seed, e.rows, round(e.accuracy::numeric, 4) as accuracy, round(e.accuracy_low::numeric, 4) as low,
       round(e.accuracy_high::numeric, 4) as high, round(e.auc::numeric, 4) as auc
  from generate_series(1, 4) seed
 cross join lateral featurize.evaluate('faces_people_' || seed) e
 order by seed;
