-- top() agrees with the order of scores(), with an index and without; suggest_labels() gives the uncertain rows.
\ir points.psql
\ir learning.psql
call pg_temp.fill(8, 1500, :'destination', :'storage');
alter table d8 add label text;
update d8 set label = (array['ant', 'bee', 'cat'])[1 + id % 10 % 3] where id % 4 = 0;
select featurize.create_training_view('v', 'f8', 'label');
create function pg_temp.lying(n bigint, part float8) returns text
    language sql
as $$
    select '[' || string_agg((x * part)::text, ',') || ']' from unnest(pg_temp.point(n, 8)::float4[]) x;
$$;
-- Coefficients of any size: small ones of three classes, and ones that exceed halfvec of two.
select pg_temp.learn(name, 'v', array['ant', 'bee', 'cat'], array[pg_temp.lying(1, part), pg_temp.lying(2, part), pg_temp.lying(3, part)], array[0.2, -0.1, 0.4], link, params)
  from (values ('soft', 'softmax', 2e-6, '{}'::jsonb), ('sig', 'sigmoid', 2e-6, '{}'), ('unit', 'softmax', 2e-3, '{"normalize": "l2"}')) v (name, link, part, params);
select pg_temp.learn('two', 'v', array['ant', 'bee'], array[pg_temp.lying(1, -1e-9), pg_temp.lying(1, 1e-9)], array[0, 0]);
select pg_temp.learn('steep', 'v', array['ant', 'bee'], array[pg_temp.lying(1, -1e4), pg_temp.lying(1, 1e4)], array[0, 0]);
create temp table embedded (id bigint, embedding vector);
select case :'destination' when 'table' then 'insert into embedded select id, embedding::vector from f8' else 'insert into embedded select id, f8::vector from d8' end \gexec
create temp table truth as
select c.name, e.id, s.label, s.score, s.probability
  from unnest(array['soft', 'sig', 'unit', 'two', 'steep']) c (name), embedded e, featurize.scores(c.name, e.embedding) s;
create unique index on truth (name, label, id);
analyze truth;

-- Whether an index was used
create function pg_temp.scans(metric text) returns bigint
    language sql
as $$
    select pg_stat_get_xact_numscans(featurize._index_relation(i, f)) from featurize.index i join featurize.featurizer f on f.id = i.featurizer_id where i.metric = scans.metric;
$$;
-- Recall: share of the k rows that are at least as probable as the true k-th; all in order, all probabilities right.
create function pg_temp.check_top(classifier text, label text, k integer, filter text, recall float8, what text) returns void
    language plpgsql
as $$
declare
    got record;
    truth float8[];
    foreign_ones bigint;
begin
    -- For three classes, 20 candidates are compared for each requested row.
    execute format($truth$
        select array_agg(x.probability)
          from (select x.*
                  from (select t.probability, t.score, id from truth t join d8 s using (id)
                         where (t.name, t.label) = (%L, %L) and (%s
                               ) order by t.score desc, id limit %s) x
                 order by x.probability desc, x.score desc, id limit %s) x
        $truth$, classifier, label, coalesce(filter, 'true'),
        k * case (select count(distinct t.label) from truth t where t.name = classifier) when 2 then 1 else 20 end, k) into truth;
    what := format('%s: %s %s by %s where %s', what, k, label, classifier, filter);
    execute format($look$
        with got as materialized (select (t.item).id, t.item, t.probability, row_number() over () as n from featurize.top(null::d8, %1$L, %2$L, %3$s, %4$L) t)
        select count(*) as rows, count(*) filter (where g.probability >= $1[cardinality($1)] - 1e-9) as hits, array_agg(g.id) as ids,
               count(*) filter (where abs(g.probability - t.probability) < 1e-9 and g.item = s is not true) as false_ones,
               bool_and((g.probability, t.score, -g.id) <= (b.probability, b.score, -b.id)) as in_order
          from got g
          left join d8 s on s.id = g.id
          left join truth t on (t.name, t.label, t.id) = (%1$L, %2$L, g.id)
          left join lateral (select p.probability, tp.score, p.id from got p join truth tp on (tp.name, tp.label, tp.id) = (%1$L, %2$L, p.id) where p.n = g.n - 1) b on true
        $look$, classifier, label, k, filter) into got using truth;
    execute format(E'select count(*) from unnest($1) i (id) left join d8 s using (id) where (%s\n) is not true', coalesce(filter, 'true')) into foreign_ones using got.ids;
    perform pg_temp.is(got.rows, coalesce(cardinality(truth), 0)::bigint, what || ', as many as there are');
    perform pg_temp.is(got.hits >= floor(recall * coalesce(cardinality(truth), 0)), true, format('%s, %s of %s', what, got.hits, cardinality(truth)));
    perform pg_temp.is(foreign_ones, 0::bigint, what || ', only rows that meet it');
    perform pg_temp.is(got.false_ones, 0::bigint, what || ', their probabilities');
    perform pg_temp.is(coalesce(got.in_order, true), true, what || ', in order');
end
$$;
create function pg_temp.check_tops(recall float8, what text) returns void
    language sql
as $$
    select pg_temp.check_top(name, label, k, filter, recall, what)
      from unnest(array['soft', 'sig', 'unit', 'two', 'steep']) name, unnest(array['ant', 'bee', 'cat']) label, unnest(array[1, 12]) k,
           unnest(array[null, 's.label is null', 'id % 50 = 7 -- of few', 'embedding = 3 or featurize <> ''costs $2 or $25''', 'id < 0']) filter
     where (name, label) not in (('two', 'cat'), ('steep', 'cat'));
$$;
-- Half precision matters only near the k-th row.
select pg_temp.check_tops(case :'storage' when 'vector' then 1 else 0.9 end, 'exact');
select pg_temp.is((select array_agg((t.item).id) from featurize.top(null::d8, 'two', 'bee', 5, 'id % 5 = 0') t), array[5, 10, 15, 20, 25]::bigint[],
                      'copies in the order of their keys');
select pg_temp.is((select array_agg((t.item).id) from featurize.top(null::d8, 'two', 'bee', 5, 'id %% 5 = %1$L', array['0']) t), array[5, 10, 15, 20, 25]::bigint[], 'parameters');
select pg_temp.is((select array_agg((t.key ->> 'id')::bigint) from featurize.top('two', 'bee', 5, 'id %% 5 = %1$L', array['0']) t), array[5, 10, 15, 20, 25]::bigint[], 'keys, parameters');
select pg_temp.is((select count(*) from featurize.top(null::d8, 'soft', 'ant')), 10::bigint, 'ten by default');
select pg_temp.is((select count(*) from featurize.top(null::d8, 'soft', 'ant', 5000)), 1500::bigint, 'all');
select pg_temp.is((select count(*) from featurize.top(null::d8, 'soft', 'ant', 2147483647)), 1500::bigint, 'all that could ever be');
select pg_temp.is((select count(*) from featurize.top(null::d8, 'soft', 'ant', 0)), 0::bigint, 'none');
select pg_temp.is((select count(*) from d8 d, featurize.top(d, 'soft', 'ant', 3) where d.id = 1), 3::bigint, 'by a row');
select pg_temp.is((select array_agg(t.key || jsonb_build_object('p', t.probability)) from featurize.top('soft', 'cat', 7) t),
                  (select array_agg(jsonb_build_object('id', (t.item).id, 'p', t.probability)) from featurize.top(null::d8, 'soft', 'cat', 7) t), 'keys alone');

-- With an index
select featurize.create_index('f8', metric, concurrently => false) from unnest(array['ip', 'cosine']) metric;
create function pg_temp.check_use(metric text, statement text, want bigint) returns void
    language plpgsql
as $$
declare
    before bigint := pg_temp.scans(metric);
begin
    execute statement;
    perform pg_temp.is(pg_temp.scans(metric) - before, want, format('%s used by %s', metric, statement));
end
$$;
select pg_temp.check_use('ip', $$ select from featurize.top(null::d8, 'soft', 'ant') $$, 1);
select pg_temp.check_use('ip', $$ select from featurize.top('two', 'bee', 5) $$, 1);
select pg_temp.check_use('cosine', $$ select from featurize.top(null::d8, 'unit', 'ant') $$, 1);
select pg_temp.check_use('cosine', $$ select from featurize.top(null::d8, 'two', 'ant') $$, 0);
select pg_temp.check_use('ip', $$ select from featurize.top('unit', 'ant') $$, 0);
-- HNSW graphs have lower recall for inner products than for distances, above all if few rows are relevant.
select pg_temp.check_tops(0.3, 'by index');
select pg_temp.check_top(name, label, 12, null, 0.75, 'by index') from unnest(array['soft', 'sig', 'unit', 'two', 'steep']) name, unnest(array['ant', 'bee']) label;
select pg_temp.is(current_setting('enable_sort'), 'on', 'settings are as they were');

-- Errors
create table others (id bigint primary key);
select pg_temp.throws(format('select * from featurize.%s', call), state, message, hint)
  from (values ('top(null::d8, ''soft'', ''dog'')', 'FZ006', 'classifier "soft" has no class ''dog''', 'Its classes are: ant, bee, cat.'),
               ('top(''soft'', null)', 'FZ006', 'classifier "soft" has no class null', 'Its classes are: ant, bee, cat.'),
               ('top(''two'', ''cat'')', 'FZ006', 'classifier "two" has no class ''cat''', 'Its classes are: ant, bee.'),
               ('top(null::others, ''soft'', ''ant'')', 'FZ007', 'featurizer "f8" is on public.d8, but the argument is of type public.others', '_%'),
               ('top(1, ''soft'', ''ant'')', 'FZ007', '%integer%', '_%'),
               ('top(null::d8, ''nobody'', ''ant'')', 'FZ016', 'there is no classifier "nobody"', '_%'),
               ('top(''nobody'', ''ant'')', 'FZ016', 'there is no classifier "nobody"', '_%'),
               ('top(null::d8, ''soft'', ''ant'', -1)', 'FZ006', 'featurizer "f8" cannot be searched for -1 rows', '_%'),
               ('top(''soft'', ''ant'', null::integer)', 'FZ006', 'featurizer "f8" cannot be searched for null rows', '_%'),
               ('top(null::d8, ''soft'', ''ant'', 3, ''nothing = 1'')', '42703', '%nothing%', '%'),
               ('top(null::d8, ''soft'', ''ant'', 3, ''id / 0 = 1'')', '22012', 'division by zero', '%'),
               ('suggest_labels(''nobody'')', 'FZ016', 'there is no classifier "nobody"', '_%'),
               ('suggest_labels(''soft'', -1)', 'FZ006', 'featurizer "f8" cannot be searched for -1 rows', '_%'),
               ('suggest_labels(''soft'', null)', 'FZ006', 'featurizer "f8" cannot be searched for null rows', '_%')) v (call, state, message, hint);

-- Rows to label first: unlabeled rows whose second class is almost as probable as the first.
create temp table margins as
select t.name, t.id, max(t.probability) as first, (array_agg(t.probability order by t.probability desc))[2] as second,
    (array_agg(t.label order by t.probability desc, t.label))[1] as label
  from truth t group by 1, 2;
create function pg_temp.check_suggestions(classifier text, n integer) returns void
    language plpgsql
as $$
begin
    perform pg_temp.is((select array_agg(format('%s %s %s %s %s', g.key ->> 'id', g.image, g.label, round(g.probability::numeric, 9), round(g.margin::numeric, 9)) order by g.place)
                          from rows from (featurize.suggest_labels(classifier, n)) with ordinality g (key, image, label, probability, margin, place)),
                       (select array_agg(format('%s %s %s %s %s', m.id, m.path, m.label, round(m.first::numeric, 9), round((m.first - m.second)::numeric, 9))
                           order by m.first - m.second, m.id)
                          from (select m.id, d.path, m.label, m.first, m.second from margins m join d8 d using (id)
                                 where m.name = classifier and d.label is null order by m.first - m.second, m.id limit n) m), format('%s suggestions of %s', n, classifier));
end
$$;
select pg_temp.check_suggestions(name, n) from unnest(array['soft', 'sig', 'unit', 'two', 'steep']) name, unnest(array[0, 1, 10, 1500]) n;
select pg_temp.is((select count(*) from featurize.suggest_labels('soft')), 10::bigint, 'ten by default');
select pg_temp.is((select array_agg(s.key order by s.key) from featurize.suggest_labels('soft', 1000, 's.id %% 3 = %1$L', '{0}') s),
                  (select array_agg(s.key order by s.key) from featurize.suggest_labels('soft', 1000, 's.id % 3 = 0') s), 'parameters');
update d8 set label = 'cat' where id = (select (s.key -> 'id')::bigint from featurize.suggest_labels('soft', 1) s);
select pg_temp.check_suggestions('soft', 5);
update d8 set label = 'cat';
select pg_temp.is((select count(*) from featurize.suggest_labels('soft')), 0::bigint, 'all have one');
-- Rows without an embedding are never returned.
insert into d8 (id, path) values (5000, 'new.png');
select pg_temp.is((select count(*) from featurize.suggest_labels('soft')), 0::bigint, 'not embedded');
select pg_temp.is((select count(*) from featurize.top(null::d8, 'soft', 'ant', 1, 'id = 5000')), 0::bigint, 'not embedded');
