-- Any valid name: quotes, spaces, capitals, punctuation, reserved words, and our own column names.

-- The name of the featurizer, which becomes that of a table or column.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, null);
create temp table odd (name text);
insert into odd values ('with space'), ('Upper'), ('it''s'), ('say "hi"'), ('select'), ('größe→図'), ('per%cent %s'),
    ('back\slash'), ('$1'), ('{braces}'), ('-'), (repeat('x', case :'destination' when 'column' then 56 else 63 end)), (repeat('ü', 28)), ('featurize.photos'), ('id ');
select featurize.create_featurizer('photos', 'path', 'tiny', name, destination => :'destination', storage => :'storage') from odd;
insert into photos values (3, 'c.png'), (4, 'missing.png');
update photos set path = 'b.png' where id = 1;
select format('call pg_temp.work(%L)', name) from odd \gexec
select pg_temp.expect(name, '1 embedded, 2 empty, 3 embedded, 4 failed', 'worked') from odd;
select pg_temp.is((select count(*) from featurize.neighbors(p, name)), 1::bigint, name) from odd, photos p where p.id = 1;
delete from photos where id = 3;
update photos set path = null where id = 4;
select pg_temp.expect(name, '1 embedded, 2 empty, 4 empty', 'after a delete and a null') from odd;
select featurize.drop_featurizer(name) from odd;
select pg_temp.is((select string_agg(attname, ', ' order by attnum) from pg_attribute
                    where attrelid = 'photos'::regclass and attnum > 0 and not attisdropped), 'id, path', 'nothing is left');

select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'tiny', repeat('x', 64)) $$,
                      'FZ002', '%the name has 64 bytes, not 1 to %', '%name => %');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'tiny', repeat('ü', 32)) $$,
                      'FZ002', '%the name has 64 bytes%', '%name => %');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'tiny', '') $$,
                      'FZ002', '%the name has 0 bytes%', '%name => %');
create table a_name_that_leaves_no_room_for_a_model_behind_it_at_all_as_you_see (id bigint primary key, path text);
select pg_temp.throws($$ select featurize.create_featurizer('a_name_that_leaves_no_room_for_a_model_behind_it_at_all_as_you_see', 'path', 'tiny') $$,
                      'FZ002', '%bytes, not 1 to %', '%name => %');

-- Names of schema, table, key and image columns, including names that generated statements use.
create procedure pg_temp.round(number bigint, key_column text, image_column text, destination text, storage text)
    language plpgsql
as $$
declare
    t text := format('%I.%I', 'odd "schema"', 'Table ' || number);
    f text := 'f' || number;
begin
    execute format('create table %s (%I bigint primary key, %I text, plain integer)', t, key_column, image_column);
    perform featurize.create_featurizer(t::regclass, image_column, 'tiny', f, destination => destination, storage => storage);
    execute format('insert into %s values (1, ''a.png''), (2, ''missing.png''), (3, null)', t);
    perform pg_temp.expect(f, '1 pending, 2 pending, 3 empty', key_column || ', ' || image_column);
    call pg_temp.work(f, 2);
    perform pg_temp.expect(f, '1 embedded, 2 failed, 3 empty', key_column || ', ' || image_column);
    execute format('update %s set %2$I = %2$I || ''x'', plain = 1', t, image_column);
    perform pg_temp.expect(f, '1 pending, 2 pending, 3 empty', 'updated');
    perform featurize.refresh(f);
    perform featurize.refresh(f, format('%I = 1', key_column));
    call pg_temp.work(f, 2);
    perform pg_temp.expect(f, '1 embedded, 2 failed, 3 empty', 'refreshed');
    execute format('update %s set %2$I = %2$I + 10, %3$I = ''b.png'' where %2$I > 1', t, key_column, image_column);
    call pg_temp.work(f, 2);
    perform pg_temp.expect(f, '1 embedded, 12 embedded, 13 embedded', 'keys changed');
    execute format('select pg_temp.is(count(*), 2::bigint, %L) from %s t, featurize.neighbors(t, %L) where plain = 1 and %I = 1',
                   'neighbors', t, f, key_column);
    execute format('select pg_temp.is(count(*), 2::bigint, %L) from featurize.nearest(null::%s, %L, %L, 2)', 'nearest', t, f, '[1,2,3,4]');
    perform pg_temp.is((select count(*) from featurize._nearest_rows(f, '[1,2,3,4]', 2)), 2::bigint, 'nearest rows');
    execute format('delete from %s where %I = 1', t, key_column);
    perform pg_temp.expect(f, '12 embedded, 13 embedded', 'deleted');
    execute format('truncate %s', t);
    perform pg_temp.expect(f, '', 'truncated');
    perform featurize.drop_featurizer(f);
end
$$;

create schema "odd ""schema""";
create temp table columns (number integer generated always as identity, a text, b text);
insert into columns (a, b) values
    ('key', 'image'), ('id', 'state'), ('s', 'n'), ('n', 'o'), ('o', 'k'), ('k', 's'), ('e', 'x'), ('x', 'e'),
    ('state', 'queued_at'), ('reason', 'detail'), ('select', 'from'), ('Key', 'IMAGE'), ('it''s', 'per%s'), ('say "hi"', 'with space'),
    ('featurizer_id', 'job_id'), ('queued', 'tg_op'), ('value', 'path'), ('held', 'outcome'), ('added', 'removed'), ('position', 'step'),
    ('name', 'source'), ('f', 'l'), ('lease_id', 'embedded'), ('attempts', 'priority'), ('step', 'after'), ('größe', '図');
select format('call pg_temp.round(%s, %L, %L, %L, %L)', number, a, b, :'destination', :'storage') from columns order by number \gexec
select pg_temp.is((select count(*) from pg_class where relnamespace = '"odd ""schema"""'::regnamespace and relkind = 'r'),
                  (select count(*) from columns), 'embedding tables are gone');

-- A key column must not have the name of a column of the embedding table.
create table taken (embedding bigint primary key, path text);
select pg_temp.throws($$ select featurize.create_featurizer('taken', 'path', 'tiny') $$,
                      'FZ003', '%taken%', '%destination => ''column''%');
select featurize.create_featurizer('taken', 'path', 'tiny', 'in_place', destination => 'column');
insert into taken values (1, 'a.png');
call pg_temp.work('in_place');
select pg_temp.expect('in_place', '1 embedded');
create table image_taken (id bigint primary key, embedding text, space_id text);
select featurize.create_featurizer('image_taken', 'embedding', 'tiny', destination => :'destination');
insert into image_taken values (1, 'a.png');
call pg_temp.work('image_taken_tiny');
select pg_temp.expect('image_taken_tiny', '1 embedded');
select pg_temp.is((select count(*) from featurize.nearest(null::image_taken, 'image_taken_tiny', '[1,2,3,4]')), 1::bigint, 'nearest');
