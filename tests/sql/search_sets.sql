-- Searches within a set that another table defines: an album, a tag, the rows of a tenant.
\ir points.psql
call pg_temp.fill(8, 3000, :'destination', :'storage');
create table album_photos (album text, photo bigint, primary key (album, photo));
insert into album_photos select 'large', n from generate_series(1, 3000, 2) n;
insert into album_photos select 'small', n from generate_series(4, 3000, 600) n;
insert into album_photos values ('it''s %1$L', 9);
analyze album_photos;

create function pg_temp.within_album(wanted text, k integer) returns bigint[]
    language sql
as $$
    select array_agg((n.item).id order by n.distance)
      from featurize.nearest(null::d8, 'f8', pg_temp.point(7, 8), k,
           'exists (select from public.album_photos a where a.photo = s.id and a.album = %1$L)', parameters => array[wanted]) n;
$$;
create function pg_temp.check_sets(what text) returns void
    language plpgsql
as $$
begin
    perform pg_temp.is(cardinality(pg_temp.within_album('large', 10)), 10, 'ten of half the rows ' || what);
    perform pg_temp.is(cardinality(pg_temp.within_album('large', 200)), 200, '200 of half the rows ' || what);
    perform pg_temp.is((select count(*) from unnest(pg_temp.within_album('small', 5)) i join album_photos a on a.photo = i where a.album = 'small'),
                       5::bigint, 'five of five ' || what);
    perform pg_temp.is(cardinality(pg_temp.within_album('small', 10)), 5, 'all there are ' || what);
    perform pg_temp.is(pg_temp.within_album('it''s %1$L', 10), '{9}', 'a value with quotes and placeholders ' || what);
    perform pg_temp.is(pg_temp.within_album(''' or true --', 10), null, 'a value is no SQL ' || what);
    perform pg_temp.is((select count(*) from d8 d, featurize.neighbors(d, 'f8', 3,
        's.id in (select a.photo from public.album_photos a where a.album = %1$L)', parameters => '{large}') n where d.id = 7), 3::bigint, 'neighbors ' || what);
    perform pg_temp.is((select count(*) from featurize.within(null::d8, 'f8', pg_temp.point(7, 8), 2,
        's.id in (select a.photo from public.album_photos a where a.album = %1$L)', parameters => '{small}') n), 5::bigint, 'within ' || what);
    perform pg_temp.is((select count(*) from featurize.duplicates(null::d8, 'f8', 2,
        's.id in (select a.photo from public.album_photos a where a.album = %1$L)', parameters => '{small}') n), 10::bigint, 'duplicates ' || what);
end
$$;
select pg_temp.check_sets('of all vectors');
select featurize.create_index('f8', concurrently => false);
select pg_temp.check_sets('by index');
select pg_temp.is(pg_temp.plan('f8', 'cosine', 'exists (select from public.album_photos a where a.photo = s.id and a.album = ''large'')')
                  like '%featurize_index_%', true, 'a large set uses the index');
set hnsw.max_scan_tuples = 1;
select pg_temp.check_sets('by an index that gives up');
