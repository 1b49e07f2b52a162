-- Roles. What each may do in schema featurize stands in one table; the rest is GRANT and CREATE POLICY.

create or replace function featurize._rights() returns table (part text, relations text[], commands text[],
    condition text)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    with conditions (mine, seen) as (values (
        'featurizer_id = any (array(select f.id from featurize.featurizer f where '
            'featurize._is_owner(featurize._owner(f))))',
        'featurizer_id = any (array(select f.id from featurize.featurizer f where featurize._sees_all(f.id)))'))
    -- What a condition says is the policy where the table has row-level security; commands are those of GRANT.
    select r.part, r.relations::text[], r.commands::text[], r.condition
      from conditions c
     cross join lateral (values
           -- The catalogue is for everybody, like that of PostgreSQL itself.
           ('reader', '{release,worker,lease,throughput,progress,index_report,_queued}', '{select}', 'true'),
           ('reader', '{model,space,featurizer,backfill,index,projection,training_view,classifier,classifier_class}',
               '{select}', 'true'),
           -- Keys and paths are for those who see the row itself.
           ('reader', '{job}', '{select}', c.seen || ' or featurize._sees(featurizer_id, key)'),
           ('reader', '{outbox}', '{select}', c.seen),
           ('reader', '{failure}', '{select}', 'featurizer = any (array(select f.name from featurize.featurizer f '
               'where featurize._sees_all(f.id)))'
                                               ' or featurize._sees((select f.id from featurize.featurizer f where '
                                                   'f.name = featurizer), key)'),
           ('reader', '{request}', '{select,insert,"update (expires_at)",delete}', 'pg_has_role(owner, ''usage'')'),

           -- Owners change what is theirs. Their triggers go on where the table has got another owner since.
           ('owner', '{featurizer}', '{insert,update,delete}', 'featurize._is_owner(featurize._owner(featurizer)) and '
               'coalesce((select bool_and(featurize._is_owner(c.relowner) and c.relkind = ''r'') from pg_class c '
                   'where c.oid in (source, embeddings)), true)'),
           ('owner', '{index,job}', '{select,insert,update,delete}', c.mine),
           -- A model that changes makes the vectors of all stale who use it.
           ('owner', '{backfill}', '{select,insert,update,delete}', c.mine || ' or featurizer_id = any (array('
               'select f.id from featurize.featurizer f join featurize.model m on m.name = f.model where '
                   'pg_has_role(m.owner, ''usage'')))'),
           ('owner', '{outbox}', '{select,insert,delete}', c.mine || ' or featurizer_id = any (array('
               'select f.id from featurize.featurizer f where pg_has_role(f.owner, ''usage'')))'),
           ('owner', '{failure}', '{select,delete}', 'featurizer = any (array('
               'select f.name from featurize.featurizer f where featurize._is_owner(featurize._owner(f))))'),
           ('owner', '{projection}', '{insert,delete}', 'index_id = any (array('
               'select i.id from featurize.index i join featurize.featurizer f on f.id = i.featurizer_id where '
                   'featurize._is_owner(featurize._owner(f))))'),
           ('owner', '{lease}', '{delete}', c.mine),
           ('owner', '{model}', '{insert,update,delete}', 'not builtin and pg_has_role(owner, ''usage'')'),
           ('owner', '{space}', '{update}', 'model = any (array(select m.name from featurize.model m where '
               'pg_has_role(m.owner, ''usage'')))'),
           ('owner', '{training_view}', '{insert,update,delete}', 'coalesce(('
               'select featurize._is_owner(c.relowner) from pg_class c where c.oid = relation), true)'),
           ('owner', '{classifier}', '{insert,update,delete}',
               'pg_has_role(owner, ''usage'') and featurize._may_name(name)'),

           -- Workers do the work of all.
           ('worker', '{worker,lease,throughput,backfill,outbox,job,failure,request}',
               '{select,insert,update,delete}', 'true'),
           ('worker', '{featurizer}', '{"update (blocked_at, blocked_reason)"}', 'true'),
           ('worker', '{model,index}', '{update}', 'true'),
           ('worker', '{space}', '{insert,update}', 'true'),
           ('worker', '{projection}', '{insert,delete}', 'true'),
           ('worker', '{classifier}', '{update,delete}', 'true'),
           ('worker', '{classifier_class}', '{insert}', 'true')
           ) r (part, relations, commands, condition);
$$;
comment on function featurize._rights() is
    'What readers, owners and workers may do to which tables, and to which rows. Owners and workers are readers, too.';

create or replace function featurize._create_policies(part text, role text) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    -- Two long names may differ where that of a policy has ended.
    select featurize._policy(c.oid, concat_ws('_', r.part, verb, case when octet_length(role) > 40 then md5(role)
        else nullif(role, 'public') end), format('for %s to %s %s', verb,
               case role when 'public' then role else quote_ident(role) end, concat_ws(' ',
               case when verb <> 'insert' then format('using (%s)', r.condition) end,
               case when verb in ('insert', 'update') then format('with check (%s)', r.condition) end)))
      from featurize._rights() r
     cross join unnest(r.relations) name
      join pg_class c on c.oid = format('featurize.%I', name)::regclass and c.relrowsecurity
     cross join lateral (select distinct split_part(command, ' ', 1) from unnest(r.commands) command) v (verb)
     where r.part = _create_policies.part;
$$;
comment on function featurize._create_policies(text, text) is 'Create the policies of a part for a role, or public.';

-- What readers and owners may do depends on what they see and own, so these policies are for all. Those
-- of workers let through everything: behind a condition the planner may not use the indexes of the queue.
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
    select featurize._check_owner(n.nspowner, 'schema featurize') from pg_namespace n where n.nspname = 'featurize';
$$;
comment on function featurize._check_administrator() is 'Error 42501 unless pgfeaturize is the current role''s own.';

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
            raise notice 'featurizer "%" is not yours: its owner has to call featurize.repair(%)', f.name,
                quote_literal(f.name);
        end if;
    end loop;
end
$$;
comment on function featurize._grant(text, regrole) is 'Give a role a part, in the catalogue and for each featurizer.';

create or replace function featurize.grant_reader(role regrole) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._grant('reader', role);
$$;
comment on function featurize.grant_reader(regrole) is
    'Let a role search, predict, embed images and watch. Of embeddings, keys and failures it sees those of rows that '
        'it sees in the source.';

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
    'Let a role declare featurizers on tables that it owns, with models, indexes, training views and classifiers of '
        'its own; and what a reader may.';

create or replace function featurize.grant_worker(role regrole) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._grant('worker', role);
$$;
comment on function featurize.grant_worker(regrole) is
    'Let a role work: it selects keys and images of all featurizers, and writes their embeddings.';

create or replace function featurize._check_triggers_may_queue(role regrole) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    left_over text;
begin
    select string_agg(f.source::text, ', ' order by f.name) into left_over
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_proc p on p.oid = to_regproc(featurize._trigger_function(f))
     where pg_has_role(p.proowner, role, 'usage') and not has_table_privilege(p.proowner, 'featurize.outbox', 'insert');
    if left_over is not null then
        raise dependent_objects_still_exist using
            message = format('role %s has triggers of pgfeaturize on tables: %s', role, left_over),
            hint = 'All that is written to them would fail: call featurize.drop_featurizer() for them first, or give '
                'them to another role and call featurize.repair().';
    end if;
end
$$;
comment on function featurize._check_triggers_may_queue(regrole) is
    'Error 2BP01 if triggers with the rights of a role may not queue any more.';

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
            raise notice 'featurizer "%" is not yours: its owner has to revoke the rights to % and its embeddings',
                f.name, f.source;
            continue;
        end if;
        perform featurize._unshare(f, role);
        perform featurize._share(f) from pg_class c where c.oid = f.source;
    end loop;
    perform featurize._check_triggers_may_queue(role);
end
$$;
comment on function featurize.revoke(regrole) is
    'Take back what grant_reader(), grant_owner() and grant_worker() have given, and any right to the columns that a '
        'worker needs.';
