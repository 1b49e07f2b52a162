-- Functions that workers call to build indexes. They return statements, because CREATE INDEX CONCURRENTLY cannot
-- run in a function.

create or replace function featurize._is_filling(i featurize.index) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Rows that are written later, or that are tried again, must not delay the index forever.
    select exists (select from featurize.backfill b
                    where b.featurizer_id = i.featurizer_id and b.finished_at is null)
        or exists (select from featurize.outbox a
                    where a.featurizer_id = i.featurizer_id and a.queued_at < i.requested_at)
        or exists (select from featurize.job j
                    where j.featurizer_id = i.featurizer_id and j.attempts <= 1
                      and (j.priority > 0 or j.queued_at < i.requested_at));
$$;
comment on function featurize._is_filling(featurize.index) is
    'Whether rows that existed when the index was requested, or when the model changed, are not embedded yet.';

create or replace function featurize.index_work(name text default null)
    returns table (index_id integer, featurizer text, metric text, method text, dimensions integer)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select i.id, featurize._label(f), i.metric, i.method, i.dimensions
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
      join featurize.space s on s.model = f.model and s.retired_at is null
     where (index_work.name is null or f.id = (featurize._featurizer(index_work.name)).id)
       -- Only the owner of a table can create indexes on it.
       and (select pg_has_role(c.relowner, 'usage')
              from pg_class c
             where c.oid = coalesce(f.embeddings, f.source))
       and (i.space_id is distinct from s.id
            -- A failed or interrupted build is tried again after a minute, then after two, four, ..., up to a day.
            or i.built_at is null
               and (i.started_at < clock_timestamp()
                        - least(interval '1 minute' * 2 ^ least(greatest(i.failures - 1, 0), 11), interval '1 day')
                    or index_work.name is not null))
       and not (i.after_backfill and featurize._is_filling(i))
     order by i.id;
$$;
comment on function featurize.index_work(text) is
    'For workers: indexes to build now, of one featurizer or of all.';

create or replace function featurize.start_building() returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- One build per database at a time: two concurrent builds on a table wait for each other.
    if not pg_try_advisory_lock(hashtext('pgfeaturize.index')) then
        return false;
    end if;
    perform set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false);
    return true;
end
$$;
comment on function featurize.start_building() is
    'For workers: whether this session may build indexes, because no other session does. Turns off its timeouts.';

create or replace function featurize._stop_building(relation oid) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select pg_cancel_backend(building.pid)
      from pg_locks building
      join pg_stat_activity a on a.pid = building.pid and pg_has_role(a.usesysid, 'usage')
     where building.locktype = 'relation' and building.mode = 'ShareUpdateExclusiveLock' and building.granted
       and building.database = (select d.oid from pg_database d where d.datname = current_database())
       and building.relation = _stop_building.relation
       and building.pid in (select b.pid
                              from pg_locks b
                             where b.locktype = 'advisory' and b.database = building.database and b.objsubid = 1
                               and (b.classid::bigint << 32) | b.objid::bigint = hashtext('pgfeaturize.index'))
       and building.pid <> pg_backend_pid();
$$;
comment on function featurize._stop_building(oid) is
    'Cancel the building of indexes of a table by a worker, which tries again later.';

create or replace function featurize._default_of(setting text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select concat(s.reset_val, s.unit) from pg_settings s where s.name = setting;
$$;
comment on function featurize._default_of(text) is 'Value that a session begins with.';

create or replace function featurize._building_memory(i featurize.index, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The size of the graph while it is built, plus a quarter, up to 2 GB.
    select format('%skB', greatest(
               pg_size_bytes(featurize._default_of('maintenance_work_mem')) / 1024,
               pg_size_bytes(current_setting('maintenance_work_mem')) / 1024,
               least(2097152, greatest(c.reltuples, 1000)::float8 * 1.25 / 1024 * v.bytes)::bigint))
      from pg_class c
     cross join lateral (
           select i.dimensions * case i.method when 'bits' then 0.125 when 'hnsw' then 4 else 2 end
                  + i.m * 40 + 200) v (bytes)
     where c.oid = coalesce(f.embeddings, f.source);
$$;
comment on function featurize._building_memory(featurize.index, featurize.featurizer) is
    'Value of maintenance_work_mem for building an index.';

create or replace function featurize.begin_index(index_id integer, attempt integer default 1) returns setof text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index := featurize._begin_index(index_id);
    f featurize.featurizer;
begin
    if i.id is not null then
        select * into f from featurize.featurizer x where x.id = i.featurizer_id;
        -- Workers of a parallel build share its memory, which Docker limits to 64 MB; a serial build has its own.
        perform set_config('max_parallel_maintenance_workers', case attempt
                    when 1 then featurize._default_of('max_parallel_maintenance_workers') else '0' end, false),
                set_config('maintenance_work_mem', case
                    when attempt <= 2 then featurize._building_memory(i, f)
                    else '64MB' end, false);
        -- Drop an invalid index of an earlier attempt. Indexes of earlier spaces remain until end_index().
        return query
        select format('drop index concurrently %s', x.relation)
          from (select featurize._index_relation(i, f)) x (relation)
         where x.relation is not null;
        return query select featurize._index_statement(i, f, true);
    end if;
end
$$;
comment on function featurize.begin_index(integer, integer) is
    'For workers: prepare the building of an index. attempt: 1; 2 for a serial build, after memory or space ran out; 3
for one with 64 MB of maintenance_work_mem. Returns the statements that build it; none if it was dropped
meanwhile.';

create or replace function featurize.end_index(index_id integer, error text default null) returns setof text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    i featurize.index;
begin
    update featurize.index x
       set error = end_index.error, built_at = case when end_index.error is null then clock_timestamp() end,
           failures = case when end_index.error is null then 0 else x.failures + 1 end
     where x.id = end_index.index_id
    returning * into i;
    if i.built_at is not null then
        delete from featurize.projection p where p.index_id = i.id and p.space_id <> i.space_id;
        return query select featurize._index_parts(i.id, i.space_id, true);
    else
        -- It could not be built, or was dropped meanwhile.
        return query select featurize._index_parts(end_index.index_id, null, true);
    end if;
end
$$;
comment on function featurize.end_index(integer, text) is
    'For workers: record that an index was built, or the error. Returns statements that drop what is left of failed
or earlier builds.';

create or replace function featurize.sample_vectors(index_id integer, size integer) returns setof vector
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute (
        select format('select x.embedding from (%s) x', featurize._sample(f, i.metric, size))
          from featurize.index i
          join featurize.featurizer f on f.id = i.featurizer_id
         where i.id = sample_vectors.index_id);
end
$$;
comment on function featurize.sample_vectors(integer, integer) is
    'For workers: a sample of size embeddings, to fit the projection of an index.';

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
    'For workers: store the principal components for an index by projection.';
