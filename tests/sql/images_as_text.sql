-- Columns whose text holds the image: claims count and cut it as bytes; failures and searches do not copy it.
create table scans (id bigint primary key, image text, uri text);
select featurize.create_featurizer('scans', 'image', 'tiny', 'b', image_kind => 'base64', destination => :'destination', storage => :'storage');
select featurize.create_featurizer('scans', 'uri', 'tiny', 'u', image_kind => 'uri');
select pg_temp.throws($$ select featurize.create_featurizer('scans', 'id', 'tiny', 'x', image_kind => 'base64') $$, 'FZ004', '%is of type bigint, not text', '%base64%');
alter table scans alter image set storage external;
insert into scans select n, repeat(chr(96 + n), 1000 * n), 'data:,' || repeat(chr(96 + n), 1000 * n - 6) from generate_series(1, 5) n;
call pg_temp.work('b');
call pg_temp.work('u');
select pg_temp.is((select count(*) from featurize.progress p where p.embedded = 5), 2::bigint, 'embedded');

create function pg_temp.claimed(featurizer text, max_claim_bytes bigint, max_image_bytes integer default null) returns text
    language sql
as $$
    select string_agg(concat(split_part(c.path, ',', 1), ',', left(split_part(c.path, ',', 2), 1), length(split_part(c.path, ',', 2))), ' '
                      order by c.image_job_id)
      from featurize.claim((select max(w.id) from featurize.worker w), array[pg_temp.id(featurizer)], 10, '1 hour',
                           max_claim_bytes, max_image_bytes) c;
$$;
create procedure pg_temp.start()
    language sql
begin atomic
    update featurize.job set lease_id = null, attempts = 0;
    delete from featurize.lease;
    select featurize._reset_queue_cursor(f.id) from featurize.featurizer f;
end;

update scans set image = image || 'z', uri = uri || 'z';
select pg_temp.is(pg_temp.claimed('b', 3002), 'data:;base64,a1001 data:;base64,b2001', 'the first texts that fit');
select pg_temp.is(pg_temp.claimed('b', 10), 'data:;base64,c3001', 'at least one');
select pg_temp.is(pg_temp.claimed('u', 3002), 'data:,a995 data:,b1995', 'the first data URIs that fit');
call pg_temp.start();
select pg_temp.is(pg_temp.claimed('b', null, 500), 'data:;base64,a1001 data:;base64,b2001 data:;base64,c2001 data:;base64,d2001 data:;base64,e2001',
                  'longer texts are cut at four times the limit');
call pg_temp.start();
select pg_temp.is(pg_temp.claimed('u', null, 500), 'data:,a995 data:,b1995 data:,c1995 data:,d1995 data:,e1995', 'and data URIs');
call pg_temp.start();
update scans set image = 'Data:image/png;base64,' || image, uri = 'https://images.example/' || id where id < 3;
select pg_temp.is(pg_temp.claimed('b', 6100),
                  'data:;base64,c3001 Data:image/png;base64,a1001 Data:image/png;base64,b2001', 'a data URI remains as it is');
call pg_temp.start();
call pg_temp.work('b');
call pg_temp.work('u');
select pg_temp.is((select string_agg(s.uri, ' ' order by s.id) from scans s where s.id < 3),
                  'https://images.example/1 https://images.example/2', 'other URIs are there');

-- A result is stored only if the row holds the same text.
update scans set image = repeat('A', 99) where id = 1;
select pg_temp.claim('b') as lease \gset
update scans set image = repeat('B', 99) where id = 1;
select pg_temp.is(pg_temp.settle(:lease), '1 discarded', 'the text was changed');
call pg_temp.work('b');

-- Searches return names of images, and images only on request.
select pg_temp.is((select count(*) from featurize._nearest_rows('b', '[1,2,3,4]', 9) n where n.image is null and n.bytes is null), 5::bigint, 'none');
select pg_temp.is((select count(*) from featurize._nearest_rows('b', '[1,2,3,4]', 9, images => true) n join scans s on s.id = (n.item ->> 'id')::int
                    where n.image is null and convert_from(n.bytes, 'UTF8') = case when s.id = 2 then '' else 'data:;base64,' end || s.image),
                  5::bigint, 'as data URIs');
select pg_temp.is((select string_agg(length(n.image)::text, ',' order by n.item ->> 'id') from featurize._nearest_rows('u', '[1,2,3,4]', 9) n),
                  '24,24,63,63,63', 'data URIs are cut');
select pg_temp.is((select string_agg(octet_length(n.bytes)::text, ',' order by n.item ->> 'id') from featurize._nearest_rows('u', '[1,2,3,4]', 9, images => true) n),
                  '3001,4001,5001', 'only data URIs are images');
select pg_temp.is((select max(length(d.image)) from featurize._duplicate_rows('u', 2, null, 'cosine', 9, false) d) = 63, true, 'pairs');

-- Failures do not copy the text.
update scans set image = 'missing' || repeat('x', 5000), uri = 'data:missing' || repeat('x', 5000) where id = 3;
call pg_temp.work('b');
call pg_temp.work('u');
select pg_temp.is((select string_agg(concat(x.featurizer, ' ', length(x.image)), ', ' order by x.featurizer) from featurize.failure x),
                  'b , u 63', 'images of failures');
select pg_temp.is((select string_agg(c.name, ' ') from featurize._export_columns('b', null) c), 'id ' || case :'destination' when 'table' then 'embedding' else 'b' end,
                  'exports leave the images out');
