-- A claim returns as many images that are stored in the table as fit into a number of bytes, at least one.
create table photos (id bigint primary key, image bytea);
select featurize.register_model('tiny2', 'hash', 'end', 'none', 4, 'others', pg_temp.preprocessing());
select featurize.create_featurizer('photos', 'image', 'tiny', 'f', image_kind => 'bytes', destination => :'destination', storage => :'storage');
select featurize.create_featurizer('photos', 'image', 'tiny2', 'g', image_kind => 'bytes');
call pg_temp.work('f');
call pg_temp.work('g');
alter table photos alter image set storage external;
insert into photos select id, convert_to(repeat(chr(96 + id), 1000 * id), 'UTF8') from generate_series(1, 5) id;

create function pg_temp.claimed(size integer, max_claim_bytes bigint, max_image_bytes integer default null) returns text
    language sql
as $$
    select string_agg(chr(get_byte(c.bytes, 0)) || octet_length(c.bytes), ' ' order by c.image_job_id)
           || case when count(*) = 2 * count(c.bytes) then ' for both' else '' end
      from featurize.claim((select max(w.id) from featurize.worker w), array[pg_temp.id('f'), pg_temp.id('g')], size,
                           '1 hour', max_claim_bytes, max_image_bytes) c;
$$;
create procedure pg_temp.start()
    language sql
begin atomic
    update featurize.job set lease_id = null, attempts = 0;
    delete from featurize.lease;
    select featurize._reset_queue_cursor(f.id) from featurize.featurizer f;
end;

select pg_temp.is(pg_temp.claimed(10, 6000), 'a1000 b2000 c3000 for both', 'the first images that fit');
select pg_temp.is(pg_temp.claimed(10, 6000), 'd4000 for both', 'the next claim goes on with the following one');
select pg_temp.is(pg_temp.claimed(10, 10), 'e5000 for both', 'at least one, however large');
select pg_temp.is(pg_temp.claimed(10, 10), null, 'nothing is left');
call pg_temp.start();
select pg_temp.is(pg_temp.claimed(10, null), 'a1000 b2000 c3000 d4000 e5000 for both', 'without a bound all');
call pg_temp.start();
select pg_temp.is(pg_temp.claimed(2, 1000000), 'a1000 b2000 for both', 'never more rows than requested');

-- Of an image that is too long, one byte more than the limit is sent and counted.
call pg_temp.start();
select pg_temp.is(pg_temp.claimed(10, 6000, 1500), 'a1000 b1501 c1501 d1501 for both', 'long images are cut');

-- The oldest job is first, whatever its key; deleted and empty rows count nothing and are not claimed.
call pg_temp.start();
insert into photos values (0, convert_to('small', 'UTF8'));
delete from photos where id = 1;
update photos set image = null where id = 2;
select pg_temp.is(pg_temp.claimed(10, 3500), 'c3000 for both', 'the oldest first');
select pg_temp.is(pg_temp.claimed(10, 4000), 'd4000 for both', 'then the next');
select pg_temp.is(pg_temp.claimed(10, 5005), 'e5000 s5 for both', 'a new row last');
select pg_temp.is((select count(*) from featurize.job j where j.lease_id is null), 0::bigint, 'no job is left behind');
