-- Which index suits which vectors, and what it takes to build it.

create or replace function featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer) returns featurize.index
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    -- What an index page can hold, by pgvector's limits.
    most integer := case f.storage when 'vector' then 2000 else 4000 end;
begin
    if i.method = 'auto' then
        i.method := case when dim <= most then 'hnsw' when dim <= 4000 then 'halfvec' else 'bits' end;
        i.reason := case i.method
            when 'hnsw' then format('%s dimensions of type %s can be indexed as they are, up to %s', dim, f.storage, most)
            when 'halfvec' then format('%s dimensions are more than the %s of type vector that can be indexed, but not more than 4000 of type halfvec', dim, most)
            else format('%s dimensions are more than the 4000 that can be indexed as numbers', dim) end;
    else
        i.reason := 'it was asked for';
        if dim > (case i.method when 'hnsw' then most when 'halfvec' then 4000 else 16000 end) then
            raise exception using errcode = 'FZ006',
                message = format('an index of method %s cannot hold the %s dimensions of featurizer "%s"', i.method, dim, f.name),
                hint = format('Choose %s, or leave it to auto.', case when dim <= 4000 then 'halfvec, projection or bits' else 'bits or projection' end);
        end if;
    end if;
    if i.method in ('bits', 'projection') and i.metric not in ('cosine', 'l2') then
        raise exception using errcode = 'FZ006',
            message = format('an index of method %s cannot serve metric %s of featurizer "%s"', i.method, i.metric, f.name),
            hint = 'It can serve cosine and l2. Searches by other metrics work without an index.';
    end if;
    i.dimensions := case when i.method = 'projection' then coalesce(i.dimensions, 536) else dim end;
    if i.dimensions not between 1 and least(dim, 4000) and i.method = 'projection' then
        raise exception using errcode = 'FZ006',
            message = format('%s dimensions cannot be projected to %s', dim, i.dimensions),
            hint = 'Pass fewer dimensions than the embedding has; 536 are the most of which six fit a page.';
    end if;
    i.oversampling := case i.method when 'hnsw' then 1 when 'halfvec' then 2 when 'projection' then 5 else 20 end;
    return i;
end
$$;
comment on function featurize._plan_index(featurize.index, featurize.featurizer, integer) is
    'An index with the method that suits its vectors best, or FZ006 if the one that was asked for does not.';

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
    f featurize.featurizer := featurize._featurizer(name);
    i featurize.index;
begin
    perform featurize._check_choice('metric', metric, array['cosine', 'l2', 'ip', 'l1']);
    perform featurize._check_choice('method', method, array['auto', 'hnsw', 'halfvec', 'bits', 'projection']);
    select * into i from featurize.index x where x.featurizer_id = f.id and x.metric = create_index.metric;
    if i.id is not null and if_not_exists then
        raise notice 'featurizer "%" has an index for % already, skipping', f.name, metric;
        return i.id;
    elsif i.id is not null then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" has an index for %s already', f.name, metric),
            hint = format('Remove it first: select featurize.drop_index(%L, %L).', f.name, metric);
    end if;
    i := jsonb_populate_record(null::featurize.index, jsonb_build_object(
        'featurizer_id', f.id, 'metric', metric, 'method', method, 'dimensions', dimensions, 'm', m,
        'ef_construction', ef_construction, 'ef_search', ef_search, 'after_backfill', after_backfill));
    i := featurize._plan_index(i, f, (select x.dim from featurize.model x where x.name = f.model));
    insert into featurize.index (featurizer_id, metric, method, reason, dimensions, m, ef_construction, ef_search, oversampling, after_backfill)
    values (i.featurizer_id, i.metric, i.method, i.reason, i.dimensions, i.m, i.ef_construction, i.ef_search, i.oversampling, i.after_backfill)
    returning * into i;
    raise notice 'index of featurizer "%" for %: %, because %', f.name, i.metric, i.method, i.reason;
    if create_index.concurrently then
        perform pg_notify('pgfeaturize_desk', '');
    else
        perform featurize._build_index(i, f);
    end if;
    return i.id;
end
$$;
comment on function featurize.create_index(text, text, text, integer, integer, integer, integer, boolean, boolean, boolean) is
    'Ask for an index over the embeddings of a featurizer. Workers build it CONCURRENTLY, and anew for each feature space;
with concurrently => false it is built at once, and writers wait. See featurize.index_report.';

create or replace function featurize.drop_index(name text, metric text default 'cosine') returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    i featurize.index;
begin
    select * into i from featurize.index x where x.featurizer_id = f.id and x.metric = drop_index.metric;
    if i.id is null then
        raise exception using errcode = 'FZ001',
            message = format('featurizer "%s" has no index for %s', name, metric),
            hint = format('It has indexes for: %s.', coalesce(
                (select string_agg(x.metric, ', ') from featurize.index x where x.featurizer_id = f.id), 'none'));
    end if;
    perform featurize._drop_index_parts(i, f);
    delete from featurize.index x where x.id = i.id;
end
$$;
comment on function featurize.drop_index(text, text) is 'Remove the index of a featurizer for a metric.';
