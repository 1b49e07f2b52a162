-- What roles that are let in get of each featurizer: workers the columns they need, and everybody the
-- embeddings of those rows that they may see in the source.

create or replace function featurize._grantees(part text) returns oid[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A worker is who may lease, a reader who may see the catalogue.
    select array_agg(distinct a.grantee)
      from (values ('worker', 'featurize.lease'::regclass, 'INSERT'),
                   ('reader', 'featurize.featurizer'::regclass, 'SELECT')) p (part, relation, privilege)
      join pg_class c on c.oid = p.relation
     cross join lateral aclexplode(c.relacl) a
     where p.part = _grantees.part and a.privilege_type = p.privilege and a.grantee not in (0, c.relowner);
$$;
comment on function featurize._grantees(text) is 'Roles that were granted a part, worker or reader; null if there '
    'are none.';

create or replace function featurize._roles(part text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(role::regrole::text, ', ') from unnest(featurize._grantees(part)) role;
$$;
comment on function featurize._roles(text) is 'The same, as a list for GRANT.';

create or replace function featurize._worker_rights(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Beside an embedding table nothing is written to the source, but to lock a row takes the right to update some
    -- column.
    select concat_ws(', ',
               format('select (%s)', string_agg(quote_ident(a.attname), ', ' order by a.attnum)),
               'update (' || string_agg(quote_ident(a.attname), ', '
                   order by a.attnum) filter (where a.attname = any (w.written)) || ')')
      from (select case f.destination when 'table' then array[f.image_column]
                   else array[f.name, featurize._space_column(f), featurize._digest_column(f)]::name[] end) w (written)
      join pg_attribute a on a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column || w.written)
    having count(*) > 0;
$$;
comment on function featurize._worker_rights(featurize.featurizer) is
    'What a worker needs to do to columns of the source, as privileges for GRANT; null if they are gone.';

create or replace function featurize._sees_function(featurizer_id integer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('featurize_generated.sees_%s', featurizer_id);
$$;
comment on function featurize._sees_function(integer) is 'Name of the generated function that looks for a row of the '
    'source.';

create or replace function featurize._create_sees(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Written out like the triggers, because it runs for each row that a policy is about. With the
    -- caller's rights: that is the point.
    execute format('create or replace function %s(key jsonb) returns boolean language plpgsql stable parallel safe '
                   'set search_path = pg_catalog, pg_temp as %L',
        featurize._sees_function(f.id),
        format('begin return exists (select from jsonb_to_record(key) as k (%s) join only %s s on %s where %s is not '
            'null); end',
               featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'k'), featurize._image(f, 's')));
    execute format('alter function %s(jsonb) owner to %s', featurize._sees_function(f.id),
        featurize._owner(f)::regrole);
    execute format('comment on function %s(jsonb) is %L', featurize._sees_function(f.id),
        format('Whether who asks sees the row of %s with that key. Written by pgfeaturize.', f.source));
end
$$;
comment on function featurize._create_sees(featurize.featurizer)
    is 'Create or mend the function that looks for a row of the source.';

create or replace function featurize._sees_all(featurizer_id integer) returns boolean
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select bool_and(has_column_privilege(f.source, a.attnum, 'select')) and not row_security_active(f.source)
      from featurize.featurizer f
      join pg_attribute a on a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column)
     where f.id = _sees_all.featurizer_id
     group by f.source;
$$;
comment on function featurize._sees_all(integer) is
    'Whether the current role sees keys and images of all rows of a featurizer''s source.';

create or replace function featurize._sees(featurizer_id integer, key jsonb) returns boolean
    language plpgsql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
declare
    seen boolean;
begin
    execute format('select %s($1)', featurize._sees_function(featurizer_id)) into seen using key;
    return seen;
exception
    when insufficient_privilege or undefined_function or undefined_table or undefined_column then
        return false;
end
$$;
comment on function featurize._sees(integer, jsonb) is 'Whether the current role sees that row of a featurizer''s '
    'source.';

create or replace function featurize._policy(relation regclass, name text, clause text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from pg_policy p where p.polrelid = relation and p.polname = name::name) then
        execute format('drop policy %I on %s', name, relation);
    end if;
    if clause is not null then
        execute format('create policy %I on %s %s', name, relation, clause);
    end if;
end
$$;
comment on function featurize._policy(regclass, text, text) is 'Create a policy or replace it; or remove it, if '
    'there is no clause.';

create or replace function featurize._share_schema(relation regclass, roles text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    n pg_namespace;
begin
    select x.* into n from pg_namespace x join pg_class c on c.relnamespace = x.oid where c.oid = relation;
    if featurize._is_owner(n.nspowner) then
        execute format('grant usage on schema %I to %s', n.nspname, roles);
    end if;
end
$$;
comment on function featurize._share_schema(regclass, text) is
    'Let roles into the schema of a relation, if it is the current role''s to give.';

create or replace function featurize._share(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    readers text := featurize._roles('reader');
    workers text := featurize._roles('worker');
    whole text := 'to ' || workers || ' using (true)';
    rights text := featurize._worker_rights(f);
    row_security boolean := (select c.relrowsecurity from pg_class c where c.oid = f.source);
    embeddings name := (select c.relname from pg_class c where c.oid = f.embeddings);
begin
    perform featurize._create_sees(f);
    if workers is not null and rights is not null then
        execute format('grant %s on %s to %s', rights, f.source, workers);
        perform featurize._share_schema(f.source, workers);
        perform featurize._share_training_view(t.relation)
           from featurize.training_view t join pg_class c on c.oid = t.relation
          where t.featurizer_id = f.id and featurize._is_owner(c.relowner);
    end if;
    -- Policies do nothing where row-level security is off, but to make one takes the table for oneself.
    if row_security then
        perform featurize._policy(f.source, format('featurize_%s_worker', f.id), whole);
    end if;
    if embeddings is not null then
        if readers is not null then
            execute format('grant select on %s to %s', f.embeddings, readers);
            perform featurize._share_schema(f.embeddings, readers);
        end if;
        if workers is not null then
            execute format('grant select, insert, update, delete on %s to %s', f.embeddings, workers);
        end if;
        execute format('alter table %s enable row level security', f.embeddings);
        perform featurize._policy(f.embeddings, 'featurize_reader',
            format('for select using ((select featurize._sees_all(%s)) or %s(%s))',
            f.id, featurize._sees_function(f.id), featurize._key_json(f, quote_ident(embeddings))));
        perform featurize._policy(f.embeddings, 'featurize_worker', whole);
    end if;
end
$$;
comment on function featurize._share(featurize.featurizer) is
    'Give workers and readers their rights to source and embeddings, and nobody the embedding of a row that he does '
        'not see.';

create or replace function featurize._unshare(f featurize.featurizer, role regrole) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    rights text := featurize._worker_rights(f);
begin
    if rights is not null then
        execute format('revoke %s on %s from %s', rights, f.source, role);
    end if;
    -- An owner has its rights from nobody, and would miss them.
    if exists (select from pg_class c where c.oid = f.embeddings and c.relowner <> role) then
        execute format('revoke all on %s from %s', f.embeddings, role);
    end if;
end
$$;
comment on function featurize._unshare(featurize.featurizer, regrole)
    is 'Take rights to source and embeddings from a role.';

create or replace function featurize._unshare(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._unshare(f, role) from unnest(featurize._grantees('reader')) role;
    -- Row-level security stays: embeddings that are kept are their owner's.
    perform featurize._policy(c.oid, p.name, null)
       from pg_class c
      cross join lateral (values ('featurize_reader'), ('featurize_worker'),
          (format('featurize_%s_worker', f.id))) p (name)
      where c.oid in (f.source, f.embeddings);
end
$$;
comment on function featurize._unshare(featurize.featurizer)
    is 'Take rights and policies away from all, because the featurizer goes.';

create or replace function featurize._share_training_view(relation regclass) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    workers text := featurize._roles('worker');
begin
    if workers is not null then
        execute format('grant select on %s to %s', relation, workers);
        perform featurize._share_schema(relation, workers);
    end if;
end
$$;
comment on function featurize._share_training_view(regclass) is 'Let workers read a training view.';

create or replace function featurize._passes_policies(relation regclass, role oid) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Rows that a worker does not see it would take for deleted.
    select not c.relrowsecurity
        or (select r.rolsuper or r.rolbypassrls from pg_roles r where r.oid = role)
        or not c.relforcerowsecurity and pg_has_role(role, c.relowner, 'usage')
        or coalesce(bool_or(p.polpermissive and p.polcmd = '*' and pg_get_expr(p.polqual, c.oid) = 'true')
            and bool_and(p.polpermissive), false)
      from pg_class c
      left join pg_policy p on p.polrelid = c.oid
       and (p.polroles = '{0}' or exists (select from unnest(p.polroles) x (role)
           where pg_has_role(_passes_policies.role, x.role, 'usage')))
     where c.oid = relation
     group by c.oid, c.relrowsecurity, c.relforcerowsecurity, c.relowner;
$$;
comment on function featurize._passes_policies(regclass, oid)
    is 'Whether row-level security hides no row of a table from a role.';

create or replace function featurize._has_worker_policies(role oid) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select (select r.rolsuper or r.rolbypassrls from pg_roles r where r.oid = role)
        or (select pg_has_role(role, c.relowner, 'usage') from pg_class c where c.oid = 'featurize.job'::regclass)
        or exists (select from pg_policy p
                    where p.polrelid = 'featurize.job'::regclass and p.polname like 'worker\_%'
                      and exists (select from unnest(p.polroles) x (role)
                          where pg_has_role(_has_worker_policies.role, x.role, 'usage')));
$$;
comment on function featurize._has_worker_policies(oid) is
    'Whether a role sees the whole queue. pg_dump does not save policies of the tables of an extension: repair() '
        'makes them again.';

create or replace function featurize._may_serve(f featurize.featurizer, role oid) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- What is gone is another matter, which whoever looks for it will report.
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
    'Whether a role has the rights of a worker to the tables of a featurizer, and sees all rows.';
