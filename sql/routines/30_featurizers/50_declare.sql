-- Declaring a featurizer: where its embeddings are stored, and create_featurizer().

create or replace function featurize._create_destination(f featurize.featurizer, dim integer, schema name)
    returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    relation text := case f.destination when 'table' then featurize._embedding_table(f, schema) else f.source::text end;
    vector_column text := case f.destination when 'table' then 'embedding' else f.name end;
begin
    if f.destination = 'column' then
        execute featurize._render(f, $column$
            alter table only {source}
                add column {vector_column} {storage}({dim}),
                add column {space_column} integer,
                add column {digest_column} bytea,
                add column {hash_column} bigint
            $column$, jsonb_build_object('dim', dim));
    else
        -- Triggers delete embeddings. A foreign key to the source would not allow TRUNCATE of the source.
        execute featurize._render(f, $table$
            create table {relation} (
                {key_definition},
                embedding {storage}({dim}) not null,
                space_id integer not null,
                digest bytea,
                image_hash bigint,
                embedded_at timestamptz not null default now(),
                primary key ({key})
            )
            $table$, jsonb_build_object('relation', relation, 'dim', dim));
    end if;
    -- Vectors of up to half a page are read twice as fast from the row itself as from TOAST.
    if f.destination = 'table' and dim * (case f.storage when 'vector' then 4 else 2 end) <= 4096 then
        execute format('alter table %s alter column %I set storage plain', relation, vector_column);
    end if;
    if f.destination = 'table' then
        execute format('alter table %s owner to %s', relation, featurize._owner(f)::regrole);
    end if;
end
$$;
comment on function featurize._create_destination(featurize.featurizer, integer, name) is
    'Create the embedding table, or the columns of the source.';

create or replace function featurize._comment_destination(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    is_table boolean := f.destination = 'table';
    commented record;
begin
    if is_table then
        execute format('comment on table %s is %L', f.embeddings,
            format('Embeddings of %s.%I by model %s. Written by pgfeaturize.', f.source, f.image_column, f.model));
        execute format('comment on column %s.embedded_at is %L', f.embeddings, 'When the vector was stored.');
    end if;
    for commented in
        select c.name, c.text
          from (values
               (case when is_table then 'embedding' else f.name end, format('Embedding by featurizer %s.', f.name)),
               (case when is_table then 'space_id' else featurize._space_column(f) end,
                'Feature space of the embedding, see featurize.space.'),
               (case when is_table then 'digest' else featurize._digest_column(f) end,
                'SHA-256 of the image value that was embedded.'),
               (case when is_table then 'image_hash' else featurize._hash_column(f) end,
                'Hash of the image value that was embedded. If the row has another value now, the vector is outdated.')
               ) c (name, text)
    loop
        execute format('comment on column %s.%I is %L',
            coalesce(f.embeddings, f.source), commented.name, commented.text);
    end loop;
end
$$;
comment on function featurize._comment_destination(featurize.featurizer) is
    'Write the comments on the embedding table, or on the columns of the source.';

create or replace function featurize.create_featurizer(
    source regclass,
    image_column name,
    model text default 'resnet50',
    name text default null,
    image_kind text default 'path',
    destination text default 'table',
    storage text default 'vector',
    backfill boolean default true,
    if_not_exists boolean default false,
    schema name default null,
    on_replica boolean default false,
    notify boolean default true,
    adopt boolean default false,
    on_truncated text default 'fail'
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    m featurize.model := featurize._resolve_model(model);
    f featurize.featurizer;
begin
    perform featurize._check_choice('image_kind', image_kind, array['path', 'uri', 'bytes', 'base64']);
    perform featurize._check_choice('destination', destination, array['table', 'column']);
    perform featurize._check_choice('storage', storage, array['vector', 'halfvec']);
    perform featurize._check_choice('on_truncated', on_truncated, array['fail', 'embed']);
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
        'storage', storage,
        'on_replica', on_replica,
        'notify', notify,
        'on_truncated', on_truncated));
    if if_not_exists and exists (
        select from featurize.featurizer x
         where (x.name, x.source, x.image_column, x.model) = (f.name, f.source, f.image_column, f.model)) then
        raise notice 'featurizer "%" already exists, skipping', f.name;
        return featurize.featurizer_name(source, f.name);
    end if;
    if schema is not null then
        perform featurize._check_schema(f, schema);
    end if;
    perform featurize._lock_source(f, case f.destination
        when 'table' then featurize._mode_to_share(f, 'share row exclusive')
        else 'access exclusive' end);
    perform featurize._check_name(f, schema, adopt);
    if adopt then
        perform featurize._check_adoptable(f, m.dim, schema);
    end if;

    insert into featurize.featurizer (
        name, source, image_column, image_kind, key_columns, model, destination, storage, on_replica, notify,
        on_truncated)
    values (
        f.name, f.source, f.image_column, f.image_kind, f.key_columns, f.model, f.destination, f.storage, f.on_replica,
        f.notify, f.on_truncated)
    returning * into f;
    if not adopt then
        perform featurize._create_destination(f, m.dim, schema);
    end if;
    if f.destination = 'table' then
        update featurize.featurizer x
           set embeddings = to_regclass(featurize._embedding_table(f, schema))
         where x.id = f.id
        returning * into f;
    end if;
    if adopt then
        perform featurize._adopt(f);
    end if;
    perform featurize._comment_destination(f), featurize._create_triggers(f), featurize._share(f);
    insert into featurize.backfill (featurizer_id, finished_at)
    values (f.id, case when not backfill then now() end);
    if f.notify then
        perform featurize._notify('pgfeaturize');
    end if;
    return featurize._label(f);
end
$$;
comment on function featurize.create_featurizer(regclass, name, text, text, text, text, text, boolean, boolean, name,
    boolean, boolean, boolean, text) is
    'Declare that an image column of a table is featurized by a model. Returns the name of the featurizer, which is
table_model unless you pass a name. image_kind: the column holds path, uri, bytes or base64. destination: embeddings are
stored in a table of that name, or in a column of the source. storage: vector or halfvec. Workers embed existing
rows in small steps, unless backfill is false. schema: schema of the embedding table, that of the source unless you
pass another. on_replica: also queue rows that arrive by logical replication, or are written while
session_replication_role is replica. notify => false is for tables that are written by two-phase commit: triggers send
no notification, and workers poll. adopt: use the embeddings that a dropped featurizer of that name has left, with the
same key, model and storage; only rows whose image has changed since, or that have none, are embedded.
on_truncated: rows fail whose image can be decoded only in part, or embed: that part is embedded, and the row is listed
in featurize.truncated.';
