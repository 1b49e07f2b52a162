-- A folder of images, with a folder for each class in it: how well a network's features tell them apart.
--
--     make example-folder FOLDER=DIR MODEL=resnet50
--
-- runs this on a throw-away server. On one of yours:
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
select featurize.create_featurizer('images', 'path', :'model', 'images_features', if_not_exists => true) as featurizer \gset
select featurize.wait(:'featurizer', '1 hour') as featurized \gset

drop view if exists folders_training;
select featurize.create_training_view('folders_training', :'featurizer', 'label', test_fraction => 0.25) as made \gset

\echo 'Rows of each class; missing are those that could not be featurized, see featurize.failure'
select * from featurize.training_report('folders_training');

select featurize.train_classifier('folders', 'folders_training', 'linear_svm', '{"class_weight": "balanced"}', replace => true) as number \gset
select featurize.wait_classifier('folders', '1 hour') as trained \gset

\echo 'Accuracy with its interval at 95 %'
select rows, round(accuracy::numeric, 4) as accuracy, round(accuracy_low::numeric, 4) as low, round(accuracy_high::numeric, 4) as high
  from featurize.evaluate('folders');

\echo 'Each class'
select label, rows, round(precision::numeric, 3) as precision, round(recall::numeric, 3) as recall, round(f1::numeric, 3) as f1
  from featurize.class_report('folders');

\echo 'What it takes for what: rows are labels, columns what they are taken for'
select label, predicted, rows from featurize.confusion('folders') \crosstabview

\echo 'Where it is surest and wrong: look at these images, or at their labels'
select s.path, p.label, p.predicted, round(p.probability::numeric, 3) as probability
  from featurize.predictions('folders') p
  join images s on s.id = (p.key ->> 'id')::bigint
 where p.label <> p.predicted
 order by p.probability desc, s.path
 limit 5;
