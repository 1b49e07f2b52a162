-- featurize.doctor(): checks of the server. Each _doctor function returns its findings: name of the check, level,
-- object, finding and remedy.

create or replace function featurize._doctor_server()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'server', 'error', current_database(),
           format('PostgreSQL %s is older than 15', current_setting('server_version')),
           'upgrade the server'
     where current_setting('server_version_num')::integer < 150000
     union all
    select 'pgvector', 'warning', e.extname,
           format('version %s; before 0.8.4 vacuum can corrupt an index, and sizes can overflow', e.extversion),
           'install pgvector 0.8.4 or newer on the server, then: alter extension vector update'
      from pg_extension e
     where e.extname = 'vector'
       and string_to_array(regexp_replace(e.extversion, '[^0-9.]', '', 'g'), '.')::integer[] < array[0, 8, 4];
$$;
comment on function featurize._doctor_server() is 'Findings about the versions of the server and of pgvector.';

create or replace function featurize._doctor_transactions(patience interval)
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Transactions in other databases do not hold back vacuum in this one.
    select 'transactions', 'warning', format('process %s', a.pid),
           format('a transaction of %s (%s) has been open since %s, for %s transactions: '
                  'vacuum cannot remove rows that were deleted since',
                  a.usename, coalesce(nullif(a.application_name, ''), a.state), date_trunc('second', a.xact_start),
                  greatest(age(a.backend_xmin), age(a.backend_xid))),
           format('let it end, or: select pg_terminate_backend(%s)', a.pid)
      from pg_stat_activity a
     where a.datname = current_database()
       and a.backend_type = 'client backend'
       and a.pid <> pg_backend_pid()
       and (a.backend_xmin is not null or a.backend_xid is not null)
       and a.xact_start < clock_timestamp() - patience
     union all
    select 'transactions', 'warning', format('prepared transaction %s', p.gid),
           format('it was prepared at %s and neither committed nor rolled back: '
                  'vacuum cannot remove rows that were deleted since',
                  date_trunc('second', p.prepared)),
           format('rollback prepared %L', p.gid)
      from pg_prepared_xacts p
     where p.database = current_database() and p.prepared < clock_timestamp() - patience;
$$;
comment on function featurize._doctor_transactions(interval) is
    'Findings about transactions that have held back vacuum for longer than patience.';

create or replace function featurize._doctor_vacuum()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with ours as (
        select c.oid, c.reloptions
          from pg_class c
         where c.relnamespace = 'featurize'::regnamespace and c.relkind = 'r'
         union
        select c.oid, c.reloptions
          from featurize.featurizer f
          join pg_class c on c.oid = f.embeddings
    )
    select 'autovacuum', 'warning', s.name, 'it is off for the whole server: tables and indexes grow without limit',
           format('alter system set %s = on, then: select pg_reload_conf()', s.name)
      from pg_settings s
     where s.name in ('autovacuum', 'track_counts') and s.setting = 'off'
     union all
    select 'autovacuum', 'warning', featurize._qualified(o.oid),
           'autovacuum is off for this table: it grows without limit',
           format('alter table %s reset (autovacuum_enabled)', featurize._qualified(o.oid))
      from ours o
     cross join lateral pg_options_to_table(o.reloptions) x
     where x.option_name = 'autovacuum_enabled' and not x.option_value::boolean
     union all
    select 'dead_rows', 'warning', featurize._qualified(o.oid),
           format('%s of its %s rows are dead and slow down claims', s.n_dead_tup, s.n_dead_tup + s.n_live_tup),
           format('vacuum %s; the checks transactions and autovacuum may show why it was not vacuumed',
                  featurize._qualified(o.oid))
      from ours o
      join pg_stat_all_tables s on s.relid = o.oid
     where s.n_dead_tup > 50000 and s.n_dead_tup > s.n_live_tup;
$$;
comment on function featurize._doctor_vacuum() is
    'Findings about autovacuum, and about dead rows that it has not removed.';
