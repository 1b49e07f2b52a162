-- A row that the database refuses fails alone; the rest of its batch is stored.
create table photos (id bigint primary key, path text, label text);
insert into photos select n, n || '.png' from generate_series(1, 9) n;
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage', backfill => false);
select case :'destination' when 'table' then 'f' else 'photos' end as target,
       case :'destination' when 'table' then 'embedding' else 'f' end as vector \gset

-- Queue all rows and work; what failed says so, and why.
create function pg_temp.reasons() returns text
    language sql
begin atomic
    select string_agg(distinct f.reason || ': ' || f.detail, '; ') from featurize.failure f;
end;

-- A constraint that existing rows break; two rows among nine
alter table :target add constraint label_ok check (id not in (3, 7)) not valid;
select featurize.refresh('f', 'true');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '7 embedded, 2 failed', 'a constraint');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 failed, 4 embedded, 5 embedded, 6 embedded, 7 failed, 8 embedded, 9 embedded', 'a constraint');
select pg_temp.is(featurize.why('f', 3) like 'failed: not_stored: the database did not store the vector: new row for relation "' || :'target'
                  || '" violates check constraint "label_ok"; correct the row%featurize.retry(%', true, 'the message of the database');
select pg_temp.is((select count(*) from featurize.job) + (select count(*) from featurize.lease), 0::bigint, 'nothing is left');

-- Every row of a batch, one row alone, the first, the last
alter table :target drop constraint label_ok, add constraint label_ok check (id < 0) not valid;
select featurize.retry('f');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '2 failed', 'all');
select pg_temp.is(pg_temp.claim('f'), null, 'nothing to do');
-- A failure of the image is recorded, though the vector of the previous image cannot be deleted from the row.
alter table :target drop constraint label_ok;
update photos set path = 'again.png' where id = 1;
update photos set path = case id when 5 then 'missing.png' else 'again' || path end where id > 1;
alter table :target add constraint label_ok check (id not in (1, 5, 9)) not valid;
select pg_temp.is(pg_temp.settle(pg_temp.claim('f', 1)), '1 failed', 'one alone');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '6 embedded, 2 failed', 'the last');
select pg_temp.is(featurize.why('f', 5) like 'failed: missing_file:%', true, 'the reason of the image');

-- The cause is gone.
alter table :target drop constraint label_ok;
update photos set path = '5.png' where id = 5;
select featurize.retry('f');
call pg_temp.work('f');
select pg_temp.expect('f', (select string_agg(id || ' embedded', ', ' order by id) from photos), 'stored after all');

-- Triggers that raise, with any SQLSTATE of a row
create function refuse() returns trigger
    language plpgsql
as $$
begin
    if new.id in (2, 5) then
        raise exception using errcode = current_setting('test.state'), message = 'not this one';
    end if;
    return new;
end
$$;
create trigger refuse before insert or update on :target for each row execute function refuse();
select set_config('test.state', '00000', false);
create function pg_temp.state_of(state text) returns text
    language plpgsql
as $$
declare
    lease bigint;
begin
    delete from featurize.job;
    perform set_config('test.state', state, false), featurize.refresh('f', 's.id in (1, 2, 3, 5)');
    lease := pg_temp.claim('f');
    return pg_temp.settle(lease);
exception
    when others then
        return sqlstate;
end
$$;
select pg_temp.is(pg_temp.state_of(s), '2 embedded, 2 failed', s)
  from unnest('{P0001,22003,23000,23503,23505,23P01,23514,44000,09000,21000,27000,38001,39000,U0001,ZZZZZ}'::text[]) s;
select pg_temp.is(pg_temp.reasons(), 'not_stored: the database did not store the vector: not this one; correct the row, or what it violates, then call featurize.retry()', 'the message');
-- Errors that are not of a row are raised.
select pg_temp.is(pg_temp.state_of(s), s, s)
  from unnest('{08006,25006,40001,42P01,42501,42703,53100,55P03,57P03,58030,0A000,3F000,XX000}'::text[]) s;
drop trigger refuse on :target;
truncate photos;

-- One of each half: the second error, found while the batch is divided, is raised, and nothing is stored.
create or replace function refuse() returns trigger
    language plpgsql
as $$
begin
    if new.id = 2 then
        raise exception 'of a row';
    elsif new.id = 8 then
        raise disk_full;
    end if;
    return new;
end
$$;
insert into photos select n, n || '.png' from generate_series(1, 8) n;
create trigger refuse before insert or update on :target for each row execute function refuse();
select pg_temp.claim('f') as lease \gset
select pg_temp.throws(format('select pg_temp.settle(%s)', :lease), '53100', 'disk_full', '%');
select pg_temp.expect('f', '1 leased, 2 leased, 3 leased, 4 leased, 5 leased, 6 leased, 7 leased, 8 leased', 'an error of the server');
select featurize.release(:lease);
select pg_temp.expect('f', '1 pending, 2 pending, 3 pending, 4 pending, 5 pending, 6 pending, 7 pending, 8 pending', 'released');

-- Triggers that suppress the write, or put back what was there, without an error
create or replace function refuse() returns trigger
    language plpgsql
as $$
begin
    return case when new.id not in (4, 8) then new end;
end
$$;
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '6 embedded, 2 failed', 'suppressed');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 failed, 5 embedded, 6 embedded, 7 embedded, 8 failed', 'suppressed');
select pg_temp.is(pg_temp.reasons(), 'not_stored: the database did not store the vector: a trigger of the table suppressed the write; correct the row, or what it violates, then call featurize.retry()', 'suppressed');
drop trigger refuse on :target;
select featurize.retry('f');
call pg_temp.work('f');
create or replace function refuse() returns trigger
    language plpgsql
as $$
begin
    return case when new.id in (1, 8) then old else new end;
end
$$;
update photos set path = 'other' || path;
create trigger refuse before update on :target for each row execute function refuse();
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '6 embedded, 2 failed', 'put back');
select pg_temp.is(featurize.why('f', 8) like 'failed: not_stored: %', true, 'put back');
drop trigger refuse on :target;
select featurize.retry('f');
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 embedded, 4 embedded, 5 embedded, 6 embedded, 7 embedded, 8 embedded', 'once more');

-- Constraints that are checked at the end of the transaction
create function check_late() returns trigger
    language plpgsql
as $$
begin
    if new.id = 6 then
        raise check_violation using message = 'late';
    end if;
    return null;
end
$$;
create constraint trigger late after insert or update on :target deferrable initially deferred for each row execute function check_late();
select featurize.refresh('f', 'true');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '7 embedded, 1 failed', 'deferred');
select pg_temp.is(featurize.why('f', 6) like '%not_stored%: late;%', true, 'deferred');
drop trigger late on :target;
select featurize.retry('f');
call pg_temp.work('f');

-- Two rows that cannot both be stored: one of them is.
alter table photos add column note text;
truncate photos;
create unique index one_vector on :target ((:"vector"::text));
insert into photos values (1, 'a.png'), (2, 'b.png'), (3, 'a.png'), (4, 'c.png');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '3 embedded, 1 failed', 'not unique');
drop index one_vector;
select featurize.retry('f');
call pg_temp.work('f');

-- Vectors that a half-precision index cannot hold: values above 65,504
truncate photos;
select format('create index halves on %I using hnsw (((%I::vector * ''[70,70,70,70]'')::halfvec(4)) halfvec_l2_ops)', :'target', :'vector') as statement \gset
:statement;
insert into photos select n, n || '.png' from generate_series(1, 40) n;
select string_agg(format('%s %s', id, state), ', ' order by id) as states, count(*) filter (where state = 'failed') as failed
  from (select p.id, case when exists (select from unnest(pg_temp.vector_of(p.path)::float4[]) v where v * 70 > 65504) then 'failed' else 'embedded' end as state
          from photos p) p \gset
select pg_temp.is(:failed between 1 and 39, true, 'some overflow');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), format('%s embedded, %s failed', 40 - :failed, :failed), 'half precision');
select pg_temp.expect('f', :'states', 'half precision');
select pg_temp.is(pg_temp.reasons() like '%out of range for type halfvec%', true, 'half precision');
drop index halves;
select featurize.retry('f');
call pg_temp.work('f');

-- An index on an expression that fails
truncate photos;
create function inverse(id bigint) returns bigint
    language sql
    immutable
    return 1 / (id - 3);
insert into photos select n, n || '.png' from generate_series(4, 5) n;
call pg_temp.work('f');
create index inverses on :target (inverse(id)) where :"vector" is not null;
insert into photos select n, n || '.png' from generate_series(1, 3) n;
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '2 embedded, 1 failed', 'an index');
select pg_temp.is(featurize.why('f', 3) like '%not_stored%: division by zero;%', true, 'an index');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 failed, 4 embedded, 5 embedded', 'an index');
