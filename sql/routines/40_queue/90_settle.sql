create or replace function featurize.settle(
    lease_id bigint,
    space_id integer,
    job_ids bigint[],
    embeddings vector[],
    digests bytea[],
    failed_job_ids bigint[] default '{}',
    reasons text[] default '{}',
    details text[] default '{}',
    retry_for interval[] default '{}',
    retry_after interval[] default '{}',
    retry_limit interval default '1 hour',
    damages text[] default '{}',
    out embedded integer,
    out failed integer,
    out retried integer,
    out discarded integer
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set intervalstyle = 'iso_8601'
    set bytea_output = 'hex'
    set extra_float_digits = 1
    -- As in featurize.claim().
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
    set lock_timeout = '500ms'
as $$
declare
    l featurize.lease;
    f featurize.featurizer;
    current_space integer;
begin
    embedded := 0;
    failed := 0;
    retried := 0;
    discarded := coalesce(cardinality(job_ids), 0) + coalesce(cardinality(failed_job_ids), 0);
    select * into f
      from featurize._share_source((select x.featurizer_id from featurize.lease x where x.id = settle.lease_id));
    select * into l from featurize.lease x where x.id = settle.lease_id for update;
    if l.id is null then
        return;  -- The lease expired and other workers have the rows: a late result is discarded.
    end if;
    if cardinality(job_ids) > 0 then
        select s.id into current_space from featurize.space s where s.model = f.model and s.retired_at is null;
        if space_id is distinct from current_space then
            raise exception using errcode = 'FZ008',
                message = format('model "%s": vectors of space %s cannot be stored, the current space is %s',
                    f.model, coalesce(space_id::text, 'null'), coalesce(current_space::text, 'none yet')),
                hint = 'The model was changed meanwhile; the worker loads it again and embeds the images anew.';
        end if;
        select s.embedded, s.failed
          into embedded, failed
          from featurize._store(f, l.id, space_id, job_ids, embeddings, digests, damages) s;
    end if;
    if cardinality(failed_job_ids) > 0 then
        retried := featurize._retry_later(
            l.id, failed_job_ids, reasons, details, retry_for, retry_after, retry_limit);
        failed := failed + featurize._fail(f, l.id, failed_job_ids, reasons, details);
    end if;
    discarded := discarded - embedded - failed - retried;
    -- What is left are jobs of rows that a user's transaction has locked.
    update featurize.job j
       set lease_id = null, attempts = j.attempts - 1, scheduled_at = clock_timestamp() + interval '1 second'
     where j.lease_id = settle.lease_id;
    delete from featurize.lease x where x.id = settle.lease_id;
    perform featurize._count_throughput(l, embedded, failed);
end
$$;
comment on function featurize.settle(bigint, integer, bigint[], vector[], bytea[], bigint[], text[], text[],
    interval[], interval[], interval, text[]) is
    'For workers: end a lease. Store the vectors of its jobs and record its failures, where the row still holds the
image that was featurized. A row that the database refuses fails, too. digests are SHA-256 of the images. A row with a
transient failure is tried again for retry_for since its first one, null if it is final; not before retry_after, and at
least every retry_limit. damages say what is missing in the images of job_ids that were decoded only in part, and are
null for the others; such rows are listed in featurize.truncated.';

create or replace function featurize._call(f featurize.featurizer, purpose text, arguments text) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    planned text := case purpose
        when 'store' then featurize._planned(f, purpose,
            format('bigint[], bigint, %I.vector[], bytea[], integer, boolean, text[]', featurize._vector_schema()),
            'table (embedded integer, is_complete boolean)', 'featurize._store_statement(featurize.featurizer)')
        when 'fail' then featurize._planned(f, purpose, 'bigint[], bigint, text[], text[], boolean',
            'setof integer', 'featurize._fail_statement(featurize.featurizer)')
        end;
begin
    if planned is not null then
        return format('select * from %s(%s)', planned, arguments);
    end if;
    return case purpose when 'store' then featurize._store_statement(f) else featurize._fail_statement(f) end;
end
$$;
comment on function featurize._call(featurize.featurizer, text, text) is
    'Statement that calls a planned statement of settle(), or the statement itself if it cannot be kept planned.';

create or replace function featurize._count_throughput(l featurize.lease, embedded integer, failed integer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    insert into featurize.throughput as t (featurizer_id, worker_id, embedded, failed, rows_per_second)
    values (l.featurizer_id, l.worker_id, _count_throughput.embedded, _count_throughput.failed,
            (_count_throughput.embedded + _count_throughput.failed)
            / greatest(extract(epoch from clock_timestamp() - l.claimed_at)::float8, 0.001))
        on conflict on constraint throughput_pkey do update
       set embedded = t.embedded + excluded.embedded,
           failed = t.failed + excluded.failed,
           -- Exponential average over ten seconds, started anew after a pause.
           rows_per_second = case
               when excluded.settled_at - t.settled_at > interval '10 seconds' then excluded.rows_per_second
               else t.rows_per_second + (1 - exp(-extract(epoch from excluded.settled_at - t.settled_at)::float8 / 10))
                    * ((excluded.embedded + excluded.failed)
                       / greatest(extract(epoch from excluded.settled_at - t.settled_at)::float8,
                           0.001) - t.rows_per_second)
               end,
           settled_at = excluded.settled_at;
end
$$;
comment on function featurize._count_throughput(featurize.lease, integer, integer) is
    'Add a batch to featurize.throughput.';
