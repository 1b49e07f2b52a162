-- Whether a role can work for a featurizer: it needs privileges on the tables, and must see every row.

create or replace function featurize._passes_policies(relation regclass, role oid) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A worker would take rows that it does not see for deleted ones.
    select not c.relrowsecurity
        or (select r.rolsuper or r.rolbypassrls from pg_roles r where r.oid = role)
        or not c.relforcerowsecurity and pg_has_role(role, c.relowner, 'usage')
        or coalesce(bool_or(p.polpermissive and p.polcmd = '*' and pg_get_expr(p.polqual, c.oid) = 'true')
                    and bool_and(p.polpermissive), false)
      from pg_class c
      left join pg_policy p
             on p.polrelid = c.oid
            and (p.polroles = '{0}'
                 or exists (select from unnest(p.polroles) x (role)
                             where pg_has_role(_passes_policies.role, x.role, 'usage')))
     where c.oid = relation
     group by c.oid, c.relrowsecurity, c.relforcerowsecurity, c.relowner;
$$;
comment on function featurize._passes_policies(regclass, oid) is
    'Whether row-level security hides no row of a table from a role.';

create or replace function featurize._has_worker_policies(role oid) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select (select r.rolsuper or r.rolbypassrls from pg_roles r where r.oid = role)
        or (select pg_has_role(role, c.relowner, 'usage') from pg_class c where c.oid = 'featurize.job'::regclass)
        or exists (select from pg_policy p
                    where p.polrelid = 'featurize.job'::regclass and p.polname like E'worker\\_%'
                      and exists (select from unnest(p.polroles) x (role)
                                   where pg_has_role(_has_worker_policies.role, x.role, 'usage')));
$$;
comment on function featurize._has_worker_policies(oid) is
    'Whether a role sees the whole queue. pg_dump does not save the policies on tables of an extension; after a
restore featurize.repair() creates them again.';

create or replace function featurize._may_serve(f featurize.featurizer, role oid) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A missing table or column counts as accessible: other checks report it.
    select coalesce(
           bool_and(has_column_privilege(role, f.source, a.attnum, 'select'))
           and has_any_column_privilege(role, f.source, 'update')
           and coalesce((select bool_and(has_schema_privilege(role, c.relnamespace, 'usage'))
                           from pg_class c where c.oid in (f.source, f.embeddings)), true)
           and coalesce((select bool_and(has_table_privilege(role, f.embeddings, x.privilege))
                           from unnest(array['select', 'insert', 'update', 'delete']) x (privilege)), true)
           and featurize._passes_policies(f.source, role), true)
           and featurize._has_worker_policies(role)
      from pg_attribute a
     where a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column);
$$;
comment on function featurize._may_serve(featurize.featurizer, oid) is
    'Whether a role has the rights of a worker on the tables of a featurizer, and sees all of their rows.';
