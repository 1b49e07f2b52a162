-- Rows of a group, and rows with the same image, are on the same side of the split.
\ir learning.psql
create table photos (id bigint primary key, path text, label text, person text, image text);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
create procedure pg_temp.embed_all()
    language sql
as $$
    call pg_temp.embed('f', $v$ '[1,2,3,4]' $v$, $d$ sha256(convert_to(s.image, 'UTF8')) $d$);
$$;

-- Values that occur on both sides of a view.
create function pg_temp.straddling(view text, thing text) returns text
    language plpgsql
as $$
declare
    straddling text;
begin
    execute format('select string_agg(x.thing, '', '' order by x.thing) from (select %s as thing from %s v join photos s using (id) '
                   'group by 1 having count(distinct v.split) = 2) x where x.thing is not null', thing, view) into straddling;
    return straddling;
end
$$;

-- Without groups: the same image, also with another label. 400 rows of 200 images, 100 of them once.
insert into photos select n, n || '.png', n % 3, n % 10, case when n <= 100 then 'single ' || n else 'shared ' || n % 100 end from generate_series(1, 400) n;
call pg_temp.embed_all();
select featurize.create_training_view('v', 'f', 'label');
select featurize.create_training_view('whole', 'f', 'label', stratify => false);
select pg_temp.is(pg_temp.straddling(view, 's.image'), null, view) from unnest(array['v', 'whole']) view;
select pg_temp.is(pg_temp.straddling('v', 's.person') is not null, true, 'groups that nobody asked for');
-- An image counts for the smallest of its labels; each class has the required train rows, and no more images than needed.
select pg_temp.is((select string_agg(x.label, ', ') from (
                     select u.label, sum(u.rows) as rows, sum(u.rows) filter (where u.split = 'train') as train, max(u.rows) as largest
                       from (select min(v.label) as label, min(v.split) as split, count(*) as rows from v join photos p using (id) group by p.image) u
                      group by u.label) x
                    where x.train not between ceil(x.rows / 2) and ceil(x.rows / 2) + x.largest - 1), null, 'half of each class, rounded up to whole images');
-- Identified by the image, or by the key if it occurs once.
select pg_temp.is((select string_agg(p.image, ', ') from (
                     select p.image, bool_or(v.split = 'train') as train, count(*) as rows,
                            sum(count(*)) over (order by md5('0:' || case count(*) when 1 then format('{"id": %s}',
                                min(p.id)) else encode(sha256(convert_to(p.image, 'UTF8')), 'hex') end)) as upto
                       from whole v join photos p using (id) group by p.image) p
                    where p.train <> (p.upto - p.rows < 200)), null, 'in the order of the hashes');
-- A row without a known digest is a group by itself.
call pg_temp.embed('f', $$ '[1,2,3,4]' $$, condition => $$ s.image = 'shared 7' $$);
select pg_temp.is((select count(*) from v), 400::bigint, 'no digests');
select pg_temp.is(pg_temp.straddling('v', $$ nullif(s.image, 'shared 7') $$), null, 'all others still hold together');
update photos set label = null where image = 'shared 8' and id > 300;
select pg_temp.is((select count(*) from v), 399::bigint, 'no label');
select pg_temp.is(pg_temp.straddling('v', $$ nullif(s.image, 'shared 7') $$), null, 'what has no label binds nothing');
-- All rows have one image: all are training rows.
call pg_temp.embed('f', $$ '[1,2,3,4]' $$, $$ '\x00' $$);
select pg_temp.is((select string_agg(distinct split, ', ') from v), 'train', 'one image');

-- Groups: 20 persons, each with images of their own.
truncate photos;
insert into photos select n, n || '.png', n % 2, n % 20, n from generate_series(1, 400) n;
call pg_temp.embed_all();
select featurize.create_training_view('grouped', 'f', 'label', 0.3, group_column => 'person');
select featurize.create_training_view('grouped_whole', 'f', 'label', 0.3, 4, false, 'person');
select pg_temp.is(pg_temp.straddling(view, 's.person'), null, view) from unnest(array['grouped', 'grouped_whole']) view;
select pg_temp.is((select string_agg(format('%s/%s', r.train, r.test), ' ') from featurize.training_report('grouped') r), '140/60 140/60', 'sizes');
select pg_temp.is((select string_agg(format('%s/%s', r.train, r.test), ' ') from featurize.training_report('grouped_whole') r) <> '140/60 140/60', true, 'without strata');
select pg_temp.is((select count(*) filter (where split = 'train') from grouped_whole), 280::bigint, 'size without strata');
select pg_temp.is((select string_agg(x.person, ', ') from (select p.person, min(v.split) as split, row_number() over (order by md5('4:g' || p.person)) as place
                                                             from grouped_whole v join photos p using (id) group by p.person) x
                    where (x.split = 'train') <> (x.place <= 14)), null, 'in the order of the hashes');
-- A row without a group is a group by itself; groups are compared by value and not by their text.
update photos set person = null where id <= 100;
select pg_temp.is((select count(*) from grouped), 400::bigint, 'no group');
select pg_temp.is((select count(distinct split) from grouped where id <= 100), 2::bigint, 'rows without a group are not one group');
select pg_temp.is(pg_temp.straddling('grouped', 's.person'), null, 'the others are');
update photos set person = 'a' || case when id % 2 = 0 then ' ' else '' end || id % 7;
select pg_temp.is(pg_temp.straddling('grouped', 's.person'), null, 'groups by their bytes');

-- Chains: neighbors in a ring share an image, so all are on one side for each seed. The names are
-- not in the order of the chain.
truncate photos;
insert into photos
select n, n || '.png', n % 2, md5((n / 2)::text), 'link ' || (n + 1) / 2 from generate_series(2, 81) n;                            -- 40 persons in a chain
insert into photos
select n, n || '.png', n % 2, md5('b' || (n / 2)), 'bead ' || case n when 181 then 51 else (n + 1) / 2 end from generate_series(102, 181) n;  -- and 40
insert into photos select n, n || '.png', n % 2, n, n from generate_series(201, 280) n;                                            -- and 80 alone
call pg_temp.embed_all();
select pg_temp.is((select count(distinct person) from photos where id < 100), 40::bigint, 'the chain');
create function pg_temp.check_chains(seed bigint) returns text
    language plpgsql
as $$
declare
    sides text;
begin
    perform featurize.create_training_view('chained', 'f', 'label', 0.5, seed, false, 'person');
    select string_agg(distinct v.split, '+') filter (where v.id < 100) || ' ' || string_agg(distinct v.split, '+') filter (where v.id between 100 and 200)
           || ' ' || string_agg(distinct v.split, '+' order by v.split) filter (where v.id > 200) into sides from chained v;
    perform pg_temp.is(sides ~ '^(train|test) (train|test) ', true, 'chains hold: ' || sides);
    perform pg_temp.is(pg_temp.straddling('chained', 's.person'), null, 'and so do groups');
    perform pg_temp.is(pg_temp.straddling('chained', 's.image'), null, 'and so do images');
    perform featurize.drop_training_view('chained');
    return sides;
end
$$;
select pg_temp.is((select count(distinct pg_temp.check_chains(seed)) > 1 from generate_series(1, 8) seed), true, 'and are not always on the same side');
-- A chain over rows without a group: 1 - 2 by image, 2 - 3 by person.
truncate photos;
insert into photos values (1, '1', 'a', null, 'x'), (2, '2', 'a', 'p', 'x'), (3, '3', 'a', 'p', 'y'), (4, '4', 'a', null, 'y'), (5, '5', 'a', null, 'z'),
    (6, '6', 'a', 'q', null), (7, '7', 'a', 'q', 'w');
call pg_temp.embed_all();
create function pg_temp.sides(seed bigint) returns text
    language plpgsql
as $$
declare
    sides text;
begin
    perform featurize.create_training_view('chained', 'f', 'label', 0.4, seed, group_column => 'person');
    select string_agg(left(v.split, 2), '' order by v.id) into sides from chained v;
    perform featurize.drop_training_view('chained');
    return sides;
end
$$;
select pg_temp.is(bool_and(sides ~ '^(trtrtrtr|tetetete)(tr|te)(trtr|tete)$') and count(distinct sides) > 2, true, string_agg(sides, ' '))
  from (select pg_temp.sides(seed) as sides from generate_series(1, 20) seed) s;

-- Many groups that share many images are split in reasonable time.
truncate photos;
insert into photos select n, n || '.png', n % 2, n / 4, n % 15000 from generate_series(1, 20000) n;
call pg_temp.embed_all();
set statement_timeout = '20 s';
select pg_temp.is(pg_temp.straddling('grouped', 's.person'), null, 'many persons');
select pg_temp.is(pg_temp.straddling('grouped', 's.image'), null, 'many images');
reset statement_timeout;
