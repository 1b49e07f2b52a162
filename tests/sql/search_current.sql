-- A replaced image keeps its old vector until a worker has stored the new one: searches tell, or leave it out.
create table photos (id bigint primary key, path text);
insert into photos select n, n || '.png' from generate_series(1, 5) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
create function pg_temp.found(query text) returns text
    language plpgsql
as $$
declare
    ids text;
begin
    execute format('select string_agg(format(''%%s%%s'', (n.item).id, case when not n.is_current then ''!'' end), '' '' order by (n.item).id) from %s n', query)
       into ids;
    return ids;
end
$$;
create function pg_temp.expect_found(args text, rows text, current_rows text, what text) returns void
    language plpgsql
as $$
begin
    perform pg_temp.is(pg_temp.found(args || ')'), rows, what);
    perform pg_temp.is(pg_temp.found(args || ', current_only => true)'), current_rows, what || ', current_only');
end
$$;
create function pg_temp.expect_all(what text) returns void
    language plpgsql
as $$
begin
    perform pg_temp.expect_found('featurize.nearest(null::photos, ''f'', ''[1,2,3,4]''', '1 2! 3 4 5', '1 3 4 5', 'nearest ' || what);
    perform pg_temp.expect_found('featurize.nearest(null::photos, ''f'', ''[1,2,3,4]'', 4, ''id > 1''', '2! 3 4 5', '3 4 5', 'filtered ' || what);
    perform pg_temp.expect_found('featurize.within(null::photos, ''f'', ''[1,2,3,4]'', 2', '1 2! 3 4 5', '1 3 4 5', 'within ' || what);
    perform pg_temp.is((select string_agg((n.item).id::text, ' ' order by (n.item).id) from photos p, featurize.neighbors(p, 'f', current_only => true) n where p.id = 1),
                       '3 4 5', 'neighbors ' || what);
    perform pg_temp.is((select string_agg(format('%s%s', (n.item).id, case when not n.is_current then '!' end), ' ' order by (n.item).id)
                          from photos p, featurize.neighbors(p, 'f') n where p.id = 1), '2! 3 4 5', 'neighbors ' || what);
    perform pg_temp.is((select string_agg(format('%s%s', (n.item).id, case when not n.is_current then '!' end), ' ' order by (n.item).id)
                          from photos p, featurize.neighbors(p, 'f') n where p.id = 2), '1 3 4 5', 'of the replaced image ' || what);
    perform pg_temp.is((select count(*) from photos p, featurize.neighbors(p, 'f', current_only => true) n where p.id = 2), 0::bigint, 'its vector is of another image ' || what);
    perform pg_temp.is((select string_agg(format('%s-%s', d.item_key ->> 'id', d.other_key ->> 'id'), ' ' order by d.item_key, d.other_key)
                          from featurize.duplicates(null::photos, 'f', 2) d where not d.is_current), '1-2 2-3 2-4 2-5', 'pairs ' || what);
    perform pg_temp.is((select count(*) from featurize.duplicates(null::photos, 'f', 2) d where d.is_current), 6::bigint, 'pairs ' || what);
    perform pg_temp.is((select count(*) from featurize.duplicates(null::photos, 'f', 2, current_only => true) d), 6::bigint, 'only pairs ' || what);
end
$$;
update photos set path = 'new.png' where id = 2;
select pg_temp.expect_all('by scan');
select featurize.create_index('f', concurrently => false);
select pg_temp.expect_all('by index');
call pg_temp.work('f');
select pg_temp.is(pg_temp.found($$ featurize.nearest(null::photos, 'f', '[1,2,3,4]') $$), '1 2 3 4 5', 'embedded again');

-- Letter case counts; images in the row are compared, too.
create table cased (id bigint primary key, path text, scan bytea);
insert into cased values (1, 'a.png', 'one');
select featurize.create_featurizer('cased', 'path', 'tiny', 'c', destination => :'destination', storage => :'storage');
select featurize.create_featurizer('cased', 'scan', 'tiny', 'b', image_kind => 'bytes', destination => :'destination', storage => :'storage');
call pg_temp.work('c');
call pg_temp.work('b');
select pg_temp.is((select array_agg(n.is_current) from unnest('{c,b}'::text[]) f, featurize.nearest(null::cased, f, '[1,2,3,4]') n), '{t,t}', 'both');
update cased set path = 'A.png', scan = 'other';
select pg_temp.is((select array_agg(n.is_current) from unnest('{c,b}'::text[]) f, featurize.nearest(null::cased, f, '[1,2,3,4]') n), '{f,f}', 'replaced');
