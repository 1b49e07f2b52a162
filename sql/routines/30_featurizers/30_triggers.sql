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
    'Advisory lock that a sleeping worker holds exclusively and every writer shares.';

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
        delete from featurize.failure x where x.featurizer = {name};
    end if;
    -- A worker that sleeps holds this lock exclusively, one that works does not: NOTIFY takes a
    -- database-wide lock at commit, so it is sent only when somebody has to be woken.
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
            -- In the row itself the vector is not forgotten with the key but emptied with the image.
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
    -- Security definer: writers of the source need no rights in schema featurize. What pg_dump writes
    -- turns row_security off, and then queries with policies fail.
    execute format('create or replace function %s() returns trigger language plpgsql security definer '
        'set search_path = pg_catalog, pg_temp set row_security = on%s as %L',
        featurize._trigger_function(f), featurize._key_settings(f), featurize._trigger_body(f));
    execute format('revoke all on function %s() from public', featurize._trigger_function(f));
    execute format('comment on function %s() is %L', featurize._trigger_function(f),
        format('Queue and forget rows of %s for featurizer "%s". Written by pgfeaturize.', f.source, f.name));
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
    -- Its owner's rights, no more: what the statements touch may have triggers and types of the owner's own making.
    execute format('alter function %s() owner to %s', featurize._trigger_function(f), featurize._owner(f)::regrole);
    -- Its policies are by this one, so that the triggers go on when the table gets another owner.
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
