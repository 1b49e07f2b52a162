-- evaluate() and its tables agree with plain counting.
\ir learning.psql
create table photos (id bigint primary key, path text, label text, x float8, y float8);
-- Few values, so that many rows are equally probable.
insert into photos
select n, n || '.png', case when n % 10 = 0 then 'bee' when abs(n % 17 - 8) > 5 then 'cat' when n % 17 < 8 then 'ant' else 'bee' end, (n % 17 - 8) / 4.0, (n % 7 - 3) / 2.0
  from generate_series(1, 300) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('f', $$ array[s.x, s.y, 1, 0]::float8[]::vector $$);
select featurize.create_training_view('v', 'f', 'label', 0.4);

-- Expected predictions: rows of a split with the probability of each known class.
create temp table judged (name text, id bigint, split text, label text, class text, probability float8);
insert into judged
select 'three', p.id, v.split, p.label, k.class, exp(k.score) / sum(exp(k.score)) over (partition by p.id)
  from v join photos p using (id) cross join lateral (values ('ant', -p.x + 0.25 * p.y), ('bee', p.x + 0.51), ('cat', 0.5 * p.y + 0.27)) k (class, score)
 union all
-- A classifier that has not learned the class cat
select 'two', p.id, v.split, p.label, k.class, 1 / (1 + exp(-2 * k.score))
  from v join photos p using (id) cross join lateral (values ('ant', -p.x - 0.125 * p.y), ('bee', p.x + 0.125 * p.y)) k (class, score)
 union all
-- and one that has learned the class dog, which no row has.
select 'four', p.id, v.split, p.label, k.class, 1 / (1 + exp(-k.score)) / sum(1 / (1 + exp(-k.score))) over (partition by p.id)
  from v join photos p using (id) cross join lateral (values ('ant', -1.125 * p.x), ('bee', p.x), ('cat', -2.03 + 0.5 * p.y), ('dog', -1.51 - p.y)) k (class, score);
select pg_temp.learn('three', 'v', array['ant', 'bee', 'cat'], array['[-1,0.25,0,0]', '[1,0,0,0]', '[0,0.5,0,0]'], array[0, 0.51, 0.27]);
select pg_temp.learn('two', 'v', array['ant', 'bee'], array['[-1,-0.125,0,0]', '[1,0.125,0,0]'], array[0, 0]);
select pg_temp.learn('four', 'v', array['dog', 'cat', 'bee', 'ant'], array['[0,-1,0,0]', '[0,0.5,0,0]', '[1,0,0,0]', '[-1.125,0,0,0]'], array[-1.51, -2.03, 0, 0], 'sigmoid');
create temp view predicted as
select distinct on (name, id) name, id, split, label, class as predicted, probability from judged order by name, id, round(probability::numeric, 12) desc, class;
-- First the known classes in order, then the others
create temp view class as
select n.name, l.label, row_number() over (partition by n.name order by l.label not in (select j.class from judged j where j.name = n.name), l.label) as position
  from (select distinct name from judged) n cross join lateral (select j.class as label from judged j where j.name = n.name union select j.label from judged j
      where j.name = n.name) l;

create function pg_temp.near(got float8, want float8, what text) returns void
    language plpgsql
as $$
begin
    if got is distinct from want and abs(got - want) < 1e-6 is not true then
        raise exception E'%\n  got:  %\n  want: %', what, got, want;
    end if;
end
$$;
create function pg_temp.wilson(hits float8, n float8, z float8, sign integer) returns float8
    language sql
as $$
    select (hits / n + z * z / (2 * n) + sign * z * sqrt(hits / n * (1 - hits / n) / n + z * z / (4 * n * n))) / (1 + z * z / n);
$$;
-- Mann-Whitney statistic: how often a row of the class scores above a row of another
create function pg_temp.auc(name text, split text, class text) returns float8
    language sql
as $$
    select avg(case when abs(p.probability - n.probability) < 1e-9 then 0.5 when p.probability > n.probability then 1 else 0 end)
      from judged p join judged n using (name, split, class)
     where (p.name, p.split, p.class) = (auc.name, auc.split, auc.class) and p.label = auc.class and n.label <> auc.class;
$$;

create function pg_temp.check_evaluation(name text, split text) returns void
    language plpgsql
as $$
declare
    what text := format('%s of %s: ', split, name);
    e record;
    hits bigint;
    n bigint;
    k text;
begin
    select * into e from featurize.evaluate(name, split);
    select count(*), count(*) filter (where p.label = p.predicted) into n, hits from predicted p where (p.name, p.split) = (check_evaluation.name, check_evaluation.split);
    perform pg_temp.is(e.rows, n, what || 'rows');
    perform pg_temp.near(e.accuracy, hits::float8 / n, what || 'accuracy');
    perform pg_temp.near(e.accuracy_low, pg_temp.wilson(hits, n, 1.959963984540054, -1), what || 'lower end');
    perform pg_temp.near(e.accuracy_high, pg_temp.wilson(hits, n, 1.959963984540054, 1), what || 'upper end');
    perform pg_temp.near(e.log_loss, (select avg(-ln(coalesce(j.probability, 2.220446049250313e-16)))
                                        from predicted p left join judged j on (j.name, j.id, j.class) = (p.name, p.id, p.label)
                                       where (p.name, p.split) = (check_evaluation.name, check_evaluation.split)), what || 'log-loss');
    perform pg_temp.is((select array_agg(format('%s %s %s', c.label, c.predicted, c.rows) order by c.n)
                          from rows from (featurize.confusion(name, split)) with ordinality c (label, predicted, rows, n)),
                       (select array_agg(format('%s %s %s', a.label, b.label,
                                                (select count(*) from predicted p
                                                    where (p.name, p.split, p.label, p.predicted) = (a.name, check_evaluation.split, a.label, b.label)))
                                         order by a.position, b.position) from class a join class b using (name) where a.name = check_evaluation.name), what || 'confusion');
    perform pg_temp.is((select array_agg(format('%s %s %s %s %s', c.label, c.rows, round(c.precision::numeric, 9), round(c.recall::numeric, 9),
                          round(c.f1::numeric, 9)) order by c.n)
                          from rows from (featurize.class_report(name, split)) with ordinality c (label, rows, precision, recall, f1, n)),
                       (select array_agg(format('%s %s %s %s %s', x.label, x.rows, round(x.hits / nullif(x.claims, 0), 9), round(x.hits / nullif(x.rows, 0), 9),
                                                round(2 * x.hits / nullif(x.rows + x.claims, 0), 9)) order by x.position)
                          from (select c.label, c.position, count(*) filter (where p.label = c.label) as rows, count(*) filter (where p.predicted = c.label) as claims,
                                       count(*) filter (where p.label = c.label and p.predicted = c.label)::numeric as hits
                                  from class c join predicted p using (name)
                                      where (c.name, p.split) = (check_evaluation.name, check_evaluation.split) group by 1, 2) x), what || 'classes');
    perform pg_temp.is(e.classes, (select jsonb_agg(to_jsonb(r)) from featurize.class_report(name, split) r), what || 'classes as a table');
    perform pg_temp.is(e.confusion, (select jsonb_agg(to_jsonb(r)) from featurize.confusion(name, split) r), what || 'confusion as a table');
    perform pg_temp.is((select sum(c.rows) from featurize.confusion(name, split) c), n::numeric, what || 'every row once');
    if (select count(*) from judged j where j.name = check_evaluation.name) = 2 * (select count(distinct j.id) from judged j where j.name = check_evaluation.name) then
        perform pg_temp.near(e.auc, pg_temp.auc(name, split, 'bee'), what || 'area');
    else
        perform pg_temp.is((e.auc, e.roc), (null::float8, null::jsonb), what || 'of more than two classes, none');
        perform pg_temp.throws(format('select * from featurize.roc(%L, %L)', name, split), 'FZ006', format('classifier "%s" has more than two classes%%', name),
                              '%as positive.');
    end if;
    for k in select distinct j.class from judged j where j.name = check_evaluation.name and j.class <> 'dog' loop
        perform pg_temp.near((select v.auc from featurize.evaluate(name, split, k) v), pg_temp.auc(name, split, k), what || 'area for ' || k);
        -- At each threshold, the rates count the rows with at least this probability.
        perform pg_temp.is((select string_agg(format('%s: %s %s', r.threshold, r.false_positive_rate, r.true_positive_rate), ', ')
                              from featurize.roc(name, split, k) r
                             cross join lateral (select avg((j.probability >= r.threshold - 1e-9)::integer) filter (where j.label <> k) as false_ones,
                                                        avg((j.probability >= r.threshold - 1e-9)::integer) filter (where j.label = k) as true_ones
                                                   from judged j where (j.name, j.split, j.class) = (check_evaluation.name, check_evaluation.split, k)) w
                             where abs(r.false_positive_rate - w.false_ones) + abs(r.true_positive_rate - w.true_ones) < 1e-9 is not true), null, what || 'curve for ' || k);
        perform pg_temp.is((select format('%s points from %s to %s', count(*), min(format('%s,%s', r.fpr, r.tpr)) filter (where r.i = 1),
                              max(format('%s,%s', r.fpr, r.tpr)) filter (where r.i = r.last))
                              from (select *, max(i) over () as last from rows from (featurize.roc(name, split, k)) with ordinality r (threshold, fpr, tpr, i)) r),
                           (select format('%s points from 0,0 to 1,1', 1 + count(distinct round(j.probability::numeric, 9)))
                              from judged j where (j.name, j.split, j.class) = (check_evaluation.name, check_evaluation.split, k)), what || 'curve for ' || k);
    end loop;
end
$$;
select pg_temp.check_evaluation(name, split) from unnest(array['three', 'two', 'four']) name, unnest(array['test', 'train']) split;
select pg_temp.is((select rows from featurize.evaluate('three')), (select count(*) from v where split = 'test'), 'the test split by default');
select pg_temp.is((select string_agg(label, ' ') from featurize.class_report('two')), 'ant bee cat', 'a class that was not learned comes last');
select pg_temp.is((select format('%s %s %s %s', rows > 0, coalesce(precision::text, 'null'), recall, f1) from featurize.class_report('two') where label = 'cat'),
                      't null 0 0', 'and is never right');
select pg_temp.is((select format('%s %s', rows, coalesce(recall::text, 'null')) from featurize.class_report('four') where label = 'dog'), '0 null', 'a class that is not there');

-- Chosen probabilities, in a frozen table.
select featurize.freeze_training_view('v', 'measured');
update measured set split = 'train';
select pg_temp.learn('m', 'measured', array['ant', 'bee'], array['[-1,0,0,0]', '[1,0,0,0]'], array[0, 0]);
create function pg_temp.measure(labels text, features float8[]) returns void
    language sql
as $$
    delete from measured where split = 'test';
    insert into measured (id, label, split, features)
    select 1000 + x.n, case substr(labels, x.n::integer, 1) when 'a' then 'ant' when 'b' then 'bee' when 'c' then 'cat' end, 'test', array[x.x, 0, 0, 0]::vector
      from unnest(features) with ordinality x (x, n);
$$;
create function pg_temp.told(positive text default null) returns text
    language sql
as $$
    select format('%s rows, accuracy %s (%s to %s), auc %s', rows, round(accuracy::numeric, 4), round(accuracy_low::numeric, 4), round(accuracy_high::numeric, 4),
        round(auc::numeric, 4))
      from featurize.evaluate('m', positive => positive);
$$;
-- No rows
select pg_temp.is(pg_temp.told(), '0 rows, accuracy  ( to ), auc ', 'no rows');
select pg_temp.is((select format('%s %s', log_loss, roc) from featurize.evaluate('m')),
                      ' [{"threshold": "Infinity", "true_positive_rate": 0, "false_positive_rate": 0}]', 'no rows');
select pg_temp.is((select string_agg(format('%s %s %s', label, rows, precision), ', ') from featurize.class_report('m')), 'ant 0 , bee 0 ', 'no rows');
select pg_temp.is((select string_agg(format('%s %s %s', label, predicted, rows), ', ') from featurize.confusion('m')), 'ant ant 0, ant bee 0, bee ant 0, bee bee 0', 'no rows');
select pg_temp.is((select count(*) from featurize.roc('m')), 1::bigint, 'no rows');
select pg_temp.is((select count(*) from featurize.predictions('m')), 0::bigint, 'no rows');
-- All correct, all wrong, eight of ten correct, and in between
select pg_temp.measure('aaaaabbbbb', array[-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]);
select pg_temp.is(pg_temp.told(), '10 rows, accuracy 1.0000 (0.7225 to 1.0000), auc 1.0000', 'all right');
select pg_temp.measure('bbbbbaaaaa', array[-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]);
select pg_temp.is(pg_temp.told(), '10 rows, accuracy 0.0000 (0.0000 to 0.2775), auc 0.0000', 'all wrong');
select pg_temp.measure('aaaabaabbb', array[-5, -4, -3, -2, -1, -1, 2, 3, 4, 5]);
select pg_temp.is(pg_temp.told(), '10 rows, accuracy 0.8000 (0.4902 to 0.9433), auc 0.9375', 'eight of ten');
-- For the other class: the same area, and the reversed curve.
select pg_temp.is(pg_temp.told('ant'), pg_temp.told('bee'), 'the other class');
select pg_temp.is((select array_agg(round(false_positive_rate::numeric, 9) || ' ' || round(true_positive_rate::numeric, 9)
                      order by true_positive_rate, false_positive_rate) from featurize.roc('m', positive => 'bee')),
                  (select array_agg(round(1 - true_positive_rate::numeric, 9) || ' ' || round(1 - false_positive_rate::numeric, 9)
                      order by 1 - false_positive_rate, 1 - true_positive_rate)
                     from featurize.roc('m', positive => 'ant')), 'the other curve');
-- All probabilities equal: area 0.5, along the diagonal
select pg_temp.measure('abababab', array_fill(0.5::float8, array[8]));
select pg_temp.is(pg_temp.told(), '8 rows, accuracy 0.5000 (0.2152 to 0.7848), auc 0.5000', 'all alike');
select pg_temp.is((select string_agg(format('%s,%s', false_positive_rate, true_positive_rate), ' ') from featurize.roc('m')), '0,0 1,1', 'all alike');
-- A single class has no curve; a class that was not learned has probability 0.
select pg_temp.measure('bbb', array[-1, 1, 2]);
select pg_temp.is(pg_temp.told(), '3 rows, accuracy 0.6667 (0.2077 to 0.9385), auc ', 'one class');
select pg_temp.measure('cab', array[-1, -1, 1]);
select pg_temp.is((select round(log_loss::numeric, 6) from featurize.evaluate('m')), round(((36.04365338911715 + 2 * ln(1 + exp(-2.0))) / 3)::numeric, 6),
                      'log-loss of what was not learned');
-- Infinite scores give a finite loss.
select pg_temp.measure('b', array[-10000]);
select pg_temp.is((select round(log_loss::numeric, 6) from featurize.evaluate('m')), 36.043653, 'log-loss of what was thought impossible');

-- Errors
select pg_temp.throws(format('select * from featurize.%s', call), state, message, hint)
  from (values ('evaluate(''nobody'')', 'FZ016', 'there is no classifier "nobody"', 'Existing classifiers: four, m, three, two.%'),
               ('evaluate(''m'', ''all'')', 'FZ006', 'split cannot be ''all''', '%train, test.'),
               ('evaluate(''m'', positive => ''cat'')', 'FZ006', 'classifier "m" has no class ''cat''', 'Its classes are: ant, bee.'),
               ('roc(''m'', positive => ''cat'')', 'FZ006', 'classifier "m" has no class ''cat''', 'Its classes are: ant, bee.'),
               ('roc(''nobody'')', 'FZ016', 'there is no classifier "nobody"', '_%'),
               ('class_report(''nobody'')', 'FZ016', 'there is no classifier "nobody"', '_%'),
               ('confusion(''m'', null)', 'FZ006', 'split cannot be NULL', '_%')) v (call, state, message, hint);

-- A view without test rows
select featurize.create_training_view('all_train', 'f', 'label', 0);
select pg_temp.learn('untested', 'all_train', array['ant', 'bee', 'cat'], array['[-1,0.25,0,0]', '[1,0,0,0]', '[0,0.5,0,0]'], array[0, 0.51, 0.27]);
select pg_temp.is((select format('%s %s %s %s', e.rows, e.accuracy, e.log_loss, e.auc) from featurize.evaluate('untested') e), '0   ', 'nothing to test by');
select pg_temp.is((select rows from featurize.evaluate('untested', 'train')), 300::bigint, 'all it has learned from');
