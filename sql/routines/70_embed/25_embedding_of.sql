-- Embedding where no commit is possible: through another connection.

create or replace function featurize._own_connection() returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- pg_settings shows the socket directory to privileged roles only; others get the default of libpq.
    select coalesce(nullif(current_setting('featurize.dblink', true), ''), concat_ws(' ',
               -- chr(92) is a backslash, whatever standard_conforming_strings is.
               format('dbname=''%s''', replace(replace(current_database(), chr(92), repeat(chr(92), 2)),
                                               '''', chr(92) || '''')),
               format('port=%s', current_setting('port')),
               (select 'host=' || nullif(split_part(s.setting, ',', 1), '')
                  from pg_settings s
                 where s.name = 'unix_socket_directories')));
$$;
comment on function featurize._own_connection() is
    'Connection to this database for dblink: the setting featurize.dblink, which is a connection string or a foreign
server; by default the local socket.';

create or replace function featurize._within_statement(patience interval) returns interval
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Before PostgreSQL 17, dblink does not notice statement_timeout while it waits. 0 means no limit.
    select case when t.limit = interval '0' or patience is null then patience
                else least(patience, greatest(interval '0', t.limit - (clock_timestamp() - statement_timestamp()))) end
      from (values (current_setting('statement_timeout')::interval)) t ("limit");
$$;
comment on function featurize._within_statement(interval) is
    'A time to wait, shortened so that it ends before statement_timeout.';

create or replace function featurize._embed_through_dblink(model text, image text, bytes bytea, patience interval)
    returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    dblink text := (select format('%I.dblink', n.nspname)
                      from pg_extension e
                      join pg_namespace n on n.oid = e.extnamespace
                     where e.extname = 'dblink');
    embedding text;
    reason text;
begin
    if dblink is null then
        raise exception using errcode = 'FZ013',
            message = 'featurize.embedding_of() needs the extension dblink',
            hint = 'Run create extension dblink, or CALL featurize.embed().';
    end if;
    execute format('select x.embedding from %s($1, $2) as x (embedding text)', dblink)
       into embedding
      using featurize._own_connection(),
            case when bytes is null then format('call featurize.embed(%L::text, %L, null, %L)', image, model, patience)
                 else format('call featurize.embed(%L::bytea, %L, null, %L)', bytes, model, patience) end;
    return embedding;
exception
    when sqlclient_unable_to_establish_sqlconnection or sqlstate '2F003' then
        get stacked diagnostics reason = pg_exception_detail;
        raise exception using errcode = 'FZ013',
            message = format('featurize.embedding_of() cannot connect to database "%s" through dblink: %s',
                current_database(), sqlerrm),
            detail = reason,
            hint = 'Set featurize.dblink to a foreign server with a password for this role, or to a connection string: '
                   'see "Embedding images in any query" in docs/operations.md. Or CALL featurize.embed().';
end
$$;
comment on function featurize._embed_through_dblink(text, text, bytea, interval) is
    'Call featurize.embed() in another connection; returns the vector as text. Raise FZ013 if there is no connection.';

create or replace function featurize._question(model text, image text, bytes bytea) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A function that is called by the statement may retire the feature space.
    select jsonb_build_array(
               extract(epoch from statement_timestamp()), model, image, encode(sha256(bytes), 'hex'),
               (select max(s.id) from featurize.space s
                 where lower(s.model) = lower(_question.model) and s.retired_at is null))::text;
$$;
comment on function featurize._question(text, text, bytea) is
    'Identifies the statement of the user, the image and the feature space.';

create or replace function featurize._embedding_of(model text, image text, bytes bytea, patience interval)
    returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    question text := featurize._question(model, image, bytes);
    answer text;
begin
    -- PostgreSQL calls a stable function for every row. The settings end with the transaction, so that they are not
    -- visible to other users of a pooled connection.
    if current_setting('featurize.last_question', true) is distinct from question then
        answer := featurize._embed_through_dblink(model, image, bytes, featurize._within_statement(patience));
        perform set_config('featurize.last_embedding', answer, true),
                set_config('featurize.last_question', question, true);
    end if;
    return current_setting('featurize.last_embedding');
end
$$;
comment on function featurize._embedding_of(text, text, bytea, interval) is
    'Implementation of featurize.embedding_of(): remembers the last vector until the end of the statement.';

create or replace function featurize.embedding_of(image text, model text, timeout interval default '30 seconds')
    returns vector
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._embedding_of(model, image, null, timeout);
$$;
comment on function featurize.embedding_of(text, text, interval) is
    'The vector of the image at a path or URI that a worker may read. Unlike featurize.embed() it can be used in any
query, because it connects to this database through dblink. A query that calls it for many rows with the same image
embeds the image once. It waits for timeout, or until statement_timeout. Roles that are not superusers need a
password: set featurize.dblink to a foreign server or a connection string that has one.';

create or replace function featurize.embedding_of(image bytea, model text, timeout interval default '30 seconds')
    returns vector
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._embedding_of(model, null, image, timeout);
$$;
comment on function featurize.embedding_of(bytea, text, interval) is
    'The vector of an image that is passed as bytes. See the function of the same name for paths and URIs.';
