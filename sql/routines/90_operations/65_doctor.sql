-- The checks of pgfeaturize doctor that need nothing but the database; the program adds its own.

create or replace function featurize.doctor(patience interval default '15 minutes')
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with found as (
        select * from featurize._doctor_server()
        union all select * from featurize._doctor_source()
        union all select * from featurize._doctor_embeddings()
        union all select * from featurize._doctor_triggers()
        union all select * from featurize._doctor_roles()
        union all select * from featurize._doctor_states()
        union all select * from featurize._doctor_stale()
        union all select * from featurize._doctor_queue(patience)
        union all select * from featurize._doctor_indexes()
        union all select * from featurize._doctor_classifiers()
        union all select * from featurize._doctor_orphans()
        union all select * from featurize._doctor_transactions(patience)
        union all select * from featurize._doctor_vacuum()
        union all select * from featurize._doctor_disk()
    ), checks (position, name, fine) as (values
        (1, 'server', format('PostgreSQL %s', current_setting('server_version'))),
        (2, 'pgvector', (select format('version %s', e.extversion) from pg_extension e where e.extname = 'vector')),
        (3, 'source', (select format('%s featurizers, with their tables, image columns and keys', count(*))
            from featurize.featurizer)),
        (4, 'embeddings', 'all tables and columns for vectors are there'),
        (5, 'triggers', 'all are there and enabled'),
        (6, 'roles', 'workers have the rights that they need, triggers those of the owner'),
        (7, 'blocked', 'none is'),
        (8, 'paused', 'none is'),
        (9, 'unresolved_models', 'no unresolved of a model has an error'),
        (10, 'failures', 'no row has failed'),
        (11, 'stale', 'all vectors are of current feature spaces'),
        (12, 'queue', 'nothing waits in vain'),
        (13, 'workers', (select format('%s alive, none dead', count(*)) from featurize.worker)),
        (14, 'leases', 'none has run out'),
        (15, 'indexes', (select format('%s wanted, none that cannot be used', count(*)) from featurize.index)),
        (16, 'classifiers', 'none has failed or is of a retired space'),
        (17, 'orphans', 'nothing is left of featurizers that are gone'),
        (18, 'transactions', 'none holds vacuum back'),
        (19, 'autovacuum', 'it is on'),
        (20, 'dead_rows', 'no table is full of them'),
        (21, 'disk', 'no embeddings yet'))
    select c.name, coalesce(f.level, 'ok'), f.object, coalesce(f.finding, c.fine), f.remedy
      from checks c
      left join found f on f.name = c.name
     order by c.position, array_position('{error,warning,information}', f.level), f.object;
$$;
comment on function featurize.doctor(interval) is
    'What is wrong with this database and what to do about it. level: ok, information, warning or error; patience: '
        'how long something may wait.
Whoever is no superuser sees the transactions of others as a member of pg_read_all_stats.';
