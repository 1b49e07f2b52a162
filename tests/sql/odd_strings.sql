-- With standard_conforming_strings = off, a backslash in a plain string escapes the next character.
set escape_string_warning = off;
set standard_conforming_strings = off;
create table photos (id bigint primary key, path text);
insert into photos values (1, '1.png');
select featurize.create_featurizer('photos', 'path', 'tiny', 'f');
select pg_temp.is(featurize.state('f', ' {"id": 1}'), 'pending', 'a key after a blank');
select pg_temp.space('f');
select featurize.create_index('f', concurrently => false);
select featurize.create_index('f', 'l2', method => 'projection', dimensions => 2);
select featurize.begin_index(2);
select pg_temp.is((select count(*) from pg_proc where proname like 'project!_%' escape '!'), 1::bigint, 'a function of an index');
select featurize.drop_index('f', 'l2');
select pg_temp.is((select count(*) from pg_proc where proname like 'project!_%' escape '!'), 0::bigint, 'it is gone');
select featurize.drop_index('f', 'cosine');
select pg_temp.is((select count(*) from pg_class where relname like 'featurize!_index%' escape '!'), 0::bigint, 'indexes');
select featurize.drop_featurizer('f', keep_embeddings => true);
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'tiny', 'f') $$, 'FZ002', '%"f"%', 'A dropped featurizer has left embeddings%');
