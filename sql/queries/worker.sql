-- register_worker: Register this worker and return its id.
select featurize.register_worker($1::text, $2::integer, $3::text, $4::text);

-- leave_worker: Unregister this worker.
select featurize.leave_worker($1::integer);

-- heartbeat: Send a heartbeat, renew leases and return those that are still held.
select featurize.heartbeat($1::integer, $2::text[], $3::bigint[], $4::interval, $5::text);

-- missing_tables: Return which of these tables and schemas do not exist, and the tables of featurizers.
select coalesce(array_agg(t.name) filter (where not exists (
           select from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where t.name in (n.nspname || '.' || c.relname, n.nspname || '.*'))), array[]::text[]) as missing,
       array(select distinct n.nspname || '.' || c.relname
               from featurize.featurizer f
               join pg_class c on c.oid = f.source
               join pg_namespace n on n.oid = c.relnamespace
              order by 1) as featurized
  from unnest($1::text[]) t (name);

-- pending_featurizers: List the featurizers with jobs or a backfill to do, and their models.
select p.featurizer_id, p.name, p.model, p.backbone, p.node, p.pooling, p.dim, p.weights, p.preprocessing::text,
       p.space_id, p.source, p.schema, p.relation, p.image_column, p.image_kind, p.storage, p.on_truncated,
       p.blocked, p.backfilling
  from featurize.pending_featurizers() p;

-- unresolved_models: List the models with parameters that a worker has to fill in.
select u.name, u.backbone, u.node, u.cut, u.pooling, u.weights, u.preprocessing::text
  from featurize.unresolved_models() u;

-- register_space: Return the current feature space of a model, or create it.
select featurize.register_space($1::text, $2::text);

-- claim: Lease the next images of a column.
select * from featurize.claim($1::integer, $2::integer[], $3::integer, $4::interval, $5::bigint, $6::integer);

-- resolve_model: Complete an unresolved model.
select featurize.resolve_model($1::text, $2::text, $3::text, $4::integer, $5::text, $6::jsonb);

-- reject_model: Record why an unresolved model cannot be completed.
select featurize.reject_model($1::text, $2::text);

-- settle: Store the results of a lease.
select * from featurize.settle($1::bigint, $2::integer, $3::bigint[], $4, $5::bytea[],
                               $6::bigint[], $7::text[], $8::text[], $9::interval[], $10::interval[],
                               $11::interval, $12::text[]);

-- retries: Return the featurizers with rows that wait for another attempt.
select featurizer, note from featurize.retries();

-- release: Give a lease back.
select featurize.release($1::bigint);

-- backfill_step: Queue the next rows that no trigger has queued.
select featurize.backfill_step($1::integer, $2::integer);

-- block: Record why a featurizer cannot be served.
select featurize.block($1::integer, $2::text);

-- unblock: Record that a featurizer can be served again.
select featurize.unblock($1::integer);

-- listen: Listen for queued rows.
listen pgfeaturize;

-- try_idle_lock: Ask to be notified of queued rows; return whether that is enough.
select featurize.try_idle_lock() as locked, featurize.must_poll() as must_poll;

-- release_idle_lock: Stop being notified of queued rows.
select featurize.release_idle_lock();

-- vector_oids: Return the OIDs of type vector and its array type.
select t.oid as one, t.typarray as many
  from pg_type t join pg_extension e on e.extnamespace = t.typnamespace
 where e.extname = 'vector' and t.typname = 'vector';

-- queue_depth: Return the number of queued entries of each featurizer.
select * from featurize.queue_depth();
