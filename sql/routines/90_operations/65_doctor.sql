-- The checks of `pgfeaturize doctor` that need only the database; the program adds its own.

create or replace function featurize.doctor(patience interval default '15 minutes')
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with found as (
        select * from featurize._doctor_server()
        union all select * from featurize._doctor_faults()
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
    ), checks (position, name, summary) as (values
        (1, 'server', format('PostgreSQL %s', current_setting('server_version'))),
        (2, 'pgvector', (select format('version %s', e.extversion) from pg_extension e where e.extname = 'vector')),
        (3, 'source', (select format('%s featurizers; their tables, image columns and keys exist', count(*))
                         from featurize.featurizer)),
        (4, 'embeddings', 'all tables and columns for vectors exist'),
        (5, 'triggers', 'all exist and are enabled'),
        (6, 'roles', 'workers have the privileges they need, triggers run with the rights of the owner'),
        (7, 'blocked', 'no featurizer is blocked'),
        (8, 'paused', 'no featurizer is paused'),
        (9, 'unresolved_models', 'no unresolved model has an error'),
        (10, 'failures', 'no row has failed'),
        (11, 'stale', 'all vectors are of current feature spaces'),
        (12, 'queue', 'no row is waiting for a missing worker'),
        (13, 'workers', (select format('%s alive, none dead', count(*)) from featurize.worker)),
        (14, 'leases', 'no lease has expired'),
        (15, 'indexes', (select format('%s requested, all can be used or built', count(*)) from featurize.index)),
        (16, 'classifiers', 'no classifier has failed or is of a retired space'),
        (17, 'orphans', 'dropped featurizers have left nothing behind'),
        (18, 'transactions', 'no transaction holds back vacuum'),
        (19, 'autovacuum', 'it is on'),
        (20, 'dead_rows', 'no table has too many dead rows'),
        (21, 'disk', 'no embeddings yet'))
    select c.name, coalesce(f.level, 'ok'), f.object, coalesce(f.finding, c.summary), f.remedy
      from checks c
      left join found f on f.name = c.name
     order by c.position, array_position('{error,warning,information}', f.level), f.object;
$$;
comment on function featurize.doctor(interval) is
    'Check the installation and suggest fixes: for each check its level (ok, information, warning or error), the
object, the finding and the remedy. patience: how long rows may wait, and transactions may be open, before they are
reported. A role that is not a superuser has to be a member of pg_read_all_stats to see the transactions of other
roles.';
