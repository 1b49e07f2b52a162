-- predict() and scores() agree with their formulas for all scores; embeddings of
-- another space are refused.
\ir learning.psql
create table photos (id bigint primary key, path text, label text, x float8, y float8, predicted text, sure float8);
-- Numbers that both types hold exactly.
insert into photos select n, n || '.png', (array['ant', 'bee', 'cat'])[1 + n % 3], (n % 17 - 8) / 4.0, (n % 13 - 6) / 2.0 from generate_series(1, 200) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('f', $$ array[s.x, s.y, 1, 0]::float8[]::vector $$);
select featurize.create_training_view('v', 'f', 'label');
create view embedded as select id, split, features::vector as embedding from v;
create function pg_temp.current() returns integer
    language sql
as $$ select s.id from featurize.space s where s.model = 'tiny' and s.retired_at is null $$;

-- Expected scores of x, y and a constant; u and w are x and y of the normalized embedding.
create temp view by_hand as
select p.id, k.label, k.score, k.unit_score
  from photos p
 cross join lateral (select 1 / sqrt(p.x * p.x + p.y * p.y + 1)) l (one)
 cross join lateral (values ('ant', 0.5 * p.x - 0.25 * p.y + 0.75, (0.5 * p.x - 0.25 * p.y + 0.5) * l.one + 0.25),
                            ('bee', -1 * p.x + 0.5 * p.y - 1, (-1 * p.x + 0.5 * p.y + 1) * l.one - 2),
                            ('cat', 0.125 * p.x + 0.25 * p.y - 0.5, (0.125 * p.x + 0.25 * p.y - 1) * l.one + 0.5)) k (label, score, unit_score);
create temp table truth as
select 'softmax' as name, id, label, score, exp(score) / sum(exp(score)) over (partition by id) as probability from by_hand
 union all
select 'sigmoid', id, label, score, 1 / (1 + exp(-score)) / sum(1 / (1 + exp(-score))) over (partition by id) from by_hand
 union all
select 'softmax of l2', id, label, unit_score, exp(unit_score) / sum(exp(unit_score)) over (partition by id) from by_hand
 union all
select 'sigmoid of l2', id, label, unit_score, 1 / (1 + exp(-unit_score)) / sum(1 / (1 + exp(-unit_score))) over (partition by id) from by_hand
 union all
select 'two', id, label, case label when 'ant' then score else -score end, case label when 'ant' then 1 / (1 + exp(-2 * score)) else 1 / (1 + exp(2 * score)) end
  from (select id, 'ant' as label, score from by_hand where label = 'ant' union all select id, 'bee', score from by_hand where label = 'ant') x
 union all
select 'two sigmoid', id, label, case label when 'ant' then score else -score end, case label when 'ant' then 1 / (1 + exp(-score)) else 1 / (1 + exp(score)) end
  from (select id, 'ant' as label, score from by_hand where label = 'ant' union all select id, 'bee', score from by_hand where label = 'ant') x;

select pg_temp.learn(name, 'v', array['ant', 'bee', 'cat'], array['[0.5,-0.25,0.5,7]', '[-1,0.5,1,-7]', '[0.125,0.25,-1,7]'], array[0.25, -2, 0.5],
                     split_part(name, ' ', 1), case when name like '%l2' then '{"normalize": "l2"}' else '{}' end::jsonb)
  from unnest(array['softmax', 'sigmoid', 'softmax of l2', 'sigmoid of l2']) name;
select pg_temp.learn(name, 'v', array['bee', 'ant'], array['[-0.5,0.25,-0.5,0]', '[0.5,-0.25,0.5,0]'], array[-0.25, 0.25], link)
  from (values ('two', 'softmax'), ('two sigmoid', 'sigmoid')) v (name, link);

create temp table said as
select t.name, e.id, s.label, s.score, s.probability, s.rank
  from (select distinct name from truth) t
 cross join embedded e
 cross join lateral rows from (featurize.scores(t.name, e.embedding)) with ordinality s (label, score, probability, rank);
select pg_temp.is((select count(*) from said), 200 * 16::bigint, 'all classes of all rows');
select pg_temp.is((select string_agg(format('%s of %s by %s: %s %s, not %s %s', s.label, s.id, s.name, s.score, s.probability, t.score, t.probability), E'\n')
                     from said s full join truth t using (name, id, label)
                    where abs(s.score - t.score) < 1e-5 and abs(s.probability - t.probability) < 1e-6 is not true), null, 'scores and probabilities');
select pg_temp.is((select count(*) from (select name, id from said group by 1, 2 having abs(sum(probability) - 1) > 1e-12) x), 0::bigint, 'they add up to 1');
select pg_temp.is((select count(*) from said a join said b using (name, id) where b.rank = a.rank + 1 and (b.probability > a.probability
                     or b.probability = a.probability and b.label < a.label)), 0::bigint, 'the most probable first, else in the order of classes');
select pg_temp.is((select count(*) from said s join embedded e using (id) cross join lateral featurize.predict(s.name, e.embedding) p
                    where s.rank = 1 and (p.label, p.probability) is distinct from (s.label, s.probability)), 0::bigint, 'predict() says the first');

-- For the rows of the view
create temp table predicted as
select n.name, s.split, p.* from (select distinct name from truth) n cross join unnest(array['train', 'test']) s (split)
    cross join lateral featurize.predictions(n.name, s.split) p;
select pg_temp.is((select count(*) from predicted), 6 * 200::bigint, 'predictions of all rows');
select pg_temp.is((select string_agg(format('%s of %s by %s', p.predicted, p.key, p.name), ', ') from predicted p
                     full join (select name, jsonb_build_object('id', id) as key, array_agg(probability order by label) as probabilities,
                                       (array_agg(label order by rank))[1] as predicted, max(probability) as probability from said group by name, id) s
                       using (name, key, predicted, probability, probabilities)
                     full join (select jsonb_build_object('id', v.id) as key, v.split, o.label from v join photos o using (id)) v using (key, split, label)
                    where num_nulls(s.name, p.name, v.key) > 0), null, 'they say what scores() says');
select pg_temp.is((select count(*) from featurize.predictions('two')), (select count(*) from embedded where split = 'test'), 'of those for testing');
select pg_temp.is((select array_agg(p.key order by p.n) = array_agg(p.key order by p.key)
                     from rows from (featurize.predictions('two')) with ordinality p (key, label, predicted, probability, probabilities, n)), true, 'in key order');
select pg_temp.throws($$ select * from featurize.predictions('two', 'all') $$, 'FZ006', 'split cannot be ''all''', '%train, test.');
select pg_temp.throws($$ select * from featurize.predictions('two', null) $$, 'FZ006', 'split cannot be NULL', '%');

-- Equally probable: the first class. Null: null.
select pg_temp.learn('zero', 'v', array['b', 'a', 'c'], array['[0,0,0,0]', '[0,0,0,0]', '[0,0,0,0]'], array[0, 0, 0], 'sigmoid', algorithm => 'ridge');
select pg_temp.is((select label || round(probability::numeric, 9) from featurize.predict('zero', '[1,2,3,4]')), 'a0.333333333', 'a tie');
select pg_temp.is((select format('%s %s', p.label, p.probability) from featurize.predict('two', null) p), ' ', 'no embedding');
select pg_temp.is((select count(*) from featurize.scores('two', null)), 0::bigint, 'no embedding');
select pg_temp.is((select count(*) from photos p left join embedded e on e.id = p.id + 1000 cross join lateral featurize.predict('two', e.embedding) t
                      where t.label is null), 200::bigint, 'no embeddings');

-- Infinite scores
select pg_temp.learn('steep ' || link, 'v', array['ant', 'bee', 'cat'], array['[10000,0,0,0]', '[-10000,0,0,0]', '[0,10000,0,0]'], array[0, 0, 0], link)
    from unnest(array['softmax', 'sigmoid']) link;
select pg_temp.is((select string_agg(format('%s %s', s.label, round(s.probability::numeric, 6)), ', ')
                      from featurize.scores('steep ' || link, embedding::vector) s), want, link || embedding)
  from (values ('softmax', '[1,0,0,0]', 'ant 1.000000, bee 0.000000, cat 0.000000'), ('sigmoid', '[1,0,0,0]', 'ant 0.666667, cat 0.333333, bee 0.000000'),
               ('softmax', '[1,1,0,0]', 'ant 0.500000, cat 0.500000, bee 0.000000'), ('sigmoid', '[1,1,0,0]', 'ant 0.500000, cat 0.500000, bee 0.000000'),
               ('softmax', '[-1e4,-1e4,0,0]', 'bee 1.000000, ant 0.000000, cat 0.000000'), ('sigmoid', '[-1e4,-1e4,0,0]', 'bee 1.000000, ant 0.000000, cat 0.000000'),
               ('softmax', '[0,0,0,0]', 'ant 0.333333, bee 0.333333, cat 0.333333'), ('sigmoid', '[0,0,0,0]', 'ant 0.333333, bee 0.333333, cat 0.333333'),
               ('softmax', '[0,-1,0,0]', 'ant 0.500000, bee 0.500000, cat 0.000000'),
                   ('sigmoid', '[0,-1,0,0]', 'ant 0.500000, bee 0.500000, cat 0.000000')) v (link, embedding, want);
-- All scores minus infinity: equal probabilities.
select pg_temp.learn('hopeless ' || link, 'v', array['ant', 'bee'], array['[0,0,0,0]', '[0,0,0,0]'], array[-1e4, -1e4], link) from unnest(array['softmax', 'sigmoid']) link;
select pg_temp.is((select probability from featurize.predict('hopeless ' || link, '[1,2,3,4]')), 0.5::float8, 'hopeless ' || link) from unnest(array['softmax', 'sigmoid']) link;
select pg_temp.is((select label || probability from featurize.predict('softmax of l2', '[0,0,0,0]')),
                  (select 'cat' || exp(0.5) / (exp(0.25) + exp(-2) + exp(0.5))), 'an embedding without length has the intercepts');

-- In a view
create view labeled as select e.id, t.* from embedded e cross join lateral featurize.predict('sigmoid', e.embedding, pg_temp.current()) t;
select pg_temp.is((select count(*) from labeled l join said s using (id, label, probability) where (s.name, s.rank) = ('sigmoid', 1)), 200::bigint, 'a view of predictions');
drop view labeled;

-- In a trigger, which a worker's statements fire
create function mark() returns trigger
    language plpgsql
    set search_path = public
as $$
begin
    if tg_table_name = 'f' then
        update photos p set (predicted, sure) = (select t.label, t.probability from featurize.predict('softmax', new.embedding::vector, new.space_id) t) where p.id = new.id;
    else
        select t.label, t.probability into new.predicted, new.sure from featurize.predict('softmax', new.f::vector, new.f_space) t;
    end if;
    return new;
end
$$;
select case :'destination' when 'table' then 'create trigger mark after insert or update on f for each row execute function mark()'
       else 'create trigger mark before insert or update of f on photos for each row execute function mark()' end \gexec
insert into photos (id, path) values (1000, 'new.png'), (1001, null);
-- The worker of these tests registers another space.
update featurize.space set fingerprint = (select md5(m::text) from featurize.model m where m.name = 'tiny');
call pg_temp.work('f');
select pg_temp.is((select (p.predicted, p.sure) = (t.label, t.probability) from photos p
                      cross join lateral featurize.predict('softmax', pg_temp.vector_of('new.png')) t where p.id = 1000),
                  true, 'labeled as it was embedded');
select pg_temp.is((select predicted from photos where id = 1001), null, 'nothing to label');
call pg_temp.embed('f', '''[2,-3,1,0]''', condition => 's.id = 1000');
select pg_temp.is((select predicted from photos where id = 1000 and abs(sure - exp(2.5) / (exp(2.5) + exp(-4.5) + exp(-1.0))) < 1e-6), 'ant', 'embedded anew, labeled anew');

-- Errors
select pg_temp.throws(format('select featurize.predict(%s)', arguments), state, message, hint)
  from (values ('''three'', ''[1,2,3,4]''', 'FZ016', 'there is no classifier "three"', 'Some of 11 existing classifiers: %'),
               ('null, ''[1,2,3,4]''', 'FZ016', '%', '_%'),
               ('''two'', ''[1,2,3]''', 'FZ008', 'classifier "two" needs embeddings of 4 dimensions, not 3', '%model "tiny"%'),
               ('''two'', ''[1,2,3,4,5]''', 'FZ008', 'classifier "two" needs embeddings of 4 dimensions, not 5', '%model "tiny"%'),
               ('''sigmoid of l2'', ''[1,2]''', 'FZ008', 'classifier "sigmoid of l2" needs embeddings of 4 dimensions, not 2', '%model "tiny"%'),
               ('''two'', ''[1,2,3,4]'', 77', 'FZ008', 'classifier "two" was trained in feature space %, but the embedding is of space 77',
                   '%model "tiny"%')) v (arguments, state, message, hint);
select pg_temp.throws($$ select * from featurize.scores('two', '[1,2,3]') $$, 'FZ008', '%of 4 dimensions, not 3', '%');
select pg_temp.throws($$ select * from featurize.scores('two', '[1,2,3,4]', 77) $$, 'FZ008', '%of space 77', '%');

-- In a new space, old embeddings are predicted only if their space is passed.
select pg_temp.current() as old \gset
select featurize.retire_space('tiny');
select pg_temp.throws($$ select featurize.predict('two', '[1,2,3,4]') $$, 'FZ008',
                      format('classifier "two" was trained in feature space %s, which is no longer the current space%%', :old), 'Train it again%space_id%');
select pg_temp.throws($$ select * from featurize.scores('two', '[1,2,3,4]') $$, 'FZ008', '%no longer the current space%', '%');
select pg_temp.throws($$ select * from featurize.predictions('two') $$, 'FZ008', '%no longer the current space%', '%');
select pg_temp.throws($$ select * from featurize.top('two', 'ant') $$, 'FZ008', '%no longer the current space%', '%');
select pg_temp.is((select label from featurize.predict('two', '[2,0,1,0]', :old)), 'ant', 'with its number');
select pg_temp.is((select count(*) from featurize.scores('two', '[2,0,1,0]', :old)), 2::bigint, 'with its number');
select featurize.register_space('tiny', 'newer') as new \gset
select pg_temp.throws($$ select featurize.predict('two', '[1,2,3,4]') $$, 'FZ008', '%no longer the current space%', '%');
select pg_temp.throws(format('select featurize.predict(''two'', ''[1,2,3,4]'', %s)', :new), 'FZ008', format('%%space %s, but the embedding is of space %s', :old, :new), '%');
select pg_temp.throws(format('select * from featurize.%s', call), 'FZ008', format('%%space %s, but the embedding is of space %s', :old, :new), '%')
  from unnest(array['predictions(''two'')', 'evaluate(''two'')', 'top(''two'', ''ant'')', 'top(null::photos, ''two'', ''ant'')', 'suggest_labels(''two'')']) call;
select pg_temp.is((select label from featurize.predict('two', '[2,0,1,0]', :old)), 'ant', 'with its number');
