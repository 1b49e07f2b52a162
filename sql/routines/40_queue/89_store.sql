-- Storing the results of a lease. An error that one row causes is that row's failure: the batch is divided until the
-- row is alone, and the others are stored.

create or replace function featurize._concerns_row(state text) returns boolean
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- Not errors of the server, the transaction, the privileges or the featurizer, which every row would share.
    select left(state, 2) <> all ('{08,0A,25,28,3D,3F,40,42,53,55,57,58,72,F0,FZ,HV,XX}');
$$;
comment on function featurize._concerns_row(text) is
    'Whether a statement of settle() that failed with this SQLSTATE may have failed because of one row.';

create or replace function featurize._store(
    f featurize.featurizer,
    lease_id bigint,
    space_id integer,
    job_ids bigint[],
    embeddings vector[],
    digests bytea[],
    damages text[],
    out embedded integer,
    out failed integer
)
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    statement text := featurize._call(f, 'store', '$1, $2, $3, $4, $5, $6, $7');
    has_failures boolean := exists (select from featurize.failed_row x where x.featurizer_id = f.id);
    half integer := cardinality(job_ids) / 2;
    is_complete boolean;
    refusal text;
begin
    begin
        execute statement into embedded, is_complete
          using job_ids, lease_id, embeddings, digests, space_id, has_failures, damages;
        set constraints all immediate;
        if is_complete then
            failed := 0;
            return;
        end if;
        raise triggered_action_exception using message = 'a trigger of the table suppressed the write';
    exception
        when insufficient_privilege then
            -- Row-level security refuses rows with the SQLSTATE of missing privileges, which matter without rows, too.
            if not row_security_active(coalesce(f.embeddings, f.source)) then
                raise;
            end if;
            refusal := sqlerrm;
            execute statement
              using '{}'::bigint[], lease_id, embeddings[:0], digests[:0], space_id, has_failures, damages[:0];
        when others then
            if not featurize._concerns_row(sqlstate) then
                raise;
            end if;
            refusal := sqlerrm;
    end;
    embedded := 0;
    if half = 0 then
        failed := featurize._fail(f, lease_id, job_ids, '{not_stored}', array[format(
            'the database did not store the vector: %s; correct the row, or what it violates, then call '
            'featurize.retry()', left(refusal, 1000))]);
        return;
    end if;
    select sum(s.embedded), sum(s.failed)
      into embedded, failed
      from (values (1, half), (half + 1, cardinality(job_ids))) part (first, last)
     cross join lateral featurize._store(f, lease_id, space_id, job_ids[part.first:part.last],
                                         embeddings[part.first:part.last], digests[part.first:part.last],
                                         damages[part.first:part.last]) s;
end
$$;
comment on function featurize._store(featurize.featurizer, bigint, integer, bigint[], vector[], bytea[], text[]) is
    'Store the vectors of jobs of a lease. A row that the database refuses fails alone, with the reason not_stored;
errors that do not concern a row are raised.';

create or replace function featurize._fail(
    f featurize.featurizer,
    lease_id bigint,
    job_ids bigint[],
    reasons text[],
    details text[]
) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    statement text := featurize._call(f, 'fail', '$1, $2, $3, $4, $5');
    half integer := cardinality(job_ids) / 2;
    failed integer;
begin
    begin
        execute statement into failed using job_ids, lease_id, reasons, details, true;
        set constraints all immediate;
        return failed;
    exception
        when others then
            if not featurize._concerns_row(sqlstate) then
                raise;
            end if;
    end;
    if half = 0 then
        -- The row cannot be changed, so it keeps the vector of its previous image.
        execute statement into failed using job_ids, lease_id, reasons, details, false;
        return failed;
    end if;
    return featurize._fail(f, lease_id, job_ids[:half], reasons[:half], details[:half])
         + featurize._fail(f, lease_id, job_ids[half + 1:], reasons[half + 1:], details[half + 1:]);
end
$$;
comment on function featurize._fail(featurize.featurizer, bigint, bigint[], text[], text[]) is
    'Record the failures of jobs of a lease and delete the vectors of their rows, except where the database refuses
that. Returns how many failed.';
