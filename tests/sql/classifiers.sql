-- A classifier is requested, trained by a worker, and stored or rejected; the old one predicts until then.
\ir learning.psql
create table photos (id bigint primary key, path text, label text);
insert into photos select n, n || '.png', case n % 2 when 0 then 'cat' else 'dog' end from generate_series(1, 20) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', backfill => false);
call pg_temp.embed('f', $$ format('[%s,1,0,2]', s.id) $$);
select featurize.create_training_view('v', 'f', 'label');
select pg_temp.worker() as worker \gset

-- State of a classifier, such as "c: ready, queued".
create function pg_temp.known(name text) returns text
    language sql
as $$
    select string_agg(c.state, ', ' order by c.trained_at nulls last) from featurize.classifier c where c.name = known.name;
$$;
-- Store a classifier that always predicts one label.
create function pg_temp.store(id integer, worker integer, label text) returns boolean
    language sql
as $$
    select featurize.store_classifier(id, worker, (select max(s.id) from featurize.space s where s.model = 'tiny'), 'softmax', array['dog', 'cat'],
                                      array[3, 4], array['[0,0,0,1]', '[1,0,0,0]']::vector[], array[case label when 'dog' then 9 else -9 end, 0],
                                      '{"rows": 7}', '{"numpy": "2"}');
$$;
create function pg_temp.says(name text) returns text
    language sql
as $$
    select p.label from featurize.predict(name, '[0,1,1,0]') p;
$$;

-- From queued to ready
select pg_temp.is(featurize.is_classifier_waiting(), false, 'nothing to do');
select pg_temp.is((select count(*) from featurize.take_classifier(:worker)), 0::bigint, 'nothing to take');
select featurize.train_classifier('c', 'v', params => '{"C": 0.5, "normalize": "minmax"}') as id \gset
select pg_temp.is(pg_temp.known('c'), 'queued', 'asked for');
select pg_temp.is(featurize.is_classifier_waiting(), true, 'something to do');
select pg_temp.throws($$ select pg_temp.says('c') $$, 'FZ016', 'classifier "c" is not ready: it is queued', '%wait_classifier%');
select pg_temp.is(featurize.wait_classifier('c', '0'), false, 'it does not come by itself');
select pg_temp.is((select to_jsonb(t) from featurize.take_classifier(:worker) t),
                  jsonb_build_object('classifier_id', :id, 'name', 'c', 'training_view', 'public.v', 'algorithm', 'logistic_regression',
                                     'params', '{"C": 0.5, "normalize": "minmax"}'::jsonb), 'taken');
select pg_temp.is(pg_temp.known('c'), 'training', 'taken');
select pg_temp.is(featurize.is_classifier_waiting(), false, 'taken once');
select pg_temp.is((select count(*) from featurize.take_classifier(:other_worker)), 0::bigint, 'taken once');
select pg_temp.throws($$ select pg_temp.says('c') $$, 'FZ016', 'classifier "c" is not ready: it is training', '%wait_classifier%');
select pg_temp.is(featurize.wait_classifier('c', '30 ms'), false, 'the time is over');
select pg_temp.is(pg_temp.store(:id, :other_worker, 'dog'), false, 'not by another worker');
select pg_temp.is(pg_temp.store(:id, :worker, 'dog'), true, 'stored');
select pg_temp.is(pg_temp.store(:id, :worker, 'cat'), false, 'stored once');
select pg_temp.is(featurize.wait_classifier('c', '0'), true, 'ready');
select pg_temp.is(pg_temp.says('c'), 'dog', 'it predicts');
select pg_temp.is((select format('%s %s %s %s %s %s', state, space_id, dim, link, metrics, versions) from featurize.classifier),
                  'ready 1 4 softmax {"rows": 7} {"numpy": "2"}', 'what was learned');
select pg_temp.is((select string_agg(format('%s %s %s %s', k.position, k.label, k.rows, k.coefficients), ', ' order by k.position) from featurize.classifier_class k),
                  '1 cat 4 [1,0,0,0], 2 dog 3 [0,0,0,1]', 'classes in the order of their labels');

-- An existing name is refused unless it is to be replaced; the old one predicts until then.
select pg_temp.throws($$ select featurize.train_classifier('c', 'v') $$, 'FZ002', 'classifier "c" already exists', '%replace => true%');
select featurize.train_classifier('c', 'v', replace => true) as id \gset
select pg_temp.is(pg_temp.known('c'), 'ready, queued', 'two');
select pg_temp.throws($$ select featurize.train_classifier('c', 'v') $$, 'FZ002', 'classifier "c" already exists', '_%');
select pg_temp.is(featurize.wait_classifier('c', '0'), false, 'the new one is waited for');
select pg_temp.is((select classifier_id from featurize.take_classifier(:worker)), :id, 'taken');
select pg_temp.is(pg_temp.says('c'), 'dog', 'the old one predicts');
-- It is requested again while it is trained: the running training is outdated.
select featurize.train_classifier('c', 'v', 'ridge', replace => true) as newer \gset
select pg_temp.is(pg_temp.known('c'), 'ready, queued', 'two, not three');
select pg_temp.is(pg_temp.store(:id, :worker, 'cat'), false, 'nobody wants it any more');
select pg_temp.is(pg_temp.says('c'), 'dog', 'the old one predicts');
select pg_temp.is((select classifier_id || algorithm from featurize.take_classifier(:worker)), :newer || 'ridge', 'the newer one');
select pg_temp.is(pg_temp.store(:newer, :worker, 'cat'), true, 'stored');
select pg_temp.is(pg_temp.known('c') || pg_temp.says('c'), 'readycat', 'the new one predicts');
select pg_temp.is((select count(*) from featurize.classifier_class), 2::bigint, 'of the old one nothing is left');

-- It cannot be trained.
select featurize.train_classifier('c', 'v', replace => true) as id \gset
select pg_temp.is((select classifier_id from featurize.take_classifier(:worker)), :id, 'taken');
select featurize.reject_classifier(:id, :other_worker, 'jealousy');
select pg_temp.is(pg_temp.known('c'), 'ready, training', 'not by another worker');
select featurize.reject_classifier(:id, :worker, 'all rows are alike');
select pg_temp.is(pg_temp.known('c') || ' ' || pg_temp.says('c'), 'ready, failed cat', 'the old one predicts');
select pg_temp.throws($$ select featurize.wait_classifier('c') $$, 'FZ017', 'classifier "c" cannot be trained: all rows are alike', '%train_classifier() again%');
select pg_temp.is(featurize.is_classifier_waiting(), false, 'it is not tried again');
select featurize.drop_classifier('c');
select pg_temp.is(pg_temp.known('c'), null, 'both are dropped');
select featurize.train_classifier('never', 'v') as id \gset
select * from featurize.take_classifier(:worker);
select featurize.reject_classifier(:id, :worker, 'no');
select pg_temp.throws($$ select pg_temp.says('never') $$, 'FZ016', 'classifier "never" is not ready: it is failed', 'See column error%');
select featurize.train_classifier('never', 'v') as id \gset
select pg_temp.is(pg_temp.known('never'), 'queued', 'a failed one leaves its name');
select featurize.drop_classifier('never');
-- A classifier that is stored after a rejection is ready.
select featurize.train_classifier('late', 'v') as id \gset
select * from featurize.take_classifier(:worker);
select featurize.drop_classifier('late');
select pg_temp.is(pg_temp.store(:id, :worker, 'dog'), false, 'dropped meanwhile');
select featurize.reject_classifier(:id, :worker, 'no');
select featurize.release_classifier(:id, :worker);
select pg_temp.is((select count(*) from featurize.classifier) + (select count(*) from featurize.classifier_class), 0::bigint, 'nothing is left');
select pg_temp.throws($$ select featurize.drop_classifier('late') $$, 'FZ016', 'there is no classifier "late"', 'Existing classifiers: none.%');
select pg_temp.throws($$ select featurize.wait_classifier('late') $$, 'FZ016', 'there is no classifier "late"', '%train_classifier%');
select pg_temp.throws($$ select pg_temp.says('late') $$, 'FZ016', 'there is no classifier "late"', '%');

-- A worker that stops releases it; from a dead one it is taken away.
select featurize.train_classifier('c', 'v') as id \gset
select featurize.train_classifier('d', 'v') as next \gset
select pg_temp.is((select classifier_id from featurize.take_classifier(:worker)), :id, 'first come, first served');
select pg_temp.is((select classifier_id from featurize.take_classifier(:other_worker)), :next, 'to each worker another');
select featurize.release_classifier(:id, :other_worker);
select pg_temp.is(pg_temp.known('c'), 'training', 'not by another worker');
select featurize.release_classifier(:id, :worker);
select pg_temp.is(pg_temp.known('c'), 'queued', 'handed back');
select pg_temp.is((select classifier_id from featurize.take_classifier(:worker)), :id, 'and taken again');
update featurize.worker set last_heartbeat = now() - interval '2 minutes' where id = :worker;
select pg_temp.is(featurize.is_classifier_waiting(), true, 'a worker that is gone has lost it');
select pg_temp.is((select classifier_id from featurize.take_classifier(:other_worker)), :id, 'another takes over');
select pg_temp.is((select count(*) from featurize.take_classifier(:other_worker)), 0::bigint, 'once');
select featurize.release_classifier(:id, :worker), featurize.reject_classifier(:id, :worker, 'no');
select pg_temp.is(pg_temp.store(:id, :worker, 'dog'), false, 'the first one comes back late');
select pg_temp.is(pg_temp.store(:id, :other_worker, 'cat'), true, 'the second one stores');
select pg_temp.is(featurize.wait_classifier('c'), true, 'ready');
select featurize.leave_worker(:other_worker);
select pg_temp.is((select classifier_id from featurize.take_classifier(:worker)), :next, 'a worker that has left has lost it, too');
select featurize.heartbeat(:worker, '{}', '{}', '1 minute');
select pg_temp.is(featurize.is_classifier_waiting(), false, 'a sign of life');
select pg_temp.is(pg_temp.store(:next, :worker, 'dog'), true, 'stored');
select pg_temp.is(pg_temp.says('c') || ' ' || pg_temp.says('d'), 'cat dog', 'each says its own');

-- A worker sees only what is committed.
begin;
select featurize.train_classifier('c', 'v', replace => true);
select pg_temp.throws($$ select featurize.wait_classifier('c') $$, 'FZ012', 'classifier "c" was requested in this transaction%', 'Commit first.');
rollback;

-- Parameters
select pg_temp.throws(format('select featurize.train_classifier(''x'', ''v'', %s)', arguments), state, message, hint)
  from (values ('''tree''', 'FZ006', 'algorithm cannot be ''tree''', '%logistic_regression, linear_svm, ridge.'),
               ('null', 'FZ006', 'algorithm cannot be NULL', '%ridge%'),
               ('params => null', 'FZ006', 'classifier "x" cannot be trained with these parameters: they are not an object', '%class_weight%'),
               ('params => ''[1]''', 'FZ006', '%they are not an object', '_%'),
               ('params => ''{"c": 1}''', 'FZ006', '%: "c" is unknown to logistic_regression', '_%'),
               ('params => ''{"alpha": 1}''', 'FZ006', '%: "alpha" is unknown to logistic_regression', '%for ridge also alpha.'),
               ('''linear_svm'', ''{"alpha": 1}''', 'FZ006', '%: "alpha" is unknown to linear_svm', '_%'),
               ('''ridge'', ''{"C": 1, "tol": 1, "max_iter": 1}''', 'FZ006', '%: "C" is unknown to ridge; "max_iter" is unknown to ridge; "tol" is unknown to ridge', '_%'),
               ('params => ''{"C": 0}''', 'FZ006', '%: "C" is not a positive number', '_%'),
               ('params => ''{"C": "1"}''', 'FZ006', '%: "C" is not a positive number', '_%'),
               ('params => ''{"C": null}''', 'FZ006', '%: "C" is not a positive number', '_%'),
               ('''ridge'', ''{"alpha": -1}''', 'FZ006', '%: "alpha" is not a positive number', '_%'),
               ('params => ''{"tol": [1]}''', 'FZ006', '%: "tol" is not a positive number', '_%'),
               ('params => ''{"max_iter": 1.5}''', 'FZ006', '%: "max_iter" is not a whole number of 1 or more', '_%'),
               ('params => ''{"max_iter": 0}''', 'FZ006', '%: "max_iter" is not a whole number of 1 or more', '_%'),
               ('params => ''{"class_weight": "even"}''', 'FZ006', '%: "class_weight" is not "balanced" or null', '_%'),
               ('params => ''{"normalize": "L2"}''', 'FZ006', '%: "normalize" is not "none", "standard", "minmax" or "l2"', '_%'),
               ('params => ''{"normalize": null}''', 'FZ006', '%: "normalize" is not "none"%', '_%'),
               ('params => ''{"normalize": ["l2"]}''', 'FZ006', '%: "normalize" is not "none"%', '_%')) v (arguments, state, message, hint);
select pg_temp.throws($$ select featurize.train_classifier('', 'v') $$, 'FZ002', 'a classifier needs a name', '_%');
select pg_temp.throws($$ select featurize.train_classifier(null, 'v', replace => true) $$, 'FZ002', 'a classifier needs a name', '_%');
select featurize.train_classifier(format('It''s "%s" %%s', algorithm), 'v', algorithm, params)
  from (values ('logistic_regression', '{"C": 1e-6, "max_iter": 5, "tol": 0.1, "class_weight": "balanced", "normalize": "l2"}'::jsonb),
               ('linear_svm', '{"C": 100, "max_iter": 1e3, "class_weight": null, "normalize": "none"}'),
                   ('ridge', '{"alpha": 0.5, "normalize": "standard"}')) v (algorithm, params);
select pg_temp.is((select string_agg(normalization, ' ' order by id) from featurize.classifier where trained_at is null), 'l2 none standard', 'all there is');
select pg_temp.throws($$ select pg_temp.says('It''s "ridge" %s') $$, 'FZ016', 'classifier "It''s "ridge" %s" is not ready: it is queued', '_%');
select featurize.drop_classifier(name) from featurize.classifier where trained_at is null;

-- A request reads no row of the training view: a row that cannot be read does not stop it.
select pg_temp.throws($$ select featurize.train_classifier('x', 'w') $$, 'FZ014', 'there is no training view "w"', '%: v.%');
create function pg_temp.unread(label text) returns text
    language plpgsql
as $$
begin
    raise exception 'row with label % was read', label;
end
$$;
create view pg_temp.trap as select id, pg_temp.unread(label) as label, split, features from v;
update featurize.training_view set relation = 'pg_temp.trap'::regclass where relation = 'v'::regclass;
select featurize.train_classifier('x', 'trap', replace => true);
select pg_temp.is(pg_temp.known('x'), 'queued', 'requested without reading');
select featurize.drop_classifier('x');
update featurize.training_view set relation = 'v'::regclass where relation = 'pg_temp.trap'::regclass;
drop view pg_temp.trap;

-- A training that has not converged gives a warning.
select featurize.train_classifier('far', 'v') as id \gset
select * from featurize.take_classifier(:worker);
select featurize.store_classifier(:id, :worker, (select max(s.id) from featurize.space s where s.model = 'tiny'), 'softmax', array['cat', 'dog'], array[3, 4],
                                  array['[0,0,0,1]', '[1,0,0,0]']::vector[], array[0, 0]::float8[], '{"converged": false}', '{}');
create function pg_temp.warned() returns void
    language plpgsql
as $$
begin
    set local client_min_messages = error;
    perform pg_temp.is(featurize.wait_classifier('far'), true, 'it is used all the same');
end
$$;
select pg_temp.warned();
select featurize.drop_classifier('far');

-- Views whose training rows are of one class are queued, too.
update photos set label = case n when 1 then 'dog' else 'cat' end from (select id, row_number() over (order by md5('0:{"id": ' || id || '}')) as n from photos) r
    where r.id = photos.id;
select featurize.create_training_view('one_sided', 'f', 'label', 0.5, stratify => false);
select featurize.train_classifier('x', 'one_sided');
update photos set label = 'cat';
select featurize.train_classifier('y', 'one_sided');
select pg_temp.is(pg_temp.known('x') || ' ' || pg_temp.known('y'), 'queued queued', 'a worker will tell');
select featurize.drop_classifier('y');

-- After its view and featurizer are dropped, it still predicts single embeddings.
select featurize.drop_training_view('v');
select pg_temp.is(pg_temp.says('c') || ' ' || pg_temp.says('d'), 'cat dog', 'without a view');
select pg_temp.throws(format('select * from featurize.%s', call), 'FZ014', 'the training view of classifier "c" was dropped', '_%')
  from unnest(array['predictions(''c'')', 'evaluate(''c'')', 'confusion(''c'')', 'class_report(''c'')', 'roc(''c'')', 'suggest_labels(''c'')']) call;
select pg_temp.is((select count(*) from featurize.top(null::photos, 'c', 'cat')), 10::bigint, 'rows are asked for without a view');
select featurize.drop_training_view('one_sided');
select pg_temp.is((select format('%s: %s', t.name, t.training_view) from featurize.take_classifier(:worker) t), 'x: ', 'a worker is told that it is gone');
select featurize.drop_featurizer('f');
select pg_temp.is(pg_temp.says('c') || ' ' || pg_temp.says('d'), 'cat dog', 'without a featurizer');
select pg_temp.throws(format('select * from featurize.%s', call), 'FZ001', 'the featurizer of classifier "c" was dropped', '%featurize.predict()%')
  from unnest(array['top(''c'', ''cat'')', 'top(null::photos, ''c'', ''cat'')', 'suggest_labels(''c'')']) call;
