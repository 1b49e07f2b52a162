create or replace function featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[])
    returns integer[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(x.id order by x.id), '{}')
      from featurize.featurizer x
     where x.id = any (featurizers) and x.id <> f.id and x.paused_at is null
       and (x.source, x.image_column, x.image_kind, x.key_columns) = (f.source, f.image_column, f.image_kind,
           f.key_columns);
$$;
comment on function featurize._sibling_featurizers(featurize.featurizer, integer[]) is
    'Those of the given featurizers that have the same source, image column and key as a featurizer.';

create or replace function featurize.claim(
    worker_id integer,
    featurizers integer[],
    size integer,
    lease_for interval,
    max_claim_bytes bigint default null,
    max_image_bytes integer default null
)
    returns table (lease_id bigint, featurizer_id integer, job_id bigint, image_job_id bigint, path text, bytes bytea)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- Statistics of a queue are useless: it was empty when they were collected, or full. With these plans
    -- disabled, the planner does not sort or join all jobs for every batch.
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set lock_timeout = '500ms'  -- see 24_lock_order.sql
as $$
declare
    f featurize.featurizer := featurize._share_source(featurizers[1]);
    first timestamptz[];
    siblings integer[];
    leases bigint[];
    planned text;
begin
    if f.id is null or f.paused_at is not null then
        return;
    end if;
    perform featurize._relay_outbox(f, size);
    first := array(select featurize._first_job(f.id, p.priority) from unnest(featurize._priorities()) p (priority));
    if array_remove(first, null) = '{}' then
        return;
    end if;
    siblings := featurize._sibling_featurizers(f, featurizers);
    perform featurize._relay_outbox(x, size) from featurize.featurizer x where x.id = any (siblings);
    with created as (
        insert into featurize.lease as l (featurizer_id, worker_id, expires_at)
        select x.id, claim.worker_id, clock_timestamp() + lease_for
          from unnest(f.id || siblings) x (id)
        returning l.id, l.featurizer_id)
    select array_agg(created.id order by array_position(f.id || siblings, created.featurizer_id))
      into leases
      from created;
    perform featurize._first_lease();  -- stores the position of the first lease
    planned := featurize._planned(f, 'claim', 'integer, bigint[], integer[], timestamptz[], bigint, integer',
        'table (lease_id bigint, featurizer_id integer, job_id bigint, image_job_id bigint, path text, bytes bytea)',
        'featurize._claim_statement(featurize.featurizer)');
    return query execute coalesce('select * from ' || planned || '($1, $2, $3, $4, $5, $6)',
                                  featurize._claim_statement(f))
    using size, leases, f.id || siblings, first, coalesce(max_claim_bytes, 9223372036854775807),
          -- Percent-encoding, the longest form of an image in text, has three characters per byte.
          case when f.image_kind in ('uri', 'base64') then least(4::bigint * max_image_bytes, 2147483646)::integer
               else least(max_image_bytes, 2147483646) end;
    delete from featurize.lease l
     where l.id = any (leases) and l.id not in (select j.lease_id from featurize.job j where j.lease_id = any (leases));
end
$$;
comment on function featurize.claim(integer, integer[], integer, interval, bigint, integer) is
    'For workers: lease the next rows of the first featurizer and return their images, one job per row. The other
featurizers that have the same image column also get leases, for those of these rows that they have jobs for;
image_job_id is the job of the first featurizer, whose row has the image. Of images that are stored in the table, a
claim returns as many as have max_claim_bytes together, at least one; of one that is longer than max_image_bytes, only
one byte more than that; of base64 and data URIs, four times as much. Null: no such bound.';
