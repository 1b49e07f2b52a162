-- Statements about a featurizer are kept planned in the session, and rendered again when what they name changes.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'b.png'), (3, 'missing.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
create function pg_temp.planned() returns text
    language sql
as $$
    select string_agg(format('%s x%s', purpose, count), ', ' order by purpose)
      from (select split_part(p.proname, '_', 2) as purpose, count(*)
              from pg_proc p
             where p.pronamespace = pg_my_temp_schema() and p.proname like 'featurize\_%'
             group by 1) x;
$$;
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 failed', 'first batch');
select pg_temp.is(pg_temp.planned(), 'claim x1, fail x1, store x1', 'one plan for each statement');
insert into photos values (4, 'd.png');
call pg_temp.work('f');
select pg_temp.is(pg_temp.planned(), 'claim x1, fail x1, store x1', 'the same plans again');

-- A new table with the old name is not mistaken for the renamed one.
alter table photos rename to pictures;
create table photos (id bigint primary key, path text);
insert into photos values (5, 'wrong.png');
insert into pictures values (5, 'e.png');
call pg_temp.work('f');
select pg_temp.is(pg_temp.planned(), 'claim x2, fail x1, store x2', 'new plans for the new name');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 failed, 4 embedded, 5 embedded', 'renamed table');
