-- Each embedding is stored with the digest of its image, which the worker sends; both are removed together.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'b.png'), (3, 'missing.png'), (4, null), (5, 'c.png'), (6, 'c.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
create temp view digest as select null::bigint as id, null::bytea as digest;
select case :'destination' when 'table' then 'create or replace temp view digest as select id, digest from f'
       else 'create or replace temp view digest as select id, f_digest as digest from photos where f is not null or f_digest is not null' end \gexec

-- Contents of the file at a path, which may change.
create function pg_temp.digest_of(path text, day text) returns bytea
    language sql
    immutable
as $$
    select sha256(convert_to(path || day, 'UTF8'));
$$;
-- As pg_temp.settle(), with digests for the embedded rows.
create function pg_temp.settle_with(lease bigint, day text) returns void
    language sql
as $$
    select s.embedded
      from (select array_agg(c.job_id order by c.job_id) filter (where c.path not like 'missing%') as jobs,
                   array_agg(pg_temp.vector_of(c.path) order by c.job_id) filter (where c.path not like 'missing%') as vectors,
                   array_agg(pg_temp.digest_of(c.path, day) order by c.job_id) filter (where c.path not like 'missing%') as digests,
                   array_agg(c.job_id order by c.job_id) filter (where c.path like 'missing%') as failed,
                   array_agg('missing_file'::text) filter (where c.path like 'missing%') as reasons
              from (select image as path, job_id from claimed where lease_id = lease) c) o
     cross join lateral featurize.settle(lease, pg_temp.space('f'), o.jobs, o.vectors, o.digests, o.failed, o.reasons, o.reasons) s;
$$;
create function pg_temp.digests(day text) returns text
    language sql
as $$
    select string_agg(format('%s %s', d.id, case d.digest when pg_temp.digest_of(p.path, day) then 'of ' || day else coalesce(d.digest::text, 'unknown') end), ', ' order by d.id)
      from digest d left join photos p using (id);
$$;
create procedure pg_temp.day(day text)
    language plpgsql
as $$
declare
    lease bigint;
begin
    for i in 1 .. 10 loop
        perform from featurize.pending_featurizers();
        lease := pg_temp.claim('f');
        if lease is not null then
            perform pg_temp.settle_with(lease, day);
        end if;
        perform featurize.backfill_step(pg_temp.id('f'), 100);
    end loop;
end
$$;
call pg_temp.day('monday');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 failed, 4 empty, 5 embedded, 6 embedded');
select pg_temp.is(pg_temp.digests('monday'), '1 of monday, 2 of monday, 5 of monday, 6 of monday', 'told by the worker');
select pg_temp.is((select count(distinct digest) from digest where id in (5, 6)), 1::bigint, 'the same image');
-- Embedded again
select featurize.refresh('f', 'id in (1, 5)');
call pg_temp.day('tuesday');
select pg_temp.is(pg_temp.digests('tuesday') like '1 of tuesday, 2 \\x%, 5 of tuesday, 6 \\x%', true, 'refreshed');
update photos set path = 'd.png' where id = 2;
call pg_temp.day('friday');
select pg_temp.is((select digest from digest where id = 2), pg_temp.digest_of('d.png', 'friday'), 'another image');
-- A worker that sends no digest
update photos set path = 'e.png' where id = 2;
call pg_temp.work('f');
select pg_temp.expect('f', '1 embedded, 2 embedded, 3 failed, 4 empty, 5 embedded, 6 embedded');
select pg_temp.is((select digest from digest where id = 2), null, 'none is known, and not the old one');
-- No embedding, no digest
update photos set path = 'missing 1.png' where id = 1;
call pg_temp.day('monday');
update photos set path = null where id = 5;
delete from photos where id = 6;
select pg_temp.expect('f', '1 failed, 2 embedded, 3 failed, 4 empty, 5 empty');
select pg_temp.is((select string_agg(id::text, ' ') from digest), '2', 'they went with the embeddings');
update photos set path = 'f.png' where id = 3;
call pg_temp.day('monday');
select pg_temp.is((select digest from digest where id = 3), pg_temp.digest_of('f.png', 'monday'), 'one that failed passes now');
truncate photos;
select pg_temp.is((select count(*) from digest), 0::bigint, 'truncated');

-- Searches do not return the columns, and drop_featurizer() drops them.
insert into photos values (1, 'a.png'), (2, 'b.png');
call pg_temp.day('sunday');
select pg_temp.is((select string_agg(k, ' ' order by k) from featurize._nearest_rows('f', '[1,2,3,4]', 1) n, jsonb_object_keys(n.item) k), 'id', 'for programs');
drop view digest;
select featurize.drop_featurizer('f');
select pg_temp.is((select string_agg(a.attname, ' ') from pg_attribute a where a.attrelid = 'photos'::regclass and a.attnum > 0 and not a.attisdropped), 'id path', 'dropped');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
select featurize.drop_featurizer('f', keep_embeddings => true);
select pg_temp.is((select string_agg(a.attname, ' ' order by a.attnum) from pg_attribute a where a.attrelid = case :'destination' when 'table' then 'f' else 'photos' end::regclass
                      and a.attnum > 0 and not a.attisdropped and a.atttypid = 'bytea'::regtype), case :'destination' when 'table' then 'digest' else 'f_digest' end, 'kept');
create table named (digest bytea primary key, path text);
select pg_temp.throws($$ select featurize.create_featurizer('named', 'path', 'tiny') $$, 'FZ003',
                      '%the key of public.named has a column with the name of a column of the embedding table', '%');
select featurize.create_featurizer('named', 'path', 'tiny', destination => 'column');
