-- A featurizer can be changed without losing its embeddings.
create table photos (id bigint primary key, path text, other text);
insert into photos values (1, 'a.png', 'a.png'), (2, 'missing.png', 'b.png'), (3, 'c.png', 'x.png'), (4, null, null);
select featurize.create_featurizer('photos', 'path', 'tiny', 'look', destination => :'destination', storage => :'storage');
select pg_temp.id('look') as number \gset
call pg_temp.work('look');

-- Renaming the image column, with writes before the featurizer follows it.
alter table photos rename path to file;
insert into photos values (5, 'e.png', null);
update photos set file = 'z.png' where id = 3;
select pg_temp.throws($$ select featurize.alter_featurizer('look', image_column => 'nosuch') $$, 'FZ004', '%no column "nosuch"%', '%file%');
select pg_temp.is(featurize.alter_featurizer('look', image_column => 'file'), 'look', 'returns the name');
select pg_temp.expect('look', '1 embedded, 2 failed, 3 pending, 4 empty, 5 pending', 'the first one is kept');
call pg_temp.work('look');
select pg_temp.expect('look', '1 embedded, 2 failed, 3 embedded, 4 empty, 5 embedded', 'and the others are embedded');
insert into photos values (6, 'f.png', null);
call pg_temp.work('look');
select pg_temp.expect('look', '1 embedded, 2 failed, 3 embedded, 4 empty, 5 embedded, 6 embedded', 'the triggers follow');

-- Another column: only rows with another value are embedded again.
select featurize.alter_featurizer('look', image_column => 'other');
select pg_temp.is((select string_agg(p.id::text, ', ' order by p.id) from photos p
                    where featurize.why('look', to_jsonb(p.id)) like 'embedded%'), '1', 'one row has the same value');
call pg_temp.work('look');
select pg_temp.expect('look', '1 embedded, 2 embedded, 3 embedded, 4 empty, 5 empty, 6 empty');
select featurize.alter_featurizer('look', image_column => 'file');
call pg_temp.work('look');

-- Renaming the featurizer.
create table taken ();
select pg_temp.throws(format($$ select featurize.alter_featurizer('look', rename_to => %L) $$, repeat('x', 64)), 'FZ002', '%has 64 bytes%', '%rename_to%');
select case :'destination' when 'table' then pg_temp.throws(
    $$ select featurize.alter_featurizer('look', rename_to => 'taken') $$, 'FZ002', '%"taken"%already the name of a relation%', '%rename_to%')
    else pg_temp.throws($$ select featurize.alter_featurizer('look', rename_to => 'other') $$, 'FZ002', '%"other"%already a column%', '%rename_to%') end;
select pg_temp.is(featurize.alter_featurizer('look', rename_to => 'view'), 'view', 'new name');
select pg_temp.is((select count(*) from featurize.featurizer f where f.id = :number and f.name = 'view'), 1::bigint, 'the same featurizer');
select pg_temp.throws($$ select featurize.pause('look') $$, 'FZ001', '%"look"%');
select pg_temp.expect('view', '1 embedded, 2 failed, 3 embedded, 4 empty, 5 embedded, 6 embedded', 'all are kept');
update photos set file = 'g.png' where id = 6;
update photos set file = null where id = 5;
delete from photos where id = 1;
call pg_temp.work('view');
select pg_temp.expect('view', '2 failed, 3 embedded, 4 empty, 5 empty, 6 embedded', 'the triggers follow');
select pg_temp.is((select count(*) from featurize.nearest(null::photos, 'view', '[1,2,3,4]')), 2::bigint, 'searches follow');

-- The kind of image.
select featurize.alter_featurizer('view', image_kind => 'uri');
select pg_temp.is((select f.image_kind from featurize.featurizer f), 'uri', 'kind');
select pg_temp.throws($$ select featurize.alter_featurizer('view', image_kind => 'bytes') $$, 'FZ004', '%bytea%');
select pg_temp.throws($$ select featurize.alter_featurizer('view', image_kind => 'film') $$, 'FZ006', '%film%', '%bytes%');
select featurize.alter_featurizer('view', notify => false);
select pg_temp.is((select p.prosrc like '%pg_notify%' from pg_proc p where p.proname = 'on_' || :number), false, 'no notifications');
select featurize.alter_featurizer('view', notify => true);
select pg_temp.is((select p.prosrc like '%pg_notify%' from pg_proc p where p.proname = 'on_' || :number), true, 'notifications');
select featurize.drop_featurizer('view');

-- A schema of its own for the embedding table.
create schema "Embeddings";
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'file', 'tiny', 'look', schema => 'nosuch') $$, 'FZ006', '%no schema "nosuch"%', 'create schema nosuch%');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'file', 'tiny', 'look', destination => 'column', schema => 'Embeddings') $$,
    'FZ006', '%no embedding table%', '%destination%');
select featurize.create_featurizer('photos', 'file', 'tiny', 'look', schema => 'Embeddings');
call pg_temp.work('look');
select pg_temp.is((select f.embeddings::text from featurize.featurizer f), '"Embeddings".look', 'place');
select featurize.alter_featurizer('look', schema => 'public', rename_to => 'seen');
select pg_temp.is((select f.embeddings::text from featurize.featurizer f), 'seen', 'moved');
select featurize.alter_featurizer('seen', schema => 'Embeddings');
delete from photos where id = 3;
select pg_temp.is((select string_agg(e.id::text, ', ') from "Embeddings".seen e), '6', 'the triggers follow');
select pg_temp.expect('seen', '2 failed, 4 empty, 5 empty, 6 embedded', 'nothing is lost');
