-- Embedding a new image from SQL: a request in featurize.request, which a listening worker answers.

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
            message = case when patience is null then 'the timeout must not be null'
                      else 'the image must not be null' end,
            hint = 'Pass a path, a URI or the bytes of an image, and how long to wait.';
    elsif not exists (select from featurize._live_worker) then
        raise exception using errcode = 'FZ010',
            message = format('no worker is running to embed an image with model "%s"', m.name),
            hint = 'Start one: pgfeaturize worker.';
    end if;
    -- Delete requests whose callers have given up.
    delete from featurize.request r
     where r.id in (
           select x.id
             from featurize.request x
            where x.expires_at < clock_timestamp() - interval '1 minute'
              for update skip locked);
    insert into featurize.request as r (model, image, bytes, expires_at)
    values (m.name, image, bytes, clock_timestamp() + patience)
    returning r.id into request;
    perform pg_notify('pgfeaturize_requests', 'request');
    return request;
end
$$;
comment on function featurize._request(text, text, bytea, interval) is
    'Request an embedding of an image from the workers; returns the id of the request.';

create or replace function featurize._check_top_level(refusal text, procedure text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- A function cannot commit. This attempt yields the error message in the language of the server.
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
    'Raise FZ012 if refusal is the message of PostgreSQL for a COMMIT in a transaction block.';

create or replace function featurize._is_answered(request bigint) returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_and(r.answered_at is not null or r.expires_at < clock_timestamp()), true)
      from featurize.request r where r.id = request;
$$;
comment on function featurize._is_answered(bigint) is
    'Whether a request was answered, has expired, or does not exist.';

create or replace function featurize._take_answer(request bigint) returns featurize.request
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    delete from featurize.request r where r.id = request returning r.*;
$$;
comment on function featurize._take_answer(bigint) is 'Delete a request and return it with its answer.';

create or replace function featurize._check_answer(answer featurize.request, model text, patience interval)
    returns vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if answer.answered_at is null then
        raise exception using errcode = 'FZ010',
            message = format('no worker has embedded the image with model "%s" within %s', model, patience),
            detail = coalesce(answer.detail, 'No worker has reported a reason.'),
            hint = case when answer.worker_id is null then 'All workers are busy or have ended: see featurize.worker.'
                        else format('Worker %s is processing it; pass a longer timeout.', answer.worker_id) end;
    elsif answer.reason is not null then
        raise exception using errcode = 'FZ011',
            message = format('the image cannot be embedded with model "%s": %s', model, answer.reason),
            detail = coalesce(answer.detail, ''),
            hint = 'See the detail.';
    end if;
    return answer.embedding;
end
$$;
comment on function featurize._check_answer(featurize.request, text, interval) is
    'The vector of an answer. Raise FZ010 if there is no answer, FZ011 if the image cannot be embedded.';

-- A procedure that commits cannot have a SET clause, so these procedures schema-qualify every name.

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
    'Let a worker embed the image at a path or URI that the worker may read: CALL featurize.embed(''/a.jpg'',
''resnet50'', null). The vector is returned in embedding. The procedure commits, so it cannot run inside a
transaction block.';

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
    'Let a worker embed an image that is passed as bytes. The vector is returned in embedding. The procedure
commits, so it cannot run inside a transaction block.';

create or replace procedure featurize._embed(
    model text,
    image text,
    bytes bytea,
    inout embedding vector,
    patience interval
)
    language plpgsql
as $$
declare
    request bigint;
    answer featurize.request;
begin
    begin
        commit;  -- Fails in an exception block; the message tells whether there is a transaction block, too.
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
    'Implementation of featurize.embed(): request, wait and take the answer, each in its own transaction.';
