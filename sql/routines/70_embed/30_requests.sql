-- Functions that workers call to take and answer the requests of featurize.embed().

create or replace function featurize.take_request(worker_id integer) returns table (
    request bigint,
    image text,
    bytes bytea,
    model text,
    backbone text,
    node text,
    pooling text,
    dim integer,
    weights text,
    preprocessing jsonb,
    space_id integer
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
                          -- A request that was inserted by hand may name a model that does not exist.
                          and exists (select from featurize.model m where m.name = x.model)
                          -- Take over the requests of a dead worker.
                          and (x.worker_id is null
                               or not exists (select from featurize.worker w
                                               where w.id = x.worker_id
                                                 and w.last_heartbeat > clock_timestamp() - interval '20 seconds'))
                        order by x.id
                        limit 1
                          for update skip locked)
        returning r.*)
    select t.id, t.image, t.bytes, m.name, m.backbone, m.node, m.pooling, m.dim, m.weights, m.preprocessing, s.id
      from taken t
      join featurize.model m on m.name = t.model
      left join featurize.space s on s.model = m.name and s.retired_at is null;
$$;
comment on function featurize.take_request(integer) is
    'For workers: take the next request; returns the image and the model. No row if there is no request.';

create or replace function featurize.answer_request(request bigint, embedding vector, reason text, detail text)
    returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.request r
       set embedding = answer_request.embedding,
           reason = answer_request.reason,
           detail = answer_request.detail,
           answered_at = clock_timestamp()
     where r.id = request and r.answered_at is null;
$$;
comment on function featurize.answer_request(bigint, vector, text, text) is
    'For workers: answer a request with a vector, or with the reason why there is none.';

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
    if exists (select from featurize._live_worker w where w.id <> all (refusals)) then
        perform pg_notify('pgfeaturize_requests', 'request');
    else
        perform featurize.answer_request(request, null, 'model_unavailable', error);
    end if;
end
$$;
comment on function featurize.refuse_request(bigint, integer, text) is
    'For workers: this worker cannot load the model. Other workers may try; if there are none, the request fails.';
