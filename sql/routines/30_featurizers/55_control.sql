-- Dropping, pausing and repairing featurizers.

create or replace function featurize.drop_featurizer(name text, keep_embeddings boolean default false) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    event text;
begin
    -- Who reads a view locks it before the source.
    perform featurize.drop_training_view(featurize._qualified(t.relation))
       from featurize.training_view t
       join pg_class c on c.oid = t.relation and c.relkind = 'v'
      where t.featurizer_id = f.id and featurize._is_owner(c.relowner);
    perform featurize._lock_source(f, 'access exclusive'), featurize._lock_table(f.embeddings, 'access exclusive');
    f := featurize._own_featurizer(name);
    perform featurize.drop_index(featurize._label(f), i.metric) from featurize.index i where i.featurizer_id = f.id;
    if exists (select from pg_class c where c.oid = f.source) then
        foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
            execute format('drop trigger if exists featurize_%s_%s on %s', f.id, event, f.source);
        end loop;
        if not keep_embeddings and f.destination = 'column' then
            execute featurize._render(f, $drop$
                alter table only {source}
                    drop column if exists {vector_column},
                    drop column if exists {space_column},
                    drop column if exists {digest_column},
                    drop column if exists {hash_column}
                $drop$);
        end if;
    end if;
    if not keep_embeddings and exists (select from pg_class c where c.oid = f.embeddings) then
        execute format('drop table %s', f.embeddings);
    end if;
    perform featurize._unshare(f);
    execute format('drop function if exists %s(), %s(jsonb)',
        featurize._trigger_function(f), featurize._sees_function(f.id));
    delete from featurize.lease l where l.featurizer_id = f.id;
    delete from featurize.outbox a where a.featurizer_id = f.id;
    delete from featurize.job j where j.featurizer_id = f.id;
    delete from featurize.featurizer x where x.id = f.id;
    -- Another featurizer may need privileges on the same columns.
    perform featurize._share(x)
       from featurize.featurizer x
       join pg_class c on c.oid = x.source
      where x.source = f.source;
end
$$;
comment on function featurize.drop_featurizer(text, boolean) is
    'Drop a featurizer with its triggers, jobs, failures, indexes and training views. With keep_embeddings, its
embeddings remain.';

create or replace function featurize.pause(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
begin
    update featurize.featurizer x set paused_at = now() where x.id = f.id and x.paused_at is null;
end
$$;
comment on function featurize.pause(text) is
    'Pause a featurizer: its jobs are not leased. Its triggers continue to queue rows.';

create or replace function featurize.resume(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
begin
    update featurize.featurizer x
       set paused_at = null, blocked_at = null, blocked_reason = null
     where x.id = f.id;
    perform pg_notify('pgfeaturize', '');
end
$$;
comment on function featurize.resume(text) is 'Resume a paused featurizer.';

create or replace function featurize.repair(name text default null) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    only_id integer := case when name is not null then (featurize._own_featurizer(name)).id end;
    f featurize.featurizer;
    repaired integer := 0;
begin
    for f in
        select * from featurize.featurizer x
         where case when only_id is null then pg_has_role(featurize._owner(x), 'usage') else x.id = only_id end
           and exists (select from pg_class c where c.oid = x.source)
         order by x.id
    loop
        perform featurize._check_source_owner(f.source, featurize._owner(f));
        f := featurize._lock_source(f, featurize._mode_to_share(f, 'exclusive'));
        continue when f.id is null;
        perform featurize._lock_table(f.embeddings, 'access exclusive'), featurize._create_triggers(f);
        -- The triggers write to the embedding table with the rights of the present owner of the source.
        if exists (select from pg_class c where c.oid = f.embeddings and c.relowner <> featurize._owner(f)) then
            execute format('alter table %s owner to %s', f.embeddings, featurize._owner(f)::regrole);
        end if;
        perform featurize._share(f);
        perform featurize._remove_orphans(f);
        perform featurize._start_backfill(f, false);
        repaired := repaired + 1;
    end loop;
    if pg_has_role((select c.relowner from pg_class c where c.oid = 'featurize.job'::regclass), 'usage') then
        perform featurize._create_policies('worker', r.rolname)
           from pg_roles r
          where r.oid = any (featurize._grantees('worker'));
    end if;
    return repaired;
end
$$;
comment on function featurize.repair(text) is
    'Repair one featurizer, or all that the current role owns: create missing triggers again, grant workers and
readers their privileges, remove the embeddings and failures of rows that are gone, and queue rows whose vector is
missing or of an earlier image. Returns how many featurizers were repaired.';
