-- knn_predict() counts labels of neighbors; evaluate_ranking() ranks rows of the same label.
\ir learning.psql
create table photos (id bigint primary key, path text, label text, kind integer, x integer, y integer);
insert into photos select n, n || '.png', (array['ant', 'bee', 'cat'])[1 + n * n % 11 % 3], n % 2, hashint8(n) % 40, hashint8(n + 1000) % 40 from generate_series(1, 200) n;
insert into photos select n, n || '.png', null, null, 0, 0 from generate_series(201, 220) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('f', $$ array[s.x, s.y, 8, 0]::integer[]::vector $$);

-- Expected: votes of the k nearest labeled rows; of labels with equally many votes, the nearest one's.
create function pg_temp.compare_knn(label_column name, query vector, k integer, metric text, operator text, filter text) returns text
    language plpgsql
as $$
declare
    truth text;
begin
    execute format($knn$
        select format('%%s %%s', v.label, round(v.votes / v.total, 9))
          from (select n.label, count(*) as votes, min(n.distance) as near, sum(count(*)) over () as total
                  from (select %1$I::text as label, array[s.x, s.y, 8, 0]::integer[]::vector operator(%2$s) %3$L::vector as distance
                          from photos s where %1$I is not null and (%4$s) order by 2, id limit %5$s) n
                 group by 1) v order by votes desc, near, label limit 1
        $knn$, label_column, operator, query, coalesce(filter, 'true'), k) into truth;
    return (select case when nullif(format('%s %s', p.label, round(p.probability::numeric, 9)), ' ') is distinct from truth
                        then format('%s of %s by %s, %s, where %s: %s %s, not %s', label_column, query, k, metric, filter, p.label, p.probability, truth) end
              from featurize.knn_predict('f', label_column, query, k, metric, filter) p);
end
$$;
create temp view compared as
select pg_temp.compare_knn(l.name, format('[%s,%s,8,0]', n * 7 % 41 - 20, n * 11 % 37 - 18)::vector, k, m.name, m.operator, filter) as difference
  from generate_series(1, 12) n, unnest(array['label', 'kind']) l (name), unnest(array[0, 1, 4, 25, 1000]) k,
       (values ('cosine', '<=>'), ('l2', '<->')) m (name, operator), unnest(array[null, 's.id % 7 = 3', 'label is not null and s.x > 0 or kind is null']) filter;
select pg_temp.is((select string_agg(difference, E'\n') from compared), null, 'what the nearest say');
select pg_temp.is(pg_temp.compare_knn('label', '[3,4,8,0]', 7, name, operator, null), null, name) from (values ('ip', '<#>'), ('l1', '<+>')) m (name, operator);
-- An index may return any of equally near rows.
select featurize.create_index('f', metric, concurrently => false) from unnest(array['cosine', 'l2']) metric;
select pg_temp.is((select count(difference) < 40 from compared), true, 'what the nearest say by an index');
select pg_temp.is((select knn_predict from featurize.knn_predict('f', 'label', (select array[x, y, 8, 0]::integer[]::vector from photos where id = 17))),
                  (select knn_predict from featurize.knn_predict('f', 'label', (select array[x, y, 8, 0]::integer[]::vector from photos where id = 17), 5, 'cosine',
                      null)), 'five by cosine');
select pg_temp.is((select format('%s %s', label, probability) from featurize.knn_predict('f', 'label', null)), ' ', 'of nothing');
select pg_temp.is((select (p.label, p.probability)::text from featurize.knn_predict('f', 'label', '[3,4,8,0]', 4, filter => 's.id %% 7 = %1$L', parameters => '{3}') p),
                  (select (p.label, p.probability)::text from featurize.knn_predict('f', 'label', '[3,4,8,0]', 4, filter => 's.id % 7 = 3') p), 'parameters');
select pg_temp.is((select format('%s %s', label, probability) from featurize.knn_predict('f', 'label', '[0,0,8,0]', filter => 'id > 200')), ' ', 'nobody has a label');

-- Errors
select pg_temp.throws(format('select * from featurize.knn_predict(%s)', arguments), state, message, hint)
  from (values ('''g'', ''label'', ''[1,2,3,4]''', 'FZ001', 'there is no featurizer "g"', '_%'),
               ('''f'', ''lable'', ''[1,2,3,4]''', 'FZ006', 'public.photos has no column lable for the label', '%label%'),
               ('''f'', null, ''[1,2,3,4]''', 'FZ006', 'public.photos has no column null for the label', '_%'),
               ('''f'', ''label'', ''[1,2,3]''', 'FZ007', '%expected 4 dimensions, not 3', '%tiny%'),
               ('''f'', ''label'', ''[1,2,3,4]'', -1', 'FZ006', 'featurizer "f" cannot be searched for -1 rows', '_%'),
               ('''f'', ''label'', ''[1,2,3,4]'', null', 'FZ006', 'featurizer "f" cannot be searched for null rows', '_%'),
               ('''f'', ''label'', ''[1,2,3,4]'', metric => ''hamming''', 'FZ006', 'metric cannot be ''hamming''', '_%'),
               ('''f'', ''label'', ''[1,2,3,4]'', filter => ''nothing = 1''', '42703', '%nothing%', '%')) v (arguments, state, message, hint);
select pg_temp.throws(format('select * from featurize.evaluate_ranking(%s)', arguments), state, message, hint)
  from (values ('''g'', ''label''', 'FZ001', 'there is no featurizer "g"', '_%'),
               ('''f'', ''lable''', 'FZ006', 'public.photos has no column lable for the label', '_%'),
               ('''f'', ''label'', 0', 'FZ006', 'the ranking by featurizer "f" cannot be evaluated with 0 queries per class and 100 negatives', '_%'),
               ('''f'', ''label'', 20, 0', 'FZ006', '%with 20 queries per class and 0 negatives', '_%'),
               ('''f'', ''label'', null', 'FZ006', '%with null queries%', '_%'),
               ('''f'', ''label'', 20, null', 'FZ006', '%and null negatives', '_%'),
               ('''f'', ''label'', seed => null', 'FZ006', 'the ranking by featurizer "f" cannot be evaluated%', '%a seed%'),
               ('''f'', ''label'', metric => ''hamming''', 'FZ006', 'metric cannot be ''hamming''', '_%'),
               ('''f'', ''label'', top => null', 'FZ006', 'top cannot be null', '%array[1, 5, 10]%'),
               ('''f'', ''label'', top => ''{}''', 'FZ006', 'top cannot be ''{}''', '%array[1, 5, 10]%'),
               ('''f'', ''label'', top => ''{1,0}''', 'FZ006', 'top cannot be ''{1,0}''', '_%'),
               ('''f'', ''label'', top => ''{1,null}''', 'FZ006', 'top cannot be ''{1,NULL}''', '_%'),
               ('''f'', ''label'', classifier => ''none''', 'FZ016', 'there is no classifier "none"', '_%'),
               ('''f'', ''path''', 'FZ006', 'featurizer "f" does not have two embedded rows of one path and one of another', '_%')) v (arguments, state, message, hint);

-- Expected ranking: all rows in a ring, in order of their hashes; for each query row, the next row of its class is ranked
-- against the next rows of other classes.
create function pg_temp.check_ranking(label_column name, queries integer, negatives integer, seed bigint, metric text, operator text) returns void
    language plpgsql
as $$
begin
    execute format($ranking$
        create temp table ranks as
        with ring as (
            select id, %1$I as label, array[x, y, 8, 0]::integer[]::vector as v, row_number() over (order by md5(%2$L || ':{"id": ' || id || '}')) as place
              from photos where %1$I is not null
        ), query as (
            select q.* from (select *, row_number() over (partition by label order by place) as n from ring) q where q.n <= %3$s
        ), after as (
            select q.id, q.v as own, r.label = q.label as same, r.v,
                   row_number() over (partition by q.id, r.label = q.label order by r.place < q.place, r.place) as n
              from query q join ring r on r.id <> q.id
        )
        select f.id, 1 + count(*) filter (where o.v operator(%5$s) o.own <= f.v operator(%5$s) f.own) as rank
          from after f join after o on o.id = f.id and not o.same and o.n <= %4$s
         where f.same and f.n = 1
         group by f.id
        $ranking$, label_column, seed, queries, negatives, operator);
    perform pg_temp.is((select format('%s: %s, %s, %s', r.queries,
                                      (select string_agg(round(value::numeric, 9)::text, ' ' order by key::integer) from jsonb_each_text(r.top_accuracy)),
                                      round(r.mean_rank::numeric, 9), r.median_rank)
                          from featurize.evaluate_ranking('f', label_column, queries, negatives, seed, metric) r),
                       (select format('%s: %s, %s, %s', count(*),
                           (select string_agg(round((select avg((rank <= top)::integer) from ranks), 9)::text, ' ' order by top) from unnest(array[1, 2, 4, 8, 16, 32]) top),
                                      round(avg(rank), 9), percentile_cont(0.5) within group (order by rank)) from ranks),
                       format('%s queries by %s, %s negatives, seed %s, %s', queries, label_column, negatives, seed, metric));
    drop table ranks;
end
$$;
select pg_temp.check_ranking('label', 20, 100, 0, 'cosine', '<=>');
select pg_temp.check_ranking('label', 1, 1, 0, 'cosine', '<=>');
select pg_temp.check_ranking('label', 500, 7, -5, 'l2', '<->');
select pg_temp.check_ranking('kind', 30, 1000, 3, 'l1', '<+>');
select pg_temp.check_ranking('kind', 10, 20, 4, 'ip', '<#>');
select pg_temp.is((select evaluate_ranking::text from featurize.evaluate_ranking('f', 'label')),
                      (select evaluate_ranking::text from featurize.evaluate_ranking('f', 'label', 20, 100, 0, 'cosine')), 'the same each time');
select pg_temp.is((select count(distinct r::text) from generate_series(1, 8) seed, featurize.evaluate_ranking('f', 'label', seed => seed) r), 8::bigint,
                      'another seed, another draw');

-- Labels that are unrelated to the images: rank in the middle
select pg_temp.is((select r.mean_rank between 40 and 60 and r.median_rank between 35 and 65 and (r.top_accuracy ->> '1')::float8 < 0.1
                      from featurize.evaluate_ranking('f', 'kind', 100, 99) r), true, 'labels at random');
-- Perfect clusters: first rank
update photos set x = case label when 'ant' then 100 when 'bee' then -100 else 0 end, y = case label when 'cat' then 100 else id % 3 end where label is not null;
call pg_temp.embed('f', $$ array[s.x, s.y, 8, 0]::integer[]::vector $$);
select pg_temp.is((select format('%s %s %s %s %s', queries, top_accuracy ->> '1', top_accuracy ->> '32', mean_rank, median_rank) from featurize.evaluate_ranking('f', 'label')), '60 1 1 1 1', 'perfect');
select pg_temp.is((select label || probability from featurize.knn_predict('f', 'label', '[90,0,8,0]', 10)), 'ant1', 'perfect');
-- All equal: ties count as worse ranks.
call pg_temp.embed('f', $$ '[1,1,1,1]' $$);
select pg_temp.is((select format('%s %s %s', top_accuracy, mean_rank, median_rank) from featurize.evaluate_ranking('f', 'label', negatives => 40, top => array[40, 41, 1])), '{"1": 0, "40": 0, "41": 1} 41 41', 'all alike');
-- A class of one row gives no query, and is a negative.
update photos set label = case id when 1 then 'dog' when 2 then 'eel' when 3 then 'ant' when 4 then 'ant' end;
select pg_temp.is((select format('%s %s', queries, mean_rank) from featurize.evaluate_ranking('f', 'label')), '2 3', 'two ants, a dog and an eel');
update photos set label = null where id <= 2;
select pg_temp.throws($$ select featurize.evaluate_ranking('f', 'label') $$, 'FZ006', 'featurizer "f" does not have two embedded rows of one label and one of another', '%progress%');
select featurize.retire_space('tiny');
select pg_temp.throws($$ select featurize.evaluate_ranking('f', 'kind') $$, 'FZ006', 'featurizer "f" does not have two embedded rows%', '_%');
select pg_temp.is((select format('%s %s', label, probability) from featurize.knn_predict('f', 'kind', '[1,1,1,1]')), ' ', 'nothing is current');
-- Key columns with names that generated statements use
select featurize.register_space('tiny', 'newest');
create table s (own bigint, friend text, rank date, path text, label text, primary key (own, friend, rank));
insert into s select n, n, '2024-01-01', n || '.png', n % 2 from generate_series(1, 20) n;
select featurize.create_featurizer('s', 'path', 'tiny', 'n', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('n', $$ array[s.own % 2, 1, 0, 0]::bigint[]::integer[]::vector $$);
select pg_temp.is((select format('%s %s', queries, mean_rank) from featurize.evaluate_ranking('n', 'label')), '20 1', 'odd keys');
select pg_temp.is((select label || probability from featurize.knn_predict('n', 'label', '[1,1,0,0]', 10)), '11', 'odd keys');
select featurize.create_training_view('e', 'n', 'label', group_column => 'friend');
select pg_temp.learn('c', 'e', array['0', '1'], array['[-1,0,0,0]', '[1,0,0,0]'], array[0.5, -0.5]);
select pg_temp.is((select accuracy from featurize.evaluate('c')), 1::float8, 'odd keys');
select pg_temp.is((select string_agg((t.item).label, '') from featurize.top(null::s, 'c', '1', 12) t), '111111111100', 'odd keys');

-- A classifier that tells what distances do not: the first feature is small, the second large and meaningless.
create table things (id bigint primary key, path text, label text, split text);
insert into things select n, n || '.png', (array['a', 'b', 'c'])[1 + n % 3], case when n <= 30 then 'train' else 'test' end from generate_series(1, 90) n;
select featurize.create_featurizer('things', 'path', 'tiny', 'g', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('g', $$ array[s.id % 3, hashint8(s.id) % 100, 1, 0]::bigint[]::integer[]::vector $$);
select featurize.create_training_view('lessons', 'g', 'label', split_column => 'split');
select pg_temp.learn('judge', 'lessons', array['a', 'b', 'c'], array['[-200,0,0,0]', '[0,0,0,0]', '[200,0,0,0]'], array[100, 0, -300]);
select pg_temp.is((select format('%s %s %s', queries, top_accuracy, mean_rank) from featurize.evaluate_ranking('g', 'label', 20, 30, top => array[1], classifier => 'judge')),
                  '60 {"1": 1} 1', 'by the classes, test rows only');
select pg_temp.is((select mean_rank > 5 from featurize.evaluate_ranking('g', 'label', 20, 30, metric => 'l2')), true, 'by distance');
select pg_temp.throws($$ select featurize.evaluate_ranking('f', 'kind', classifier => 'judge') $$, 'FZ006', 'classifier "judge" was not trained on embeddings by featurizer "f"', '_%');
select pg_temp.is((select format('%s %s %s %s', rows, top_accuracy, mean_rank, median_rank) from featurize.evaluate_classes('judge')), '60 {"1": 1, "5": 1, "10": 1} 1 1', 'classes');
select pg_temp.is((select rows from featurize.evaluate_classes('judge', 'train')), 30::bigint, 'of the training rows');
update things set label = 'd' where id > 60;
select pg_temp.is((select format('%s %s %s', top_accuracy, mean_rank, median_rank) from featurize.evaluate_classes('judge', top => array[3, 4])), '{"3": 0.5, "4": 1} 2.5 2.5', 'an unknown class is last');
update things set label = (array['b', 'c', 'a'])[1 + id % 3] where id > 30;
select pg_temp.is((select top_accuracy from featurize.evaluate_classes('judge', top => array[2, 1, 3])), '{"1": 0, "2": 0.3333333333333333, "3": 1}', 'classes exchanged');
select pg_temp.throws($$ select featurize.evaluate_classes('judge', top => '{0}') $$, 'FZ006', 'top cannot be ''{0}''', '_%');
select pg_temp.throws($$ select featurize.evaluate_classes('judge', 'validation') $$, 'FZ006', 'split cannot be ''validation''', '_%');
select featurize.drop_training_view('lessons');
select pg_temp.throws($$ select featurize.evaluate_ranking('g', 'label', classifier => 'judge') $$, 'FZ014', 'the training view of classifier "judge" was dropped', '_%');
