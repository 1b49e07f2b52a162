-- A new image, from plain SQL: a row for the workers, who are listening, and a wait for their answer.

create or replace function featurize._request(model text, image text, bytes bytea, patience interval) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    m featurize.model := featurize._resolve_model(model);
    request bigint;
begin
    if num_nonnulls(image, bytes) <> 1 or patience is null then
        raise exception using errcode = 'FZ006',
            message = case when patience is null then 'null is no timeout' else 'null is no image' end,
            hint = 'Pass a path, a URI, or the bytes of an image; and how long to wait.';
    elsif not exists (select from featurize.worker w where w.last_heartbeat > clock_timestamp() - interval
        '1 minute') then
        raise exception using errcode = 'FZ010',
            message = format('no worker is there to embed an image by model "%s"', m.name),
            hint = 'Start one: pgfeaturize worker.';
    end if;
    -- What nobody has waited for to the end.
    delete from featurize.request r
     where r.id in (select x.id from featurize.request x where x.expires_at < clock_timestamp() - interval '1 minute'
         for update skip locked);
    insert into featurize.request as r (model, image, bytes, expires_at)
    values (m.name, image, bytes, clock_timestamp() + patience)
    returning r.id into request;
    perform pg_notify('pgfeaturize_requests', 'request');
    return request;
end
$$;
comment on function featurize._request(text, text, bytea, interval) is 'Ask the workers to embed an image.';

create or replace function featurize._check_top_level(refusal text, procedure text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- No function can commit: this says in the server's language how PostgreSQL refuses it.
    commit;
exception
    when invalid_transaction_termination then
        if sqlerrm = refusal then
            raise exception using errcode = 'FZ012',
                message = format('featurize.%s() cannot run inside a transaction block or a function', procedure),
                hint = 'Call it alone, with autocommit: workers see only what is committed.';
        end if;
end
$$;
comment on function featurize._check_top_level(text, text) is
    'FZ012 if this is how PostgreSQL refuses a COMMIT in a transaction block.';

create or replace function featurize._is_answered(request bigint) returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_and(r.answered_at is not null or r.expires_at < clock_timestamp()), true)
      from featurize.request r where r.id = request;
$$;
comment on function featurize._is_answered(bigint) is 'Whether there is nothing more to wait for.';

create or replace function featurize._take_answer(request bigint) returns featurize.request
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    delete from featurize.request r where r.id = request returning r.*;
$$;
comment on function featurize._take_answer(bigint) is 'The answer to a request, which is then gone.';

create or replace function featurize._check_answer(answer featurize.request, model text, patience interval)
    returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if answer.answered_at is null then
        raise exception using errcode = 'FZ010',
            message = format('no worker has embedded the image by model "%s" within %s', model, patience),
            detail = coalesce(answer.detail, 'No worker has said why.'),
            hint = case when answer.worker_id is null then 'All workers are busy or gone: see featurize.worker.'
                        else format('Worker %s has it in work; pass a longer timeout.', answer.worker_id) end;
    elsif answer.reason is not null then
        raise exception using errcode = 'FZ011',
            message = format('the image cannot be embedded by model "%s": %s', model, answer.reason),
            detail = coalesce(answer.detail, ''),
            hint = 'The detail says what is wrong.';
    end if;
    return answer.embedding;
end
$$;
comment on function featurize._check_answer(featurize.request, text, interval) is
    'The vector that was answered; FZ010 if there is no answer, FZ011 if the image cannot be embedded.';

-- Procedures that commit cannot have a SET clause, so these name everything with its schema.

create or replace procedure featurize.embed(
    image text,
    model text,
    inout embedding vector default null,
    timeout interval default '30 seconds'
)
    language plpgsql
as $$
begin
    call featurize._embed(model, image, null, embedding, timeout);
end
$$;
comment on procedure featurize.embed(text, text, vector, interval) is
    'Have a worker embed the image at a path or URI that it may read: CALL featurize.embed(''/a.jpg'', ''resnet50'', '
        'null).
It commits, so it cannot be in a transaction block.';

create or replace procedure featurize.embed(
    image bytea,
    model text,
    inout embedding vector default null,
    timeout interval default '30 seconds'
)
    language plpgsql
as $$
begin
    call featurize._embed(model, null, image, embedding, timeout);
end
$$;
comment on procedure featurize.embed(bytea, text, vector, interval) is
    'Have a worker embed an image that is given as bytes. It commits, so it cannot be in a transaction block.';

create or replace procedure featurize._embed(model text, image text, bytes bytea, inout embedding vector,
    patience interval)
    language plpgsql
as $$
declare
    request bigint;
    answer featurize.request;
begin
    begin
        commit;  -- Never works, in an exception block; but says why.
    exception
        when invalid_transaction_termination then
            perform featurize._check_top_level(sqlerrm, 'embed');
    end;
    request := featurize._request(model, image, bytes, patience);
    commit;
    loop
        exit when featurize._is_answered(request);
        commit;
        perform pg_catalog.pg_sleep(0.002);
    end loop;
    answer := featurize._take_answer(request);
    commit;
    embedding := featurize._check_answer(answer, model, patience);
end
$$;
comment on procedure featurize._embed(text, text, bytea, vector, interval) is
    'What featurize.embed() does: ask, wait, and take the answer, each in a transaction.';

-- The same where nothing may commit: on another connection.

create or replace function featurize._own_connection() returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- pg_settings shows the socket to those only who may know it; others get libpq's default.
    select coalesce(nullif(current_setting('featurize.dblink', true), ''), concat_ws(' ',
               format('dbname=''%s''', replace(replace(current_database(), '\', '\\'), '''', '\''')),
               format('port=%s', current_setting('port')),
               (select 'host=' || nullif(split_part(s.setting, ',', 1), '') from pg_settings s
                   where s.name = 'unix_socket_directories')));
$$;
comment on function featurize._own_connection() is
    'Connection to this database for dblink: the setting featurize.dblink, a connection string or a foreign server; '
        'else the local socket.';

create or replace function featurize.embedding_of(image text, model text, timeout interval default '30 seconds')
    returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    answer record;  -- not a vector: in this search_path there is no such type
    dblink text := (select format('%I.dblink', n.nspname) from pg_extension e join pg_namespace n
        on n.oid = e.extnamespace
                     where e.extname = 'dblink');
begin
    if dblink is null then
        raise exception using errcode = 'FZ013',
            message = 'featurize.embedding_of() needs the extension dblink',
            hint = 'create extension dblink, or CALL featurize.embed().';
    end if;
    execute format('select x.embedding::%I.vector as embedding from %s($1, $2) as x (embedding text)',
        featurize._vector_schema(), dblink)
       into answer
      using featurize._own_connection(), format('call featurize.embed(%L::text, %L, null, %L)', image, model, timeout);
    return answer.embedding;
end
$$;
comment on function featurize.embedding_of(text, text, interval) is
    'The vector of the image at a path or URI, in any query: as featurize.embed(), through dblink. The setting '
        'featurize.dblink
says how to connect, where the local socket is not enough.';

-- The worker's side.

create or replace function featurize.take_request(worker_id integer) returns table (
    request bigint, image text, bytes bytea, model text, backbone text, node text, pooling text, dim integer,
    weights text, preprocessing jsonb, space_id integer
)
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    with taken as (
        update featurize.request r
           set worker_id = take_request.worker_id
         where r.id = (select x.id from featurize.request x
                        where x.answered_at is null and x.expires_at > clock_timestamp()
                          and take_request.worker_id <> all (x.refused_by)
                          -- A request by hand may name any: to be taken for nothing would end the turn.
                          and exists (select from featurize.model m where m.name = x.model)
                          -- What a worker had that is gone is taken over.
                          and (x.worker_id is null
                               or not exists (select from featurize.worker w
                                               where w.id = x.worker_id
                                                   and w.last_heartbeat > clock_timestamp() - interval '20 seconds'))
                        order by x.id limit 1 for update skip locked)
        returning r.*)
    select t.id, t.image, t.bytes, m.name, m.backbone, m.node, m.pooling, m.dim, m.weights, m.preprocessing, s.id
      from taken t
      join featurize.model m on m.name = t.model
      left join featurize.space s on s.model = m.name and s.retired_at is null;
$$;
comment on function featurize.take_request(integer) is 'For workers: the next image that somebody waits for, and the '
    'model.';

create or replace function featurize.answer_request(request bigint, embedding vector, reason text, detail text)
    returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.request r
       set embedding = answer_request.embedding, reason = answer_request.reason, detail = answer_request.detail,
           answered_at = clock_timestamp()
     where r.id = request and r.answered_at is null;
$$;
comment on function featurize.answer_request(bigint, vector, text, text)
    is 'For workers: the vector of an image, or why there is none.';

create or replace function featurize.refuse_request(request bigint, worker_id integer, error text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    refusals integer[];
begin
    update featurize.request r
       set worker_id = null, detail = error, refused_by = r.refused_by || refuse_request.worker_id
     where r.id = request and r.answered_at is null
    returning r.refused_by into refusals;
    if exists (select from featurize.worker w
                where w.id <> all (refusals) and w.last_heartbeat > clock_timestamp() - interval '1 minute') then
        perform pg_notify('pgfeaturize_requests', 'request');
    else
        perform featurize.answer_request(request, null, 'model_unavailable', error);
    end if;
end
$$;
comment on function featurize.refuse_request(bigint, integer, text) is
    'For workers: a model cannot be served; others may try, and if there are none that is the answer.';
