-- Roles that may write the source need no other privilege, and get none.
select format('writer_of_%s_%s', current_database(), :'destination') as writer \gset
create role :writer;
create schema app;
grant usage on schema app to :writer;
create table app.photos (id bigint primary key, path text, label text);
insert into app.photos values (1, 'a.png'), (2, 'missing.png'), (3, 'c.png');
grant select, insert, update (path, label), delete, truncate on app.photos to :writer;
select featurize.create_featurizer('app.photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');

-- The triggers do not use objects that the writer puts first in search_path.
create schema evil;
create table evil.job (like featurize.job);
grant usage on schema evil to :writer;
create function evil.sha256(bytea) returns bytea language plpgsql as 'begin raise exception ''evil''; end';
create function evil.jsonb_build_object(variadic "any") returns jsonb language internal as 'jsonb_build_object';

set role :writer;
set search_path = evil, app, pg_catalog;
insert into photos values (4, 'd.png'), (5, null);
update photos set path = 'b.png' where id = 2;
update photos set path = null where id = 1;
update photos set label = 'x';
delete from photos where id = 3;
reset role;
reset search_path;
select pg_temp.expect('f', '1 empty, 2 pending, 4 pending, 5 empty', 'written by somebody without rights');
call pg_temp.work('f');
select pg_temp.expect('f', '1 empty, 2 embedded, 4 embedded, 5 empty', 'worked');
set role :writer;
truncate app.photos;
insert into app.photos values (9, 'i.png');
reset role;
call pg_temp.work('f');
select pg_temp.expect('f', '9 embedded', 'truncated');

-- They cannot use the catalog or the trigger function.
create function pg_temp.refused(role_name text, statement text) returns void language plpgsql as $$
begin
    execute format('set local role %I', role_name);
    begin
        execute statement;
    exception
        when insufficient_privilege then
            reset role;
            return;
    end;
    reset role;
    raise exception '% was allowed to %', role_name, statement;
end $$;
select pg_temp.refused(:'writer', s) from unnest(array[
    'select * from featurize.featurizer', 'insert into featurize.job (featurizer_id, key) values (1, ''{}'')',
    'delete from featurize.failed_row', 'select featurize.drop_featurizer(''f'')',
    format('select featurize_generated.on_%s()', pg_temp.id('f'))]) s;
drop owned by :writer;
drop role :writer;

-- Casts of a user's type do not run with the rights of other roles.
select format('owner_of_%s_%s', current_database(), :'destination') as owner \gset
create role :owner;
select featurize.grant_owner(:'owner');
grant usage, create on schema app to :owner;
set role :owner;
create type app.color as enum ('red', 'green');
create function app.spy(app.color) returns json language plpgsql as $$ begin raise exception 'run by %', current_user; end $$;
create cast (app.color as json) with function app.spy(app.color) as implicit;
create table app.cats (color app.color primary key, path text);
select featurize.create_featurizer('app.cats', 'path', 'tiny', 'c', destination => :'destination', storage => :'storage');
insert into app.cats values ('red', 'a.png'), ('green', 'missing.png');
reset role;
call pg_temp.work('c');
select pg_temp.is((select array[p.embedded, p.failed] from featurize.progress p where p.featurizer = 'c'), '{1,1}', 'states of its rows');
select pg_temp.is((select x.key from featurize.failure x where x.featurizer = 'c'), '{"color": "green"}'::jsonb, 'key');
drop owned by :owner cascade;
drop role :owner;
