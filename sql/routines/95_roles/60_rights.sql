-- The privileges of readers, owners and workers in schema featurize, as one table.

create or replace function featurize._rights()
    returns table (part text, relations text[], commands text[], condition text)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    with conditions (mine, seen) as (values (
        'featurizer_id = any (array(
            select f.id from featurize.featurizer f where featurize._is_owner(featurize._owner(f))))',
        'featurizer_id = any (array(
            select f.id from featurize.featurizer f where featurize._sees_all(f.id)))'))
    -- commands are those of GRANT; condition is the policy, if the table has row-level security.
    select r.part, r.relations::text[], r.commands::text[], r.condition
      from conditions c
     cross join lateral (values
           -- The catalog is open to every reader, like that of PostgreSQL itself.
           ('reader', '{release,worker,lease,throughput,progress,failure,truncated,index_report,_queued,_live_worker}',
            '{select}', 'true'),
           ('reader', '{model,space,featurizer,backfill,index,projection,training_view,classifier,classifier_class}',
            '{select}', 'true'),
           -- Keys and paths are visible to roles that see the row itself.
           ('reader', '{job,failed_row}', '{select}', c.seen || ' or featurize._sees(featurizer_id, key)'),
           ('reader', '{outbox}', '{select}', c.seen),
           ('reader', '{request}', '{select,insert,"update (expires_at)",delete}', 'pg_has_role(owner, ''usage'')'),

           -- Owners change what they own. Triggers keep working after the table was given to another owner.
           ('owner', '{featurizer}', '{insert,update,delete}',
            'featurize._is_owner(featurize._owner(featurizer))
             and coalesce((select bool_and(featurize._is_owner(c.relowner) and c.relkind = ''r'')
                             from pg_class c where c.oid in (source, embeddings)), true)'),
           ('owner', '{index,job}', '{select,insert,update,delete}', c.mine),
           -- A changed model makes the vectors of all featurizers that use it stale.
           ('owner', '{backfill}', '{select,insert,update,delete}', c.mine ||
            ' or featurizer_id = any (array(
                 select f.id from featurize.featurizer f join featurize.model m on m.name = f.model
                  where pg_has_role(m.owner, ''usage'')))'),
           ('owner', '{outbox}', '{select,insert,delete}', c.mine ||
            ' or featurizer_id = any (array(
                 select f.id from featurize.featurizer f where pg_has_role(f.owner, ''usage'')))'),
           -- Locking a row needs the privilege to update it; repair() rewrites keys.
           ('owner', '{failed_row}', '{select,update,delete}', c.mine),
           ('owner', '{projection}', '{insert,delete}',
            'index_id = any (array(
                 select i.id from featurize.index i join featurize.featurizer f on f.id = i.featurizer_id
                  where featurize._is_owner(featurize._owner(f))))'),
           ('owner', '{lease}', '{delete}', c.mine),
           ('owner', '{model}', '{insert,update,delete}', 'not builtin and pg_has_role(owner, ''usage'')'),
           ('owner', '{space}', '{update,delete}',
            'model = any (array(select m.name from featurize.model m where pg_has_role(m.owner, ''usage'')))'),
           ('owner', '{training_view}', '{insert,update,delete}',
            'coalesce((select featurize._is_owner(c.relowner) from pg_class c where c.oid = relation), true)'),
           ('owner', '{classifier}', '{insert,update,delete}',
            'pg_has_role(owner, ''usage'') and featurize._may_name(name)'),

           -- Workers work for all featurizers.
           ('worker', '{worker,lease,throughput,backfill,outbox,job,failed_row,request}',
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
    'Commands that readers, owners and workers may execute on each table, and the condition on rows. Owners and
workers have the privileges of readers, too.';

create or replace function featurize._create_policies(part text, role text) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    -- The name of a policy is limited to 63 bytes: of a long role name it contains a hash.
    select featurize._policy(
               c.oid,
               concat_ws('_', r.part, verb,
                         case when octet_length(role) > 40 then md5(role) else nullif(role, 'public') end),
               concat_ws(' ',
                         'for', verb, 'to', case role when 'public' then role else quote_ident(role) end,
                         case when verb <> 'insert' then format('using (%s)', r.condition) end,
                         case when verb in ('insert', 'update') then format('with check (%s)', r.condition) end))
      from featurize._rights() r
     cross join unnest(r.relations) name
      join pg_class c on c.oid = format('featurize.%I', name)::regclass and c.relrowsecurity
     cross join lateral (select distinct split_part(command, ' ', 1) from unnest(r.commands) command) v (verb)
     where r.part = _create_policies.part;
$$;
comment on function featurize._create_policies(text, text) is
    'Create the policies of a part for a role, or for public.';
