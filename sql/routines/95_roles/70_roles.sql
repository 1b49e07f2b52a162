-- Granting the parts reader, owner and worker to roles, and revoking them.

-- The policies of readers and owners are for all roles, because their conditions depend on what a role sees and
-- owns. The policies of workers have no condition, because the planner may not use the indexes of the queue behind one.
do $$
begin
    perform featurize._create_policies('reader', 'public'), featurize._create_policies('owner', 'public');
end
$$;

create or replace function featurize._check_administrator() returns void
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._check_owner(n.nspowner, 'schema featurize')
      from pg_namespace n
     where n.nspname = 'featurize';
$$;
comment on function featurize._check_administrator() is
    'Raise 42501 unless the current role owns pgfeaturize.';

create or replace function featurize._grant(part text, role regrole) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    granted record;
    f featurize.featurizer;
begin
    perform featurize._check_administrator();
    execute format('grant usage on schema featurize, featurize_generated to %s', role);
    for granted in
        select command, format('featurize.%I', name)::regclass as relation
          from featurize._rights() r
         cross join unnest(r.relations) name
         cross join unnest(r.commands) command
         where r.part in ('reader', _grant.part)
    loop
        execute format('grant %s on %s to %s', granted.command, granted.relation, role);
    end loop;
    if part = 'worker' then
        perform featurize._create_policies(part, r.rolname) from pg_roles r where r.oid = role;
    end if;
    for f in select * from featurize.featurizer x where exists (select from pg_class c where c.oid = x.source) loop
        if pg_has_role(featurize._owner(f), 'usage') then
            perform featurize._share(f);
        else
            raise notice 'featurizer "%" belongs to another role, which has to call featurize.repair(%)',
                featurize._label(f), quote_literal(featurize._label(f));
        end if;
    end loop;
end
$$;
comment on function featurize._grant(text, regrole) is
    'Grant a part to a role, in the catalog and for each featurizer.';

create or replace function featurize.grant_reader(role regrole) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._grant('reader', role);
$$;
comment on function featurize.grant_reader(regrole) is
    'Allow a role to search, predict, embed images and monitor. It sees the embeddings, keys and failures of the
rows that it sees in the source.';

create or replace function featurize.grant_owner(role regrole) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_administrator();
    execute format('grant create on schema featurize_generated to %s', role);
    perform featurize._grant('owner', role);
end
$$;
comment on function featurize.grant_owner(regrole) is
    'Allow a role to declare featurizers on its own tables, and to create models, indexes, training views and
classifiers. It also has the privileges of a reader.';

create or replace function featurize.grant_worker(role regrole) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._grant('worker', role);
$$;
comment on function featurize.grant_worker(regrole) is
    'Allow a role to run workers: it may read keys and images of all featurizers and write their embeddings.';

create or replace function featurize._check_triggers_may_queue(role regrole) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    sources text;
begin
    select string_agg(f.source::text, ', ' order by f.name) into sources
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_proc p on p.oid = to_regproc(featurize._trigger_function(f))
     where pg_has_role(p.proowner, role, 'usage')
       and not has_table_privilege(p.proowner, 'featurize.outbox', 'insert');
    if sources is not null then
        raise dependent_objects_still_exist using
            message = format('role %s has triggers of pgfeaturize on tables: %s', role, sources),
            hint = 'Every write to them would fail. Call featurize.drop_featurizer() for them first, or give them to '
                   'another role and call featurize.repair().';
    end if;
end
$$;
comment on function featurize._check_triggers_may_queue(regrole) is
    'Raise 2BP01 if a role has triggers that may no longer queue rows.';

create or replace function featurize.revoke(role regrole) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
begin
    perform featurize._check_administrator();
    perform featurize._policy(p.polrelid, p.polname, null)
       from pg_policy p
       join pg_class c on c.oid = p.polrelid and c.relnamespace = 'featurize'::regnamespace
      where p.polroles = array[role::oid];
    execute format('revoke all on all tables in schema featurize from %s', role);
    execute format('revoke all on schema featurize, featurize_generated from %s', role);
    for f in select * from featurize.featurizer loop
        if not pg_has_role(featurize._owner(f), 'usage') then
            raise notice 'featurizer "%" belongs to another role, which has to revoke privileges on % and its vectors',
                featurize._label(f), f.source;
            continue;
        end if;
        perform featurize._unshare(f, role);
        perform featurize._share(f) from pg_class c where c.oid = f.source;
    end loop;
    perform featurize._check_triggers_may_queue(role);
end
$$;
comment on function featurize.revoke(regrole) is
    'Revoke all that grant_reader(), grant_owner() and grant_worker() have granted to a role, and its privileges on
the columns that a worker needs.';
