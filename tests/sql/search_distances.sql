-- within() returns exactly the rows within a distance, duplicates() each pair once; metrics are pgvector's.
\ir points.psql
call pg_temp.fill(8, 800, :'destination', :'storage');
create temp table vectors as select d.id, pg_temp.point(case when d.id % 5 = 0 then 5 else d.id end, 8) as v from d8 d;

create function pg_temp.check_metrics(what text) returns void
    language plpgsql
as $$
declare
    m record;
    truth float8[];
    ids bigint[];
    got float8[];
    found bigint[];
    reach float8;
    number integer;
begin
    for m in select * from (values ('cosine', '<=>'), ('l2', '<->'), ('ip', '<#>'), ('l1', '<+>')) v (metric, operator) loop
        execute format('select array_agg(v %1$s pg_temp.point(3, 8) order by v %1$s pg_temp.point(3, 8), id),
                               array_agg(id order by v %1$s pg_temp.point(3, 8), id) from vectors', m.operator) into truth, ids;
        -- In the widest gap between distances, so that rounding does not matter.
        select g, (truth[g] + truth[g + 1]) / 2 into number, reach from generate_series(200, 500) g order by truth[g] - truth[g + 1] limit 1;
        select array_agg(w.distance), array_agg((w.item).id) into got, found
          from featurize.within(null::d8, 'f8', pg_temp.point(3, 8), reach, metric => m.metric) w;
        perform pg_temp.is((select array_agg(i order by i) from unnest(found) i), (select array_agg(i order by i) from unnest(ids[1:number]) i),
                           format('%s, %s: within', what, m.metric));
        perform pg_temp.is(got, (select array_agg(d order by d) from unnest(got) d), format('%s, %s: in order', what, m.metric));
        select array_agg(n.distance) into got from featurize.nearest(null::d8, 'f8', pg_temp.point(3, 8), 30, metric => m.metric) n;
        perform pg_temp.is((select max(abs(g - t) / greatest(abs(t), 0.1)) < 0.01 from unnest(got, truth[1:30]) x (g, t)), true,
                           format('%s, %s: nearest', what, m.metric));
    end loop;
    perform pg_temp.is((select count(*) from featurize.within(null::d8, 'f8', pg_temp.point(5, 8), 1e-9)), 160::bigint, what || ': copies');
    perform pg_temp.is((select count(*) from featurize.within(null::d8, 'f8', pg_temp.point(5, 8), 'infinity', metric => 'l2')), 800::bigint, what || ': all');
    perform pg_temp.is((select count(*) from featurize.within(null::d8, 'f8', pg_temp.point(5, 8), -1)), 0::bigint, what || ': none');
    perform pg_temp.is((select count(*) from featurize.within(null::d8, 'f8', null, 1)), 0::bigint, what || ': of nothing');
    perform pg_temp.is((select count(*) from featurize.within(null::d8, 'f8', pg_temp.point(5, 8), null)), 0::bigint, what || ': how far?');
    -- A fifth of the rows are copies: 160 rows, each pair once.
    perform pg_temp.is((select count(*) from featurize.duplicates(null::d8, 'f8', 1e-9, 'id % 5 = 0')), (160 * 159 / 2)::bigint, what || ': pairs of copies');
    perform pg_temp.is((select count(*) from featurize.duplicates(null::d8, 'f8', 1e-9)), (160 * 159 / 2)::bigint, what || ': no other pairs');
    perform pg_temp.is((select count(distinct (d.item_key, d.other_key)) from featurize.duplicates(null::d8, 'f8', 1e-9) d where (d.item_key ->> 'id')::int < (d.other_key ->> 'id')::int),
                       (160 * 159 / 2)::bigint, what || ': each once');
    perform pg_temp.is((select count(*) from featurize.duplicates(null::d8, 'f8', 0.5, 'id in (1, 2, 11, 21)')),
                       (select count(*) from vectors a join vectors b on a.id < b.id and a.v <=> b.v <= 0.5 where a.id in (1, 2, 11, 21) and b.id in (1, 2, 11, 21)),
                       what || ': pairs within 0.5');
    perform pg_temp.is((select count(*) from featurize.duplicates(null::d8, 'f8', 0.02, 'id % 5 > 0')),
                       (select count(*) from vectors a join vectors b on a.id < b.id and a.v <=> b.v <= 0.02 where a.id % 5 > 0 and b.id % 5 > 0),
                       what || ': pairs within 0.02');
end
$$;
select pg_temp.check_metrics('exact');
select featurize.create_index('f8', metric, concurrently => false) from unnest(array['cosine', 'l2', 'ip', 'l1']) metric;
select pg_temp.is(pg_temp.plan('f8', metric) like '%featurize_index_%', true, metric || ' has an index') from unnest(array['cosine', 'l2', 'ip', 'l1']) metric;
select pg_temp.check_metrics('by index');
select pg_temp.is(pg_temp.recall('f8', 'cosine', 20), 1::float8, 'neighbors among many copies');

-- Errors.
select pg_temp.throws(format('select * from featurize.%s', call), state, message, '%')
  from (values ('within(null::d8, ''f8'', ''[1,2]'', 1)', 'FZ007', 'featurizer "f8" cannot be searched with this vector: expected 8 dimensions, not 2'),
               ('within(1, ''f8'', ''[1,2]'', 1)', 'FZ007', '%integer%'),
               ('within(null::d8, ''f8'', ''[1,2,3,4,5,6,7,8]'', 1, metric => ''hamming'')', 'FZ006', 'metric cannot be ''hamming'''),
               ('duplicates(null::d8, ''f8'', 1, metric => ''hamming'')', 'FZ006', 'metric cannot be ''hamming'''),
               ('duplicates(1, ''f8'', 1)', 'FZ007', '%integer%'),
               ('duplicates(null::d8, ''g'', 1)', 'FZ001', '%"g"'),
               ('nearest(null::d8, ''f8'', ''[1,2,3,4,5,6,7,8]'', -1)', 'FZ006', 'featurizer "f8" cannot be searched for -1 rows'),
               ('nearest(null::d8, ''f8'', ''[1,2,3,4,5,6,7,8]'', null)', 'FZ006', 'featurizer "f8" cannot be searched for null rows'),
               ('nearest(null::d8, ''f8'', ''[1,2,3,4,5,6,7,8]'', metric => null)', 'FZ006', 'metric cannot be NULL'),
               ('neighbors(null::d8, ''f8'', -1)', 'FZ006', 'featurizer "f8" cannot be searched for -1 rows')) v (call, state, message);
