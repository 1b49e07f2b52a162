-- The triggers of a featurizer call one function, which is generated for it: names and operators are written out,
-- because it runs in every statement that users send.

create or replace function featurize._idle_lock() returns bigint
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select 7377571;
$$;
comment on function featurize._idle_lock() is
    'Advisory lock that an idle worker holds exclusively; transactions that queue rows try to share it.';

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
    -- An idle worker holds this lock exclusively. NOTIFY takes a database-wide lock at commit, so it
    -- is sent only if a worker is idle.
    if queued > 0 and not pg_try_advisory_xact_lock_shared({idle_lock}) then
        perform pg_notify('pgfeaturize', '');
    end if;
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
            'idle_lock', featurize._idle_lock()));
$$;
comment on function featurize._trigger_body(featurize.featurizer) is 'Text of the generated trigger function.';

create or replace function featurize._write_trigger_function(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Security definer: writers of the source need no privileges in schema featurize. Dumps set row_security
    -- to off, which makes queries on tables with policies fail.
    execute format('create or replace function %s() returns trigger language plpgsql security definer '
        'set search_path = pg_catalog, pg_temp set row_security = on%s as %L',
        featurize._trigger_function(f), featurize._key_settings(f), featurize._trigger_body(f));
    execute format('revoke all on function %s() from public', featurize._trigger_function(f));
    execute format('comment on function %s() is %L', featurize._trigger_function(f),
        format('Queue changed rows of %s for featurizer "%s", delete embeddings of removed rows.', f.source, f.name));
end
$$;
comment on function featurize._write_trigger_function(featurize.featurizer) is
    'Create or replace the trigger function of a featurizer.';

create or replace function featurize._create_triggers(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    event text;
    transition_tables text;
begin
    perform featurize._write_trigger_function(f);
    -- The owner's privileges, because the statements may run triggers and types that the owner created.
    execute format('alter function %s() owner to %s', featurize._trigger_function(f), featurize._owner(f)::regrole);
    -- Policies depend on this column, so that triggers continue to work when the table gets another owner.
    update featurize.featurizer x
       set owner = featurize._owner(f)::regrole
     where x.id = f.id and x.owner <> featurize._owner(f);
    for event, transition_tables in values
        ('insert', 'referencing new table as added'),
        ('update', 'referencing old table as removed new table as added'),
        ('delete', 'referencing old table as removed'),
        ('truncate', '')
    loop
        execute featurize._render(f,
            'create or replace trigger featurize_{id}_{event} after {event} on {source} {transition_tables}'
            ' for each statement execute function {function}()',
            jsonb_build_object('event', event, 'transition_tables', transition_tables,
                               'function', featurize._trigger_function(f)));
    end loop;
end
$$;
comment on function featurize._create_triggers(featurize.featurizer) is
    'Create or replace the trigger function and triggers of a featurizer.';
