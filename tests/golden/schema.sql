CREATE SCHEMA featurize;

COMMENT ON SCHEMA featurize IS 'pgfeaturize: image columns featurized by pre-trained networks. Names that start with _ are private.';

CREATE TABLE featurize.featurizer (
    id integer NOT NULL,
    name text NOT NULL,
    source regclass NOT NULL,
    image_column name NOT NULL,
    image_kind text NOT NULL,
    key_columns name[] NOT NULL,
    model text NOT NULL,
    destination text NOT NULL,
    storage text NOT NULL,
    embeddings regclass,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    paused_at timestamp with time zone,
    blocked_at timestamp with time zone,
    blocked_reason text,
    CONSTRAINT featurizer_blocked_has_a_reason CHECK (((blocked_at IS NULL) = (blocked_reason IS NULL))),
    CONSTRAINT featurizer_destination_is_known CHECK ((destination = ANY (ARRAY['table'::text, 'column'::text]))),
    CONSTRAINT featurizer_has_a_key CHECK ((cardinality(key_columns) > 0)),
    CONSTRAINT featurizer_image_kind_is_known CHECK ((image_kind = ANY (ARRAY['path'::text, 'uri'::text, 'bytes'::text]))),
    CONSTRAINT featurizer_name_is_an_identifier CHECK (((octet_length(name) >= 1) AND (octet_length(name) <= 63))),
    CONSTRAINT featurizer_storage_is_known CHECK ((storage = ANY (ARRAY['vector'::text, 'halfvec'::text])))
);

COMMENT ON TABLE featurize.featurizer IS 'The rules "this column of this table is featurized by this model".';

COMMENT ON COLUMN featurize.featurizer.id IS 'Number in the names of its triggers.';

COMMENT ON COLUMN featurize.featurizer.name IS 'Name; also that of its embedding table or column.';

COMMENT ON COLUMN featurize.featurizer.source IS 'Table whose rows are featurized.';

COMMENT ON COLUMN featurize.featurizer.image_column IS 'Column that holds the image.';

COMMENT ON COLUMN featurize.featurizer.image_kind IS 'path: file paths the worker reads; uri: what it fetches; bytes: the images themselves.';

COMMENT ON COLUMN featurize.featurizer.key_columns IS 'Primary key of the source, in index order.';

COMMENT ON COLUMN featurize.featurizer.model IS 'Model that makes the vectors.';

COMMENT ON COLUMN featurize.featurizer.destination IS 'table: embeddings live in a table of the featurizer''s name; column: in the source itself.';

COMMENT ON COLUMN featurize.featurizer.storage IS 'pgvector type of the embeddings.';

COMMENT ON COLUMN featurize.featurizer.embeddings IS 'Embedding table; null where they are in the source itself.';

COMMENT ON COLUMN featurize.featurizer.created_at IS 'When it was declared.';

COMMENT ON COLUMN featurize.featurizer.paused_at IS 'Set by featurize.pause(); no jobs are handed out.';

COMMENT ON COLUMN featurize.featurizer.blocked_at IS 'Set by a worker that cannot serve it.';

COMMENT ON COLUMN featurize.featurizer.blocked_reason IS 'Why that worker cannot serve it.';

CREATE FUNCTION featurize._admit(f featurize.featurizer, size integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with first as (
        select a.id
          from featurize.arrival a
         where a.featurizer_id = f.id
         order by a.id
         limit size
           for update skip locked
    ), taken as (
        delete from featurize.arrival a using first
         where a.featurizer_id = f.id and a.id = first.id
        returning a.id, a.queued_at, a.keys
    )
    insert into featurize.job (featurizer_id, key, queued_at, due_at)
    select f.id, k.key::jsonb, taken.queued_at, taken.queued_at
      from taken
     cross join lateral json_array_elements(taken.keys) with ordinality k (key, position)
     order by taken.id, k.position;
$$;

COMMENT ON FUNCTION featurize._admit(f featurize.featurizer, size integer) IS 'Make jobs of the rows that have arrived first, up to a hundred for each one asked for.';

CREATE FUNCTION featurize._arrive(f featurize.featurizer, condition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- Few rows, the usual case, are spared the sorting into parts.
    select format($arrive$        insert into featurize.arrival (featurizer_id, keys)
        select %1$s, json_agg(%2$s)
          from added n
         where %3$s is not null%4$s
        having count(*) between 1 and 100;
        queued := found;
        if not queued then
            insert into featurize.arrival (featurizer_id, keys)
            select %1$s, json_agg(a.key)
              from (select %2$s as key, (row_number() over () - 1) / 100 as part
                      from added n
                     where %3$s is not null%4$s) a
             group by a.part;
            queued := found;
        end if;
$arrive$, f.id, featurize._key_json(f, 'n', 'json'), featurize._image(f, 'n'), condition);
$_$;

COMMENT ON FUNCTION featurize._arrive(f featurize.featurizer, condition text) IS 'Statements that queue added rows, up to a hundred keys in a row of featurize.arrival.';

CREATE FUNCTION featurize._as_key(f featurize.featurizer, key jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    whole jsonb := case when jsonb_typeof(key) <> 'object' and cardinality(f.key_columns) = 1
                        then jsonb_build_object(f.key_columns[1], key) else key end;
begin
    if jsonb_typeof(whole) is distinct from 'object' or not whole ?& f.key_columns::text[] then
        raise data_exception using message = 'columns are missing';
    end if;
    execute format('select %s from jsonb_to_record($1) as k (%s)', featurize._key_json(f, 'k'), featurize._key_definition(f))
       into whole using whole;
    return whole;
exception
    when data_exception or check_violation then
        raise exception using errcode = 'FZ006',
            message = format('%s is not a key of %s: %s', coalesce(key::text, 'null'), f.source, sqlerrm),
            hint = format('Pass an object with %s, such as {"%s": …}.',
                array_to_string(f.key_columns, ', '), array_to_string(f.key_columns, '": …, "'));
end
$_$;

COMMENT ON FUNCTION featurize._as_key(f featurize.featurizer, key jsonb) IS 'A key as an object; a bare value will do where the key has one column.';

CREATE FUNCTION featurize._canonical_key(f featurize.featurizer, key jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'iso_8601'
    SET bytea_output TO 'hex'
    SET extra_float_digits TO '1'
    AS $_$
begin
    execute format('select %s from jsonb_to_record($1) as k (%s)', featurize._key_json(f, 'k'), featurize._key_definition(f))
       into key using key;
    return key;
end
$_$;

COMMENT ON FUNCTION featurize._canonical_key(f featurize.featurizer, key jsonb) IS 'A key as the triggers write it, whatever the session that it comes from.';

CREATE FUNCTION featurize._check_choice(what text, value text, choices text[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if value is null or value <> all (choices) then
        raise exception using errcode = 'FZ006',
            message = format('%s cannot be %L', what, value),
            hint = format('Choose one of: %s.', array_to_string(choices, ', '));
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_choice(what text, value text, choices text[]) IS 'FZ006 unless the value is one of the choices.';

CREATE FUNCTION featurize._check_image_column(source regclass, image_column name, image_kind text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
            hint = 'image_kind ''path'' and ''uri'' want a text column, ''bytes'' a bytea column with the images.';
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_image_column(source regclass, image_column name, image_kind text) IS 'FZ004 unless the column can hold images.';

CREATE TABLE featurize.model (
    name text NOT NULL,
    backbone text NOT NULL,
    node text,
    cut integer,
    pooling text,
    dim integer,
    weights text,
    preprocessing jsonb NOT NULL,
    problem text,
    builtin boolean DEFAULT false NOT NULL,
    CONSTRAINT model_cut_leaves_something_out CHECK ((cut > 0)),
    CONSTRAINT model_dim_is_storable CHECK (((dim >= 1) AND (dim <= 16000))),
    CONSTRAINT model_name_is_lower_case CHECK (((name = lower(name)) AND (name <> ''::text))),
    CONSTRAINT model_pooling_is_known CHECK ((pooling = ANY (ARRAY['none'::text, 'flatten'::text, 'avg'::text, 'max'::text, 'gem'::text]))),
    CONSTRAINT model_preprocessing_is_an_object CHECK ((jsonb_typeof(preprocessing) = 'object'::text)),
    CONSTRAINT model_with_a_dim_is_complete CHECK (((dim IS NULL) OR (num_nulls(node, pooling, weights) = 0))),
    CONSTRAINT model_with_a_problem_is_a_draft CHECK (((problem IS NULL) OR (dim IS NULL)))
);

COMMENT ON TABLE featurize.model IS 'Catalogue of models: everything that fixes the function from image to vector. A row without dim
is a draft: a worker tries the network, and completes the row or says what the problem is.';

COMMENT ON COLUMN featurize.model.name IS 'Lower case; looked up in any letter case.';

COMMENT ON COLUMN featurize.model.backbone IS 'Network architecture, by its torchvision name; timm/…, program and package.module:function are others.';

COMMENT ON COLUMN featurize.model.node IS 'Graph node whose output is the embedding.';

COMMENT ON COLUMN featurize.model.cut IS 'How many layers from the end it was asked to be cut, where that was asked instead of a node.';

COMMENT ON COLUMN featurize.model.pooling IS 'What turns the node''s output into a vector.';

COMMENT ON COLUMN featurize.model.dim IS 'Length of the embedding; null in a draft.';

COMMENT ON COLUMN featurize.model.weights IS 'Weights by torchvision enum name, or a file of the workers'' store; "random" is seeded and for tests only.';

COMMENT ON COLUMN featurize.model.preprocessing IS 'How a decoded picture becomes the network''s input.';

COMMENT ON COLUMN featurize.model.problem IS 'Why a worker could not complete the draft; it is tried again.';

COMMENT ON COLUMN featurize.model.builtin IS 'Shipped with pgfeaturize, hence neither dumped nor changeable.';

CREATE FUNCTION featurize._check_model(m featurize.model, name text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    complaint text;
begin
    if m.pooling is not null then
        perform featurize._check_choice('pooling', m.pooling, array['none', 'flatten', 'avg', 'max', 'gem']);
    end if;
    if coalesce(m.name, '') = '' or coalesce(m.backbone, '') = '' then
        complaint := 'without a name and a backbone';
    elsif m.dim not between 1 and 16000 then
        complaint := format('with %s dimensions', m.dim);
    elsif m.cut < 1 then
        complaint := format('%s layers from the end', m.cut);
    elsif m.cut is not null and m.node is not null then
        complaint := format('at node "%s" and %s layers from the end', m.node, m.cut);
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" cannot be registered %s', name, complaint),
            hint = 'A model has a name, a backbone, 1 to 16000 dimensions, and a node or a cut of at least 1.';
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_model(m featurize.model, name text) IS 'FZ006 unless the model can be registered.';

CREATE FUNCTION featurize._check_name(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION featurize._check_name(f featurize.featurizer) IS 'FZ002 unless the name is free for what has to be created.';

CREATE FUNCTION featurize._check_preprocessing(model text, preprocessing jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    complaint text;
begin
    if jsonb_typeof(preprocessing) <> 'object' then
        complaint := 'it is no object';
    else
        select string_agg(format('"%s" is %s', p.key, coalesce('not ' || rule.meaning, 'unknown')), '; ' order by p.key)
          into complaint
          from jsonb_each(preprocessing) p
          left join (values
               ('resize', '"imagenet", "iso_crop", "iso_pad" or "aniso"', '$ like_regex "^(imagenet|iso_crop|iso_pad|aniso)$"'::jsonpath),
               ('shorter', 'a length or null', '$ == null || $ >= 1'),
               ('size', '[height, width]', '$.type() == "array" && $.size() == 2 && $[0] >= 1 && $[1] >= 1'),
               ('interpolation', 'the name of a filter', '$ like_regex "^(nearest|box|bilinear|hamming|bicubic|lanczos)$"'),
               ('antialias', 'true or false', '$ == true || $ == false'),
               ('channels', '3 or 1', '$ == 3 || $ == 1'),
               ('order', '"rgb" or "bgr"', '$ == "rgb" || $ == "bgr"'),
               ('offset', 'a number', '$.type() == "number"'),
               ('scale', 'a positive number', '$ > 0'),
               ('mean', 'a list of numbers', '$.type() == "array" && $[0].type() == "number"'),
               ('std', 'a list of positive numbers', '$.type() == "array" && $[0] > 0')
               ) rule (field, meaning, condition) on rule.field = p.key
         where jsonb_path_match(p.value, rule.condition, silent => true) is not true;
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" cannot be registered with this preprocessing: %s', model, complaint),
            hint = format('Its fields: %s.', array_to_string(featurize._preprocessing_fields(), ', '));
    end if;
end
$_$;

COMMENT ON FUNCTION featurize._check_preprocessing(model text, preprocessing jsonb) IS 'FZ006 for fields that are unknown or wrong; those that are not given are found elsewhere.';

CREATE FUNCTION featurize._check_row_type(f featurize.featurizer, row_type regtype) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if row_type is distinct from (select c.reltype::regtype from pg_class c where c.oid = f.source) then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" is on %s, but the argument is of type %s', f.name, f.source, row_type),
            hint = format('Pass NULL::%s, or a row of it.', f.source);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_row_type(f featurize.featurizer, row_type regtype) IS 'FZ007 unless the argument is a row of the featurizer''s source.';

CREATE FUNCTION featurize._check_source(source regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION featurize._check_source(source regclass) IS 'FZ003 unless the table can be featurized.';

CREATE FUNCTION featurize._companions(f featurize.featurizer, featurizers integer[]) RETURNS integer[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(array_agg(x.id order by x.id), '{}')
      from featurize.featurizer x
     where x.id = any (featurizers) and x.id <> f.id and x.paused_at is null
       and (x.source, x.image_column, x.image_kind, x.key_columns) = (f.source, f.image_column, f.image_kind, f.key_columns);
$$;

COMMENT ON FUNCTION featurize._companions(f featurize.featurizer, featurizers integer[]) IS 'Those of the featurizers that want the same images.';

CREATE FUNCTION featurize._complete_model(name text) RETURNS featurize.model
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m featurize.model := featurize._model(name);
begin
    if m.dim is null then
        raise exception using errcode = 'FZ009',
            message = format('model "%s" is a draft: %s', m.name, coalesce(m.problem, 'no worker has tried it yet')),
            hint = 'A worker that runs completes it within seconds; featurize.model.problem says what it finds amiss.';
    end if;
    return m;
end
$$;

COMMENT ON FUNCTION featurize._complete_model(name text) IS 'The model of that name, FZ005 if there is none, FZ009 if it is a draft.';

CREATE FUNCTION featurize._count(f featurize.featurizer, OUT rows bigint, OUT embedded bigint, OUT stale bigint, OUT pending bigint, OUT leased bigint, OUT failed bigint, OUT empty bigint, OUT oldest_pending timestamp with time zone, OUT trouble text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    execute format($count$
        select count(*),
               count(*) filter (where state = 'embedded'), count(*) filter (where state = 'stale'),
               count(*) filter (where state = 'pending'), count(*) filter (where state = 'leased'),
               count(*) filter (where state = 'failed'), count(*) filter (where state = 'empty'),
               min(queued_at) filter (where state = 'pending')
          from (%s) s
        $count$, featurize._states(f))
       into rows, embedded, stale, pending, leased, failed, empty, oldest_pending;
exception
    -- A table that was dropped or changed behind our back must not hide the others.
    when undefined_table or undefined_column or syntax_error then
        trouble := format('its table or columns are gone: %s', sqlerrm);
end
$_$;

COMMENT ON FUNCTION featurize._count(f featurize.featurizer, OUT rows bigint, OUT embedded bigint, OUT stale bigint, OUT pending bigint, OUT leased bigint, OUT failed bigint, OUT empty bigint, OUT oldest_pending timestamp with time zone, OUT trouble text) IS 'Rows of a featurizer''s source by state.';

CREATE TABLE featurize.lease (
    id bigint NOT NULL,
    featurizer_id integer NOT NULL,
    worker_id integer NOT NULL,
    claimed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    until timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

COMMENT ON TABLE featurize.lease IS 'Batches handed out to workers. Its id is the token without which nothing is stored.';

COMMENT ON COLUMN featurize.lease.id IS 'Token; never used twice.';

COMMENT ON COLUMN featurize.lease.featurizer_id IS 'Featurizer whose jobs it covers.';

COMMENT ON COLUMN featurize.lease.worker_id IS 'Worker that holds it.';

COMMENT ON COLUMN featurize.lease.claimed_at IS 'When it was handed out.';

COMMENT ON COLUMN featurize.lease.until IS 'When others may take its jobs, unless renewed.';

CREATE FUNCTION featurize._count_throughput(l featurize.lease, embedded integer, failed integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into featurize.throughput as t (featurizer_id, worker_id, embedded, failed, rows_per_second)
    values (l.featurizer_id, l.worker_id, _count_throughput.embedded, _count_throughput.failed,
            (_count_throughput.embedded + _count_throughput.failed)
            / greatest(extract(epoch from clock_timestamp() - l.claimed_at)::float8, 0.001))
        on conflict on constraint throughput_pkey do update
       set embedded = t.embedded + excluded.embedded,
           failed = t.failed + excluded.failed,
           -- Exponential average over ten seconds, started anew after a pause.
           rows_per_second = case
               when excluded.settled_at - t.settled_at > interval '10 seconds' then excluded.rows_per_second
               else t.rows_per_second + (1 - exp(-extract(epoch from excluded.settled_at - t.settled_at)::float8 / 10))
                    * ((excluded.embedded + excluded.failed)
                       / greatest(extract(epoch from excluded.settled_at - t.settled_at)::float8, 0.001) - t.rows_per_second)
               end,
           settled_at = excluded.settled_at;
$$;

COMMENT ON FUNCTION featurize._count_throughput(l featurize.lease, embedded integer, failed integer) IS 'Add a batch to featurize.throughput.';

CREATE FUNCTION featurize._create_destination(f featurize.featurizer, dim integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION featurize._create_destination(f featurize.featurizer, dim integer) IS 'Create the embedding table, or the columns in the source.';

CREATE FUNCTION featurize._create_triggers(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    event text;
begin
    -- Security definer: writers of the source need no rights in schema featurize.
    execute format(
        'create or replace function %s() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp%s as %L',
        featurize._trigger_function(f), featurize._key_settings(f), featurize._trigger_body(f));
    execute format('revoke all on function %s() from public', featurize._trigger_function(f));
    execute format('comment on function %s() is %L', featurize._trigger_function(f),
        format('Queue and forget rows of %s for featurizer "%s". Written by pgfeaturize.', f.source, f.name));
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        execute format(
            'create or replace trigger featurize_%s_%s after %s on %s%s%s for each statement execute function %s()',
            f.id, event, event, f.source,
            case when event in ('update', 'delete') then ' referencing old table as removed' end,
            case event when 'insert' then ' referencing new table as added' when 'update' then ' new table as added' end,
            featurize._trigger_function(f));
    end loop;
end
$$;

COMMENT ON FUNCTION featurize._create_triggers(f featurize.featurizer) IS 'Create or mend the trigger function and triggers of a featurizer.';

CREATE FUNCTION featurize._current_space(f featurize.featurizer) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select s.id from featurize.space s where s.model = f.model and s.retired_at is null;
$$;

COMMENT ON FUNCTION featurize._current_space(f featurize.featurizer) IS 'Space new vectors are in; null until a worker has loaded the model.';

CREATE FUNCTION featurize._digest(f featurize.featurizer, alias text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select case f.image_kind
           when 'bytes' then format('sha256(%s)', featurize._image(f, alias))
           else format('sha256(convert_to(%s, ''UTF8''))', featurize._image(f, alias))
           end;
$$;

COMMENT ON FUNCTION featurize._digest(f featurize.featurizer, alias text) IS 'SHA-256 of the image value of an alias.';

CREATE FUNCTION featurize._embedding_table(f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Once there it may be renamed or moved, and outlive the source.
    select coalesce(f.embeddings::text, format('%I.%I', n.nspname, f.name))
      from (values (f.source)) as s (source)
      left join pg_class c on c.oid = s.source
      left join pg_namespace n on n.oid = c.relnamespace;
$$;

COMMENT ON FUNCTION featurize._embedding_table(f featurize.featurizer) IS 'Qualified name of the embedding table: beside the source, unless it was moved.';

CREATE FUNCTION featurize._featurizer(name text) RETURNS featurize.featurizer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    found_one featurize.featurizer;
begin
    select * into found_one from featurize.featurizer f where f.name = _featurizer.name;
    if found_one.id is null then
        raise exception using errcode = 'FZ001',
            message = format('there is no featurizer "%s"', name),
            hint = format('There are: %s. featurize.create_featurizer() declares one.', coalesce(
                (select string_agg(f.name, ', ' order by f.name) from featurize.featurizer f), 'none'));
    end if;
    return found_one;
end
$$;

COMMENT ON FUNCTION featurize._featurizer(name text) IS 'The featurizer of that name, or FZ001.';

CREATE FUNCTION featurize._forget(f featurize.featurizer, condition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- A row's vector and failure go in the user's own transaction, so that no search ever
    -- sees the vector of a row that is gone.
    select concat(
        case f.destination when 'table' then
            format(E'        delete from only %s e using removed o where %s%s;\n',
                   featurize._embedding_table(f), featurize._key_match(f, 'e', 'o'), condition)
        end,
        format(E'        if exists (select from featurize.failure x where x.featurizer = %L) then\n', f.name),
        format(E'            delete from featurize.failure x using removed o where x.featurizer = %L and x.key = %s%s;\n',
               f.name, featurize._key_json(f, 'o'), condition),
        E'        end if;\n');
$$;

COMMENT ON FUNCTION featurize._forget(f featurize.featurizer, condition text) IS 'Statements that delete vectors and failures of removed rows.';

CREATE FUNCTION featurize._image(f featurize.featurizer, alias text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select case f.image_kind
           -- Collation C: a path in other letters is another path, whatever the column thinks.
           when 'bytes' then format('%s.%I', alias, f.image_column)
           else format('%s.%I::text collate "C"', alias, f.image_column)
           end;
$$;

COMMENT ON FUNCTION featurize._image(f featurize.featurizer, alias text) IS 'Image value of an alias, text or bytea.';

CREATE FUNCTION featurize._key(f featurize.featurizer, alias text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select string_agg(format('%s%I', alias || '.', k.name), ', ' order by k.position)
      from unnest(f.key_columns) with ordinality k (name, position);
$$;

COMMENT ON FUNCTION featurize._key(f featurize.featurizer, alias text) IS 'Key columns of an alias: s.tenant, s.id; without an alias: tenant, id';

CREATE FUNCTION featurize._key_definition(f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select string_agg(format('%I %s', k.name, format_type(a.atttypid, a.atttypmod)), ', ' order by k.position)
      from unnest(f.key_columns) with ordinality k (name, position)
      join pg_attribute a on a.attrelid = f.source and a.attname = k.name;
$$;

COMMENT ON FUNCTION featurize._key_definition(f featurize.featurizer) IS 'Key as a column definition list: tenant uuid, id integer';

CREATE FUNCTION featurize._key_json(f featurize.featurizer, alias text, type text DEFAULT 'jsonb'::text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('%s_build_object(%s)', type,
                  string_agg(format('%L, %s.%I', k.name, alias, k.name), ', ' order by k.position))
      from unnest(f.key_columns) with ordinality k (name, position);
$$;

COMMENT ON FUNCTION featurize._key_json(f featurize.featurizer, alias text, type text) IS 'Key of an alias as an object, jsonb or json.';

CREATE FUNCTION featurize._key_match(f featurize.featurizer, a text, b text, comparison text DEFAULT '='::text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- The operator that the primary key's index uses, found by its strategy number.
    select case comparison
           when '=' then string_agg(format('%s.%I operator(%I.%s) %s.%I', a, k.name, n.nspname, o.oprname, b, k.name),
                                    ' and ' order by k.position)
           else format('(%s) operator(%I.%s) (%s)', featurize._key(f, a), min(n.nspname), min(o.oprname), featurize._key(f, b))
           end
      from unnest(f.key_columns) with ordinality k (name, position)
      join pg_index i on i.indrelid = f.source and i.indisprimary
      join pg_opclass c on c.oid = i.indclass[k.position - 1]
      join pg_amop p on p.amopfamily = c.opcfamily
                    and p.amoplefttype = c.opcintype
                    and p.amoprighttype = c.opcintype
                    and p.amopstrategy = case comparison when '=' then 3 when '>' then 5 end
      join pg_operator o on o.oid = p.amopopr
      join pg_namespace n on n.oid = o.oprnamespace;
$$;

COMMENT ON FUNCTION featurize._key_match(f featurize.featurizer, a text, b text, comparison text) IS 'Condition that the keys of two aliases are equal, or that one comes after the other.';

CREATE FUNCTION featurize._key_settings(f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- The text of these types depends on the session. Each setting costs a microsecond per
    -- statement of the user's, so the common types go without.
    select case when bool_and(a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'text'::regtype,
                                             'varchar'::regtype, 'bpchar'::regtype, 'uuid'::regtype,
                                             'numeric'::regtype, 'date'::regtype, 'timestamp'::regtype, 'bool'::regtype))
           then ''
           else ' set timezone = ''UTC'' set datestyle = ''ISO'' set intervalstyle = ''iso_8601'' set bytea_output = ''hex'' set extra_float_digits = 1'
           end
      from unnest(f.key_columns) k (name)
      join pg_attribute a on a.attrelid = f.source and a.attname = k.name;
$$;

COMMENT ON FUNCTION featurize._key_settings(f featurize.featurizer) IS 'SET clauses under which a key always has the same text.';

CREATE FUNCTION featurize._max_attempts() RETURNS integer
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 3;
$$;

COMMENT ON FUNCTION featurize._max_attempts() IS 'How often a row is handed out before it is given up.';

CREATE FUNCTION featurize._model(name text) RETURNS featurize.model
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    found_one featurize.model;
begin
    select * into found_one from featurize.model m where m.name = lower(_model.name);
    if found_one.name is null then
        raise exception using errcode = 'FZ005',
            message = format('there is no model "%s"', name),
            hint = format('There are: %s. featurize.register_model() adds one.',
                (select string_agg(m.name, ', ' order by m.name) from featurize.model m));
    end if;
    return found_one;
end
$$;

COMMENT ON FUNCTION featurize._model(name text) IS 'The model of that name in any letter case, or FZ005.';

CREATE FUNCTION featurize._nearest(f featurize.featurizer, condition text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    -- Inner join: rows without a vector are nobody's neighbours, and an index keeps its order.
    stored record := featurize._with_embedding(f, 'join');
begin
    -- The row is s.* and not s, which may be a column.
    return format(
        'select s.*::%8$s as item, (%1$s operator(%2$I.<=>) $1::%2$I.%3$I)::float8 as distance '
        'from %4$s where %5$s = $2 and %6$s '
        'order by %1$s operator(%2$I.<=>) $1::%2$I.%3$I, %7$s limit $3',
        stored.embedding, featurize._vector_schema(), f.storage, stored.relation, stored.space, condition,
        featurize._key(f, 's'), f.source);
end
$_$;

COMMENT ON FUNCTION featurize._nearest(f featurize.featurizer, condition text) IS 'Query for the $3 rows nearest to vector $1 in space $2; ties in key order.';

CREATE FUNCTION featurize._nearest_rows(name text, query public.vector, k integer) RETURNS TABLE(item jsonb, image text, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format(
        'select to_jsonb(n.item) - %L, %s, n.distance from (%s) n',
        f.name, case f.image_kind when 'bytes' then 'null' else featurize._image(f, '(n.item)') end,
        featurize._nearest(f, 'true'))
    using query, featurize._current_space(f), k;
end
$$;

COMMENT ON FUNCTION featurize._nearest_rows(name text, query public.vector, k integer) IS 'As nearest(), for programs that do not know the row type.';

CREATE FUNCTION featurize._preprocessing_fields() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select array['resize', 'shorter', 'size', 'interpolation', 'antialias', 'channels', 'order', 'offset', 'scale', 'mean', 'std'];
$$;

COMMENT ON FUNCTION featurize._preprocessing_fields() IS 'Fields of a complete preprocessing.';

CREATE FUNCTION featurize._progress() RETURNS TABLE(featurizer text, rows bigint, embedded bigint, stale bigint, pending bigint, leased bigint, failed bigint, empty bigint, oldest_pending timestamp with time zone, rows_per_second double precision, eta interval, note text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select f.name, c.rows, c.embedded, c.stale, c.pending, c.leased, c.failed, c.empty,
           c.oldest_pending,
           t.rows_per_second,
           case when c.pending + c.leased + c.stale = 0 then interval '0'
                when t.rows_per_second > 0 then (c.pending + c.leased + c.stale) / t.rows_per_second * interval '1 second'
           end,
           case when c.trouble is not null then c.trouble
                when f.paused_at is not null then 'paused'
                when f.blocked_reason is not null then 'blocked: ' || f.blocked_reason
                when not exists (select from featurize.worker w where w.last_seen > now() - interval '1 minute')
                     and c.pending + c.leased + c.stale > 0 then 'no worker is running'
           end
      from featurize.featurizer f
     cross join lateral featurize._count(f) c
     cross join lateral (
           select coalesce(sum(t.rows_per_second), 0) as rows_per_second
             from featurize.throughput t
            where t.featurizer_id = f.id and t.settled_at > now() - interval '30 seconds') t;
$$;

COMMENT ON FUNCTION featurize._progress() IS 'Body of featurize.progress.';

CREATE FUNCTION featurize._reclaim() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    expired bigint;
begin
    for expired in
        select l.id from featurize.lease l where l.until < clock_timestamp() for update skip locked
    loop
        begin
            -- An image that has brought down its worker so often is not tried again.
            perform featurize.settle(expired, null,
                spent.jobs, null,
                array_fill('worker_lost'::text, array[cardinality(spent.jobs)]),
                array_fill(format(
                    'the worker ended or hung %s times while this image was in work; see its log, then featurize.retry()',
                    featurize._max_attempts()), array[cardinality(spent.jobs)]),
                null)
               from (select array_agg(lost.id) as jobs
                       from (select distinct on (j.key) j.id
                               from featurize.job j
                              where j.lease_id = expired and j.attempt >= featurize._max_attempts()
                              order by j.key, j.attempt desc) lost) spent
              where spent.jobs is not null;
        exception
            -- A table that was dropped or changed behind our back must not hold up the others.
            when undefined_table or undefined_column or syntax_error then
                null;
        end;
        update featurize.job j set lease_id = null where j.lease_id = expired;
        delete from featurize.lease l where l.id = expired;
    end loop;
end
$$;

COMMENT ON FUNCTION featurize._reclaim() IS 'Take back the jobs of expired leases.';

CREATE FUNCTION featurize._sleeper_lock() RETURNS bigint
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 7377571;
$$;

COMMENT ON FUNCTION featurize._sleeper_lock() IS 'Advisory lock that a sleeping worker holds exclusively and every writer shares.';

CREATE FUNCTION featurize._space_column(f featurize.featurizer) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('featurize_space_%s', f.id);
$$;

COMMENT ON FUNCTION featurize._space_column(f featurize.featurizer) IS 'Column of the source that says in which space the embedding in its row is.';

CREATE FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into featurize.backfill (featurizer_id, force) values (f.id, _start_backfill.force)
        on conflict on constraint backfill_pkey
        do update set after = null, force = excluded.force, finished_at = null;
    select pg_notify('pgfeaturize', '');
$$;

COMMENT ON FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) IS 'Let the workers walk the source from the start; with force, queue embedded rows too.';

CREATE FUNCTION featurize._states(f featurize.featurizer) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    stored record := featurize._with_embedding(f);
    b featurize.backfill;
begin
    select * into b from featurize.backfill x where x.featurizer_id = f.id;
    return format($states$
        select %1$s as key, waiting.featurize_queued_at as queued_at,
               case when %2$s is null then 'empty'
                    when waiting.featurize_leased then 'leased'
                    when waiting.featurize_queued_at is not null then 'pending'
                    when failure.featurize_failed then 'failed'
                    when %3$s is null then 'pending'
                    when %4$s then 'pending'
                    when %3$s is distinct from %5$s then 'stale'
                    else 'embedded'
               end as state
          from %6$s
          left join (
                select %7$s, min(j.queued_at) as featurize_queued_at,
                       bool_or(l.until > clock_timestamp()) is true as featurize_leased
                  from featurize._queued j
                 cross join lateral jsonb_to_record(j.key) as k (%8$s)
                  left join featurize.lease l on l.id = j.lease_id
                 where j.featurizer_id = %9$s
                 group by %7$s) waiting on %10$s
          left join (
                select distinct %7$s, true as featurize_failed
                  from featurize.failure x
                 cross join lateral jsonb_to_record(x.key) as k (%8$s)
                 where x.featurizer = %11$L) failure on %12$s
          left join lateral jsonb_to_record(%13$L) as a (%8$s) on true
        $states$,
        featurize._key_json(f, 's'), featurize._image(f, 's'), stored.space,
        case when not b.force or b.finished_at is not null or b.featurizer_id is null then 'false'
             when b.after is null then 'true'
             else featurize._key_match(f, 's', 'a', '>') end,
        coalesce(featurize._current_space(f)::text, 'null'),
        stored.relation, featurize._key(f, 'k'), featurize._key_definition(f), f.id,
        featurize._key_match(f, 'waiting', 's'), f.name,
        featurize._key_match(f, 'failure', 's'), coalesce(b.after, '{}'));
end
$_$;

COMMENT ON FUNCTION featurize._states(f featurize.featurizer) IS 'Query that gives every row of the source its one state. The order of the cases is the rule.';

CREATE FUNCTION featurize._store(f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select case f.destination
        when 'table' then
            format('insert into %1$s as e (%2$s, embedding, space_id)
            select %3$s, held.embedding::%4$s, $7
              from held cross join lateral jsonb_to_record(held.key) as k (%5$s)
             where held.reason is null
                on conflict (%2$s) do update
               set embedding = excluded.embedding, space_id = excluded.space_id, embedded_at = excluded.embedded_at
        ), unstored as (
            delete from only %1$s e
             using held cross join lateral jsonb_to_record(held.key) as k (%5$s)
             where held.reason is not null and %6$s',
                   featurize._embedding_table(f), featurize._key(f), featurize._key(f, 'k'),
                   format('%I.%I', featurize._vector_schema(), f.storage),
                   featurize._key_definition(f), featurize._key_match(f, 'e', 'k'))
        else
            format('update only %1$s s
               set %2$I = held.embedding::%3$s, %4$I = case when held.reason is null then $7 end
              from held cross join lateral jsonb_to_record(held.key) as k (%5$s)
             where %6$s',
                   f.source, f.name, format('%I.%I', featurize._vector_schema(), f.storage),
                   featurize._space_column(f), featurize._key_definition(f), featurize._key_match(f, 's', 'k'))
        end;
$_$;

COMMENT ON FUNCTION featurize._store(f featurize.featurizer) IS 'The part of settle() that writes vectors, and takes away those of rows that failed.';

CREATE FUNCTION featurize._trigger_body(f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select format($body$
declare
    queued boolean := false;
begin
    if tg_op = 'INSERT' then
%1$s    elsif tg_op = 'UPDATE' then
%2$s%3$s%4$s    elsif tg_op = 'DELETE' then
%5$s    else
%6$s        delete from featurize.failure x where x.featurizer = %7$L;
    end if;
    -- A worker that sleeps holds this lock exclusively, one that works does not: NOTIFY takes a
    -- database-wide lock at commit, so it is sent only when somebody has to be woken.
    if queued and not pg_try_advisory_xact_lock_shared(%8$s) then
        perform pg_notify('pgfeaturize', '');
    end if;
    return null;
end
$body$,
        featurize._arrive(f, ''),
        featurize._arrive(f, format(' and not exists (select from removed o where %s and %s is not distinct from %s)',
                                    featurize._key_match(f, 'o', 'n'), featurize._image(f, 'o'), featurize._image(f, 'n'))),
        featurize._forget(f, format(' and not exists (select from added n where %s and %s is not null)',
                                    featurize._key_match(f, 'n', 'o'), featurize._image(f, 'n'))),
        -- In the row itself the vector is not forgotten with the key but emptied with the image.
        case f.destination when 'column' then
            -- The table by its number, because it may be renamed.
            format($empty$        if exists (select from added n where %1$s is null and n.%2$I is not null) then
            execute 'update only ' || tg_relid::regclass || %3$L;
        end if;
$empty$, featurize._image(f, 'n'), f.name,
                format(' s set %I = null, %I = null from added n where %s and %s is null',
                       f.name, featurize._space_column(f), featurize._key_match(f, 's', 'n'), featurize._image(f, 'n')))
        end,
        featurize._forget(f, ''),
        case f.destination when 'table' then format(E'        truncate %s;\n', featurize._embedding_table(f)) end,
        f.name,
        featurize._sleeper_lock());
$_$;

COMMENT ON FUNCTION featurize._trigger_body(f featurize.featurizer) IS 'Text of the generated trigger function.';

CREATE FUNCTION featurize._trigger_function(f featurize.featurizer) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('featurize.on_%s', f.id);
$$;

COMMENT ON FUNCTION featurize._trigger_function(f featurize.featurizer) IS 'Name of the generated trigger function.';

CREATE FUNCTION featurize._vector_schema() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select n.nspname::text
      from pg_extension e
      join pg_namespace n on n.oid = e.extnamespace
     where e.extname = 'vector';
$$;

COMMENT ON FUNCTION featurize._vector_schema() IS 'Schema that pgvector lives in.';

CREATE FUNCTION featurize._wanted_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) RETURNS featurize.model
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    base featurize.model;
    wanted featurize.model;
begin
    -- What is not given is as in the shipped model of that backbone, with these weights if there are such.
    select * into base
      from featurize.model m
     where m.builtin and m.backbone = lower(_wanted_model.backbone)
     order by m.weights = _wanted_model.weights desc nulls last, m.name = m.backbone desc
     limit 1;
    wanted := jsonb_populate_record(null::featurize.model, jsonb_build_object(
        'name', lower(name),
        -- A function of Python has its letter case.
        'backbone', case when backbone like '%:%' then backbone else lower(backbone) end,
        'node', case when cut is null then coalesce(node, base.node) else node end,
        'cut', cut,
        'pooling', coalesce(pooling, case when node is null and cut is null then base.pooling end),
        'weights', coalesce(weights, base.weights),
        'preprocessing', coalesce(base.preprocessing, '{}') || coalesce(preprocessing, '{}'),
        'builtin', false));
    wanted := jsonb_populate_record(wanted, jsonb_build_object('dim', coalesce(dim,
        case when (wanted.node, wanted.pooling, wanted.preprocessing -> 'size')
                = (base.node, base.pooling, base.preprocessing -> 'size') then base.dim end)));
    if num_nulls(wanted.node, wanted.pooling, wanted.weights) > 0
        or not wanted.preprocessing ?& featurize._preprocessing_fields()
    then
        wanted := jsonb_populate_record(wanted, '{"dim": null}');
    end if;
    return wanted;
end
$$;

COMMENT ON FUNCTION featurize._wanted_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) IS 'The row that register_model() is to store; without dim if something is left for a worker to find out.';

CREATE FUNCTION featurize._with_embedding(f featurize.featurizer, how text DEFAULT 'left join'::text, OUT relation text, OUT embedding text, OUT space text) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- The source comes first: everybody locks it before the embedding table.
    select case f.destination
           when 'table' then format('only %s s %s %s e on %s',
                                    f.source, how, featurize._embedding_table(f), featurize._key_match(f, 'e', 's'))
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.space_id' else format('s.%I', featurize._space_column(f)) end;
$$;

COMMENT ON FUNCTION featurize._with_embedding(f featurize.featurizer, how text, OUT relation text, OUT embedding text, OUT space text) IS 'The source s with its embeddings, wherever they are stored, as a FROM item and two expressions.';

CREATE FUNCTION featurize.backfill_step(featurizer_id integer, size integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'iso_8601'
    SET bytea_output TO 'hex'
    SET extra_float_digits TO '1'
    AS $_$
declare
    f featurize.featurizer;
    b featurize.backfill;
    stored record;
    queued integer;
    last_key jsonb;
begin
    select * into b from featurize.backfill x
     where x.featurizer_id = backfill_step.featurizer_id and x.finished_at is null
       for update skip locked;
    if b.featurizer_id is null then
        return 0;
    end if;
    select * into f from featurize.featurizer x where x.id = b.featurizer_id;
    stored := featurize._with_embedding(f);
    execute format($step$
        with step as materialized (
            select %1$s as key, %2$s is not null as has_image, %3$s as space_id
              from %4$s %5$s
             order by %6$s
             limit $1
        ), queued as (
            insert into featurize.job (featurizer_id, key, priority)
            select $2, step.key, 10 from step
             where step.has_image
               and ($3 or ((step.space_id is null or step.space_id is distinct from $4)
                    -- Rows that were just written may be in work already.
                    and not exists (select from featurize.job x
                                     where x.featurizer_id = $2
                                       and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                       and x.key = step.key)
                    and not exists (select from featurize.failure x
                                     where x.featurizer = $5
                                       and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                       and x.key = step.key)))
            returning 1)
        select (select count(*) from queued),
               (select step.key from step offset greatest((select count(*) from step) - 1, 0) limit 1)
        $step$,
        featurize._key_json(f, 's'), featurize._image(f, 's'), stored.space, stored.relation,
        case when b.after is not null then
            format('cross join jsonb_to_record($6) as a (%s) where %s',
                   featurize._key_definition(f), featurize._key_match(f, 's', 'a', '>'))
        end,
        featurize._key(f, 's'))
    into queued, last_key
    using size, f.id, b.force, featurize._current_space(f), f.name, b.after;
    update featurize.backfill x
       set after = last_key, finished_at = case when last_key is null then clock_timestamp() end
     where x.featurizer_id = f.id;
    return queued;
end
$_$;

COMMENT ON FUNCTION featurize.backfill_step(featurizer_id integer, size integer) IS 'For workers: look at the next rows in key order and queue those without a current vector.';

CREATE FUNCTION featurize.block(featurizer_id integer, reason text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.featurizer f
       set blocked_at = clock_timestamp(), blocked_reason = block.reason
     where f.id = block.featurizer_id and f.blocked_reason is distinct from block.reason;
$$;

COMMENT ON FUNCTION featurize.block(featurizer_id integer, reason text) IS 'For workers: say why a featurizer cannot be served; no row fails.';

CREATE FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval) RETURNS TABLE(lease_id bigint, featurizer_id integer, job_id bigint, picture bigint, path text, bytes bytea)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $_$
declare
    f featurize.featurizer;
    companions integer[];
    leases bigint[];
begin
    select * into f from featurize.featurizer x where x.id = featurizers[1] and x.paused_at is null;
    if f.id is null then
        return;
    end if;
    perform featurize._admit(f, size);
    if not exists (
        select from featurize.job j
         where j.featurizer_id = f.id and j.lease_id is null and j.due_at <= clock_timestamp()) then
        return;
    end if;
    companions := featurize._companions(f, featurizers);
    perform featurize._admit(x, size) from featurize.featurizer x where x.id = any (companions);
    with made as (
        insert into featurize.lease as l (featurizer_id, worker_id, until)
        select x.id, claim.worker_id, clock_timestamp() + lease_for
          from unnest(f.id || companions) x (id)
        returning l.id, l.featurizer_id)
    select array_agg(made.id order by array_position(f.id || companions, made.featurizer_id)) into leases from made;
    return query execute format($claim$
        with head as materialized (
            select j.id, j.key, j.attempt
              from featurize.job j
             where j.featurizer_id = $1 and j.lease_id is null and j.due_at <= clock_timestamp()
             order by j.priority, j.due_at, j.id
             limit $2
               for update skip locked
        ), first as (
            select head.id, head.attempt from head limit 1
        ), picked as (
            -- A job that was handed out before goes alone: if it was the one that brought the
            -- worker down, it will not take the others with it again.
            select head.id, head.key, head.attempt
              from head, first
             where case when first.attempt > 0 then head.id = first.id else head.attempt = 0 end
        ), batch as (
            -- Jobs of the same row collapse. Companions take theirs of this row along, so that
            -- the image is read once for all.
            select twin.id, twin.featurizer_id, picked.key
              from picked
             cross join lateral (
                   select j.id, j.featurizer_id
                     from featurize.job j
                    where j.featurizer_id = any ($4)
                      and jsonb_hash_extended(j.key, 0) = jsonb_hash_extended(picked.key, 0)
                      and j.key = picked.key
                      and j.lease_id is null
                      and (j.featurizer_id = $1
                           or picked.attempt = 0 and j.attempt = 0 and j.due_at <= clock_timestamp())
                      for update skip locked) twin
        ), leased as (
            update featurize.job j
               set lease_id = ($3)[array_position($4, j.featurizer_id)], attempt = j.attempt + 1, image_digest = %1$s
              from batch
             cross join lateral jsonb_to_record(batch.key) as k (%2$s)
              join only %3$s s on %4$s
             where j.id = batch.id and %5$s is not null
            returning j.id, j.lease_id, j.featurizer_id, j.key, %5$s as image
        ), gone as (
            -- The row was deleted, or has no image any more; its trigger has cleaned up.
            delete from featurize.job j using batch
             where j.id = batch.id and not exists (select from leased where leased.id = batch.id)
        ), latest as (
            select max(l.id) as id, l.featurizer_id, l.lease_id, l.key
              from leased l group by l.featurizer_id, l.lease_id, l.key
        )
        select job.lease_id, job.featurizer_id, job.id, own.id, %6$s
          from latest job
          join latest own on own.featurizer_id = $1 and own.key = job.key
          left join leased on leased.id = job.id and job.id = own.id
         order by array_position($4, job.featurizer_id), own.id
        $claim$,
        featurize._digest(f, 's'), featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'k'),
        featurize._image(f, 's'),
        case f.image_kind when 'bytes' then 'null::text, leased.image' else 'leased.image, null::bytea' end)
    using f.id, size, leases, f.id || companions;
    delete from featurize.lease l
     where l.id = any (leases) and not exists (select from featurize.job j where j.lease_id = l.id);
end
$_$;

COMMENT ON FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval) IS 'For workers: lease the next rows of a featurizer and hand out their images, one job for each row.
Other featurizers of the same column, named after it, get leases for those of these rows that they wait for, too;
picture is the job of the first featurizer that carries the image.';

CREATE FUNCTION featurize.complete_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.model m
       set node = complete_model.node, pooling = complete_model.pooling, dim = complete_model.dim,
           weights = complete_model.weights, preprocessing = complete_model.preprocessing, problem = null
     where m.name = complete_model.name and m.dim is null;
$$;

COMMENT ON FUNCTION featurize.complete_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) IS 'For workers: what a draft turned out to be.';

CREATE FUNCTION featurize.create_featurizer(source regclass, image_column name, model text DEFAULT 'resnet50'::text, name text DEFAULT NULL::text, image_kind text DEFAULT 'path'::text, destination text DEFAULT 'table'::text, storage text DEFAULT 'vector'::text, backfill boolean DEFAULT true, if_not_exists boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m featurize.model := featurize._complete_model(model);
    f featurize.featurizer;
begin
    perform featurize._check_choice('image_kind', image_kind, array['path', 'uri', 'bytes']);
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

COMMENT ON FUNCTION featurize.create_featurizer(source regclass, image_column name, model text, name text, image_kind text, destination text, storage text, backfill boolean, if_not_exists boolean) IS 'Declare that a column is featurized by a model. Rows that are there already are backfilled in small steps.';

CREATE FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
    delete from featurize.arrival a where a.featurizer_id = f.id;
    delete from featurize.job j where j.featurizer_id = f.id;
    delete from featurize.featurizer x where x.id = f.id;
end
$$;

COMMENT ON FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean) IS 'Remove a featurizer with its triggers, jobs and failures, and its embeddings unless they are kept.';

CREATE FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval) RETURNS bigint[]
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.worker w
       set last_seen = clock_timestamp(), serves = heartbeat.serves
     where w.id = heartbeat.worker_id;
    with renewed as (
        update featurize.lease l
           set until = clock_timestamp() + lease_for
         where l.id = any (leases) and l.worker_id = heartbeat.worker_id
        returning l.id)
    select coalesce(array_agg(renewed.id), '{}') from renewed;
$$;

COMMENT ON FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval) IS 'For workers: sign of life. Renews leases and returns those that are still held.';

CREATE FUNCTION featurize.leave_worker(worker_id integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from featurize.worker w where w.id = worker_id;
$$;

COMMENT ON FUNCTION featurize.leave_worker(worker_id integer) IS 'For workers: leave featurize.worker after an orderly stop.';

CREATE FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer DEFAULT 10) RETURNS TABLE(item anyelement, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    if query is not null then
        return query execute featurize._nearest(f, 'true') using query, featurize._current_space(f), k;
    end if;
exception
    when data_exception then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" cannot be searched with this vector: %s', f.name, sqlerrm),
            hint = format('Make the query vector with model "%s".', f.model);
end
$$;

COMMENT ON FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer) IS 'The k rows whose embeddings have the smallest cosine distance to a vector. source is NULL::table.';

CREATE FUNCTION featurize.neighbors(source anyelement, name text, k integer DEFAULT 10) RETURNS TABLE(item anyelement, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
    stored record := featurize._with_embedding(f, 'join');
    space integer := featurize._current_space(f);
    own record;
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    -- Always as vector: plpgsql keeps the plan of an expression for one type only.
    execute format('select %s::%I.vector as embedding from %s where %s and %s = $2',
        stored.embedding, featurize._vector_schema(), stored.relation, featurize._key_match(f, 's', '($1)'), stored.space)
       into own using source, space;
    if own.embedding is not null then
        return query execute featurize._nearest(f, format('not (%s)', featurize._key_match(f, 's', '($4)')))
               using own.embedding, space, k, source;
    end if;
end
$_$;

COMMENT ON FUNCTION featurize.neighbors(source anyelement, name text, k integer) IS 'The k rows nearest to a row, without the row itself; none while the row has no current vector.';

CREATE FUNCTION featurize.pause(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    update featurize.featurizer x set paused_at = now() where x.id = f.id and x.paused_at is null;
end
$$;

COMMENT ON FUNCTION featurize.pause(name text) IS 'Stop handing out jobs of a featurizer; its triggers go on queueing.';

CREATE FUNCTION featurize.refresh(name text, filter text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
    queued bigint;
begin
    if filter is null then
        perform featurize._start_backfill(f, true);
        return null;
    end if;
    -- The filter is the caller's own SQL and runs with the caller's rights, here and nowhere else.
    execute format(
        'insert into featurize.job (featurizer_id, key) select $1, %s from only %s s where %s is not null and (%s)',
        format(case featurize._key_settings(f) when '' then '%s' else 'featurize._canonical_key($2, %s)' end,
               featurize._key_json(f, 's')),
        f.source, featurize._image(f, 's'), filter)
    using f.id, f;
    get diagnostics queued = row_count;
    perform pg_notify('pgfeaturize', '');
    return queued;
end
$_$;

COMMENT ON FUNCTION featurize.refresh(name text, filter text) IS 'Featurize rows again, because their files changed: all in small steps (returns null), or at once those that a SQL condition on the row s picks (returns how many); functions and types outside pg_catalog need their schema there.';

CREATE FUNCTION featurize.register_model(name text, backbone text, node text DEFAULT NULL::text, pooling text DEFAULT NULL::text, dim integer DEFAULT NULL::integer, weights text DEFAULT NULL::text, preprocessing jsonb DEFAULT NULL::jsonb, cut integer DEFAULT NULL::integer) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    wanted featurize.model;
    known featurize.model;
begin
    perform featurize._check_preprocessing(name, preprocessing);
    wanted := featurize._wanted_model(name, backbone, node, pooling, dim, weights, preprocessing, cut);
    perform featurize._check_model(wanted, name);
    select * into known from featurize.model m where m.name = wanted.name for update;
    if known.builtin then
        raise exception using errcode = 'FZ002',
            message = format('model "%s" is shipped with pgfeaturize and cannot be changed', name),
            hint = 'Register yours under another name.';
    elsif known.dim is distinct from wanted.dim and exists (select from featurize.featurizer f where f.model = wanted.name) then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" is in use with %s dimensions and cannot get %s', name, known.dim,
                coalesce(wanted.dim::text, 'as many as its network turns out to give')),
            hint = 'Register it under another name, pass dim, or drop its featurizers first.';
    end if;
    insert into featurize.model as m
    values (wanted.*)
        on conflict on constraint model_pkey do update
       set (backbone, node, cut, pooling, dim, weights, preprocessing, problem)
         = row(excluded.backbone, excluded.node, excluded.cut, excluded.pooling, excluded.dim, excluded.weights,
               excluded.preprocessing, excluded.problem);
    if known.name is not null and known is distinct from wanted then
        perform featurize.retire_space(wanted.name);
    end if;
    if wanted.dim is null then
        perform pg_notify('pgfeaturize', '');
    end if;
    return wanted.name;
end
$$;

COMMENT ON FUNCTION featurize.register_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) IS 'Add a model to the catalogue, or change one: then all its vectors become stale and are made again.
A backbone is cut at a node, or so many layers from the end. What is not given a worker finds out.';

CREATE FUNCTION featurize.register_space(model text, fingerprint text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    this featurize.model := featurize._model(model);
    current featurize.space;
begin
    insert into featurize.space (model, fingerprint) values (this.name, register_space.fingerprint)
        on conflict do nothing;
    select * into current from featurize.space s where s.model = this.name and s.retired_at is null;
    if current.fingerprint <> register_space.fingerprint then
        raise exception using errcode = 'FZ008',
            message = format('model "%s": the vectors in the database are of space %s (fingerprint %s…), this worker''s network is %s…',
                this.name, current.id, left(current.fingerprint, 12), left(register_space.fingerprint, 12)),
            hint = format('Give the worker the same weights and versions, or call featurize.retire_space(%L) to make all vectors again.',
                this.name);
    end if;
    return current.id;
end
$$;

COMMENT ON FUNCTION featurize.register_space(model text, fingerprint text) IS 'For workers: the current space of a model, which the first worker to load it founds; FZ008 for another fingerprint.';

CREATE FUNCTION featurize.register_worker(host text, pid integer, device text, version text) RETURNS integer
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from featurize.worker w where w.last_seen < now() - interval '1 day';
    insert into featurize.worker (host, pid, device, version)
    values (register_worker.host, register_worker.pid, register_worker.device, register_worker.version)
    returning id;
$$;

COMMENT ON FUNCTION featurize.register_worker(host text, pid integer, device text, version text) IS 'For workers: enter featurize.worker.';

CREATE FUNCTION featurize.reject_model(name text, problem text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.model m
       set problem = reject_model.problem
     where m.name = reject_model.name and m.dim is null and m.problem is distinct from reject_model.problem;
$$;

COMMENT ON FUNCTION featurize.reject_model(name text, problem text) IS 'For workers: why a draft cannot be completed.';

CREATE FUNCTION featurize.release(lease_id bigint) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    released integer;
begin
    -- The attempt is given back: the rows were not to blame.
    update featurize.job j
       set lease_id = null, attempt = j.attempt - 1
     where j.lease_id = release.lease_id;
    get diagnostics released = row_count;
    delete from featurize.lease l where l.id = release.lease_id;
    return released;
end
$$;

COMMENT ON FUNCTION featurize.release(lease_id bigint) IS 'For workers: give a batch back untouched.';

CREATE FUNCTION featurize.repair(name text DEFAULT NULL::text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION featurize.repair(name text) IS 'Create missing triggers again and look for rows they have missed; says for how many featurizers.';

CREATE FUNCTION featurize.resume(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    update featurize.featurizer x
       set paused_at = null, blocked_at = null, blocked_reason = null
     where x.id = f.id;
    perform pg_notify('pgfeaturize', '');
end
$$;

COMMENT ON FUNCTION featurize.resume(name text) IS 'Hand out jobs of a featurizer again.';

CREATE FUNCTION featurize.retire_space(model text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    this featurize.model := featurize._model(model);
begin
    update featurize.space s set retired_at = now() where s.model = this.name and s.retired_at is null;
    perform featurize._start_backfill(f, false) from featurize.featurizer f where f.model = this.name;
end
$$;

COMMENT ON FUNCTION featurize.retire_space(model text) IS 'Make all vectors of a model stale, because its weights or software changed; they are made again.';

CREATE FUNCTION featurize.retry(name text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    queued bigint;
begin
    with again as (
        delete from featurize.failure x where x.featurizer = f.name returning x.key)
    insert into featurize.job (featurizer_id, key) select f.id, again.key from again;
    get diagnostics queued = row_count;
    perform pg_notify('pgfeaturize', '');
    return queued;
end
$$;

COMMENT ON FUNCTION featurize.retry(name text) IS 'Queue the failed rows of a featurizer again; says how many.';

CREATE FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], reasons text[], details text[], transient boolean[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "IntervalStyle" TO 'iso_8601'
    SET bytea_output TO 'hex'
    SET extra_float_digits TO '1'
    AS $_$
declare
    l featurize.lease;
    f featurize.featurizer;
begin
    embedded := 0;
    failed := 0;
    retried := 0;
    discarded := cardinality(job_ids);
    select * into l from featurize.lease x where x.id = settle.lease_id for update;
    if l.id is null then
        return;  -- The lease ran out and others have the rows: late work is not merged.
    end if;
    select * into f from featurize.featurizer x where x.id = l.featurizer_id;
    if embeddings is not null and space_id is distinct from featurize._current_space(f) then
        raise exception using errcode = 'FZ008',
            message = format('model "%s": vectors of space %s cannot be stored, the current space is %s',
                f.model, coalesce(space_id::text, 'null'), coalesce(featurize._current_space(f)::text, 'none yet')),
            hint = 'The model was changed meanwhile; the worker loads it again and makes the vectors anew.';
    end if;
    -- Worth another try, later.
    update featurize.job j
       set lease_id = null,
           due_at = clock_timestamp() + interval '5 seconds' * power(2, j.attempt - 1)
      from unnest(job_ids, transient) as o (job_id, again)
      join featurize.job own on own.id = o.job_id and own.lease_id = settle.lease_id
     where o.again and own.attempt < featurize._max_attempts()
       and j.lease_id = settle.lease_id and j.key = own.key;
    select count(*) into retried from unnest(job_ids) o (job_id)
      join featurize.job j on j.id = o.job_id and j.lease_id is null;

    execute format($settle$
        with outcome as (
            -- Failures come after the vectors, so the shorter arrays are padded with nulls.
            select j.id, j.key, j.attempt, j.image_digest, o.embedding, o.reason, o.detail
              from unnest($1, $2, $3, $4) as o (job_id, embedding, reason, detail)
              join featurize.job j on j.id = o.job_id and j.lease_id = $5
        ), held as materialized (
            -- Rows that still hold the image that was featurized, kept so until commit. Rows that a
            -- user's transaction holds are passed over: waiting could end in a deadlock, and theirs.
            select outcome.id, outcome.key, outcome.attempt, outcome.embedding, outcome.reason, outcome.detail,
                   %1$s as image
              from outcome
             cross join lateral jsonb_to_record(outcome.key) as k (%2$s)
              join only %3$s s on %4$s
             where %5$s = outcome.image_digest
               for no key update of s skip locked
        ), stored as (
            %6$s
        ), mended as (
            delete from featurize.failure x using held
             where x.featurizer = $6
               and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(held.key, 0)
               and x.key = held.key
        ), failed as (
            insert into featurize.failure (featurizer, key, image, reason, detail, attempts)
            select $6, held.key, %7$s, held.reason, held.detail, held.attempt from held where held.reason is not null
            returning 1
        ), done as (
            -- "is true" keeps the planner from joining keys pair by pair, as it would for the few
            -- rows that it expects.
            delete from featurize.job j
             where j.lease_id = $5 and (j.key in (select held.key from held)) is true
        ), late as (
            -- Jobs whose row has changed or gone meanwhile; a newer job says so. Left are those
            -- whose row was only locked.
            delete from featurize.job j
             using outcome
             where j.lease_id = $5
               and (j.key in (select held.key from held)) is not true
               and j.key = outcome.key
               and not exists (select from jsonb_to_record(outcome.key) as k (%2$s)
                                 join only %3$s s on %4$s where %5$s = outcome.image_digest)
        )
        select (select count(*) from held where held.reason is null), (select count(*) from failed)
        $settle$,
        featurize._image(f, 's'), featurize._key_definition(f), f.source,
        featurize._key_match(f, 's', 'k'), featurize._digest(f, 's'), featurize._store(f),
        case f.image_kind when 'bytes' then 'null' else 'held.image' end)
    into embedded, failed
    using job_ids, embeddings, reasons, details, settle.lease_id, f.name, space_id;
    discarded := cardinality(job_ids) - embedded - failed - retried;
    update featurize.job j
       set lease_id = null, attempt = j.attempt - 1, due_at = clock_timestamp() + interval '1 second'
     where j.lease_id = settle.lease_id;
    delete from featurize.lease x where x.id = settle.lease_id;
    perform featurize._count_throughput(l, embedded, failed);
end
$_$;

COMMENT ON FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], reasons text[], details text[], transient boolean[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) IS 'For workers: store the vectors and failures of a lease, where they are still true, and end it.
The jobs with vectors come first in job_ids; reasons, details and transient are null for them.';

CREATE FUNCTION featurize.try_doze() RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select pg_try_advisory_lock(featurize._sleeper_lock());
$$;

COMMENT ON FUNCTION featurize.try_doze() IS 'For workers: ask to be woken. False while a writer''s transaction is open or another sleeper has asked.';

CREATE FUNCTION featurize.unblock(featurizer_id integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.featurizer f
       set blocked_at = null, blocked_reason = null
     where f.id = unblock.featurizer_id and f.blocked_reason is not null;
$$;

COMMENT ON FUNCTION featurize.unblock(featurizer_id integer) IS 'For workers: what stood in the way is gone.';

CREATE FUNCTION featurize.wait(name text, timeout interval DEFAULT '01:00:00'::interval) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    deadline timestamptz := clock_timestamp() + timeout;
begin
    while exists (select from featurize._queued j where j.featurizer_id = f.id)
       or exists (select from featurize.backfill b where b.featurizer_id = f.id and b.finished_at is null)
    loop
        if clock_timestamp() > deadline then
            return false;
        end if;
        perform pg_sleep(0.02);
    end loop;
    return true;
end
$$;

COMMENT ON FUNCTION featurize.wait(name text, timeout interval) IS 'Wait until nothing of a featurizer is queued; false when the time is over. Commit the rows first.';

CREATE FUNCTION featurize.wake_up() RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select pg_advisory_unlock(featurize._sleeper_lock());
$$;

COMMENT ON FUNCTION featurize.wake_up() IS 'For workers: no need to be woken any more.';

CREATE FUNCTION featurize.why(name text, key jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
    row_key jsonb := featurize._as_key(f, key);
    this_state text;
    attempts integer;
    failure featurize.failure;
begin
    execute format('select state from (%s) s where s.key = $1', featurize._states(f)) into this_state using row_key;
    row_key := featurize._canonical_key(f, row_key);
    select max(j.attempt) into attempts from featurize._queued j where j.featurizer_id = f.id and j.key = row_key;
    select * into failure from featurize.failure x where x.featurizer = f.name and x.key = row_key;
    return case this_state
        when 'embedded' then 'embedded: the vector is there and current'
        when 'stale' then 'stale: the vector is of an older feature space and will be made again'
        when 'empty' then format('empty: "%s" is NULL, so there is nothing to featurize', f.image_column)
        when 'leased' then format('leased: a worker has it in hand, attempt %s', attempts)
        when 'failed' then format('failed: %s: %s; featurize.retry(%L) tries again', failure.reason, failure.detail, f.name)
        when 'pending' then concat('pending: ',
            case when attempts is not null then format('queued, tried %s times so far', attempts)
                 when exists (select from featurize.backfill b where b.featurizer_id = f.id and b.finished_at is null)
                 then 'the backfill has not reached it'
                 else format('written before the featurizer or while its triggers were off; featurize.repair(%L) queues it', f.name) end,
            case when f.paused_at is not null then format('; paused, featurize.resume(%L) goes on', f.name)
                 when f.blocked_reason is not null then '; blocked: ' || f.blocked_reason
                 when not exists (select from featurize.worker w where w.last_seen > now() - interval '1 minute')
                 then '; no worker is running' end)
        else format('%s has no row %s', f.source, row_key)
    end;
end
$_$;

COMMENT ON FUNCTION featurize.why(name text, key jsonb) IS 'The state of one row, in words.';

CREATE FUNCTION featurize.work() RETURNS TABLE(featurizer_id integer, name text, model text, backbone text, node text, cut integer, pooling text, dim integer, weights text, preprocessing jsonb, source oid, image_column name, image_kind text, storage text, space_id integer, blocked boolean, backfilling boolean)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_bitmapscan TO 'off'
    AS $$
begin
    perform featurize._reclaim();
    return query
    select null::integer, m.name, m.name, m.backbone, m.node, m.cut, m.pooling, m.dim, m.weights, m.preprocessing,
           null::oid, null::name, null::text, null::text, null::integer, m.problem is not null, false
      from featurize.model m
     where m.dim is null;
    return query
    select f.id, f.name, m.name, m.backbone, m.node, m.cut, m.pooling, m.dim, m.weights, m.preprocessing,
           f.source::oid, f.image_column, f.image_kind, f.storage, s.id, f.blocked_at is not null,
           b.featurizer_id is not null
      from featurize.featurizer f
      join featurize.model m on m.name = f.model
      left join featurize.space s on s.model = f.model and s.retired_at is null
      left join featurize.backfill b on b.featurizer_id = f.id and b.finished_at is null
     where f.paused_at is null
       and (b.featurizer_id is not null
            or exists (select from featurize.arrival a where a.featurizer_id = f.id)
            or exists (select from featurize.job j
                        where j.featurizer_id = f.id
                          and j.lease_id is null
                          and j.due_at <= clock_timestamp()))
     order by f.id;
end
$$;

COMMENT ON FUNCTION featurize.work() IS 'For workers: featurizers with something to do, with the models they need; and, without a featurizer_id, drafts of models.';

CREATE TABLE featurize.arrival (
    id bigint NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    featurizer_id integer NOT NULL,
    keys json NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_analyze_scale_factor='0.5');

COMMENT ON TABLE featurize.arrival IS 'Rows that were written, as the triggers leave them: not yet jobs, but queued.';

COMMENT ON COLUMN featurize.arrival.id IS 'Order of arrival.';

COMMENT ON COLUMN featurize.arrival.queued_at IS 'When the rows were written.';

COMMENT ON COLUMN featurize.arrival.featurizer_id IS 'Featurizer they wait for.';

COMMENT ON COLUMN featurize.arrival.keys IS 'Primary keys of up to a hundred rows, an array of objects.';

CREATE TABLE featurize.job (
    id bigint NOT NULL,
    lease_id bigint,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    featurizer_id integer NOT NULL,
    priority smallint DEFAULT 0 NOT NULL,
    attempt smallint DEFAULT 0 NOT NULL,
    key jsonb NOT NULL,
    image_digest bytea,
    CONSTRAINT job_leased_was_attempted CHECK (((lease_id IS NULL) OR (attempt > 0)))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_analyze_scale_factor='0.5');

COMMENT ON TABLE featurize.job IS 'Rows waiting for a featurizer. Several jobs of one row collapse at the claim.';

COMMENT ON COLUMN featurize.job.id IS 'Order of arrival.';

COMMENT ON COLUMN featurize.job.lease_id IS 'Lease that covers it; null while ready.';

COMMENT ON COLUMN featurize.job.queued_at IS 'When the row was queued.';

COMMENT ON COLUMN featurize.job.due_at IS 'Not handed out before this.';

COMMENT ON COLUMN featurize.job.featurizer_id IS 'Featurizer it waits for.';

COMMENT ON COLUMN featurize.job.priority IS 'Smaller goes first: 0 for writes, 10 for backfill.';

COMMENT ON COLUMN featurize.job.attempt IS 'How often it was handed out; counted at the claim, so a crash counts.';

COMMENT ON COLUMN featurize.job.key IS 'Primary key of the row, as an object.';

COMMENT ON COLUMN featurize.job.image_digest IS 'SHA-256 of the image value that was handed out.';

CREATE VIEW featurize._queued AS
 SELECT j.featurizer_id,
    j.key,
    j.queued_at,
    j.lease_id,
    j.attempt
   FROM featurize.job j
UNION ALL
 SELECT a.featurizer_id,
    (k.key)::jsonb AS key,
    a.queued_at,
    NULL::bigint AS lease_id,
    (0)::smallint AS attempt
   FROM (featurize.arrival a
     CROSS JOIN LATERAL json_array_elements(a.keys) k(key));

COMMENT ON VIEW featurize._queued IS 'All that waits: jobs, and rows that are yet to become jobs.';

COMMENT ON COLUMN featurize._queued.featurizer_id IS 'Featurizer it waits for.';

COMMENT ON COLUMN featurize._queued.key IS 'Primary key of the row, as an object.';

COMMENT ON COLUMN featurize._queued.queued_at IS 'When the row was queued.';

COMMENT ON COLUMN featurize._queued.lease_id IS 'Lease that covers it; null while ready.';

COMMENT ON COLUMN featurize._queued.attempt IS 'How often it was handed out.';

ALTER TABLE featurize.arrival ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.arrival_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE featurize.backfill (
    featurizer_id integer NOT NULL,
    after jsonb,
    force boolean DEFAULT false NOT NULL,
    finished_at timestamp with time zone
);

COMMENT ON TABLE featurize.backfill IS 'How far the walk over rows that no trigger has seen has come, per featurizer.';

COMMENT ON COLUMN featurize.backfill.featurizer_id IS 'Featurizer that is backfilled.';

COMMENT ON COLUMN featurize.backfill.after IS 'Key of the last row looked at; null before the first step.';

COMMENT ON COLUMN featurize.backfill.force IS 'Queue rows that are embedded already, too.';

COMMENT ON COLUMN featurize.backfill.finished_at IS 'When the walk reached the end; null while it has not.';

CREATE TABLE featurize.failure (
    featurizer text NOT NULL,
    key jsonb NOT NULL,
    image text,
    reason text NOT NULL,
    detail text NOT NULL,
    attempts smallint NOT NULL,
    failed_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE featurize.failure IS 'Rows that could not be featurized, with the reason.';

COMMENT ON COLUMN featurize.failure.featurizer IS 'Name of the featurizer.';

COMMENT ON COLUMN featurize.failure.key IS 'Primary key of the row, as an object.';

COMMENT ON COLUMN featurize.failure.image IS 'Path that failed; null where the image is stored in the row.';

COMMENT ON COLUMN featurize.failure.reason IS 'Typed reason, such as missing_file or truncated_image.';

COMMENT ON COLUMN featurize.failure.detail IS 'What exactly happened, and the remedy.';

COMMENT ON COLUMN featurize.failure.attempts IS 'How often it was tried.';

COMMENT ON COLUMN featurize.failure.failed_at IS 'When it was given up.';

ALTER TABLE featurize.featurizer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME featurize.featurizer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE featurize.job ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE featurize.lease ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME featurize.lease_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW featurize.progress AS
 SELECT featurizer,
    rows,
    embedded,
    stale,
    pending,
    leased,
    failed,
    empty,
    oldest_pending,
    rows_per_second,
    eta,
    note
   FROM featurize._progress() p(featurizer, rows, embedded, stale, pending, leased, failed, empty, oldest_pending, rows_per_second, eta, note);

COMMENT ON VIEW featurize.progress IS 'Where the rows of every featurizer are: each row is in one state, and the states add up to the rows.';

COMMENT ON COLUMN featurize.progress.featurizer IS 'Name of the featurizer.';

COMMENT ON COLUMN featurize.progress.rows IS 'Rows of the source.';

COMMENT ON COLUMN featurize.progress.embedded IS 'Rows with a vector of the current feature space.';

COMMENT ON COLUMN featurize.progress.stale IS 'Rows with a vector of an older feature space.';

COMMENT ON COLUMN featurize.progress.pending IS 'Rows that wait.';

COMMENT ON COLUMN featurize.progress.leased IS 'Rows that a worker has in hand.';

COMMENT ON COLUMN featurize.progress.failed IS 'Rows in featurize.failure.';

COMMENT ON COLUMN featurize.progress.empty IS 'Rows whose image is NULL.';

COMMENT ON COLUMN featurize.progress.oldest_pending IS 'Since when the oldest queued row waits.';

COMMENT ON COLUMN featurize.progress.rows_per_second IS 'Lately, over all workers.';

COMMENT ON COLUMN featurize.progress.eta IS 'Time until nothing is pending, at that pace; null when unknown.';

COMMENT ON COLUMN featurize.progress.note IS 'What stands in the way, if anything does.';

CREATE TABLE featurize.release (
    version text NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE featurize.release IS 'Schema releases applied to this database, by any install route.';

COMMENT ON COLUMN featurize.release.version IS 'Release, as in the control file.';

COMMENT ON COLUMN featurize.release.installed_at IS 'When it was applied.';

CREATE TABLE featurize.space (
    id integer NOT NULL,
    model text NOT NULL,
    fingerprint text NOT NULL,
    registered_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone
);

COMMENT ON TABLE featurize.space IS 'Feature spaces: one exact version of a model each, known by its fingerprint.';

COMMENT ON COLUMN featurize.space.id IS 'Stored beside every embedding.';

COMMENT ON COLUMN featurize.space.model IS 'Model it is a version of.';

COMMENT ON COLUMN featurize.space.fingerprint IS 'SHA-256 over weights, architecture, node, pooling and preprocessing.';

COMMENT ON COLUMN featurize.space.registered_at IS 'When a worker first loaded it.';

COMMENT ON COLUMN featurize.space.retired_at IS 'Since when its vectors are stale; null for the current one.';

ALTER TABLE featurize.space ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME featurize.space_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE featurize.throughput (
    featurizer_id integer NOT NULL,
    worker_id integer NOT NULL,
    embedded bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    rows_per_second double precision DEFAULT 0 NOT NULL,
    settled_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='50');

COMMENT ON TABLE featurize.throughput IS 'What each worker has settled, and how fast lately.';

COMMENT ON COLUMN featurize.throughput.featurizer_id IS 'Featurizer.';

COMMENT ON COLUMN featurize.throughput.worker_id IS 'Worker.';

COMMENT ON COLUMN featurize.throughput.embedded IS 'Vectors stored since it was declared.';

COMMENT ON COLUMN featurize.throughput.failed IS 'Rows failed since it was declared.';

COMMENT ON COLUMN featurize.throughput.rows_per_second IS 'Moving average over about ten seconds.';

COMMENT ON COLUMN featurize.throughput.settled_at IS 'Last batch.';

CREATE TABLE featurize.worker (
    id integer NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    device text NOT NULL,
    version text NOT NULL,
    serves text[] DEFAULT '{}'::text[] NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE featurize.worker IS 'Worker processes. One that was not seen for a minute is dead.';

COMMENT ON COLUMN featurize.worker.id IS 'Number in its log lines.';

COMMENT ON COLUMN featurize.worker.host IS 'Machine it runs on.';

COMMENT ON COLUMN featurize.worker.pid IS 'Process id there.';

COMMENT ON COLUMN featurize.worker.device IS 'Where its networks run: cpu, cuda:0, …';

COMMENT ON COLUMN featurize.worker.version IS 'Release of the program.';

COMMENT ON COLUMN featurize.worker.serves IS 'Featurizers whose model it has loaded.';

COMMENT ON COLUMN featurize.worker.started_at IS 'When it registered.';

COMMENT ON COLUMN featurize.worker.last_seen IS 'Last sign of life.';

ALTER TABLE featurize.worker ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME featurize.worker_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY featurize.arrival
    ADD CONSTRAINT arrival_pkey PRIMARY KEY (featurizer_id, id);

ALTER TABLE ONLY featurize.backfill
    ADD CONSTRAINT backfill_pkey PRIMARY KEY (featurizer_id);

ALTER TABLE ONLY featurize.featurizer
    ADD CONSTRAINT featurizer_name_is_unique UNIQUE (name);

ALTER TABLE ONLY featurize.featurizer
    ADD CONSTRAINT featurizer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.model
    ADD CONSTRAINT model_pkey PRIMARY KEY (name);

ALTER TABLE ONLY featurize.release
    ADD CONSTRAINT release_pkey PRIMARY KEY (version);

ALTER TABLE ONLY featurize.space
    ADD CONSTRAINT space_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.throughput
    ADD CONSTRAINT throughput_pkey PRIMARY KEY (featurizer_id, worker_id);

ALTER TABLE ONLY featurize.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (id);

CREATE INDEX failure_key ON featurize.failure USING btree (featurizer, jsonb_hash_extended(key, (0)::bigint));

COMMENT ON INDEX featurize.failure_key IS 'Failure of a row.';

CREATE INDEX job_key ON featurize.job USING btree (featurizer_id, jsonb_hash_extended(key, (0)::bigint));

COMMENT ON INDEX featurize.job_key IS 'Jobs of a row, to collapse them at the claim.';

CREATE INDEX job_leased ON featurize.job USING btree (lease_id) WHERE (lease_id IS NOT NULL);

COMMENT ON INDEX featurize.job_leased IS 'Jobs of a lease.';

CREATE INDEX job_ready ON featurize.job USING btree (featurizer_id, priority, due_at, id) WHERE (lease_id IS NULL);

COMMENT ON INDEX featurize.job_ready IS 'Claim order.';

CREATE UNIQUE INDEX space_one_current_per_model ON featurize.space USING btree (model) WHERE (retired_at IS NULL);

COMMENT ON INDEX featurize.space_one_current_per_model IS 'A model has one current space at most.';

ALTER TABLE ONLY featurize.backfill
    ADD CONSTRAINT backfill_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.failure
    ADD CONSTRAINT failure_featurizer_fkey FOREIGN KEY (featurizer) REFERENCES featurize.featurizer(name) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.featurizer
    ADD CONSTRAINT featurizer_model_fkey FOREIGN KEY (model) REFERENCES featurize.model(name);

ALTER TABLE ONLY featurize.space
    ADD CONSTRAINT space_model_fkey FOREIGN KEY (model) REFERENCES featurize.model(name);

ALTER TABLE ONLY featurize.throughput
    ADD CONSTRAINT throughput_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE CASCADE;

-- [{'cut': None, 'dim': 4096, 'name': 'alexnet', 'node': 'classifier.5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'alexnet', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'alexnet_227', 'node': 'classifier.5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'alexnet', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [227, 227], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'convnext_base', 'node': 'classifier.1', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_base', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1536, 'name': 'convnext_large', 'node': 'classifier.1', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_large', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'convnext_small', 'node': 'classifier.1', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_small', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 230, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'convnext_tiny', 'node': 'classifier.1', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_tiny', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 236, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'densenet121', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet121', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2208, 'name': 'densenet161', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet161', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1664, 'name': 'densenet169', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet169', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1920, 'name': 'densenet201', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet201', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_b0', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_b1', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b1', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [240, 240], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_b1_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'efficientnet_b1', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [240, 240], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 255, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1408, 'name': 'efficientnet_b2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [288, 288], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 288, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1536, 'name': 'efficientnet_b3', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b3', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [300, 300], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 320, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1792, 'name': 'efficientnet_b4', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b4', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [380, 380], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 2048, 'name': 'efficientnet_b5', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [456, 456], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 456, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 2304, 'name': 'efficientnet_b6', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b6', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [528, 528], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 528, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 2560, 'name': 'efficientnet_b7', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b7', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [600, 600], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 600, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_v2_l', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_v2_l', 'preprocessing': {'std': [0.5, 0.5, 0.5], 'mean': [0.5, 0.5, 0.5], 'size': [480, 480], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 480, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_v2_m', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_v2_m', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [480, 480], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 480, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_v2_s', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_v2_s', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'googlenet', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'googlenet', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'inception_v3', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'inception_v3', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [299, 299], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 342, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 800, 'name': 'lenet_digits', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'lenet_digits', 'backbone': 'lenet', 'preprocessing': {'std': [0.5], 'mean': [0.5], 'size': [28, 28], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'aniso', 'shorter': None, 'channels': 1, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'maxvit_t', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'maxvit_t', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet0_5', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet0_5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet0_75', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet0_75', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet1_0', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet1_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet1_3', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet1_3', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mobilenet_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'mobilenet_v2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mobilenet_v2_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'mobilenet_v2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 960, 'name': 'mobilenet_v3_large', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'mobilenet_v3_large', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 960, 'name': 'mobilenet_v3_large_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'mobilenet_v3_large', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 576, 'name': 'mobilenet_v3_small', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'mobilenet_v3_small', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3072, 'name': 'pixels', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'none', 'backbone': 'pixels', 'preprocessing': {'std': [0.5, 0.5, 0.5], 'mean': [0.5, 0.5, 0.5], 'size': [32, 32], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'aniso', 'shorter': None, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'regnet_x_16gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'regnet_x_16gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 912, 'name': 'regnet_x_1_6gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 912, 'name': 'regnet_x_1_6gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2520, 'name': 'regnet_x_32gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2520, 'name': 'regnet_x_32gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1008, 'name': 'regnet_x_3_2gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1008, 'name': 'regnet_x_3_2gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 400, 'name': 'regnet_x_400mf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 400, 'name': 'regnet_x_400mf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 672, 'name': 'regnet_x_800mf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 672, 'name': 'regnet_x_800mf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1920, 'name': 'regnet_x_8gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1920, 'name': 'regnet_x_8gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 7392, 'name': 'regnet_y_128gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'regnet_y_128gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 7392, 'name': 'regnet_y_128gf_swag_linear', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'regnet_y_128gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf_swag_e2e', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf_swag_linear', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 888, 'name': 'regnet_y_1_6gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 888, 'name': 'regnet_y_1_6gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf_swag_e2e', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf_swag_linear', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1512, 'name': 'regnet_y_3_2gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1512, 'name': 'regnet_y_3_2gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 440, 'name': 'regnet_y_400mf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 440, 'name': 'regnet_y_400mf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 784, 'name': 'regnet_y_800mf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 784, 'name': 'regnet_y_800mf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2016, 'name': 'regnet_y_8gf', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2016, 'name': 'regnet_y_8gf_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet101', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet101', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet101_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'resnet101', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet152', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet152', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet152_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'resnet152', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'resnet18', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet18', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'resnet34', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet34', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet50', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet50', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet50_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'resnet50', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext101_32x8d', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnext101_32x8d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext101_32x8d_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'resnext101_32x8d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext101_64x4d', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnext101_64x4d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext50_32x4d', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'resnext50_32x4d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext50_32x4d_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'resnext50_32x4d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'shufflenet_v2_x0_5', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x0_5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'shufflenet_v2_x1_0', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x1_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'shufflenet_v2_x1_5', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x1_5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'shufflenet_v2_x2_0', 'node': 'mean', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x2_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'squeezenet1_0', 'node': 'features.12.cat', 'builtin': True, 'pooling': 'avg', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'squeezenet1_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'squeezenet1_1', 'node': 'features.12.cat', 'builtin': True, 'pooling': 'avg', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'squeezenet1_1', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'swin_b', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_b', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 238, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_s', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_s', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 246, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_t', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_t', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'swin_v2_b', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_v2_b', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [256, 256], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 272, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_v2_s', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_v2_s', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [256, 256], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 260, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_v2_t', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_v2_t', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [256, 256], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 260, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 4096, 'name': 'vgg11', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg11', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg11_bn', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg11_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg13', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg13', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg13_bn', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg13_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg16', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg16_bn', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg16_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'vgg16_features', 'node': 'features', 'builtin': True, 'pooling': 'avg', 'problem': None, 'weights': 'IMAGENET1K_FEATURES', 'backbone': 'vgg16', 'preprocessing': {'std': [0.00392156862745098, 0.00392156862745098, 0.00392156862745098], 'mean': [0.48235, 0.45882, 0.40784], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg19', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg19', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg19_bn', 'node': 'classifier.4', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg19_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_16', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_b_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_16_swag_e2e', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'vit_b_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_16_swag_linear', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'vit_b_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_32', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_b_32', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'vit_h_14', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'vit_h_14', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [518, 518], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 518, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'vit_h_14_swag_linear', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'vit_h_14', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_16', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_l_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 242, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_16_swag_e2e', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'vit_l_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [512, 512], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 512, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_16_swag_linear', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'vit_l_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_32', 'node': 'getitem_5', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_l_32', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet101_2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'wide_resnet101_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet101_2_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'wide_resnet101_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet50_2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V1', 'backbone': 'wide_resnet50_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet50_2_v2', 'node': 'flatten', 'builtin': True, 'pooling': 'none', 'problem': None, 'weights': 'IMAGENET1K_V2', 'backbone': 'wide_resnet50_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}]
