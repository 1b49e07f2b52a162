-- Every kind of column is refused as an image column when the featurizer is declared, or works.
create domain image_path as text check (value <> '');
create domain image_bytes as bytea;
create type kind as enum ('1.png');
create type pair as (a text, b text);
create table photos (
    id bigint primary key, base text,
    a_varchar varchar(20) generated always as (base) stored,
    a_stored text generated always as ('x' || base) stored,
    a_domain image_path, a_bytes_domain image_bytes, a_name name,
    an_identity bigint generated always as identity, an_enum kind, a_pair pair, an_array text[], bytes bytea[], dropped text);
alter table photos drop column dropped;
select pg_temp.throws(format('select featurize.create_featurizer(''photos'', %L, ''tiny'', image_kind => %L)', c, k), 'FZ004', '%"' || c || '"%', '_%')
  from (values ('an_identity', 'path'), ('an_enum', 'path'), ('a_pair', 'path'), ('an_array', 'path'), ('bytes', 'bytes'),
               ('dropped', 'path'), ('ctid', 'path'), ('tableoid', 'path'), ('a_bytes_domain', 'path'), ('a_domain', 'bytes')) x (c, k);
insert into photos (id, base, a_domain, a_bytes_domain, a_name) values (1, '1.png', '1.png', '\x01', '1.png');
select featurize.create_featurizer('photos', c, 'tiny', c || '_f', image_kind => k)
  from (values ('a_varchar', 'path'), ('a_stored', 'path'), ('a_domain', 'path'), ('a_name', 'path'), ('a_bytes_domain', 'bytes')) x (c, k);
insert into photos (id, base, a_domain, a_bytes_domain, a_name) values (2, '2.png', '2.png', '\x02', '2.png');
call pg_temp.work('a_varchar_f');
call pg_temp.work('a_stored_f');
call pg_temp.work('a_domain_f');
call pg_temp.work('a_name_f');
call pg_temp.work('a_bytes_domain_f');
select pg_temp.expect(c || '_f', '1 embedded, 2 embedded', 'inserted') from unnest('{a_varchar,a_stored,a_domain,a_name,a_bytes_domain}'::text[]) c;
update photos set base = 'new.png' where id = 1;
select pg_temp.expect(c || '_f', '1 pending, 2 embedded', 'its base was updated') from unnest('{a_varchar,a_stored}'::text[]) c;
call pg_temp.work('a_varchar_f');
call pg_temp.work('a_stored_f');
select pg_temp.expect(c || '_f', '1 embedded, 2 embedded', 'embedded again') from unnest('{a_varchar,a_stored}'::text[]) c;

-- PostgreSQL 18 has virtual generated columns.
select current_setting('server_version_num')::integer >= 180000 as has_virtual \gset
\if :has_virtual
create table computed (id bigint primary key, base text, path text generated always as ('/' || base) virtual);
select pg_temp.throws($$ select featurize.create_featurizer('computed', 'path', 'tiny') $$, 'FZ004',
                      'column "path" of public.computed is a virtual generated column', '%STORED%from which it is generated.');
select featurize.create_featurizer('computed', 'base', 'tiny', 'v');
select pg_temp.throws($$ select featurize.alter_featurizer('v', image_column => 'path') $$, 'FZ004', '%virtual generated column', '%STORED%');
insert into computed values (1, '1.png');
call pg_temp.work('v');
select pg_temp.expect('v', '1 embedded', 'its base');
-- Keys cannot be virtual.
select pg_temp.throws($$ create table k (base int, id int generated always as (base) virtual primary key) $$, '0A000', '%virtual%', '%');
\endif
