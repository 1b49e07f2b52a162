-- A featurizer whose tables, columns or key were changed is named with its remedy, in the same words everywhere, and
-- does not keep others from being listed and repaired.
create temp table damage (featurizer text primary key, ddl text, finding text, remedy text);
insert into damage values
    ('gone', 'drop table gone_t', 'its table was dropped', 'select featurize.drop_featurizer(''gone'')'),
    ('renamed', 'alter table renamed_t rename path to file', '%renamed_t no longer has a column "path"', 'if it was renamed: select featurize.alter_featurizer(''renamed'', image_column => %'),
    ('rekeyed', 'alter table rekeyed_t rename id to number', '%rekeyed_t no longer has a column "id"', 'if it was renamed: %'),
    ('keyless', 'alter table keyless_t drop constraint keyless_t_pkey', '%keyless_t no longer has a primary key', 'alter table %keyless_t add primary key (id)'),
    ('other_key', 'alter table other_key_t drop constraint other_key_t_pkey, add primary key (path)', 'the primary key of %other_key_t has changed to (path)', 'alter table %other_key_t drop constraint other_key_t_pkey, add primary key (id)');
insert into damage
select d.* from (values
    ('headless', 'drop table headless', 'its embedding table was dropped', 'restore it from a backup; or select featurize.drop_featurizer(''headless'')%'),
    ('handless', 'alter table handless drop image_hash', '%handless no longer has a column "image_hash"', '%drop_featurizer(''handless'')%')) d
 where :'destination' = 'table'
 union all
select 'blind', 'alter table blind_t drop blind_hash', '%blind_t no longer has a column "blind_hash"', '%drop_featurizer(''blind'')%'
 where :'destination' = 'column';

select format('create table %1$s_t (id integer primary key, path text not null); insert into %1$s_t values (1, ''1.png''), (2, ''2.png'');', f.name),
       format('select featurize.create_featurizer(''%1$s_t'', ''path'', ''tiny'', ''%1$s'', destination => %2$L, storage => %3$L)', f.name, :'destination', :'storage'),
       format('call pg_temp.work(%L)', f.name),
       format('select featurize.create_index(%L)', f.name)
  from (select featurizer from damage union all select 'whole') f (name) \gexec
select ddl from damage \gexec
select format('drop trigger featurize_%s_insert on whole_t', pg_temp.id('whole')) \gexec
insert into whole_t values (3, '3.png');

create function pg_temp.fault(featurizer text) returns text
    language sql
as $$
    select d.finding || '; ' || d.remedy from damage d where d.featurizer = fault.featurizer;
$$;

-- Everything that lists featurizers goes on.
select pg_temp.is((select string_agg(p.featurizer, ' ') from featurize.progress p left join damage d using (featurizer)
                    where p.note not like pg_temp.fault(featurizer)), null, 'progress says what is broken');
select pg_temp.is((select count(*) from featurize.progress where note is not null), (select count(*) from damage), 'all of them');
select pg_temp.is((select format('%s %s', rows, pending) from featurize.progress where featurizer = 'whole'), '3 1', 'the other one is counted');
select pg_temp.is((select string_agg(featurizer || ': ' || featurize.why(featurizer, '1'), E'\n') from damage
                    where featurize.why(featurizer, '1') not like 'broken: ' || pg_temp.fault(featurizer)), null, 'why');
select pg_temp.is((select string_agg(d.featurizer, ' ') from damage d
                    where not exists (select from featurize.doctor() x
                                       where x.object = d.featurizer and x.level = 'error' and x.finding like d.finding and x.remedy like d.remedy)), null, 'doctor');
select pg_temp.is((select count(*) from featurize.list_featurizers()), (select count(*) from damage), 'all with a table');
select count(*) from featurize.list_tables(), featurize.list_columns(), featurize.list_indexes(), featurize.list_training_views(), featurize.index_report;
select count(*) from featurize.failure, featurize.queue_depth(), featurize.pending_featurizers();

-- Workers block them with the same words.
select pg_temp.is((select string_agg(d.featurizer, ' ') from damage d
                    where featurize.block(pg_temp.id(d.featurizer), 'syntax error at or near "28632"') not like pg_temp.fault(d.featurizer)), null, 'block');
select pg_temp.is((select string_agg(d.featurizer, ' ') from damage d join featurize.featurizer f on f.name = d.featurizer
                    where f.blocked_reason not like pg_temp.fault(d.featurizer)), null, 'stored');
select pg_temp.is(featurize.block(pg_temp.id('whole'), 'no such weights'), 'no such weights', 'any other reason is kept');

-- One that is broken is an error, among others a warning.
select pg_temp.throws(format('select featurize.%s', c.call), 'FZ003', format('featurizer "%s" is broken: %s', d.featurizer, d.finding), d.remedy)
  from damage d
 cross join lateral (values (format('repair(%L)', d.featurizer)), (format('audit(%L)', d.featurizer)), (format('refresh(%L, ''true'')', d.featurizer))) c (call);
select pg_temp.throws(format('select featurize.nearest(null::%s_t, %L, ''[1,2,3,4]'')', d.featurizer, d.featurizer), 'FZ003', 'featurizer "%" is broken: %')
  from damage d where d.featurizer <> 'gone';
select featurize.grant_reader('pg_monitor');
select pg_temp.is(featurize.repair(), 1, 'the other one is repaired');
select pg_temp.is((select blocked_reason from featurize.featurizer where name = 'whole'), null, 'and not blocked any more');
insert into whole_t values (4, '4.png');
call pg_temp.work('whole');
select pg_temp.expect('whole', '1 embedded, 2 embedded, 3 embedded, 4 embedded', 'whole');
select pg_temp.is((select count(*) from featurize.doctor() where object = 'whole' and level in ('error', 'warning')), 0::bigint, 'healthy');

-- Also while vectors are stale.
select featurize.retire_space('tiny');
select pg_temp.is((select count(*) from featurize.doctor() where name = 'stale' and object <> 'whole'), 0::bigint, 'stale');
select pg_temp.is((select count(*) from featurize.progress where note is not null), (select count(*) from damage), 'all of them');

-- With the remedy, all is well.
alter table renamed_t rename file to path;
alter table rekeyed_t rename number to id;
alter table keyless_t add primary key (id);
alter table other_key_t drop constraint other_key_t_pkey, add primary key (id);
select featurize.drop_featurizer(name) from unnest('{gone,headless,handless,blind}'::text[]) name where exists (select from damage where featurizer = name);
select pg_temp.is(featurize.repair(), 5, 'all');
call pg_temp.work('renamed');
call pg_temp.work('rekeyed');
call pg_temp.work('keyless');
call pg_temp.work('other_key');
select pg_temp.expect(f, '1 embedded, 2 embedded', f) from unnest('{renamed,rekeyed,keyless,other_key}'::text[]) f;
