-- Choosing an index method for vectors; requesting and dropping an index.

create or replace function featurize._check_index(i featurize.index, f featurize.featurizer, dim integer)
    returns void
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
declare
    max_dim integer := case when i.method = 'hnsw' and f.storage = 'vector' then 2000 else 4000 end;
    complaint text;
    remedy text;
begin
    if i.method in ('bits', 'projection') and i.metric not in ('cosine', 'l2') then
        complaint := format('with method %s for metric %s', i.method, i.metric);
        remedy := 'That method supports cosine and l2. Searches by other metrics work without an index.';
    elsif i.method in ('hnsw', 'halfvec') and dim > max_dim then
        complaint := format('with method %s over %s dimensions', i.method, dim);
        remedy := format('Choose %s, or auto.',
            case when dim <= 4000 then 'halfvec, projection or bits' else 'bits or projection' end);
    elsif i.method <> 'projection' and i.dimensions <> dim then
        complaint := format('with method %s over %s of %s dimensions', i.method, i.dimensions, dim);
        remedy := 'The parameter dimensions is for method projection only.';
    elsif i.method = 'projection' and i.dimensions not between 1 and least(dim, 4000) then
        complaint := format('over a projection of %s dimensions to %s', dim, i.dimensions);
        remedy := 'Pass at most the dimensions of the embedding, and at most 4000. '
                  'Six vectors of up to 536 dimensions fit a page.';
    elsif (i.m between 2 and 100
           and i.ef_construction between greatest(4, 2 * i.m) and 1000
           and i.ef_search between 1 and 1000) is not true
    then
        complaint := format('with m = %s, ef_construction = %s, ef_search = %s', i.m, i.ef_construction, i.ef_search);
        remedy := 'pgvector requires m of 2 to 100, ef_construction of at least 2 * m, and ef values of at most 1000.';
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" cannot have an index %s', featurize._label(f), complaint),
            hint = remedy;
    end if;
end
$$;
comment on function featurize._check_index(featurize.index, featurize.featurizer, integer) is
    'Raise FZ006 unless pgvector can build the index.';

create or replace function featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer)
    returns featurize.index
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- Vectors of this length fit an index page, see the README of pgvector.
    max_dim integer := case f.storage when 'vector' then 2000 else 4000 end;
begin
    if i.method = 'auto' then
        i.method := case when dim <= max_dim then 'hnsw' when dim <= 4000 then 'halfvec' else 'bits' end;
        i.reason := case i.method
            when 'hnsw' then format(
                '%s dimensions are within the limit of %s for indexes on type %s', dim, max_dim, f.storage)
            when 'halfvec' then format(
                '%s dimensions exceed the limit of %s for type vector, but not that of 4000 for type halfvec',
                dim, max_dim)
            else format('%s dimensions exceed the limit of 4000 for indexes on numbers', dim) end;
    else
        i.reason := 'it was requested';
    end if;
    i.dimensions := coalesce(i.dimensions, case i.method when 'projection' then least(dim, 536) else dim end);
    -- Candidates per requested row that are compared by their full vectors.
    i.oversampling := case i.method when 'hnsw' then 1 when 'halfvec' then 2 when 'projection' then 5 else 20 end;
    return i;
end
$$;
comment on function featurize._plan_index(featurize.index, featurize.featurizer, integer) is
    'Complete an index request: the best method for its vectors and the reason, dimensions and oversampling.';

create or replace function featurize.create_index(
    name text,
    metric text default 'cosine',
    method text default 'auto',
    dimensions integer default null,
    m integer default 16,
    ef_construction integer default 64,
    ef_search integer default 100,
    concurrently boolean default true,
    after_backfill boolean default true,
    if_not_exists boolean default false
) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    dim integer := (select x.dim from featurize.model x where x.name = f.model);
    i featurize.index;
begin
    perform featurize._check_choice('metric', metric, array['cosine', 'l2', 'ip', 'l1']);
    perform featurize._check_choice('method', method, array['auto', 'hnsw', 'halfvec', 'bits', 'projection']);
    select * into i from featurize.index x where x.featurizer_id = f.id and x.metric = create_index.metric;
    if i.id is not null and if_not_exists then
        raise notice 'featurizer "%" already has an index for %, skipping', featurize._label(f), metric;
        return i.id;
    elsif i.id is not null then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" already has an index for %s', featurize._label(f), metric),
            hint = format('Drop it first: select featurize.drop_index(%L, %L).', featurize._label(f), metric);
    end if;
    i := jsonb_populate_record(null::featurize.index, jsonb_build_object(
        'featurizer_id', f.id, 'metric', metric, 'method', method, 'dimensions', dimensions, 'm', m,
        'ef_construction', ef_construction, 'ef_search', ef_search, 'after_backfill', after_backfill));
    i := featurize._plan_index(i, f, dim);
    perform featurize._check_index(i, f, dim);
    if not create_index.concurrently then
        perform featurize._lock_source(f, 'exclusive'), featurize._lock_table(f.embeddings, 'share');
    end if;
    insert into featurize.index (
           featurizer_id, metric, method, reason, dimensions,
           m, ef_construction, ef_search, oversampling, after_backfill)
    values (i.featurizer_id, i.metric, i.method, i.reason, i.dimensions,
            i.m, i.ef_construction, i.ef_search, i.oversampling, i.after_backfill)
    returning * into i;
    raise notice 'index of featurizer "%" for %: %, because %', featurize._label(f), i.metric, i.method, i.reason;
    if create_index.concurrently then
        perform featurize._notify('pgfeaturize_requests', 'index');
    else
        perform featurize._build_index(i, f);
    end if;
    return i.id;
end
$$;
comment on function featurize.create_index(
    text, text, text, integer, integer, integer, integer, boolean, boolean, boolean) is
    'Request an HNSW index on the embeddings of a featurizer for one metric: cosine, l2, ip or l1. Returns its id. A
worker builds it with CREATE INDEX CONCURRENTLY, and again for each new feature space. With concurrently => false it
is built at once and blocks writers. method: auto, hnsw, halfvec, bits or projection; dimensions: length of a
projection; m, ef_construction and ef_search as in pgvector. With after_backfill, a worker first embeds all existing
rows. See featurize.index_report.';

create or replace function featurize.drop_index(name text, metric text default 'cosine') returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    i featurize.index;
begin
    select * into i from featurize.index x where x.featurizer_id = f.id and x.metric = drop_index.metric;
    if i.id is null then
        raise exception using errcode = 'FZ001',
            message = format('featurizer "%s" has no index for %s', name, metric),
            hint = format('It has indexes for: %s.', coalesce(
                (select string_agg(x.metric, ', ') from featurize.index x where x.featurizer_id = f.id), 'none'));
    end if;
    perform featurize._lock_source(f, 'access exclusive'), featurize._lock_table(f.embeddings, 'access exclusive');
    delete from featurize.index x where x.id = i.id;
    perform featurize._drop_index_parts(i.id);
end
$$;
comment on function featurize.drop_index(text, text) is
    'Drop the index of a featurizer for a metric. A worker that is building it stops.';
