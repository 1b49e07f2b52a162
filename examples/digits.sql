-- scikit-learn's handwritten digits: from features to a classifier, and to labels that are worth asking
-- for.
--
--     make example-digits
--
-- runs this on a throw-away server. On one of yours, where psql and a worker see the same files:
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
select featurize.create_featurizer('digits', 'path', :'model', 'digits_features', if_not_exists => true) as featurizer \gset
select featurize.wait(:'featurizer', '10 minutes') as featurized \gset

-- Half of each class trains, half tests. Which half a digit is in depends on its key and the seed alone.
\echo 'Rows to learn from'
drop view if exists digits_training;
select featurize.create_training_view('digits_training', 'digits_features', 'label', test_fraction => 0.5, seed => 1) as made \gset
select * from featurize.training_report('digits_training');

-- A worker trains; the features never leave for anywhere else, and the result is a table.
select featurize.train_classifier('digits', 'digits_training', params => '{"C": 0.1}', replace => true) as number \gset
select featurize.wait_classifier('digits', '5 minutes') as trained \gset

\echo 'How good it is on the half that it has not seen; the interval is at 95 %'
select rows, round(accuracy::numeric, 4) as accuracy, round(accuracy_low::numeric, 4) as low,
       round(accuracy_high::numeric, 4) as high, round(log_loss::numeric, 4) as log_loss
  from featurize.evaluate('digits');
select label, rows, round(precision::numeric, 3) as precision, round(recall::numeric, 3) as recall, round(f1::numeric, 3) as f1
  from featurize.class_report('digits');

-- The LeNet of this package was trained on three quarters of the digits 0 to 4, some of which test here.
\echo 'Of these, the digits 5 to 9, which that network itself has never been shown'
select count(*) as rows, round(avg((label = predicted)::integer), 4) as accuracy
  from featurize.predictions('digits')
 where label in ('5', '6', '7', '8', '9');

\echo 'What it takes for what: rows are digits, columns what they are taken for'
select label, predicted, rows from featurize.confusion('digits') \crosstabview

-- The space_id beside an embedding lets predict() refuse one of another version of the network.
\echo 'Five rows'
select d.id, d.label, p.label as predicted, round(p.probability::numeric, 4) as probability
  from digits d
  join digits_features f using (id)
 cross join lateral featurize.predict('digits', f.embedding, f.space_id) p
 where d.id % 400 = 7
 order by d.id;

\echo 'The clearest eights'
select (t.item).id, (t.item).label, round(t.probability::numeric, 6) as probability
  from featurize.top(null::digits, 'digits', '8', 5) t;

-- No training at all: the label of most of the 5 nearest. A row is not to be its own neighbor.
\echo 'Without a classifier: the 5 nearest of every 20th row'
select count(*) as rows, round(avg((k.label = d.label)::integer), 4) as accuracy
  from digits d
  join digits_features f using (id)
 cross join lateral featurize.knn_predict('digits_features', 'label', f.embedding, 5, filter => format('id <> %s', d.id)) k
 where d.id % 20 = 0;

\echo 'Where a digit of the same class comes among 100 of others, by distance'
select * from featurize.evaluate_ranking('digits_features', 'label', queries_per_class => 20, negatives => 100);

-- Labels cost time. Below, few digits have one: first ten of each class; then a hundred more, once those
-- that the classifier asks for, and once any. Digits with an even id are never labeled, so that both
-- can be compared on them.
alter table digits add column if not exists asked text, add column if not exists drawn text;
update digits d
   set asked = s.label, drawn = s.label
  from (select s.id, case when s.id % 2 = 1 and row_number() over (partition by s.label, s.id % 2 order by md5(s.id::text)) <= 10
                     then s.label end as label
          from digits s) s
 where s.id = d.id;

drop view if exists digits_asked, digits_drawn;
select featurize.create_training_view('digits_asked', 'digits_features', 'asked', test_fraction => 0) as made \gset
select featurize.create_training_view('digits_drawn', 'digits_features', 'drawn', test_fraction => 0) as made \gset

select featurize.train_classifier('digits_few', 'digits_asked', replace => true) as number \gset
select featurize.wait_classifier('digits_few', '5 minutes') as trained \gset

\echo 'What it would like to know: where the best class is hardly more probable than the second'
select s.key, s.label, round(s.probability::numeric, 3) as probability, round(s.margin::numeric, 3) as margin
  from featurize.suggest_labels('digits_few', 5) s;

-- Somebody looks at them and says what they are. Here the label is known.
update digits d
   set asked = d.label
  from (select (s.key ->> 'id')::bigint as id from featurize.suggest_labels('digits_few', 2000) s
         where (s.key ->> 'id')::bigint % 2 = 1 order by s.margin limit 100) s
 where s.id = d.id;
update digits d
   set drawn = d.label
  from (select s.id from digits s where s.id % 2 = 1 and s.drawn is null order by md5('drawn ' || s.id) limit 100) s
 where s.id = d.id;

select featurize.train_classifier('digits_asked', 'digits_asked', replace => true) as number \gset
select featurize.train_classifier('digits_drawn', 'digits_drawn', replace => true) as number \gset
select featurize.wait_classifier('digits_asked', '5 minutes') as trained \gset
select featurize.wait_classifier('digits_drawn', '5 minutes') as trained \gset

\echo 'Accuracy on the digits that are never labeled'
select c.name, (c.metrics ->> 'rows')::integer as labeled, count(*) as tested, round(avg((p.label = d.label)::integer), 4) as accuracy
  from digits d
  join digits_features f using (id)
 cross join featurize.classifier c
 cross join lateral featurize.predict(c.name, f.embedding, f.space_id) p
 where d.id % 2 = 0 and c.name in ('digits_few', 'digits_asked', 'digits_drawn')
 group by c.name, c.metrics
 order by 2, 4;
