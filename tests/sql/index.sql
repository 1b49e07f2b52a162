-- create_index() chooses a method that pgvector supports; searches use the index and find near rows.
\ir points.psql

call pg_temp.fill(8, 2000, :'destination', :'storage');
call pg_temp.fill(2048, 300, :'destination', :'storage');
call pg_temp.fill(4096, 300, :'destination', :'storage');

-- The chosen method with its reason, also as a notice.
create function pg_temp.planned(storage text, dim integer, metric text, method text default 'auto', dimensions integer default null)
    returns featurize.index
    language plpgsql
as $$
declare
    f featurize.featurizer;
    i featurize.index;
begin
    f.storage := planned.storage;
    f.name := 'f';
    i.metric := planned.metric;
    i.method := planned.method;
    i.dimensions := planned.dimensions;
    i.m := 16;
    i.ef_construction := 64;
    i.ef_search := 100;
    i := featurize._plan_index(i, f, dim);
    perform featurize._check_index(i, f, dim);
    return i;
end
$$;
select pg_temp.is((pg_temp.planned(w.storage, w.dim, w.metric)).method, w.method, format('%s(%s) for %s', w.storage, w.dim, w.metric))
  from (values ('vector', 1, 'cosine', 'hnsw'), ('vector', 2000, 'l1', 'hnsw'), ('vector', 2001, 'cosine', 'halfvec'),
               ('vector', 4000, 'ip', 'halfvec'), ('vector', 4001, 'cosine', 'bits'), ('vector', 16000, 'l2', 'bits'),
               ('halfvec', 2001, 'cosine', 'hnsw'), ('halfvec', 4000, 'l1', 'hnsw'), ('halfvec', 4001, 'l2', 'bits')) w (storage, dim, metric, method);
select pg_temp.is((pg_temp.planned('vector', 4096, 'cosine', 'projection')).dimensions, 536, 'six to a page');
select pg_temp.is((pg_temp.planned('vector', 100, 'cosine', 'projection')).dimensions, 100, 'no more than there are');
select pg_temp.is((pg_temp.planned('vector', 2048, 'cosine')).reason,
                  '2048 dimensions exceed the limit of 2000 for type vector, but not that of 4000 for type halfvec', 'reason');
select pg_temp.is((pg_temp.planned('vector', 4096, 'l2')).reason, '4096 dimensions exceed the limit of 4000 for indexes on numbers', 'reason');
select pg_temp.throws(format('select pg_temp.planned(%L, %s, %L, %L, %s)', w.storage, w.dim, w.metric, w.method, coalesce(w.dimensions::text, 'null')),
                      'FZ006', 'featurizer "f" cannot have an index ' || w.message, w.hint)
  from (values ('vector', 2001, 'cosine', 'hnsw', null::integer, 'with method hnsw over 2001 dimensions', 'Choose halfvec, projection or bits%'),
               ('vector', 4001, 'cosine', 'halfvec', null, 'with method halfvec over 4001 dimensions', 'Choose bits or projection%'),
               ('halfvec', 4001, 'cosine', 'hnsw', null, 'with method hnsw over 4001 dimensions', 'Choose bits or projection%'),
               ('vector', 4001, 'ip', 'auto', null, 'with method bits for metric ip', '%cosine and l2%'),
               ('vector', 100, 'l1', 'projection', null, 'with method projection for metric l1', '%cosine and l2%'),
               ('vector', 100, 'l2', 'projection', 101, 'over a projection of 100 dimensions to 101', '%at most%'),
               ('vector', 100, 'l2', 'projection', 0, 'over a projection of 100 dimensions to 0', '%at most%'),
               ('vector', 100, 'l2', 'auto', 50, 'with method hnsw over 50 of 100 dimensions', '%method projection%')
       ) w (storage, dim, metric, method, dimensions, message, hint);

-- Invalid arguments are refused.
select pg_temp.throws(s, state, message, hint)
  from (values ($$ select featurize.create_index('g') $$, 'FZ001', 'there is no featurizer "g"', '%f8%'),
               ($$ select featurize.create_index('f8', 'hamming') $$, 'FZ006', 'metric cannot be ''hamming''', '%cosine, l2, ip, l1%'),
               ($$ select featurize.create_index('f8', method => 'ivfflat') $$, 'FZ006', 'method cannot be ''ivfflat''', '%auto, hnsw, halfvec, bits, projection%'),
               ($$ select featurize.create_index('f8', m => 1) $$, 'FZ006', '%m = 1,%', '%m of 2 to 100%'),
               ($$ select featurize.create_index('f8', m => null) $$, 'FZ006', '%m = ,%', '%m of 2 to 100%'),
               ($$ select featurize.create_index('f8', ef_construction => 31) $$, 'FZ006', '%ef_construction = 31%', '%at least 2 * m%'),
               ($$ select featurize.create_index('f8', ef_search => 1001) $$, 'FZ006', '%ef_search = 1001', '%1000%'),
               ($$ select featurize.create_index('f8', method => 'projection', dimensions => 4, concurrently => false) $$, 'FZ006', '%"f8"%worker', '%concurrently%'),
               ($$ select featurize.drop_index('f8') $$, 'FZ001', 'featurizer "f8" has no index for cosine', '%none%'),
               ($$ select featurize.measure_recall('f8') $$, 'FZ006', 'featurizer "f8" has no complete index for cosine%', '%index_report%')
       ) w (s, state, message, hint);
select pg_temp.is((select count(*) from featurize.index_report), 0::bigint, 'nothing was asked for');

-- Search without an index, with one, and without it again; exact search gives the expected rows.
-- In a graph of ten distant clusters, one or two may be unreachable; the benchmarks measure the recall.
create temp table tried (dim integer, metric text, method text, least float8);
insert into tried values (8, 'cosine', 'auto', 0.6), (8, 'l2', 'auto', 0.6), (8, 'ip', 'auto', 0.6), (8, 'l1', 'auto', 0.6),
                         (8, 'l2', 'halfvec', 0.6), (8, 'cosine', 'bits', 0),
                         (2048, 'cosine', 'auto', 0.6), (2048, 'l1', 'halfvec', 0.6), (2048, 'cosine', 'bits', 0.6),
                         (4096, 'cosine', 'auto', 0.6), (4096, 'l2', 'auto', 0.6);
create function pg_temp.try(dim integer, metric text, method text, least_recall float8) returns void
    language plpgsql
as $$
declare
    what text := format('f%s for %s by %s', dim, metric, method);
    f text := 'f' || dim;
    number integer;
    found float8;
begin
    perform pg_temp.is(pg_temp.plan(f, metric) like '%featurize_index_%', false, what || ': not yet used');
    perform pg_temp.is(pg_temp.recall(f, metric), 1::float8, what || ': exact');
    number := featurize.create_index(f, metric, method, concurrently => false);
    perform pg_temp.is(pg_temp.plan(f, metric) ~ format(
        'CTE featurize_near\n +->  Limit\n +(->  Nested Loop\n( +Join Filter: [^\n]+\n)? +)?->  Index Scan using featurize_index_%s_\d+ on ', number), true,
        what || E': used, with no sort of all\n' || pg_temp.plan(f, metric));
    perform pg_temp.is((select state from featurize.index_report where featurizer = f), 'ready', what);
    found := pg_temp.recall(f, metric);
    perform pg_temp.is(found >= least_recall, true, format('%s: recall %s', what, found));
    perform pg_temp.is((select count(*) from pg_class where relname ~ format('^featurize_index_%s_', number)), 1::bigint, what || ': one index');
    perform featurize.drop_index(f, metric);
    perform pg_temp.is((select count(*) from pg_class where relname ~ '^featurize_index_\d'), 0::bigint, what || ': dropped');
    perform pg_temp.is((select count(*) from pg_proc where proname ~ '^(mean|project)_\d'), 0::bigint, what || ': its functions too');
    perform pg_temp.is((select count(*) from featurize.projection), 0::bigint, what || ': its components too');
end
$$;
select pg_temp.try(dim, metric, method, least) from tried;

-- A user's query with the expression from the report uses the index.
select featurize.create_index('f8', 'cosine', concurrently => false);
select featurize.create_index('f2048', 'cosine', method => 'halfvec', concurrently => false);
select featurize.create_index('f4096', 'l2', concurrently => false);
create function pg_temp.own_query(name text, dim integer) returns text
    language plpgsql
    set enable_sort = off
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    plan text := '';
    line text;
begin
    for line in execute format('explain (costs off) select id from %s %s limit 3', coalesce(f.embeddings, f.source),
        (select replace(r.expression, '$1', quote_literal(pg_temp.point(1, dim))) from featurize.index_report r where r.featurizer = name))
    loop
        plan := plan || line;
    end loop;
    return plan;
end
$$;
select pg_temp.is(pg_temp.own_query('f' || dim, dim) like '%Index Scan using featurize_index_%', true, format('by hand over %s dimensions', dim))
  from (values (8), (2048), (4096)) v (dim);

-- Recall is measured and stored.
select pg_temp.is((select recall from featurize.index_report where featurizer = 'f8'), null, 'not measured');
select pg_temp.is(featurize.measure_recall('f8', 5, 20) > 0.6, true, 'measured');
select pg_temp.is((select recall > 0.6 and recall_k = 5 and recall_measured_at < now() from featurize.index_report where featurizer = 'f8'), true, 'remembered');
select pg_temp.throws(format('select featurize.measure_recall(''f8'', %s, %s)', k, n), 'FZ006', '%"f8"%', '%1 or more%')
  from (values ('0', '10'), ('5', '0'), ('5', 'null')) v (k, n);
-- The recall is really measured: with signs of eight values it is low.
select featurize.drop_index('f8');
select featurize.create_index('f8', 'cosine', 'bits', ef_search => 1, concurrently => false);
select pg_temp.is(featurize.measure_recall('f8', 10, 20) < 1, true, 'bits of eight dimensions miss some');

-- Requested again.
select pg_temp.throws($$ select featurize.create_index('f8') $$, 'FZ002', 'featurizer "f8" already has an index for cosine', '%drop_index(''f8'', ''cosine'')%');
select pg_temp.is(featurize.create_index('f8', if_not_exists => true), (select id from featurize.index x where x.method = 'bits' and x.metric = 'cosine'), 'the same');

-- In a new space the index is not used, and does not contain the new vectors.
select featurize.retire_space('m8');
select pg_temp.is((select state like 'outdated%' from featurize.index_report where featurizer = 'f8'), true, 'outdated');
select pg_temp.is((select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(1, 8))), 0::bigint, 'nothing is current');
select featurize.register_space('m8', 'other points');
select pg_temp.is(pg_temp.plan('f8', 'cosine') like '%featurize_index_%', false, 'no index for the new space');
select pg_temp.is((select count(*) from featurize.index_work('f8')), 0::bigint, 'the backfill comes first');
select pg_temp.is((select count(*) from pg_class where relname ~ '^featurize_index_' and relname ~ '_\d+$'), 3::bigint, 'the old one is there still');

-- It is dropped with the featurizer, even if the embeddings are kept.
select featurize.drop_featurizer('f8');
select featurize.drop_featurizer('f4096', keep_embeddings => true);
select pg_temp.is((select string_agg(featurizer, ', ') from featurize.index_report), 'f2048', 'one is left');
select pg_temp.is((select count(*) from pg_class where relname ~ '^featurize_index_\d'), 1::bigint, 'one index is left');
select pg_temp.is((select count(*) from pg_proc where proname ~ '^(mean|project)_\d'), 0::bigint, 'no function is left');
