-- A search does not change settings of the session, and reads at least as many candidates as they say.
\ir points.psql
call pg_temp.fill(8, 2000, :'destination', :'storage');
select featurize.create_index('f8', ef_search => 10, concurrently => false);

create function pg_temp.settings() returns text
    language sql
as $$
    select string_agg(concat(s, ' ', current_setting(s, true)), ', ')
      from unnest(array['search_path', 'hnsw.ef_search', 'hnsw.iterative_scan', 'enable_sort', 'jit']) s;
$$;
-- Settings during a search, read by a filter.
create function public.seen(text) returns boolean
    language sql
as $$ select set_config('test.' || replace($1, '.', '_'), current_setting($1), false) is not null; $$;

begin;
select pg_temp.settings() as before \gset
select count(*) from d8 d, featurize.neighbors(d, 'f8', 3) where d.id < 3;
select count(*) from featurize.nearest(null::d8, 'f8', '[1,2,3,4,5,6,7,8]');
select count(*) from featurize.within(null::d8, 'f8', '[1,2,3,4,5,6,7,8]', 1);
select count(*) from featurize.duplicates(null::d8, 'f8', 0.001, 'id < 30');
select featurize.measure_recall('f8', 3, 3);
select pg_temp.is(pg_temp.settings(), :'before', 'after searches');
savepoint failing;
select pg_temp.throws($$ select * from featurize.nearest(null::d8, 'f8', '[1,2,3,4,5,6,7,8]', filter => '1 / 0 = 1') $$, '22012', '%', '%');
select pg_temp.is(pg_temp.settings(), :'before', 'after one that failed');
set local enable_sort = off;
set local hnsw.iterative_scan = strict_order;
select pg_temp.settings() as before \gset
select count(*) from featurize.nearest(null::d8, 'f8', '[1,2,3,4,5,6,7,8]');
select pg_temp.is(pg_temp.settings(), :'before', 'after a search under other settings');
rollback;

create function pg_temp.ef_search(k integer default 10, filter text default null, ef_search integer default null) returns text
    language plpgsql
as $$
begin
    if ef_search is null then
        perform from featurize.nearest(null::d8, 'f8', '[1,2,3,4,5,6,7,8]', k, 'public.seen(''hnsw.ef_search'')');
    else
        perform from featurize.nearest(null::d8, 'f8', '[1,2,3,4,5,6,7,8]', k, 'public.seen(''hnsw.ef_search'')', ef_search => ef_search);
    end if;
    return current_setting('test.hnsw_ef_search');
end
$$;
set hnsw.ef_search = 1;
select pg_temp.is(pg_temp.ef_search(1), '10', 'that of the index');
select pg_temp.is(pg_temp.ef_search(77), '77', 'at least k');
select pg_temp.is(pg_temp.ef_search(5000), '1000', 'no more than pgvector takes');
set hnsw.ef_search = 400;
select pg_temp.is(pg_temp.ef_search(1), '400', 'that of the session');
select pg_temp.is(pg_temp.ef_search(1, ef_search => 50), '50', 'that of the call');
select pg_temp.is(current_setting('hnsw.ef_search'), '400', 'still that of the session');
reset hnsw.ef_search;
select pg_temp.is(pg_temp.ef_search(1), '40', 'that of pgvector');
