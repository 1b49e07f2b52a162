-- Changing a featurizer without losing its embeddings.

create or replace function featurize._move_embeddings(f featurize.featurizer, new_name text, schema name) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    added name;
begin
    if f.destination = 'table' then
        if new_name <> f.name then
            execute format('alter table %s rename to %I', f.embeddings, new_name);
        end if;
        if schema is not null then
            execute format('alter table %s set schema %I', f.embeddings, schema);
        end if;
    elsif new_name <> f.name then
        foreach added in array featurize._added_columns(f) loop
            execute format('alter table only %s rename column %I to %I',
                f.source, added, new_name || substr(added, length(f.name) + 1));
        end loop;
    end if;
end
$$;
comment on function featurize._move_embeddings(featurize.featurizer, text, name) is
    'Rename the embedding table, or the columns, of a featurizer, and move the table to another schema unless schema is
null.';

create or replace function featurize.alter_featurizer(
    name text,
    image_column name default null,
    rename_to text default null,
    image_kind text default null,
    schema name default null,
    on_replica boolean default null,
    notify boolean default null,
    on_truncated text default null
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    altered featurize.featurizer;
    present_schema name;
begin
    perform featurize._lock_source(f, 'access exclusive'), featurize._lock_table(f.embeddings, 'access exclusive');
    f := featurize._own_featurizer(name);
    -- The image column is checked below, because it may have been renamed.
    perform featurize._check_faults(jsonb_populate_record(f, jsonb_build_object('image_column', f.key_columns[1])));
    altered := jsonb_populate_record(f, jsonb_strip_nulls(jsonb_build_object(
        'image_column', image_column, 'name', rename_to, 'image_kind', image_kind, 'on_replica', on_replica,
        'notify', notify, 'on_truncated', on_truncated)));
    perform featurize._check_choice('image_kind', altered.image_kind, array['path', 'uri', 'bytes', 'base64']);
    perform featurize._check_choice('on_truncated', altered.on_truncated, array['fail', 'embed']);
    perform featurize._check_image_column(f.source, altered.image_column, altered.image_kind);
    if schema is not null then
        perform featurize._check_schema(f, schema);
    end if;
    select n.nspname into present_schema
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.oid = f.embeddings;
    if altered.name <> f.name or schema <> present_schema then
        perform featurize._check_name(
            jsonb_populate_record(altered, '{"embeddings": null}'), coalesce(schema, present_schema));
    end if;
    perform featurize._move_embeddings(f, altered.name, schema);
    if f.on_replica and not altered.on_replica then
        execute format('drop trigger if exists featurize_%s_replica on %s', f.id, f.source);
        execute format('drop function if exists %s()', featurize._replica_function(f.id));
    end if;
    update featurize.featurizer x
       set name = altered.name, image_column = altered.image_column, image_kind = altered.image_kind,
           on_replica = altered.on_replica, notify = altered.notify,
           on_truncated = altered.on_truncated
     where x.id = f.id;
    perform featurize._comment_destination(altered), featurize._create_triggers(altered), featurize._share(altered);
    if (altered.image_column, altered.image_kind) <> (f.image_column, f.image_kind) then
        perform featurize._resync(altered);
    end if;
    return featurize._label(altered);
end
$$;
comment on function featurize.alter_featurizer(text, name, text, text, name, boolean, boolean, text) is
    'Change a featurizer and keep its embeddings. image_column: column that holds the images from now on, for example
after it was renamed; only rows whose value differs are embedded again. rename_to: new name of the featurizer and of its
embedding table or column. image_kind: path, uri, bytes or base64. schema: new schema of the embedding table.
on_replica, notify and on_truncated: as for featurize.create_featurizer(). Returns the name of the featurizer.';
