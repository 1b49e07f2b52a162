-- register_worker: Enter featurize.worker; gives the worker's id.
select featurize.register_worker($1::text, $2::integer, $3::text, $4::text);

-- leave_worker: Leave it after an orderly stop.
select featurize.leave_worker($1::integer);

-- heartbeat: Sign of life; renews leases and gives those still held.
select featurize.heartbeat($1::integer, $2::text[], $3::bigint[], $4::interval);

-- pending_featurizers: List the featurizers with jobs or a backfill to do, and their models.
select p.featurizer_id, p.name, p.model, p.backbone, p.node, p.pooling, p.dim, p.weights, p.preprocessing::text,
       p.space_id, p.source, p.schema, p.relation, p.image_column, p.image_kind, p.storage, p.blocked, p.backfilling
  from featurize.pending_featurizers() p;

-- unresolved_models: List the models with parameters that a worker has to fill in.
select u.name, u.backbone, u.node, u.cut, u.pooling, u.weights, u.preprocessing::text
  from featurize.unresolved_models() u;

-- register_space: The space of this worker's version of a model.
select featurize.register_space($1::text, $2::text);

-- claim: The next images of a column, under a new lease for each featurizer.
select * from featurize.claim($1::integer, $2::integer[], $3::integer, $4::interval);

-- resolve_model: What an unresolved model turned out to be.
select featurize.resolve_model($1::text, $2::text, $3::text, $4::integer, $5::text, $6::jsonb);

-- reject_model: Why an unresolved model cannot be completed.
select featurize.reject_model($1::text, $2::text);

-- settle: Store what came of a lease.
select * from featurize.settle($1::bigint, $2::integer, $3::bigint[], $4, $5::bytea[],
                               $6::bigint[], $7::text[], $8::text[], $9::boolean[]);

-- release: Give a lease back untouched.
select featurize.release($1::bigint);

-- backfill_step: Queue the next rows that no trigger has seen.
select featurize.backfill_step($1::integer, $2::integer);

-- block: Say why a featurizer cannot be served.
select featurize.block($1::integer, $2::text);

-- unblock: It can be served.
select featurize.unblock($1::integer);

-- listen: Be woken.
listen pgfeaturize;

-- try_idle_lock: Ask to be woken.
select featurize.try_idle_lock();

-- release_idle_lock: No need to be woken.
select featurize.release_idle_lock();

-- vector_oids: Types of a vector and of an array of them, wherever pgvector lives.
select t.oid as one, t.typarray as many
  from pg_type t join pg_extension e on e.extnamespace = t.typnamespace
 where e.extname = 'vector' and t.typname = 'vector';
