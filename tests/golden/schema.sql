CREATE SCHEMA featurize;

COMMENT ON SCHEMA featurize IS 'pgfeaturize: image columns featurized by pre-trained networks. Names that start with _ are private.';

CREATE SCHEMA featurize_generated;

COMMENT ON SCHEMA featurize_generated IS 'Functions that pgfeaturize writes for the triggers, indexes and policies of featurizers.';

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
    owner regrole DEFAULT (quote_ident((CURRENT_USER)::text))::regrole NOT NULL,
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

COMMENT ON COLUMN featurize.featurizer.owner IS 'Who owned the source when the triggers were made, which have its rights. It belongs to whoever owns the source; to this role once the source is gone.';

CREATE FUNCTION featurize._append_to_outbox(f featurize.featurizer, condition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- Few rows, the usual case, are spared the sorting into parts.
    select format($arrive$        insert into featurize.outbox (featurizer_id, keys)
        select %1$s, json_agg(%2$s)
          from added n
         where %3$s is not null%4$s
        having count(*) between 1 and 100;
        queued := found;
        if not queued then
            insert into featurize.outbox (featurizer_id, keys)
            select %1$s, json_agg(a.key)
              from (select %2$s as key, (row_number() over () - 1) / 100 as part
                      from added n
                     where %3$s is not null%4$s) a
             group by a.part;
            queued := found;
        end if;
$arrive$, f.id, featurize._key_json(f, 'n', 'json'), featurize._image(f, 'n'), condition);
$_$;

COMMENT ON FUNCTION featurize._append_to_outbox(f featurize.featurizer, condition text) IS 'Statements that queue added rows, up to a hundred keys in a row of featurize.outbox.';

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

CREATE TABLE featurize.index (
    id integer NOT NULL,
    featurizer_id integer NOT NULL,
    metric text NOT NULL,
    method text NOT NULL,
    reason text NOT NULL,
    dimensions integer NOT NULL,
    m integer NOT NULL,
    ef_construction integer NOT NULL,
    ef_search integer NOT NULL,
    oversampling integer NOT NULL,
    after_backfill boolean NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    space_id integer,
    started_at timestamp with time zone,
    built_at timestamp with time zone,
    error text,
    recall double precision,
    recall_k integer,
    recall_sample integer,
    recall_measured_at timestamp with time zone,
    CONSTRAINT index_built_was_started CHECK (((built_at IS NULL) OR (started_at IS NOT NULL))),
    CONSTRAINT index_method_is_known CHECK ((method = ANY (ARRAY['hnsw'::text, 'halfvec'::text, 'bits'::text, 'projection'::text]))),
    CONSTRAINT index_metric_is_known CHECK ((metric = ANY (ARRAY['cosine'::text, 'l2'::text, 'ip'::text, 'l1'::text]))),
    CONSTRAINT index_recall_is_a_fraction CHECK (((recall >= (0)::double precision) AND (recall <= (1)::double precision)))
);

COMMENT ON TABLE featurize.index IS 'Indexes that are wanted for searching. Workers build them, and again for each new feature space.';

COMMENT ON COLUMN featurize.index.id IS 'Number in the names of what belongs to it.';

COMMENT ON COLUMN featurize.index.featurizer_id IS 'Featurizer whose embeddings it covers.';

COMMENT ON COLUMN featurize.index.metric IS 'Distance it is for: cosine, l2, ip (negative inner product) or l1.';

COMMENT ON COLUMN featurize.index.method IS 'hnsw: the embeddings as they are; halfvec: rounded; bits: signs after taking away the mean; projection: principal components.';

COMMENT ON COLUMN featurize.index.reason IS 'Why this method.';

COMMENT ON COLUMN featurize.index.dimensions IS 'Length of what is indexed.';

COMMENT ON COLUMN featurize.index.m IS 'HNSW: links of each vector.';

COMMENT ON COLUMN featurize.index.ef_construction IS 'HNSW: candidates looked at while building.';

COMMENT ON COLUMN featurize.index.ef_search IS 'HNSW: candidates looked at while searching, at least.';

COMMENT ON COLUMN featurize.index.oversampling IS 'How many candidates for each row wanted are compared once more by their full vectors.';

COMMENT ON COLUMN featurize.index.after_backfill IS 'Not built before all rows there were are embedded.';

COMMENT ON COLUMN featurize.index.requested_at IS 'When it was asked for.';

COMMENT ON COLUMN featurize.index.space_id IS 'Feature space whose vectors it holds; null before it is begun.';

COMMENT ON COLUMN featurize.index.started_at IS 'When building began, the last time.';

COMMENT ON COLUMN featurize.index.built_at IS 'When building ended; null before.';

COMMENT ON COLUMN featurize.index.error IS 'Why it could not be built.';

COMMENT ON COLUMN featurize.index.recall IS 'Part of the true nearest rows that a search by it has found, when measured.';

COMMENT ON COLUMN featurize.index.recall_k IS 'How many nearest rows were asked for.';

COMMENT ON COLUMN featurize.index.recall_sample IS 'For how many rows.';

COMMENT ON COLUMN featurize.index.recall_measured_at IS 'When that was.';

CREATE FUNCTION featurize._begin_index(index_id integer) RETURNS featurize.index
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    i featurize.index;
    f featurize.featurizer;
begin
    select y.* into f from featurize.index x join featurize.featurizer y on y.id = x.featurizer_id where x.id = index_id;
    update featurize.index x
       set space_id = featurize._current_space(f), started_at = clock_timestamp(), built_at = null,
           error = null, recall = null, recall_k = null, recall_sample = null, recall_measured_at = null
     where x.id = index_id
    returning * into i;
    if f.id is not null and i.space_id is null then
        raise exception using errcode = 'FZ008',
            message = format('featurizer "%s" has no vectors to index: no worker has loaded model "%s" yet', f.name, f.model),
            hint = 'Start a worker, and build the index when it has embedded the rows.';
    elsif i.method = 'bits' then
        perform featurize._create_mean(i, f);
    elsif i.method = 'projection' then
        perform featurize._create_projector(i, f);
    end if;
    return i;
end
$$;

COMMENT ON FUNCTION featurize._begin_index(index_id integer) IS 'Note that an index is begun for the current space, and make the function that it is to be over; null if nobody wants it any more.';

CREATE TABLE featurize.classifier (
    id integer NOT NULL,
    name text NOT NULL,
    training_view_id integer,
    featurizer_id integer,
    algorithm text NOT NULL,
    params jsonb NOT NULL,
    normalization text NOT NULL,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    worker_id integer,
    started_at timestamp with time zone,
    trained_at timestamp with time zone,
    error text,
    state text GENERATED ALWAYS AS (
CASE
    WHEN (trained_at IS NOT NULL) THEN 'ready'::text
    WHEN (error IS NOT NULL) THEN 'failed'::text
    WHEN (started_at IS NOT NULL) THEN 'training'::text
    ELSE 'queued'::text
END) STORED NOT NULL,
    space_id integer,
    dim integer,
    link text,
    metrics jsonb,
    versions jsonb,
    owner regrole DEFAULT (quote_ident((CURRENT_USER)::text))::regrole NOT NULL,
    CONSTRAINT classifier_algorithm_is_known CHECK ((algorithm = ANY (ARRAY['logistic_regression'::text, 'linear_svm'::text, 'ridge'::text]))),
    CONSTRAINT classifier_link_is_known CHECK ((link = ANY (ARRAY['softmax'::text, 'sigmoid'::text]))),
    CONSTRAINT classifier_name_is_not_empty CHECK ((name <> ''::text)),
    CONSTRAINT classifier_normalization_is_known CHECK ((normalization = ANY (ARRAY['none'::text, 'standard'::text, 'minmax'::text, 'l2'::text]))),
    CONSTRAINT classifier_trained_is_complete CHECK (((trained_at IS NULL) OR (num_nulls(space_id, dim, link, metrics, versions) = 0)))
);

COMMENT ON TABLE featurize.classifier IS 'Classifiers of embeddings. A row of the same name that is not ready is to take the place of the one that is.';

COMMENT ON COLUMN featurize.classifier.id IS 'Number.';

COMMENT ON COLUMN featurize.classifier.name IS 'What featurize.predict() calls it.';

COMMENT ON COLUMN featurize.classifier.training_view_id IS 'What it learns from; null if that is gone.';

COMMENT ON COLUMN featurize.classifier.featurizer_id IS 'Featurizer whose rows it can be asked for; null if that is gone.';

COMMENT ON COLUMN featurize.classifier.algorithm IS 'logistic_regression, linear_svm or ridge.';

COMMENT ON COLUMN featurize.classifier.params IS 'Parameters that were asked for.';

COMMENT ON COLUMN featurize.classifier.normalization IS 'What is done to features first: none, standard (mean 0, variance 1), minmax (0 to 1), or l2 (each row to length 1).';

COMMENT ON COLUMN featurize.classifier.requested_at IS 'When it was asked for.';

COMMENT ON COLUMN featurize.classifier.worker_id IS 'Worker that trains it, or did.';

COMMENT ON COLUMN featurize.classifier.started_at IS 'When training began, the last time.';

COMMENT ON COLUMN featurize.classifier.trained_at IS 'When it ended.';

COMMENT ON COLUMN featurize.classifier.error IS 'Why it could not be trained.';

COMMENT ON COLUMN featurize.classifier.state IS 'queued, training, ready or failed.';

COMMENT ON COLUMN featurize.classifier.space_id IS 'Feature space of the embeddings that it has learned from, and can judge.';

COMMENT ON COLUMN featurize.classifier.dim IS 'Length of these embeddings.';

COMMENT ON COLUMN featurize.classifier.link IS 'What makes probabilities of scores: softmax, or sigmoid, each by itself and then divided by their sum.';

COMMENT ON COLUMN featurize.classifier.metrics IS 'What was seen while training.';

COMMENT ON COLUMN featurize.classifier.versions IS 'Versions of the libraries that have trained it.';

COMMENT ON COLUMN featurize.classifier.owner IS 'Who asked for it, and may change it.';

CREATE FUNCTION featurize._breadth(c featurize.classifier, k integer) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Of two classes one score says all; the more there are, the less.
    select least(k::bigint * case when count(*) = 2 then 1 else 20 end, 2147483647)::integer
      from featurize.classifier_class x where x.classifier_id = c.id;
$$;

COMMENT ON FUNCTION featurize._breadth(c featurize.classifier, k integer) IS 'How many rows with the highest score of a class have to be compared to have the k most probable ones.';

CREATE FUNCTION featurize._build_index(i featurize.index, f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if i.method = 'projection' then
        raise exception using errcode = 'FZ006',
            message = format('the projection of an index of featurizer "%s" can only be fitted by a worker', f.name),
            hint = 'Leave concurrently at true.';
    end if;
    execute featurize._index_statement(featurize._begin_index(i.id), f, false);
    perform featurize.end_index(i.id);
end
$$;

COMMENT ON FUNCTION featurize._build_index(i featurize.index, f featurize.featurizer) IS 'Build an index in this transaction.';

CREATE FUNCTION featurize._building_memory(i featurize.index, f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- What a graph of so many vectors takes while it is built, and a quarter more; within reason.
    select format('%skB', greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, least(2097152,
               greatest(c.reltuples, 1000)::float8 * 1.25 / 1024
               * (i.dimensions * case i.method when 'bits' then 0.125 when 'hnsw' then 4 else 2 end + i.m * 40 + 200))::bigint))
      from pg_class c
     where c.oid = coalesce(f.embeddings, f.source);
$$;

COMMENT ON FUNCTION featurize._building_memory(i featurize.index, f featurize.featurizer) IS 'maintenance_work_mem for building an index.';

CREATE FUNCTION featurize._by_index(i featurize.index, f featurize.featurizer, condition text, size text, query text DEFAULT '$1'::text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- It may be over less than the whole vector: hence more than are wanted, to be compared once more.
    select featurize._candidates(f, i.metric, condition,
               format('order by %s limit %s::bigint * %s',
                      featurize._index_distance(i, f, stored.embedding, query), size, i.oversampling), query)
      from featurize._searched(f) stored;
$$;

COMMENT ON FUNCTION featurize._by_index(i featurize.index, f featurize.featurizer, condition text, size text, query text) IS 'Query for places that an index holds to be near a vector.';

CREATE FUNCTION featurize._candidates(f featurize.featurizer, metric text, condition text, tail text, query text DEFAULT '$1'::text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    stored record := featurize._searched(f);
begin
    -- Places and not rows, which may hold whole images that a sort would carry along.
    return format('select s.ctid as featurize_row, %s as featurize_distance, %s from %s where %s = %s and %s %s',
        featurize._distance(f, metric, stored.embedding, query), featurize._key(f, 's'), stored.relation,
        stored.space, coalesce(featurize._current_space(f), 0), condition, tail);
end
$$;

COMMENT ON FUNCTION featurize._candidates(f featurize.featurizer, metric text, condition text, tail text, query text) IS 'Query for places of rows that meet a condition, with their distances from a vector and their keys.';

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

CREATE FUNCTION featurize._check_administrator() RETURNS void
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select featurize._check_owner(n.nspowner, 'schema featurize') from pg_namespace n where n.nspname = 'featurize';
$$;

COMMENT ON FUNCTION featurize._check_administrator() IS 'Error 42501 unless pgfeaturize is the current role''s own.';

CREATE UNLOGGED TABLE featurize.request (
    id bigint NOT NULL,
    model text NOT NULL,
    image text,
    bytes bytea,
    expires_at timestamp with time zone NOT NULL,
    worker_id integer,
    refused_by integer[] DEFAULT '{}'::integer[] NOT NULL,
    embedding public.vector,
    reason text,
    detail text,
    answered_at timestamp with time zone,
    owner regrole DEFAULT (quote_ident((CURRENT_USER)::text))::regrole NOT NULL,
    CONSTRAINT request_answer_is_a_vector_or_a_reason CHECK ((((answered_at IS NOT NULL))::integer = num_nonnulls(embedding, reason))),
    CONSTRAINT request_has_one_image CHECK ((num_nonnulls(image, bytes) = 1))
);

COMMENT ON TABLE featurize.request IS 'Images that somebody waits to have embedded, see featurize.embed().';

COMMENT ON COLUMN featurize.request.id IS 'Order of insertion.';

COMMENT ON COLUMN featurize.request.model IS 'Model that is to make the vector.';

COMMENT ON COLUMN featurize.request.image IS 'Path or URI of the image; null if its bytes are here.';

COMMENT ON COLUMN featurize.request.bytes IS 'The image itself; null if it is to be read.';

COMMENT ON COLUMN featurize.request.expires_at IS 'When nobody waits any more.';

COMMENT ON COLUMN featurize.request.worker_id IS 'Worker that has taken it.';

COMMENT ON COLUMN featurize.request.refused_by IS 'Workers that cannot serve the model.';

COMMENT ON COLUMN featurize.request.embedding IS 'The answer.';

COMMENT ON COLUMN featurize.request.reason IS 'Or why there is none.';

COMMENT ON COLUMN featurize.request.detail IS 'What is wrong, and the remedy.';

COMMENT ON COLUMN featurize.request.answered_at IS 'When it was answered.';

COMMENT ON COLUMN featurize.request.owner IS 'Who asked: nobody else sees image and answer.';

CREATE FUNCTION featurize._check_answer(answer featurize.request, model text, patience interval) RETURNS public.vector
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if answer.answered_at is null then
        raise exception using errcode = 'FZ010',
            message = format('no worker has embedded the image by model "%s" within %s', model, patience),
            detail = coalesce(answer.detail, 'No worker has said why.'),
            hint = case when answer.worker_id is null then 'All workers are busy or gone: see featurize.worker.'
                        else format('Worker %s has it in work; pass a longer timeout.', answer.worker_id) end;
    elsif answer.reason is not null then
        raise exception using errcode = 'FZ011',
            message = format('the image cannot be embedded by model "%s": %s', model, answer.reason),
            detail = coalesce(answer.detail, ''),
            hint = 'The detail says what is wrong.';
    end if;
    return answer.embedding;
end
$$;

COMMENT ON FUNCTION featurize._check_answer(answer featurize.request, model text, patience interval) IS 'The vector that was answered; FZ010 if there is no answer, FZ011 if the image cannot be embedded.';

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

CREATE FUNCTION featurize._check_class(c featurize.classifier, label text) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    number integer;
begin
    select k.position into number from featurize.classifier_class k where k.classifier_id = c.id and k.label = _check_class.label;
    if number is null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" knows no class %s', c.name, coalesce(quote_literal(label), 'null')),
            hint = format('It knows: %s.', (select string_agg(k.label, ', ' order by k.position) from featurize.classifier_class k where k.classifier_id = c.id));
    end if;
    return number;
end
$$;

COMMENT ON FUNCTION featurize._check_class(c featurize.classifier, label text) IS 'Number of a class, or FZ006.';

CREATE TABLE featurize.training_view (
    id integer NOT NULL,
    relation regclass NOT NULL,
    featurizer_id integer,
    label_column name NOT NULL,
    group_column name,
    test_fraction numeric NOT NULL,
    seed bigint NOT NULL,
    stratify boolean NOT NULL,
    require_complete boolean NOT NULL,
    space_id integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT training_view_test_fraction_leaves_some CHECK (((test_fraction >= (0)::numeric) AND (test_fraction < (1)::numeric)))
);

COMMENT ON TABLE featurize.training_view IS 'Views of labeled rows with their features, split into train and test; and tables that such views were frozen into.';

COMMENT ON COLUMN featurize.training_view.id IS 'Number.';

COMMENT ON COLUMN featurize.training_view.relation IS 'The view, or the table.';

COMMENT ON COLUMN featurize.training_view.featurizer_id IS 'Featurizer whose embeddings are the features; null if a frozen one has outlived it.';

COMMENT ON COLUMN featurize.training_view.label_column IS 'Column of the source with the label.';

COMMENT ON COLUMN featurize.training_view.group_column IS 'Column whose values stay on one side of the split; null if there is none.';

COMMENT ON COLUMN featurize.training_view.test_fraction IS 'Part of the rows that is for testing, rounded down.';

COMMENT ON COLUMN featurize.training_view.seed IS 'What the split depends on, besides the keys.';

COMMENT ON COLUMN featurize.training_view.stratify IS 'Whether each class is split by itself.';

COMMENT ON COLUMN featurize.training_view.require_complete IS 'Whether training is refused while labeled rows have no current embedding.';

COMMENT ON COLUMN featurize.training_view.space_id IS 'Feature space of a frozen one; null for a view, which shows the current space.';

COMMENT ON COLUMN featurize.training_view.created_at IS 'When it was made.';

CREATE FUNCTION featurize._check_classes(name text, t featurize.training_view) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    view_name text := featurize._qualified(t.relation);
    classes text[];
begin
    if t.space_id is null and t.require_complete then
        perform featurize._report_training_view(view_name, true);
    end if;
    select coalesce(array_agg(r.label order by r.label), '{}') into classes
      from featurize.training_report(view_name) r where r.train > 0;
    if cardinality(classes) < 2 then
        raise exception using errcode = 'FZ017',
            message = format('classifier "%s" cannot be trained: %s', name,
                case when classes = '{}' then format('%s has no rows to train by', view_name)
                else format('%s has rows of one class only, "%s"', view_name, classes[1]) end),
            hint = format('It takes two classes. select * from featurize.training_report(%L) shows what is there and what is missing.', view_name);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_classes(name text, t featurize.training_view) IS 'FZ017 unless there are two classes to be told apart.';

CREATE FUNCTION featurize._check_column(relation regclass, name name, what text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if not exists (select from pg_attribute a where a.attrelid = relation and a.attname = name and a.attnum > 0 and not a.attisdropped) then
        raise exception using errcode = 'FZ006',
            message = format('%s has no column %s for the %s', relation, coalesce(quote_ident(name), 'null'), what),
            hint = format('Its columns: %s.', (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
                                                where a.attrelid = relation and a.attnum > 0 and not a.attisdropped));
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_column(relation regclass, name name, what text) IS 'FZ006 unless a relation has the column.';

CREATE FUNCTION featurize._check_embedding(c featurize.classifier, dim integer, space_id integer) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if dim <> c.dim then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" judges embeddings of %s dimensions, not of %s', c.name, c.dim, dim),
            hint = format('Pass an embedding by model "%s".', (select s.model from featurize.space s where s.id = c.space_id));
    elsif space_id <> c.space_id then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" was trained in feature space %s, and the embedding is of space %s', c.name, c.space_id, space_id),
            hint = format('Pass an embedding by model "%s", or train the classifier again.', (select s.model from featurize.space s where s.id = c.space_id));
    elsif space_id is null and exists (select from featurize.space s where s.id = c.space_id and s.retired_at is not null) then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" was trained in feature space %s, which is not the current one of its model any more', c.name, c.space_id),
            hint = 'Train it again; or pass the space_id that stands beside the embedding.';
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_embedding(c featurize.classifier, dim integer, space_id integer) IS 'FZ008 unless the classifier can judge such an embedding. If its space is not told, the classifier''s has to be current.';

CREATE FUNCTION featurize._check_export(subject text, relation regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if relation is null and (featurize._export_featurizer(subject)).id is null then
        raise exception using errcode = 'FZ006',
            message = format('there is no table, view or featurizer "%s"', subject),
            hint = format('Featurizers: %s. Training views: %s. Name others with their schema where it is not in the search path.',
                coalesce((select string_agg(f.name, ', ' order by f.name) from featurize.featurizer f), 'none'),
                coalesce((select string_agg(c.relname, ', ' order by c.relname) from featurize.training_view t join pg_class c on c.oid = t.relation), 'none'));
    elsif not exists (select from featurize._export_columns(subject, relation) c where c.kind = 'vector') then
        raise exception using errcode = 'FZ006',
            message = format('%s has no column of type vector or halfvec', relation),
            hint = format('Its columns: %s.', (select string_agg(c.name, ', ' order by c.number) from featurize._export_columns(subject, relation) c));
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_export(subject text, relation regclass) IS 'FZ006 unless there are vectors under that name.';

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

CREATE FUNCTION featurize._check_index(i featurize.index, f featurize.featurizer, dim integer) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    complaint text;
    remedy text;
begin
    if i.method in ('bits', 'projection') and i.metric not in ('cosine', 'l2') then
        complaint := format('with method %s for metric %s', i.method, i.metric);
        remedy := 'That method can serve cosine and l2. Searches by other metrics work without an index.';
    elsif i.method in ('hnsw', 'halfvec') and dim > (case when i.method = 'hnsw' and f.storage = 'vector' then 2000 else 4000 end) then
        complaint := format('with method %s over %s dimensions', i.method, dim);
        remedy := format('Choose %s, or leave it to auto.', case when dim <= 4000 then 'halfvec, projection or bits' else 'bits or projection' end);
    elsif i.method <> 'projection' and i.dimensions <> dim then
        complaint := format('with method %s over %s of %s dimensions', i.method, i.dimensions, dim);
        remedy := 'Dimensions are for method projection.';
    elsif i.method = 'projection' and i.dimensions not between 1 and least(dim, 4000) then
        complaint := format('over a projection of %s dimensions to %s', dim, i.dimensions);
        remedy := 'Pass fewer dimensions than the embedding has, 4000 at most; of up to 536 six fit a page.';
    elsif (i.m between 2 and 100 and i.ef_construction between greatest(4, 2 * i.m) and 1000 and i.ef_search between 1 and 1000) is not true then
        complaint := format('with m = %s, ef_construction = %s, ef_search = %s', i.m, i.ef_construction, i.ef_search);
        remedy := 'pgvector takes an m of 2 to 100, an ef_construction of at least twice that, and either ef up to 1000.';
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" cannot have an index %s', f.name, complaint),
            hint = remedy;
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_index(i featurize.index, f featurize.featurizer, dim integer) IS 'FZ006 unless pgvector can build it.';

CREATE TABLE featurize.model (
    name text NOT NULL,
    backbone text NOT NULL,
    node text,
    cut integer,
    pooling text,
    dim integer,
    weights text,
    preprocessing jsonb NOT NULL,
    error text,
    builtin boolean DEFAULT false NOT NULL,
    owner regrole DEFAULT (quote_ident((CURRENT_USER)::text))::regrole NOT NULL,
    CONSTRAINT model_cut_leaves_something_out CHECK ((cut > 0)),
    CONSTRAINT model_dim_is_storable CHECK (((dim >= 1) AND (dim <= 16000))),
    CONSTRAINT model_name_is_lower_case CHECK (((name = lower(name)) AND (name <> ''::text))),
    CONSTRAINT model_pooling_is_known CHECK ((pooling = ANY (ARRAY['none'::text, 'flatten'::text, 'avg'::text, 'max'::text, 'gem'::text]))),
    CONSTRAINT model_preprocessing_is_an_object CHECK ((jsonb_typeof(preprocessing) = 'object'::text)),
    CONSTRAINT model_with_dim_is_resolved CHECK (((dim IS NULL) OR (num_nulls(node, pooling, weights) = 0))),
    CONSTRAINT model_with_error_is_unresolved CHECK (((error IS NULL) OR (dim IS NULL)))
);

COMMENT ON TABLE featurize.model IS 'Catalogue of models: everything that fixes the function from image to vector. A row without dim
is unresolved: a worker tries the network, and completes the row or says what the error is.';

COMMENT ON COLUMN featurize.model.name IS 'Lower case; looked up in any letter case.';

COMMENT ON COLUMN featurize.model.backbone IS 'Network architecture, by its torchvision name; timm/…, program and package.module:function are others.';

COMMENT ON COLUMN featurize.model.node IS 'Graph node whose output is the embedding.';

COMMENT ON COLUMN featurize.model.cut IS 'How many layers from the end it was asked to be cut, where that was asked instead of a node.';

COMMENT ON COLUMN featurize.model.pooling IS 'What turns the node''s output into a vector.';

COMMENT ON COLUMN featurize.model.dim IS 'Length of the embedding; null in an unresolved model.';

COMMENT ON COLUMN featurize.model.weights IS 'Weights by torchvision enum name, or a file of the workers'' store; "random" is seeded and for tests only.';

COMMENT ON COLUMN featurize.model.preprocessing IS 'How a decoded image becomes the network''s input.';

COMMENT ON COLUMN featurize.model.error IS 'Why a worker could not complete the unresolved; it is tried again.';

COMMENT ON COLUMN featurize.model.builtin IS 'Shipped with pgfeaturize, hence neither dumped nor changeable.';

COMMENT ON COLUMN featurize.model.owner IS 'Who has registered it, and may change it.';

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

CREATE FUNCTION featurize._check_model_is_own(m featurize.model, name text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if m.builtin then
        raise exception using errcode = 'FZ002',
            message = format('model "%s" is shipped with pgfeaturize and cannot be changed', name),
            hint = 'Register yours under another name.';
    end if;
    perform featurize._check_owner(m.owner, format('model "%s"', name));
end
$$;

COMMENT ON FUNCTION featurize._check_model_is_own(m featurize.model, name text) IS 'FZ002 if a model is a shipped one, 42501 if it is somebody else''s.';

CREATE FUNCTION featurize._check_name(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    complaint text;
    -- In a column, two others have longer names.
    most integer := case f.destination when 'column' then 63 - octet_length('_digest') else 63 end;
begin
    if octet_length(f.name) not between 1 and most then
        complaint := format('has %s bytes; there may be 1 to %s', octet_length(f.name), most);
    elsif exists (select from featurize.featurizer x where x.name = f.name) then
        complaint := 'is the name of another featurizer';
    elsif f.destination = 'table' and to_regclass(featurize._embedding_table(f)) is not null then
        complaint := format('is the name of a relation already: %s', to_regclass(featurize._embedding_table(f)));
    elsif f.destination = 'table' and to_regtype(featurize._embedding_table(f)) is not null then
        complaint := format('is the name of a type already: %s', to_regtype(featurize._embedding_table(f)));
    elsif f.destination = 'column' and exists (
        select from pg_attribute a
         where a.attrelid = f.source and not a.attisdropped
           and a.attname = any (array[f.name, featurize._space_column(f), featurize._digest_column(f)])) then
        complaint := format('is a column of %s already, or would be with _space or _digest after it', f.source);
    elsif f.destination = 'table' and f.key_columns && array['embedding', 'space_id', 'digest', 'embedded_at']::name[] then
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

CREATE FUNCTION featurize._check_owner(owner oid, what text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if featurize._is_owner(owner) is not true then
        raise insufficient_privilege using
            message = format('must be owner of %s', what),
            hint = format('It belongs to role %s.', owner::regrole);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_owner(owner oid, what text) IS 'Error 42501 unless the current role may act as the owner.';

CREATE FUNCTION featurize._check_params(name text, algorithm text, params jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    complaint text;
begin
    perform featurize._check_choice('algorithm', algorithm, array['logistic_regression', 'linear_svm', 'ridge']);
    if jsonb_typeof(params) is distinct from 'object' then
        complaint := 'they are no object';
    else
        select string_agg(format('"%s" is %s', p.key, coalesce('not ' || rule.meaning, format('unknown to %s', algorithm))), '; ' order by p.key)
          into complaint
          from jsonb_each(params) p
          -- Strict: a list of one number is no number.
          left join (values
               ('C', '{logistic_regression,linear_svm}', 'a positive number', 'strict $ > 0'::jsonpath),
               ('alpha', '{ridge}', 'a positive number', 'strict $ > 0'),
               ('max_iter', '{logistic_regression,linear_svm}', 'a whole number of 1 or more', 'strict $ >= 1 && $ == $.floor()'),
               ('tol', '{logistic_regression,linear_svm}', 'a positive number', 'strict $ > 0'),
               ('class_weight', '{logistic_regression,linear_svm,ridge}', '"balanced" or null', 'strict $ == null || $ == "balanced"'),
               ('normalize', '{logistic_regression,linear_svm,ridge}', '"none", "standard", "minmax" or "l2"', 'strict $ like_regex "^(none|standard|minmax|l2)$"')
               ) rule (field, algorithms, meaning, condition) on rule.field = p.key and algorithm = any (rule.algorithms::text[])
         where jsonb_path_match(p.value, rule.condition, silent => true) is not true;
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" cannot be trained with these parameters: %s', name, complaint),
            hint = 'There are: normalize and class_weight; for logistic_regression and linear_svm C, max_iter and tol; for ridge alpha.';
    end if;
end
$_$;

COMMENT ON FUNCTION featurize._check_params(name text, algorithm text, params jsonb) IS 'FZ006 for an unknown algorithm, and for parameters that it does not know.';

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
               ('resize', '"imagenet", "iso_crop", "iso_pad" or "aniso"', 'strict $ like_regex "^(imagenet|iso_crop|iso_pad|aniso)$"'::jsonpath),
               ('shorter', 'a length or null', 'strict $ == null || $ >= 1'),
               ('size', '[height, width]', 'strict $.type() == "array" && $.size() == 2 && $[0] >= 1 && $[1] >= 1'),
               ('interpolation', 'the name of a filter', 'strict $ like_regex "^(nearest|box|bilinear|hamming|bicubic|lanczos)$"'),
               ('antialias', 'true or false', 'strict $ == true || $ == false'),
               ('channels', '3 or 1', 'strict $ == 3 || $ == 1'),
               ('order', '"rgb" or "bgr"', 'strict $ == "rgb" || $ == "bgr"'),
               ('offset', 'a number', 'strict $.type() == "number"'),
               ('scale', 'a positive number', 'strict $ > 0'),
               ('mean', 'a list of numbers', 'strict $.type() == "array" && $[0].type() == "number"'),
               ('std', 'a list of positive numbers', 'strict $.type() == "array" && $[0] > 0')
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

CREATE FUNCTION featurize._check_query(f featurize.featurizer, query public.vector) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    execute format('select $1::%I.%I(%s)', featurize._vector_schema(), f.storage,
                   (select m.dim from featurize.model m where m.name = f.model)) using query;
exception
    -- Here and not around the search: what is wrong with a condition is not the vector's fault.
    when data_exception then
        raise exception using errcode = 'FZ007',
            message = format('featurizer "%s" cannot be searched with this vector: %s', f.name, sqlerrm),
            hint = format('Make the query vector with model "%s".', f.model);
end
$_$;

COMMENT ON FUNCTION featurize._check_query(f featurize.featurizer, query public.vector) IS 'FZ007 unless the vector can be compared with those of the featurizer.';

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

CREATE FUNCTION featurize._check_search(f featurize.featurizer, metric text, k integer) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform featurize._check_choice('metric', metric, array['cosine', 'l2', 'ip', 'l1']);
    if k is null or k < 0 then
        raise exception using errcode = 'FZ006',
            message = format('%s rows of featurizer "%s" cannot be found', coalesce(k::text, 'null'), f.name),
            hint = 'Pass a k of 0 or more.';
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_search(f featurize.featurizer, metric text, k integer) IS 'FZ006 unless such a search can be made.';

CREATE FUNCTION featurize._check_source(source regclass) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    c record;
    complaint text;
    remedy text;
begin
    select r.relkind, r.relispartition, r.relpersistence, r.relowner, n.nspname into c
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
    perform featurize._check_source_owner(source, c.relowner);
end
$$;

COMMENT ON FUNCTION featurize._check_source(source regclass) IS 'FZ003 unless the table can be featurized.';

CREATE FUNCTION featurize._check_source_owner(source regclass, owner oid) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform featurize._check_owner(owner, format('table %s', source));
    -- Else all that is written to the table would fail in the triggers, which have its owner's rights.
    if not has_table_privilege(owner, 'featurize.outbox', 'insert') then
        raise exception using errcode = 'FZ003',
            message = format('%s cannot be featurized: it belongs to role %s, which may not declare featurizers', source, owner::regrole),
            hint = format('select featurize.grant_owner(%L)', owner::regrole);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_source_owner(source regclass, owner oid) IS 'Error 42501 unless the current role may act as the owner of the table, FZ003 unless the owner may declare featurizers.';

CREATE FUNCTION featurize._check_top_level(refusal text, procedure text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    -- No function can commit: this says in the server's language how PostgreSQL refuses it.
    commit;
exception
    when invalid_transaction_termination then
        if sqlerrm = refusal then
            raise exception using errcode = 'FZ012',
                message = format('featurize.%s() cannot run inside a transaction block or a function', procedure),
                hint = 'Call it alone, with autocommit: workers see only what is committed.';
        end if;
end
$$;

COMMENT ON FUNCTION featurize._check_top_level(refusal text, procedure text) IS 'FZ012 if this is how PostgreSQL refuses a COMMIT in a transaction block.';

CREATE FUNCTION featurize._check_training_view(t featurize.training_view, f featurize.featurizer, name text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform featurize._check_column(f.source, t.label_column, 'label');
    if t.group_column is not null then
        perform featurize._check_column(f.source, t.group_column, 'group');
    end if;
    if (t.test_fraction >= 0 and t.test_fraction < 1) is not true or num_nulls(t.seed, t.stratify, t.require_complete) > 0 then
        raise exception using errcode = 'FZ006',
            message = format('training view "%s" cannot be made with test_fraction %s, seed %s', name, coalesce(t.test_fraction::text, 'null'), coalesce(t.seed::text, 'null')),
            hint = 'Pass a test_fraction of at least 0 and less than 1, and nothing that is null.';
    elsif f.key_columns && array['label', 'split', 'features']::name[] then
        raise exception using errcode = 'FZ002',
            message = format('training view "%s" cannot be made: the key of %s has a column named label, split or features', name, f.source),
            hint = 'Rename that column.';
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_training_view(t featurize.training_view, f featurize.featurizer, name text) IS 'FZ002 or FZ006 unless such a view can be made.';

CREATE FUNCTION featurize._check_triggers_may_queue(role regrole) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    left_over text;
begin
    select string_agg(f.source::text, ', ' order by f.name) into left_over
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_proc p on p.oid = to_regproc(featurize._trigger_function(f))
     where pg_has_role(p.proowner, role, 'usage') and not has_table_privilege(p.proowner, 'featurize.outbox', 'insert');
    if left_over is not null then
        raise dependent_objects_still_exist using
            message = format('role %s has triggers of pgfeaturize on tables: %s', role, left_over),
            hint = 'All that is written to them would fail: call featurize.drop_featurizer() for them first, or give them to another role and call featurize.repair().';
    end if;
end
$$;

COMMENT ON FUNCTION featurize._check_triggers_may_queue(role regrole) IS 'Error 2BP01 if triggers with the rights of a role may not queue any more.';

CREATE FUNCTION featurize._class_report(labels text[], predicted text[], classes text[]) RETURNS TABLE(label text, rows bigint, "precision" double precision, recall double precision, f1 double precision)
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with pair as materialized (
        select x.label, x.predicted, count(*) as rows from unnest(labels, _class_report.predicted) x (label, predicted) group by 1, 2)
    select k.label, n.rows, n.hits / nullif(n.claims, 0), n.hits / nullif(n.rows, 0), 2 * n.hits / nullif(n.rows + n.claims, 0)
      from unnest(classes) with ordinality k (label, position)
     cross join lateral (select coalesce(sum(p.rows) filter (where p.label = k.label), 0)::bigint as rows,
                                coalesce(sum(p.rows) filter (where p.predicted = k.label), 0)::bigint as claims,
                                coalesce(sum(p.rows) filter (where p.label = k.label and p.predicted = k.label), 0)::float8 as hits
                           from pair p) n
     order by k.position;
$$;

COMMENT ON FUNCTION featurize._class_report(labels text[], predicted text[], classes text[]) IS 'For each class: rows of it, precision, recall, and the harmonic mean of both; null where nothing was claimed, or nothing is there.';

CREATE FUNCTION featurize._class_vector(c featurize.classifier, label text, OUT direction public.vector) RETURNS public.vector
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
    -- Of length 1: a halfvec could not hold them all, and the order is the same.
    execute format('select %I.l2_normalize(k.coefficients) from featurize.classifier_class k where k.classifier_id = $1 and k.position = $2',
                   featurize._vector_schema())
       into direction using c.id, featurize._check_class(c, label);
end
$_$;

COMMENT ON FUNCTION featurize._class_vector(c featurize.classifier, label text, OUT direction public.vector) IS 'The direction in which a class lies.';

CREATE FUNCTION featurize._classifier(name text) RETURNS featurize.classifier
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    c featurize.classifier;
    state text;
begin
    select * into c from featurize.classifier x where x.name = _classifier.name and x.trained_at is not null;
    if c.id is null then
        select x.state into state from featurize.classifier x where x.name = _classifier.name;
        raise exception using errcode = 'FZ016',
            message = case when state is null then format('there is no classifier "%s"', name)
                      else format('classifier "%s" is not ready: it is %s', name, state) end,
            hint = case when state is null then format('There are: %s. featurize.train_classifier() makes one.', coalesce(
                        (select string_agg(distinct x.name, ', ' order by x.name) from featurize.classifier x), 'none'))
                   when state = 'failed' then 'See error in featurize.classifier.'
                   else 'featurize.wait_classifier() waits for it; a worker has to be running.' end;
    end if;
    return c;
end
$$;

COMMENT ON FUNCTION featurize._classifier(name text) IS 'The classifier of that name, ready to predict, or FZ016.';

CREATE FUNCTION featurize._clear_table(name text, schema text, overwrite boolean) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    parts text[] := parse_ident(name);
    qualified text := format('%I.%I', case when cardinality(parts) > 1 then parts[1] else schema end, parts[cardinality(parts)]);
begin
    if cardinality(parts) > 2 then
        raise exception using errcode = 'FZ002',
            message = format('%L is no name for a table', name),
            hint = 'Pass a table, with a schema before it if you like.';
    elsif to_regclass(qualified) is not null and not overwrite then
        raise exception using errcode = 'FZ002',
            message = format('there is a relation %s already', qualified),
            hint = 'Choose another name, or pass overwrite => true.';
    end if;
    perform featurize.drop_featurizer(f.name) from featurize.featurizer f where f.source = to_regclass(qualified);
    if to_regclass(qualified) is not null then
        execute format('drop table %s', qualified);
    end if;
    return qualified;
end
$$;

COMMENT ON FUNCTION featurize._clear_table(name text, schema text, overwrite boolean) IS 'Qualified name of a table that is to be created, in a schema unless it says where; what has that name is dropped, or FZ002.';

CREATE FUNCTION featurize._condition(filter text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- On lines of its own: it may end in a comment.
    select case when filter is null then 'true' else format(E'(\n%s\n)', filter) end;
$$;

COMMENT ON FUNCTION featurize._condition(filter text) IS 'A condition on the row s, which is the caller''s own SQL and runs with the caller''s rights; true if there is none.';

CREATE FUNCTION featurize._confusion(labels text[], predicted text[], classes text[]) RETURNS TABLE(label text, predicted text, rows bigint)
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select a.label, b.label, count(x.label)
      from unnest(classes) with ordinality a (label, position)
     cross join unnest(classes) with ordinality b (label, position)
      left join unnest($1, $2) x (label, predicted) on x.label = a.label and x.predicted = b.label
     group by a.label, a.position, b.label, b.position
     order by a.position, b.position;
$_$;

COMMENT ON FUNCTION featurize._confusion(labels text[], predicted text[], classes text[]) IS 'How many rows of each class were taken for each.';

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
    when others then
        trouble := sqlerrm;
end
$_$;

COMMENT ON FUNCTION featurize._count(f featurize.featurizer, OUT rows bigint, OUT embedded bigint, OUT stale bigint, OUT pending bigint, OUT leased bigint, OUT failed bigint, OUT empty bigint, OUT oldest_pending timestamp with time zone, OUT trouble text) IS 'Rows of a featurizer''s source by state.';

CREATE TABLE featurize.lease (
    id bigint NOT NULL,
    featurizer_id integer NOT NULL,
    worker_id integer NOT NULL,
    claimed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

COMMENT ON TABLE featurize.lease IS 'Batches handed out to workers. Its id is the token without which nothing is stored.';

COMMENT ON COLUMN featurize.lease.id IS 'Token; never used twice.';

COMMENT ON COLUMN featurize.lease.featurizer_id IS 'Featurizer whose jobs it covers.';

COMMENT ON COLUMN featurize.lease.worker_id IS 'Worker that holds it.';

COMMENT ON COLUMN featurize.lease.claimed_at IS 'When it was handed out.';

COMMENT ON COLUMN featurize.lease.expires_at IS 'When others may take its jobs, unless renewed.';

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
        execute format('alter table only %s add column %I %s, add column %I integer, add column %I bytea',
            f.source, f.name, vector_type, featurize._space_column(f), featurize._digest_column(f));
    else
        -- No foreign key to the source: it would forbid its TRUNCATE. The triggers do that work.
        execute format(
            'create table %s (%s, embedding %s not null, space_id integer not null, digest bytea, '
            'embedded_at timestamptz not null default now(), primary key (%s))',
            relation, featurize._key_definition(f), vector_type, featurize._key(f));
    end if;
    -- Vectors that leave room in an 8 kB page are read twice as fast in line as from TOAST.
    if f.destination = 'table' and dim * (case f.storage when 'vector' then 4 else 2 end) <= 4096 then
        execute format('alter table %s alter column %I set storage plain', relation, vector_column);
    end if;
    if f.destination = 'table' then
        execute format('alter table %s owner to %s', relation, featurize._owner(f)::regrole);
        execute format('comment on table %s is %L', relation,
            format('Embeddings of %s.%I by model %s. Written by pgfeaturize.', f.source, f.image_column, f.model));
        execute format('comment on column %s.space_id is ''Feature space, see featurize.space.''', relation);
        execute format('comment on column %s.digest is ''SHA-256 of the image it was made of.''', relation);
        execute format('comment on column %s.embedded_at is ''When the vector was stored.''', relation);
    else
        execute format('comment on column %s.%I is ''Feature space of the embedding, see featurize.space.''',
            relation, featurize._space_column(f));
        execute format('comment on column %s.%I is ''SHA-256 of the image that the embedding was made of.''',
            relation, featurize._digest_column(f));
    end if;
    execute format('comment on column %s.%I is %L', relation, vector_column,
        format('Embedding by featurizer %s.', f.name));
end
$$;

COMMENT ON FUNCTION featurize._create_destination(f featurize.featurizer, dim integer) IS 'Create the embedding table, or the columns in the source.';

CREATE FUNCTION featurize._create_mean(i featurize.index, f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    mean text;
begin
    execute format('select %I.avg(x.embedding)::text from (%s) x', featurize._vector_schema(), featurize._sample(f, i.metric, 10000))
       into mean;
    -- A function, not a literal: as part of the index's definition the numbers would not fit its row
    -- of the catalogue. The planner makes a constant of it.
    execute format(
        'create or replace function featurize_generated.mean_%1$s_%2$s() returns %3$I.vector language sql immutable parallel safe '
        'set search_path = pg_catalog, pg_temp as %4$L',
        i.id, i.space_id, featurize._vector_schema(),
        format('select %L::%I.vector', coalesce(mean, translate(array_fill(0, array[i.dimensions])::text, '{}', '[]')), featurize._vector_schema()));
    execute format('comment on function featurize_generated.mean_%s_%s() is %L', i.id, i.space_id,
        format('Mean of the embeddings of featurizer %s in space %s, for its index of bits.', f.name, i.space_id));
    execute format('alter function featurize_generated.mean_%s_%s() owner to %s', i.id, i.space_id, featurize._owner(f)::regrole);
end
$_$;

COMMENT ON FUNCTION featurize._create_mean(i featurize.index, f featurize.featurizer) IS 'Make the function that gives the mean of the embeddings.';

CREATE FUNCTION featurize._create_policies(part text, role text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Two long names may differ where that of a policy has ended.
    select featurize._policy(c.oid, concat_ws('_', r.part, verb, case when octet_length(role) > 40 then md5(role) else nullif(role, 'public') end), format('for %s to %s %s', verb,
               case role when 'public' then role else quote_ident(role) end, concat_ws(' ',
               case when verb <> 'insert' then format('using (%s)', r.condition) end,
               case when verb in ('insert', 'update') then format('with check (%s)', r.condition) end)))
      from featurize._rights() r
     cross join unnest(r.relations) name
      join pg_class c on c.oid = format('featurize.%I', name)::regclass and c.relrowsecurity
     cross join lateral (select distinct split_part(command, ' ', 1) from unnest(r.commands) command) v (verb)
     where r.part = _create_policies.part;
$$;

COMMENT ON FUNCTION featurize._create_policies(part text, role text) IS 'Create the policies of a part for a role, or public.';

CREATE FUNCTION featurize._create_projector(i featurize.index, f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    vector_type text := format('%I.vector', featurize._vector_schema());
    signature text := format('featurize_generated.project_%s_%s(%s)', i.id, i.space_id, vector_type);
begin
    -- With the rights of its owner, and for everybody: whoever writes to the table that is indexed calls it.
    execute format(
        'create or replace function %1$s returns %2$s language sql immutable strict parallel safe security definer '
        'set search_path = pg_catalog, pg_temp set row_security = on as %3$L',
        signature, vector_type, format(
            -- offset 0: rounded once, and not once for each direction, which takes five times as long.
            'select nullif(array(select (-(p.direction operator(%1$I.<#>) e.embedding) - p.bias)::float4 '
            'from featurize.projection p where p.index_id = %2$s and p.space_id = %3$s order by p.position), ''{}'')::%1$I.vector '
            'from (select $1::%1$I.halfvec as embedding offset 0) e', featurize._vector_schema(), i.id, i.space_id));
    execute format('comment on function %s is %L', signature,
        format('First principal components of embeddings of featurizer %s in space %s, for its index.', f.name, i.space_id));
    execute format('alter function %s owner to %s', signature, featurize._owner(f)::regrole);
end
$_$;

COMMENT ON FUNCTION featurize._create_projector(i featurize.index, f featurize.featurizer) IS 'Make the function that projects an embedding on the components that a worker fits.';

CREATE FUNCTION featurize._create_sees(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    -- Written out like the triggers, because it runs for each row that a policy is about. With the
    -- caller's rights: that is the point.
    execute format('create or replace function %s(key jsonb) returns boolean language plpgsql stable parallel safe '
                   'set search_path = pg_catalog, pg_temp as %L',
        featurize._sees_function(f.id),
        format('begin return exists (select from jsonb_to_record(key) as k (%s) join only %s s on %s where %s is not null); end',
               featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'k'), featurize._image(f, 's')));
    execute format('alter function %s(jsonb) owner to %s', featurize._sees_function(f.id), featurize._owner(f)::regrole);
    execute format('comment on function %s(jsonb) is %L', featurize._sees_function(f.id),
        format('Whether who asks sees the row of %s with that key. Written by pgfeaturize.', f.source));
end
$$;

COMMENT ON FUNCTION featurize._create_sees(f featurize.featurizer) IS 'Create or mend the function that looks for a row of the source.';

CREATE FUNCTION featurize._create_triggers(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    event text;
begin
    perform featurize._write_trigger_function(f);
    -- Its owner's rights, no more: what the statements touch may have triggers and types of the owner's own making.
    execute format('alter function %s() owner to %s', featurize._trigger_function(f), featurize._owner(f)::regrole);
    -- Its policies are by this one, so that the triggers go on when the table gets another owner.
    update featurize.featurizer x set owner = featurize._owner(f)::regrole where x.id = f.id and x.owner <> featurize._owner(f);
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

CREATE FUNCTION featurize._digest_column(f featurize.featurizer) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('%s_digest', f.name);
$$;

COMMENT ON FUNCTION featurize._digest_column(f featurize.featurizer) IS 'Column of the source with the digest of the image that the embedding in its row was made of.';

CREATE FUNCTION featurize._distance(f featurize.featurizer, metric text, embedding text, query text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('(%s %s %s::%I.%I)', embedding, featurize._operator(metric), query, featurize._vector_schema(), f.storage);
$$;

COMMENT ON FUNCTION featurize._distance(f featurize.featurizer, metric text, embedding text, query text) IS 'Expression of the distance between an embedding and a query, both given as expressions.';

CREATE FUNCTION featurize._doctor_classifiers() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 'classifiers', 'warning', c.name, format('it could not be trained: %s', c.error),
           format('mend what it says, then: select featurize.train_classifier(%L, %L, %L, %L, replace => true)',
                  c.name, coalesce(featurize._qualified(t.relation), '…'), c.algorithm, c.params)
      from featurize.classifier c
      left join featurize.training_view t on t.id = c.training_view_id
     where c.state = 'failed'
     union all
    select 'classifiers', 'warning', c.name, format('it was trained in feature space %s of model %s, which is retired', s.id, s.model),
           format('select featurize.train_classifier(%L, %L, %L, %L, replace => true), once all rows are embedded',
                  c.name, coalesce(featurize._qualified(t.relation), '…'), c.algorithm, c.params)
      from featurize.classifier c
      join featurize.space s on s.id = c.space_id and s.retired_at is not null
      left join featurize.training_view t on t.id = c.training_view_id
     where c.state = 'ready';
$$;

COMMENT ON FUNCTION featurize._doctor_classifiers() IS 'Findings on classifiers that failed, or judge vectors that are not made any more.';

CREATE FUNCTION featurize._doctor_disk() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 'disk', 'information', f.name,
           format('%s: %s, its indexes: %s', case f.destination when 'table' then 'embeddings' else 'table with embeddings' end,
                  pg_size_pretty(pg_table_size(c.oid)), pg_size_pretty(pg_indexes_size(c.oid))),
           null
      from featurize.featurizer f
      join pg_class c on c.oid = case f.destination when 'table' then f.embeddings else f.source end;
$$;

COMMENT ON FUNCTION featurize._doctor_disk() IS 'What embeddings and indexes take on disk.';

CREATE FUNCTION featurize._doctor_embeddings() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 'embeddings', 'error', f.name, 'its embedding table is gone',
           format('restore it from a backup; or give it up: select featurize.drop_featurizer(%L), and create it anew', f.name)
      from featurize.featurizer f
     where f.destination = 'table' and not exists (select from pg_class c where c.oid = f.embeddings)
     union all
    select 'embeddings', 'error', f.name, format('%s has no column "%s" any more', c.oid::regclass, x.name),
           format('alter table %s rename column … to %I, if it was renamed; else: select featurize.drop_featurizer(%L), and create it anew',
                  c.oid::regclass, x.name, f.name)
      from featurize.featurizer f
      join pg_class c on c.oid = case f.destination when 'table' then f.embeddings else f.source end
     cross join lateral unnest(case f.destination
           when 'table' then f.key_columns::text[] || '{embedding,space_id,digest,embedded_at}'
           else array[f.name, featurize._space_column(f), featurize._digest_column(f)] end) x (name)
     where not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = x.name and a.attnum > 0);
$$;

COMMENT ON FUNCTION featurize._doctor_embeddings() IS 'Findings on embedding tables and columns.';

CREATE FUNCTION featurize._doctor_indexes() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select 'indexes', 'warning', format('%s for %s', r.featurizer, r.metric), r.state,
           case when r.state like 'failed%' then format('mend what it says; workers try again every minute, or: pgfeaturize index build %s', r.featurizer)
                when r.state like 'outdated%' then 'start a worker: it builds it for the current feature space'
                when r.state like 'invalid%' then format('reindex index concurrently %s', r.relation)
                else format('select featurize.drop_index(%1$L, %2$L); select featurize.create_index(%1$L, %2$L, m => %3$s, ef_construction => %4$s, ef_search => %5$s)',
                            r.featurizer, r.metric, i.m, i.ef_construction, i.ef_search) end
      from featurize._index_report() r
      join featurize.featurizer f on f.name = r.featurizer
      join featurize.index i on i.featurizer_id = f.id and i.metric = r.metric
     where r.state ~ '^(failed|outdated|gone|invalid)';
$_$;

COMMENT ON FUNCTION featurize._doctor_indexes() IS 'Findings on indexes that searches cannot use.';

CREATE FUNCTION featurize._doctor_orphans() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select 'orphans', 'warning', p.oid::regprocedure::text, 'a function for the triggers of a featurizer that is gone',
           format('drop function %s cascade', p.oid::regprocedure)
      from pg_proc p
     where p.pronamespace = 'featurize_generated'::regnamespace
       and p.proname ~ '^(on|sees)_\d+$'
       and not exists (select from featurize.featurizer f where p.proname in (format('on_%s', f.id), format('sees_%s', f.id)))
     union all
    select 'orphans', 'warning', x.relation, format('%s entries of featurizers that are gone', x.rows),
           format('delete from %s x where not exists (select from featurize.featurizer f where f.id = x.featurizer_id)', x.relation)
      from (select 'featurize.job', count(*) from featurize.job j
             where not exists (select from featurize.featurizer f where f.id = j.featurizer_id)
             union all
            select 'featurize.outbox', count(*) from featurize.outbox a
             where not exists (select from featurize.featurizer f where f.id = a.featurizer_id)) x (relation, rows)
     where x.rows > 0
     union all
    -- Often on purpose, by keep_embeddings.
    select 'orphans', 'information', featurize._qualified(c.oid), format('embeddings of a featurizer that is gone, %s', pg_size_pretty(pg_total_relation_size(c.oid))),
           format('drop table %s, if nobody wants them', featurize._qualified(c.oid))
      from pg_class c
      join pg_description d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0
     where c.relkind = 'r'
       and d.description ~ '^Embeddings of .* Written by pgfeaturize\.$'
       and not exists (select from featurize.featurizer f where f.embeddings = c.oid);
$_$;

COMMENT ON FUNCTION featurize._doctor_orphans() IS 'Findings on what featurizers have left that are gone.';

CREATE FUNCTION featurize._doctor_queue(patience interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 'queue', 'error', f.name,
           case when q.pending > 0 then format('%s entries wait, the oldest for %s s, and no worker is alive', q.pending, round(q.oldest_seconds))
                else 'its backfill is not finished, and no worker is alive' end,
           'start one: pgfeaturize worker'
      from featurize.featurizer f
      join featurize.queue_depth() q on q.featurizer = f.name
      left join featurize.backfill b on b.featurizer_id = f.id and b.finished_at is null
     where f.paused_at is null
       and not exists (select from featurize.worker w where w.last_heartbeat > clock_timestamp() - interval '1 minute')
       and (q.pending > 0 and q.oldest_seconds > extract(epoch from patience)
            or b.featurizer_id is not null and f.created_at < clock_timestamp() - patience)
     union all
    select 'workers', 'warning', format('worker %s', w.id),
           format('process %s on %s gave its last sign of life at %s, without signing off', w.pid, w.host, date_trunc('second', w.last_heartbeat)),
           format('see its log and start it again; it is forgotten after a day, or by: select featurize.leave_worker(%s)', w.id)
      from featurize.worker w
     where w.last_heartbeat < clock_timestamp() - interval '1 minute'
     union all
    -- Workers that are alive take such a lease back within seconds.
    select 'leases', 'warning', format('lease %s', l.id),
           format('worker %s holds rows of %s and has not renewed the lease, which ran out at %s', l.worker_id,
                  coalesce(f.name, format('featurizer %s, which is gone', l.featurizer_id)), date_trunc('second', l.expires_at)),
           'start a worker: it takes the rows back and goes on with them'
      from featurize.lease l
      left join featurize.featurizer f on f.id = l.featurizer_id
     where l.expires_at < clock_timestamp() - interval '1 minute';
$$;

COMMENT ON FUNCTION featurize._doctor_queue(patience interval) IS 'Findings on what waits for longer, on dead workers, and on what they had in hand.';

CREATE FUNCTION featurize._doctor_roles() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with alive as (
        select distinct w.role from featurize.worker w where w.last_heartbeat > now() - interval '1 minute')
    select 'roles', 'error', f.name, format('no worker has the rights to serve it: they are connected as %s', string_agg(a.role::text, ', ')),
           format('select featurize.grant_worker(%L); and, as the owner of %s: select featurize.repair(%L)', min(a.role::text), f.source, f.name)
      from featurize.featurizer f
     cross join alive a
     group by f.name, f.source
    having not bool_or(featurize._may_serve(f, a.role))
     union all
    select 'roles', 'warning', a.role::text,
           format('workers are connected as a superuser, and run what other roles have put on their tables: %s', string_agg(distinct f.name, ', ')),
           'give them a role of their own: featurize.grant_worker()'
      from alive a
      join pg_roles r on r.oid = a.role and r.rolsuper
      join featurize.featurizer f on true
      join pg_roles o on o.oid = featurize._owner(f) and not o.rolsuper
     group by a.role
     union all
    select 'roles', 'error', f.name, format('all that is written to %s fails: its triggers have the rights of %s, which may not declare featurizers', f.source, p.proowner::regrole),
           format('select featurize.grant_owner(%L)', p.proowner::regrole)
      from featurize.featurizer f
      join pg_proc p on p.oid = to_regproc(featurize._trigger_function(f)) and not has_table_privilege(p.proowner, 'featurize.outbox', 'insert')
     union all
    select 'roles', 'warning', f.name, format('its triggers have the rights of %s, but %s belongs to %s', p.proowner::regrole, f.source, c.relowner::regrole),
           format('as a member of both, or a superuser: select featurize.repair(%L)', f.name)
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_proc p on p.oid = to_regproc(featurize._trigger_function(f)) and p.proowner <> c.relowner
     union all
    select 'roles', 'warning', f.name, format('%s has no row-level security: whoever may select from it sees embeddings of rows that are hidden', f.embeddings),
           format('as %s: select featurize.repair(%L)', c.relowner::regrole, f.name)
      from featurize.featurizer f
      join pg_class c on c.oid = f.embeddings
     where not c.relrowsecurity or not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'featurize_reader');
$$;

COMMENT ON FUNCTION featurize._doctor_roles() IS 'Findings on rights that are missing, and on those that are more than is needed.';

CREATE FUNCTION featurize._doctor_server() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 'server', 'error', current_database(), format('PostgreSQL %s is older than 15', current_setting('server_version')),
           'upgrade the server'
     where current_setting('server_version_num')::integer < 150000
     union all
    select 'pgvector', 'warning', e.extname, format('version %s; before 0.8.4 vacuum can corrupt an index, and sizes can overflow', e.extversion),
           'install pgvector 0.8.4 or newer on the server, then: alter extension vector update'
      from pg_extension e
     where e.extname = 'vector'
       and string_to_array(regexp_replace(e.extversion, '[^0-9.]', '', 'g'), '.')::integer[] < array[0, 8, 4];
$$;

COMMENT ON FUNCTION featurize._doctor_server() IS 'Findings on versions of the server and of pgvector.';

CREATE FUNCTION featurize._doctor_source() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 'source', 'error', f.name, 'its table is gone', format('select featurize.drop_featurizer(%L)', f.name)
      from featurize.featurizer f
     where not exists (select from pg_class c where c.oid = f.source)
     union all
    select 'source', 'error', f.name, format('%s has no column "%s" any more', f.source, x.name),
           format('alter table %s rename column … to %I, if it was renamed; else: select featurize.drop_featurizer(%L)', f.source, x.name, f.name)
      from featurize.featurizer f
     cross join lateral unnest(f.image_column || f.key_columns) x (name)
     where exists (select from pg_class c where c.oid = f.source)
       and not exists (select from pg_attribute a where a.attrelid = f.source and a.attname = x.name and a.attnum > 0)
     union all
    select 'source', 'error', f.name,
           case when k.columns is null then format('%s has no primary key any more', f.source)
                else format('the primary key of %s is (%s) now', f.source, array_to_string(k.columns, ', ')) end,
           format('alter table %s %sadd primary key (%s)', f.source, 'drop constraint ' || quote_ident(k.constraint) || ', ', featurize._key(f))
      from featurize.featurizer f
     cross join lateral (
           select array_agg(a.attname order by p.position) as columns, min(c.relname::text) as constraint
             from pg_index i
             join pg_class c on c.oid = i.indexrelid
            cross join lateral unnest(i.indkey) with ordinality p (attnum, position)
             join pg_attribute a on a.attrelid = i.indrelid and a.attnum = p.attnum
            where i.indrelid = f.source and i.indisprimary and p.position <= i.indnkeyatts) k
     where exists (select from pg_class c where c.oid = f.source)
       and k.columns is distinct from f.key_columns
       -- Or it is a column that is missing, and was named above.
       and (k.columns is null or f.key_columns <@ array(select a.attname from pg_attribute a where a.attrelid = f.source and a.attnum > 0));
$$;

COMMENT ON FUNCTION featurize._doctor_source() IS 'Findings on source tables, image columns and keys.';

CREATE FUNCTION featurize._doctor_stale() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer;
    is_stale boolean;
begin
    -- Without a retired space there can be none, and no table is looked at.
    for f in
        select x.* from featurize.featurizer x
          join pg_class c on c.oid = x.source
         where exists (select from featurize.space s where s.model = x.model and s.retired_at is not null)
    loop
        begin
            execute case f.destination
                when 'table' then format('select exists (select from only %s e where e.space_id is distinct from $1)', featurize._embedding_table(f))
                else format('select exists (select from only %s s where s.%I is not null and s.%I is distinct from $1)', f.source, f.name, featurize._space_column(f))
                end into is_stale using featurize._current_space(f);
        exception
            -- The check of embeddings says so.
            when undefined_table or undefined_column then
                is_stale := false;
        end;
        if not is_stale then
            continue;
        elsif featurize._is_busy(f.id) then
            return query select 'stale', 'information', f.name, 'vectors of an earlier feature space are left, and queued to be made again',
                'wait: pgfeaturize status --watch';
        else
            return query select 'stale', 'warning', f.name, 'vectors of an earlier feature space are left, and nothing is queued to make them again',
                format('select featurize.repair(%L)', f.name);
        end if;
    end loop;
end
$_$;

COMMENT ON FUNCTION featurize._doctor_stale() IS 'Findings on vectors of retired feature spaces.';

CREATE FUNCTION featurize._doctor_states() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 'blocked', 'error', f.name, format('no worker could serve it since %s: %s', date_trunc('second', f.blocked_at), f.blocked_reason),
           'mend what it says; workers try again by themselves, at least every minute'
      from featurize.featurizer f
     where f.blocked_reason is not null
     union all
    select 'paused', 'warning', f.name, format('it is paused since %s', date_trunc('second', f.paused_at)),
           format('select featurize.resume(%L)', f.name)
      from featurize.featurizer f
     where f.paused_at is not null
     union all
    select 'unresolved_models', 'warning', m.name, format('the model is unresolved that no worker can complete: %s', m.error),
           format('select featurize.register_model(%L, …) again, with what it says mended', m.name)
      from featurize.model m
     where m.dim is null and m.error is not null
     union all
    select 'failures', 'warning', x.featurizer, format('%s rows failed, most of them by %s', sum(x.rows), min(x.reason) filter (where x.rank = 1)),
           format('see featurize.failure, mend the cause, then: select featurize.retry(%L)', x.featurizer)
      from (select y.featurizer, y.reason, count(*) as rows, row_number() over (partition by y.featurizer order by count(*) desc) as rank
              from featurize.failure y
             group by y.featurizer, y.reason) x
     group by x.featurizer;
$$;

COMMENT ON FUNCTION featurize._doctor_states() IS 'Findings on featurizers that are blocked or paused, unresolved models, and failed rows.';

CREATE FUNCTION featurize._doctor_transactions(patience interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- In other databases they hold back nothing here.
    select 'transactions', 'warning', format('process %s', a.pid),
           format('a transaction of %s (%s) is open since %s: vacuum removes nothing that has died since, %s transactions ago',
                  a.usename, coalesce(nullif(a.application_name, ''), a.state), date_trunc('second', a.xact_start),
                  greatest(age(a.backend_xmin), age(a.backend_xid))),
           format('let it end, or: select pg_terminate_backend(%s)', a.pid)
      from pg_stat_activity a
     where a.datname = current_database()
       and a.backend_type = 'client backend'
       and a.pid <> pg_backend_pid()
       and (a.backend_xmin is not null or a.backend_xid is not null)
       and a.xact_start < clock_timestamp() - patience
     union all
    select 'transactions', 'warning', format('prepared transaction %s', p.gid),
           format('it is prepared since %s and was neither committed nor rolled back: vacuum removes nothing that has died since',
                  date_trunc('second', p.prepared)),
           format('rollback prepared %L', p.gid)
      from pg_prepared_xacts p
     where p.database = current_database() and p.prepared < clock_timestamp() - patience;
$$;

COMMENT ON FUNCTION featurize._doctor_transactions(patience interval) IS 'Findings on transactions that hold vacuum back for longer.';

CREATE FUNCTION featurize._doctor_triggers() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with expected as (
        select f, f.name, f.source, format('featurize_%s_%s', f.id, e.event) as trigger, to_regproc(featurize._trigger_function(f)) as function
          from featurize.featurizer f
         cross join unnest('{insert,update,delete,truncate}'::text[]) e (event)
         where exists (select from pg_class c where c.oid = f.source))
    select 'triggers', 'error', x.name,
           format('on %s %s: not all that is written there is queued', x.source, string_agg(x.trigger || x.state, ', ' order by x.trigger)),
           format('select featurize.repair(%L)', x.name)
      from (select e.*, case when t.oid is null then ' is missing' when t.tgenabled not in ('O', 'A') then ' is disabled' end as state
              from expected e
              left join pg_trigger t on t.tgrelid = e.source and t.tgname = e.trigger and t.tgfoid = e.function) x
     where x.state is not null
     group by x.name, x.source
     union all
    select distinct 'triggers', 'warning', e.name, 'its trigger function is not as it would be written now: it is of another release, or a table was renamed or restored',
           format('select featurize.repair(%L)', e.name)
      from expected e
      join pg_proc p on p.oid = e.function
     where p.prosrc <> featurize._trigger_body(e.f)
       -- Else it cannot be written.
       and not exists (select from featurize._doctor_source() d where d.object = e.name);
$$;

COMMENT ON FUNCTION featurize._doctor_triggers() IS 'Findings on triggers that are missing, disabled or of another release.';

CREATE FUNCTION featurize._doctor_vacuum() RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with ours as (
        select c.oid, c.reloptions from pg_class c where c.relnamespace = 'featurize'::regnamespace and c.relkind = 'r'
         union
        select c.oid, c.reloptions from featurize.featurizer f join pg_class c on c.oid = f.embeddings)
    select 'autovacuum', 'warning', s.name, 'it is off, for the whole server: tables and indexes grow without end',
           format('alter system set %s = on, then: select pg_reload_conf()', s.name)
      from pg_settings s
     where s.name in ('autovacuum', 'track_counts') and s.setting = 'off'
     union all
    select 'autovacuum', 'warning', featurize._qualified(o.oid), 'autovacuum is off for this table: it grows without end',
           format('alter table %s reset (autovacuum_enabled)', featurize._qualified(o.oid))
      from ours o
     cross join lateral pg_options_to_table(o.reloptions) x
     where x.option_name = 'autovacuum_enabled' and not x.option_value::boolean
     union all
    select 'dead_rows', 'warning', featurize._qualified(o.oid),
           format('%s of its %s rows are dead: claims have to step over them', s.n_dead_tup, s.n_dead_tup + s.n_live_tup),
           format('vacuum %s; see the checks transactions and autovacuum for why it was not done', featurize._qualified(o.oid))
      from ours o
      join pg_stat_all_tables s on s.relid = o.oid
     where s.n_dead_tup > 50000 and s.n_dead_tup > s.n_live_tup;
$$;

COMMENT ON FUNCTION featurize._doctor_vacuum() IS 'Findings on autovacuum, and on dead rows that it has left.';

CREATE FUNCTION featurize._drop_index_parts(index_id integer, kept_space integer DEFAULT NULL::integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    statement text;
begin
    for statement in select featurize._index_parts(index_id, kept_space) loop
        execute statement;
    end loop;
end
$$;

COMMENT ON FUNCTION featurize._drop_index_parts(index_id integer, kept_space integer) IS 'Remove an index at once, and what belongs to it.';

CREATE FUNCTION featurize._duplicate_rows(name text, max_distance double precision, filter text, metric text, size integer, images boolean) RETURNS TABLE(item jsonb, image text, bytes bytea, other jsonb, other_image text, other_bytes bytea, distance double precision, pairs bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format(
        'select %s, %s, d.distance, count(*) over () from featurize.duplicates(null::%s, $1, $2, $3, $4) d order by d.distance, %s, %s limit $5',
        featurize._shown(f, '(d.item)', images), featurize._shown(f, '(d.other)', images), f.source,
        featurize._key(f, '(d.item)'), featurize._key(f, '(d.other)'))
    using name, max_distance, filter, metric, size;
end
$_$;

COMMENT ON FUNCTION featurize._duplicate_rows(name text, max_distance double precision, filter text, metric text, size integer, images boolean) IS 'As duplicates(), for programs: the closest pairs, and how many there are in all.';

CREATE PROCEDURE featurize._embed(IN model text, IN image text, IN bytes bytea, INOUT embedding public.vector, IN patience interval)
    LANGUAGE plpgsql
    AS $$
declare
    request bigint;
    answer featurize.request;
begin
    begin
        commit;  -- Never works, in an exception block; but says why.
    exception
        when invalid_transaction_termination then
            perform featurize._check_top_level(sqlerrm, 'embed');
    end;
    request := featurize._request(model, image, bytes, patience);
    commit;
    loop
        exit when featurize._is_answered(request);
        commit;
        perform pg_catalog.pg_sleep(0.002);
    end loop;
    answer := featurize._take_answer(request);
    commit;
    embedding := featurize._check_answer(answer, model, patience);
end
$$;

COMMENT ON PROCEDURE featurize._embed(IN model text, IN image text, IN bytes bytea, INOUT embedding public.vector, IN patience interval) IS 'What featurize.embed() does: ask, wait, and take the answer, each in a transaction.';

CREATE FUNCTION featurize._embedding_at(f featurize.featurizer, alias text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('(select %s as featurize_embedding from %s where %s offset 0)', stored.embedding, stored.relation, featurize._key_match(f, 's', alias))
      from featurize._with_embedding(f, 'join') stored;
$$;

COMMENT ON FUNCTION featurize._embedding_at(f featurize.featurizer, alias text) IS 'FROM item that is the embedding of the row with the key of an alias.';

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

CREATE FUNCTION featurize._end_query(name text, relation regclass) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    told text;
begin
    execute format('update %s s set error = format(''%%s: %%s'', x.reason, x.detail) from featurize.failure x '
                   'where x.featurizer = %L and s.featurize_row = (x.key ->> ''featurize_row'')::bigint', relation, name);
    perform featurize.drop_featurizer(name, keep_embeddings => true);
    execute format('alter table %s drop column %I, drop column %I', relation, featurize._space_column(f), featurize._digest_column(f));
    execute format('alter table %s rename column %I to features', relation, name);
    execute format('comment on column %s.features is %L', relation, format('Embedding of %s by model %s.', f.image_column, f.model));
    execute format('select format(''%%s rows, %%s with features, %%s with an error, %%s without an image'', count(*), count(x.features), count(x.error), '
                   'count(*) - count(x.%I)) from %s x', f.image_column, relation) into told;
    return told;
end
$$;

COMMENT ON FUNCTION featurize._end_query(name text, relation regclass) IS 'Turn a featurized table into a plain one, and say what is in it.';

CREATE FUNCTION featurize._export(subject text, path name[], form text) RETURNS TABLE(rows bigint, names text[], kinds text[], dims integer[], statement text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    relation regclass := featurize._export_relation(subject, path);
    source record := featurize._export_from(subject, relation);
    vals text[];
    stored text;
    sent text;
begin
    perform featurize._check_export(subject, relation);
    select array_agg(c.name order by c.number), array_agg(c.kind order by c.number), array_agg(c.dim order by c.number),
           array_agg(c.value order by c.number), string_agg(format('%s as c%s', c.value, c.number), ', ' order by c.number),
           string_agg(featurize._export_value(c.kind, format('x.c%s', c.number), form), ', ' order by c.number)
      into names, kinds, dims, vals, stored, sent
      from featurize._export_columns(subject, relation) c;
    dims := featurize._export_dims(dims, kinds, vals, source.origin);
    execute format('select count(*) from %s', source.origin) into rows;
    -- Sorted as they are stored, compressed and out of line, and not as they are sent.
    statement := format('copy (select %s from (select %s from %s%s) x) to stdout (format binary)',
                        sent, stored, source.origin, source.sorting);
    return next;
end
$$;

COMMENT ON FUNCTION featurize._export(subject text, path name[], form text) IS 'How to read what is under a name, of a featurizer or else of a relation along a search path: how many rows, the columns, and a COPY statement that gives them in a form.';

CREATE FUNCTION featurize._export_columns(subject text, relation regclass) RETURNS TABLE(number bigint, name text, kind text, dim integer, value text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._export_featurizer(subject);
    stored record;
begin
    if f.id is null then
        return query
        select row_number() over (order by a.attnum), a.attname::text, k.kind, case k.kind when 'vector' then nullif(a.atttypmod, -1) end,
               format('s.%I', a.attname)
          from pg_attribute a
         cross join lateral featurize._export_kind(a.atttypid) k (kind)
         where a.attrelid = relation and a.attnum > 0 and not a.attisdropped;
        return;
    end if;
    stored := featurize._with_embedding(f, 'join');
    return query
    select row_number() over (order by c.position), a.attname::text, featurize._export_kind(a.atttypid), null::integer, format('s.%I', a.attname)
      from unnest(f.key_columns || case f.image_kind when 'bytes' then '{}' else array[f.image_column] end) with ordinality c (name, position)
      join pg_attribute a on a.attrelid = f.source and a.attname = c.name
     where not (f.image_column = any (f.key_columns) and c.position > cardinality(f.key_columns))
     union all
    -- At the end; and an image column may have that name.
    select 1600, case when f.destination = 'column' or f.image_column = 'embedding' then f.name else 'embedding' end,
           'vector', m.dim, stored.embedding
      from featurize.model m where m.name = f.model
     order by 1;
end
$$;

COMMENT ON FUNCTION featurize._export_columns(subject text, relation regclass) IS 'Columns of what is exported, in order: of a relation all, of a featurizer key, image and embedding. value: over the alias s.';

CREATE FUNCTION featurize._export_dims(dims integer[], kinds text[], vals text[], origin text) RETURNS integer[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    dim integer;
begin
    -- Where the type does not say it, the first vector does.
    for number in 1 .. cardinality(kinds) loop
        if kinds[number] = 'vector' and dims[number] is null then
            execute format('select %3$I.vector_dims(x.v) from (select %1$s as v from %2$s) x where x.v is not null limit 1',
                           vals[number], origin, featurize._vector_schema()) into dim;
            dims[number] := dim;
        end if;
    end loop;
    return dims;
end
$_$;

COMMENT ON FUNCTION featurize._export_dims(dims integer[], kinds text[], vals text[], origin text) IS 'Lengths of the vectors in columns; null where there are none.';

CREATE FUNCTION featurize._export_featurizer(subject text) RETURNS featurize.featurizer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select f.* from featurize.featurizer f where f.name = _export_featurizer.subject;
$$;

COMMENT ON FUNCTION featurize._export_featurizer(subject text) IS 'The featurizer of that name; null if there is none.';

CREATE FUNCTION featurize._export_from(subject text, relation regclass, OUT origin text, OUT sorting text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._export_featurizer(subject);
    stored record;
begin
    if f.id is not null then
        stored := featurize._with_embedding(f, 'join');
        origin := format('%s where %s = %s', stored.relation, stored.space, coalesce(featurize._current_space(f), 0));
        sorting := ' order by ' || featurize._key(f, 's');
        return;
    end if;
    origin := format('%s s', relation);
    -- The order of the primary key, or that of the key in a training view, makes files that can be compared.
    select ' order by ' || string_agg(format('s.%I', a.attname), ', ' order by k.position) into sorting
      from pg_index i
     cross join lateral unnest(i.indkey) with ordinality k (attnum, position)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = relation and i.indisprimary and k.position <= i.indnkeyatts;
    sorting := coalesce(sorting, (select ' order by ' || featurize._training_key(t, 's') from featurize.training_view t
                                   where t.relation = _export_from.relation), '');
end
$$;

COMMENT ON FUNCTION featurize._export_from(subject text, relation regclass, OUT origin text, OUT sorting text) IS 'Where these columns come from, and in which order: what stands after FROM, in two parts.';

CREATE FUNCTION featurize._export_kind(type oid) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- The type that a domain is over, as it is sent.
    select case when e.oid is not null then 'vector'
                when b.type = any ('{int2,int4,int8,float4,float8,bool,date,timestamp,timestamptz}'::regtype[]) then b.name::text
                else 'text' end
      from (select x.oid as type, x.typname as name, x.typnamespace as schema
              from pg_type t join pg_type x on x.oid = case t.typtype when 'd' then t.typbasetype else t.oid end
             where t.oid = _export_kind.type) b
      left join pg_extension e on e.extname = 'vector' and e.extnamespace = b.schema and b.name in ('vector', 'halfvec');
$$;

COMMENT ON FUNCTION featurize._export_kind(type oid) IS 'What values of a type become: vector, the name of a simple type, or else text.';

CREATE FUNCTION featurize._export_relation(subject text, path name[]) RETURNS regclass
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select c.oid::regclass
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f')
       and (_export_relation.subject in (format('%s.%s', n.nspname, c.relname), format('%I.%I', n.nspname, c.relname))
            or _export_relation.subject in (c.relname, quote_ident(c.relname))
               and (n.nspname = any (path) or c.oid in (select t.relation from featurize.training_view t)))
     order by array_position(path, n.nspname) nulls last, c.oid
     limit 1;
$$;

COMMENT ON FUNCTION featurize._export_relation(subject text, path name[]) IS 'The table or view of that name, with or without its schema, found along a search path; training views everywhere. Null if there is none.';

CREATE FUNCTION featurize._export_value(kind text, value text, form text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select case when form = 'json' and kind <> 'vector' then format('pg_catalog.to_json(%s)::pg_catalog.text', value)
                when kind = 'vector' then format('%s::%I.vector', value, featurize._vector_schema()) || case form when 'typed' then '' else '::pg_catalog.text' end
                when form = 'text' or kind = 'text' then format('%s::pg_catalog.text', value)
                else format('%s::pg_catalog.%s', value, kind) end;
$$;

COMMENT ON FUNCTION featurize._export_value(kind text, value text, form text) IS 'A value in a form: typed; text, of which that of a vector is [1,2,3]; or json.';

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

CREATE FUNCTION featurize._featurizer_of(c featurize.classifier) RETURNS featurize.featurizer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer;
begin
    select * into f from featurize.featurizer x where x.id = c.featurizer_id;
    if f.id is null then
        raise exception using errcode = 'FZ001',
            message = format('the featurizer of classifier "%s" is gone', c.name),
            hint = 'There are no rows to be asked for. featurize.predict() judges single embeddings.';
    end if;
    perform featurize._check_embedding(c, c.dim, featurize._current_space(f));
    return f;
end
$$;

COMMENT ON FUNCTION featurize._featurizer_of(c featurize.classifier) IS 'The featurizer whose rows a classifier can be asked for.';

CREATE FUNCTION featurize._first_job(featurizer_id integer, priority smallint) RETURNS timestamp with time zone
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
declare
    queue text := format('featurize.jobs_%s_%s', featurizer_id, priority);
    started timestamptz := clock_timestamp();
    place timestamptz := featurize._queue_cursor(queue);
    first timestamptz;
begin
    select j.scheduled_at into first
      from featurize.job j
     where j.featurizer_id = _first_job.featurizer_id and j.priority = _first_job.priority
       and j.lease_id is null and j.scheduled_at between coalesce(place, '-infinity') and started
     order by j.scheduled_at
     limit 1;
    perform featurize._save_queue_cursor(queue, first::text, place is null, started);
    return first;
end
$$;

COMMENT ON FUNCTION featurize._first_job(featurizer_id integer, priority smallint) IS 'When the first job of a featurizer that may be handed out was due, null if there is none.';

CREATE FUNCTION featurize._first_lease() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
declare
    queue text := 'featurize.leases';
    started timestamptz := clock_timestamp();
    place bigint := featurize._queue_cursor(queue);
    first bigint;
begin
    select l.id into first
      from featurize.lease l
     where l.id >= coalesce(place, 0)
     order by l.id
     limit 1;
    perform featurize._save_queue_cursor(queue, first::text, place is null, started);
    return first;
end
$$;

COMMENT ON FUNCTION featurize._first_lease() IS 'Id of the oldest lease, null if there is none.';

CREATE FUNCTION featurize._first_outbox_id(featurizer_id integer) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
declare
    queue text := format('featurize.outbox_%s', featurizer_id);
    started timestamptz := clock_timestamp();
    place bigint := featurize._queue_cursor(queue);
    first bigint;
begin
    select a.id into first
      from featurize.outbox a
     where a.featurizer_id = _first_outbox_id.featurizer_id and a.id >= coalesce(place, 0)
     order by a.id
     limit 1;
    perform featurize._save_queue_cursor(queue, first::text, place is null, started);
    return first;
end
$$;

COMMENT ON FUNCTION featurize._first_outbox_id(featurizer_id integer) IS 'Id of the first outbox of a featurizer, null if there is none.';

CREATE FUNCTION featurize._forget(f featurize.featurizer, condition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- A row's vector and failure go in the user's own transaction, so that no search ever
    -- sees the vector of a row that is gone.
    select concat(
        case f.destination when 'table' then
            featurize._in_embedding_table(f, 'delete from only ', format(' e using removed o where %s%s', featurize._key_match(f, 'e', 'o'), condition))
        end,
        format(E'        if exists (select from featurize.failure x where x.featurizer = %L) then\n', f.name),
        format(E'            delete from featurize.failure x using removed o where x.featurizer = %L and x.key = %s%s;\n',
               f.name, featurize._key_json(f, 'o'), condition),
        E'        end if;\n');
$$;

COMMENT ON FUNCTION featurize._forget(f featurize.featurizer, condition text) IS 'Statements that delete vectors and failures of removed rows.';

CREATE FUNCTION featurize._fragment(f featurize.featurizer, name text, arguments text[], parts jsonb) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    a text := arguments[1];
    b text := arguments[2];
begin
    if parts ? name then
        return coalesce(parts ->> name, 'null');
    end if;
    return case name
        when 'id' then f.id::text
        when 'name' then quote_literal(f.name)
        when 'source' then f.source::text
        when 'embeddings' then featurize._embedding_table(f)
        when 'vector_column' then quote_ident(case f.destination when 'table' then 'embedding' else f.name end)
        when 'space_column' then quote_ident(featurize._space_column(f))
        when 'digest_column' then quote_ident(featurize._digest_column(f))
        when 'vector_schema' then quote_ident(featurize._vector_schema())
        when 'storage' then format('%I.%I', featurize._vector_schema(), f.storage)
        when 'image_column' then quote_ident(f.image_column)
        when 'key' then featurize._key(f, a)
        when 'key_json' then featurize._key_json(f, a, coalesce(b, 'jsonb'))
        when 'key_definition' then featurize._key_definition(f)
        when 'key_match' then featurize._key_match(f, a, b)
        when 'key_after' then featurize._key_match(f, a, b, '>')
        when 'image' then featurize._image(f, a)
        when 'digest' then featurize._digest(f, a)
        else featurize._unknown_placeholder(name)
        end;
end
$$;

COMMENT ON FUNCTION featurize._fragment(f featurize.featurizer, name text, arguments text[], parts jsonb) IS 'SQL that takes the place of one placeholder: one of parts, else a property of the featurizer.';

CREATE FUNCTION featurize._grant(part text, role regrole) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    granted record;
    f featurize.featurizer;
begin
    perform featurize._check_administrator();
    execute format('grant usage on schema featurize, featurize_generated to %s', role);
    for granted in
        select command, format('featurize.%I', name)::regclass as relation
          from featurize._rights() r
         cross join unnest(r.relations) name
         cross join unnest(r.commands) command
         where r.part in ('reader', _grant.part)
    loop
        execute format('grant %s on %s to %s', granted.command, granted.relation, role);
    end loop;
    if part = 'worker' then
        perform featurize._create_policies(part, r.rolname) from pg_roles r where r.oid = role;
    end if;
    for f in select * from featurize.featurizer x where exists (select from pg_class c where c.oid = x.source) loop
        if pg_has_role(featurize._owner(f), 'usage') then
            perform featurize._share(f);
        else
            raise notice 'featurizer "%" is not yours: its owner has to call featurize.repair(%)', f.name, quote_literal(f.name);
        end if;
    end loop;
end
$$;

COMMENT ON FUNCTION featurize._grant(part text, role regrole) IS 'Give a role a part, in the catalogue and for each featurizer.';

CREATE FUNCTION featurize._grantees(part text) RETURNS oid[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- A worker is who may lease, a reader who may see the catalogue.
    select array_agg(distinct a.grantee)
      from (values ('worker', 'featurize.lease'::regclass, 'INSERT'),
                   ('reader', 'featurize.featurizer'::regclass, 'SELECT')) p (part, relation, privilege)
      join pg_class c on c.oid = p.relation
     cross join lateral aclexplode(c.relacl) a
     where p.part = _grantees.part and a.privilege_type = p.privilege and a.grantee not in (0, c.relowner);
$$;

COMMENT ON FUNCTION featurize._grantees(part text) IS 'Roles that were granted a part, worker or reader; null if there are none.';

CREATE FUNCTION featurize._has_worker_policies(role oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select (select r.rolsuper or r.rolbypassrls from pg_roles r where r.oid = role)
        or (select pg_has_role(role, c.relowner, 'usage') from pg_class c where c.oid = 'featurize.job'::regclass)
        or exists (select from pg_policy p
                    where p.polrelid = 'featurize.job'::regclass and p.polname like 'worker\_%'
                      and exists (select from unnest(p.polroles) x (role) where pg_has_role(_has_worker_policies.role, x.role, 'usage')));
$$;

COMMENT ON FUNCTION featurize._has_worker_policies(role oid) IS 'Whether a role sees the whole queue. pg_dump does not save policies of the tables of an extension: repair() makes them again.';

CREATE FUNCTION featurize._idle_lock() RETURNS bigint
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 7377571;
$$;

COMMENT ON FUNCTION featurize._idle_lock() IS 'Advisory lock that a sleeping worker holds exclusively and every writer shares.';

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

CREATE FUNCTION featurize._in_embedding_table(f featurize.featurizer, before text, after text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select format($in$        if to_regclass(%1$L) is not null then
            %2$s%1$s%3$s;
        else
            -- It was renamed, moved, or dropped by hand.
            execute coalesce((select %2$L || f.embeddings || %3$L from featurize.featurizer f
                               where f.id = %4$s and exists (select from pg_class c where c.oid = f.embeddings)), 'select');
        end if;
$in$, featurize._embedding_table(f), before, after, f.id);
$_$;

COMMENT ON FUNCTION featurize._in_embedding_table(f featurize.featurizer, before text, after text) IS 'Statements that do something to the embedding table, wherever it is by then.';

CREATE FUNCTION featurize._index_class(i featurize.index, f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('%I.%I', featurize._vector_schema(),
                  case i.method when 'hnsw' then format('%s_%s_ops', f.storage, i.metric)
                                when 'halfvec' then format('halfvec_%s_ops', i.metric)
                                when 'bits' then 'bit_hamming_ops'
                                when 'projection' then 'halfvec_l2_ops' end);
$$;

COMMENT ON FUNCTION featurize._index_class(i featurize.index, f featurize.featurizer) IS 'Operator class of an index.';

CREATE FUNCTION featurize._index_distance(i featurize.index, f featurize.featurizer, embedding text, query text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select case i.method
           when 'hnsw' then featurize._distance(f, i.metric, embedding, query)
           else format('%s %s %s', featurize._indexed(i, embedding),
                       case i.method when 'bits' then format('operator(%I.<~>)', featurize._vector_schema())
                                     when 'projection' then featurize._operator('l2')
                                     else featurize._operator(i.metric) end,
                       featurize._indexed(i, query)) end;
$$;

COMMENT ON FUNCTION featurize._index_distance(i featurize.index, f featurize.featurizer, embedding text, query text) IS 'The expression by which rows come out of an index, nearest first.';

CREATE FUNCTION featurize._index_for(f featurize.featurizer, metric text) RETURNS featurize.index
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select i.*
      from featurize.index i
      join pg_index x on x.indexrelid = featurize._index_relation(i, f) and x.indisvalid
     where i.featurizer_id = f.id and i.metric = _index_for.metric and i.built_at is not null
       and i.space_id = featurize._current_space(f);
$$;

COMMENT ON FUNCTION featurize._index_for(f featurize.featurizer, metric text) IS 'The index that serves a metric in the current space; null if there is none that is complete.';

CREATE FUNCTION featurize._index_name(i featurize.index) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('featurize_index_%s_%s', i.id, i.space_id);
$$;

COMMENT ON FUNCTION featurize._index_name(i featurize.index) IS 'Name of an index.';

CREATE FUNCTION featurize._index_parts(index_id integer, kept_space integer DEFAULT NULL::integer, "concurrently" boolean DEFAULT false) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- By name: what a build that broke off has left is not in featurize.index.
    select part.statement
      from (select 1, c.relname, format('drop index %s if exists %I.%I', case when _index_parts.concurrently then 'concurrently' end, n.nspname, c.relname)
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
              join pg_am a on a.oid = c.relam and a.amname = 'hnsw'
             where c.relname ~ format('^featurize_index_%s_\d+$', index_id)
             union all
            select 2, p.proname, format('drop function if exists %s', p.oid::regprocedure)
              from pg_proc p
             where p.pronamespace = 'featurize_generated'::regnamespace and p.proname ~ format('^(mean|project)_%s_\d+$', index_id)
           ) as part (step, name, statement)
     where kept_space is null or part.name !~ format('_%s$', kept_space)
     order by part.step;
$_$;

COMMENT ON FUNCTION featurize._index_parts(index_id integer, kept_space integer, "concurrently" boolean) IS 'Statements that remove an index, complete or not, and the functions that it is over; but not those for one space.';

CREATE FUNCTION featurize._index_relation(i featurize.index, f featurize.featurizer) RETURNS regclass
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select x.indexrelid::regclass
      from pg_index x
      join pg_class c on c.oid = x.indexrelid
     where x.indrelid = coalesce(f.embeddings, f.source) and c.relname = featurize._index_name(i);
$$;

COMMENT ON FUNCTION featurize._index_relation(i featurize.index, f featurize.featurizer) IS 'The index on the table that holds the embeddings, valid or not; null if there is none.';

CREATE FUNCTION featurize._index_report() RETURNS TABLE(featurizer text, metric text, method text, reason text, dimensions integer, state text, progress double precision, relation regclass, size bigint, build_time interval, expression text, recall double precision, recall_k integer, recall_measured_at timestamp with time zone)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select f.name, i.metric, i.method, i.reason, i.dimensions,
           case when p.index_relid is not null then format('building: %s', p.phase)
                when i.error is not null then format('failed: %s', i.error)
                when i.built_at is null and i.after_backfill and featurize._is_filling(i) then 'waits for the backfill'
                when i.built_at is null then concat('waits for a worker', featurize._lacks_builder(coalesce(f.embeddings, f.source)))
                when s.id is distinct from i.space_id then 'outdated: it is of an earlier feature space'
                when x.indexrelid is null then 'gone: somebody has dropped it'
                when not x.indisvalid then 'invalid'
                else 'ready' end,
           case when p.tuples_total > 0 then p.tuples_done::float8 / p.tuples_total
                when p.blocks_total > 0 then p.blocks_done::float8 / p.blocks_total end,
           x.indexrelid::regclass, pg_relation_size(x.indexrelid), i.built_at - i.started_at,
           case when i.space_id is not null then format('where %s = %s order by %s', regexp_replace(w.space, '^[es]\.', ''), i.space_id,
                  featurize._plain(featurize._index_distance(i, f, regexp_replace(w.embedding, '^[es]\.', ''), '$1'))) end,
           i.recall, i.recall_k, i.recall_measured_at
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
     cross join lateral featurize._with_embedding(f) w
      left join featurize.space s on s.model = f.model and s.retired_at is null
      left join pg_index x on x.indexrelid = featurize._index_relation(i, f)
      left join pg_stat_progress_create_index p on p.datname = current_database() and p.index_relid = x.indexrelid;
$_$;

COMMENT ON FUNCTION featurize._index_report() IS 'Rows of featurize.index_report.';

CREATE FUNCTION featurize._index_statement(i featurize.index, f featurize.featurizer, "concurrently" boolean) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    stored record := featurize._with_embedding(f);
begin
    -- Of one space only: vectors of two are never compared.
    return format('create index %s %I on %s using hnsw ((%s) %s) with (m = %s, ef_construction = %s) where %s = %s',
        case when _index_statement.concurrently then 'concurrently' end, featurize._index_name(i), coalesce(f.embeddings, f.source),
        featurize._indexed(i, regexp_replace(stored.embedding, '^[es]\.', '')), featurize._index_class(i, f),
        i.m, i.ef_construction, regexp_replace(stored.space, '^[es]\.', ''), i.space_id);
end
$$;

COMMENT ON FUNCTION featurize._index_statement(i featurize.index, f featurize.featurizer, "concurrently" boolean) IS 'The CREATE INDEX of an index that has been begun.';

CREATE FUNCTION featurize._indexed(i featurize.index, vector_of text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- Angles are those between vectors of unit length.
    select case i.method
           when 'hnsw' then vector_of
           when 'halfvec' then format('(%s::%I.halfvec(%s))', vector_of, v.schema, i.dimensions)
           when 'bits' then format('(%1$I.binary_quantize(%2$s operator(%1$I.-) featurize_generated.mean_%3$s_%4$s())::bit(%5$s))',
                                   v.schema, u.vector, i.id, i.space_id, i.dimensions)
           when 'projection' then format('(featurize_generated.project_%s_%s(%s)::%I.halfvec(%s))',
                                         i.id, i.space_id, u.vector, v.schema, i.dimensions)
           end
      from (select featurize._vector_schema()) v (schema)
     cross join lateral (select format(case i.metric when 'cosine' then '%1$I.l2_normalize(%2$s::%1$I.vector)' else '%2$s::%1$I.vector' end,
                                       v.schema, vector_of)) u (vector);
$_$;

COMMENT ON FUNCTION featurize._indexed(i featurize.index, vector_of text) IS 'What is indexed, as an expression of the embedding; or of the query, to compare with that.';

CREATE FUNCTION featurize._is_answered(request bigint) RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(bool_and(r.answered_at is not null or r.expires_at < clock_timestamp()), true)
      from featurize.request r where r.id = request;
$$;

COMMENT ON FUNCTION featurize._is_answered(request bigint) IS 'Whether there is nothing more to wait for.';

CREATE FUNCTION featurize._is_busy(featurizer_id integer) RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select exists (select from featurize._queued j where j.featurizer_id = _is_busy.featurizer_id)
        or exists (select from featurize.backfill b where b.featurizer_id = _is_busy.featurizer_id and b.finished_at is null);
$$;

COMMENT ON FUNCTION featurize._is_busy(featurizer_id integer) IS 'Whether anything of a featurizer is queued.';

CREATE FUNCTION featurize._is_filling(i featurize.index) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Rows that are written now and then, or fail again and again, must not put it off for ever.
    select exists (select from featurize.backfill b where b.featurizer_id = i.featurizer_id and b.finished_at is null)
        or exists (select from featurize.outbox a where a.featurizer_id = i.featurizer_id and a.queued_at < i.requested_at)
        or exists (select from featurize.job j
                    where j.featurizer_id = i.featurizer_id and j.attempts <= 1 and (j.priority > 0 or j.queued_at < i.requested_at));
$$;

COMMENT ON FUNCTION featurize._is_filling(i featurize.index) IS 'Whether rows that were there when the index was asked for, or the model changed, are yet to be embedded.';

CREATE FUNCTION featurize._is_owner(owner oid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select pg_has_role(owner, 'usage') or pg_has_role(n.nspowner, 'usage')
      from pg_namespace n
     where n.nspname = 'featurize';
$$;

COMMENT ON FUNCTION featurize._is_owner(owner oid) IS 'Whether the current role may act as an owner: as a member of it, or because pgfeaturize itself is its own.';

CREATE FUNCTION featurize._is_waiting(c featurize.classifier) RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- What a worker had that is gone is taken over.
    select c.trained_at is null and c.error is null
           and (c.worker_id is null
                or not exists (select from featurize.worker w
                                where w.id = c.worker_id and w.last_heartbeat > clock_timestamp() - interval '1 minute'));
$$;

COMMENT ON FUNCTION featurize._is_waiting(c featurize.classifier) IS 'Whether a classifier is to be trained and no worker does it.';

CREATE FUNCTION featurize._judged_view(c featurize.classifier, split text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    t featurize.training_view;
    key text;
    space integer;
begin
    select x.* into t from featurize.training_view x join pg_class r on r.oid = x.relation where x.id = c.training_view_id;
    if t.id is null then
        raise exception using errcode = 'FZ014',
            message = format('the training view of classifier "%s" is gone', c.name),
            hint = 'Make one and train the classifier again.';
    end if;
    perform featurize._check_choice('split', split, array['train', 'test']);
    space := coalesce(t.space_id, (select featurize._current_space(f) from featurize.featurizer f where f.id = t.featurizer_id));
    perform featurize._check_embedding(c, c.dim, space);
    select string_agg(format('%L, x.%I', k, k), ', ') into key from unnest(featurize._view_key(t)) k;
    return featurize._predicted(c, format('%s x', t.relation), 'x.features',
        format('jsonb_build_object(%s) as key, x.label::text as label', key),
        format('x.split = %L', split));
end
$$;

COMMENT ON FUNCTION featurize._judged_view(c featurize.classifier, split text) IS 'Query for key, label and probabilities of the rows of one split of the view that a classifier has learned from.';

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
    -- A type that somebody has made may have a cast to json, which would run with the rights of whoever
    -- looks. Its text is what its output function says.
    select format('%s_build_object(%s)', type,
                  string_agg(format(case when a.atttypid >= 16384 then '%L, format(''%%s'', %s.%I)' else '%L, %s.%I' end, k.name, alias, k.name),
                             ', ' order by k.position))
      from unnest(f.key_columns) with ordinality k (name, position)
      left join pg_attribute a on a.attrelid = f.source and a.attname = k.name;
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

CREATE FUNCTION featurize._labeled(t featurize.training_view, f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- All text by its bytes: no collation of any database may move a row.
    select format($labeled$
        select %1$s, (%2$s)::text collate "C" as featurize_key, s.%3$I::text collate "C" as featurize_label,
               %4$s as featurize_digest, %5$s as featurize_group
          from %6$s
         where s.%3$I is not null and %7$s = (%8$s)
        $labeled$,
        featurize._key(f, 's'), featurize._stable_key(f, 's'), t.label_column, stored.digest,
        case when t.group_column is null then 'null::text' else format('s.%I::text collate "C"', t.group_column) end,
        stored.relation, stored.space,
        format('select p.id from featurize.space p where p.model = %L and p.retired_at is null', f.model))
      from featurize._with_embedding(f, 'join') stored;
$_$;

COMMENT ON FUNCTION featurize._labeled(t featurize.training_view, f featurize.featurizer) IS 'Query for the rows with a label and a current embedding: their keys, and what the split depends on.';

CREATE FUNCTION featurize._lacks_builder(relation regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select format(' that may act for role %1$s: grant %1$s to %2$s, or run: pgfeaturize index build',
                  c.relowner::regrole, string_agg(distinct w.role::text, ', '))
      from pg_class c
      join featurize.worker w on w.last_heartbeat > now() - interval '1 minute'
     where c.oid = relation
     group by c.relowner
    having not bool_or(pg_has_role(w.role, c.relowner, 'usage'));
$_$;

COMMENT ON FUNCTION featurize._lacks_builder(relation regclass) IS 'What workers that are there lack to build an index; null if nothing.';

CREATE FUNCTION featurize._max_attempts() RETURNS integer
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select 3;
$$;

COMMENT ON FUNCTION featurize._max_attempts() IS 'How often a row is handed out before it is given up.';

CREATE FUNCTION featurize._may_name(classifier text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(bool_and(featurize._is_owner(c.owner)), true) from featurize.classifier c where c.name = _may_name.classifier;
$$;

COMMENT ON FUNCTION featurize._may_name(classifier text) IS 'Whether the current role may have a classifier of that name trained, which takes the place of the one that is there.';

CREATE FUNCTION featurize._may_serve(f featurize.featurizer, role oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- What is gone is another matter, which whoever looks for it will report.
    select coalesce(
           bool_and(has_column_privilege(role, f.source, a.attnum, 'select'))
           and has_any_column_privilege(role, f.source, 'update')
           and coalesce((select bool_and(has_schema_privilege(role, c.relnamespace, 'usage'))
                           from pg_class c where c.oid in (f.source, f.embeddings)), true)
           and coalesce((select bool_and(has_table_privilege(role, f.embeddings, x.privilege))
                           from unnest(array['select', 'insert', 'update', 'delete']) x (privilege)), true)
           and featurize._passes_policies(f.source, role), true)
           and featurize._has_worker_policies(role)
      from pg_attribute a
     where a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column);
$$;

COMMENT ON FUNCTION featurize._may_serve(f featurize.featurizer, role oid) IS 'Whether a role has the rights of a worker to the tables of a featurizer, and sees all rows.';

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

CREATE FUNCTION featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- Adding nothing keeps every index out.
    select featurize._candidates(f, metric, condition, format('order by %s + 0.0, %s limit $2',
               featurize._distance(f, metric, stored.embedding, '$1'), featurize._key(f, 's')))
      from featurize._searched(f) stored;
$_$;

COMMENT ON FUNCTION featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 places nearest to vector $1, by looking at all; ties in key order.';

CREATE FUNCTION featurize._nearest_rows(name text, query public.vector, k integer, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, images boolean DEFAULT false, exact boolean DEFAULT false) RETURNS TABLE(item jsonb, image text, bytes bytea, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    condition text := featurize._condition(filter);
begin
    perform featurize._check_search(f, metric, k);
    perform featurize._check_query(f, query);
    perform featurize._prepare_search(f, metric, k, filter);
    return query execute format('select %s, n.distance from (%s) n', featurize._shown(f, '(n.item)', images),
        case when exact then featurize._scan(f, metric, condition) else featurize._search(f, metric, condition) end)
    using query, k;
end
$$;

COMMENT ON FUNCTION featurize._nearest_rows(name text, query public.vector, k integer, filter text, metric text, images boolean, exact boolean) IS 'As nearest(), for programs; exact: by looking at all rows, whether there is an index or not.';

CREATE FUNCTION featurize._new_relation(name text, beside regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    parts text[];
    qualified text;
begin
    -- As it would be after CREATE: quoted where it has to be.
    parts := parse_ident(name);
    qualified := format('%I.%I', case when cardinality(parts) > 1 then parts[1]
        else (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = beside) end, parts[cardinality(parts)]);
    if cardinality(parts) > 2 or octet_length(parts[cardinality(parts)]) > 63 then
        raise exception using errcode = '22023';
    elsif to_regclass(qualified) is not null or to_regtype(qualified) is not null then
        raise exception using errcode = 'FZ002',
            message = format('"%s" cannot be created: there is such a relation or type already', name),
            hint = 'Choose another name, or drop that first.';
    end if;
    return qualified;
exception
    when invalid_parameter_value or null_value_not_allowed then
        raise exception using errcode = 'FZ002',
            message = format('%s is no name for a relation', coalesce(quote_literal(name), 'null')),
            hint = 'Pass a name of at most 63 bytes, with a schema before it if you like; others than lower-case ones in double quotes.';
end
$$;

COMMENT ON FUNCTION featurize._new_relation(name text, beside regclass) IS 'Qualified name for a relation that is to be created, beside another one unless it says where; FZ002 if there is one.';

CREATE FUNCTION featurize._note_changes(c featurize.classifier) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    learned bigint := (select sum(k.rows) from featurize.classifier_class k where k.classifier_id = c.id);
    name text := (select featurize._qualified(t.relation) from featurize.training_view t where t.id = c.training_view_id);
    found bigint;
begin
    execute format('select count(*) from %s x where x.split = ''train''', name) into found;
    if found <> learned then
        raise notice '% has changed since classifier "%" was trained: % rows train then, % do now', name, c.name, learned, found
            using hint = 'Rows that it has learned from may test it now. Train it again, or by a view that featurize.freeze_training_view() has frozen.';
    end if;
end
$$;

COMMENT ON FUNCTION featurize._note_changes(c featurize.classifier) IS 'Say it if other rows train now than those that a classifier has learned from.';

CREATE FUNCTION featurize._operator(metric text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('operator(%I.%s)', featurize._vector_schema(),
                  case metric when 'cosine' then '<=>' when 'l2' then '<->' when 'ip' then '<#>' when 'l1' then '<+>' end);
$$;

COMMENT ON FUNCTION featurize._operator(metric text) IS 'pgvector''s operator for a metric, with its schema.';

CREATE FUNCTION featurize._own_connection() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- pg_settings shows the socket to those only who may know it; others get libpq's default.
    select coalesce(nullif(current_setting('featurize.dblink', true), ''), concat_ws(' ',
               format('dbname=''%s''', replace(replace(current_database(), '\', '\\'), '''', '\''')),
               format('port=%s', current_setting('port')),
               (select 'host=' || nullif(split_part(s.setting, ',', 1), '') from pg_settings s where s.name = 'unix_socket_directories')));
$$;

COMMENT ON FUNCTION featurize._own_connection() IS 'Connection to this database for dblink: the setting featurize.dblink, a connection string or a foreign server; else the local socket.';

CREATE FUNCTION featurize._own_embedding(f featurize.featurizer, source anyelement) RETURNS public.vector
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    stored record := featurize._with_embedding(f, 'join');
    own record;  -- not a vector: in this search_path there is no such type
begin
    execute format('select %s::%I.vector as embedding from %s where %s and %s = %s',
        stored.embedding, featurize._vector_schema(), stored.relation, featurize._key_match(f, 's', '($1)'), stored.space,
        coalesce(featurize._current_space(f), 0))
       into own using source;
    return own.embedding;
end
$_$;

COMMENT ON FUNCTION featurize._own_embedding(f featurize.featurizer, source anyelement) IS 'The embedding of a row in the current space; null while it has none.';

CREATE FUNCTION featurize._own_featurizer(name text) RETURNS featurize.featurizer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_owner(featurize._owner(f), format('featurizer "%s"', f.name));
    return f;
end
$$;

COMMENT ON FUNCTION featurize._own_featurizer(name text) IS 'The featurizer of that name, if the current role owns it; else FZ001 or 42501.';

CREATE FUNCTION featurize._owner(f featurize.featurizer) RETURNS oid
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce((select c.relowner from pg_class c where c.oid = f.source), f.owner);
$$;

COMMENT ON FUNCTION featurize._owner(f featurize.featurizer) IS 'Owner of a featurizer: of its source, or of its triggers if that is gone.';

CREATE FUNCTION featurize._passes_policies(relation regclass, role oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Rows that a worker does not see it would take for deleted.
    select not c.relrowsecurity
        or (select r.rolsuper or r.rolbypassrls from pg_roles r where r.oid = role)
        or not c.relforcerowsecurity and pg_has_role(role, c.relowner, 'usage')
        or coalesce(bool_or(p.polpermissive and p.polcmd = '*' and pg_get_expr(p.polqual, c.oid) = 'true') and bool_and(p.polpermissive), false)
      from pg_class c
      left join pg_policy p on p.polrelid = c.oid
       and (p.polroles = '{0}' or exists (select from unnest(p.polroles) x (role) where pg_has_role(_passes_policies.role, x.role, 'usage')))
     where c.oid = relation
     group by c.oid, c.relrowsecurity, c.relforcerowsecurity, c.relowner;
$$;

COMMENT ON FUNCTION featurize._passes_policies(relation regclass, role oid) IS 'Whether row-level security hides no row of a table from a role.';

CREATE FUNCTION featurize._plain(expression text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select regexp_replace(expression, 'operator\([^()]+\.([^().]+)\)', '\1', 'g');
$$;

COMMENT ON FUNCTION featurize._plain(expression text) IS 'An expression with its operators as one would write them.';

CREATE FUNCTION featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer) RETURNS featurize.index
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    -- What fits an index page, see pgvector's README.
    most integer := case f.storage when 'vector' then 2000 else 4000 end;
begin
    if i.method = 'auto' then
        i.method := case when dim <= most then 'hnsw' when dim <= 4000 then 'halfvec' else 'bits' end;
        i.reason := case i.method
            when 'hnsw' then format('%s dimensions of type %s can be indexed as they are, up to %s', dim, f.storage, most)
            when 'halfvec' then format('%s dimensions are more than the %s of type vector that can be indexed, but not more than 4000 of type halfvec', dim, most)
            else format('%s dimensions are more than the 4000 that can be indexed as numbers', dim) end;
    else
        i.reason := 'it was asked for';
    end if;
    i.dimensions := coalesce(i.dimensions, case i.method when 'projection' then least(dim, 536) else dim end);
    -- Candidates that are compared by their full vectors, for each row wanted.
    i.oversampling := case i.method when 'hnsw' then 1 when 'halfvec' then 2 when 'projection' then 5 else 20 end;
    return i;
end
$$;

COMMENT ON FUNCTION featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer) IS 'An index with what was left open: the method that suits its vectors best, and why.';

CREATE FUNCTION featurize._policy(relation regclass, name text, clause text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if exists (select from pg_policy p where p.polrelid = relation and p.polname = name::name) then
        execute format('drop policy %I on %s', name, relation);
    end if;
    if clause is not null then
        execute format('create policy %I on %s %s', name, relation, clause);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._policy(relation regclass, name text, clause text) IS 'Create a policy or replace it; or remove it, if there is no clause.';

CREATE FUNCTION featurize._predicted(c featurize.classifier, relation text, embedding text, columns text, condition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select format('select %1$s, featurize._probabilities(%2$L, %3$s) as probabilities from %4$s where %5$s',
                  columns, c.link, featurize._scored(c, embedding), relation, condition);
$_$;

COMMENT ON FUNCTION featurize._predicted(c featurize.classifier, relation text, embedding text, columns text, condition text) IS 'Query for columns of a relation and the probabilities of all classes.';

CREATE FUNCTION featurize._prepare_search(f featurize.featurizer, metric text, k integer, filter text, ef_search integer DEFAULT NULL::integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    i featurize.index := featurize._index_for(f, metric);
begin
    perform set_config('hnsw.ef_search', least(1000, greatest(i.ef_search, ef_search, k::bigint * i.oversampling))::text, true);
    -- The planner takes a sort of all rows for cheap, because it does not know what a distance costs.
    -- Where a condition picks few rows it may be right.
    perform set_config('enable_sort', case when i.id is null or filter is not null then 'on' else 'off' end, true);
end
$$;

COMMENT ON FUNCTION featurize._prepare_search(f featurize.featurizer, metric text, k integer, filter text, ef_search integer) IS 'Settings for a search; the functions that call this have them restored at their end.';

CREATE FUNCTION featurize._preprocessing_fields() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select array['resize', 'shorter', 'size', 'interpolation', 'antialias', 'channels', 'order', 'offset', 'scale', 'mean', 'std'];
$$;

COMMENT ON FUNCTION featurize._preprocessing_fields() IS 'Fields of a complete preprocessing.';

CREATE FUNCTION featurize._priorities() RETURNS smallint[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select '{0, 10}'::smallint[];
$$;

COMMENT ON FUNCTION featurize._priorities() IS 'Priorities of jobs: of writes and of a backfill.';

CREATE FUNCTION featurize._probabilities(link text, scores double precision[]) RETURNS double precision[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Within the range in which exp() neither overflows nor underflows, which are errors here.
    select array_agg(w.weight / w.total order by w.position)
      from (select e.position, e.weight, sum(e.weight) over () as total
              from (select s.position,
                           case link when 'softmax' then exp(greatest(s.score - max(s.score) over (), -700))
                                     else 1 / (1 + exp(least(greatest(-s.score, -700), 700))) end as weight
                      from unnest(scores) with ordinality s (score, position)) e) w;
$$;

COMMENT ON FUNCTION featurize._probabilities(link text, scores double precision[]) IS 'Probabilities of classes by their scores. softmax: exp(score), sigmoid: 1 / (1 + exp(-score)); either divided by the sum.';

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
                when not exists (select from featurize.worker w where w.last_heartbeat > now() - interval '1 minute')
                     and c.pending + c.leased + c.stale > 0 then 'no worker is running'
                when c.pending + c.leased + c.stale > 0
                     and not exists (select from featurize.worker w where w.last_heartbeat > now() - interval '1 minute' and featurize._may_serve(f, w.role))
                then format('no worker has the rights: %s', (
                     select string_agg(distinct format('select featurize.grant_worker(%L)', w.role), '; ')
                       from featurize.worker w where w.last_heartbeat > now() - interval '1 minute'))
           end
      from featurize.featurizer f
     cross join lateral featurize._count(f) c
     cross join lateral (
           select coalesce(sum(t.rows_per_second), 0) as rows_per_second
             from featurize.throughput t
            where t.featurizer_id = f.id and t.settled_at > now() - interval '30 seconds') t;
$$;

COMMENT ON FUNCTION featurize._progress() IS 'Body of featurize.progress.';

CREATE FUNCTION featurize._qualified(relation oid) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relation;
$$;

COMMENT ON FUNCTION featurize._qualified(relation oid) IS 'Name of a relation with its schema.';

CREATE FUNCTION featurize._query_progress(name text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('%s of %s rows, %s failed, %s left', p.embedded, p.rows, p.failed, p.eta) from featurize.progress p where p.featurizer = name;
$$;

COMMENT ON FUNCTION featurize._query_progress(name text) IS 'How far the featurizing of a query is.';

CREATE FUNCTION featurize._query_state(name text, deadline timestamp with time zone, OUT done boolean, OUT trouble text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    done := not featurize._is_busy(f.id);
    trouble := case when done then null
        when not exists (select from featurize.worker w where w.last_heartbeat > clock_timestamp() - interval '1 minute') then 'no worker is running'
        when f.blocked_reason is not null then f.blocked_reason
        when clock_timestamp() > deadline then 'the time is over' end;
end
$$;

COMMENT ON FUNCTION featurize._query_state(name text, deadline timestamp with time zone, OUT done boolean, OUT trouble text) IS 'Whether all rows are featurized, or why they will not be.';

CREATE FUNCTION featurize._queue_cursor(queue text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    seen text[] := nullif(current_setting(queue, true), '');
begin
    return case when clock_timestamp() < seen[2]::timestamptz then seen[1] end;
end
$$;

COMMENT ON FUNCTION featurize._queue_cursor(queue text) IS 'Where to look for the first of a queue; null for the start.';

CREATE FUNCTION featurize._ranks(f featurize.featurizer, label_column name, metric text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    stored record := featurize._with_embedding(f, 'join');
begin
    -- All rows in one order, drawn once; each query goes on from its own place in it.
    return format($ranks$
        with numbered as materialized (
            select %1$s, s.%2$I::text as featurize_label, row_number() over (order by md5($3 || ':' || (%3$s)::text)) as featurize_place
              from %4$s where s.%2$I is not null and %5$s = %6$s
        ), query as (
            select q.* from (select r.*, row_number() over (partition by r.featurize_label order by r.featurize_place) as featurize_number,
                                    count(*) over () as featurize_rows from numbered r) q
             where q.featurize_number <= $1
        ), asked as (
            select q.*, own.featurize_embedding as featurize_own, friend.featurize_embedding as featurize_friend
              from query q
             cross join lateral (select r.* from numbered r where r.featurize_label = q.featurize_label and r.featurize_place <> q.featurize_place
                                  order by (r.featurize_place - q.featurize_place + q.featurize_rows) %% q.featurize_rows limit 1) f
             cross join lateral %7$s own
             cross join lateral %8$s friend
             where exists (select from numbered r where r.featurize_label <> q.featurize_label)
        ), ranked as materialized (  -- else each aggregate would rank anew
            select 1 + (select count(*)
                          from (select r.* from numbered r where r.featurize_label <> a.featurize_label
                                 order by (r.featurize_place - a.featurize_place + a.featurize_rows) %% a.featurize_rows limit $2) n
                         cross join lateral %9$s other
                         where %10$s <= %11$s) as rank
              from asked a
        )
        select count(*), avg((rank <= 1)::integer), avg((rank <= 2)::integer), avg((rank <= 4)::integer), avg((rank <= 8)::integer),
               avg((rank <= 16)::integer), avg((rank <= 32)::integer), avg(rank), percentile_cont(0.5) within group (order by rank)
          from ranked
        $ranks$,
        featurize._key(f, 's'), label_column, featurize._stable_key(f, 's'), stored.relation, stored.space, coalesce(featurize._current_space(f), 0),
        featurize._embedding_at(f, 'q'), featurize._embedding_at(f, 'f'), featurize._embedding_at(f, 'n'),
        featurize._distance(f, metric, 'other.featurize_embedding', 'a.featurize_own'), featurize._distance(f, metric, 'a.featurize_friend', 'a.featurize_own'));
end
$_$;

COMMENT ON FUNCTION featurize._ranks(f featurize.featurizer, label_column name, metric text) IS 'Query for featurize.evaluate_ranking(): $1 queries of each class, $2 negatives, seed $3.';

CREATE FUNCTION featurize._recall(f featurize.featurizer, metric text, k integer, sample integer) RETURNS double precision
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    condition text := format('not (%s)', featurize._key_match(f, 's', '($3)'));
    truth text := format('select array_agg(n.distance order by n.distance) from (%s) n', featurize._scan(f, metric, condition));
    search text := format('select array_agg(n.distance) from (%s) n', featurize._search(f, metric, condition));
    own record;
    true_ones float8[];
    found_ones float8[];
    hits bigint := 0;
    wanted bigint := 0;
begin
    for own in execute featurize._sample(f, metric, sample) loop
        execute truth into true_ones using own.embedding, k, own.item;
        execute search into found_ones using own.embedding, k, own.item;
        -- By distance, not by key: of rows at the same distance any will do.
        hits := hits + (select count(*) from unnest(found_ones) d where d <= true_ones[cardinality(true_ones)] + 1e-9);
        wanted := wanted + coalesce(cardinality(true_ones), 0);
    end loop;
    return hits::float8 / nullif(wanted, 0);
end
$_$;

COMMENT ON FUNCTION featurize._recall(f featurize.featurizer, metric text, k integer, sample integer) IS 'Part of the k rows nearest to a row that a search finds, over a sample of rows; null if there are none.';

CREATE FUNCTION featurize._reclaim() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
declare
    first bigint := featurize._first_lease();
    expired bigint;
    of_featurizer integer;
begin
    for expired, of_featurizer in
        select l.id, l.featurizer_id
          from featurize.lease l
         where l.id >= first and l.expires_at < clock_timestamp()
           for update skip locked
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
                              where j.lease_id = expired and j.featurizer_id = of_featurizer and j.attempts >= featurize._max_attempts()
                              order by j.key, j.attempts desc) lost) spent
              where spent.jobs is not null;
        exception
            -- A table that was dropped or changed behind our back, or its rights, must not hold up the others.
            when others then
                null;
        end;
        update featurize.job j set lease_id = null where j.lease_id = expired;
        delete from featurize.lease l where l.id = expired;
        perform featurize._reset_queue_cursor(of_featurizer);
    end loop;
end
$$;

COMMENT ON FUNCTION featurize._reclaim() IS 'Take back the jobs of expired leases.';

CREATE FUNCTION featurize._relay_outbox(f featurize.featurizer, size integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    first bigint := featurize._first_outbox_id(f.id);
begin
    if first is null then
        return;
    end if;
    -- No keys: something was written while the image column was not there.
    perform featurize._resync(f)
       from (select a.keys from featurize.outbox a
              where a.featurizer_id = f.id and a.id >= first order by a.id limit size) next
      where next.keys::text = '[]'
      limit 1;
    with next as (
        select a.id
          from featurize.outbox a
         where a.featurizer_id = f.id and a.id >= first
         order by a.id
         limit size
           for update skip locked
    ), taken as (
        delete from featurize.outbox a using next
         where a.featurizer_id = f.id and a.id = next.id and a.id = any (array(select next.id from next))
        returning a.id, a.queued_at, a.keys
    )
    insert into featurize.job (featurizer_id, key, queued_at)
    select f.id, k.key::jsonb, taken.queued_at
      from taken
     cross join lateral json_array_elements(taken.keys) with ordinality k (key, position)
     order by taken.id, k.position;
end
$$;

COMMENT ON FUNCTION featurize._relay_outbox(f featurize.featurizer, size integer) IS 'Make jobs of the rows that have arrived first, up to a hundred for each one asked for.';

CREATE FUNCTION featurize._render(f featurize.featurizer, template text, parts jsonb DEFAULT '{}'::jsonb) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- What is filled in is not searched for placeholders again: it may hold names that users chose.
    select string_agg(
               concat(literal.text, case when placeholder.match is not null then featurize._fragment(
                   f, placeholder.match[1], string_to_array(placeholder.match[2], ','), parts) end),
               '' order by position)
      from regexp_split_to_table(template, '\{[a-z_]+(?::[a-z_,]+)?\}') with ordinality literal (text, position)
      left join regexp_matches(template, '\{([a-z_]+)(?::([a-z_,]+))?\}', 'g') with ordinality placeholder (match, position)
          using (position);
$$;

COMMENT ON FUNCTION featurize._render(f featurize.featurizer, template text, parts jsonb) IS 'Fill in a template about a featurizer: {source}, {key:s}, {key_match:s,k}, {image:s} and so on; see featurize._fragment().
parts gives further placeholders, as SQL that is inserted unchanged.';

CREATE FUNCTION featurize._report_training_view(name text, require_complete boolean) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    told record;
begin
    select coalesce(sum(r.train), 0) as train, coalesce(sum(r.test), 0) as test, coalesce(sum(r.missing), 0) as missing,
           coalesce(sum(r.rows) filter (where r.label is null), 0) as unlabeled
      into told from featurize.training_report(name) r;
    if require_complete and told.missing > 0 then
        raise exception using errcode = 'FZ015',
            message = format('training view "%s" is not complete: %s rows with a label have no current embedding', name, told.missing),
            hint = 'Wait for the featurizer, see featurize.progress and featurize.failure; or pass require_complete => false.';
    end if;
    raise notice 'training view %: % rows train, % test; left out: % without a current embedding, % without a label',
        name, told.train, told.test, told.missing, told.unlabeled;
end
$$;

COMMENT ON FUNCTION featurize._report_training_view(name text, require_complete boolean) IS 'Say how many rows there are and are not; FZ015 if all are required.';

CREATE FUNCTION featurize._request(model text, image text, bytes bytea, patience interval) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m featurize.model := featurize._resolve_model(model);
    request bigint;
begin
    if num_nonnulls(image, bytes) <> 1 or patience is null then
        raise exception using errcode = 'FZ006',
            message = case when patience is null then 'null is no timeout' else 'null is no image' end,
            hint = 'Pass a path, a URI, or the bytes of an image; and how long to wait.';
    elsif not exists (select from featurize.worker w where w.last_heartbeat > clock_timestamp() - interval '1 minute') then
        raise exception using errcode = 'FZ010',
            message = format('no worker is there to embed an image by model "%s"', m.name),
            hint = 'Start one: pgfeaturize worker.';
    end if;
    -- What nobody has waited for to the end.
    delete from featurize.request r
     where r.id in (select x.id from featurize.request x where x.expires_at < clock_timestamp() - interval '1 minute' for update skip locked);
    insert into featurize.request as r (model, image, bytes, expires_at)
    values (m.name, image, bytes, clock_timestamp() + patience)
    returning r.id into request;
    perform pg_notify('pgfeaturize_desk', 'request');
    return request;
end
$$;

COMMENT ON FUNCTION featurize._request(model text, image text, bytes bytea, patience interval) IS 'Ask the workers to embed an image.';

CREATE FUNCTION featurize._reset_queue_cursor(featurizer_id integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select set_config(format('featurize.jobs_%s_%s', featurizer_id, p.priority), '', false)
      from unnest(featurize._priorities()) p (priority);
$$;

COMMENT ON FUNCTION featurize._reset_queue_cursor(featurizer_id integer) IS 'Forget where the jobs of a featurizer begin: some were given back.';

CREATE FUNCTION featurize._resolve_model(name text) RETURNS featurize.model
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m featurize.model := featurize._model(name);
begin
    if m.dim is null then
        raise exception using errcode = 'FZ009',
            message = format('model "%s" is unresolved: %s', m.name, coalesce(m.error, 'no worker has tried it yet')),
            hint = 'A worker that runs completes it within seconds; featurize.model.error says what it finds amiss.';
    end if;
    return m;
end
$$;

COMMENT ON FUNCTION featurize._resolve_model(name text) IS 'The model of that name, FZ005 if there is none, FZ009 if it is unresolved.';

CREATE FUNCTION featurize._resync(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    lost text := format('not exists (select from only %s s where %%s and %s is not null)', f.source, featurize._image(f, 's'));
begin
    if f.destination = 'table' then
        execute format('delete from only %s e where %s', featurize._embedding_table(f), format(lost, featurize._key_match(f, 's', 'e')));
    else
        execute format('update only %1$s s set %2$I = null, %3$I = null, %4$I = null where %5$s is null and s.%2$I is not null',
            f.source, f.name, featurize._space_column(f), featurize._digest_column(f), featurize._image(f, 's'));
    end if;
    execute format('delete from featurize.failure x where x.featurizer = $1 and exists (select from jsonb_to_record(x.key) as k (%s) where %s)',
        featurize._key_definition(f), format(lost, featurize._key_match(f, 's', 'k')))
    using f.name;
    perform featurize._start_backfill(f, true);
end
$_$;

COMMENT ON FUNCTION featurize._resync(f featurize.featurizer) IS 'Forget what has no row or no image any more, and queue all rows: users have written unseen.';

CREATE FUNCTION featurize._rights() RETURNS TABLE(part text, relations text[], commands text[], condition text)
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with conditions (mine, seen) as (values (
        'featurizer_id = any (array(select f.id from featurize.featurizer f where featurize._is_owner(featurize._owner(f))))',
        'featurizer_id = any (array(select f.id from featurize.featurizer f where featurize._sees_all(f.id)))'))
    -- What a condition says is the policy where the table has row-level security; commands are those of GRANT.
    select r.part, r.relations::text[], r.commands::text[], r.condition
      from conditions c
     cross join lateral (values
           -- The catalogue is for everybody, like that of PostgreSQL itself.
           ('reader', '{release,worker,lease,throughput,progress,index_report,_queued}', '{select}', 'true'),
           ('reader', '{model,space,featurizer,backfill,index,projection,training_view,classifier,classifier_class}', '{select}', 'true'),
           -- Keys and paths are for those who see the row itself.
           ('reader', '{job}', '{select}', c.seen || ' or featurize._sees(featurizer_id, key)'),
           ('reader', '{outbox}', '{select}', c.seen),
           ('reader', '{failure}', '{select}', 'featurizer = any (array(select f.name from featurize.featurizer f where featurize._sees_all(f.id)))'
                                               ' or featurize._sees((select f.id from featurize.featurizer f where f.name = featurizer), key)'),
           ('reader', '{request}', '{select,insert,"update (expires_at)",delete}', 'pg_has_role(owner, ''usage'')'),

           -- Owners change what is theirs. Their triggers go on where the table has got another owner since.
           ('owner', '{featurizer}', '{insert,update,delete}', 'featurize._is_owner(featurize._owner(featurizer)) and '
               'coalesce((select bool_and(featurize._is_owner(c.relowner) and c.relkind = ''r'') from pg_class c where c.oid in (source, embeddings)), true)'),
           ('owner', '{index,job}', '{select,insert,update,delete}', c.mine),
           -- A model that changes makes the vectors of all stale who use it.
           ('owner', '{backfill}', '{select,insert,update,delete}', c.mine || ' or featurizer_id = any (array('
               'select f.id from featurize.featurizer f join featurize.model m on m.name = f.model where pg_has_role(m.owner, ''usage'')))'),
           ('owner', '{outbox}', '{select,insert,delete}', c.mine || ' or featurizer_id = any (array('
               'select f.id from featurize.featurizer f where pg_has_role(f.owner, ''usage'')))'),
           ('owner', '{failure}', '{select,delete}', 'featurizer = any (array('
               'select f.name from featurize.featurizer f where featurize._is_owner(featurize._owner(f))))'),
           ('owner', '{projection}', '{insert,delete}', 'index_id = any (array('
               'select i.id from featurize.index i join featurize.featurizer f on f.id = i.featurizer_id where featurize._is_owner(featurize._owner(f))))'),
           ('owner', '{lease}', '{delete}', c.mine),
           ('owner', '{model}', '{insert,update,delete}', 'not builtin and pg_has_role(owner, ''usage'')'),
           ('owner', '{space}', '{update}', 'model = any (array(select m.name from featurize.model m where pg_has_role(m.owner, ''usage'')))'),
           ('owner', '{training_view}', '{insert,update,delete}', 'coalesce(('
               'select featurize._is_owner(c.relowner) from pg_class c where c.oid = relation), true)'),
           ('owner', '{classifier}', '{insert,update,delete}', 'pg_has_role(owner, ''usage'') and featurize._may_name(name)'),

           -- Workers do the work of all.
           ('worker', '{worker,lease,throughput,backfill,outbox,job,failure,request}', '{select,insert,update,delete}', 'true'),
           ('worker', '{featurizer}', '{"update (blocked_at, blocked_reason)"}', 'true'),
           ('worker', '{model,index}', '{update}', 'true'),
           ('worker', '{space}', '{insert,update}', 'true'),
           ('worker', '{projection}', '{insert,delete}', 'true'),
           ('worker', '{classifier}', '{update,delete}', 'true'),
           ('worker', '{classifier_class}', '{insert}', 'true')
           ) r (part, relations, commands, condition);
$$;

COMMENT ON FUNCTION featurize._rights() IS 'What readers, owners and workers may do to which tables, and to which rows. Owners and workers are readers, too.';

CREATE FUNCTION featurize._roc(positive boolean[], probability double precision[]) RETURNS TABLE(threshold double precision, false_positive_rate double precision, true_positive_rate double precision)
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- Rows of equal probability are told apart by no threshold: one point for all of them.
    select 'infinity'::float8, 0::float8, 0::float8
     union all
    select r.probability,
           sum(r.negatives) over (order by r.probability desc)::float8 / nullif(sum(r.negatives) over (), 0),
           sum(r.positives) over (order by r.probability desc)::float8 / nullif(sum(r.positives) over (), 0)
      from (select x.probability, count(*) filter (where x.positive) as positives, count(*) filter (where not x.positive) as negatives
              from unnest($1, $2) x (positive, probability) group by x.probability) r
     order by 1 desc;
$_$;

COMMENT ON FUNCTION featurize._roc(positive boolean[], probability double precision[]) IS 'Points of the receiver operating characteristic, from (0, 0) to (1, 1).';

CREATE FUNCTION featurize._roles(part text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select string_agg(role::regrole::text, ', ') from unnest(featurize._grantees(part)) role;
$$;

COMMENT ON FUNCTION featurize._roles(part text) IS 'The same, as a list for GRANT.';

CREATE FUNCTION featurize._row_at(f featurize.featurizer, place text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- The row is s.* and not s, which may be a column. With offset, the table is never read as a whole.
    select format('lateral (select s.*::%1$s as item from only %1$s s where s.ctid = %2$s offset 0)', f.source, place);
$_$;

COMMENT ON FUNCTION featurize._row_at(f featurize.featurizer, place text) IS 'FROM item that is the row at a place.';

CREATE FUNCTION featurize._rows(f featurize.featurizer, candidates text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('select r.item, n.featurize_distance as distance from (%s) n cross join %s r order by n.featurize_distance, %s',
                  candidates, featurize._row_at(f, 'n.featurize_row'), featurize._key(f, 'n'));
$$;

COMMENT ON FUNCTION featurize._rows(f featurize.featurizer, candidates text) IS 'Query for the rows at places, nearest first.';

CREATE FUNCTION featurize._sample(f featurize.featurizer, metric text, size integer) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    stored record := featurize._with_embedding(f, 'join');
    vector_schema text := featurize._vector_schema();
begin
    -- By a hash of the key: spread over the table, and the same every time. Places first: vectors
    -- are not to be carried through a sort.
    return format('with picked as materialized (select s.ctid as featurize_row from %1$s where %2$s = %3$s '
                  'order by hashtextextended(%4$s::text, 0) limit %5$s) '
                  'select s.*::%6$s as item, %7$s as embedding from %1$s where s.ctid = any (array(select p.featurize_row from picked p))',
        stored.relation, stored.space, coalesce(featurize._current_space(f), 0), featurize._key_json(f, 's'), size, f.source,
        format(case metric when 'cosine' then '%1$I.l2_normalize(%2$s::%1$I.vector)' else '%2$s::%1$I.vector' end,
               vector_schema, stored.embedding));
end
$_$;

COMMENT ON FUNCTION featurize._sample(f featurize.featurizer, metric text, size integer) IS 'Query for so many rows and their embeddings, of unit length where only angles count.';

CREATE FUNCTION featurize._save_queue_cursor(queue text, first text, from_start boolean, started timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    seen text[] := nullif(current_setting(queue, true), '');
    ended timestamptz := clock_timestamp();
begin
    perform set_config(queue, array[
        coalesce(first, seen[1]),
        case when from_start then (ended + 20 * (ended - started))::text else seen[2] end
    ]::text, false);
end
$$;

COMMENT ON FUNCTION featurize._save_queue_cursor(queue text, first text, from_start boolean, started timestamp with time zone) IS 'Remember the first of a queue, if there was one, and from when on to look from the start again.';

CREATE FUNCTION featurize._scan(f featurize.featurizer, metric text, condition text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select featurize._rows(f, featurize._nearest_of_all(f, metric, condition));
$$;

COMMENT ON FUNCTION featurize._scan(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 rows nearest to vector $1, by looking at all; ties in key order.';

CREATE FUNCTION featurize._scored(c featurize.classifier, embedding text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select format('(select array_agg(k.intercept - (k.coefficients operator(%1$I.<#>) x.embedding) order by k.position) '
                  'from featurize.classifier_class k cross join (select %2$s as embedding) x where k.classifier_id = %3$s)',
                  v.schema,
                  format(case c.normalization when 'l2' then '%1$I.l2_normalize(%2$s::%1$I.vector)' else '%2$s::%1$I.vector' end, v.schema, embedding),
                  c.id)
      from (select featurize._vector_schema()) v (schema);
$_$;

COMMENT ON FUNCTION featurize._scored(c featurize.classifier, embedding text) IS 'Expression for the scores of all classes, in their order, given one for an embedding.';

CREATE FUNCTION featurize._scores(c featurize.classifier, embedding public.vector, space_id integer) RETURNS double precision[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    dim integer;
    scores float8[];
begin
    -- Vectors of different lengths cannot be multiplied: what is wrong is said below.
    execute format('select d.dim, case when d.dim = %s then %s end from (select %I.vector_dims($1)) d (dim)',
                   c.dim, featurize._scored(c, '$1'), featurize._vector_schema())
       into dim, scores using embedding;
    perform featurize._check_embedding(c, dim, space_id);
    return scores;
end
$_$;

COMMENT ON FUNCTION featurize._scores(c featurize.classifier, embedding public.vector, space_id integer) IS 'Scores of all classes for an embedding, in their order.';

CREATE FUNCTION featurize._search(f featurize.featurizer, metric text, condition text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    i featurize.index := featurize._index_for(f, metric);
begin
    if i.id is null then
        return featurize._scan(f, metric, condition);
    end if;
    -- The index may end before it has found enough that meet a condition; then all are looked at. It
    -- gives them in about the right order, which the planner takes for the right one: hence a sum to sort by.
    return featurize._rows(f, format($search$
        with featurize_near as materialized (%1$s), featurize_seen as (select count(*) >= $2 as enough from featurize_near)
        select near.*
          from (select * from featurize_near where (select enough from featurize_seen)
                order by featurize_distance + 0.0, %2$s limit $2) near
         union all
        select far.* from (%3$s) far where not (select enough from featurize_seen)
        $search$,
        featurize._by_index(i, f, condition, '$2'), featurize._key(f), featurize._nearest_of_all(f, metric, condition)));
end
$_$;

COMMENT ON FUNCTION featurize._search(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 rows nearest to vector $1 that meet a condition: by an index, else by looking at all.';

CREATE FUNCTION featurize._searched(f featurize.featurizer, OUT relation text, OUT embedding text, OUT space text) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Rows without a vector are nobody's neighbors. The embedding table's own names are hidden, so
    -- that a condition may say id and mean the row's.
    select case f.destination
           when 'table' then format('only %s s join lateral (select e.embedding as featurize_embedding, e.space_id as featurize_space '
                                    'from %s e where %s) e on true',
                                    f.source, featurize._embedding_table(f), featurize._key_match(f, 'e', 's'))
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.featurize_embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.featurize_space' else format('s.%I', featurize._space_column(f)) end;
$$;

COMMENT ON FUNCTION featurize._searched(f featurize.featurizer, OUT relation text, OUT embedding text, OUT space text) IS 'The source s with its embeddings, as a FROM item and two expressions; a condition sees the columns of s only.';

CREATE FUNCTION featurize._sees(featurizer_id integer, key jsonb) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    seen boolean;
begin
    execute format('select %s($1)', featurize._sees_function(featurizer_id)) into seen using key;
    return seen;
exception
    when insufficient_privilege or undefined_function or undefined_table or undefined_column then
        return false;
end
$_$;

COMMENT ON FUNCTION featurize._sees(featurizer_id integer, key jsonb) IS 'Whether the current role sees that row of a featurizer''s source.';

CREATE FUNCTION featurize._sees_all(featurizer_id integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select bool_and(has_column_privilege(f.source, a.attnum, 'select')) and not row_security_active(f.source)
      from featurize.featurizer f
      join pg_attribute a on a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column)
     where f.id = _sees_all.featurizer_id
     group by f.source;
$$;

COMMENT ON FUNCTION featurize._sees_all(featurizer_id integer) IS 'Whether the current role sees keys and images of all rows of a featurizer''s source.';

CREATE FUNCTION featurize._sees_function(featurizer_id integer) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('featurize_generated.sees_%s', featurizer_id);
$$;

COMMENT ON FUNCTION featurize._sees_function(featurizer_id integer) IS 'Name of the generated function that looks for a row of the source.';

CREATE FUNCTION featurize._share(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    readers text := featurize._roles('reader');
    workers text := featurize._roles('worker');
    whole text := 'to ' || workers || ' using (true)';
    rights text := featurize._worker_rights(f);
    row_security boolean := (select c.relrowsecurity from pg_class c where c.oid = f.source);
    embeddings name := (select c.relname from pg_class c where c.oid = f.embeddings);
begin
    perform featurize._create_sees(f);
    if workers is not null and rights is not null then
        execute format('grant %s on %s to %s', rights, f.source, workers);
        perform featurize._share_schema(f.source, workers);
        perform featurize._share_training_view(t.relation)
           from featurize.training_view t join pg_class c on c.oid = t.relation
          where t.featurizer_id = f.id and featurize._is_owner(c.relowner);
    end if;
    -- Policies do nothing where row-level security is off, but to make one takes the table for oneself.
    if row_security then
        perform featurize._policy(f.source, format('featurize_%s_worker', f.id), whole);
    end if;
    if embeddings is not null then
        if readers is not null then
            execute format('grant select on %s to %s', f.embeddings, readers);
            perform featurize._share_schema(f.embeddings, readers);
        end if;
        if workers is not null then
            execute format('grant select, insert, update, delete on %s to %s', f.embeddings, workers);
        end if;
        execute format('alter table %s enable row level security', f.embeddings);
        perform featurize._policy(f.embeddings, 'featurize_reader', format('for select using ((select featurize._sees_all(%s)) or %s(%s))',
            f.id, featurize._sees_function(f.id), featurize._key_json(f, quote_ident(embeddings))));
        perform featurize._policy(f.embeddings, 'featurize_worker', whole);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._share(f featurize.featurizer) IS 'Give workers and readers their rights to source and embeddings, and nobody the embedding of a row that he does not see.';

CREATE FUNCTION featurize._share_schema(relation regclass, roles text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    n pg_namespace;
begin
    select x.* into n from pg_namespace x join pg_class c on c.relnamespace = x.oid where c.oid = relation;
    if featurize._is_owner(n.nspowner) then
        execute format('grant usage on schema %I to %s', n.nspname, roles);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._share_schema(relation regclass, roles text) IS 'Let roles into the schema of a relation, if it is the current role''s to give.';

CREATE FUNCTION featurize._share_training_view(relation regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    workers text := featurize._roles('worker');
begin
    if workers is not null then
        execute format('grant select on %s to %s', relation, workers);
        perform featurize._share_schema(relation, workers);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._share_training_view(relation regclass) IS 'Let workers read a training view.';

CREATE FUNCTION featurize._shown(f featurize.featurizer, alias text, images boolean) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Neither embeddings nor images are for reading.
    select format('to_jsonb(%s) - %L::text[], %s, %s', alias,
                  (select coalesce(array_agg(c.name), '{}')
                     from featurize.featurizer x
                    cross join lateral (values (case x.destination when 'column' then x.name end),
                                               (case x.destination when 'column' then featurize._space_column(x) end),
                                               (case x.destination when 'column' then featurize._digest_column(x) end),
                                               (case x.image_kind when 'bytes' then x.image_column::text end)) c (name)
                    where x.source = f.source and c.name is not null),
                  case f.image_kind when 'bytes' then 'null::text' else featurize._image(f, alias) end,
                  case when f.image_kind = 'bytes' and images then featurize._image(f, alias) else 'null::bytea' end);
$$;

COMMENT ON FUNCTION featurize._shown(f featurize.featurizer, alias text, images boolean) IS 'A row as three expressions: its columns as jsonb; where its image is, text; the image, bytea, if that is wanted and in the row.';

CREATE FUNCTION featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[]) RETURNS integer[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(array_agg(x.id order by x.id), '{}')
      from featurize.featurizer x
     where x.id = any (featurizers) and x.id <> f.id and x.paused_at is null
       and (x.source, x.image_column, x.image_kind, x.key_columns) = (f.source, f.image_column, f.image_kind, f.key_columns);
$$;

COMMENT ON FUNCTION featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[]) IS 'Those of the featurizers that want the same images.';

CREATE FUNCTION featurize._space_column(f featurize.featurizer) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('%s_space', f.name);
$$;

COMMENT ON FUNCTION featurize._space_column(f featurize.featurizer) IS 'Column of the source that says in which space the embedding in its row is.';

CREATE FUNCTION featurize._split(t featurize.training_view, f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- Within a class units come in the order of their hashes; the first train until they are enough.
    -- Rounded, since 1 / 3 has no end: two thirds of 30 are 20.
    select format($split$
        with recursive featurize_row as (%1$s), %2$s, featurize_stratum as (
            select u.*, %3$s as featurize_stratum from featurize_unit u)
        select %4$s,
               case when rank() over (partition by u.featurize_stratum order by md5(%5$L || u.featurize_unit), u.featurize_unit) - 1
                         < ceil(round(count(*) over (partition by u.featurize_stratum) * (1 - %6$s), 6))
                    then 'train' else 'test' end as featurize_split
          from featurize_stratum u
        $split$,
        featurize._labeled(t, f), featurize._unit(t),
        case when t.stratify then 'min(u.featurize_label) over (partition by u.featurize_unit)' else '''''' end,
        featurize._key(f, 'u'), t.seed || ':', t.test_fraction);
$_$;

COMMENT ON FUNCTION featurize._split(t featurize.training_view, f featurize.featurizer) IS 'Query for the keys of labeled rows, each with train or test.';

CREATE FUNCTION featurize._stable_key(f featurize.featurizer, alias text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select case featurize._key_settings(f)
           when '' then featurize._key_json(f, alias)
           else format('featurize._canonical_key((select f from featurize.featurizer f where f.id = %s), %s)', f.id, featurize._key_json(f, alias))
           end;
$$;

COMMENT ON FUNCTION featurize._stable_key(f featurize.featurizer, alias text) IS 'Key of an alias as an object that is the same in every session.';

CREATE FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into featurize.backfill as b (featurizer_id, force) values (f.id, _start_backfill.force)
        on conflict on constraint backfill_pkey
        -- A refresh that has not come to its end is not forgotten.
        do update set after = null, force = excluded.force or b.force and b.finished_at is null, finished_at = null;
    select pg_notify('pgfeaturize', '');
$$;

COMMENT ON FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) IS 'Let the workers walk the source from the start; with force, queue embedded rows too.';

CREATE FUNCTION featurize._start_query(relation regclass, image_column name, model text, image_kind text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform featurize._check_column(relation, image_column, 'image');
    if exists (select from pg_attribute a where a.attrelid = relation and a.attname in ('features', 'error', 'featurize_row')) then
        raise exception using errcode = 'FZ002',
            message = format('the query for %s has a column features, error or featurize_row', relation),
            hint = 'These are the names of what is added; give it another one.';
    end if;
    execute format('alter table %s add column featurize_row bigint generated always as identity primary key, add column error text', relation);
    execute format('comment on column %s.featurize_row is ''Number of the row.''', relation);
    execute format('comment on column %s.error is ''Why there are no features.''', relation);
    return featurize.create_featurizer(relation, image_column, model, format('featurize_query_%s', relation::oid), destination => 'column',
        image_kind => coalesce(image_kind, (select case a.atttypid when 'bytea'::regtype then 'bytes' else 'path' end
                                              from pg_attribute a where a.attrelid = relation and a.attname = image_column)));
end
$$;

COMMENT ON FUNCTION featurize._start_query(relation regclass, image_column name, model text, image_kind text) IS 'Have the rows of a new table featurized; the name of the featurizer.';

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
                       bool_or(l.expires_at > clock_timestamp()) is true as featurize_leased
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
            format('insert into %1$s as e (%2$s, embedding, space_id, digest)
            select %3$s, held.embedding::%4$s, $7, held.digest
              from held cross join lateral jsonb_to_record(held.key) as k (%5$s)
             where held.reason is null
                on conflict (%2$s) do update
               set embedding = excluded.embedding, space_id = excluded.space_id, digest = excluded.digest,
                   embedded_at = excluded.embedded_at
        ), unstored as (
            delete from only %1$s e
             using held cross join lateral jsonb_to_record(held.key) as k (%5$s)
             where held.reason is not null and %6$s',
                   featurize._embedding_table(f), featurize._key(f), featurize._key(f, 'k'),
                   format('%I.%I', featurize._vector_schema(), f.storage),
                   featurize._key_definition(f), featurize._key_match(f, 'e', 'k'))
        else
            format('update only %1$s s
               set %2$I = held.embedding::%3$s, %4$I = case when held.reason is null then $7 end, %5$I = held.digest
              from held cross join lateral jsonb_to_record(held.key) as k (%6$s)
             where %7$s',
                   f.source, f.name, format('%I.%I', featurize._vector_schema(), f.storage), featurize._space_column(f),
                   featurize._digest_column(f), featurize._key_definition(f), featurize._key_match(f, 's', 'k'))
        end;
$_$;

COMMENT ON FUNCTION featurize._store(f featurize.featurizer) IS 'The part of settle() that writes vectors, and takes away those of rows that failed.';

CREATE FUNCTION featurize._take_answer(request bigint) RETURNS featurize.request
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from featurize.request r where r.id = request returning r.*;
$$;

COMMENT ON FUNCTION featurize._take_answer(request bigint) IS 'The answer to a request, which is then gone.';

CREATE FUNCTION featurize._top(c featurize.classifier, f featurize.featurizer, label text, k integer, filter text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    metric text := case c.normalization when 'l2' then 'cosine' else 'ip' end;
    stored record := featurize._with_embedding(f, 'join');
begin
    perform featurize._check_search(f, metric, k);
    perform featurize._prepare_search(f, metric, featurize._breadth(c, k), filter);
    return format(
        'select n.item, j.probabilities[%1$s] as probability from (%2$s) n '
        'cross join lateral (%3$s) j order by j.probabilities[%1$s] desc, n.distance, %4$s limit $3',
        featurize._check_class(c, label),
        featurize._search(f, metric, featurize._condition(filter)),
        featurize._predicted(c, stored.relation, stored.embedding, '1', featurize._key_match(f, 's', '(n.item)')),
        featurize._key(f, '(n.item)'));
end
$_$;

COMMENT ON FUNCTION featurize._top(c featurize.classifier, f featurize.featurizer, label text, k integer, filter text) IS 'Query for the $3 rows that are most probably of a class, of the $2 that lie farthest in its direction $1.';

CREATE FUNCTION featurize._training_images(name text, keys jsonb[]) RETURNS TABLE(number bigint, image text, bytes bytea)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer := (select x from featurize.featurizer x where x.id = t.featurizer_id);
begin
    if f.id is null then
        raise exception using errcode = 'FZ006',
            message = format('the images of "%s" are not known any more: its featurizer is gone', name),
            hint = 'Leave out what shows images.';
    end if;
    return query execute format(
        'select k.number, %s from unnest($1) with ordinality k (key, number) '
        'cross join lateral jsonb_to_record(k.key) as r (%s) join only %s s on %s order by k.number',
        format(case f.image_kind when 'bytes' then 'null::text, %s' else '%s, null::bytea' end, featurize._image(f, 's')),
        featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'r'))
    using keys;
end
$_$;

COMMENT ON FUNCTION featurize._training_images(name text, keys jsonb[]) IS 'The images of rows of a training view, by their keys: where they are, or the images themselves.';

CREATE FUNCTION featurize._training_key(t featurize.training_view, alias text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select string_agg(format('%s.%I', alias, a.attname), ', ' order by a.attnum)
      from pg_attribute a
     where a.attrelid = t.relation and a.attnum > 0 and not a.attisdropped and a.attname not in ('label', 'split', 'features');
$$;

COMMENT ON FUNCTION featurize._training_key(t featurize.training_view, alias text) IS 'Key columns of a training view, which are those before label, split and features, over an alias.';

CREATE FUNCTION featurize._training_sample(name text, per_class integer) RETURNS TABLE(rows bigint, dim integer, statement text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    select sum(least(r.train + r.test, per_class)) into rows from featurize.training_report(name) r where r.label is not null;
    select c.dim into dim from featurize.training_copy(name) c;
    statement := format(
        'copy (select r.key, r.label, r.split, r.features::%I.vector '
        'from (select to_jsonb(k)::text as key, x.label::text collate "C" as label, x.split, x.features, '
        'row_number() over (partition by x.label::text collate "C" order by md5(to_jsonb(k)::text), to_jsonb(k)) as number '
        'from %s x cross join lateral (select %s) k) r where r.number <= %s order by r.label, r.number) to stdout (format binary)',
        featurize._vector_schema(), t.relation, featurize._training_key(t, 'x'), per_class);
    return next;
end
$$;

COMMENT ON FUNCTION featurize._training_sample(name text, per_class integer) IS 'As training_copy(), for at most so many rows of each class, drawn by hash of the key; by class, in the order of that hash.';

CREATE FUNCTION featurize._training_view(name text) RETURNS featurize.training_view
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    found_ones featurize.training_view[];
begin
    select array_agg(t) into found_ones
      from featurize.training_view t
      join pg_class c on c.oid = t.relation
      join pg_namespace n on n.oid = c.relnamespace
     -- As it is, as SQL would have it, and as create_training_view() was given it.
     where _training_view.name in (c.relname::text, format('%s.%s', n.nspname, c.relname), quote_ident(c.relname), format('%I.%I', n.nspname, c.relname))
        or lower(_training_view.name) in (c.relname::text, format('%s.%s', n.nspname, c.relname));
    if cardinality(found_ones) = 1 then
        return found_ones[1];
    end if;
    raise exception using errcode = 'FZ014',
        message = case when found_ones is null then format('there is no training view "%s"', name)
                  else format('there are %s training views "%s"', cardinality(found_ones), name) end,
        hint = case when found_ones is null then format('There are: %s. featurize.create_training_view() makes one.', coalesce(
                    (select string_agg(c.relname, ', ' order by c.relname) from featurize.training_view t join pg_class c on c.oid = t.relation), 'none'))
               else 'Name its schema, too; capitals in double quotes.' end;
end
$$;

COMMENT ON FUNCTION featurize._training_view(name text) IS 'The training view of that name, or FZ014.';

CREATE FUNCTION featurize._trigger_body(f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select format($body$
declare
    queued boolean := false;
begin
    if tg_op = 'INSERT' then
%9$s%1$s    elsif tg_op = 'UPDATE' then
%9$s%2$s%3$s%4$s    elsif tg_op = 'DELETE' then
%10$s%5$s    else
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
        featurize._append_to_outbox(f, ''),
        featurize._append_to_outbox(f, format(' and not exists (select from removed o where %s and %s is not distinct from %s)',
                                    featurize._key_match(f, 'o', 'n'), featurize._image(f, 'o'), featurize._image(f, 'n'))),
        featurize._forget(f, format(' and not exists (select from added n where %s and %s is not null)',
                                    featurize._key_match(f, 'n', 'o'), featurize._image(f, 'n'))),
        -- In the row itself the vector is not forgotten with the key but emptied with the image.
        case f.destination when 'column' then
            -- The table by its number, because it may be renamed; the column may have been dropped.
            format($empty$        if exists (select from pg_attribute a where a.attrelid = tg_relid and a.attname = %4$L) then
            if exists (select from added n where %1$s is null and n.%2$I is not null) then
                execute 'update only ' || tg_relid::regclass || %3$L;
            end if;
        end if;
$empty$, featurize._image(f, 'n'), f.name,
                format(' s set %I = null, %I = null, %I = null from added n where %s and %s is null',
                       f.name, featurize._space_column(f), featurize._digest_column(f), featurize._key_match(f, 's', 'n'), featurize._image(f, 'n')),
                f.name)
        end,
        featurize._forget(f, ''),
        case f.destination when 'table' then
            featurize._in_embedding_table(f, 'truncate ', '')
        end,
        f.name,
        featurize._idle_lock(),
        featurize._unless_renamed(f, f.image_column || f.key_columns),
        featurize._unless_renamed(f, f.key_columns));
$_$;

COMMENT ON FUNCTION featurize._trigger_body(f featurize.featurizer) IS 'Text of the generated trigger function.';

CREATE FUNCTION featurize._trigger_function(f featurize.featurizer) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select format('featurize_generated.on_%s', f.id);
$$;

COMMENT ON FUNCTION featurize._trigger_function(f featurize.featurizer) IS 'Name of the generated trigger function.';

CREATE FUNCTION featurize._unit(t featurize.training_view) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- Groups that share an image belong together, and those that share one with these: each group
    -- is reached by the names of smaller ones, of which it takes the smallest.
    select case when t.group_column is null then $alone$
        featurize_unit as (
            select r.*, case when r.featurize_digest is not null
                              and count(*) over (partition by r.featurize_digest) > 1
                        then encode(r.featurize_digest, 'hex') collate "C" else r.featurize_key end as featurize_unit
              from featurize_row r)
        $alone$ else $groups$
        featurize_grouped as (
            select r.*, coalesce('g' || r.featurize_group, 'k' || r.featurize_key) collate "C" as featurize_name from featurize_row r
        ), featurize_shared as (
            select distinct g.featurize_digest, g.featurize_name from featurize_grouped g where g.featurize_digest is not null
        ), featurize_link as (
            select distinct s.featurize_name as one, s.first as other
              from (select s.featurize_name, min(s.featurize_name) over (partition by s.featurize_digest) as first
                      from featurize_shared s) s
             where s.featurize_name <> s.first
        ), featurize_reach (name, root) as (
            select l.one, l.other from featurize_link l
             union
            select n.name, r.root
              from featurize_reach r
              join (select l.one as at, l.other as name from featurize_link l union all select l.other, l.one from featurize_link l) n
                on n.at = r.name
             where r.root < n.name
        ), featurize_unit as (
            select g.*, coalesce(r.root, g.featurize_name) as featurize_unit
              from featurize_grouped g
              left join (select r.name, min(r.root) as root from featurize_reach r group by r.name) r on r.name = g.featurize_name)
        $groups$ end;
$_$;

COMMENT ON FUNCTION featurize._unit(t featurize.training_view) IS 'Common table expressions that say which rows must stay together: those of a group, and those with the same image.';

CREATE FUNCTION featurize._unknown_placeholder(name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    raise internal_error using message = format('no value for placeholder {%s} of an SQL template', name);
end
$$;

COMMENT ON FUNCTION featurize._unknown_placeholder(name text) IS 'Error: a template has a placeholder without a value.';

CREATE FUNCTION featurize._unless_renamed(f featurize.featurizer, columns name[]) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    -- By its number the name of a column is had in a microsecond. A restored table may number its
    -- columns anew, so the last word has the catalogue.
    select format($check$        if %s then
            if (select count(*) from pg_attribute a where a.attrelid = tg_relid and a.attname = any (%L)) < %s then
                insert into featurize.outbox (featurizer_id, keys) values (%s, '[]');
                return null;
            end if;
        end if;
$check$,
        string_agg(format('(pg_identify_object_as_address(''pg_class''::regclass, tg_relid, %s)).object_names[3] is distinct from %L',
                          coalesce(a.attnum, 0), c.name), ' or ' order by c.position),
        columns, cardinality(columns), f.id)
      from unnest(columns) with ordinality c (name, position)
      left join pg_attribute a on a.attrelid = f.source and a.attname = c.name;
$_$;

COMMENT ON FUNCTION featurize._unless_renamed(f featurize.featurizer, columns name[]) IS 'Statements that leave it at a note if one of these columns was renamed or dropped: then all rows are looked at again, once it is back.';

CREATE FUNCTION featurize._unshare(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform featurize._unshare(f, role) from unnest(featurize._grantees('reader')) role;
    -- Row-level security stays: embeddings that are kept are their owner's.
    perform featurize._policy(c.oid, p.name, null)
       from pg_class c
      cross join lateral (values ('featurize_reader'), ('featurize_worker'), (format('featurize_%s_worker', f.id))) p (name)
      where c.oid in (f.source, f.embeddings);
end
$$;

COMMENT ON FUNCTION featurize._unshare(f featurize.featurizer) IS 'Take rights and policies away from all, because the featurizer goes.';

CREATE FUNCTION featurize._unshare(f featurize.featurizer, role regrole) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    rights text := featurize._worker_rights(f);
begin
    if rights is not null then
        execute format('revoke %s on %s from %s', rights, f.source, role);
    end if;
    -- An owner has its rights from nobody, and would miss them.
    if exists (select from pg_class c where c.oid = f.embeddings and c.relowner <> role) then
        execute format('revoke all on %s from %s', f.embeddings, role);
    end if;
end
$$;

COMMENT ON FUNCTION featurize._unshare(f featurize.featurizer, role regrole) IS 'Take rights to source and embeddings from a role.';

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

CREATE FUNCTION featurize._view_key(t featurize.training_view) RETURNS name[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select array_agg(a.attname order by a.attnum)
      from pg_attribute a
     where a.attrelid = t.relation and a.attnum > 0 and not a.attisdropped and a.attname not in ('label', 'split', 'features');
$$;

COMMENT ON FUNCTION featurize._view_key(t featurize.training_view) IS 'Key columns of a training view: those before label, split and features.';

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
        -- Another size goes with another resizing, another order with other means: a worker knows.
        'preprocessing', case when preprocessing ?| array['resize', 'size', 'channels', 'order'] then preprocessing
                              else coalesce(base.preprocessing, '{}') || coalesce(preprocessing, '{}') end,
        'builtin', false,
        'owner', coalesce((select m.owner::text from featurize.model m where m.name = lower(_wanted_model.name)), quote_ident(current_user))));
    wanted := jsonb_populate_record(wanted, jsonb_build_object('dim', coalesce(dim,
        case when (wanted.node, wanted.pooling) = (base.node, base.pooling) then base.dim end)));
    if num_nulls(wanted.node, wanted.pooling, wanted.weights) > 0
        or not wanted.preprocessing ?& featurize._preprocessing_fields()
    then
        wanted := jsonb_populate_record(wanted, '{"dim": null}');
    end if;
    return wanted;
end
$$;

COMMENT ON FUNCTION featurize._wanted_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) IS 'The row that register_model() is to store; without dim if something is left for a worker to find out.';

CREATE FUNCTION featurize._wilson(hits bigint, rows bigint, OUT low double precision, OUT high double precision) RETURNS record
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Of no rows, nothing: greatest() and least() would pass over the nulls.
    select case when n > 0 then greatest(0, middle - reach) end, case when n > 0 then least(1, middle + reach) end
      from (select 1.959963984540054::float8 as z, hits / nullif(rows, 0)::float8 as p, nullif(rows, 0)::float8 as n) x
     cross join lateral (select (p + z * z / (2 * n)) / (1 + z * z / n) as middle,
                                z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n) as reach) y;
$$;

COMMENT ON FUNCTION featurize._wilson(hits bigint, rows bigint, OUT low double precision, OUT high double precision) IS 'Interval in which a rate lies that has shown itself in hits of rows, at 95 % (Wilson 1927).';

CREATE FUNCTION featurize._with_embedding(f featurize.featurizer, how text DEFAULT 'left join'::text, OUT relation text, OUT embedding text, OUT space text, OUT digest text) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- The source comes first: everybody locks it before the embedding table.
    select case f.destination
           when 'table' then format('only %s s %s %s e on %s',
                                    f.source, how, featurize._embedding_table(f), featurize._key_match(f, 'e', 's'))
           else format('only %s s', f.source) end,
           case f.destination when 'table' then 'e.embedding' else format('s.%I', f.name) end,
           case f.destination when 'table' then 'e.space_id' else format('s.%I', featurize._space_column(f)) end,
           case f.destination when 'table' then 'e.digest' else format('s.%I', featurize._digest_column(f)) end;
$$;

COMMENT ON FUNCTION featurize._with_embedding(f featurize.featurizer, how text, OUT relation text, OUT embedding text, OUT space text, OUT digest text) IS 'The source s with its embeddings, wherever they are stored, as a FROM item and three expressions.';

CREATE FUNCTION featurize._within(f featurize.featurizer, metric text, condition text, size integer, query text DEFAULT '$1'::text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    i featurize.index := featurize._index_for(f, metric);
    everything text := format('select x.* from (%s) x where x.featurize_distance <= $2',
                              featurize._candidates(f, metric, condition, 'offset 0', query));
begin
    if i.id is null then
        return everything;
    end if;
    -- If all that an index gives is so near there may be more, and if it ends early, too: then all are looked at.
    return format($search$
        with featurize_near as materialized (%1$s),
             featurize_seen as (select count(*) = %2$s::bigint * %3$s
                                       and count(*) filter (where featurize_distance <= $2) < %2$s as enough
                                  from featurize_near)
        select near.* from featurize_near near where (select enough from featurize_seen) and near.featurize_distance <= $2
         union all
        select far.* from (%4$s) far where not (select enough from featurize_seen)
        $search$,
        featurize._by_index(i, f, condition, size::text, query), size, i.oversampling, everything);
end
$_$;

COMMENT ON FUNCTION featurize._within(f featurize.featurizer, metric text, condition text, size integer, query text) IS 'Query for places not farther than $2 from a vector: by an index where they are fewer than size, else by looking at all.';

CREATE FUNCTION featurize._worker_rights(f featurize.featurizer) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Beside an embedding table nothing is written to the source, but to lock a row takes the right to update some column.
    select concat_ws(', ',
               format('select (%s)', string_agg(quote_ident(a.attname), ', ' order by a.attnum)),
               'update (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where a.attname = any (w.written)) || ')')
      from (select case f.destination when 'table' then array[f.image_column]
                   else array[f.name, featurize._space_column(f), featurize._digest_column(f)]::name[] end) w (written)
      join pg_attribute a on a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column || w.written)
    having count(*) > 0;
$$;

COMMENT ON FUNCTION featurize._worker_rights(f featurize.featurizer) IS 'What a worker needs to do to columns of the source, as privileges for GRANT; null if they are gone.';

CREATE FUNCTION featurize._write_trigger_function(f featurize.featurizer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    -- Security definer: writers of the source need no rights in schema featurize. What pg_dump writes
    -- turns row_security off, and then queries with policies fail.
    execute format(
        'create or replace function %s() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp '
        'set row_security = on%s as %L',
        featurize._trigger_function(f), featurize._key_settings(f), featurize._trigger_body(f));
    execute format('revoke all on function %s() from public', featurize._trigger_function(f));
    execute format('comment on function %s() is %L', featurize._trigger_function(f),
        format('Queue and forget rows of %s for featurizer "%s". Written by pgfeaturize.', f.source, f.name));
end
$$;

COMMENT ON FUNCTION featurize._write_trigger_function(f featurize.featurizer) IS 'Create or mend the trigger function of a featurizer.';

CREATE FUNCTION featurize.answer_request(request bigint, embedding public.vector, reason text, detail text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.request r
       set embedding = answer_request.embedding, reason = answer_request.reason, detail = answer_request.detail,
           answered_at = clock_timestamp()
     where r.id = request and r.answered_at is null;
$$;

COMMENT ON FUNCTION featurize.answer_request(request bigint, embedding public.vector, reason text, detail text) IS 'For workers: the vector of an image, or why there is none.';

CREATE FUNCTION featurize.backfill_step(featurizer_id integer, size integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET "IntervalStyle" TO 'iso_8601'
    SET bytea_output TO 'hex'
    SET extra_float_digits TO '1'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
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
            select next.*
              from %5$s (select %1$s as key, %2$s is not null as has_image, %3$s as space_id
                      from %4$s %6$s
                     order by %7$s
                     limit $1) next
        ), queued as (
            insert into featurize.job (featurizer_id, key, priority)
            select $2, step.key, 10 from step
             where step.has_image
               and ($3 or ((step.space_id is null or step.space_id is distinct from $4)
                    -- Rows that were just written may be in work already. "offset 0" keeps the planner
                    -- from hashing all jobs for every step.
                    and not exists (select from featurize.job x
                                     where x.featurizer_id = $2
                                       and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                       and x.key = step.key offset 0)
                    and not exists (select from featurize.failure x
                                     where x.featurizer = $5
                                       and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                       and x.key = step.key offset 0)))
            returning 1)
        select (select count(*) from queued),
               (select step.key from step offset greatest((select count(*) from step) - 1, 0) limit 1)
        $step$,
        featurize._key_json(f, 's'), featurize._image(f, 's'), stored.space, stored.relation,
        format('jsonb_to_record($6) as a (%s) cross join lateral', featurize._key_definition(f)),
        case when b.after is not null then 'where ' || featurize._key_match(f, 's', 'a', '>') end,
        featurize._key(f, 's'))
    into queued, last_key
    using size, f.id, b.force, featurize._current_space(f), f.name, coalesce(b.after, '{}');
    update featurize.backfill x
       set after = last_key, finished_at = case when last_key is null then clock_timestamp() end
     where x.featurizer_id = f.id;
    return queued;
end
$_$;

COMMENT ON FUNCTION featurize.backfill_step(featurizer_id integer, size integer) IS 'For workers: look at the next rows in key order and queue those without a current vector.';

CREATE FUNCTION featurize.begin_index(index_id integer) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    i featurize.index := featurize._begin_index(index_id);
    f featurize.featurizer;
begin
    if i.id is not null then
        select * into f from featurize.featurizer x where x.id = i.featurizer_id;
        perform set_config('maintenance_work_mem', featurize._building_memory(i, f), false);
        -- An earlier attempt may have left an invalid one. What is of earlier spaces stays until the end.
        return query
        select format('drop index concurrently %s', x.relation)
          from (select featurize._index_relation(i, f)) x (relation)
         where x.relation is not null;
        return query select featurize._index_statement(i, f, true);
    end if;
end
$$;

COMMENT ON FUNCTION featurize.begin_index(index_id integer) IS 'For workers: prepare an index and give the statements that build it; none if nobody wants it any more.';

CREATE FUNCTION featurize.block(featurizer_id integer, reason text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.featurizer f
       set blocked_at = clock_timestamp(), blocked_reason = block.reason
     where f.id = block.featurizer_id and f.blocked_reason is distinct from block.reason;
$$;

COMMENT ON FUNCTION featurize.block(featurizer_id integer, reason text) IS 'For workers: say why a featurizer cannot be served; no row fails.';

CREATE FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval) RETURNS TABLE(lease_id bigint, featurizer_id integer, job_id bigint, image_job_id bigint, path text, bytes bytea)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $_$
declare
    f featurize.featurizer;
    first timestamptz[];
    siblings integer[];
    leases bigint[];
begin
    select * into f from featurize.featurizer x where x.id = featurizers[1] and x.paused_at is null;
    if f.id is null then
        return;
    end if;
    perform featurize._relay_outbox(f, size);
    first := array(select featurize._first_job(f.id, p.priority) from unnest(featurize._priorities()) p (priority));
    if array_remove(first, null) = '{}' then
        return;
    end if;
    siblings := featurize._sibling_featurizers(f, featurizers);
    perform featurize._relay_outbox(x, size) from featurize.featurizer x where x.id = any (siblings);
    with made as (
        insert into featurize.lease as l (featurizer_id, worker_id, expires_at)
        select x.id, claim.worker_id, clock_timestamp() + lease_for
          from unnest(f.id || siblings) x (id)
        returning l.id, l.featurizer_id)
    select array_agg(made.id order by array_position(f.id || siblings, made.featurizer_id)) into leases from made;
    perform featurize._first_lease();  -- now that there is one for sure, to look on from there
    return query execute format($claim$
        with head as materialized (
            select ready.id, ready.key, ready.attempts
              from unnest(featurize._priorities(), $5) as p (priority, since)
             cross join lateral (
                   select j.id, j.key, j.attempts
                     from featurize.job j
                    where j.featurizer_id = $1 and j.priority = p.priority
                      and j.lease_id is null and j.scheduled_at between p.since and clock_timestamp()
                    order by j.scheduled_at, j.id
                      for update skip locked) ready
             limit $2
        ), first as (
            select head.id, head.attempts from head limit 1
        ), picked as (
            -- A job that was handed out before goes alone: if it was the one that brought the
            -- worker down, it will not take the others with it again.
            select head.id, head.key, head.attempts
              from head, first
             where case when first.attempts > 0 then head.id = first.id else head.attempts = 0 end
        ), batch as (
            -- Jobs of the same row collapse. Siblings take theirs of this row along, so that
            -- the image is read once for all.
            select twin.id, twin.featurizer_id, picked.key
              from picked
             cross join lateral (
                   select j.id, j.featurizer_id
                     from featurize.job j
                    where j.featurizer_id = any ($4)
                      and jsonb_hash_extended(j.key, 0) = jsonb_hash_extended(picked.key, 0)
                      and j.key = picked.key
                      and coalesce(j.lease_id, 0) = 0  -- and not "is null", for which job_ready would seem to do
                      and (j.featurizer_id = $1
                           or picked.attempts = 0 and j.attempts = 0 and j.scheduled_at <= clock_timestamp())
                      for update skip locked) twin
        ), leased as (
            update featurize.job j
               set lease_id = ($3)[array_position($4, j.featurizer_id)], attempts = j.attempts + 1, image_digest = %1$s
              from batch
             cross join lateral jsonb_to_record(batch.key) as k (%2$s)
              join only %3$s s on %4$s
             where j.id = batch.id and j.id = any (array(select batch.id from batch)) and %5$s is not null
            returning j.id, j.lease_id, j.featurizer_id, j.key, %5$s as image
        ), gone as (
            -- The row was deleted, or has no image any more; its trigger has cleaned up.
            delete from featurize.job j using batch
             where j.id = batch.id and j.id = any (array(select batch.id from batch))
               and not exists (select from leased where leased.id = batch.id)
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
    using f.id, size, leases, f.id || siblings, first;
    delete from featurize.lease l
     where l.id = any (leases) and l.id not in (select j.lease_id from featurize.job j where j.lease_id = any (leases));
end
$_$;

COMMENT ON FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval) IS 'For workers: lease the next rows of a featurizer and hand out their images, one job for each row.
Other featurizers of the same column, named after it, get leases for those of these rows that they wait for, too;
image_job_id is the job of the first featurizer that carries the image.';

CREATE FUNCTION featurize.class_report(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(label text, rows bigint, "precision" double precision, recall double precision, f1 double precision)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select r.* from featurize.evaluate(classifier, split) e
     cross join lateral jsonb_to_recordset(e.classes) r (label text, rows bigint, "precision" float8, recall float8, f1 float8);
$$;

COMMENT ON FUNCTION featurize.class_report(classifier text, split text) IS 'Rows of each class; part of those taken for it that are (precision), of those that are that were taken for it (recall), and the mean of both (f1).';

CREATE FUNCTION featurize.confusion(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(label text, predicted text, rows bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select r.* from featurize.evaluate(classifier, split) e
     cross join lateral jsonb_to_recordset(e.confusion) r (label text, predicted text, rows bigint);
$$;

COMMENT ON FUNCTION featurize.confusion(classifier text, split text) IS 'How many rows of each class a classifier takes for each.';

CREATE FUNCTION featurize.create_featurizer(source regclass, image_column name, model text DEFAULT 'resnet50'::text, name text DEFAULT NULL::text, image_kind text DEFAULT 'path'::text, destination text DEFAULT 'table'::text, storage text DEFAULT 'vector'::text, backfill boolean DEFAULT true, if_not_exists boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m featurize.model := featurize._resolve_model(model);
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
    perform featurize._share(f);
    insert into featurize.backfill (featurizer_id, finished_at)
    values (f.id, case when not backfill then now() end);
    perform pg_notify('pgfeaturize', '');
    return f.name;
end
$$;

COMMENT ON FUNCTION featurize.create_featurizer(source regclass, image_column name, model text, name text, image_kind text, destination text, storage text, backfill boolean, if_not_exists boolean) IS 'Declare that a column is featurized by a model. Rows that are there already are backfilled in small steps.';

CREATE FUNCTION featurize.create_index(name text, metric text DEFAULT 'cosine'::text, method text DEFAULT 'auto'::text, dimensions integer DEFAULT NULL::integer, m integer DEFAULT 16, ef_construction integer DEFAULT 64, ef_search integer DEFAULT 100, "concurrently" boolean DEFAULT true, after_backfill boolean DEFAULT true, if_not_exists boolean DEFAULT false) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    dim integer := (select x.dim from featurize.model x where x.name = f.model);
    i featurize.index;
begin
    perform featurize._check_choice('metric', metric, array['cosine', 'l2', 'ip', 'l1']);
    perform featurize._check_choice('method', method, array['auto', 'hnsw', 'halfvec', 'bits', 'projection']);
    select * into i from featurize.index x where x.featurizer_id = f.id and x.metric = create_index.metric;
    if i.id is not null and if_not_exists then
        raise notice 'featurizer "%" has an index for % already, skipping', f.name, metric;
        return i.id;
    elsif i.id is not null then
        raise exception using errcode = 'FZ002',
            message = format('featurizer "%s" has an index for %s already', f.name, metric),
            hint = format('Remove it first: select featurize.drop_index(%L, %L).', f.name, metric);
    end if;
    i := jsonb_populate_record(null::featurize.index, jsonb_build_object(
        'featurizer_id', f.id, 'metric', metric, 'method', method, 'dimensions', dimensions, 'm', m,
        'ef_construction', ef_construction, 'ef_search', ef_search, 'after_backfill', after_backfill));
    i := featurize._plan_index(i, f, dim);
    perform featurize._check_index(i, f, dim);
    insert into featurize.index
           (featurizer_id, metric, method, reason, dimensions, m, ef_construction, ef_search, oversampling, after_backfill)
    values (i.featurizer_id, i.metric, i.method, i.reason, i.dimensions, i.m, i.ef_construction, i.ef_search, i.oversampling, i.after_backfill)
    returning * into i;
    raise notice 'index of featurizer "%" for %: %, because %', f.name, i.metric, i.method, i.reason;
    if create_index.concurrently then
        perform pg_notify('pgfeaturize_desk', 'index');
    else
        perform featurize._build_index(i, f);
    end if;
    return i.id;
end
$$;

COMMENT ON FUNCTION featurize.create_index(name text, metric text, method text, dimensions integer, m integer, ef_construction integer, ef_search integer, "concurrently" boolean, after_backfill boolean, if_not_exists boolean) IS 'Ask for an index over the embeddings of a featurizer. Workers build it CONCURRENTLY, and anew for each feature space;
with concurrently => false it is built at once, and writers wait. See featurize.index_report.';

CREATE FUNCTION featurize.create_training_view(view_name text, featurizer text, label_column name, test_fraction numeric DEFAULT 0.5, seed bigint DEFAULT 0, stratify boolean DEFAULT true, group_column name DEFAULT NULL::name, require_complete boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
    stored record := featurize._with_embedding(f, 'join');
    t featurize.training_view;
    qualified text := featurize._new_relation(view_name, f.source);
begin
    t := jsonb_populate_record(null::featurize.training_view, jsonb_build_object(
        'featurizer_id', f.id, 'label_column', label_column, 'group_column', group_column, 'test_fraction', test_fraction,
        'seed', seed, 'stratify', stratify, 'require_complete', require_complete));
    perform featurize._check_training_view(t, f, view_name);
    delete from featurize.training_view x where not exists (select from pg_class c where c.oid = x.relation);  -- dropped behind our back
    execute format('create view %s as select %s, s.%I as label, p.featurize_split as split, %s as features from (%s) p join %s on %s',
        qualified, featurize._key(f, 's'), label_column, stored.embedding, featurize._split(t, f), stored.relation, featurize._key_match(f, 's', 'p'));
    execute format('comment on view %s is %L', qualified,
        format('Rows of %s with a %s, features by featurizer %s, split with seed %s. Made by pgfeaturize.', f.source, label_column, f.name, seed));
    insert into featurize.training_view (relation, featurizer_id, label_column, group_column, test_fraction, seed, stratify, require_complete)
    values (qualified::regclass, f.id, t.label_column, t.group_column, t.test_fraction, t.seed, t.stratify, t.require_complete);
    perform featurize._share_training_view(qualified);
    perform featurize._report_training_view(qualified, require_complete);
    return qualified;
end
$$;

COMMENT ON FUNCTION featurize.create_training_view(view_name text, featurizer text, label_column name, test_fraction numeric, seed bigint, stratify boolean, group_column name, require_complete boolean) IS 'Make a view of the labeled rows of a featurizer''s source: key, label, split (train or test) and features. It stays up to date.
The split is by hash of key and seed; stratify: each class by itself; rows with one value of group_column, or with the same image,
stay on one side. require_complete: refuse while labeled rows have no current embedding.';

CREATE FUNCTION featurize.doctor(patience interval DEFAULT '00:15:00'::interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with found as (
        select * from featurize._doctor_server()
        union all select * from featurize._doctor_source()
        union all select * from featurize._doctor_embeddings()
        union all select * from featurize._doctor_triggers()
        union all select * from featurize._doctor_roles()
        union all select * from featurize._doctor_states()
        union all select * from featurize._doctor_stale()
        union all select * from featurize._doctor_queue(patience)
        union all select * from featurize._doctor_indexes()
        union all select * from featurize._doctor_classifiers()
        union all select * from featurize._doctor_orphans()
        union all select * from featurize._doctor_transactions(patience)
        union all select * from featurize._doctor_vacuum()
        union all select * from featurize._doctor_disk()
    ), checks (position, name, fine) as (values
        (1, 'server', format('PostgreSQL %s', current_setting('server_version'))),
        (2, 'pgvector', (select format('version %s', e.extversion) from pg_extension e where e.extname = 'vector')),
        (3, 'source', (select format('%s featurizers, with their tables, image columns and keys', count(*)) from featurize.featurizer)),
        (4, 'embeddings', 'all tables and columns for vectors are there'),
        (5, 'triggers', 'all are there and enabled'),
        (6, 'roles', 'workers have the rights that they need, triggers those of the owner'),
        (7, 'blocked', 'none is'),
        (8, 'paused', 'none is'),
        (9, 'unresolved_models', 'no unresolved of a model has an error'),
        (10, 'failures', 'no row has failed'),
        (11, 'stale', 'all vectors are of current feature spaces'),
        (12, 'queue', 'nothing waits in vain'),
        (13, 'workers', (select format('%s alive, none dead', count(*)) from featurize.worker)),
        (14, 'leases', 'none has run out'),
        (15, 'indexes', (select format('%s wanted, none that cannot be used', count(*)) from featurize.index)),
        (16, 'classifiers', 'none has failed or is of a retired space'),
        (17, 'orphans', 'nothing is left of featurizers that are gone'),
        (18, 'transactions', 'none holds vacuum back'),
        (19, 'autovacuum', 'it is on'),
        (20, 'dead_rows', 'no table is full of them'),
        (21, 'disk', 'no embeddings yet'))
    select c.name, coalesce(f.level, 'ok'), f.object, coalesce(f.finding, c.fine), f.remedy
      from checks c
      left join found f on f.name = c.name
     order by c.position, array_position('{error,warning,information}', f.level), f.object;
$$;

COMMENT ON FUNCTION featurize.doctor(patience interval) IS 'What is wrong with this database and what to do about it. level: ok, information, warning or error; patience: how long something may wait.
Whoever is no superuser sees the transactions of others as a member of pg_read_all_stats.';

CREATE FUNCTION featurize.drop_classifier(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform featurize._check_owner(c.owner, format('classifier "%s"', c.name)) from featurize.classifier c where c.name = drop_classifier.name;
    delete from featurize.classifier c where c.name = drop_classifier.name;
    if not found then
        perform featurize._classifier(name);
    end if;
end
$$;

COMMENT ON FUNCTION featurize.drop_classifier(name text) IS 'Remove a classifier, and one that is to take its place.';

CREATE FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    event text;
begin
    perform featurize.drop_index(f.name, i.metric) from featurize.index i where i.featurizer_id = f.id;
    perform featurize.drop_training_view(featurize._qualified(t.relation)) from featurize.training_view t
      join pg_class c on c.oid = t.relation and c.relkind = 'v'
     where t.featurizer_id = f.id and featurize._is_owner(c.relowner);
    if exists (select from pg_class c where c.oid = f.source) then
        foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
            execute format('drop trigger if exists featurize_%s_%s on %s', f.id, event, f.source);
        end loop;
        if not keep_embeddings and f.destination = 'column' then
            execute format('alter table only %s drop column if exists %I, drop column if exists %I, drop column if exists %I',
                f.source, f.name, featurize._space_column(f), featurize._digest_column(f));
        end if;
    end if;
    if not keep_embeddings and exists (select from pg_class c where c.oid = f.embeddings) then
        execute format('drop table %s', f.embeddings);
    end if;
    perform featurize._unshare(f);
    execute format('drop function if exists %s(), %s(jsonb)', featurize._trigger_function(f), featurize._sees_function(f.id));
    delete from featurize.lease l where l.featurizer_id = f.id;
    delete from featurize.outbox a where a.featurizer_id = f.id;
    delete from featurize.job j where j.featurizer_id = f.id;
    delete from featurize.featurizer x where x.id = f.id;
    -- Another one may need the same columns.
    perform featurize._share(x) from featurize.featurizer x where x.source = f.source and exists (select from pg_class c where c.oid = x.source);
end
$$;

COMMENT ON FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean) IS 'Remove a featurizer with its triggers, jobs, failures, indexes and training views, and its embeddings unless they are kept.';

CREATE FUNCTION featurize.drop_index(name text, metric text DEFAULT 'cosine'::text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    i featurize.index;
begin
    select * into i from featurize.index x where x.featurizer_id = f.id and x.metric = drop_index.metric;
    if i.id is null then
        raise exception using errcode = 'FZ001',
            message = format('featurizer "%s" has no index for %s', name, metric),
            hint = format('It has indexes for: %s.', coalesce(
                (select string_agg(x.metric, ', ') from featurize.index x where x.featurizer_id = f.id), 'none'));
    end if;
    -- Gone first, so that a worker that is building it finds that nobody wants it any more.
    delete from featurize.index x where x.id = i.id;
    perform pg_cancel_backend(p.pid)
       from pg_stat_progress_create_index p
      where p.index_relid = featurize._index_relation(i, f);
    perform featurize._drop_index_parts(i.id);
end
$$;

COMMENT ON FUNCTION featurize.drop_index(name text, metric text) IS 'Remove the index of a featurizer for a metric; if a worker is building it, it stops.';

CREATE FUNCTION featurize.drop_training_view(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    execute format('drop %s %s', (select case c.relkind when 'v' then 'view' else 'table' end from pg_class c where c.oid = t.relation), t.relation);
    delete from featurize.training_view x where x.id = t.id;
end
$$;

COMMENT ON FUNCTION featurize.drop_training_view(name text) IS 'Remove a training view, or the table that one was frozen into. Classifiers stay.';

CREATE FUNCTION featurize.duplicates(source anyelement, name text, max_distance double precision, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item anyelement, other anyelement, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
    stored record := featurize._searched(f);
    condition text := featurize._condition(filter);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, 0);
    perform featurize._prepare_search(f, metric, 64, filter);
    -- The keys are compared after the search: an index would look long for the few that come after the last.
    return query execute format(
        'select a.item, b.item, n.featurize_distance '
        'from (select s.ctid as featurize_row, %1$s::%2$I.vector as featurize_query, %3$s from %4$s where %5$s = %6$s and %7$s) own '
        'cross join lateral (%8$s) n cross join %9$s a cross join %10$s b where %11$s',
        stored.embedding, featurize._vector_schema(), featurize._key(f, 's'), stored.relation,
        stored.space, coalesce(featurize._current_space(f), 0), condition,
        featurize._within(f, metric, condition, 64, 'own.featurize_query'),
        featurize._row_at(f, 'own.featurize_row'), featurize._row_at(f, 'n.featurize_row'), featurize._key_match(f, 'n', 'own', '>'))
    using null, max_distance;
end
$_$;

COMMENT ON FUNCTION featurize.duplicates(source anyelement, name text, max_distance double precision, filter text, metric text) IS 'Pairs of rows whose embeddings are not farther from each other than max_distance, each pair once.';

CREATE PROCEDURE featurize.embed(IN image bytea, IN model text, INOUT embedding public.vector DEFAULT NULL::public.vector, IN timeout interval DEFAULT '00:00:30'::interval)
    LANGUAGE plpgsql
    AS $$
begin
    call featurize._embed(model, null, image, embedding, timeout);
end
$$;

COMMENT ON PROCEDURE featurize.embed(IN image bytea, IN model text, INOUT embedding public.vector, IN timeout interval) IS 'Have a worker embed an image that is given as bytes. It commits, so it cannot be in a transaction block.';

CREATE PROCEDURE featurize.embed(IN image text, IN model text, INOUT embedding public.vector DEFAULT NULL::public.vector, IN timeout interval DEFAULT '00:00:30'::interval)
    LANGUAGE plpgsql
    AS $$
begin
    call featurize._embed(model, image, null, embedding, timeout);
end
$$;

COMMENT ON PROCEDURE featurize.embed(IN image text, IN model text, INOUT embedding public.vector, IN timeout interval) IS 'Have a worker embed the image at a path or URI that it may read: CALL featurize.embed(''/a.jpg'', ''resnet50'', null).
It commits, so it cannot be in a transaction block.';

CREATE FUNCTION featurize.embedding_of(image text, model text, timeout interval DEFAULT '00:00:30'::interval) RETURNS public.vector
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    answer record;  -- not a vector: in this search_path there is no such type
    dblink text := (select format('%I.dblink', n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                     where e.extname = 'dblink');
begin
    if dblink is null then
        raise exception using errcode = 'FZ013',
            message = 'featurize.embedding_of() needs the extension dblink',
            hint = 'create extension dblink, or CALL featurize.embed().';
    end if;
    execute format('select x.embedding::%I.vector as embedding from %s($1, $2) as x (embedding text)', featurize._vector_schema(), dblink)
       into answer
      using featurize._own_connection(), format('call featurize.embed(%L::text, %L, null, %L)', image, model, timeout);
    return answer.embedding;
end
$_$;

COMMENT ON FUNCTION featurize.embedding_of(image text, model text, timeout interval) IS 'The vector of the image at a path or URI, in any query: as featurize.embed(), through dblink. The setting featurize.dblink
says how to connect, where the local socket is not enough.';

CREATE FUNCTION featurize.end_index(index_id integer, error text DEFAULT NULL::text) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    i featurize.index;
begin
    update featurize.index x
       set error = end_index.error, built_at = case when end_index.error is null then clock_timestamp() end
     where x.id = end_index.index_id
    returning * into i;
    if i.built_at is not null then
        delete from featurize.projection p where p.index_id = i.id and p.space_id <> i.space_id;
        return query select featurize._index_parts(i.id, i.space_id, true);
    else
        -- It could not be built, or nobody wants it any more.
        return query select featurize._index_parts(end_index.index_id, null, true);
    end if;
end
$$;

COMMENT ON FUNCTION featurize.end_index(index_id integer, error text) IS 'For workers: an index is built, or why not; gives the statements that clear away what is left of it, or of earlier ones.';

CREATE FUNCTION featurize.evaluate(classifier text, split text DEFAULT 'test'::text, positive text DEFAULT NULL::text, OUT rows bigint, OUT accuracy double precision, OUT accuracy_low double precision, OUT accuracy_high double precision, OUT log_loss double precision, OUT auc double precision, OUT classes jsonb, OUT confusion jsonb, OUT roc jsonb) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    known text[] := (select array_agg(k.label order by k.position) from featurize.classifier_class k where k.classifier_id = c.id);
    -- As usual, the last of two.
    number integer := case when positive is not null or cardinality(known) = 2 then featurize._check_class(c, coalesce(positive, known[2])) end;
    labels text[];
    predicted text[];
    of_positive float8[];
    hits bigint;
begin
    select count(*), count(*) filter (where p.label = p.predicted), array_agg(p.label), array_agg(p.predicted), array_agg(p.probabilities[number]),
           -- A class that was not learned is as improbable as a number can be.
           avg(-ln(greatest(coalesce(p.probabilities[array_position(known, p.label)], 0), 2.220446049250313e-16)))
      into rows, hits, labels, predicted, of_positive, log_loss
      from featurize.predictions(classifier, split) p;
    perform featurize._note_changes(c);
    accuracy := hits::float8 / nullif(rows, 0);
    select w.low, w.high into accuracy_low, accuracy_high from featurize._wilson(hits, rows) w;
    known := known || array(select distinct l from unnest(labels) l where l <> all (known) order by l);
    select jsonb_agg(to_jsonb(r)) into classes from featurize._class_report(labels, predicted, known) r;
    select jsonb_agg(to_jsonb(r)) into confusion from featurize._confusion(labels, predicted, known) r;
    if number is not null then
        select jsonb_agg(to_jsonb(r) - 'area'), sum(r.area) into roc, auc
          from (select r.threshold, r.false_positive_rate, r.true_positive_rate,
                       (r.false_positive_rate - lag(r.false_positive_rate) over by_threshold)
                       * (r.true_positive_rate + lag(r.true_positive_rate) over by_threshold) / 2 as area
                  from featurize._roc(array(select l = coalesce(positive, known[number]) from unnest(labels) l), of_positive) r
                window by_threshold as (order by r.threshold desc)) r;
    end if;
end
$$;

COMMENT ON FUNCTION featurize.evaluate(classifier text, split text, positive text, OUT rows bigint, OUT accuracy double precision, OUT accuracy_low double precision, OUT accuracy_high double precision, OUT log_loss double precision, OUT auc double precision, OUT classes jsonb, OUT confusion jsonb, OUT roc jsonb) IS 'How good a classifier is on the rows of its training view that it has not learned from: accuracy with its interval at 95 %
(Wilson), log-loss, and for two classes the area under the ROC curve of the positive one, the last unless it is named.
classes, confusion and roc are also there as tables: featurize.class_report(), confusion() and roc().';

CREATE FUNCTION featurize.evaluate_ranking(featurizer text, label_column name, queries_per_class integer DEFAULT 20, negatives integer DEFAULT 100, seed bigint DEFAULT 0, metric text DEFAULT 'cosine'::text, OUT queries bigint, OUT top_1 double precision, OUT top_2 double precision, OUT top_4 double precision, OUT top_8 double precision, OUT top_16 double precision, OUT top_32 double precision, OUT mean_rank double precision, OUT median_rank double precision) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
begin
    perform featurize._check_column(f.source, label_column, 'label');
    perform featurize._check_search(f, metric, 0);
    if (queries_per_class >= 1 and negatives >= 1 and seed is not null) is not true then
        raise exception using errcode = 'FZ006',
            message = format('the ranking by featurizer "%s" cannot be evaluated by %s queries of each class and %s negatives', f.name,
                coalesce(queries_per_class::text, 'null'), coalesce(negatives::text, 'null')),
            hint = 'Pass 1 or more of each, and a seed.';
    end if;
    execute featurize._ranks(f, label_column, metric)
       into queries, top_1, top_2, top_4, top_8, top_16, top_32, mean_rank, median_rank
      using queries_per_class, negatives, seed;
    if queries = 0 then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" has not two embedded rows of one %s and one of another', f.name, label_column),
            hint = 'A query wants a row like it and others that are not; see featurize.progress.';
    end if;
end
$$;

COMMENT ON FUNCTION featurize.evaluate_ranking(featurizer text, label_column name, queries_per_class integer, negatives integer, seed bigint, metric text, OUT queries bigint, OUT top_1 double precision, OUT top_2 double precision, OUT top_4 double precision, OUT top_8 double precision, OUT top_16 double precision, OUT top_32 double precision, OUT mean_rank double precision, OUT median_rank double precision) IS 'How well distance tells what is alike: for some rows of each class, the rank of one other of that class among negatives of other
classes. top_n: part of the queries where it is among the first n. All is drawn by hash of key and seed; ties count against.';

CREATE PROCEDURE featurize.featurize_query(IN query text, IN image_column name, IN model text, IN into_table text, IN overwrite boolean DEFAULT false, IN image_kind text DEFAULT NULL::text, IN timeout interval DEFAULT '01:00:00'::interval)
    LANGUAGE plpgsql
    AS $$
declare
    relation text;
    featurizer text;
    state record;
    started timestamptz := pg_catalog.clock_timestamp();
    told timestamptz := pg_catalog.clock_timestamp();
begin
    begin
        commit;  -- Never works, in an exception block; but says why.
    exception
        when invalid_transaction_termination then
            perform featurize._check_top_level(sqlerrm, 'featurize_query');
    end;
    perform featurize._resolve_model(model);
    relation := featurize._clear_table(into_table, pg_catalog.current_schema()::pg_catalog.text, overwrite);
    execute pg_catalog.format(E'create table %s as\n%s', relation, query);
    featurizer := featurize._start_query(relation::pg_catalog.regclass, image_column, model, image_kind);
    commit;
    loop
        select * into state from featurize._query_state(featurizer, pg_catalog.timestamptz_pl_interval(started, timeout));
        exit when state.done or state.trouble is not null;
        if pg_catalog.timestamptz_mi(pg_catalog.clock_timestamp(), told) operator(pg_catalog.>) '10 seconds'::pg_catalog.interval then
            told := pg_catalog.clock_timestamp();
            raise notice '%', featurize._query_progress(featurizer);
        end if;
        commit;
        perform pg_catalog.pg_sleep(0.02);
    end loop;
    if state.trouble is not null then
        perform featurize._clear_table(relation, null, true);
        commit;
        raise exception using errcode = 'FZ010',
            message = pg_catalog.format('the query for %s cannot be featurized by model "%s": %s', relation, model, state.trouble),
            hint = 'Start a worker, pgfeaturize worker, or pass a longer timeout. The table is gone.';
    end if;
    raise notice '%', featurize._end_query(featurizer, relation::pg_catalog.regclass);
    commit;
end
$$;

COMMENT ON PROCEDURE featurize.featurize_query(IN query text, IN image_column name, IN model text, IN into_table text, IN overwrite boolean, IN image_kind text, IN timeout interval) IS 'Make a table of what a query gives, with the features of its images: CALL featurize.featurize_query(''select path, label from
photos'', ''path'', ''resnet50'', ''photo_features''). The query is the caller''s own SQL. Rows that fail have an error instead.
It commits, so it cannot be in a transaction block.';

CREATE FUNCTION featurize.freeze_training_view(name text, table_name text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer;
    qualified text := featurize._new_relation(table_name, t.relation);
begin
    select * into f from featurize.featurizer x where x.id = t.featurizer_id;
    if t.space_id is null then
        perform featurize._report_training_view(name, t.require_complete);
    end if;
    execute format('create table %s as select * from %s', qualified, t.relation);
    execute format('alter table %s add primary key (%s)', qualified, (select string_agg(quote_ident(k), ', ') from unnest(featurize._view_key(t)) k));
    execute format('comment on table %s is %L', qualified,
        format('%s as it was at %s. Made by pgfeaturize.', t.relation, to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI UTC')));
    insert into featurize.training_view (relation, featurizer_id, label_column, group_column, test_fraction, seed, stratify, require_complete, space_id)
    values (qualified::regclass, t.featurizer_id, t.label_column, t.group_column, t.test_fraction, t.seed, t.stratify, t.require_complete,
            coalesce(t.space_id, featurize._current_space(f)));
    perform featurize._share_training_view(qualified);
    return qualified;
end
$$;

COMMENT ON FUNCTION featurize.freeze_training_view(name text, table_name text) IS 'Copy a training view into a table, so that an experiment can be made again; to be used like the view.';

CREATE FUNCTION featurize.grant_owner(role regrole) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform featurize._check_administrator();
    execute format('grant create on schema featurize_generated to %s', role);
    perform featurize._grant('owner', role);
end
$$;

COMMENT ON FUNCTION featurize.grant_owner(role regrole) IS 'Let a role declare featurizers on tables that it owns, with models, indexes, training views and classifiers of its own; and what a reader may.';

CREATE FUNCTION featurize.grant_reader(role regrole) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select featurize._grant('reader', role);
$$;

COMMENT ON FUNCTION featurize.grant_reader(role regrole) IS 'Let a role search, predict, embed images and watch. Of embeddings, keys and failures it sees those of rows that it sees in the source.';

CREATE FUNCTION featurize.grant_worker(role regrole) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select featurize._grant('worker', role);
$$;

COMMENT ON FUNCTION featurize.grant_worker(role regrole) IS 'Let a role work: it selects keys and images of all featurizers, and writes their embeddings.';

CREATE FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval) RETURNS bigint[]
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.worker w
       set last_heartbeat = clock_timestamp(), serves = heartbeat.serves
     where w.id = heartbeat.worker_id;
    with renewed as (
        update featurize.lease l
           set expires_at = clock_timestamp() + lease_for
         where l.id = any (leases) and l.worker_id = heartbeat.worker_id
        returning l.id)
    select coalesce(array_agg(renewed.id), '{}') from renewed;
$$;

COMMENT ON FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval) IS 'For workers: sign of life. Renews leases and returns those that are still held.';

CREATE FUNCTION featurize.index_work(name text DEFAULT NULL::text) RETURNS TABLE(index_id integer, featurizer text, metric text, method text, dimensions integer)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select i.id, f.name, i.metric, i.method, i.dimensions
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
      join featurize.space s on s.model = f.model and s.retired_at is null
     where (index_work.name is null or f.name = index_work.name)
       -- Only a table's owner can make indexes on it.
       and (select pg_has_role(c.relowner, 'usage') from pg_class c where c.oid = coalesce(f.embeddings, f.source))
       and (i.space_id is distinct from s.id
            -- One that could not be built, or broke off, is tried again, but not at once.
            or i.built_at is null and (i.started_at < clock_timestamp() - interval '1 minute' or index_work.name is not null))
       and not (i.after_backfill and featurize._is_filling(i))
     order by i.id;
$$;

COMMENT ON FUNCTION featurize.index_work(name text) IS 'For workers: indexes that are to be built now, of one featurizer or of all.';

CREATE FUNCTION featurize.is_classifier_waiting() RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select exists (select from featurize.classifier c where featurize._is_waiting(c));
$$;

COMMENT ON FUNCTION featurize.is_classifier_waiting() IS 'For workers: whether there is a classifier to train.';

CREATE FUNCTION featurize.knn_predict(featurizer text, label_column name, embedding public.vector, k integer DEFAULT 5, metric text DEFAULT 'cosine'::text, filter text DEFAULT NULL::text, OUT label text, OUT probability double precision) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
begin
    perform featurize._check_column(f.source, label_column, 'label');
    perform featurize._check_search(f, metric, k);
    if embedding is not null then
        perform featurize._check_query(f, embedding);
        perform featurize._prepare_search(f, metric, k, format('%I', label_column));
        -- Of labels with as many votes, the nearer one.
        execute format(
            'select (n.item).%1$I::text, count(*)::float8 / sum(count(*)) over () from (%2$s) n group by 1 order by count(*) desc, min(n.distance), 1 limit 1',
            label_column,
            featurize._search(f, metric, format('s.%I is not null and %s', label_column, featurize._condition(filter))))
           into label, probability
          using embedding, k;
    end if;
end
$_$;

COMMENT ON FUNCTION featurize.knn_predict(featurizer text, label_column name, embedding public.vector, k integer, metric text, filter text, OUT label text, OUT probability double precision) IS 'The label that most of the k nearest labeled rows have, and which part of them has it. filter is a condition on these rows.';

CREATE FUNCTION featurize.leave_worker(worker_id integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from featurize.worker w where w.id = worker_id;
$$;

COMMENT ON FUNCTION featurize.leave_worker(worker_id integer) IS 'For workers: leave featurize.worker after an orderly stop.';

CREATE FUNCTION featurize.list_columns() RETURNS TABLE(schema name, relation name, made text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select n.nspname, c.relname, x.made
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(array[f.name, featurize._space_column(f), featurize._digest_column(f)]) x (made)
     where f.destination = 'column';
$$;

COMMENT ON FUNCTION featurize.list_columns() IS 'For programs: columns of featurized tables that were made by functions of this schema.';

CREATE FUNCTION featurize.list_featurizers(schemas text[] DEFAULT NULL::text[]) RETURNS TABLE(name text, schema name, relation name, image_column name, model text, image_kind text, destination text, storage text, key_columns name[], embeddings_schema name, embeddings name, metrics text[])
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select f.name, n.nspname, c.relname, f.image_column, f.model, f.image_kind, f.destination, f.storage, f.key_columns,
           en.nspname, e.relname,
           array(select i.metric from featurize.index i where i.featurizer_id = f.id order by i.metric)
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_class e on e.oid = f.embeddings
      left join pg_namespace en on en.oid = e.relnamespace
     where schemas is null or n.nspname = any (schemas)
     order by f.name;
$$;

COMMENT ON FUNCTION featurize.list_featurizers(schemas text[]) IS 'For programs: the featurizers of the tables in some schemas, and for which metrics they have indexes.';

CREATE FUNCTION featurize.list_indexes() RETURNS TABLE(featurizer text, metric text, method text, dimensions integer, m integer, ef_construction integer, ef_search integer)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- What was left open at the time is left open again: another model may want another method.
    select f.name, i.metric,
           case when chosen.method is distinct from i.method or chosen.reason <> i.reason then i.method else 'auto' end,
           case when i.method = 'projection' then i.dimensions end,
           i.m, i.ef_construction, i.ef_search
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
      join featurize.model m on m.name = f.model
     cross join featurize._plan_index(
           jsonb_populate_record(i, jsonb_build_object('method', 'auto', 'dimensions', null)), f, m.dim) chosen
     order by f.name, i.metric;
$$;

COMMENT ON FUNCTION featurize.list_indexes() IS 'For programs: the arguments of featurize.create_index() that would ask for the indexes that there are.';

CREATE FUNCTION featurize.list_tables() RETURNS TABLE(schema name, relation name)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select n.nspname, c.relname
      from (select f.embeddings from featurize.featurizer f union select t.relation from featurize.training_view t) x (relation)
      join pg_class c on c.oid = x.relation
      join pg_namespace n on n.oid = c.relnamespace;
$$;

COMMENT ON FUNCTION featurize.list_tables() IS 'For programs: tables and views outside schema featurize that were made by functions of it: embeddings, and training views.';

CREATE FUNCTION featurize.list_training_views() RETURNS TABLE(schema name, view_name name, featurizer text, label_column name, test_fraction numeric, seed bigint, stratify boolean, group_column name)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Tables that views were frozen into are not here: they outlive their featurizer.
    select n.nspname, c.relname, f.name, t.label_column, t.test_fraction, t.seed, t.stratify, t.group_column
      from featurize.training_view t
      join featurize.featurizer f on f.id = t.featurizer_id
      join pg_class c on c.oid = t.relation and c.relkind = 'v'
      join pg_namespace n on n.oid = c.relnamespace
     order by t.id;
$$;

COMMENT ON FUNCTION featurize.list_training_views() IS 'For programs: the arguments of featurize.create_training_view() that would make the training views that there are.';

CREATE FUNCTION featurize.measure_recall(name text, k integer DEFAULT 10, sample integer DEFAULT 100, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer) RETURNS double precision
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    i featurize.index := featurize._index_for(f, metric);
    measured float8;
begin
    perform featurize._check_search(f, metric, k);
    if i.id is null then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" has no complete index for %s to be measured', f.name, metric),
            hint = 'See featurize.index_report; featurize.create_index() asks for one.';
    elsif k < 1 or sample is null or sample < 1 then
        raise exception using errcode = 'FZ006',
            message = format('the index of featurizer "%s" cannot be measured by %s neighbors of %s rows', f.name, k, coalesce(sample::text, 'null')),
            hint = 'Pass a k and a sample of 1 or more.';
    end if;
    perform featurize._prepare_search(f, metric, k, null, ef_search);
    measured := featurize._recall(f, metric, k, sample);
    update featurize.index x
       set recall = measured, recall_k = k, recall_sample = sample, recall_measured_at = now()
     where x.id = i.id;
    return measured;
end
$$;

COMMENT ON FUNCTION featurize.measure_recall(name text, k integer, sample integer, metric text, ef_search integer) IS 'Part of the k rows nearest to a row that a search by the index finds, over a sample of rows; remembered in featurize.index_report.';

CREATE FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer) RETURNS TABLE(item anyelement, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, k);
    if query is not null then
        perform featurize._check_query(f, query);
        perform featurize._prepare_search(f, metric, k, filter, ef_search);
        return query execute featurize._search(f, metric, featurize._condition(filter)) using query, k;
    end if;
end
$$;

COMMENT ON FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer, filter text, metric text, ef_search integer) IS 'The k rows whose embeddings are nearest to a vector, among those that a SQL condition on the row picks. source is NULL::table;
metric is cosine, l2, ip (negative inner product) or l1.';

CREATE FUNCTION featurize.nearest_keys(name text, query public.vector, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item_key jsonb, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format('select %s, n.distance from featurize.nearest(null::%s, $1, $2, $3, $4, $5) n',
        featurize._key_json(f, '(n.item)'), f.source)
    using name, query, k, filter, metric;
end
$_$;

COMMENT ON FUNCTION featurize.nearest_keys(name text, query public.vector, k integer, filter text, metric text) IS 'For programs: as featurize.nearest(), but the keys of the rows.';

CREATE FUNCTION featurize.neighbor_keys(name text, key jsonb, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item_key jsonb, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format(
        'select %s, n.distance from jsonb_to_record($1) k (%s) join only %s s on %s cross join lateral featurize.neighbors(s, $2, $3, $4, $5) n',
        featurize._key_json(f, '(n.item)'), featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'k'))
    using $2, name, k, filter, metric;
end
$_$;

COMMENT ON FUNCTION featurize.neighbor_keys(name text, key jsonb, k integer, filter text, metric text) IS 'For programs: as featurize.neighbors(), by keys.';

CREATE FUNCTION featurize.neighbors(source anyelement, name text, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer) RETURNS TABLE(item anyelement, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $_$
declare
    f featurize.featurizer := featurize._featurizer(name);
    own record;
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, k);
    select featurize._own_embedding(f, source) as embedding into own;
    if own.embedding is not null then
        perform featurize._prepare_search(f, metric, k, filter, ef_search);
        return query execute featurize._search(f, metric, format('not (%s) and %s', featurize._key_match(f, 's', '($3)'), featurize._condition(filter)))
               using own.embedding, k, source;
    end if;
end
$_$;

COMMENT ON FUNCTION featurize.neighbors(source anyelement, name text, k integer, filter text, metric text, ef_search integer) IS 'The k rows nearest to a row, without the row itself; none while the row has no current vector.';

CREATE FUNCTION featurize.pause(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
begin
    update featurize.featurizer x set paused_at = now() where x.id = f.id and x.paused_at is null;
end
$$;

COMMENT ON FUNCTION featurize.pause(name text) IS 'Stop handing out jobs of a featurizer; its triggers go on queueing.';

CREATE FUNCTION featurize.predict(classifier text, embedding public.vector, space_id integer DEFAULT NULL::integer, OUT label text, OUT probability double precision) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    select s.label, s.probability into label, probability
      from featurize.scores(classifier, embedding, space_id) s
     limit 1;
end
$$;

COMMENT ON FUNCTION featurize.predict(classifier text, embedding public.vector, space_id integer, OUT label text, OUT probability double precision) IS 'The most probable class of an embedding, and its probability; nothing for null. FZ008 if the embedding is of another feature
space than the classifier has learned from: pass the space_id that stands beside it to have that looked at.';

CREATE FUNCTION featurize.predictions(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(key jsonb, label text, predicted text, probability double precision, probabilities double precision[])
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    c featurize.classifier := featurize._classifier(classifier);
begin
    return query execute format(
        'with judged as materialized (%s) select j.key, j.label, k.label, k.probability, j.probabilities from judged j '
        'cross join lateral (select k.label, p.probability from unnest(j.probabilities) with ordinality p (probability, position) '
        'join featurize.classifier_class k on k.classifier_id = %s and k.position = p.position '
        'order by p.probability desc, k.position limit 1) k order by j.key',
        featurize._judged_view(c, split), c.id);
end
$$;

COMMENT ON FUNCTION featurize.predictions(classifier text, split text) IS 'What a classifier says of the rows of its training view: of those for testing, or of those it has learned from. probabilities
are in the order of the classes.';

CREATE FUNCTION featurize.queue_depth() RETURNS TABLE(featurizer text, pending bigint, leased bigint, oldest_seconds double precision)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    -- Not featurize.progress, which looks at all rows of the source.
    select f.name, coalesce(j.ready, 0) + coalesce(a.rows, 0), coalesce(j.leased, 0),
           coalesce(extract(epoch from clock_timestamp() - least(j.oldest, a.oldest)), 0)::float8
      from featurize.featurizer f
      left join (select x.featurizer_id, count(*) filter (where x.lease_id is null) as ready, count(x.lease_id) as leased,
                        min(x.queued_at) filter (where x.lease_id is null) as oldest
                   from featurize.job x group by x.featurizer_id) j on j.featurizer_id = f.id
      left join (select x.featurizer_id, sum(json_array_length(x.keys)) as rows, min(x.queued_at) as oldest
                   from featurize.outbox x group by x.featurizer_id) a on a.featurizer_id = f.id;
$$;

COMMENT ON FUNCTION featurize.queue_depth() IS 'For programs: what is queued for each featurizer, as often as it was written, and for how long the oldest waits.';

CREATE FUNCTION featurize.refresh(name text, filter text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
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

CREATE FUNCTION featurize.refuse_request(request bigint, worker_id integer, error text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    refusals integer[];
begin
    update featurize.request r
       set worker_id = null, detail = error, refused_by = r.refused_by || refuse_request.worker_id
     where r.id = request and r.answered_at is null
    returning r.refused_by into refusals;
    if exists (select from featurize.worker w
                where w.id <> all (refusals) and w.last_heartbeat > clock_timestamp() - interval '1 minute') then
        perform pg_notify('pgfeaturize_desk', 'request');
    else
        perform featurize.answer_request(request, null, 'model_unavailable', error);
    end if;
end
$$;

COMMENT ON FUNCTION featurize.refuse_request(request bigint, worker_id integer, error text) IS 'For workers: a model cannot be served; others may try, and if there are none that is the answer.';

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
    perform featurize._check_model_is_own(m, register_model.name) from featurize.model m where m.name = wanted.name;
    select * into known from featurize.model m where m.name = wanted.name for update;
    if known.dim is distinct from wanted.dim and exists (select from featurize.featurizer f where f.model = wanted.name) then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" is in use with %s dimensions and cannot get %s', name, known.dim,
                coalesce(wanted.dim::text, 'as many as its network turns out to give')),
            hint = 'Register it under another name, pass dim, or drop its featurizers first.';
    end if;
    insert into featurize.model as m
    values (wanted.*)
        on conflict on constraint model_pkey do update
       set (backbone, node, cut, pooling, dim, weights, preprocessing, error)
         = row(excluded.backbone, excluded.node, excluded.cut, excluded.pooling, excluded.dim, excluded.weights,
               excluded.preprocessing, excluded.error);
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
    delete from featurize.worker w where w.last_heartbeat < now() - interval '1 day';
    insert into featurize.worker (host, pid, device, version)
    values (register_worker.host, register_worker.pid, register_worker.device, register_worker.version)
    returning id;
$$;

COMMENT ON FUNCTION featurize.register_worker(host text, pid integer, device text, version text) IS 'For workers: enter featurize.worker.';

CREATE FUNCTION featurize.reject_classifier(classifier_id integer, worker_id integer, error text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.classifier c
       set error = reject_classifier.error
     where c.id = reject_classifier.classifier_id and c.worker_id = reject_classifier.worker_id and c.trained_at is null;
$$;

COMMENT ON FUNCTION featurize.reject_classifier(classifier_id integer, worker_id integer, error text) IS 'For workers: why a classifier cannot be trained.';

CREATE FUNCTION featurize.reject_model(name text, error text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.model m
       set error = reject_model.error
     where m.name = reject_model.name and m.dim is null and m.error is distinct from reject_model.error;
$$;

COMMENT ON FUNCTION featurize.reject_model(name text, error text) IS 'For workers: why an unresolved model cannot be completed.';

CREATE FUNCTION featurize.release(lease_id bigint) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    released integer;
begin
    -- The attempt is given back: the rows were not to blame.
    update featurize.job j
       set lease_id = null, attempts = j.attempts - 1
     where j.lease_id = release.lease_id;
    get diagnostics released = row_count;
    perform featurize._reset_queue_cursor(l.featurizer_id) from featurize.lease l where l.id = release.lease_id;
    delete from featurize.lease l where l.id = release.lease_id;
    return released;
end
$$;

COMMENT ON FUNCTION featurize.release(lease_id bigint) IS 'For workers: give a batch back untouched.';

CREATE FUNCTION featurize.release_classifier(classifier_id integer, worker_id integer) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.classifier c
       set worker_id = null, started_at = null
     where c.id = release_classifier.classifier_id and c.worker_id = release_classifier.worker_id and c.state = 'training';
$$;

COMMENT ON FUNCTION featurize.release_classifier(classifier_id integer, worker_id integer) IS 'For workers: leave a classifier to others.';

CREATE FUNCTION featurize.release_idle_lock() RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select pg_advisory_unlock(featurize._idle_lock());
$$;

COMMENT ON FUNCTION featurize.release_idle_lock() IS 'For workers: no need to be woken any more.';

CREATE FUNCTION featurize.repair(name text DEFAULT NULL::text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer;
    mended integer := 0;
begin
    if name is not null then
        perform featurize._own_featurizer(name);
    end if;
    for f in
        select * from featurize.featurizer x
         where case when repair.name is null then pg_has_role(featurize._owner(x), 'usage') else x.name = repair.name end
           and exists (select from pg_class c where c.oid = x.source)
    loop
        perform featurize._check_source_owner(f.source, featurize._owner(f));
        perform featurize._create_triggers(f);
        -- These write to it with the rights of the owner that the source has by now.
        if exists (select from pg_class c where c.oid = f.embeddings and c.relowner <> featurize._owner(f)) then
            execute format('alter table %s owner to %s', f.embeddings, featurize._owner(f)::regrole);
        end if;
        perform featurize._share(f);
        perform featurize._start_backfill(f, false);
        mended := mended + 1;
    end loop;
    if pg_has_role((select c.relowner from pg_class c where c.oid = 'featurize.job'::regclass), 'usage') then
        perform featurize._create_policies('worker', r.rolname) from pg_roles r where r.oid = any (featurize._grantees('worker'));
    end if;
    return mended;
end
$$;

COMMENT ON FUNCTION featurize.repair(name text) IS 'Create missing triggers again, give workers and readers their rights, and look for rows that were missed; says for how many featurizers.';

CREATE FUNCTION featurize.resolve_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update featurize.model m
       set node = resolve_model.node, pooling = resolve_model.pooling, dim = resolve_model.dim,
           weights = resolve_model.weights, preprocessing = resolve_model.preprocessing, error = null
     where m.name = resolve_model.name and m.dim is null;
$$;

COMMENT ON FUNCTION featurize.resolve_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) IS 'For workers: what an unresolved model turned out to be.';

CREATE FUNCTION featurize.resume(name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
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
    perform featurize._check_owner(this.owner, format('model "%s"', this.name));
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
    f featurize.featurizer := featurize._own_featurizer(name);
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

CREATE FUNCTION featurize.revoke(role regrole) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    f featurize.featurizer;
begin
    perform featurize._check_administrator();
    perform featurize._policy(p.polrelid, p.polname, null)
       from pg_policy p
       join pg_class c on c.oid = p.polrelid and c.relnamespace = 'featurize'::regnamespace
      where p.polroles = array[role::oid];
    execute format('revoke all on all tables in schema featurize from %s', role);
    execute format('revoke all on schema featurize, featurize_generated from %s', role);
    for f in select * from featurize.featurizer loop
        if not pg_has_role(featurize._owner(f), 'usage') then
            raise notice 'featurizer "%" is not yours: its owner has to revoke the rights to % and its embeddings', f.name, f.source;
            continue;
        end if;
        perform featurize._unshare(f, role);
        perform featurize._share(f) from pg_class c where c.oid = f.source;
    end loop;
    perform featurize._check_triggers_may_queue(role);
end
$$;

COMMENT ON FUNCTION featurize.revoke(role regrole) IS 'Take back what grant_reader(), grant_owner() and grant_worker() have given, and any right to the columns that a worker needs.';

CREATE FUNCTION featurize.roc(classifier text, split text DEFAULT 'test'::text, positive text DEFAULT NULL::text) RETURNS TABLE(threshold double precision, false_positive_rate double precision, true_positive_rate double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    points jsonb := (featurize.evaluate(classifier, split, positive)).roc;
begin
    if points is null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" knows more than two classes, so it has one curve for each', classifier),
            hint = 'Pass positive => one of them.';
    end if;
    return query select r.* from jsonb_to_recordset(points) r (threshold float8, false_positive_rate float8, true_positive_rate float8);
end
$$;

COMMENT ON FUNCTION featurize.roc(classifier text, split text, positive text) IS 'The receiver operating characteristic: of the other rows and of those of the positive class, how many have at least that probability.';

CREATE FUNCTION featurize.sample_vectors(index_id integer, size integer) RETURNS SETOF public.vector
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return query execute (
        select format('select x.embedding from (%s) x', featurize._sample(f, i.metric, size))
          from featurize.index i join featurize.featurizer f on f.id = i.featurizer_id
         where i.id = sample_vectors.index_id);
end
$$;

COMMENT ON FUNCTION featurize.sample_vectors(index_id integer, size integer) IS 'For workers: embeddings to fit the projection of an index to.';

CREATE FUNCTION featurize.scores(classifier text, embedding public.vector, space_id integer DEFAULT NULL::integer) RETURNS TABLE(label text, score double precision, probability double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    scores float8[];
begin
    if embedding is not null then
        scores := featurize._scores(c, embedding, space_id);
        return query
        select k.label, scores[k.position], p.probability
          from featurize.classifier_class k
          join unnest(featurize._probabilities(c.link, scores)) with ordinality p (probability, position) using (position)
         where k.classifier_id = c.id
         order by p.probability desc, k.position;
    end if;
end
$$;

COMMENT ON FUNCTION featurize.scores(classifier text, embedding public.vector, space_id integer) IS 'All classes of a classifier for an embedding, the most probable first. space_id as in featurize.predict().';

CREATE FUNCTION featurize.search_terms(name text) RETURNS TABLE(space_id integer, dim integer, storage text, halved text[])
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select featurize._current_space(f), m.dim, f.storage,
           array(select i.metric from featurize.index i where i.featurizer_id = f.id and i.method = 'halfvec' order by i.metric)
      from featurize._featurizer(search_terms.name) f
      join featurize.model m on m.name = f.model;
$$;

COMMENT ON FUNCTION featurize.search_terms(name text) IS 'For programs: the space of a featurizer''s vectors, their length and type, and for which metrics they are indexed as half-precision ones.';

CREATE FUNCTION featurize.set_projection(index_id integer, directions public.vector[], biases double precision[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    delete from featurize.projection p
     using featurize.index i
     where i.id = set_projection.index_id and p.index_id = i.id and p.space_id = i.space_id;
    insert into featurize.projection (index_id, space_id, position, direction, bias)
    select i.id, i.space_id, d.position, d.direction, d.bias
      from featurize.index i
     cross join unnest(directions, biases) with ordinality d (direction, bias, position)
     where i.id = set_projection.index_id;
$$;

COMMENT ON FUNCTION featurize.set_projection(index_id integer, directions public.vector[], biases double precision[]) IS 'For workers: the principal components that an index which was begun is to be over.';

CREATE FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], reasons text[], details text[], transient boolean[], digests bytea[] DEFAULT NULL::bytea[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "IntervalStyle" TO 'iso_8601'
    SET bytea_output TO 'hex'
    SET extra_float_digits TO '1'
    SET enable_seqscan TO 'off'
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
    with again as (
        update featurize.job j
           set lease_id = null,
               scheduled_at = clock_timestamp() + interval '5 seconds' * power(2, j.attempts - 1)
          from unnest(job_ids, transient) as o (job_id, again)
          join featurize.job own on own.id = o.job_id and own.id = any (job_ids) and own.lease_id = settle.lease_id
         where o.again and own.attempts < featurize._max_attempts()
           and j.lease_id = settle.lease_id and j.key = own.key
        returning j.id)
    select count(*) into retried from again where again.id = any (job_ids);

    execute format($settle$
        with outcome as (
            -- Failures come after the vectors, so the shorter arrays are padded with nulls.
            select j.id, j.key, j.attempts, j.image_digest, o.embedding, o.reason, o.detail, o.digest
              from unnest($1, $2, $3, $4, $8) as o (job_id, embedding, reason, detail, digest)
              join featurize.job j on j.id = o.job_id and j.id = any ($1) and j.lease_id = $5
        ), held as materialized (
            -- Rows that still hold the image that was featurized, kept so until commit. Rows that a
            -- user's transaction holds are passed over: waiting could end in a deadlock, and theirs.
            select outcome.id, outcome.key, outcome.attempts, outcome.embedding, outcome.reason, outcome.detail,
                   outcome.digest, %1$s as image
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
            select $6, held.key, %7$s, held.reason, held.detail, held.attempts from held where held.reason is not null
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
    using job_ids, embeddings, reasons, details, settle.lease_id, f.name, space_id, digests;
    discarded := cardinality(job_ids) - embedded - failed - retried;
    update featurize.job j
       set lease_id = null, attempts = j.attempts - 1, scheduled_at = clock_timestamp() + interval '1 second'
     where j.lease_id = settle.lease_id;
    delete from featurize.lease x where x.id = settle.lease_id;
    perform featurize._count_throughput(l, embedded, failed);
end
$_$;

COMMENT ON FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], reasons text[], details text[], transient boolean[], digests bytea[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) IS 'For workers: store the vectors and failures of a lease, where they are still true, and end it.
The jobs with vectors come first in job_ids; reasons, details and transient are null for them. digests are of their images.';

CREATE FUNCTION featurize.start_building() RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    -- One in a database at a time: two that build CONCURRENTLY on a table wait for each other.
    if not pg_try_advisory_lock(hashtext('pgfeaturize.index')) then
        return false;
    end if;
    perform set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false);
    return true;
end
$$;

COMMENT ON FUNCTION featurize.start_building() IS 'For workers: whether this session may build indexes, because no other does; and as long as it takes.';

CREATE FUNCTION featurize.store_classifier(classifier_id integer, worker_id integer, space_id integer, link text, labels text[], rows integer[], coefficients public.vector[], intercepts double precision[], metrics jsonb, versions jsonb) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    c featurize.classifier;
    length integer;
begin
    select * into c from featurize.classifier x
     where x.id = store_classifier.classifier_id and x.worker_id = store_classifier.worker_id and x.trained_at is null
       for update;
    if c.id is null then
        return false;  -- dropped, asked for anew, or taken over: late work is not merged
    end if;
    delete from featurize.classifier x where x.name = c.name and x.trained_at is not null;
    insert into featurize.classifier_class (classifier_id, position, label, rows, coefficients, intercept)
    select c.id, row_number() over (order by k.label collate "C"), k.label, k.rows, k.coefficients, k.intercept
      from unnest(labels, rows, coefficients, intercepts) k (label, rows, coefficients, intercept);
    execute format('select %I.vector_dims($1[1])', featurize._vector_schema()) into length using coefficients;
    update featurize.classifier x
       set trained_at = clock_timestamp(), error = null, space_id = store_classifier.space_id, dim = length,
           link = store_classifier.link, metrics = store_classifier.metrics, versions = store_classifier.versions
     where x.id = c.id;
    return true;
end
$_$;

COMMENT ON FUNCTION featurize.store_classifier(classifier_id integer, worker_id integer, space_id integer, link text, labels text[], rows integer[], coefficients public.vector[], intercepts double precision[], metrics jsonb, versions jsonb) IS 'For workers: what was learned. It takes the place of the classifier of the same name; false if it is not wanted any more.';

CREATE FUNCTION featurize.suggest_labels(classifier text, n integer DEFAULT 10, filter text DEFAULT NULL::text) RETURNS TABLE(key jsonb, image text, label text, probability double precision, margin double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    c featurize.classifier := featurize._classifier(classifier);
    f featurize.featurizer := featurize._featurizer_of(c);
    t featurize.training_view;
    stored record := featurize._with_embedding(f, 'join');
begin
    select * into t from featurize.training_view x where x.id = c.training_view_id;
    if t.id is null then
        perform featurize._judged_view(c, 'test');
    end if;
    perform featurize._check_search(f, 'cosine', n);
    return query execute format(
        'with judged as materialized (%1$s) select j.key, j.image, k.label, j.best, j.best - j.second '
        'from (select j.key, j.image, array_position(j.probabilities, b.best) as position, b.best, b.second from judged j '
        'cross join lateral (select max(p) as best, coalesce((array_agg(p order by p desc))[2], 0) as second from unnest(j.probabilities) p) b '
        'order by b.best - b.second, j.key limit $1) j '
        'join featurize.classifier_class k on k.classifier_id = %2$s and k.position = j.position order by j.best - j.second, j.key',
        featurize._predicted(c, stored.relation, stored.embedding,
            format('%s as key, %s as image', featurize._key_json(f, 's'), case f.image_kind when 'bytes' then 'null::text' else featurize._image(f, 's') end),
            format('s.%I is null and %s = %s and %s', t.label_column, stored.space, c.space_id, featurize._condition(filter))),
        c.id)
    using n;
end
$_$;

COMMENT ON FUNCTION featurize.suggest_labels(classifier text, n integer, filter text) IS 'The n rows without a label, of those that a condition picks, of which a classifier is least sure: margin is how much more probable the first class is than the
second. Labels for these teach it most.';

CREATE FUNCTION featurize.take_classifier(worker_id integer) RETURNS TABLE(classifier_id integer, name text, training_view text, algorithm text, params jsonb)
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with taken as (
        update featurize.classifier c
           set worker_id = take_classifier.worker_id, started_at = clock_timestamp()
         where c.id = (select x.id from featurize.classifier x
                        where featurize._is_waiting(x)
                        order by x.id limit 1 for update skip locked)
        returning c.*)
    select c.id, c.name, featurize._qualified(t.relation), c.algorithm, c.params
      from taken c
      -- A worker reads what whoever asks may not.
      left join featurize.training_view t on t.id = c.training_view_id and has_table_privilege(c.owner, t.relation, 'select');
$$;

COMMENT ON FUNCTION featurize.take_classifier(worker_id integer) IS 'For workers: the next classifier that is to be trained. Without a training_view, that is gone, or not for who has asked.';

CREATE FUNCTION featurize.take_request(worker_id integer) RETURNS TABLE(request bigint, image text, bytes bytea, model text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, space_id integer)
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    with taken as (
        update featurize.request r
           set worker_id = take_request.worker_id
         where r.id = (select x.id from featurize.request x
                        where x.answered_at is null and x.expires_at > clock_timestamp()
                          and take_request.worker_id <> all (x.refused_by)
                          -- A request by hand may name any: to be taken for nothing would end the turn.
                          and exists (select from featurize.model m where m.name = x.model)
                          -- What a worker had that is gone is taken over.
                          and (x.worker_id is null
                               or not exists (select from featurize.worker w
                                               where w.id = x.worker_id and w.last_heartbeat > clock_timestamp() - interval '20 seconds'))
                        order by x.id limit 1 for update skip locked)
        returning r.*)
    select t.id, t.image, t.bytes, m.name, m.backbone, m.node, m.pooling, m.dim, m.weights, m.preprocessing, s.id
      from taken t
      join featurize.model m on m.name = t.model
      left join featurize.space s on s.model = m.name and s.retired_at is null;
$$;

COMMENT ON FUNCTION featurize.take_request(worker_id integer) IS 'For workers: the next image that somebody waits for, and the model.';

CREATE FUNCTION featurize.top(classifier text, label text, k integer DEFAULT 10) RETURNS TABLE(key jsonb, probability double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    f featurize.featurizer := featurize._featurizer_of(c);
begin
    return query execute format('select %s, t.probability from (%s) t', featurize._key_json(f, '(t.item)'), featurize._top(c, f, label, k, null))
           using featurize._class_vector(c, label), featurize._breadth(c, k), k;
end
$$;

COMMENT ON FUNCTION featurize.top(classifier text, label text, k integer) IS 'The keys of the k rows that are most probably of a class.';

CREATE FUNCTION featurize.top(source anyelement, classifier text, label text, k integer DEFAULT 10, filter text DEFAULT NULL::text) RETURNS TABLE(item anyelement, probability double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    f featurize.featurizer := featurize._featurizer_of(c);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    return query execute featurize._top(c, f, label, k, filter) using featurize._class_vector(c, label), featurize._breadth(c, k), k;
end
$$;

COMMENT ON FUNCTION featurize.top(source anyelement, classifier text, label text, k integer, filter text) IS 'The k rows that are most probably of a class, of those that a condition picks. source is NULL::table. An index for ip serves it, or
for cosine where the classifier normalizes by l2. Of three classes and more, the 20 * k rows with the highest score are compared.';

CREATE FUNCTION featurize.train_classifier(name text, training_view text, algorithm text DEFAULT 'logistic_regression'::text, params jsonb DEFAULT '{}'::jsonb, replace boolean DEFAULT false) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    t featurize.training_view := featurize._training_view(training_view);
    id integer;
begin
    perform featurize._check_params(name, algorithm, params);
    if coalesce(name, '') = '' or exists (select from featurize.classifier c where c.name = train_classifier.name and c.state <> 'failed') and not replace then
        raise exception using errcode = 'FZ002',
            message = case when coalesce(name, '') = '' then 'a classifier needs a name' else format('there is a classifier "%s" already', name) end,
            hint = 'Pass another name; or replace => true, and the old one predicts until the new one is ready.';
    end if;
    perform featurize._check_owner(c.owner, format('classifier "%s"', c.name)) from featurize.classifier c where c.name = train_classifier.name;
    perform featurize._check_classes(name, t);
    delete from featurize.classifier c where c.name = train_classifier.name and c.trained_at is null;
    insert into featurize.classifier as c (name, training_view_id, featurizer_id, algorithm, params, normalization)
    values (name, t.id, t.featurizer_id, algorithm, params, coalesce(params ->> 'normalize', 'standard'))
    returning c.id into id;
    perform pg_notify('pgfeaturize_desk', 'classifier');
    return id;
end
$$;

COMMENT ON FUNCTION featurize.train_classifier(name text, training_view text, algorithm text, params jsonb, replace boolean) IS 'Have a worker train a classifier by the rows of a training view: logistic_regression, linear_svm or ridge. It returns at once,
see featurize.wait_classifier(). params: normalize (none, standard, minmax, l2), class_weight, max_iter, tol, C, alpha.';

CREATE FUNCTION featurize.training_copy(name text, split text DEFAULT NULL::text) RETURNS TABLE(rows bigint, dim integer, statement text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    t featurize.training_view := featurize._training_view(name);
    keys text := (select string_agg(format('x.%I', k), ', ') from unnest(featurize._view_key(t)) k);
begin
    if split is not null then
        perform featurize._check_choice('split', split, array['train', 'test']);
    end if;
    execute format('select count(*) from %s x where $1 is null or x.split = $1', t.relation) into rows using split;
    select m.dim into dim
      from featurize.model m
     where m.name = coalesce((select p.model from featurize.space p where p.id = t.space_id),
                             (select f.model from featurize.featurizer f where f.id = t.featurizer_id));
    -- Sorted as they are stored: as vectors, halfvecs would take twice the room, out of line.
    statement := format('copy (select to_jsonb(k)::text, x.label::text, x.split, x.features::%I.vector from (select * from %s x%s order by %s) x cross join lateral (select %s) k) to stdout (format binary)',
        featurize._vector_schema(), t.relation,
        case when split is not null then format(' where x.split = %L', split) end, keys, keys);
    return next;
end
$_$;

COMMENT ON FUNCTION featurize.training_copy(name text, split text) IS 'How to read a training view: rows of one split or of both, length of the features, and a COPY statement that gives key, label, split and features, in key order.';

CREATE FUNCTION featurize.training_report(name text) RETURNS TABLE(label text, rows bigint, train bigint, test bigint, missing bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer;
begin
    select * into f from featurize.featurizer x where x.id = t.featurizer_id and t.space_id is null;
    if f.id is null then
        return query execute format(
            'select x.label::text, count(*), count(*) filter (where x.split = ''train''), count(*) filter (where x.split = ''test''), 0::bigint '
            'from %s x group by 1 order by 1', t.relation);
        return;
    end if;
    return query execute format(
        'select s.%1$I::text, count(*), count(*) filter (where x.split = ''train''), count(*) filter (where x.split = ''test''), '
        'count(*) filter (where s.%1$I is not null and x.split is null) from only %2$s s left join %3$s x on %4$s group by 1 order by 1',
        t.label_column, f.source, t.relation, featurize._key_match(f, 'x', 's'));
end
$_$;

COMMENT ON FUNCTION featurize.training_report(name text) IS 'Rows of a training view by label; label null: rows without one, which are left out; missing: those without a current embedding.';

CREATE FUNCTION featurize.training_space(name text) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select coalesce(t.space_id, featurize._current_space(f))
      from featurize._training_view(training_space.name) t
      left join featurize.featurizer f on f.id = t.featurizer_id;
$$;

COMMENT ON FUNCTION featurize.training_space(name text) IS 'For programs: the feature space of what a training view shows now.';

CREATE FUNCTION featurize.try_idle_lock() RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select pg_try_advisory_lock(featurize._idle_lock());
$$;

COMMENT ON FUNCTION featurize.try_idle_lock() IS 'For workers: ask to be woken. False while a writer''s transaction is open or another sleeper has asked.';

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
    while featurize._is_busy(f.id) loop
        if clock_timestamp() > deadline then
            return false;
        end if;
        perform pg_sleep(0.02);
    end loop;
    return true;
end
$$;

COMMENT ON FUNCTION featurize.wait(name text, timeout interval) IS 'Wait until nothing of a featurizer is queued; false when the time is over. Commit the rows first.';

CREATE FUNCTION featurize.wait_classifier(name text, timeout interval DEFAULT '01:00:00'::interval) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    deadline timestamptz := clock_timestamp() + timeout;
    c featurize.classifier;
begin
    loop
        -- The one that is to come, before the one that is there.
        select * into c from featurize.classifier x where x.name = wait_classifier.name order by x.trained_at nulls first limit 1;
        if c.id is null or c.state = 'ready' then
            perform featurize._classifier(name);
            return true;
        elsif c.state = 'failed' then
            raise exception using errcode = 'FZ017',
                message = format('classifier "%s" cannot be trained: %s', name, c.error),
                hint = 'Mend that and call featurize.train_classifier() again.';
        elsif c.requested_at = now() and c.started_at is null then
            raise exception using errcode = 'FZ012',
                message = format('classifier "%s" was asked for in this very transaction, which no worker can see yet', name),
                hint = 'Commit first.';
        elsif clock_timestamp() > deadline then
            return false;
        end if;
        perform pg_sleep(0.02);
    end loop;
end
$$;

COMMENT ON FUNCTION featurize.wait_classifier(name text, timeout interval) IS 'Wait until a classifier is ready; false when the time is over, FZ017 if it cannot be trained.';

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
    select max(j.attempts) into attempts from featurize._queued j where j.featurizer_id = f.id and j.key = row_key;
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
                 when not exists (select from featurize.worker w where w.last_heartbeat > now() - interval '1 minute')
                 then '; no worker is running' end)
        else format('%s has no row %s', f.source, row_key)
    end;
end
$_$;

COMMENT ON FUNCTION featurize.why(name text, key jsonb) IS 'The state of one row, in words.';

CREATE FUNCTION featurize.within(source anyelement, name text, query public.vector, max_distance double precision, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item anyelement, distance double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "hnsw.iterative_scan" TO 'relaxed_order'
    SET "hnsw.ef_search" TO '100'
    SET enable_sort TO 'on'
    SET jit TO 'off'
    AS $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    perform featurize._check_search(f, metric, 0);
    if query is not null then
        perform featurize._check_query(f, query);
        perform featurize._prepare_search(f, metric, 1000, filter);
        return query execute featurize._rows(f, featurize._within(f, metric, featurize._condition(filter), 1000))
               using query, max_distance;
    end if;
end
$$;

COMMENT ON FUNCTION featurize.within(source anyelement, name text, query public.vector, max_distance double precision, filter text, metric text) IS 'All rows whose embeddings are not farther from a vector than max_distance, nearest first; with an index, as many of them as
featurize.measure_recall() says.';

CREATE FUNCTION featurize.work() RETURNS TABLE(featurizer_id integer, name text, model text, backbone text, node text, cut integer, pooling text, dim integer, weights text, preprocessing jsonb, source oid, schema name, relation name, image_column name, image_kind text, storage text, space_id integer, blocked boolean, backfilling boolean)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_bitmapscan TO 'off'
    AS $$
begin
    perform featurize._reclaim();
    return query
    select null::integer, m.name, m.name, m.backbone, m.node, m.cut, m.pooling, m.dim, m.weights, m.preprocessing,
           null::oid, null::name, null::name, null::name, null::text, null::text, null::integer, m.error is not null, false
      from featurize.model m
     where m.dim is null;
    return query
    select f.id, f.name, m.name, m.backbone, m.node, m.cut, m.pooling, m.dim, m.weights, m.preprocessing,
           f.source::oid, n.nspname, c.relname, f.image_column, f.image_kind, f.storage, s.id, f.blocked_at is not null,
           b.featurizer_id is not null
      from featurize.featurizer f
      join featurize.model m on m.name = f.model
      left join pg_class c on c.oid = f.source
      left join pg_namespace n on n.oid = c.relnamespace
      left join featurize.space s on s.model = f.model and s.retired_at is null
      left join featurize.backfill b on b.featurizer_id = f.id and b.finished_at is null
     where f.paused_at is null
       and featurize._may_serve(f, quote_ident(current_user)::regrole)
       and (b.featurizer_id is not null
            or featurize._first_outbox_id(f.id) is not null
            or exists (select from unnest(featurize._priorities()) p (priority)
                        where featurize._first_job(f.id, p.priority) is not null))
     order by f.id;
end
$$;

COMMENT ON FUNCTION featurize.work() IS 'For workers: featurizers with something to do, with the models they need; and, without a featurizer_id, unresolved models.';

CREATE TABLE featurize.job (
    id bigint NOT NULL,
    lease_id bigint,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    scheduled_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    featurizer_id integer NOT NULL,
    priority smallint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    key jsonb NOT NULL,
    image_digest bytea,
    CONSTRAINT job_leased_was_attempted CHECK (((lease_id IS NULL) OR (attempts > 0)))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_analyze_scale_factor='0.5');

COMMENT ON TABLE featurize.job IS 'Rows waiting for a featurizer. Several jobs of one row collapse at the claim.';

COMMENT ON COLUMN featurize.job.id IS 'Order of insertion.';

COMMENT ON COLUMN featurize.job.lease_id IS 'Lease that covers it; null while ready.';

COMMENT ON COLUMN featurize.job.queued_at IS 'When the row was queued.';

COMMENT ON COLUMN featurize.job.scheduled_at IS 'Not handed out before this.';

COMMENT ON COLUMN featurize.job.featurizer_id IS 'Featurizer it waits for.';

COMMENT ON COLUMN featurize.job.priority IS 'Smaller goes first: 0 for writes, 10 for backfill.';

COMMENT ON COLUMN featurize.job.attempts IS 'How often it was handed out; counted at the claim, so a crash counts.';

COMMENT ON COLUMN featurize.job.key IS 'Primary key of the row, as an object.';

COMMENT ON COLUMN featurize.job.image_digest IS 'SHA-256 of the image value that was handed out.';

CREATE TABLE featurize.outbox (
    id bigint NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    featurizer_id integer NOT NULL,
    keys json NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_analyze_scale_factor='0.5');

COMMENT ON TABLE featurize.outbox IS 'Rows that were written, as the triggers leave them: not yet jobs, but queued.';

COMMENT ON COLUMN featurize.outbox.id IS 'Order of insertion.';

COMMENT ON COLUMN featurize.outbox.queued_at IS 'When the rows were written.';

COMMENT ON COLUMN featurize.outbox.featurizer_id IS 'Featurizer they wait for.';

COMMENT ON COLUMN featurize.outbox.keys IS 'Primary keys of up to a hundred rows, an array of objects.';

CREATE VIEW featurize._queued WITH (security_invoker='true') AS
 SELECT j.featurizer_id,
    j.key,
    j.queued_at,
    j.lease_id,
    j.attempts
   FROM featurize.job j
UNION ALL
 SELECT a.featurizer_id,
    (k.key)::jsonb AS key,
    a.queued_at,
    NULL::bigint AS lease_id,
    (0)::smallint AS attempts
   FROM (featurize.outbox a
     CROSS JOIN LATERAL json_array_elements(a.keys) k(key));

COMMENT ON VIEW featurize._queued IS 'All that waits: jobs, and rows that are yet to become jobs.';

COMMENT ON COLUMN featurize._queued.featurizer_id IS 'Featurizer it waits for.';

COMMENT ON COLUMN featurize._queued.key IS 'Primary key of the row, as an object.';

COMMENT ON COLUMN featurize._queued.queued_at IS 'When the row was queued.';

COMMENT ON COLUMN featurize._queued.lease_id IS 'Lease that covers it; null while ready.';

COMMENT ON COLUMN featurize._queued.attempts IS 'How often it was handed out.';

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

CREATE TABLE featurize.classifier_class (
    classifier_id integer NOT NULL,
    "position" integer NOT NULL,
    label text NOT NULL,
    rows integer NOT NULL,
    coefficients public.vector NOT NULL,
    intercept double precision NOT NULL
);

COMMENT ON TABLE featurize.classifier_class IS 'Classes of classifiers: the score of an embedding is coefficients · embedding + intercept.';

COMMENT ON COLUMN featurize.classifier_class.classifier_id IS 'Classifier.';

COMMENT ON COLUMN featurize.classifier_class."position" IS 'From 1, in the order of the labels as bytes.';

COMMENT ON COLUMN featurize.classifier_class.label IS 'The label, as text.';

COMMENT ON COLUMN featurize.classifier_class.rows IS 'Rows of it that were learned from.';

COMMENT ON COLUMN featurize.classifier_class.coefficients IS 'With the normalization folded in; that by length excepted.';

COMMENT ON COLUMN featurize.classifier_class.intercept IS 'Score of a zero embedding.';

ALTER TABLE featurize.classifier ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.classifier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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

ALTER TABLE featurize.featurizer ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.featurizer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE featurize.index ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.index_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW featurize.index_report AS
 SELECT featurizer,
    metric,
    method,
    reason,
    dimensions,
    state,
    progress,
    relation,
    size,
    build_time,
    expression,
    recall,
    recall_k,
    recall_measured_at
   FROM featurize._index_report() _index_report(featurizer, metric, method, reason, dimensions, state, progress, relation, size, build_time, expression, recall, recall_k, recall_measured_at);

COMMENT ON VIEW featurize.index_report IS 'Indexes: what was chosen and why, how far they are, and how good. expression is what a query of your own has to order by.';

COMMENT ON COLUMN featurize.index_report.featurizer IS 'Featurizer.';

COMMENT ON COLUMN featurize.index_report.metric IS 'Distance it is for.';

COMMENT ON COLUMN featurize.index_report.method IS 'hnsw, halfvec, bits or projection, see featurize.index.';

COMMENT ON COLUMN featurize.index_report.reason IS 'Why this method.';

COMMENT ON COLUMN featurize.index_report.dimensions IS 'Length of what is indexed.';

COMMENT ON COLUMN featurize.index_report.state IS 'ready, or what is missing.';

COMMENT ON COLUMN featurize.index_report.progress IS 'Part of the building that is done, 0 to 1.';

COMMENT ON COLUMN featurize.index_report.relation IS 'The index.';

COMMENT ON COLUMN featurize.index_report.size IS 'Its bytes.';

COMMENT ON COLUMN featurize.index_report.build_time IS 'How long building took.';

COMMENT ON COLUMN featurize.index_report.expression IS 'What a query of one''s own has to contain to use it; $1 is the vector.';

COMMENT ON COLUMN featurize.index_report.recall IS 'Part of the nearest rows that a search finds, when last measured.';

COMMENT ON COLUMN featurize.index_report.recall_k IS 'How many nearest rows were asked for.';

COMMENT ON COLUMN featurize.index_report.recall_measured_at IS 'When that was.';

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

ALTER TABLE featurize.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.outbox_id_seq
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

CREATE TABLE featurize.projection (
    index_id integer NOT NULL,
    space_id integer NOT NULL,
    "position" integer NOT NULL,
    direction public.halfvec NOT NULL,
    bias double precision NOT NULL
);
ALTER TABLE ONLY featurize.projection ALTER COLUMN direction SET STORAGE PLAIN;

COMMENT ON TABLE featurize.projection IS 'Principal components of embeddings, of unit length: value number position is direction · embedding - bias.';

COMMENT ON COLUMN featurize.projection.index_id IS 'Index that is over the projections.';

COMMENT ON COLUMN featurize.projection.space_id IS 'Feature space whose vectors it was fitted to.';

COMMENT ON COLUMN featurize.projection."position" IS 'From the component that varies most, 1, on.';

COMMENT ON COLUMN featurize.projection.direction IS 'The component.';

COMMENT ON COLUMN featurize.projection.bias IS 'The component of the mean.';

CREATE TABLE featurize.release (
    version text NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE featurize.release IS 'Schema releases applied to this database, by any install route.';

COMMENT ON COLUMN featurize.release.version IS 'Release, as in the control file.';

COMMENT ON COLUMN featurize.release.installed_at IS 'When it was applied.';

ALTER TABLE featurize.request ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

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

ALTER TABLE featurize.training_view ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.training_view_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE featurize.worker (
    id integer NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    device text NOT NULL,
    version text NOT NULL,
    role regrole DEFAULT (quote_ident((CURRENT_USER)::text))::regrole NOT NULL,
    serves text[] DEFAULT '{}'::text[] NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE featurize.worker IS 'Worker processes. One that was not seen for a minute is dead.';

COMMENT ON COLUMN featurize.worker.id IS 'Number in its log lines.';

COMMENT ON COLUMN featurize.worker.host IS 'Machine it runs on.';

COMMENT ON COLUMN featurize.worker.pid IS 'Process id there.';

COMMENT ON COLUMN featurize.worker.device IS 'Where its networks run: cpu, cuda:0, …';

COMMENT ON COLUMN featurize.worker.version IS 'Release of the program.';

COMMENT ON COLUMN featurize.worker.role IS 'Role that it is connected as.';

COMMENT ON COLUMN featurize.worker.serves IS 'Featurizers whose model it has loaded.';

COMMENT ON COLUMN featurize.worker.started_at IS 'When it registered.';

COMMENT ON COLUMN featurize.worker.last_heartbeat IS 'Last sign of life.';

ALTER TABLE featurize.worker ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME featurize.worker_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY featurize.backfill
    ADD CONSTRAINT backfill_pkey PRIMARY KEY (featurizer_id);

ALTER TABLE ONLY featurize.classifier_class
    ADD CONSTRAINT classifier_class_label_is_unique UNIQUE (classifier_id, label);

ALTER TABLE ONLY featurize.classifier_class
    ADD CONSTRAINT classifier_class_pkey PRIMARY KEY (classifier_id, "position");

ALTER TABLE ONLY featurize.classifier
    ADD CONSTRAINT classifier_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.featurizer
    ADD CONSTRAINT featurizer_name_is_unique UNIQUE (name);

ALTER TABLE ONLY featurize.featurizer
    ADD CONSTRAINT featurizer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.index
    ADD CONSTRAINT index_one_per_metric UNIQUE (featurizer_id, metric);

ALTER TABLE ONLY featurize.index
    ADD CONSTRAINT index_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.model
    ADD CONSTRAINT model_pkey PRIMARY KEY (name);

ALTER TABLE ONLY featurize.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (featurizer_id, id);

ALTER TABLE ONLY featurize.projection
    ADD CONSTRAINT projection_pkey PRIMARY KEY (index_id, space_id, "position");

ALTER TABLE ONLY featurize.release
    ADD CONSTRAINT release_pkey PRIMARY KEY (version);

ALTER TABLE ONLY featurize.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.space
    ADD CONSTRAINT space_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.throughput
    ADD CONSTRAINT throughput_pkey PRIMARY KEY (featurizer_id, worker_id);

ALTER TABLE ONLY featurize.training_view
    ADD CONSTRAINT training_view_pkey PRIMARY KEY (id);

ALTER TABLE ONLY featurize.training_view
    ADD CONSTRAINT training_view_relation_is_unique UNIQUE (relation);

ALTER TABLE ONLY featurize.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX classifier_one_in_training ON featurize.classifier USING btree (name) WHERE (trained_at IS NULL);

COMMENT ON INDEX featurize.classifier_one_in_training IS 'And one at most is to take its place.';

CREATE UNIQUE INDEX classifier_one_ready ON featurize.classifier USING btree (name) WHERE (trained_at IS NOT NULL);

COMMENT ON INDEX featurize.classifier_one_ready IS 'One of a name predicts.';

CREATE INDEX failure_key ON featurize.failure USING btree (featurizer, jsonb_hash_extended(key, (0)::bigint));

COMMENT ON INDEX featurize.failure_key IS 'Failure of a row.';

CREATE INDEX job_key ON featurize.job USING btree (featurizer_id, jsonb_hash_extended(key, (0)::bigint));

COMMENT ON INDEX featurize.job_key IS 'Jobs of a row, to collapse them at the claim.';

CREATE INDEX job_leased ON featurize.job USING btree (lease_id) WHERE (lease_id IS NOT NULL);

COMMENT ON INDEX featurize.job_leased IS 'Jobs of a lease.';

CREATE INDEX job_ready ON featurize.job USING btree (featurizer_id, priority, scheduled_at, id) WHERE (lease_id IS NULL);

COMMENT ON INDEX featurize.job_ready IS 'Claim order.';

CREATE UNIQUE INDEX space_one_current_per_model ON featurize.space USING btree (model) WHERE (retired_at IS NULL);

COMMENT ON INDEX featurize.space_one_current_per_model IS 'A model has one current space at most.';

ALTER TABLE ONLY featurize.backfill
    ADD CONSTRAINT backfill_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.classifier_class
    ADD CONSTRAINT classifier_class_classifier_fkey FOREIGN KEY (classifier_id) REFERENCES featurize.classifier(id) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.classifier
    ADD CONSTRAINT classifier_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE SET NULL;

ALTER TABLE ONLY featurize.classifier
    ADD CONSTRAINT classifier_space_fkey FOREIGN KEY (space_id) REFERENCES featurize.space(id);

ALTER TABLE ONLY featurize.classifier
    ADD CONSTRAINT classifier_training_view_fkey FOREIGN KEY (training_view_id) REFERENCES featurize.training_view(id) ON DELETE SET NULL;

ALTER TABLE ONLY featurize.failure
    ADD CONSTRAINT failure_featurizer_fkey FOREIGN KEY (featurizer) REFERENCES featurize.featurizer(name) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.featurizer
    ADD CONSTRAINT featurizer_model_fkey FOREIGN KEY (model) REFERENCES featurize.model(name);

ALTER TABLE ONLY featurize.index
    ADD CONSTRAINT index_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.projection
    ADD CONSTRAINT projection_index_fkey FOREIGN KEY (index_id) REFERENCES featurize.index(id) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.space
    ADD CONSTRAINT space_model_fkey FOREIGN KEY (model) REFERENCES featurize.model(name);

ALTER TABLE ONLY featurize.throughput
    ADD CONSTRAINT throughput_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE CASCADE;

ALTER TABLE ONLY featurize.training_view
    ADD CONSTRAINT training_view_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE SET NULL;

ALTER TABLE ONLY featurize.training_view
    ADD CONSTRAINT training_view_space_fkey FOREIGN KEY (space_id) REFERENCES featurize.space(id);

ALTER TABLE featurize.backfill ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.classifier ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.classifier_class ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.failure ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.featurizer ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.index ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.job ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.lease ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.model ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.outbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY owner_delete ON featurize.backfill FOR DELETE USING (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM (featurize.featurizer f
     JOIN featurize.model m ON ((m.name = f.model)))
  WHERE pg_has_role((m.owner)::oid, 'usage'::text))))));

CREATE POLICY owner_delete ON featurize.classifier FOR DELETE USING ((pg_has_role((owner)::oid, 'usage'::text) AND featurize._may_name(name)));

CREATE POLICY owner_delete ON featurize.failure FOR DELETE USING ((featurizer = ANY (ARRAY( SELECT f.name
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_delete ON featurize.featurizer FOR DELETE USING ((featurize._is_owner(featurize._owner(featurizer.*)) AND COALESCE(( SELECT bool_and((featurize._is_owner(c.relowner) AND (c.relkind = 'r'::"char"))) AS bool_and
   FROM pg_class c
  WHERE (c.oid = ANY (ARRAY[(featurizer.source)::oid, (featurizer.embeddings)::oid]))), true)));

CREATE POLICY owner_delete ON featurize.index FOR DELETE USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_delete ON featurize.job FOR DELETE USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_delete ON featurize.lease FOR DELETE USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_delete ON featurize.model FOR DELETE USING (((NOT builtin) AND pg_has_role((owner)::oid, 'usage'::text)));

CREATE POLICY owner_delete ON featurize.outbox FOR DELETE USING (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE pg_has_role((f.owner)::oid, 'usage'::text))))));

CREATE POLICY owner_delete ON featurize.projection FOR DELETE USING ((index_id = ANY (ARRAY( SELECT i.id
   FROM (featurize.index i
     JOIN featurize.featurizer f ON ((f.id = i.featurizer_id)))
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_delete ON featurize.training_view FOR DELETE USING (COALESCE(( SELECT featurize._is_owner(c.relowner) AS _is_owner
   FROM pg_class c
  WHERE (c.oid = (training_view.relation)::oid)), true));

CREATE POLICY owner_insert ON featurize.backfill FOR INSERT WITH CHECK (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM (featurize.featurizer f
     JOIN featurize.model m ON ((m.name = f.model)))
  WHERE pg_has_role((m.owner)::oid, 'usage'::text))))));

CREATE POLICY owner_insert ON featurize.classifier FOR INSERT WITH CHECK ((pg_has_role((owner)::oid, 'usage'::text) AND featurize._may_name(name)));

CREATE POLICY owner_insert ON featurize.featurizer FOR INSERT WITH CHECK ((featurize._is_owner(featurize._owner(featurizer.*)) AND COALESCE(( SELECT bool_and((featurize._is_owner(c.relowner) AND (c.relkind = 'r'::"char"))) AS bool_and
   FROM pg_class c
  WHERE (c.oid = ANY (ARRAY[(featurizer.source)::oid, (featurizer.embeddings)::oid]))), true)));

CREATE POLICY owner_insert ON featurize.index FOR INSERT WITH CHECK ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_insert ON featurize.job FOR INSERT WITH CHECK ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_insert ON featurize.model FOR INSERT WITH CHECK (((NOT builtin) AND pg_has_role((owner)::oid, 'usage'::text)));

CREATE POLICY owner_insert ON featurize.outbox FOR INSERT WITH CHECK (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE pg_has_role((f.owner)::oid, 'usage'::text))))));

CREATE POLICY owner_insert ON featurize.projection FOR INSERT WITH CHECK ((index_id = ANY (ARRAY( SELECT i.id
   FROM (featurize.index i
     JOIN featurize.featurizer f ON ((f.id = i.featurizer_id)))
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_insert ON featurize.training_view FOR INSERT WITH CHECK (COALESCE(( SELECT featurize._is_owner(c.relowner) AS _is_owner
   FROM pg_class c
  WHERE (c.oid = (training_view.relation)::oid)), true));

CREATE POLICY owner_select ON featurize.backfill FOR SELECT USING (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM (featurize.featurizer f
     JOIN featurize.model m ON ((m.name = f.model)))
  WHERE pg_has_role((m.owner)::oid, 'usage'::text))))));

CREATE POLICY owner_select ON featurize.failure FOR SELECT USING ((featurizer = ANY (ARRAY( SELECT f.name
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_select ON featurize.index FOR SELECT USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_select ON featurize.job FOR SELECT USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_select ON featurize.outbox FOR SELECT USING (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE pg_has_role((f.owner)::oid, 'usage'::text))))));

CREATE POLICY owner_update ON featurize.backfill FOR UPDATE USING (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM (featurize.featurizer f
     JOIN featurize.model m ON ((m.name = f.model)))
  WHERE pg_has_role((m.owner)::oid, 'usage'::text)))))) WITH CHECK (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))) OR (featurizer_id = ANY (ARRAY( SELECT f.id
   FROM (featurize.featurizer f
     JOIN featurize.model m ON ((m.name = f.model)))
  WHERE pg_has_role((m.owner)::oid, 'usage'::text))))));

CREATE POLICY owner_update ON featurize.classifier FOR UPDATE USING ((pg_has_role((owner)::oid, 'usage'::text) AND featurize._may_name(name))) WITH CHECK ((pg_has_role((owner)::oid, 'usage'::text) AND featurize._may_name(name)));

CREATE POLICY owner_update ON featurize.featurizer FOR UPDATE USING ((featurize._is_owner(featurize._owner(featurizer.*)) AND COALESCE(( SELECT bool_and((featurize._is_owner(c.relowner) AND (c.relkind = 'r'::"char"))) AS bool_and
   FROM pg_class c
  WHERE (c.oid = ANY (ARRAY[(featurizer.source)::oid, (featurizer.embeddings)::oid]))), true))) WITH CHECK ((featurize._is_owner(featurize._owner(featurizer.*)) AND COALESCE(( SELECT bool_and((featurize._is_owner(c.relowner) AND (c.relkind = 'r'::"char"))) AS bool_and
   FROM pg_class c
  WHERE (c.oid = ANY (ARRAY[(featurizer.source)::oid, (featurizer.embeddings)::oid]))), true)));

CREATE POLICY owner_update ON featurize.index FOR UPDATE USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*)))))) WITH CHECK ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_update ON featurize.job FOR UPDATE USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*)))))) WITH CHECK ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

CREATE POLICY owner_update ON featurize.model FOR UPDATE USING (((NOT builtin) AND pg_has_role((owner)::oid, 'usage'::text))) WITH CHECK (((NOT builtin) AND pg_has_role((owner)::oid, 'usage'::text)));

CREATE POLICY owner_update ON featurize.space FOR UPDATE USING ((model = ANY (ARRAY( SELECT m.name
   FROM featurize.model m
  WHERE pg_has_role((m.owner)::oid, 'usage'::text))))) WITH CHECK ((model = ANY (ARRAY( SELECT m.name
   FROM featurize.model m
  WHERE pg_has_role((m.owner)::oid, 'usage'::text)))));

CREATE POLICY owner_update ON featurize.training_view FOR UPDATE USING (COALESCE(( SELECT featurize._is_owner(c.relowner) AS _is_owner
   FROM pg_class c
  WHERE (c.oid = (training_view.relation)::oid)), true)) WITH CHECK (COALESCE(( SELECT featurize._is_owner(c.relowner) AS _is_owner
   FROM pg_class c
  WHERE (c.oid = (training_view.relation)::oid)), true));

ALTER TABLE featurize.projection ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_delete ON featurize.request FOR DELETE USING (pg_has_role((owner)::oid, 'usage'::text));

CREATE POLICY reader_insert ON featurize.request FOR INSERT WITH CHECK (pg_has_role((owner)::oid, 'usage'::text));

CREATE POLICY reader_select ON featurize.backfill FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.classifier FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.classifier_class FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.failure FOR SELECT USING (((featurizer = ANY (ARRAY( SELECT f.name
   FROM featurize.featurizer f
  WHERE featurize._sees_all(f.id)))) OR featurize._sees(( SELECT f.id
   FROM featurize.featurizer f
  WHERE (f.name = failure.featurizer)), key)));

CREATE POLICY reader_select ON featurize.featurizer FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.index FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.job FOR SELECT USING (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._sees_all(f.id)))) OR featurize._sees(featurizer_id, key)));

CREATE POLICY reader_select ON featurize.lease FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.model FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.outbox FOR SELECT USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._sees_all(f.id)))));

CREATE POLICY reader_select ON featurize.projection FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.request FOR SELECT USING (pg_has_role((owner)::oid, 'usage'::text));

CREATE POLICY reader_select ON featurize.space FOR SELECT USING (true);

CREATE POLICY reader_select ON featurize.training_view FOR SELECT USING (true);

CREATE POLICY reader_update ON featurize.request FOR UPDATE USING (pg_has_role((owner)::oid, 'usage'::text)) WITH CHECK (pg_has_role((owner)::oid, 'usage'::text));

ALTER TABLE featurize.request ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.space ENABLE ROW LEVEL SECURITY;

ALTER TABLE featurize.training_view ENABLE ROW LEVEL SECURITY;

-- [{'cut': None, 'dim': 4096, 'name': 'alexnet', 'node': 'classifier.5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'alexnet', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'alexnet_227', 'node': 'classifier.5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'alexnet', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [227, 227], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'convnext_base', 'node': 'classifier.1', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_base', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1536, 'name': 'convnext_large', 'node': 'classifier.1', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_large', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'convnext_small', 'node': 'classifier.1', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_small', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 230, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'convnext_tiny', 'node': 'classifier.1', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'convnext_tiny', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 236, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'densenet121', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet121', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2208, 'name': 'densenet161', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet161', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1664, 'name': 'densenet169', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet169', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1920, 'name': 'densenet201', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'densenet201', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_b0', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_b1', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b1', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [240, 240], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_b1_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'efficientnet_b1', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [240, 240], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 255, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1408, 'name': 'efficientnet_b2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [288, 288], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 288, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1536, 'name': 'efficientnet_b3', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b3', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [300, 300], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 320, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1792, 'name': 'efficientnet_b4', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b4', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [380, 380], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 2048, 'name': 'efficientnet_b5', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [456, 456], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 456, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 2304, 'name': 'efficientnet_b6', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b6', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [528, 528], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 528, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 2560, 'name': 'efficientnet_b7', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_b7', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [600, 600], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 600, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_v2_l', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_v2_l', 'preprocessing': {'std': [0.5, 0.5, 0.5], 'mean': [0.5, 0.5, 0.5], 'size': [480, 480], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 480, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_v2_m', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_v2_m', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [480, 480], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 480, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'efficientnet_v2_s', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'efficientnet_v2_s', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'googlenet', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'googlenet', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'inception_v3', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'inception_v3', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [299, 299], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 342, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 800, 'name': 'lenet_digits', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'lenet_digits', 'backbone': 'lenet', 'preprocessing': {'std': [0.5], 'mean': [0.5], 'size': [28, 28], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'aniso', 'shorter': None, 'channels': 1, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'maxvit_t', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'maxvit_t', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet0_5', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet0_5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet0_75', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet0_75', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet1_0', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet1_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mnasnet1_3', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'mnasnet1_3', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mobilenet_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'mobilenet_v2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'mobilenet_v2_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'mobilenet_v2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 960, 'name': 'mobilenet_v3_large', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'mobilenet_v3_large', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 960, 'name': 'mobilenet_v3_large_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'mobilenet_v3_large', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 576, 'name': 'mobilenet_v3_small', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'mobilenet_v3_small', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3072, 'name': 'pixels', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'none', 'backbone': 'pixels', 'preprocessing': {'std': [0.5, 0.5, 0.5], 'mean': [0.5, 0.5, 0.5], 'size': [32, 32], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'aniso', 'shorter': None, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'regnet_x_16gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'regnet_x_16gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 912, 'name': 'regnet_x_1_6gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 912, 'name': 'regnet_x_1_6gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2520, 'name': 'regnet_x_32gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2520, 'name': 'regnet_x_32gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1008, 'name': 'regnet_x_3_2gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1008, 'name': 'regnet_x_3_2gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 400, 'name': 'regnet_x_400mf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 400, 'name': 'regnet_x_400mf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 672, 'name': 'regnet_x_800mf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 672, 'name': 'regnet_x_800mf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1920, 'name': 'regnet_x_8gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_x_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1920, 'name': 'regnet_x_8gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_x_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 7392, 'name': 'regnet_y_128gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'regnet_y_128gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 7392, 'name': 'regnet_y_128gf_swag_linear', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'regnet_y_128gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf_swag_e2e', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf_swag_linear', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3024, 'name': 'regnet_y_16gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_16gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 888, 'name': 'regnet_y_1_6gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 888, 'name': 'regnet_y_1_6gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_1_6gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf_swag_e2e', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf_swag_linear', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 3712, 'name': 'regnet_y_32gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_32gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1512, 'name': 'regnet_y_3_2gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1512, 'name': 'regnet_y_3_2gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_3_2gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 440, 'name': 'regnet_y_400mf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 440, 'name': 'regnet_y_400mf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_400mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 784, 'name': 'regnet_y_800mf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 784, 'name': 'regnet_y_800mf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_800mf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2016, 'name': 'regnet_y_8gf', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'regnet_y_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2016, 'name': 'regnet_y_8gf_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'regnet_y_8gf', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet101', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet101', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet101_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'resnet101', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet152', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet152', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet152_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'resnet152', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'resnet18', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet18', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'resnet34', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet34', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet50', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnet50', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnet50_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'resnet50', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext101_32x8d', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnext101_32x8d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext101_32x8d_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'resnext101_32x8d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext101_64x4d', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnext101_64x4d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext50_32x4d', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'resnext50_32x4d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'resnext50_32x4d_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'resnext50_32x4d', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'shufflenet_v2_x0_5', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x0_5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'shufflenet_v2_x1_0', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x1_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'shufflenet_v2_x1_5', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x1_5', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'shufflenet_v2_x2_0', 'node': 'mean', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'shufflenet_v2_x2_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'squeezenet1_0', 'node': 'features.12.cat', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'avg', 'weights': 'IMAGENET1K_V1', 'backbone': 'squeezenet1_0', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'squeezenet1_1', 'node': 'features.12.cat', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'avg', 'weights': 'IMAGENET1K_V1', 'backbone': 'squeezenet1_1', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'swin_b', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_b', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 238, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_s', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_s', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 246, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_t', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_t', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'swin_v2_b', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_v2_b', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [256, 256], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 272, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_v2_s', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_v2_s', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [256, 256], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 260, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'swin_v2_t', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'swin_v2_t', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [256, 256], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 260, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 4096, 'name': 'vgg11', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg11', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg11_bn', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg11_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg13', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg13', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg13_bn', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg13_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg16', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg16_bn', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg16_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 512, 'name': 'vgg16_features', 'node': 'features', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'avg', 'weights': 'IMAGENET1K_FEATURES', 'backbone': 'vgg16', 'preprocessing': {'std': [0.00392156862745098, 0.00392156862745098, 0.00392156862745098], 'mean': [0.48235, 0.45882, 0.40784], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg19', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg19', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 4096, 'name': 'vgg19_bn', 'node': 'classifier.4', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vgg19_bn', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_16', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_b_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_16_swag_e2e', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'vit_b_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [384, 384], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 384, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_16_swag_linear', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'vit_b_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 768, 'name': 'vit_b_32', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_b_32', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1280, 'name': 'vit_h_14', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'vit_h_14', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [518, 518], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 518, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1280, 'name': 'vit_h_14_swag_linear', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'vit_h_14', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_16', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_l_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 242, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_16_swag_e2e', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_E2E_V1', 'backbone': 'vit_l_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [512, 512], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 512, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_16_swag_linear', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_SWAG_LINEAR_V1', 'backbone': 'vit_l_16', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 224, 'channels': 3, 'antialias': True, 'interpolation': 'bicubic'}}, {'cut': None, 'dim': 1024, 'name': 'vit_l_32', 'node': 'getitem_5', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'vit_l_32', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet101_2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'wide_resnet101_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet101_2_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'wide_resnet101_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet50_2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V1', 'backbone': 'wide_resnet50_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 256, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}, {'cut': None, 'dim': 2048, 'name': 'wide_resnet50_2_v2', 'node': 'flatten', 'error': None, 'owner': 'postgres', 'builtin': True, 'pooling': 'none', 'weights': 'IMAGENET1K_V2', 'backbone': 'wide_resnet50_2', 'preprocessing': {'std': [0.229, 0.224, 0.225], 'mean': [0.485, 0.456, 0.406], 'size': [224, 224], 'order': 'rgb', 'scale': 0.00392156862745098, 'offset': 0, 'resize': 'imagenet', 'shorter': 232, 'channels': 3, 'antialias': True, 'interpolation': 'bilinear'}}]
