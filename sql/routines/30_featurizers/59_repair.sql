-- Repairing featurizers.

create or replace function featurize._follow_key(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    changes text;
begin
    select string_agg(format('alter column %1$I type %2$s using %1$I::%2$s', k.key_column, k.key_type), ', ')
      into changes
      from featurize._key_type_faults(f) k;
    if changes is null then
        return;
    end if;
    -- _share() creates the policy, which depends on the columns, again.
    perform featurize._policy(f.embeddings, 'featurize_reader', null);
    execute format('alter table %s %s', f.embeddings, changes);
exception
    when data_exception or cannot_coerce or integrity_constraint_violation then
        raise exception using errcode = 'FZ003',
            message = format('featurizer "%s" is broken: the keys in %s cannot be converted: %s',
                featurize._label(f), f.embeddings, sqlerrm),
            hint = format('select featurize.drop_featurizer(%L), and create it again', featurize._label(f));
end
$$;
comment on function featurize._follow_key(featurize.featurizer) is
    'Change the key columns of the embedding table to the types that the source has now.';

create or replace function featurize._rewrite_keys(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
    -- As in featurize._canonical_key().
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set intervalstyle = 'iso_8601'
    set bytea_output = 'hex'
    set extra_float_digits = 1
as $$
declare
    relation text;
begin
    foreach relation in array array['featurize.failed_row', 'featurize.job'] loop
        execute featurize._render(f, $rewrite$
            update {relation} x
               set key = n.key
              from (select x.ctid, {key_json:k} as key
                      from {relation} x
                     cross join lateral jsonb_to_record(x.key) as k ({key_definition})
                     where x.featurizer_id = {id}) n
             where x.ctid = n.ctid and x.key <> n.key
            $rewrite$,
            jsonb_build_object('relation', relation));
    end loop;
exception
    when data_exception or cannot_coerce then
        -- They are not keys any more. The backfill queues the rows again.
        delete from featurize.failed_row x where x.featurizer_id = f.id;
        delete from featurize.job j where j.featurizer_id = f.id;
        delete from featurize.outbox a where a.featurizer_id = f.id;
end
$$;
comment on function featurize._rewrite_keys(featurize.featurizer) is
    'Bring the keys of failures and jobs into the form that the triggers write now.';

create or replace function featurize._repair(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    f := featurize._lock_source(f, featurize._mode_to_share(f, 'exclusive'));
    if f.id is null then
        return;  -- It was dropped meanwhile.
    end if;
    perform featurize._check_faults(f);
    perform featurize._check_source_owner(f.source, featurize._owner(f));
    perform featurize._lock_table(f.embeddings, 'access exclusive'), featurize._create_triggers(f);
    -- The triggers write to the embedding table with the rights of the present owner of the source.
    if exists (select from pg_class c where c.oid = f.embeddings and c.relowner <> featurize._owner(f)) then
        execute format('alter table %s owner to %s', f.embeddings, featurize._owner(f)::regrole);
    end if;
    perform featurize._follow_key(f);
    perform featurize._rewrite_keys(f);
    perform featurize._share(f);
    perform featurize._remove_orphans(f);
    perform featurize._start_backfill(f, false);
    update featurize.featurizer x
       set blocked_at = null, blocked_reason = null
     where x.id = f.id and x.blocked_at is not null;
end
$$;
comment on function featurize._repair(featurize.featurizer) is
    'Repair one featurizer. Raise FZ003 if it has a fault that only its owner can correct.';

create or replace function featurize.repair(name text default null) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
    repaired integer := 0;
    patience text := current_setting('lock_timeout');
    finding text;
    remedy text;
begin
    if name is not null then
        perform featurize._repair(featurize._own_featurizer(name));
        repaired := 1;
    end if;
    for f in
        select * from featurize.featurizer x
         where repair.name is null and pg_has_role(featurize._owner(x), 'usage')
         order by x.id
    loop
        begin
            -- Less than deadlock_timeout: the locks on the tables repaired so far are held, and a transaction that
            -- waits for one of them may hold the next.
            perform set_config('lock_timeout', '500ms', true);
            perform featurize._repair(f);
            repaired := repaired + 1;
        exception
            -- A broken featurizer must not keep the others from being repaired.
            when others then
                get stacked diagnostics finding = message_text, remedy = pg_exception_hint;
                raise warning using
                    errcode = sqlstate,
                    message = case when sqlstate = 'FZ003' then finding
                                   else format('featurizer "%s" cannot be repaired: %s',
                                               featurize._label(f), finding) end,
                    hint = remedy;
        end;
    end loop;
    perform set_config('lock_timeout', patience, true);
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
readers their privileges, follow changed types of key columns, remove the embeddings and failures of rows that are gone,
and queue rows whose vector is missing or of an earlier image. Returns how many featurizers were repaired. For one that
is broken, such as after its image column was dropped, it raises an error with the remedy; among all, it gives a warning
and continues with the others.';
