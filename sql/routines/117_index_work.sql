-- The worker's side: what to build, and one statement at a time, since CONCURRENTLY cannot be in a function.

create or replace function featurize._estimated_rows(f featurize.featurizer) returns float8
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select greatest(c.reltuples, 1000)::float8 from pg_class c where c.oid = coalesce(f.embeddings, f.source);
$$;
comment on function featurize._estimated_rows(featurize.featurizer) is 'About how many embeddings there are.';

create or replace function featurize.index_work(name text default null)
    returns table (index_id integer, featurizer text, metric text, method text, dimensions integer, memory_kb bigint)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select i.id, f.name, i.metric, i.method, i.dimensions,
           -- What a graph of so many vectors takes while it is built, and a quarter more; within reason.
           least(greatest(65536, (featurize._estimated_rows(f) * (i.dimensions * case i.method when 'bits' then 0.125 when 'hnsw' then 4 else 2 end
                                                                   + i.m * 40 + 200) * 1.25 / 1024)::bigint), 2097152)
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
      join featurize.space s on s.model = f.model and s.retired_at is null
     where (index_work.name is null or f.name = index_work.name)
       and (i.space_id is distinct from s.id or i.built_at is null)
       and (i.problem is null or i.started_at < clock_timestamp() - interval '1 minute' or index_work.name is not null)
       and not exists (select from featurize.backfill b
                        where i.after_backfill and b.featurizer_id = f.id and b.finished_at is null)
       and not exists (select from featurize._queued q where i.after_backfill and q.featurizer_id = f.id)
     order by i.id;
$$;
comment on function featurize.index_work(text) is
    'For workers: indexes that are to be built now, of one featurizer or of all.';

create or replace function featurize.begin_index(index_id integer) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index;
    f featurize.featurizer;
begin
    select * into i from featurize.index x where x.id = begin_index.index_id for update;
    select * into f from featurize.featurizer x where x.id = i.featurizer_id;
    if f.id is null then
        return null;
    end if;
    return featurize._index_statement(featurize._begin_index(i, f), f, true);
end
$$;
comment on function featurize.begin_index(integer) is
    'For workers: prepare an index and give the CREATE INDEX CONCURRENTLY to send; null if it is not wanted any more.';

create or replace function featurize.end_index(index_id integer, problem text default null) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index;
    f featurize.featurizer;
begin
    update featurize.index x
       set problem = end_index.problem, built_at = case when end_index.problem is null then clock_timestamp() end
     where x.id = end_index.index_id
    returning * into i;
    select * into f from featurize.featurizer x where x.id = i.featurizer_id;
    return case when i.problem is not null
                then 'drop index concurrently if exists ' || featurize._index_relation(i, f)::text end;
end
$$;
comment on function featurize.end_index(integer, text) is
    'For workers: an index is built, or why not; then gives the statement that clears away what is left of it.';

create or replace function featurize.sample_vectors(index_id integer, size integer) returns setof vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute (
        select featurize._sample(f, i.metric, size)
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
    delete from featurize.projection p where p.index_id = set_projection.index_id;
    insert into featurize.projection (index_id, position, direction, bias)
    select set_projection.index_id, d.position, d.direction, d.bias
      from unnest(directions, biases) with ordinality d (direction, bias, position);
$$;
comment on function featurize.set_projection(integer, vector[], float8[]) is
    'For workers: the principal components that an index is to be over.';

create or replace function featurize.try_index(index_id integer, memory_kb bigint) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if not pg_try_advisory_lock(hashtext('pgfeaturize.index'), index_id) then
        return false;
    end if;
    perform set_config('maintenance_work_mem', greatest(memory_kb, 65536)::text, false);
    return true;
end
$$;
comment on function featurize.try_index(integer, bigint) is
    'For workers: whether this session may build an index, because no other does; and memory for it.';
