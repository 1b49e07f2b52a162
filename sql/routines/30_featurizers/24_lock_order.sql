-- The order of locks: first the source, then its embedding table, the featurizer, and the queue. Writers lock the
-- source first, because their statements are about it, so everything else does, too. Statements of workers first take
-- the lock that a writer takes, and hold those of one source only. Whatever changes a featurizer first takes the
-- strongest lock that it will need, because two sessions that both wait for a stronger one end in a deadlock.
--
-- Workers hold no lock when they wait for a source, and give up after the lock_timeout of their functions. It is
-- shorter than the default of deadlock_timeout, so no transaction of a user is cancelled even if it takes locks in
-- another order.

create or replace function featurize._share_source(featurizer_id integer) returns featurize.featurizer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
begin
    select * into f from featurize.featurizer x where x.id = featurizer_id;
    if exists (select from pg_class c where c.oid = f.source) then
        begin
            -- LOCK TABLE would need privileges on the table; workers have them on columns. EXPLAIN locks the table
            -- like UPDATE, but fires no triggers.
            execute featurize._render(f, case f.destination
                when 'table' then 'select from only {source} for key share limit 0'
                else 'explain update only {source} set {space_column} = null where false' end);
        exception
            when undefined_table or undefined_column then
                null;  -- Dropped while this waited. If the featurizer is still there, its next statement fails.
        end;
        select * into f from featurize.featurizer x where x.id = featurizer_id;
    end if;
    return f;
end
$$;
comment on function featurize._share_source(integer) is
    'Lock the source of a featurizer as the statements of workers need it. Returns the featurizer as it is then; null
if it was dropped.';

create or replace function featurize._lock_source(f featurize.featurizer, mode text) returns featurize.featurizer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    current featurize.featurizer;
begin
    perform featurize._lock_table(f.source, mode);
    select * into current from featurize.featurizer x where x.id = f.id;
    return current;
end
$$;
comment on function featurize._lock_source(featurize.featurizer, text) is
    'Lock the source of a featurizer, to change the featurizer. Modes exclusive and access exclusive keep workers away.
Returns the featurizer as it is then; null if it was dropped.';

create or replace function featurize._lock_table(relation oid, mode text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from pg_class c where c.oid = relation) then
        -- CREATE INDEX CONCURRENTLY would wait for the statement that waits here. One that begins later waits in line.
        perform featurize._stop_building(relation);
        execute featurize._render('lock table only {relation} in {mode} mode',
            jsonb_build_object('relation', relation::regclass::text, 'mode', mode));
    end if;
end
$$;
comment on function featurize._lock_table(oid, text) is
    'Lock a table if it exists. A worker that is building an index of it stops.';

create or replace function featurize._mode_to_share(f featurize.featurizer, otherwise text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Policies are created on the source only if it has row-level security.
    select case when c.relrowsecurity then 'access exclusive' else otherwise end
      from pg_class c
     where c.oid = f.source;
$$;
comment on function featurize._mode_to_share(featurize.featurizer, text) is
    'Mode in which to lock a source before featurize._share(), or otherwise if that locks nothing of the source.';
