-- Keys of several columns, in any order, with INCLUDE columns, or with the image as key.
create type size as enum ('small', 'large');
create table pages (
    path text,
    taken timestamptz,
    number integer,
    size size,
    "Book Title" text,
    note text,
    constraint pages_pkey primary key ("Book Title", number, size, taken) include (note)
);
insert into pages
select format('%s-%s.png', b, n), timestamptz '2024-11-03 05:30Z' + h * interval '1 hour', n, s, b, 'n'
  from unnest(array['B', 'a', '']) b, generate_series(-1, 1) n, unnest(enum_range(null::size)) s, generate_series(0, 1) h;
select featurize.create_featurizer('pages', 'path', 'tiny', destination => :'destination', storage => :'storage');
select pg_temp.is((select key_columns::text[] from featurize.featurizer), array['Book Title', 'number', 'size', 'taken'], 'the order of the index');

-- 36 rows by steps of 5 and in the order of the key, each exactly once.
set timezone = 'America/New_York';
select pg_temp.is((select string_agg(featurize.backfill_step(pg_temp.id('pages_tiny'), 5)::text, ' ') from generate_series(1, 9)),
                  '5 5 5 5 5 5 5 1 0', 'steps');
select pg_temp.is((select count(distinct j.key) from featurize.job j), 36::bigint, 'each row once');
select pg_temp.is((select array_agg(j.id order by j.id) from featurize.job j),
                  (select array_agg(j.id order by p."Book Title", p.number, p.size, p.taken)
                     from featurize.job j
                     join pages p on p."Book Title" = j.key ->> 'Book Title' and p.number = (j.key -> 'number')::integer
                                 and p.size::text = j.key ->> 'size' and p.taken = (j.key ->> 'taken')::timestamptz),
                  'in the order of the key');
call pg_temp.work('pages_tiny', 7);
select pg_temp.is((select embedded from featurize.progress), 36::bigint, 'all embedded');

-- One row through all other states.
delete from pages where ("Book Title", number, size, taken) is distinct from ('B', 0, 'large', '2024-11-03 05:30Z');
set timezone = 'Asia/Tokyo';
select pg_temp.expect('pages_tiny', 'B/0/large/2024-11-03 14:30:00+09 embedded');
select pg_temp.is(featurize.why('pages_tiny', '{"number": "0", "size": "large", "taken": "2024-11-03 14:30", "Book Title": "B", "path": 1}'),
                  'embedded: the vector is stored and current', 'why() reads keys in any form');
update pages set path = 'missing.png';
call pg_temp.work('pages_tiny');
select pg_temp.expect('pages_tiny', 'B/0/large/2024-11-03 14:30:00+09 failed');
select pg_temp.is(featurize.why('pages_tiny', '{"number": "0", "size": "large", "taken": "2024-11-03 14:30", "Book Title": "B"}')
                  like 'failed: missing_file: missing_file of missing.png; featurize.retry(''pages_tiny'') %', true, 'with its failure');
update pages set note = 'included, not key';
select pg_temp.expect('pages_tiny', 'B/0/large/2024-11-03 14:30:00+09 failed', 'nothing changed');
update pages set size = 'small', path = 'a.png';
call pg_temp.work('pages_tiny');
select pg_temp.expect('pages_tiny', 'B/0/small/2024-11-03 14:30:00+09 embedded');
select pg_temp.is((select count(*) from featurize.failure), 0::bigint, 'the failure of the old key is gone');
select pg_temp.throws($$ select featurize.why('pages_tiny', '0') $$, 'FZ006', '0 is not a key of public.pages: %', '%Book Title, number, size, taken%');
select pg_temp.throws($$ select featurize.why('pages_tiny', '{"number": 0, "size": "large"}') $$, 'FZ006', '%is not a key of public.pages%');

-- The key is the image.
create table files (path text primary key);
insert into files values ('a.png'), ('missing.png');
select featurize.create_featurizer('files', 'path', 'tiny', destination => :'destination', storage => :'storage');
call pg_temp.work('files_tiny', 1);
select pg_temp.expect('files_tiny', 'a.png embedded, missing.png failed');
update files set path = 'b' || path;
select pg_temp.expect('files_tiny', 'ba.png pending, bmissing.png pending');
call pg_temp.work('files_tiny');
select pg_temp.expect('files_tiny', 'ba.png embedded, bmissing.png failed');
select pg_temp.is((select count(*) from featurize.failure), 1::bigint, 'one failure, of the new path');
delete from files where path = 'bmissing.png';
select pg_temp.expect('files_tiny', 'ba.png embedded');

-- Keys of bytes, and images of bytes.
create table blobs (hash bytea primary key, image bytea);
set bytea_output = 'escape';
insert into blobs values ('\x0001', 'one'), ('\xff', ''), ('', null);
select featurize.create_featurizer('blobs', 'image', 'tiny', image_kind => 'bytes', destination => :'destination', storage => :'storage');
insert into blobs values ('\x5c', '\x00');
select pg_temp.is((select string_agg(key ->> 'hash', ' ') from featurize._queued where featurizer_id = pg_temp.id('blobs_tiny')), '\x5c', 'as hex');
call pg_temp.work('blobs_tiny', 1);
set bytea_output = 'hex';
select pg_temp.expect('blobs_tiny', '\x empty, \x0001 embedded, \x5c embedded, \xff embedded');
update blobs set image = image || '\x01';
call pg_temp.work('blobs_tiny');
select pg_temp.expect('blobs_tiny', '\x empty, \x0001 embedded, \x5c embedded, \xff embedded');
