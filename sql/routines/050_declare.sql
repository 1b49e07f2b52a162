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
    select r.relkind, r.relispartition, r.relpersistence, n.nspname into c
      from pg_class r join pg_namespace n on n.oid = r.relnamespace where r.oid = source;
    if c.relkind is null then
        complaint := 'does not exist';
        remedy := 'Create it first.';
    elsif c.relkind = 'p' or c.relispartition then
        complaint := case c.relkind when 'p' then 'is partitioned' else 'is a partition' end;
        remedy := 'Rows inserted into a partition directly would be missed; featurize a plain table that holds key and image.';
    elsif c.relkind <> 'r' then
        complaint := case c.relkind when 'v' then 'is a view' when 'm' then 'is a materialized view'
                                    when 'f' then 'is a foreign table' else 'is not a table' end;
        remedy := 'Featurize the table that holds the rows.';
    elsif c.relpersistence = 't' then
        complaint := 'is a temporary table, which no worker can see';
        remedy := 'Use a permanent table.';
    elsif c.nspname in ('pg_catalog', 'information_schema', 'featurize') then
        complaint := 'is a system table';
        remedy := 'Use a table of your own.';
    elsif exists (select from pg_inherits i where source in (i.inhrelid, i.inhparent)) then
        complaint := case when exists (select from pg_inherits i where i.inhrelid = source)
                          then 'inherits from another table' else 'has tables that inherit from it' end;
        remedy := 'Triggers see one of the tables that a statement changes; featurize a plain table that holds key and image.';
    elsif not exists (select from pg_index i where i.indrelid = source and i.indisprimary) then
        complaint := 'has no primary key';
        remedy := format('alter table %s add primary key (…), or add an identity column for it.', source);
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ003',
            message = format('%s cannot be featurized: it %s', source, complaint),
            hint = remedy;
    end if;
end
$$;
comment on function featurize._check_source(regclass) is 'FZ003 unless the table can be featurized.';

create or replace function featurize._check_image_column(source regclass, image_column name, image_kind text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    fits boolean;
    type_name text;
begin
    select case image_kind when 'bytes' then base = 'bytea'::regtype else b.typcategory = 'S' end,
           format_type(a.atttypid, a.atttypmod)
      into fits, type_name
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
     cross join lateral (select case t.typtype when 'd' then t.typbasetype else t.oid end) d (base)
      join pg_type b on b.oid = d.base
     where a.attrelid = source and a.attname = image_column and a.attnum > 0 and not a.attisdropped;
    if fits is null then
        raise exception using errcode = 'FZ004',
            message = format('%s has no column "%s"', source, image_column),
            hint = format('Its columns are: %s.', (
                select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
                where a.attrelid = source and a.attnum > 0 and not a.attisdropped));
    elsif not fits then
        raise exception using errcode = 'FZ004',
            message = format('column "%s" of %s is of type %s, which is no %s', image_column, source, type_name,
                case image_kind when 'bytes' then 'bytea' else 'text' end),
            hint = 'image_kind ''path'' wants a text column with file paths, ''bytes'' a bytea column with the images.';
    end if;
end
$$;
comment on function featurize._check_image_column(regclass, name, text) is 'FZ004 unless the column can hold images.';

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
comment on function featurize._check_choice(text, text, text[]) is 'FZ006 unless the value is one of the choices.';

create or replace function featurize._check_name(f featurize.featurizer) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    complaint text;
begin
    if octet_length(f.name) not between 1 and 63 then
        complaint := format('has %s bytes; identifiers have 1 to 63', octet_length(f.name));
    elsif exists (select from featurize.featurizer x where x.name = f.name) then
        complaint := 'is the name of another featurizer';
    elsif f.destination = 'table' and to_regclass(featurize._embedding_table(f)) is not null then
        complaint := format('is the name of a relation already: %s', to_regclass(featurize._embedding_table(f)));
    elsif f.destination = 'table' and to_regtype(featurize._embedding_table(f)) is not null then
        complaint := format('is the name of a type already: %s', to_regtype(featurize._embedding_table(f)));
    elsif f.destination = 'column' and exists (
        select from pg_attribute a where a.attrelid = f.source and a.attname = f.name and not a.attisdropped) then
        complaint := format('is a column of %s already', f.source);
    elsif f.destination = 'table' and f.key_columns && array['embedding', 'space_id', 'embedded_at']::name[] then
        raise exception using errcode = 'FZ003',
            message = format('the key of %s has a column named like one of the embedding table', f.source),
            hint = 'Rename it, or pass destination => ''column''.';
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" cannot be created: the name %s', f.name, complaint),
            hint = 'Pass another one with name => ''…''.';
    end if;
end
$$;
comment on function featurize._check_name(featurize.featurizer) is 'FZ002 unless the name is free for what has to be created.';

create or replace function featurize._create_destination(f featurize.featurizer, dim integer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    vector_type text := format('%I.%I(%s)', featurize._vector_schema(), f.storage, dim);
    relation text := case f.destination when 'table' then featurize._embedding_table(f) else f.source::text end;
    vector_column text := case f.destination when 'table' then 'embedding' else f.name end;
begin
    if f.destination = 'column' then
        execute format('alter table only %s add column %I %s, add column %I integer',
            f.source, f.name, vector_type, featurize._space_column(f));
    else
        -- No foreign key to the source: it would forbid its TRUNCATE. The triggers do that work.
        execute format(
            'create table %s (%s, embedding %s not null, space_id integer not null, '
            'embedded_at timestamptz not null default now(), primary key (%s))',
            relation, featurize._key_definition(f), vector_type, featurize._key(f));
    end if;
    -- Vectors that leave room in an 8 kB page are read twice as fast in line as from TOAST.
    if f.destination = 'table' and dim * (case f.storage when 'vector' then 4 else 2 end) <= 4096 then
        execute format('alter table %s alter column %I set storage plain', relation, vector_column);
    end if;
    if f.destination = 'table' then
        execute format('comment on table %s is %L', relation,
            format('Embeddings of %s.%I by model %s. Written by pgfeaturize.', f.source, f.image_column, f.model));
        execute format('comment on column %s.space_id is ''Feature space, see featurize.space.''', relation);
        execute format('comment on column %s.embedded_at is ''When the vector was stored.''', relation);
    else
        execute format('comment on column %s.%I is ''Feature space of the embedding, see featurize.space.''',
            relation, featurize._space_column(f));
    end if;
    execute format('comment on column %s.%I is %L', relation, vector_column,
        format('Embedding by featurizer %s.', f.name));
end
$$;
comment on function featurize._create_destination(featurize.featurizer, integer) is
    'Create the embedding table, or the columns in the source.';

create or replace function featurize.create_featurizer(
    source regclass,
    image_column name,
    model text default 'resnet50',
    name text default null,
    image_kind text default 'path',
    destination text default 'table',
    storage text default 'vector',
    backfill boolean default true,
    if_not_exists boolean default false
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    m featurize.model := featurize._model(model);
    f featurize.featurizer;
begin
    perform featurize._check_choice('image_kind', image_kind, array['path', 'bytes']);
    perform featurize._check_choice('destination', destination, array['table', 'column']);
    perform featurize._check_choice('storage', storage, array['vector', 'halfvec']);
    perform featurize._check_source(source);
    perform featurize._check_image_column(source, image_column, image_kind);
    f := jsonb_populate_record(null::featurize.featurizer, jsonb_build_object(
        'name', coalesce(name, (select format('%s_%s', c.relname, m.name) from pg_class c where c.oid = source)),
        'source', source::oid::text,
        'image_column', image_column,
        'image_kind', image_kind,
        'key_columns', (
            select jsonb_agg(a.attname order by k.position)
              from pg_index i
             cross join lateral unnest(i.indkey) with ordinality k (attnum, position)
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
             where i.indrelid = source and i.indisprimary and k.position <= i.indnkeyatts),
        'model', m.name,
        'destination', destination,
        'storage', storage));
    if if_not_exists and exists (
        select from featurize.featurizer x
         where (x.name, x.source, x.image_column, x.model) = (f.name, f.source, f.image_column, f.model)) then
        raise notice 'featurizer "%" exists already, skipping', f.name;
        return f.name;
    end if;
    perform featurize._check_name(f);

    insert into featurize.featurizer (name, source, image_column, image_kind, key_columns, model, destination, storage)
    values (f.name, f.source, f.image_column, f.image_kind, f.key_columns, f.model, f.destination, f.storage)
    returning * into f;
    perform featurize._create_destination(f, m.dim);
    if f.destination = 'table' then
        update featurize.featurizer x
           set embeddings = to_regclass(featurize._embedding_table(f))
         where x.id = f.id
        returning * into f;
    end if;
    perform featurize._create_triggers(f);
    insert into featurize.backfill (featurizer_id, finished_at)
    values (f.id, case when not backfill then now() end);
    perform pg_notify('pgfeaturize', '');
    return f.name;
end
$$;
comment on function featurize.create_featurizer(regclass, name, text, text, text, text, text, boolean, boolean) is
    'Declare that a column is featurized by a model. Rows that are there already are backfilled in small steps.';

create or replace function featurize.drop_featurizer(name text, keep_embeddings boolean default false) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    event text;
begin
    if exists (select from pg_class c where c.oid = f.source) then
        foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
            execute format('drop trigger if exists featurize_%s_%s on %s', f.id, event, f.source);
        end loop;
        if not keep_embeddings and f.destination = 'column' then
            execute format('alter table only %s drop column if exists %I, drop column if exists %I',
                f.source, f.name, featurize._space_column(f));
        end if;
    end if;
    if not keep_embeddings and exists (select from pg_class c where c.oid = f.embeddings) then
        execute format('drop table %s', f.embeddings);
    end if;
    execute format('drop function if exists %s()', featurize._trigger_function(f));
    delete from featurize.lease l where l.featurizer_id = f.id;
    delete from featurize.job j where j.featurizer_id = f.id;
    delete from featurize.featurizer x where x.id = f.id;
end
$$;
comment on function featurize.drop_featurizer(text, boolean) is
    'Remove a featurizer with its triggers, jobs and failures, and its embeddings unless they are kept.';

create or replace function featurize.pause(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    update featurize.featurizer x set paused_at = now() where x.id = f.id and x.paused_at is null;
end
$$;
comment on function featurize.pause(text) is 'Stop handing out jobs of a featurizer; its triggers go on queueing.';

create or replace function featurize.resume(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    update featurize.featurizer x
       set paused_at = null, blocked_at = null, blocked_reason = null
     where x.id = f.id;
    perform pg_notify('pgfeaturize', '');
end
$$;
comment on function featurize.resume(text) is 'Hand out jobs of a featurizer again.';

create or replace function featurize.repair(name text default null) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
    mended integer := 0;
begin
    if name is not null then
        perform featurize._featurizer(name);
    end if;
    for f in
        select * from featurize.featurizer x
         where (repair.name is null or x.name = repair.name)
           and exists (select from pg_class c where c.oid = x.source)
    loop
        perform featurize._create_triggers(f);
        perform featurize._start_backfill(f, false);
        mended := mended + 1;
    end loop;
    return mended;
end
$$;
comment on function featurize.repair(text) is
    'Create missing triggers again and look for rows they have missed; says for how many featurizers.';
