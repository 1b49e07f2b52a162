-- The triggers of a featurizer call one function, which is generated for it: names and operators are written out,
-- because it runs in every statement that users send.

create or replace function featurize._trigger_function(f featurize.featurizer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('featurize_generated.on_%s', f.id);
$$;
comment on function featurize._trigger_function(featurize.featurizer) is 'Name of the generated trigger function.';

create or replace function featurize._trigger_body(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $body$
declare
    queued bigint := 0;
begin
    if tg_op = 'INSERT' then {unless_renamed} {append_inserted}
    elsif tg_op = 'UPDATE' then {unless_renamed} {append_updated} {forget_old} {empty_columns}
    elsif tg_op = 'DELETE' then {unless_key_renamed} {forget}
    else {truncate}
        delete from featurize.failed_row x where x.featurizer_id = {id};
    end if;
    {notify}
    return null;
end
$body$,
        jsonb_build_object(
            'unless_renamed', featurize._check_columns(f, f.image_column || f.key_columns),
            'unless_key_renamed', featurize._check_columns(f, f.key_columns),
            'append_inserted', featurize._append_inserted(f),
            'append_updated', featurize._append_updated(f),
            -- Vector columns are cleared when the image is set to null; otherwise they stay with the row.
            'forget_old', featurize._delete_embeddings(f, featurize._render(f,
                ' and not exists (select from added n where {key_match:n,o} and {image:n} is not null)')),
            'empty_columns', case f.destination when 'column' then featurize._clear_vector_columns(f) else '' end,
            'forget', featurize._delete_embeddings(f, ''),
            'truncate', case f.destination
                when 'table' then featurize._in_embedding_table(f, 'truncate ', '')
                else '' end,
            'notify', featurize._notify_workers(f)));
$$;
comment on function featurize._trigger_body(featurize.featurizer) is 'Text of the generated trigger function.';

create or replace function featurize._trigger_functions(f featurize.featurizer)
    returns table (function text, body text, description text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._trigger_function(f), featurize._trigger_body(f),
           format('Queue changed rows of %s for featurizer "%s", delete embeddings of removed rows.', f.source, f.name)
     union all
    select featurize._replica_function(f.id), featurize._replica_body(f),
           format('Queue replicated rows of %s for featurizer "%s", delete embeddings of removed rows.',
                  f.source, f.name)
     where f.on_replica;
$$;
comment on function featurize._trigger_functions(featurize.featurizer) is
    'Names, texts and comments of the trigger functions of a featurizer.';

create or replace function featurize._write_trigger_functions(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    written record;
begin
    for written in select * from featurize._trigger_functions(f) loop
        -- Security definer: writers of the source need no privileges in schema featurize. Dumps set row_security
        -- to off, which makes queries on tables with policies fail.
        execute format('create or replace function %s() returns trigger language plpgsql security definer '
            'set search_path = pg_catalog, pg_temp set row_security = on%s as %L',
            written.function, featurize._key_settings(f), written.body);
        execute format('revoke all on function %s() from public', written.function);
        execute format('comment on function %s() is %L', written.function, written.description);
    end loop;
end
$$;
comment on function featurize._write_trigger_functions(featurize.featurizer) is
    'Create or replace the trigger functions of a featurizer.';

create or replace function featurize._triggers(f featurize.featurizer)
    returns table (name text, definition text, function text, enabled text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- TRUNCATE has no trigger for each row; that for each statement also fires for a replicated TRUNCATE.
    select format('featurize_%s_%s', f.id, t.event),
           featurize._render(f, 'after {event} on {source} {transition_tables} for each statement', to_jsonb(t)),
           featurize._trigger_function(f), case when t.event = 'truncate' and f.on_replica then 'always' else '' end
      from (values
           ('insert', 'referencing new table as added'),
           ('update', 'referencing old table as removed new table as added'),
           ('delete', 'referencing old table as removed'),
           ('truncate', '')) t (event, transition_tables)
     union all
    select format('featurize_%s_replica', f.id),
           featurize._render(f, 'after insert or update or delete on {source} for each row'),
           featurize._replica_function(f.id), 'replica'
     where f.on_replica;
$$;
comment on function featurize._triggers(featurize.featurizer) is
    'The triggers of a featurizer; enabled is the word between ENABLE and TRIGGER.';

create or replace function featurize._create_triggers(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    trigger record;
begin
    perform featurize._write_trigger_functions(f);
    -- Policies depend on this column, so that triggers continue to work when the table gets another owner.
    update featurize.featurizer x
       set owner = featurize._owner(f)::regrole
     where x.id = f.id and x.owner <> featurize._owner(f);
    for trigger in select * from featurize._triggers(f) loop
        -- The owner's privileges, because the statements may run triggers and types that the owner created.
        execute format('alter function %s() owner to %s', trigger.function, featurize._owner(f)::regrole);
        execute format('create or replace trigger %s %s execute function %s()',
                       trigger.name, trigger.definition, trigger.function);
        execute format('alter table %s enable %s trigger %s', f.source, trigger.enabled, trigger.name);
    end loop;
end
$$;
comment on function featurize._create_triggers(featurize.featurizer) is
    'Create or replace the trigger functions and triggers of a featurizer.';
