-- A folder of images with one folder per class: how well a classifier on a network's features separates the classes.
--
--     make example-folder FOLDER=DIR MODEL=resnet50
--
-- runs this on a temporary server. On your own server:
--
--     pgfeaturize add DIR --table images --create --label-from-parent
--     pgfeaturize worker --root DIR &
--     psql -v model=resnet50 -f examples/folders.sql

\set ON_ERROR_STOP on
\if :{?model}
\else
    \set model pixels
\endif
\pset footer off
set client_min_messages = warning;

\echo 'Featurized by' :model
-- Features of another model are replaced.
select featurize.drop_featurizer('images_features')
  from featurize.featurizer
 where name = 'images_features' and source = 'images'::regclass and model <> lower(:'model')
   and exists (select from featurize.model m where m.name = lower(:'model')) \g /dev/null
select featurize.create_featurizer('images', 'path', :'model', 'images_features', if_not_exists => true) as featurizer \gset
select featurize.wait(:'featurizer', '1 hour') as done \gset

drop view if exists folders_training;
select featurize.create_training_view('folders_training', :'featurizer', 'label', test_fraction => 0.25) as training_view \gset

\echo 'Rows of each class; missing rows could not be featurized, see featurize.failure'
select * from featurize.training_report('folders_training');

select featurize.train_classifier('folders', 'folders_training', 'linear_svm', '{"class_weight": "balanced"}', replace => true) as number \gset
select featurize.wait_classifier('folders', '1 hour') as done \gset

\echo 'Accuracy with its 95 % interval'
select rows, round(accuracy::numeric, 4) as accuracy, round(accuracy_low::numeric, 4) as low, round(accuracy_high::numeric, 4) as high
  from featurize.evaluate('folders');

\echo 'Each class'
select label, rows, round(precision::numeric, 3) as precision, round(recall::numeric, 3) as recall, round(f1::numeric, 3) as f1
  from featurize.class_report('folders');

\echo 'Confusion matrix: rows are labels, columns are predictions'
select label, predicted, rows from featurize.confusion('folders') \crosstabview

\echo 'Wrong predictions with the highest probability: check these images and their labels'
select s.path, p.label, p.predicted, round(p.probability::numeric, 3) as probability
  from featurize.predictions('folders') p
  join images s on s.id = (p.key ->> 'id')::bigint
 where p.label <> p.predicted
 order by p.probability desc, s.path
 limit 5;
