-- Dropping a featurizer leaves nothing, or only the embeddings; also if its source was dropped.
create table photos (id bigint primary key, path text);
insert into photos values (1, 'a.png'), (2, 'missing.png'), (3, 'flaky.png'), (4, 'd.png'), (5, null);

create function pg_temp.traces(number integer, name text) returns text
    language sql
as $$
    select string_agg(trace, ', ' order by trace) from (
        select 'trigger ' || t.tgname from pg_trigger t where t.tgname like format('featurize\_%s\_%%', number)
         union all select 'function ' || p.proname from pg_proc p where p.proname = format('on_%s', number)
         union all select 'relation ' || c.relname from pg_class c where c.relname = name or c.relname = name || '_pkey'
         union all select 'column ' || a.attname from pg_attribute a where a.attname in (name, name || '_space') and not a.attisdropped
         union all select 'job' from featurize.job j where j.featurizer_id = number
         union all select 'lease' from featurize.lease l where l.featurizer_id = number
         union all select 'failure' from featurize.failure f where f.featurizer = name
         union all select 'throughput' from featurize.throughput t where t.featurizer_id = number
         union all select 'backfill' from featurize.backfill b where b.featurizer_id = number
         union all select 'progress' from featurize.progress p where p.featurizer = name
         union all select 'comment ' || d.description from pg_description d where d.description ~ ('featurizer "?' || name)) t (trace)
$$;

-- Everything at once: embedded, failed, retried, queued, leased, half backfilled.
create procedure pg_temp.live(name text) language plpgsql
as $$
begin
    perform featurize.backfill_step(pg_temp.id(name), 3);
    perform pg_temp.settle(pg_temp.claim(name));
    perform pg_temp.come_due();
    insert into photos values (6, 'f.png'), (7, 'g.png') on conflict (id) do update set path = 'x' || excluded.path;
    perform pg_temp.claim(name, 1);
    perform pg_temp.is(pg_temp.traces(pg_temp.id(name), name) like '%failure%job%lease%throughput%', true, name || ' lives');
end $$;
select featurize.create_featurizer('photos', 'path', 'tiny', 'mine', destination => :'destination', storage => :'storage');
select featurize.create_featurizer('photos', 'path', 'tiny', 'stays', destination => :'destination', storage => :'storage');
select pg_temp.id('mine') as number \gset
call pg_temp.live('mine');
select featurize.drop_featurizer('mine');
select pg_temp.is(pg_temp.traces(:number, 'mine'), null, 'traces');
call pg_temp.work('stays');
select pg_temp.expect('stays', '1 embedded, 2 failed, 3 pending, 4 embedded, 5 empty, 6 embedded, 7 embedded', 'the other one');
select pg_temp.throws($$ select featurize.drop_featurizer('mine') $$, 'FZ001', '%"mine"', 'Existing featurizers: stays.%');

-- Late results of a worker are discarded.
select pg_temp.is(pg_temp.settle(max(lease_id)) like '%discarded', true, 'late') from claimed
 where lease_id not in (select id from featurize.lease);
select pg_temp.is((select count(*) from featurize.claim(1, array[:number], 10, '1 minute')), 0::bigint, 'nothing to claim');

-- keep_embeddings keeps the table, and its name stays taken.
select featurize.create_featurizer('photos', 'path', 'tiny', 'mine', destination => :'destination', storage => :'storage');
select pg_temp.id('mine') as number \gset
call pg_temp.live('mine');
select featurize.drop_featurizer('mine', keep_embeddings => true);
select pg_temp.is(btrim(regexp_replace(pg_temp.traces(:number, 'mine'), '(, )?comment [^,]*', '', 'g'), ', '),
                  case :'destination' when 'table' then 'relation mine, relation mine_pkey'
                                      else 'column mine, column mine_space' end, 'what was kept');
insert into photos values (8, 'h.png');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'tiny', 'mine', destination => $$ || quote_literal(:'destination') || ')',
                      'FZ002', '%"mine"%',
                      case :'destination' when 'table' then '%: drop table public.mine. Pass%name => %'
                      else '%: alter table only public.photos drop column mine, drop column mine_space, drop column mine_digest, drop column mine_hash. Pass%name => %' end);

-- After renaming and moving tables, triggers, workers and searches find them.
alter table photos rename to images;
create schema attic;
alter table images set schema attic;
set search_path = public, attic;
insert into images values (9, 'i.png');
update images set path = null where id = 1;
delete from images where id = 2;
call pg_temp.work('stays');
select pg_temp.is((select embedded from featurize.progress), 5::bigint, 'after the table was moved');
select pg_temp.is((select count(*) from images p, featurize.neighbors(p, 'stays') where p.id = 4), 4::bigint, 'after the table was moved');

-- The source is dropped: other featurizers work, progress has a note, and the featurizer can be dropped.
create table others (id bigint primary key, path text);
insert into others values (1, 'a.png');
select featurize.create_featurizer('others', 'path', 'tiny', 'untouched');
select pg_temp.id('stays') as number \gset
insert into images values (10, 'j.png');
select pg_temp.claim('stays');
update featurize.job set attempts = 3 where lease_id is not null;
select pg_temp.expire_leases();
drop table images;
reset search_path;
call pg_temp.work('untouched');
select pg_temp.expect('untouched', '1 embedded', 'the other one');
select pg_temp.is((select note from featurize.progress where featurizer = 'stays'),
                  'its table was dropped; select featurize.drop_featurizer(''stays'')', 'note');
select pg_temp.is((select rows from featurize.progress where featurizer = 'stays'), null, 'rows');
select pg_temp.is(featurize.repair(), 1, 'only one can be repaired');
select featurize.pause('stays');
select featurize.drop_featurizer('stays');
select pg_temp.is(pg_temp.traces(:number, 'stays'), null, 'traces after the source is gone');
select pg_temp.is((select string_agg(featurizer, ', ') from featurize.progress), 'untouched', 'what is left');

-- The embedding table or column is dropped.
create table last (id bigint primary key, path text);
insert into last values (1, 'a.png');
select featurize.create_featurizer('last', 'path', 'tiny', 'headless', destination => :'destination');
select case :'destination' when 'table' then 'drop table headless' else 'alter table last drop column headless' end \gexec
select pg_temp.is((select note like case :'destination' when 'table' then 'its embedding table was dropped; %' else '%last no longer has a column "headless"; %' end
                     from featurize.progress where featurizer = 'headless'), true, 'note');
select pg_temp.expect('untouched', '1 embedded', 'the other one');
select featurize.drop_featurizer('headless');
select pg_temp.is((select string_agg(attname, ', ' order by attnum) from pg_attribute
                    where attrelid = 'last'::regclass and attnum > 0 and not attisdropped), 'id, path', 'the source as it was');
insert into last values (2, 'b.png');

-- The columns of a featurizer that exists are no leftovers.
create table albums (id bigint primary key, path text);
select featurize.create_featurizer('albums', 'path', 'tiny', 'live', destination => 'column');
select featurize.create_featurizer('albums', 'path', 'tiny', 'other', destination => 'column');
select pg_temp.throws($$ select featurize.create_featurizer('albums', 'path', 'tiny', 'live', destination => 'column') $$,
    'FZ002', '%"live"%', 'Pass another name%');
select pg_temp.throws($$ select featurize.alter_featurizer('other', rename_to => 'live') $$, 'FZ002', '%"live"%', 'Pass another name%');
