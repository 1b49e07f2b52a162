-- Checks of the arguments of create_featurizer().

create or replace function featurize._check_source_owner(source regclass, owner oid) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_owner(owner, format('table %s', source));
    -- The triggers run with the rights of the owner: without this right every write to the table would fail.
    if not has_table_privilege(owner, 'featurize.outbox', 'insert') then
        raise exception using errcode = 'FZ003',
            message = format('%s cannot be featurized: it belongs to role %s, which may not declare featurizers',
                source, owner::regrole),
            hint = format('select featurize.grant_owner(%L)', owner::regrole);
    end if;
end
$$;
comment on function featurize._check_source_owner(regclass, oid) is
    'Raise 42501 unless the current role may act as the owner of the table, FZ003 unless the owner may declare
featurizers.';

create or replace function featurize._check_source(source regclass) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    c record;
    complaint text;
    remedy text;
begin
    select r.relkind, r.relispartition, r.relpersistence, r.relowner, n.nspname into c
      from pg_class r
      join pg_namespace n on n.oid = r.relnamespace
     where r.oid = source;
    if c.relkind is null then
        complaint := 'does not exist';
        remedy := 'Create it first.';
    elsif c.relkind = 'p' then
        complaint := 'is partitioned';
        remedy := 'Its triggers would miss rows that are written to a partition directly. '
                  'Featurize a plain table that holds key and image.';
    elsif c.relispartition then
        complaint := 'is a partition';
        remedy := 'Its triggers would miss rows that are written through the partitioned table. '
                  'Featurize a plain table that holds key and image.';
    elsif c.relkind <> 'r' then
        complaint := case c.relkind when 'v' then 'is a view' when 'm' then 'is a materialized view'
                                    when 'f' then 'is a foreign table' else 'is not a table' end;
        remedy := 'Featurize the table that holds the rows.';
    elsif c.relpersistence = 't' then
        complaint := 'is a temporary table, which no worker can see';
        remedy := 'Use a permanent table.';
    elsif c.nspname in ('pg_catalog', 'information_schema', 'featurize') then
        complaint := 'is a system table';
        remedy := 'Use one of your own tables.';
    elsif exists (select from pg_inherits i where i.inhrelid = source) then
        complaint := 'inherits from another table';
        remedy := 'Its triggers would miss rows that are written through that table. '
                  'Featurize a plain table that holds key and image.';
    elsif exists (select from pg_inherits i where i.inhparent = source) then
        complaint := 'has tables that inherit from it';
        remedy := 'Their rows would not be featurized. Featurize a plain table that holds key and image.';
    elsif not exists (select from pg_index i where i.indrelid = source and i.indisprimary) then
        complaint := 'has no primary key';
        remedy := format('alter table %s add primary key (...), or add an identity column for it.', source);
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ003',
            message = format('%s cannot be featurized: it %s', source, complaint),
            hint = remedy;
    end if;
    perform featurize._check_source_owner(source, c.relowner);
end
$$;
comment on function featurize._check_source(regclass) is 'Raise FZ003 unless the table can be featurized.';

create or replace function featurize._check_image_column(source regclass, image_column name, image_kind text)
    returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    fits boolean;
    type_name text;
    is_virtual boolean;
begin
    select case image_kind when 'bytes' then base = 'bytea'::regtype else b.typcategory = 'S' end,
           format_type(a.atttypid, a.atttypmod), a.attgenerated = 'v'
      into fits, type_name, is_virtual
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
     cross join lateral (select case t.typtype when 'd' then t.typbasetype else t.oid end) d (base)
      join pg_type b on b.oid = d.base
     where a.attrelid = source and a.attname = image_column and a.attnum > 0 and not a.attisdropped;
    if fits is null then
        raise exception using errcode = 'FZ004',
            message = format('%s has no column "%s"', source, image_column),
            hint = format('Its columns are: %s.', (
                select string_agg(a.attname, ', ' order by a.attnum)
                  from pg_attribute a
                 where a.attrelid = source and a.attnum > 0 and not a.attisdropped));
    elsif not fits then
        raise exception using errcode = 'FZ004',
            message = format('column "%s" of %s is of type %s, not %s', image_column, source, type_name,
                case image_kind when 'bytes' then 'bytea' else 'text' end),
            hint = 'image_kind ''path'', ''uri'' and ''base64'' need a text column, ''bytes'' needs a bytea column.';
    elsif is_virtual then
        -- Triggers cannot read it from their transition tables. Keys cannot be virtual.
        raise exception using errcode = 'FZ004',
            message = format('column "%s" of %s is a virtual generated column', image_column, source),
            hint = 'Generate it as STORED, or featurize the column from which it is generated.';
    end if;
end
$$;
comment on function featurize._check_image_column(regclass, name, text) is
    'Raise FZ004 unless the column can hold images of that kind.';

create or replace function featurize._check_choice(what text, value text, choices text[]) returns void
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if value is null or value <> all (choices) then
        raise exception using errcode = 'FZ006',
            message = format('%s cannot be %L', what, value),
            hint = format('Choose one of: %s.', array_to_string(choices, ', '));
    end if;
end
$$;
comment on function featurize._check_choice(text, text, text[]) is
    'Raise FZ006 unless the value is one of the choices.';

create or replace function featurize._check_schema(f featurize.featurizer, schema name) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    owner regrole := featurize._owner(f)::regrole;
begin
    if f.destination = 'column' then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" has no embedding table that could be in schema "%s"', f.name, schema),
            hint = 'Pass schema only with destination => ''table''.';
    elsif to_regnamespace(quote_ident(schema)) is null then
        raise exception using errcode = 'FZ006',
            message = format('there is no schema "%s" for the embeddings of featurizer "%s"', schema, f.name),
            hint = format('create schema %I authorization %s', schema, owner);
    elsif not has_schema_privilege(owner, schema, 'usage') or not has_schema_privilege(owner, schema, 'create') then
        -- The triggers run with the rights of the owner, who also owns the embedding table.
        raise exception using errcode = 'FZ006',
            message = format('%s, the owner of %s, may not create tables in schema "%s"', owner, f.source, schema),
            hint = format('grant usage, create on schema %I to %s', schema, owner);
    end if;
end
$$;
comment on function featurize._check_schema(featurize.featurizer, name) is
    'Raise FZ006 unless the embedding table can be in that schema.';

create or replace function featurize._check_name(
    f featurize.featurizer,
    schema name default null,
    adopt boolean default false
) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    complaint text;
    new_table text := featurize._embedding_table(f, schema);
    -- With destination column, three more columns have longer names.
    max_bytes integer := case f.destination when 'column' then 63 - octet_length('_digest') else 63 end;
begin
    if octet_length(f.name) not between 1 and max_bytes then
        complaint := format('has %s bytes, not 1 to %s', octet_length(f.name), max_bytes);
    elsif exists (select from featurize.featurizer x
                   where (x.source, x.name) = (f.source, f.name) and x.id is distinct from f.id) then
        complaint := format('is the name of another featurizer of %s', f.source);
    elsif f.destination = 'table' and not adopt and to_regclass(new_table) is not null then
        complaint := format('is already the name of a relation: %s', to_regclass(new_table));
    elsif f.destination = 'table' and not adopt and to_regtype(new_table) is not null then
        complaint := format('is already the name of a type: %s', to_regtype(new_table));
    elsif f.destination = 'column' and not adopt and exists (
        select from pg_attribute a
         where a.attrelid = f.source and not a.attisdropped
           and a.attname = any (featurize._added_columns(f))) then
        complaint := format('is already a column of %s, or is with the suffix _space, _digest or _hash', f.source);
    elsif f.destination = 'table'
        and f.key_columns && featurize._embedding_columns()
    then
        raise exception using errcode = 'FZ003',
            message = format('the key of %s has a column with the name of a column of the embedding table', f.source),
            hint = 'Rename the column, or pass destination => ''column''.';
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ002',
            message = case when f.id is null
                           then format('featurizer "%s" cannot be created: the name %s', f.name, complaint)
                           else format('the featurizer cannot be renamed to "%s": it %s', f.name, complaint) end,
            hint = concat_ws(' ',
                'A dropped featurizer has left embeddings: ' || featurize._drop_leftovers(f, schema) || '.',
                case when f.id is null and featurize._drop_leftovers(f, schema) is not null
                     then 'Pass adopt => true to use them.' end,
                format('Pass another name with %s => ''...''.',
                       case when f.id is null then 'name' else 'rename_to' end));
    end if;
end
$$;
comment on function featurize._check_name(featurize.featurizer, name, boolean) is
    'Raise FZ002 unless the name can be used for all that has to be created; with adopt, it exists already.';
