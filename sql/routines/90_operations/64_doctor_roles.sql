-- featurize.doctor(): checks of roles and privileges.

create or replace function featurize._doctor_roles()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with alive as (
        select distinct w.role from featurize._live_worker w
    )
    select 'roles', 'error', featurize._label(f),
           format('no worker has the privileges to serve it: workers are connected as %s',
                  string_agg(a.role::text, ', ')),
           format('select featurize.grant_worker(%L); and, as the owner of %s: select featurize.repair(%L)',
                  min(a.role::text), f.source, featurize._label(f))
      from featurize.featurizer f
     cross join alive a
     group by f.*, f.source
    having not bool_or(featurize._may_serve(f, a.role))
     union all
    select 'roles', 'warning', a.role::text,
           format('workers are connected as a superuser and run triggers and index functions of other roles: %s',
                  string_agg(distinct featurize._label(f), ', ')),
           'let workers connect as a role of their own: featurize.grant_worker()'
      from alive a
      join pg_roles r on r.oid = a.role and r.rolsuper
      join featurize.featurizer f on true
      join pg_roles o on o.oid = featurize._owner(f) and not o.rolsuper
     group by a.role
     union all
    select 'roles', 'error', featurize._label(f),
           format('every write to %s fails: its triggers have the rights of %s, which may not declare featurizers',
                  f.source, p.proowner::regrole),
           format('select featurize.grant_owner(%L)', p.proowner::regrole)
      from featurize.featurizer f
      join pg_proc p on p.oid = to_regproc(featurize._trigger_function(f))
                    and not has_table_privilege(p.proowner, 'featurize.outbox', 'insert')
     union all
    select 'roles', 'warning', featurize._label(f),
           format('its triggers have the rights of %s, but %s belongs to %s',
                  p.proowner::regrole, f.source, c.relowner::regrole),
           format('as a member of both roles, or a superuser: select featurize.repair(%L)', featurize._label(f))
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_proc p on p.oid = to_regproc(featurize._trigger_function(f)) and p.proowner <> c.relowner
     union all
    select 'roles', 'warning', featurize._label(f),
           format('%s has no row-level security: roles that may select from it see embeddings of rows that are hidden '
                  'from them', f.embeddings),
           format('as %s: select featurize.repair(%L)', c.relowner::regrole, featurize._label(f))
      from featurize.featurizer f
      join pg_class c on c.oid = f.embeddings
     where not c.relrowsecurity
        or not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'featurize_reader');
$$;
comment on function featurize._doctor_roles() is
    'Findings about privileges that are missing, and about roles with more privileges than needed.';
