-- Dropping and pausing featurizers.

create or replace function featurize.drop_featurizer(name text, keep_embeddings boolean default false) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    trigger text;
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
        for trigger in select t.name from featurize._triggers(f) t loop
            execute format('drop trigger if exists %s on %s', trigger, f.source);
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
    -- DROP FUNCTION IF EXISTS would give a notice for each that does not exist.
    execute coalesce((
        select 'drop function ' || string_agg(p.oid::regprocedure::text, ', ')
          from unnest(array[featurize._trigger_function(f), featurize._replica_function(f.id),
                            featurize._sees_function(f.id)]) x (name)
          join pg_proc p on p.oid = to_regproc(x.name)), 'select');
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
    perform featurize._notify('pgfeaturize');
end
$$;
comment on function featurize.resume(text) is 'Resume a paused featurizer.';
