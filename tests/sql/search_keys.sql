-- Searches that return keys evaluate the filter with the search path of the caller, and fill in its parameters.
\ir points.psql
call pg_temp.fill(8, 200, :'destination', :'storage');
create schema apart;
create table apart.chosen (id int primary key, word text);
insert into apart.chosen values (3, 'it''s %1$L'), (4, null), (5, 'five');
create function pg_temp.keys(filter text, parameters text[] default null) returns int[]
    language sql
as $$
    select array_agg((item_key ->> 'id')::int order by (item_key ->> 'id')::int)
      from featurize.nearest_keys('f8', '[1,2,3,4,5,6,7,8]', 200, filter, 'cosine', false, parameters);
$$;

select pg_temp.throws($$ select pg_temp.keys('s.id in (select c.id from chosen c)') $$, '42P01', 'relation "chosen" does not exist', '%');
set search_path = public, apart;
select pg_temp.is(pg_temp.keys('s.id in (select c.id from chosen c)'), '{3,4,5}', 'a table in the search path');
select pg_temp.is(current_setting('search_path'), 'public, apart', 'the search path is restored');
select pg_temp.is(
    pg_temp.keys('exists (select from chosen c where c.id = s.id and c.word = %1$L and s.id %% 2 = %2$L)',
                 array['it''s %1$L', '1']),
    '{3}', 'parameters are literals');
select pg_temp.is(pg_temp.keys('coalesce(%1$L, ''null'') = ''null'' and s.id = 4', array[null]), '{4}', 'a parameter that is null');
select pg_temp.is(pg_temp.keys('s.id % 100 = 7'), '{7,107}', 'without parameters, a filter is taken as it is');
select pg_temp.is(
    (select array_agg((item_key ->> 'id')::int order by 1)
       from featurize.neighbor_keys('f8', '{"id": 3}', 200, 's.id in (select c.id from chosen c where c.word is distinct from %1$L)',
                                    parameters => array['five'])),
    '{4}', 'neighbors, without the row itself');
select pg_temp.is((select array_agg((k.item_key, k.distance, k.is_current)::text order by k.item_key) from featurize.within_keys('f8', '[1,2,3,4,5,6,7,8]', 0.4, filter) k),
                  (select array_agg((jsonb_build_object('id', (w.item).id), w.distance, w.is_current)::text order by (w.item).id) from featurize.within(null::d8, 'f8', '[1,2,3,4,5,6,7,8]', 0.4, filter) w), 'within ' || filter)
  from unnest(array['true', 's.id % 2 = 0']) filter;
select pg_temp.is((select count(*) from featurize.within_keys('f8', '[1,2,3,4,5,6,7,8]', 2, 's.id = %1$L', parameters => array['3'])), 1::bigint, 'within, parameters');
select pg_temp.throws($$ select * from featurize.within_keys('f8', '[1,2]', 1) $$, 'FZ007', '%cannot be searched with this vector%', '%');
select pg_temp.is((select count(*) from featurize.neighbor_keys('f8', '{"id": -1}')), 0::bigint, 'neighbors of a missing row');
select pg_temp.throws($$ select * from featurize.nearest_keys('f8', '[1,2]') $$, 'FZ007', '%cannot be searched with this vector%', '%');
select pg_temp.throws($$ select * from featurize.nearest_keys('f8', '[1,2,3,4,5,6,7,8]', -1) $$, 'FZ006', '%', '%');
