-- scikit-learn's handwritten digits: from features to a classifier, and to suggested labels.
--
--     make example-digits
--
-- runs this on a temporary server. On your own server, where psql and a worker see the same files:
--
--     pgfeaturize add DIGITS --table digits --create --label-from-parent
--     pgfeaturize worker --root DIGITS &
--     psql -f examples/digits.sql

\set ON_ERROR_STOP on
\if :{?model}
\else
    \set model lenet_digits
\endif
\pset footer off
set client_min_messages = warning;

\echo 'Featurized by' :model
-- Features of another model are replaced.
select featurize.drop_featurizer('digits_features')
  from featurize.featurizer
 where name = 'digits_features' and source = 'digits'::regclass and model <> lower(:'model')
   and exists (select from featurize.model m where m.name = lower(:'model')) \g /dev/null
select featurize.create_featurizer('digits', 'path', :'model', 'digits_features', if_not_exists => true) as featurizer \gset
select featurize.wait(:'featurizer', '10 minutes') as done \gset

-- Half of each class trains, half tests. The half depends only on the key and the seed.
\echo 'Training and test rows'
drop view if exists digits_training;
select featurize.create_training_view('digits_training', 'digits_features', 'label', test_fraction => 0.5, seed => 1) as training_view \gset
select * from featurize.training_report('digits_training');

-- A worker trains the classifier; the result is stored as rows.
select featurize.train_classifier('digits', 'digits_training', params => '{"C": 0.1}', replace => true) as number \gset
select featurize.wait_classifier('digits', '5 minutes') as done \gset

\echo 'Accuracy on the test rows, with its 95 % interval'
select rows, round(accuracy::numeric, 4) as accuracy, round(accuracy_low::numeric, 4) as low,
       round(accuracy_high::numeric, 4) as high, round(log_loss::numeric, 4) as log_loss
  from featurize.evaluate('digits');
select label, rows, round(precision::numeric, 3) as precision, round(recall::numeric, 3) as recall, round(f1::numeric, 3) as f1
  from featurize.class_report('digits');

-- The LeNet of this package was trained on three quarters of the digits 0 to 4; some of them are test rows here.
\echo 'Of these, the digits 5 to 9, which the network was not trained on'
select count(*) as rows, round(avg((label = predicted)::integer), 4) as accuracy
  from featurize.predictions('digits')
 where label in ('5', '6', '7', '8', '9');

\echo 'Confusion matrix: rows are digits, columns are predictions'
select label, predicted, rows from featurize.confusion('digits') \crosstabview

-- With the space_id of an embedding, predict() refuses embeddings of another version of the network.
\echo 'Predictions of five rows'
select d.id, d.label, p.label as predicted, round(p.probability::numeric, 4) as probability
  from digits d
  join digits_features f using (id)
 cross join lateral featurize.predict('digits', f.embedding, f.space_id) p
 where d.id % 400 = 7
 order by d.id;

\echo 'The most probable eights'
select (t.item).id, (t.item).label, round(t.probability::numeric, 6) as probability
  from featurize.top(null::digits, 'digits', '8', 5) t;

-- Without training: the most frequent label of the 5 nearest rows. The filter excludes the row itself.
\echo 'Without a classifier: prediction from the 5 nearest rows, for every 20th row'
select count(*) as rows, round(avg((k.label = d.label)::integer), 4) as accuracy
  from digits d
  join digits_features f using (id)
 cross join lateral featurize.knn_predict('digits_features', 'label', f.embedding, 5, filter => format('id <> %s', d.id)) k
 where d.id % 20 = 0;

\echo 'Rank by distance of a digit of the same class among 100 others'
select * from featurize.evaluate_ranking('digits_features', 'label', queries_per_class => 20, negatives => 100);

-- Labeling takes time. Below, ten digits of each class have a label; then a hundred more get one: in one column the
-- rows that suggest_labels returns, in another random rows. Digits with an even id are never labeled, so that the two
-- classifiers can be compared on them.
alter table digits add column if not exists suggested text, add column if not exists random text;
update digits d
   set suggested = s.label, random = s.label
  from (select s.id, case when s.id % 2 = 1 and row_number() over (partition by s.label, s.id % 2 order by md5(s.id::text)) <= 10
                     then s.label end as label
          from digits s) s
 where s.id = d.id;

drop view if exists digits_suggested, digits_random;
select featurize.create_training_view('digits_suggested', 'digits_features', 'suggested', test_fraction => 0) as training_view \gset
select featurize.create_training_view('digits_random', 'digits_features', 'random', test_fraction => 0) as training_view \gset

select featurize.train_classifier('digits_few', 'digits_suggested', replace => true) as number \gset
select featurize.wait_classifier('digits_few', '5 minutes') as done \gset

\echo 'Suggested labels: rows whose two most probable classes are close'
select s.key, s.label, round(s.probability::numeric, 3) as probability, round(s.margin::numeric, 3) as margin
  from featurize.suggest_labels('digits_few', 5) s;

-- Normally a person labels these rows. Here the label is known.
update digits d
   set suggested = d.label
  from (select (s.key ->> 'id')::bigint as id from featurize.suggest_labels('digits_few', 2000) s
         where (s.key ->> 'id')::bigint % 2 = 1 order by s.margin limit 100) s
 where s.id = d.id;
update digits d
   set random = d.label
  from (select s.id from digits s where s.id % 2 = 1 and s.random is null order by md5('drawn ' || s.id) limit 100) s
 where s.id = d.id;

select featurize.train_classifier('digits_suggested', 'digits_suggested', replace => true) as number \gset
select featurize.train_classifier('digits_random', 'digits_random', replace => true) as number \gset
select featurize.wait_classifier('digits_suggested', '5 minutes') as done \gset
select featurize.wait_classifier('digits_random', '5 minutes') as done \gset

\echo 'Accuracy on the digits that are never labeled'
select c.name, (c.metrics ->> 'rows')::integer as labeled, count(*) as tested, round(avg((p.label = d.label)::integer), 4) as accuracy
  from digits d
  join digits_features f using (id)
 cross join featurize.classifier c
 cross join lateral featurize.predict(c.name, f.embedding, f.space_id) p
 where d.id % 2 = 0 and c.name in ('digits_few', 'digits_suggested', 'digits_random')
 group by c.name, c.metrics
 order by 2, 4;
