-- Searches by key evaluate a filter with the caller's search path, but call no function or operator of the caller's
-- themselves.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'b.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
create function public.hashtextextended(text, integer) returns bigint language plpgsql as 'begin raise ''called''; end';
create function public.hash_record_extended(record, integer) returns bigint language plpgsql as 'begin raise ''called''; end';
create function public.jsonb_build_object(text, bigint) returns jsonb language plpgsql as 'begin raise ''called''; end';
create function public.added(float8, numeric) returns float8 language plpgsql as 'begin raise ''called''; end';
create operator public.+ (leftarg = float8, rightarg = numeric, function = public.added);
create function public.is_first(bigint) returns boolean language sql as 'select $1 = 1';

select pg_temp.is((select string_agg(item_key ->> 'id', ' ' order by distance) from featurize.nearest_keys('f', '[1,2,3,4]', current_only => true)) in ('1 2', '2 1'),
    true, 'nearest');
select pg_temp.is((select string_agg(item_key ->> 'id', ' ') from featurize.nearest_keys('f', '[1,2,3,4]', filter => 'is_first(s.id)')), '1', 'the filter');
select pg_temp.is((select string_agg(item_key ->> 'id', ' ') from featurize.neighbor_keys('f', '{"id": 1}', current_only => true)), '2', 'neighbors');
select pg_temp.is((select string_agg(item_key ->> 'id', ' ') from featurize.within_keys('f', '[1,2,3,4]', 2, filter => 'is_first(s.id)')), '1', 'within');
select featurize.create_index('f', concurrently => false);
select pg_temp.is((select count(*) from featurize.nearest_keys('f', '[1,2,3,4]', current_only => true)), 2::bigint, 'by the index');
