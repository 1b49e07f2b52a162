-- A search with a filter returns k rows if k rows meet it, with an index and without.
\ir points.psql
call pg_temp.fill(8, 3000, :'destination', :'storage');

-- Compare with exact results.
-- An index is approximate, and built with random numbers: it must find four of five nearest rows, a search without one all.
create function pg_temp.check_filter(filter text, k integer, what text) returns void
    language plpgsql
as $$
declare
    truth float8[];
    got float8[];
    ids bigint[];
    foreign_ones bigint;
begin
    execute format($look$
        select array(select e.v <=> pg_temp.point(7, 8) from %s e join d8 s using (id) where %s order by 1 limit %s)$look$,
        case (select destination from featurize.featurizer where name = 'f8')
        when 'table' then '(select x.id, x.embedding::vector as v from f8 x)' else '(select d.id, d.f8::vector as v from d8 d)' end, filter, k)
       into truth;
    select coalesce(array_agg(n.distance order by n.distance), '{}'), array_agg((n.item).id)
      into got, ids
      from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), k, filter) n;
    execute format('select count(*) from unnest($1) i (id) left join d8 s using (id) where (%s) is not true', filter) into foreign_ones using ids;
    perform pg_temp.is(foreign_ones, 0::bigint, what || ': only rows that meet it');
    perform pg_temp.is(cardinality(got), cardinality(truth), what || ': as many as there are');
    perform pg_temp.is((select count(*) from unnest(got) g where g <= truth[cardinality(truth)] + 1e-2)
        >= case when what like 'exact%' then 1 else 0.8 end * cardinality(truth), true, what || ': the nearest');
end
$$;
create function pg_temp.check_filters(what text) returns void
    language sql
as $$
    select pg_temp.check_filter('s.embedding = 3', 10, what || ', 2 %');
    select pg_temp.check_filter('s.featurize = ''17''', 3, what || ', 0.1 %, all three');
    select pg_temp.check_filter('s.featurize = ''17''', 10, what || ', three of ten');
    select pg_temp.check_filter('s.id % 2 = 0', 50, what || ', half');
    select pg_temp.check_filter('s.id = 0', 5, what || ', none');
    select pg_temp.check_filter('s.path is null or s.embedding > 47', 20, what || ', or');
$$;
select pg_temp.check_filters('exact');
select featurize.create_index('f8', concurrently => false);
select pg_temp.is(pg_temp.plan('f8', 'cosine') like '%featurize_index_%', true, 'there is an index');
select pg_temp.check_filters('by index');
-- Also if the index scan stops early.
set hnsw.max_scan_tuples = 1;
select pg_temp.check_filters('by an index that gives up');
reset hnsw.max_scan_tuples;
select featurize.drop_index('f8');
select featurize.create_index('f8', method => 'bits', concurrently => false);
select pg_temp.is((select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), 10, 'embedding = 3')), 10::bigint, 'bits');
select featurize.drop_index('f8');
select featurize.create_index('f8', concurrently => false);

-- Names in a filter are columns of the row, never of the embedding table.
select pg_temp.is((select array_agg((n.item).id) from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), 3, 'id = 8') n), array[8::bigint], 'id');
select pg_temp.is((select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), 3, 'embedding = 8 and s.embedding = 8')), 3::bigint, 'embedding');
select pg_temp.is((select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), 3, E'id = 8 -- or id = 9')), 1::bigint, 'ends in a comment');
select pg_temp.is((select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), 3, 'id = 8 or true')), 3::bigint, 'or binds no further');
select pg_temp.is((select count(*) from d8 d, featurize.neighbors(d, 'f8', 3, 'id = 8 or true') n where d.id = 8 and (n.item).id <> 8), 3::bigint, 'not itself');
select pg_temp.is((select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), 3, 'path like ''1%''')), 3::bigint, 'percent signs');
select pg_temp.is((select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), 3, 'exists (select from public.d8 o where o.id = s.id)')), 3::bigint, 'a subquery');
select pg_temp.is((select count(*) from featurize.within(null::d8, 'f8', pg_temp.point(7, 8), 2, 'id <= 20')), 20::bigint, 'within');
select pg_temp.is((select count(*) from featurize.duplicates(null::d8, 'f8', 0.0001, 'id in (5, 10, 11, 15)')), 3::bigint, 'duplicates');

-- Errors of a condition are raised unchanged.
select pg_temp.throws(format('select * from featurize.nearest(null::d8, ''f8'', ''[1,2,3,4,5,6,7,8]'', 3, %L)', filter), state, message, '%')
  from (values ('id / 0 = 1', '22012', 'division by zero'), ('path::integer = ''x''', '22P02', 'invalid input syntax%'),
               ('nothing = 1', '42703', '%nothing%'), ('space_id = 1', '42703', '%space_id%'), ('id = ', '42601', 'syntax error%'),
               ('id', '42804', '%boolean%'), ('', '42601', '%')) v (filter, state, message);
select pg_temp.throws($$ select * from featurize.within(null::d8, 'f8', '[1,2,3,4,5,6,7,8]', 1, 'id / 0 = 1') $$, '22012', 'division by zero', '%');
select pg_temp.throws($$ select * from d8 d, featurize.neighbors(d, 'f8', 1, 'id / 0 = 1') $$, '22012', 'division by zero', '%');
