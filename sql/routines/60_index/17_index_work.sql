-- The worker's side: what to build, and the statements for it one at a time, since CONCURRENTLY cannot
-- be in a function.

create or replace function featurize._is_filling(i featurize.index) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Rows that are written now and then, or fail again and again, must not put it off for ever.
    select exists (select from featurize.backfill b where b.featurizer_id = i.featurizer_id and b.finished_at is null)
        or exists (select from featurize.outbox a where a.featurizer_id = i.featurizer_id
            and a.queued_at < i.requested_at)
        or exists (select from featurize.job j
                    where j.featurizer_id = i.featurizer_id and j.attempts <= 1
                        and (j.priority > 0 or j.queued_at < i.requested_at));
$$;
comment on function featurize._is_filling(featurize.index) is
    'Whether rows that were there when the index was asked for, or the model changed, are yet to be embedded.';

create or replace function featurize.index_work(name text default null)
    returns table (index_id integer, featurizer text, metric text, method text, dimensions integer)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select i.id, f.name, i.metric, i.method, i.dimensions
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
      join featurize.space s on s.model = f.model and s.retired_at is null
     where (index_work.name is null or f.name = index_work.name)
       -- Only a table's owner can make indexes on it.
       and (select pg_has_role(c.relowner, 'usage') from pg_class c where c.oid = coalesce(f.embeddings, f.source))
       and (i.space_id is distinct from s.id
            -- One that could not be built, or broke off, is tried again, but not at once.
            or i.built_at is null and (i.started_at < clock_timestamp() - interval '1 minute' or index_work.name
                is not null))
       and not (i.after_backfill and featurize._is_filling(i))
     order by i.id;
$$;
comment on function featurize.index_work(text) is
    'For workers: indexes that are to be built now, of one featurizer or of all.';

create or replace function featurize.start_building() returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- One in a database at a time: two that build CONCURRENTLY on a table wait for each other.
    if not pg_try_advisory_lock(hashtext('pgfeaturize.index')) then
        return false;
    end if;
    perform set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false);
    return true;
end
$$;
comment on function featurize.start_building() is
    'For workers: whether this session may build indexes, because no other does; and as long as it takes.';

create or replace function featurize._building_memory(i featurize.index, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- What a graph of so many vectors takes while it is built, and a quarter more; within reason.
    select format('%skB', greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, least(2097152,
               greatest(c.reltuples, 1000)::float8 * 1.25 / 1024
               * (i.dimensions * case i.method when 'bits' then 0.125 when 'hnsw' then 4
                   else 2 end + i.m * 40 + 200))::bigint))
      from pg_class c
     where c.oid = coalesce(f.embeddings, f.source);
$$;
comment on function featurize._building_memory(featurize.index, featurize.featurizer)
    is 'maintenance_work_mem for building an index.';

create or replace function featurize.begin_index(index_id integer) returns setof text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._begin_index(index_id);
    f featurize.featurizer;
begin
    if i.id is not null then
        select * into f from featurize.featurizer x where x.id = i.featurizer_id;
        perform set_config('maintenance_work_mem', featurize._building_memory(i, f), false);
        -- An earlier attempt may have left an invalid one. What is of earlier spaces stays until the end.
        return query
        select format('drop index concurrently %s', x.relation)
          from (select featurize._index_relation(i, f)) x (relation)
         where x.relation is not null;
        return query select featurize._index_statement(i, f, true);
    end if;
end
$$;
comment on function featurize.begin_index(integer) is
    'For workers: prepare an index and give the statements that build it; none if nobody wants it any more.';

create or replace function featurize.end_index(index_id integer, error text default null) returns setof text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index;
begin
    update featurize.index x
       set error = end_index.error, built_at = case when end_index.error is null then clock_timestamp() end
     where x.id = end_index.index_id
    returning * into i;
    if i.built_at is not null then
        delete from featurize.projection p where p.index_id = i.id and p.space_id <> i.space_id;
        return query select featurize._index_parts(i.id, i.space_id, true);
    else
        -- It could not be built, or nobody wants it any more.
        return query select featurize._index_parts(end_index.index_id, null, true);
    end if;
end
$$;
comment on function featurize.end_index(integer, text) is
    'For workers: an index is built, or why not; gives the statements that clear away what is left of it, or of '
        'earlier ones.';

create or replace function featurize.sample_vectors(index_id integer, size integer) returns setof vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute (
        select format('select x.embedding from (%s) x', featurize._sample(f, i.metric, size))
          from featurize.index i join featurize.featurizer f on f.id = i.featurizer_id
         where i.id = sample_vectors.index_id);
end
$$;
comment on function featurize.sample_vectors(integer, integer) is
    'For workers: embeddings to fit the projection of an index to.';

create or replace function featurize.set_projection(index_id integer, directions vector[], biases float8[]) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    delete from featurize.projection p
     using featurize.index i
     where i.id = set_projection.index_id and p.index_id = i.id and p.space_id = i.space_id;
    insert into featurize.projection (index_id, space_id, position, direction, bias)
    select i.id, i.space_id, d.position, d.direction, d.bias
      from featurize.index i
     cross join unnest(directions, biases) with ordinality d (direction, bias, position)
     where i.id = set_projection.index_id;
$$;
comment on function featurize.set_projection(integer, vector[], float8[]) is
    'For workers: the principal components that an index which was begun is to be over.';
