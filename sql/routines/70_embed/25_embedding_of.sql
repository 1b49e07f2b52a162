-- Embedding where no commit is possible: through another connection.

create or replace function featurize._own_connection() returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- pg_settings shows the socket directory to privileged roles only; others get the default of libpq.
    select coalesce(nullif(current_setting('featurize.dblink', true), ''), concat_ws(' ',
               format('dbname=''%s''', replace(replace(current_database(), '\', '\\'), '''', '\''')),
               format('port=%s', current_setting('port')),
               (select 'host=' || nullif(split_part(s.setting, ',', 1), '')
                  from pg_settings s
                 where s.name = 'unix_socket_directories')));
$$;
comment on function featurize._own_connection() is
    'Connection to this database for dblink: the setting featurize.dblink, which is a connection string or a foreign
server; by default the local socket.';

create or replace function featurize.embedding_of(image text, model text, timeout interval default '30 seconds')
    returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    answer record;  -- not a vector, because that type is not in this search_path
    dblink text := (select format('%I.dblink', n.nspname)
                      from pg_extension e
                      join pg_namespace n on n.oid = e.extnamespace
                     where e.extname = 'dblink');
begin
    if dblink is null then
        raise exception using errcode = 'FZ013',
            message = 'featurize.embedding_of() needs the extension dblink',
            hint = 'Run create extension dblink, or CALL featurize.embed().';
    end if;
    execute format('select x.embedding::%I.vector as embedding from %s($1, $2) as x (embedding text)',
                   featurize._vector_schema(), dblink)
       into answer
      using featurize._own_connection(),
            format('call featurize.embed(%L::text, %L, null, %L)', image, model, timeout);
    return answer.embedding;
end
$$;
comment on function featurize.embedding_of(text, text, interval) is
    'The vector of the image at a path or URI that a worker may read. Unlike featurize.embed() it can be used in any
query, because it connects through dblink. The setting featurize.dblink is the connection string, if the local
socket cannot be used.';
