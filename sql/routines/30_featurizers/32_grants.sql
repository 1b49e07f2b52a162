-- Privileges per featurizer: workers get the columns they need; readers get the embeddings of the rows that
-- they can see in the source.

create or replace function featurize._grantees(part text) returns oid[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A worker may insert leases, a reader may select from the catalog.
    select array_agg(distinct a.grantee)
      from (values ('worker', 'featurize.lease'::regclass, 'INSERT'),
                   ('reader', 'featurize.featurizer'::regclass, 'SELECT')) p (part, relation, privilege)
      join pg_class c on c.oid = p.relation
     cross join lateral aclexplode(c.relacl) a
     where p.part = _grantees.part and a.privilege_type = p.privilege and a.grantee not in (0, c.relowner);
$$;
comment on function featurize._grantees(text) is
    'Roles that were granted the part worker or reader; null if there are none.';

create or replace function featurize._roles(part text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(role::regrole::text, ', ') from unnest(featurize._grantees(part)) role;
$$;
comment on function featurize._roles(text) is
    'Roles that were granted a part, as a list for GRANT; null if there are none.';

create or replace function featurize._worker_rights(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- With an embedding table a worker writes nothing to the source, but locking a row needs the privilege to
    -- update one of its columns.
    select concat_ws(', ',
               -- Null, and so left out, if there is no such column.
               'select (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')',
               'update (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                             filter (where a.attname = any (w.written)) || ')')
      from (select case f.destination
                   when 'table' then array[f.image_column]
                   else featurize._added_columns(f)
                   end) w (written)
      join pg_attribute a on a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column || w.written)
    having count(*) > 0;
$$;
comment on function featurize._worker_rights(featurize.featurizer) is
    'Privileges on columns of the source that a worker needs, as a list for GRANT; null if the columns were dropped.';

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
comment on function featurize._policy(regclass, text, text) is
    'Create or replace a policy; drop it if clause is null.';

create or replace function featurize._share_schema(relation regclass, roles text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    n pg_namespace;
begin
    select x.* into n
      from pg_namespace x
      join pg_class c on c.relnamespace = x.oid
     where c.oid = relation;
    if featurize._is_owner(n.nspowner) then
        execute format('grant usage on schema %I to %s', n.nspname, roles);
    end if;
end
$$;
comment on function featurize._share_schema(regclass, text) is
    'Grant usage of the schema of a relation to roles, if the current role owns the schema.';

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
    if exists (select from featurize._source_faults(f)) then
        raise warning using
            message = format('featurizer "%s" is broken: %s', featurize._label(f), (featurize._fault(f)).finding),
            hint = format('Afterward call featurize.repair(%L), which grants the privileges on its tables.',
                featurize._label(f));
        return;
    end if;
    perform featurize._lock_table(f.source, 'access exclusive') where row_security;
    perform featurize._lock_table(f.embeddings, 'access exclusive'), featurize._create_sees(f);
    if workers is not null and rights is not null then
        execute format('grant %s on %s to %s', rights, f.source, workers);
        perform featurize._share_schema(f.source, workers);
        perform featurize._share_training_view(t.relation)
           from featurize.training_view t
           join pg_class c on c.oid = t.relation
          where t.featurizer_id = f.id and featurize._is_owner(c.relowner);
    end if;
    -- Without row-level security a policy has no effect, and creating one locks the table exclusively.
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
            perform featurize._share_schema(f.embeddings, workers);
        end if;
        execute format('alter table %s enable row level security', f.embeddings);
        perform featurize._policy(f.embeddings, 'featurize_reader', format(
            'for select using ((select featurize._sees_all(%s)) or %s(%s))',
            f.id, featurize._sees_function(f.id), featurize._key_json(f, quote_ident(embeddings))));
        perform featurize._policy(f.embeddings, 'featurize_worker', whole);
    end if;
end
$$;
comment on function featurize._share(featurize.featurizer) is
    'Grant workers and readers their privileges on source and embeddings. Policies hide the embeddings of rows that
a role does not see in the source.';

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
    -- Do not revoke the owner's own privileges.
    if exists (select from pg_class c where c.oid = f.embeddings and c.relowner <> role) then
        execute format('revoke all on %s from %s', f.embeddings, role);
    end if;
end
$$;
comment on function featurize._unshare(featurize.featurizer, regrole) is
    'Revoke privileges on source and embeddings from a role.';

create or replace function featurize._unshare(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._unshare(f, role) from unnest(featurize._grantees('reader')) role;
    -- Row-level security stays on: embeddings that are kept remain visible to their owner only.
    perform featurize._policy(c.oid, p.name, null)
       from pg_class c
      cross join lateral (values ('featurize_reader'),
                                 ('featurize_worker'),
                                 (format('featurize_%s_worker', f.id))) p (name)
      where c.oid in (f.source, f.embeddings);
end
$$;
comment on function featurize._unshare(featurize.featurizer) is
    'Revoke all privileges and drop the policies of a featurizer that is being dropped.';

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
comment on function featurize._share_training_view(regclass) is
    'Grant workers the privilege to read a training view.';
