-- Any type can be a key. Rows of each type go through all states, in another TimeZone than the worker's.
set timezone = 'Asia/Tokyo';
set datestyle = 'SQL, DMY';
create type color as enum ('red', 'green', 'blue', 'black');
create type point3 as (x integer, y text, z timestamptz);
create domain sku as text check (value ~ '^[A-Z]');
create domain moment as timestamptz;

create procedure pg_temp.life(number bigint, type text, a text, b text, c text, d text, destination text, storage text)
    language plpgsql
as $$
declare
    t text := 'keyed_' || number;
    f text := t || '_tiny';
begin
    execute format('create table %s (path text, id %s primary key)', t, type);
    execute format('insert into %s values (''1.png'', %L), (''2.png'', %L)', t, a, b);
    perform featurize.create_featurizer(t::regclass, 'path', 'tiny', destination => destination, storage => storage);
    perform pg_temp.expect_key(f, t, array[a, b], 'pending, pending', type);
    -- Backfill row by row, so that a step starts at every key.
    for step in 1 .. 3 loop
        perform featurize.backfill_step(pg_temp.id(f), 1);
        commit;
    end loop;
    perform pg_temp.is((select finished_at is not null from featurize.backfill where featurizer_id = pg_temp.id(f)), true,
                       type || ': the backfill comes to its end');
    perform pg_temp.is((select count(*) from featurize._queued where featurizer_id = pg_temp.id(f)), 2::bigint, type || ': each row once');
    execute format('insert into %s values (''3.png'', %L), (''missing.png'', %L)', t, c, d);
    perform pg_temp.expect_key(f, t, array[a, b, c, d], 'pending, pending, pending, pending', type);
    perform pg_temp.is(pg_temp.settle(pg_temp.claim(f)), '3 embedded, 1 failed', type);
    perform pg_temp.expect_key(f, t, array[a, b, c, d], 'embedded, embedded, embedded, failed', type);

    -- The same row, queued in three ways and in another time zone, gives one job.
    execute format('update %s set path = ''4.png'' where id = %L::%s', t, d, type);
    set timezone = 'America/New_York';
    set datestyle = 'Postgres, MDY';
    set intervalstyle = 'sql_standard';
    perform pg_temp.is(featurize.refresh(f, 'path = ''4.png'''), 1::bigint, type || ': one row picked');
    set timezone = 'Asia/Tokyo';
    set datestyle = 'SQL, DMY';
    set intervalstyle = 'postgres';
    execute format('update %s set path = ''5.png'' where path = ''4.png''', t);
    perform pg_temp.is((select string_agg(j.key ->> 'id', ' ' ) filter (where j.key <> k.key) from featurize._queued j,
        (select x.key from featurize._queued x where x.featurizer_id = pg_temp.id(f) limit 1) k where j.featurizer_id = pg_temp.id(f)),
        null, type || ': one row, one form of its key');
    perform pg_temp.is(pg_temp.settle(pg_temp.claim(f)), '1 embedded', type || ': again');
    perform pg_temp.expect_key(f, t, array[a, b, c, d], 'embedded, embedded, embedded, embedded', type);

    -- Refresh, image set to null, delete, and change of the key.
    perform featurize.refresh(f);
    perform pg_temp.is((select string_agg(featurize.backfill_step(pg_temp.id(f), 3)::text, ' ') from generate_series(1, 3)),
                       '3 1 0', type || ': refresh in steps');
    perform pg_temp.is(pg_temp.settle(pg_temp.claim(f)), '4 embedded', type || ': refreshed');
    execute format('update %s set path = null where id = %L::%s', t, a, type);
    execute format('delete from %s where id = %L::%s', t, b, type);
    perform pg_temp.expect_key(f, t, array[a, c, d], 'empty, embedded, embedded', type);
    execute format('update %s set id = %L where id = %L::%s', t, b, c, type);
    execute format('update %s set path = ''missing.png'' where id = %L::%s', t, d, type);
    perform pg_temp.expect_key(f, t, array[a, b, d], 'empty, pending, pending', type);
    perform pg_temp.is(pg_temp.settle(pg_temp.claim(f)), '1 embedded, 1 failed', type);
    perform pg_temp.is(featurize.retry(f), 1::bigint, type);
    perform pg_temp.is(pg_temp.settle(pg_temp.claim(f)), '1 failed', type || ': retried');
    execute format('delete from %s where id = %L::%s', t, d, type);
    perform pg_temp.is((select count(*) from featurize.failure), 0::bigint, type || ': the failure goes with the row');
    perform pg_temp.expect_key(f, t, array[a, b], 'empty, embedded', type);
    perform featurize.drop_featurizer(f);
end
$$;

-- expect() for keys given as text, in any order.
create function pg_temp.expect_key(f text, t text, keys text[], states text, what text) returns void
    language plpgsql
as $$
declare
    expected text;
begin
    execute format('select string_agg(concat_ws(''/'', o.key::%1$s) || '' '' || o.state, '', '' order by o.key::%1$s)
                      from unnest($1, regexp_split_to_array($2, '', '')) o (key, state)',
                   (select format_type(a.atttypid, a.atttypmod) from pg_attribute a where a.attrelid = t::regclass and a.attname = 'id'))
       into expected using keys, states;
    perform pg_temp.expect(f, expected, what);
end
$$;

create temp table types (number integer generated always as identity, type text, a text, b text, c text, d text);
insert into types (type, a, b, c, d) values
    ('smallint', '-1', '0', '2', '300'),
    ('integer', '2147483647', '-5', '0', '7'),
    ('bigint', '9223372036854775807', '9007199254740993', '-9223372036854775808', '9007199254740992'),
    ('uuid', '00000000-0000-0000-0000-000000000001', 'ffffffff-0000-0000-0000-000000000001', '10000000-0000-0000-0000-000000000001', '0f000000-0000-0000-0000-000000000001'),
    ('text', '', 'a', 'A', E'say "hi" \\ {it''s}\n\t é 図 😀'),
    ('text collate "C"', 'z', 'Z', 'ä', 'a'),
    ('varchar(8)', 'a ', 'a', 'null', 'true'),
    ('char(6)', 'a', 'ab', 'b', '1'),
    ('name', 'a', 'b', 'c', 'D'),
    ('"char"', 'a', 'b', 'c', 'd'),
    ('numeric', '1.50', '-0.000000000000000000000000000001', '123456789012345678901234567890.123', 'NaN'),
    ('numeric(10, 3)', '1.5', '2', '-3.125', '1234567.891'),
    ('float8', '0.1', '1e300', '-Infinity', '0.30000000000000004'),
    ('real', '0.1', '16777217', '1e-20', 'NaN'),
    ('date', '2024-02-29', '0044-03-15 BC', 'infinity', '10000-01-01'),
    ('time', '00:00', '23:59:59.999999', '12:00', '24:00'),
    ('timetz', '00:00+05:30', '23:59:59-08', '12:00+00', '12:00+01'),
    ('timestamp', '2024-03-31 02:30', '2024-03-31 02:30:00.000001', '-infinity', '0001-01-01 BC'),
    ('timestamptz', '2024-03-31 02:30+05:30', '2024-11-03 01:30-04', 'infinity', '2024-11-03 01:30-05'),
    ('moment', '2024-03-31 02:30+05:30', '2024-11-03 01:30-04', 'infinity', '2024-11-03 01:30-05'),
    ('interval', '1 day', '1 year', '0', '-3 months 2 days 04:05:06.7'),
    ('bytea', '\x', '\x00ff', 'text', '\x5c78'),
    ('color', 'red', 'black', 'green', 'blue'),
    ('sku', 'A', 'B1', 'Z', 'M'),
    ('integer[]', '{}', '{1,NULL}', '{{1,2},{3,4}}', '{-1}'),
    ('timestamptz[]', '{}', '{2024-11-03 01:30-04}', '{infinity}', '{2024-11-03 01:30-05}'),
    ('text[]', '{"",a}', '{NULL}', '{"NULL"}', '{"a,b","{c}"}'),
    ('point3', '(1,a,2024-11-03 01:30-04)', '(1,"a b",)', '(,,)', '(-1,"(x)",2024-11-03 01:30-05)'),
    ('inet', '10.0.0.1', '10.0.0.1/24', '::1', '192.168.0.0/16'),
    ('cidr', '10.0.0.0/8', '10.0.0.0/9', '::/0', '192.168.0.0/16'),
    ('macaddr', '08:00:2b:01:02:03', '08:00:2b:01:02:04', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'),
    ('bit(4)', '1010', '0000', '1111', '0001'),
    ('varbit', '1', '10', '', '0'),
    ('int4range', '[1,5)', 'empty', '(,3)', '[7,]'),
    ('daterange', '[2024-01-02,2024-03-04)', '(,)', 'empty', '[2024-05-06,2024-07-08)'),
    ('tstzrange', '[2024-11-03 01:30-04,2024-11-03 01:30-05)', '(,)', 'empty', '[2024-05-06,2024-07-08)'),
    ('jsonb', '1', '"1"', '{"id": 1}', '[null]'),
    ('oid', '1', '4294967295', '7', '8'),
    ('regclass', 'pg_class', 'pg_proc', 'pg_type', 'featurize.job'),
    ('pg_lsn', '0/1', '16/B374D848', '0/0', 'FFFFFFFF/FFFFFFFF'),
    ('tsvector', 'a:1 b:2', 'c', '''d e''', 'f:1A'),
    ('vector(2)', '[1,2]', '[0.1,2]', '[-1,0]', '[1e-20,3]');
select format('call pg_temp.life(%s, %L, %L, %L, %L, %L, %L, %L)', number, type, a, b, c, d, :'destination', :'storage')
  from types order by number \gexec
