-- Leases end when they are released, or when they expire.

create or replace function featurize._max_attempts() returns integer
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select 3;
$$;
comment on function featurize._max_attempts() is 'Number of attempts after which a row that ended its workers fails.';

create or replace function featurize._fail_exhausted(lease_id bigint) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    set jit = off
as $$
begin
    perform featurize.settle(_fail_exhausted.lease_id, null, '{}', '{}', '{}',
        exhausted.jobs,
        array_fill('worker_lost'::text, array[cardinality(exhausted.jobs)]),
        array_fill(format(
            'the worker ended or hung %s times while it processed this image; see its log, then '
                'call featurize.retry()',
            featurize._max_attempts()), array[cardinality(exhausted.jobs)]))
       from (select array_agg(lost.id) as jobs
               from (select distinct on (j.key) j.id
                       from featurize.job j
                      where j.lease_id = _fail_exhausted.lease_id and j.attempts >= featurize._max_attempts()
                      order by j.key, j.attempts desc) lost) exhausted
      where exhausted.jobs is not null;
exception
    -- If its table was dropped or changed, or privileges are missing, other featurizers must go on.
    when others then
        null;
end
$$;
comment on function featurize._fail_exhausted(bigint) is
    'Fail the rows of an expired lease that ended their worker too often.';

create or replace function featurize._try_share_source(featurizer_id integer) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._share_source(featurizer_id);
    return true;
exception
    when lock_not_available then
        return false;
    -- Leases on a table that was changed, or on which privileges are missing, end, too.
    when others then
        return true;
end
$$;
comment on function featurize._try_share_source(integer) is
    'Call featurize._share_source(); false if another transaction has locked the source.';

create or replace function featurize._reclaim() returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set enable_seqscan = off
    set enable_bitmapscan = off
    set jit = off
as $$
declare
    first bigint := featurize._first_lease();
    of_featurizer integer;
    expired bigint;
begin
    for of_featurizer in
        select distinct l.featurizer_id from featurize.lease l where l.id >= first and l.expires_at < clock_timestamp()
    loop
        continue when not featurize._try_share_source(of_featurizer);
        for expired in
            select l.id
              from featurize.lease l
             where l.id >= first and l.featurizer_id = of_featurizer and l.expires_at < clock_timestamp()
               for update skip locked
        loop
            perform featurize._fail_exhausted(expired);
            update featurize.job j set lease_id = null where j.lease_id = expired;
            delete from featurize.lease l where l.id = expired;
        end loop;
        perform featurize._reset_queue_cursor(of_featurizer);
        -- The next call reclaims those of another featurizer, so that no transaction locks two sources.
        return;
    end loop;
end
$$;
comment on function featurize._reclaim() is
    'Make the jobs of expired leases of one featurizer pending again; fail rows without attempts left.';

create or replace function featurize.release(lease_id bigint) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set lock_timeout = '500ms'
as $$
declare
    released integer;
begin
    perform from featurize.lease l where l.id = release.lease_id for update;
    if not found then
        return 0;  -- It has expired.
    end if;
    -- The attempt does not count, because it did not fail because of the rows.
    update featurize.job j
       set lease_id = null, attempts = j.attempts - 1
     where j.lease_id = release.lease_id;
    get diagnostics released = row_count;
    perform featurize._reset_queue_cursor(l.featurizer_id) from featurize.lease l where l.id = release.lease_id;
    delete from featurize.lease l where l.id = release.lease_id;
    return released;
exception
    when lock_not_available then
        return 0;  -- Its featurizer is being dropped.
end
$$;
comment on function featurize.release(bigint) is
    'For workers: release a lease without a result; its rows are pending again, and the attempt does not count.';
