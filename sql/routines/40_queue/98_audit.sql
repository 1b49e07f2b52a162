-- What featurize.repair() would correct.

create or replace function featurize._audited(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Rows that are queued, failed or ahead of the backfill are as they should be.
    select featurize._render(f, $audited$
        select s.flaw || ' vector', s.key
          from ({states}) s
         where s.flaw is not null and s.state in ('pending', 'stale') and s.queued_at is null and not s.awaits_backfill
         union all
        select 'orphaned vector', {key_json:s} from {orphaned_embeddings}
         union all
        select 'orphaned failure', x.key from {orphaned_failures}
        $audited$,
        jsonb_build_object(
            'states', featurize._states(f),
            'orphaned_embeddings', featurize._orphaned_embeddings(f),
            'orphaned_failures', featurize._orphaned_failures(f)));
$$;
comment on function featurize._audited(featurize.featurizer) is 'Query for the discrepancies of featurize.audit().';

create or replace function featurize.audit(name text)
    returns table (discrepancy text, rows bigint, sample jsonb)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
begin
    perform featurize._check_faults(f);
    return query execute format($audit$
        with found (discrepancy, key, position) as materialized (
            select a.discrepancy, a.key, row_number() over (partition by a.discrepancy order by a.key)
              from (%s) a (discrepancy, key)
        )
        select k.discrepancy, count(found.key),
               jsonb_agg(found.key order by found.key) filter (where found.position <= 10)
          from unnest($1) with ordinality k (discrepancy, position)
          left join found on found.discrepancy = k.discrepancy
         group by k.discrepancy, k.position
         order by k.position
        $audit$, featurize._audited(f))
    using '{missing vector,outdated vector,stale vector,orphaned vector,orphaned failure}'::text[];
end
$$;
comment on function featurize.audit(text) is
    'Compare all rows of a featurizer with their embeddings: number of rows, and keys of up to ten of them, for each
discrepancy that featurize.repair() corrects. missing vector, outdated vector (of an image that the row does not hold
any more), stale vector (of an earlier feature space): rows that are not queued. orphaned vector, orphaned failure: of
rows that are gone or have no image.';
