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
    on_replica boolean DEFAULT false NOT NULL,
    notify boolean DEFAULT true NOT NULL,
    on_truncated text DEFAULT 'fail'::text NOT NULL,
    CONSTRAINT featurizer_blocked_has_a_reason CHECK (((blocked_at IS NULL) = (blocked_reason IS NULL))),
    CONSTRAINT featurizer_destination_is_known CHECK ((destination = ANY (ARRAY['table'::text, 'column'::text]))),
    CONSTRAINT featurizer_has_a_key CHECK ((cardinality(key_columns) > 0)),
    CONSTRAINT featurizer_image_kind_is_known CHECK ((image_kind = ANY (ARRAY['path'::text, 'uri'::text, 'bytes'::text, 'base64'::text]))),
    CONSTRAINT featurizer_name_is_an_identifier CHECK (((octet_length(name) >= 1) AND (octet_length(name) <= 63))),
    CONSTRAINT featurizer_on_truncated_is_known CHECK ((on_truncated = ANY (ARRAY['fail'::text, 'embed'::text]))),
    CONSTRAINT featurizer_storage_is_known CHECK ((storage = ANY (ARRAY['vector'::text, 'halfvec'::text])))
);
COMMENT ON TABLE featurize.featurizer IS 'Featurizers: the rule "this column of this table is featurized by this model".';
COMMENT ON COLUMN featurize.featurizer.id IS 'Number in the names of its triggers.';
COMMENT ON COLUMN featurize.featurizer.name IS 'Name of the featurizer and of its embedding table or column; unique among the featurizers of its source.';
COMMENT ON COLUMN featurize.featurizer.source IS 'Table whose rows are featurized.';
COMMENT ON COLUMN featurize.featurizer.image_column IS 'Column that holds the image.';
COMMENT ON COLUMN featurize.featurizer.image_kind IS 'path: paths of files that a worker reads; uri: URIs that it fetches; bytes: the images themselves; base64: the
same as text.';
COMMENT ON COLUMN featurize.featurizer.key_columns IS 'Primary key columns of the source, in index order.';
COMMENT ON COLUMN featurize.featurizer.model IS 'Model that computes the vectors.';
COMMENT ON COLUMN featurize.featurizer.destination IS 'table: embeddings are stored in a table with the name of the featurizer; column: in a column of the source.';
COMMENT ON COLUMN featurize.featurizer.storage IS 'pgvector type of the embeddings: vector or halfvec.';
COMMENT ON COLUMN featurize.featurizer.embeddings IS 'Embedding table; null if embeddings are stored in the source.';
COMMENT ON COLUMN featurize.featurizer.created_at IS 'Time when the featurizer was declared.';
COMMENT ON COLUMN featurize.featurizer.paused_at IS 'Time of featurize.pause(): since then no jobs are leased. Null if it is not paused.';
COMMENT ON COLUMN featurize.featurizer.blocked_at IS 'Time when a worker reported that it cannot serve the featurizer; null if it is not blocked.';
COMMENT ON COLUMN featurize.featurizer.blocked_reason IS 'Why that worker cannot serve the featurizer.';
COMMENT ON COLUMN featurize.featurizer.owner IS 'Owner of the source when the triggers were created; the triggers run with the rights of this role. The
featurizer belongs to the present owner of the source, or to this role if the source was dropped.';
COMMENT ON COLUMN featurize.featurizer.on_replica IS 'Whether rows are also queued that arrive by logical replication.';
COMMENT ON COLUMN featurize.featurizer.notify IS 'Whether triggers notify idle workers. NOTIFY is not possible in a transaction that is to be prepared.';
COMMENT ON COLUMN featurize.featurizer.on_truncated IS 'What happens to a row whose image can be decoded only in part: it fails, or that part is embedded.';

CREATE FUNCTION featurize._added_columns(f featurize.featurizer) RETURNS name[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._added_columns(f featurize.featurizer) IS 'Columns of the source that hold the embedding of a featurizer with destination column.';

CREATE FUNCTION featurize._adopt(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._adopt(f featurize.featurizer) IS 'Remove adopted vectors of rows without an image, and those that are of no feature space of the model.';

CREATE FUNCTION featurize._append_groups(f featurize.featurizer, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._append_groups(f featurize.featurizer, condition text) IS 'Statement that queues the new rows n that meet a condition: one outbox entry for up to a hundred rows.';

CREATE FUNCTION featurize._append_inserted(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._append_inserted(f featurize.featurizer) IS 'Statements that queue inserted rows: one outbox entry for each of the first two, and for up to a hundred others.';

CREATE FUNCTION featurize._append_updated(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._append_updated(f featurize.featurizer) IS 'Statements that queue rows whose image or key changed: one outbox entry for up to a hundred rows.';

CREATE FUNCTION featurize._as_key(f featurize.featurizer, key anycompatible) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._as_key(f featurize.featurizer, key anycompatible) IS 'A key as an object. For a key of one column, the bare value is accepted. Raise FZ006 if it is not a key of the
source.';

CREATE FUNCTION featurize._as_vector(embedding text, unit_length boolean) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._as_vector(embedding text, unit_length boolean) IS 'Expression that converts an embedding to type vector, of unit length if asked.';

CREATE FUNCTION featurize._audited(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._audited(f featurize.featurizer) IS 'Query for the discrepancies of featurize.audit().';

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
    failures integer DEFAULT 0 NOT NULL,
    recall double precision,
    recall_k integer,
    recall_sample integer,
    recall_measured_at timestamp with time zone,
    CONSTRAINT index_built_was_started CHECK (((built_at IS NULL) OR (started_at IS NOT NULL))),
    CONSTRAINT index_method_is_known CHECK ((method = ANY (ARRAY['hnsw'::text, 'halfvec'::text, 'bits'::text, 'projection'::text]))),
    CONSTRAINT index_metric_is_known CHECK ((metric = ANY (ARRAY['cosine'::text, 'l2'::text, 'ip'::text, 'l1'::text]))),
    CONSTRAINT index_recall_is_a_fraction CHECK (((recall >= (0)::double precision) AND (recall <= (1)::double precision)))
);
COMMENT ON TABLE featurize.index IS 'Requested indexes for searches. Workers build them, and build them again for each new feature space.';
COMMENT ON COLUMN featurize.index.id IS 'Number in the names of the index and its functions.';
COMMENT ON COLUMN featurize.index.featurizer_id IS 'Featurizer whose embeddings are indexed.';
COMMENT ON COLUMN featurize.index.metric IS 'Metric that the index supports: cosine, l2, ip (negative inner product) or l1.';
COMMENT ON COLUMN featurize.index.method IS 'hnsw: the embeddings themselves; halfvec: in half precision; bits: signs after subtracting the mean;
projection: principal components.';
COMMENT ON COLUMN featurize.index.reason IS 'Why this method was chosen.';
COMMENT ON COLUMN featurize.index.dimensions IS 'Length of the indexed vectors.';
COMMENT ON COLUMN featurize.index.m IS 'HNSW parameter: links per vector.';
COMMENT ON COLUMN featurize.index.ef_construction IS 'HNSW parameter: candidates during the build.';
COMMENT ON COLUMN featurize.index.ef_search IS 'HNSW parameter: minimum number of candidates during a search.';
COMMENT ON COLUMN featurize.index.oversampling IS 'Number of candidates per requested row that are compared by their full vectors.';
COMMENT ON COLUMN featurize.index.after_backfill IS 'Whether the build waits until all existing rows are embedded.';
COMMENT ON COLUMN featurize.index.requested_at IS 'Time when the index was requested.';
COMMENT ON COLUMN featurize.index.space_id IS 'Feature space of the indexed vectors; null before the first build.';
COMMENT ON COLUMN featurize.index.started_at IS 'Time when the last build began.';
COMMENT ON COLUMN featurize.index.built_at IS 'Time when that build ended; null before.';
COMMENT ON COLUMN featurize.index.error IS 'Why the index could not be built.';
COMMENT ON COLUMN featurize.index.failures IS 'Failed builds one after the other; the next one waits a minute after the first, and twice as long after
each, up to a day.';
COMMENT ON COLUMN featurize.index.recall IS 'Fraction of the true nearest rows that a search finds, by the last measurement.';
COMMENT ON COLUMN featurize.index.recall_k IS 'Number of nearest rows in that measurement.';
COMMENT ON COLUMN featurize.index.recall_sample IS 'Number of rows that it was averaged over.';
COMMENT ON COLUMN featurize.index.recall_measured_at IS 'Time of that measurement.';

CREATE FUNCTION featurize._begin_index(index_id integer) RETURNS featurize.index LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._begin_index(index_id integer) IS 'Record that building an index for the current space has begun, and create the function that it is built on.
Null if the index was dropped meanwhile.';

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
COMMENT ON TABLE featurize.classifier IS 'Classifiers of embeddings. A row that is not ready replaces the ready row of the same name after training.';
COMMENT ON COLUMN featurize.classifier.id IS 'Number of the classifier.';
COMMENT ON COLUMN featurize.classifier.name IS 'Name that is passed to featurize.predict().';
COMMENT ON COLUMN featurize.classifier.training_view_id IS 'Training view of the classifier; null if it was dropped.';
COMMENT ON COLUMN featurize.classifier.featurizer_id IS 'Featurizer whose rows the classifier can predict; null if it was dropped.';
COMMENT ON COLUMN featurize.classifier.algorithm IS 'logistic_regression, linear_svm or ridge.';
COMMENT ON COLUMN featurize.classifier.params IS 'Parameters that were passed to featurize.train_classifier().';
COMMENT ON COLUMN featurize.classifier.normalization IS 'Normalization of the features: none, standard (mean 0, variance 1), minmax (0 to 1), or l2 (each row to
length 1).';
COMMENT ON COLUMN featurize.classifier.requested_at IS 'Time when training was requested.';
COMMENT ON COLUMN featurize.classifier.worker_id IS 'Worker that trains the classifier, or has trained it.';
COMMENT ON COLUMN featurize.classifier.started_at IS 'Time when training last began.';
COMMENT ON COLUMN featurize.classifier.trained_at IS 'Time when training ended; null before.';
COMMENT ON COLUMN featurize.classifier.error IS 'Why the classifier could not be trained.';
COMMENT ON COLUMN featurize.classifier.state IS 'queued, training, ready or failed.';
COMMENT ON COLUMN featurize.classifier.space_id IS 'Feature space of the embeddings that the classifier was trained on and can predict.';
COMMENT ON COLUMN featurize.classifier.dim IS 'Length of these embeddings.';
COMMENT ON COLUMN featurize.classifier.link IS 'Function from scores to probabilities: softmax, or sigmoid of each score divided by the sum over the
classes.';
COMMENT ON COLUMN featurize.classifier.metrics IS 'Measurements during training.';
COMMENT ON COLUMN featurize.classifier.versions IS 'Versions of the libraries that trained the classifier.';
COMMENT ON COLUMN featurize.classifier.owner IS 'Role that requested the classifier and may change it.';

CREATE FUNCTION featurize._breadth(c featurize.classifier, k integer) RETURNS integer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._breadth(c featurize.classifier, k integer) IS 'Number of rows with the highest score of a class that are compared to find the k most probable ones.';

CREATE FUNCTION featurize._build_index(i featurize.index, f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._build_index(i featurize.index, f featurize.featurizer) IS 'Build an index in this transaction.';

CREATE FUNCTION featurize._building_memory(i featurize.index, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._building_memory(i featurize.index, f featurize.featurizer) IS 'Value of maintenance_work_mem for building an index.';

CREATE FUNCTION featurize._by_index(i featurize.index, f featurize.featurizer, condition text, size text, query text DEFAULT '$1'::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._by_index(i featurize.index, f featurize.featurizer, condition text, size text, query text) IS 'Query for the candidates that an index returns as nearest to a vector: size times the oversampling of the
index.';

CREATE FUNCTION featurize._call(f featurize.featurizer, purpose text, arguments text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._call(f featurize.featurizer, purpose text, arguments text) IS 'Statement that calls a planned statement of settle(), or the statement itself if it cannot be kept planned.';

CREATE FUNCTION featurize._candidates(f featurize.featurizer, metric text, condition text, tail text, query text DEFAULT '$1'::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._candidates(f featurize.featurizer, metric text, condition text, tail text, query text) IS 'Query for candidates that meet a condition. tail is ORDER BY and LIMIT, query an expression for the query
vector.';

CREATE FUNCTION featurize._canonical_key(f featurize.featurizer, key jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO' SET "IntervalStyle" TO 'iso_8601' SET bytea_output TO 'hex' SET extra_float_digits TO '1';
COMMENT ON FUNCTION featurize._canonical_key(f featurize.featurizer, key jsonb) IS 'A key in the form that the triggers write, independent of the settings of the session.';

CREATE FUNCTION featurize._check_administrator() RETURNS void LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_administrator() IS 'Raise 42501 unless the current role owns pgfeaturize.';

CREATE FUNCTION featurize._check_adoptable(f featurize.featurizer, dim integer, schema name) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_adoptable(f featurize.featurizer, dim integer, schema name) IS 'Raise FZ002 unless a dropped featurizer has left embeddings with the name, key and type of this one.';

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
COMMENT ON TABLE featurize.request IS 'Images that callers of featurize.embed() are waiting for.';
COMMENT ON COLUMN featurize.request.id IS 'Order of insertion.';
COMMENT ON COLUMN featurize.request.model IS 'Model that computes the vector.';
COMMENT ON COLUMN featurize.request.image IS 'Path or URI of the image; null if bytes holds the image.';
COMMENT ON COLUMN featurize.request.bytes IS 'The image itself; null if a worker reads it.';
COMMENT ON COLUMN featurize.request.expires_at IS 'Time when the caller stops waiting.';
COMMENT ON COLUMN featurize.request.worker_id IS 'Worker that has taken the request.';
COMMENT ON COLUMN featurize.request.refused_by IS 'Workers that cannot load the model.';
COMMENT ON COLUMN featurize.request.embedding IS 'The vector; null before the answer, and if the image cannot be embedded.';
COMMENT ON COLUMN featurize.request.reason IS 'Typed reason why the image cannot be embedded.';
COMMENT ON COLUMN featurize.request.detail IS 'What exactly happened, and the remedy.';
COMMENT ON COLUMN featurize.request.answered_at IS 'Time of the answer.';
COMMENT ON COLUMN featurize.request.owner IS 'Role that sent the request; other roles cannot see image and answer.';

CREATE FUNCTION featurize._check_answer(answer featurize.request, model text, patience interval) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_answer(answer featurize.request, model text, patience interval) IS 'The vector of an answer. Raise FZ010 if there is no answer, FZ011 if the image cannot be embedded.';

CREATE FUNCTION featurize._check_choice(what text, value text, choices text[]) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_choice(what text, value text, choices text[]) IS 'Raise FZ006 unless the value is one of the choices.';

CREATE FUNCTION featurize._check_class(c featurize.classifier, label text) RETURNS integer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_class(c featurize.classifier, label text) IS 'Position of a class. Raise FZ006 if there is none.';

CREATE FUNCTION featurize._check_column(relation regclass, name name, what text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_column(relation regclass, name name, what text) IS 'Raise FZ006 unless a relation has the column; what is the use of the column, for the message.';

CREATE FUNCTION featurize._check_columns(f featurize.featurizer, columns name[]) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_columns(f featurize.featurizer, columns name[]) IS 'Statements that insert an outbox entry without keys, and end the trigger, if one of these columns was renamed or
dropped, or keys can no longer be compared. Once this is corrected, the entry makes a worker check all rows.';

CREATE FUNCTION featurize._check_committed(f featurize.featurizer, key jsonb) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_committed(f featurize.featurizer, key jsonb) IS 'Raise FZ012 if the current transaction has queued rows of a featurizer, or the row with this key.';

CREATE FUNCTION featurize._check_embedding(c featurize.classifier, dim integer, space_id integer) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_embedding(c featurize.classifier, dim integer, space_id integer) IS 'Raise FZ008 unless the classifier can predict the class of such an embedding. Without space_id, the space of the
classifier must be the current one.';

CREATE FUNCTION featurize._check_export(subject text, relation regclass) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_export(subject text, relation regclass) IS 'Raise FZ006 unless there is a featurizer, or a relation with vectors.';

CREATE FUNCTION featurize._check_faults(f featurize.featurizer) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_faults(f featurize.featurizer) IS 'Raise FZ003 if a featurizer has a fault that featurize.repair() cannot correct.';

CREATE FUNCTION featurize._check_image_column(source regclass, image_column name, image_kind text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_image_column(source regclass, image_column name, image_kind text) IS 'Raise FZ004 unless the column can hold images of that kind.';

CREATE FUNCTION featurize._check_index(i featurize.index, f featurize.featurizer, dim integer) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_index(i featurize.index, f featurize.featurizer, dim integer) IS 'Raise FZ006 unless pgvector can build the index.';

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
COMMENT ON TABLE featurize.model IS 'Catalog of models: everything that fixes the function from image to vector. A model without dim is
unresolved: a worker loads the network and completes the row, or records the error.';
COMMENT ON COLUMN featurize.model.name IS 'Name in lower case; functions accept any letter case.';
COMMENT ON COLUMN featurize.model.backbone IS 'Network architecture: a torchvision name, timm/..., program, or package.module:function.';
COMMENT ON COLUMN featurize.model.node IS 'Graph node whose output is the embedding.';
COMMENT ON COLUMN featurize.model.cut IS 'Number of layers from the end at which the backbone is cut, if that was requested instead of a node.';
COMMENT ON COLUMN featurize.model.pooling IS 'Operation that turns the output of the node into a vector.';
COMMENT ON COLUMN featurize.model.dim IS 'Length of the embedding; null while the model is unresolved.';
COMMENT ON COLUMN featurize.model.weights IS 'Weights: a torchvision enum name, or a file in the weights cache of the workers; "random" is seeded and for
tests only.';
COMMENT ON COLUMN featurize.model.preprocessing IS 'How a decoded image is converted to the input of the network.';
COMMENT ON COLUMN featurize.model.error IS 'Why a worker could not resolve the model; workers try again.';
COMMENT ON COLUMN featurize.model.builtin IS 'Whether the model is shipped with pgfeaturize; such models are not dumped and cannot be changed.';
COMMENT ON COLUMN featurize.model.owner IS 'Role that registered the model and may change it.';

CREATE FUNCTION featurize._check_model(m featurize.model, name text) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_model(m featurize.model, name text) IS 'Raise FZ006 unless the model can be registered.';

CREATE FUNCTION featurize._check_model_is_own(m featurize.model, name text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_model_is_own(m featurize.model, name text) IS 'Raise FZ002 if the model is shipped with pgfeaturize, 42501 if the current role does not own it.';

CREATE FUNCTION featurize._check_name(f featurize.featurizer, schema name DEFAULT NULL::name, adopt boolean DEFAULT false) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_name(f featurize.featurizer, schema name, adopt boolean) IS 'Raise FZ002 unless the name can be used for all that has to be created; with adopt, it exists already.';

CREATE FUNCTION featurize._check_own_preprocessing(name text, backbone text, weights text, preprocessing jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_own_preprocessing(name text, backbone text, weights text, preprocessing jsonb) IS 'Raise FZ006 if a user''s network, or a user''s weights with another size, lack a field that has no default.';

CREATE FUNCTION featurize._check_owner(owner oid, what text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_owner(owner oid, what text) IS 'Raise error 42501 unless the current role may act as the owner.';

CREATE FUNCTION featurize._check_params(name text, algorithm text, params jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_params(name text, algorithm text, params jsonb) IS 'Raise FZ006 for an unknown algorithm, unknown parameters and invalid values.';

CREATE FUNCTION featurize._check_preprocessing(model text, preprocessing jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_preprocessing(model text, preprocessing jsonb) IS 'Raise FZ006 for unknown fields and invalid values. Missing fields are allowed.';

CREATE FUNCTION featurize._check_query(f featurize.featurizer, query public.vector) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_query(f featurize.featurizer, query public.vector) IS 'Raise FZ007 unless the vector can be compared with those of the featurizer.';

CREATE FUNCTION featurize._check_row_type(f featurize.featurizer, row_type regtype) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_row_type(f featurize.featurizer, row_type regtype) IS 'Raise FZ007 unless the argument is a row of the featurizer''s source.';

CREATE FUNCTION featurize._check_schema(f featurize.featurizer, schema name) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_schema(f featurize.featurizer, schema name) IS 'Raise FZ006 unless the embedding table can be in that schema.';

CREATE FUNCTION featurize._check_search(f featurize.featurizer, metric text, k integer) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_search(f featurize.featurizer, metric text, k integer) IS 'Raise FZ003 for a broken featurizer, FZ006 for an unknown metric, and for an invalid k.';

CREATE FUNCTION featurize._check_snapshot(procedure text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_snapshot(procedure text) IS 'Raise FZ012 if the current transaction cannot see what others commit.';

CREATE FUNCTION featurize._check_source(source regclass) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_source(source regclass) IS 'Raise FZ003 unless the table can be featurized.';

CREATE FUNCTION featurize._check_source_owner(source regclass, owner oid) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_source_owner(source regclass, owner oid) IS 'Raise 42501 unless the current role may act as the owner of the table, FZ003 unless the owner may declare
featurizers.';

CREATE TABLE featurize.training_view (
    id integer NOT NULL,
    relation regclass NOT NULL,
    featurizer_id integer,
    label_column name NOT NULL,
    group_column name,
    split_column name,
    test_fraction numeric NOT NULL,
    seed bigint NOT NULL,
    stratify boolean NOT NULL,
    require_complete boolean NOT NULL,
    space_id integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT training_view_split_column_needs_no_group CHECK ((num_nonnulls(split_column, group_column) <= 1)),
    CONSTRAINT training_view_test_fraction_leaves_some CHECK (((test_fraction >= (0)::numeric) AND (test_fraction < (1)::numeric)))
);
COMMENT ON TABLE featurize.training_view IS 'Views of labeled rows with their features, split into train and test; and tables that such views were frozen
into.';
COMMENT ON COLUMN featurize.training_view.id IS 'Number of the training view.';
COMMENT ON COLUMN featurize.training_view.relation IS 'The view, or the table.';
COMMENT ON COLUMN featurize.training_view.featurizer_id IS 'Featurizer whose embeddings are the features; null if it was dropped after freezing.';
COMMENT ON COLUMN featurize.training_view.label_column IS 'Column of the source that holds the label.';
COMMENT ON COLUMN featurize.training_view.group_column IS 'Column of the source: rows with the same value are on the same side of the split. Null if there is none.';
COMMENT ON COLUMN featurize.training_view.split_column IS 'Column of the source that holds the split; null if rows are split by a hash of their keys.';
COMMENT ON COLUMN featurize.training_view.test_fraction IS 'Fraction of the rows for testing, rounded down.';
COMMENT ON COLUMN featurize.training_view.seed IS 'Seed of the split.';
COMMENT ON COLUMN featurize.training_view.stratify IS 'Whether each class is split separately.';
COMMENT ON COLUMN featurize.training_view.require_complete IS 'Whether training is refused while labeled rows have no current embedding.';
COMMENT ON COLUMN featurize.training_view.space_id IS 'Feature space of a frozen training view; null for a view, which shows the current space.';
COMMENT ON COLUMN featurize.training_view.created_at IS 'Time when it was created.';

CREATE FUNCTION featurize._check_split_column(t featurize.training_view, f featurize.featurizer, name text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_split_column(t featurize.training_view, f featurize.featurizer, name text) IS 'Raise FZ006 unless a training view can be split by its split_column.';

CREATE FUNCTION featurize._check_top(top integer[]) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_top(top integer[]) IS 'Raise FZ006 unless all elements are numbers of 1 or more.';

CREATE FUNCTION featurize._check_top_level(refusal text, procedure text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_top_level(refusal text, procedure text) IS 'Raise FZ012 if refusal is the message of PostgreSQL for a COMMIT in a transaction block.';

CREATE FUNCTION featurize._check_training_view(t featurize.training_view, f featurize.featurizer, name text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_training_view(t featurize.training_view, f featurize.featurizer, name text) IS 'Raise FZ002 or FZ006 unless the training view can be created.';

CREATE FUNCTION featurize._check_triggers_may_queue(role regrole) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_triggers_may_queue(role regrole) IS 'Raise 2BP01 if a role has triggers that may no longer queue rows.';

CREATE FUNCTION featurize._check_vectors(f featurize.featurizer, vectors regclass, vector_column name) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_vectors(f featurize.featurizer, vectors regclass, vector_column name) IS 'Raise FZ002 unless a relation has the key of the source, and a column of vectors of the dimension of the model.';

CREATE FUNCTION featurize._claim_statement(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._claim_statement(f featurize.featurizer) IS 'Statement that leases the next jobs of a featurizer and of its siblings, and returns their images.';

CREATE FUNCTION featurize._class_report(labels text[], predicted text[], classes text[]) RETURNS TABLE(label text, rows bigint, "precision" double precision, recall double precision, f1 double precision) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._class_report(labels text[], predicted text[], classes text[]) IS 'For each class: number of rows, precision, recall and F1 score. Precision is null if the class was never
predicted, recall if it has no rows.';

CREATE FUNCTION featurize._class_vector(c featurize.classifier, label text, OUT direction public.vector) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._class_vector(c featurize.classifier, label text, OUT direction public.vector) IS 'Unit vector in the direction of the coefficients of a class.';

CREATE FUNCTION featurize._classifier(name text) RETURNS featurize.classifier LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._classifier(name text) IS 'The classifier of that name. Raise FZ016 if there is none, or if it is not ready.';

CREATE FUNCTION featurize._clear_table(name text, schema text, overwrite boolean) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._clear_table(name text, schema text, overwrite boolean) IS 'Schema-qualified name of a table to create; schema is the default schema. With overwrite, an existing table is
dropped; otherwise raise FZ002.';

CREATE FUNCTION featurize._clear_vector_columns(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._clear_vector_columns(f featurize.featurizer) IS 'Statements that clear the vector columns of rows whose image was set to null.';

CREATE FUNCTION featurize._comment_destination(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._comment_destination(f featurize.featurizer) IS 'Write the comments on the embedding table, or on the columns of the source.';

CREATE FUNCTION featurize._compare_vectors(f featurize.featurizer, vectors regclass, vector_column name, sample integer, OUT compared bigint, OUT wanted bigint, OUT worst_key jsonb, OUT worst_cosine double precision, OUT worst_length double precision) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._compare_vectors(f featurize.featurizer, vectors regclass, vector_column name, sample integer, OUT compared bigint, OUT wanted bigint, OUT worst_key jsonb, OUT worst_cosine double precision, OUT worst_length double precision) IS 'Compare vectors with those that a worker has computed for the same rows: how many of the wanted ones could be
compared, and the pair that differs most, by its cosine and by the ratio of lengths.';

CREATE FUNCTION featurize._compared(f featurize.featurizer, alias text, c featurize.classifier) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._compared(f featurize.featurizer, alias text, c featurize.classifier) IS 'FROM item for the vector by which the row of an alias is ranked: its embedding, or its class probabilities.';

CREATE FUNCTION featurize._concerns_row(state text) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._concerns_row(state text) IS 'Whether a statement of settle() that failed with this SQLSTATE may have failed because of one row.';

CREATE FUNCTION featurize._condition(filter text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._condition(filter text) IS 'A filter as a condition; true if there is none. It is the caller''s own SQL and runs with the caller''s rights.';

CREATE FUNCTION featurize._condition(f featurize.featurizer, filter text, current_only boolean) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._condition(f featurize.featurizer, filter text, current_only boolean) IS 'A filter as a condition; with current_only, also that the vector is of the image that the row s holds now.';

CREATE FUNCTION featurize._confusion(labels text[], predicted text[], classes text[]) RETURNS TABLE(label text, predicted text, rows bigint) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._confusion(labels text[], predicted text[], classes text[]) IS 'Confusion matrix: how many rows of class label were predicted as class predicted.';

CREATE FUNCTION featurize._count(f featurize.featurizer, OUT rows bigint, OUT embedded bigint, OUT stale bigint, OUT pending bigint, OUT leased bigint, OUT failed bigint, OUT empty bigint, OUT oldest_pending timestamp with time zone, OUT error text) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._count(f featurize.featurizer, OUT rows bigint, OUT embedded bigint, OUT stale bigint, OUT pending bigint, OUT leased bigint, OUT failed bigint, OUT empty bigint, OUT oldest_pending timestamp with time zone, OUT error text) IS 'Number of rows of a featurizer''s source in each state; error, if they cannot be counted.';

CREATE TABLE featurize.lease (
    id bigint NOT NULL,
    featurizer_id integer NOT NULL,
    worker_id integer NOT NULL,
    claimed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
COMMENT ON TABLE featurize.lease IS 'Batches that workers are processing. A worker needs the id of its lease to store results.';
COMMENT ON COLUMN featurize.lease.id IS 'Token of the lease; never reused.';
COMMENT ON COLUMN featurize.lease.featurizer_id IS 'Featurizer whose jobs the lease covers.';
COMMENT ON COLUMN featurize.lease.worker_id IS 'Worker that holds the lease.';
COMMENT ON COLUMN featurize.lease.claimed_at IS 'Time when the batch was claimed.';
COMMENT ON COLUMN featurize.lease.expires_at IS 'Time after which other workers may take the jobs, unless the lease is renewed.';

CREATE FUNCTION featurize._count_throughput(l featurize.lease, embedded integer, failed integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._count_throughput(l featurize.lease, embedded integer, failed integer) IS 'Add a batch to featurize.throughput.';

CREATE FUNCTION featurize._create_destination(f featurize.featurizer, dim integer, schema name) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_destination(f featurize.featurizer, dim integer, schema name) IS 'Create the embedding table, or the columns of the source.';

CREATE FUNCTION featurize._create_mean(i featurize.index, f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_mean(i featurize.index, f featurize.featurizer) IS 'Create the function that returns the mean of the embeddings.';

CREATE FUNCTION featurize._create_policies(part text, role text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_policies(part text, role text) IS 'Create the policies of a part for a role, or for public.';

CREATE FUNCTION featurize._create_projector(i featurize.index, f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_projector(i featurize.index, f featurize.featurizer) IS 'Create the function that projects an embedding onto the principal components that a worker has fitted.';

CREATE FUNCTION featurize._create_sees(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_sees(f featurize.featurizer) IS 'Create or replace the function that looks up a row of the source.';

CREATE FUNCTION featurize._create_triggers(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_triggers(f featurize.featurizer) IS 'Create or replace the trigger functions and triggers of a featurizer.';

CREATE FUNCTION featurize._current_space(f featurize.featurizer) RETURNS integer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._current_space(f featurize.featurizer) IS 'Feature space of new vectors; null until a worker has loaded the model.';

CREATE FUNCTION featurize._data_uri(image text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._data_uri(image text) IS 'Image value of kind base64 as a data URI.';

CREATE FUNCTION featurize._default_of(setting text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._default_of(setting text) IS 'Value that a session begins with.';

CREATE FUNCTION featurize._delete_embeddings(f featurize.featurizer, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._delete_embeddings(f featurize.featurizer, condition text) IS 'Statements that delete vectors and failures of removed rows.';

CREATE FUNCTION featurize._digest(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._digest(f featurize.featurizer, alias text) IS 'SHA-256 of the image value of an alias.';

CREATE FUNCTION featurize._digest_column(f featurize.featurizer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._digest_column(f featurize.featurizer) IS 'Column of the source that holds the digest of the image that was embedded.';

CREATE FUNCTION featurize._distance(f featurize.featurizer, metric text, embedding text, query text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._distance(f featurize.featurizer, metric text, embedding text, query text) IS 'Expression for the distance between an embedding and a query, both given as expressions.';

CREATE FUNCTION featurize._doctor_classifiers() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_classifiers() IS 'Findings about classifiers that could not be trained, or that were trained in a retired feature space.';

CREATE FUNCTION featurize._doctor_disk() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_disk() IS 'Disk space of embeddings and indexes.';

CREATE FUNCTION featurize._doctor_faults() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_faults() IS 'Findings about source tables, embedding tables and keys.';

CREATE FUNCTION featurize._doctor_indexes() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_indexes() IS 'Findings about indexes that searches cannot use.';

CREATE FUNCTION featurize._doctor_orphans() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_orphans() IS 'Findings about leftovers of dropped featurizers.';

CREATE FUNCTION featurize._doctor_queue(patience interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_queue(patience interval) IS 'Findings about rows that have waited for longer than patience, dead and hanging workers, and expired leases.';

CREATE FUNCTION featurize._doctor_roles() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_roles() IS 'Findings about privileges that are missing, and about roles with more privileges than needed.';

CREATE FUNCTION featurize._doctor_server() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_server() IS 'Findings about the versions of the server and of pgvector.';

CREATE FUNCTION featurize._doctor_stale() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_stale() IS 'Findings about vectors of retired feature spaces.';

CREATE FUNCTION featurize._doctor_states() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_states() IS 'Findings about featurizers that are blocked or paused, unresolved models, and failed rows.';

CREATE FUNCTION featurize._doctor_transactions(patience interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_transactions(patience interval) IS 'Findings about transactions that have held back vacuum for longer than patience.';

CREATE FUNCTION featurize._doctor_triggers() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_triggers() IS 'Findings about triggers that are missing, disabled or outdated.';

CREATE FUNCTION featurize._doctor_vacuum() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_vacuum() IS 'Findings about autovacuum, and about dead rows that it has not removed.';

CREATE FUNCTION featurize._drop_index_parts(index_id integer, kept_space integer DEFAULT NULL::integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._drop_index_parts(index_id integer, kept_space integer) IS 'Drop an index and the functions that it is built on, in this transaction.';

CREATE FUNCTION featurize._drop_leftovers(f featurize.featurizer, schema name) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._drop_leftovers(f featurize.featurizer, schema name) IS 'Statement that drops what a dropped featurizer of that name left behind; null if there is nothing.';

CREATE FUNCTION featurize._duplicate_rows(name text, max_distance double precision, filter text, metric text, size integer, images boolean, columns text[] DEFAULT NULL::text[], label text DEFAULT NULL::text) RETURNS TABLE(item jsonb, image text, bytes bytea, other jsonb, other_image text, other_bytes bytea, distance double precision, pairs bigint) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._duplicate_rows(name text, max_distance double precision, filter text, metric text, size integer, images boolean, columns text[], label text) IS 'For programs: as featurize.duplicates(), with columns of the rows as jsonb: the size closest pairs, and the number
of all pairs.';

CREATE PROCEDURE featurize._embed(IN model text, IN image text, IN bytes bytea, INOUT embedding public.vector, IN patience interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize._embed(IN model text, IN image text, IN bytes bytea, INOUT embedding public.vector, IN patience interval) IS 'Implementation of featurize.embed(): request, wait and take the answer, each in its own transaction.';

CREATE FUNCTION featurize._embed_through_dblink(model text, image text, bytes bytea, patience interval) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embed_through_dblink(model text, image text, bytes bytea, patience interval) IS 'Call featurize.embed() in another connection; returns the vector as text. Raise FZ013 if there is no connection.';

CREATE FUNCTION featurize._embedding_at(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embedding_at(f featurize.featurizer, alias text) IS 'FROM item for the embedding of the row with the key of an alias.';

CREATE FUNCTION featurize._embedding_columns() RETURNS name[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embedding_columns() IS 'Columns of an embedding table besides the key.';

CREATE FUNCTION featurize._embedding_faults(f featurize.featurizer) RETURNS TABLE(finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embedding_faults(f featurize.featurizer) IS 'What is broken about the embedding table or columns of a featurizer.';

CREATE FUNCTION featurize._embedding_of(model text, image text, bytes bytea, patience interval) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embedding_of(model text, image text, bytes bytea, patience interval) IS 'Implementation of featurize.embedding_of(): remembers the last vector until the end of the statement.';

CREATE FUNCTION featurize._embedding_table(f featurize.featurizer, schema name DEFAULT NULL::name) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embedding_table(f featurize.featurizer, schema name) IS 'Qualified name of the embedding table. A new one is created in the given schema, or in that of the source.';

CREATE FUNCTION featurize._end_query(name text, relation regclass) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._end_query(name text, relation regclass) IS 'Turn a featurized table into a plain one. Returns a summary of its contents.';

CREATE FUNCTION featurize._export(subject text, path name[], form text) RETURNS TABLE(rows bigint, names text[], kinds text[], dims integer[], statement text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export(subject text, path name[], form text) IS 'How to export a featurizer or a relation: number of rows, columns, and a COPY statement that returns their
values in a form: typed, text or json. path is the search path for relations.';

CREATE FUNCTION featurize._export_columns(subject text, relation regclass) RETURNS TABLE(number bigint, name text, kind text, dim integer, value text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_columns(subject text, relation regclass) IS 'Columns to export, in order: all columns of a relation; key, image and embedding of a featurizer. value is an
expression over the alias s.';

CREATE FUNCTION featurize._export_dims(dims integer[], kinds text[], vals text[], origin text) RETURNS integer[] LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_dims(dims integer[], kinds text[], vals text[], origin text) IS 'Lengths of the vectors in each column; null for other columns, and for columns without a vector.';

CREATE FUNCTION featurize._export_featurizer(subject text) RETURNS featurize.featurizer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_featurizer(subject text) IS 'The featurizer of that name; null if there is none.';

CREATE FUNCTION featurize._export_from(subject text, relation regclass, OUT origin text, OUT sorting text) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_from(subject text, relation regclass, OUT origin text, OUT sorting text) IS 'FROM item and WHERE clause of an export, and its ORDER BY clause.';

CREATE FUNCTION featurize._export_kind(type oid) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_kind(type oid) IS 'Type that values of a type are exported as: vector, the name of a simple type, or text.';

CREATE FUNCTION featurize._export_relation(subject text, path name[]) RETURNS regclass LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_relation(subject text, path name[]) IS 'The table or view of that name. Without a schema, it is searched in the schemas of path; training views are
found in any schema. Null if there is none.';

CREATE FUNCTION featurize._export_value(kind text, value text, form text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_value(kind text, value text, form text) IS 'Expression for a value in one of the forms typed, text and json. A vector as text or json is [1,2,3].';

CREATE FUNCTION featurize._fail(f featurize.featurizer, lease_id bigint, job_ids bigint[], reasons text[], details text[]) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._fail(f featurize.featurizer, lease_id bigint, job_ids bigint[], reasons text[], details text[]) IS 'Record the failures of jobs of a lease and delete the vectors of their rows, except where the database refuses
that. Returns how many failed.';

CREATE FUNCTION featurize._fail_exhausted(lease_id bigint) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._fail_exhausted(lease_id bigint) IS 'Fail the rows of an expired lease that ended their worker too often.';

CREATE FUNCTION featurize._fail_statement(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._fail_statement(f featurize.featurizer) IS 'Statement of settle() that records failures, deletes the vectors of earlier image values of their rows, and returns
how many failed.';

CREATE FUNCTION featurize._fault(f featurize.featurizer, OUT finding text, OUT remedy text, OUT error text) RETURNS record LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._fault(f featurize.featurizer, OUT finding text, OUT remedy text, OUT error text) IS 'The gravest fault of a featurizer, and error: both in one text. Null if nothing is broken.';

CREATE FUNCTION featurize._faults(f featurize.featurizer) RETURNS TABLE(part text, finding text, remedy text, is_repairable boolean) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._faults(f featurize.featurizer) IS 'Everything that is broken about a featurizer, the gravest first. part: source or embeddings; is_repairable: whether
featurize.repair() corrects it.';

CREATE FUNCTION featurize._featurizer(name text) RETURNS featurize.featurizer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._featurizer(name text) IS 'The featurizer of that name. Raise FZ001 if there is none, or several.';

CREATE FUNCTION featurize._featurizer(name text, row_type regtype) RETURNS featurize.featurizer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._featurizer(name text, row_type regtype) IS 'The featurizer of that name on the table with a row type. Raise FZ001 if there is no featurizer of that name, FZ007
if it is on another table.';

CREATE FUNCTION featurize._featurizer_of(c featurize.classifier) RETURNS featurize.featurizer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._featurizer_of(c featurize.classifier) IS 'The featurizer whose rows a classifier can predict. Raise FZ001 if it was dropped, FZ008 if its feature space
differs.';

CREATE FUNCTION featurize._filter(template text, parameters text[]) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._filter(template text, parameters text[]) IS 'A filter whose parameters are written into it as literals: %1$L, %2$L and so on.';

CREATE FUNCTION featurize._first_job(featurizer_id integer, priority smallint) RETURNS timestamp with time zone LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "DateStyle" TO 'ISO' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._first_job(featurizer_id integer, priority smallint) IS 'scheduled_at of the first job of a featurizer that can be leased; null if there is none.';

CREATE FUNCTION featurize._first_lease() RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "DateStyle" TO 'ISO' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._first_lease() IS 'Id of the oldest lease, null if there is none.';

CREATE FUNCTION featurize._first_outbox_id(featurizer_id integer) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "DateStyle" TO 'ISO' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._first_outbox_id(featurizer_id integer) IS 'Id of the first outbox entry of a featurizer; null if there is none.';

CREATE FUNCTION featurize._follow_key(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._follow_key(f featurize.featurizer) IS 'Change the key columns of the embedding table to the types that the source has now.';

CREATE FUNCTION featurize._fragment(f featurize.featurizer, name text, arguments text[], parts jsonb) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._fragment(f featurize.featurizer, name text, arguments text[], parts jsonb) IS 'SQL that replaces one placeholder: a value of parts, else a property of the featurizer.';

CREATE FUNCTION featurize._full_name(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._full_name(f featurize.featurizer) IS 'Name of a featurizer with the schema and the name of its source, such as public.photos.photos_look.';

CREATE FUNCTION featurize._given_split(t featurize.training_view, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._given_split(t featurize.training_view, f featurize.featurizer) IS 'As featurize._split(), for a training view with a split_column.';

CREATE FUNCTION featurize._grant(part text, role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._grant(part text, role regrole) IS 'Grant a part to a role, in the catalog and for each featurizer.';

CREATE FUNCTION featurize._grantees(part text) RETURNS oid[] LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._grantees(part text) IS 'Roles that were granted the part worker or reader; null if there are none.';

CREATE FUNCTION featurize._has_columns(relation regclass, columns name[]) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._has_columns(relation regclass, columns name[]) IS 'Whether a table has all of these columns. It is declared immutable, so that a plan contains the result as a
constant. Pass the table as a constant too: when the table changes, PostgreSQL makes a new plan and calls it again.';

CREATE FUNCTION featurize._has_worker_policies(role oid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._has_worker_policies(role oid) IS 'Whether a role sees the whole queue. pg_dump does not save the policies on tables of an extension; after a
restore featurize.repair() creates them again.';

CREATE FUNCTION featurize._hash_column(f featurize.featurizer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._hash_column(f featurize.featurizer) IS 'Column of the source that holds the hash of the image value that was embedded.';

CREATE FUNCTION featurize._held(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._held(f featurize.featurizer) IS 'Common table expressions of the statements of settle(): held has the rows that still hold the image that was
featurized; done deletes their jobs, and those of rows that do not. $1: jobs, $2: lease.';

CREATE FUNCTION featurize._idle_lock() RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._idle_lock() IS 'Advisory lock that an idle worker holds exclusively; transactions that queue rows try to share it.';

CREATE FUNCTION featurize._image(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._image(f featurize.featurizer, alias text) IS 'Image value of an alias, as text or bytea.';

CREATE FUNCTION featurize._image_content(f featurize.featurizer, image text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._image_content(f featurize.featurizer, image text) IS 'The image that an image value holds, encoded or as a data URI, as bytea; null if it is stored elsewhere.';

CREATE FUNCTION featurize._image_hash(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._image_hash(f featurize.featurizer, alias text) IS '64-bit hash of the image value of an alias.';

CREATE FUNCTION featurize._image_name(f featurize.featurizer, image text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._image_name(f featurize.featurizer, image text) IS 'Path or URI of an image value, to be shown; null if the image is stored in the row.';

CREATE FUNCTION featurize._in_embedding_table(f featurize.featurizer, before text, after text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._in_embedding_table(f featurize.featurizer, before text, after text) IS 'Statements that change the embedding table, even after it was renamed or moved.';

CREATE FUNCTION featurize._in_test(c featurize.classifier, f featurize.featurizer) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._in_test(c featurize.classifier, f featurize.featurizer) IS 'Condition on the source s: the row is a test row of the training view of a classifier.';

CREATE FUNCTION featurize._index_class(i featurize.index, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_class(i featurize.index, f featurize.featurizer) IS 'Operator class of an index.';

CREATE FUNCTION featurize._index_distance(i featurize.index, f featurize.featurizer, embedding text, query text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_distance(i featurize.index, f featurize.featurizer, embedding text, query text) IS 'Expression that an index orders rows by, nearest first.';

CREATE FUNCTION featurize._index_for(f featurize.featurizer, metric text) RETURNS featurize.index LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_for(f featurize.featurizer, metric text) IS 'The complete index for a metric in the current feature space; null if there is none.';

CREATE FUNCTION featurize._index_name(i featurize.index) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_name(i featurize.index) IS 'Name of an index.';

CREATE FUNCTION featurize._index_parts(index_id integer, kept_space integer DEFAULT NULL::integer, "concurrently" boolean DEFAULT false) RETURNS SETOF text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_parts(index_id integer, kept_space integer, "concurrently" boolean) IS 'Statements that drop an index, complete or not, and the functions that it is built on, except those of
kept_space.';

CREATE FUNCTION featurize._index_relation(i featurize.index, f featurize.featurizer) RETURNS regclass LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_relation(i featurize.index, f featurize.featurizer) IS 'The index on the table that holds the embeddings, even if it is invalid; null if there is none.';

CREATE FUNCTION featurize._index_report() RETURNS TABLE(featurizer text, metric text, method text, reason text, dimensions integer, state text, progress double precision, relation regclass, size bigint, build_time interval, expression text, recall double precision, recall_k integer, recall_measured_at timestamp with time zone) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_report() IS 'Rows of the view featurize.index_report.';

CREATE FUNCTION featurize._index_statement(i featurize.index, f featurize.featurizer, "concurrently" boolean) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_statement(i featurize.index, f featurize.featurizer, "concurrently" boolean) IS 'The CREATE INDEX statement of an index whose building has begun.';

CREATE FUNCTION featurize._indexed(i featurize.index, embedding text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._indexed(i featurize.index, embedding text) IS 'Expression that an index is built on, given one for an embedding; or that of the query to compare with it.';

CREATE FUNCTION featurize._inheritance(f featurize.featurizer, OUT finding text, OUT remedy text) RETURNS record LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._inheritance(f featurize.featurizer, OUT finding text, OUT remedy text) IS 'Which rows a featurizer misses, because its source has become a partition, or inherits, or is inherited from. Null
if it misses none.';

CREATE FUNCTION featurize._is_answered(request bigint) RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_answered(request bigint) IS 'Whether a request was answered, has expired, or does not exist.';

CREATE FUNCTION featurize._is_busy(featurizer_id integer) RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_busy(featurizer_id integer) IS 'Whether rows of a featurizer are queued or its backfill is running.';

CREATE FUNCTION featurize._is_filling(i featurize.index) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_filling(i featurize.index) IS 'Whether rows that existed when the index was requested, or when the model changed, are not embedded yet.';

CREATE FUNCTION featurize._is_finished(f featurize.featurizer) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_finished(f featurize.featurizer) IS 'Whether every row of a featurizer is embedded, failed or empty. Raise FZ003 if its rows cannot be counted.';

CREATE FUNCTION featurize._is_finished(f featurize.featurizer, key jsonb) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_finished(f featurize.featurizer, key jsonb) IS 'Whether one row is embedded, failed or empty. Raise FZ006 if there is no such row.';

CREATE FUNCTION featurize._is_leftover(relation oid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_leftover(relation oid) IS 'Whether a table holds the embeddings of a dropped featurizer.';

CREATE FUNCTION featurize._is_owner(owner oid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_owner(owner oid) IS 'Whether the current role may act as an owner: it is a member of that role, or of the role that owns
pgfeaturize.';

CREATE FUNCTION featurize._is_uncommitted(xmin xid) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_uncommitted(xmin xid) IS 'Whether a visible row with this xmin was written by the current transaction.';

CREATE FUNCTION featurize._is_waiting(c featurize.classifier) RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_waiting(c featurize.classifier) IS 'Whether a classifier has to be trained and no worker is training it.';

CREATE FUNCTION featurize._is_whole(f featurize.featurizer) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_whole(f featurize.featurizer) IS 'Whether the primary key of the source is that of a featurizer, and all its columns exist. Faster than
featurize._faults().';

CREATE FUNCTION featurize._key(f featurize.featurizer, alias text DEFAULT NULL::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key(f featurize.featurizer, alias text) IS 'Key columns of an alias, such as s.tenant, s.id; without an alias: tenant, id.';

CREATE FUNCTION featurize._key_definition(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_definition(f featurize.featurizer) IS 'Key as a column definition list, such as tenant uuid, id integer.';

CREATE FUNCTION featurize._key_families(relation regclass) RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_families(relation regclass) IS 'Operator families of the primary key, by name: the operators of a trigger function can compare keys as long as they
do not change, such as from integer to bigint. Null without a primary key. It is declared immutable, as
featurize._has_columns().';

CREATE FUNCTION featurize._key_from_text(f featurize.featurizer, key text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_from_text(f featurize.featurizer, key text) IS 'A key that is passed as text: an object with the key columns, a JSON string, or plain text.';

CREATE FUNCTION featurize._key_json(f featurize.featurizer, alias text, type text DEFAULT 'jsonb'::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_json(f featurize.featurizer, alias text, type text) IS 'Key of an alias as an object of type jsonb or json.';

CREATE FUNCTION featurize._key_match(f featurize.featurizer, a text, b text, comparison text DEFAULT '='::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_match(f featurize.featurizer, a text, b text, comparison text) IS 'Condition that the keys of two aliases are equal (=), or that the first one is greater (>).';

CREATE FUNCTION featurize._key_settings(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_settings(f featurize.featurizer) IS 'SET clauses under which the text form of a key never changes.';

CREATE FUNCTION featurize._key_type_faults(f featurize.featurizer) RETURNS TABLE(finding text, remedy text, key_column name, key_type text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_type_faults(f featurize.featurizer) IS 'Key columns whose type has changed since the embedding table was created; featurize.repair() changes it, too.';

CREATE FUNCTION featurize._label(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._label(f featurize.featurizer) IS 'The name that identifies a featurizer: its own name, or its full name if others have the same name.';

CREATE FUNCTION featurize._labeled(t featurize.training_view, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._labeled(t featurize.training_view, f featurize.featurizer) IS 'Query for the rows with a label and a current embedding: their keys and the columns that the split depends on.';

CREATE FUNCTION featurize._lacks_builder(relation regclass) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._lacks_builder(relation regclass) IS 'Why no live worker can build an index on a table; null if one can, or if no worker is alive.';

CREATE FUNCTION featurize._lacks_column(relation regclass, column_name name) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._lacks_column(relation regclass, column_name name) IS 'Whether a table exists, but has no such column.';

CREATE FUNCTION featurize._lock_source(f featurize.featurizer, mode text) RETURNS featurize.featurizer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._lock_source(f featurize.featurizer, mode text) IS 'Lock the source of a featurizer, to change the featurizer. Modes exclusive and access exclusive keep workers away.
Returns the featurizer as it is then; null if it was dropped.';

CREATE FUNCTION featurize._lock_table(relation oid, mode text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._lock_table(relation oid, mode text) IS 'Lock a table if it exists. A worker that is building an index of it stops.';

CREATE FUNCTION featurize._max_attempts() RETURNS integer LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._max_attempts() IS 'Number of attempts after which a row that ended its workers fails.';

CREATE FUNCTION featurize._may_name(classifier text) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._may_name(classifier text) IS 'Whether the current role may train a classifier of that name, which replaces an existing one.';

CREATE FUNCTION featurize._may_serve(f featurize.featurizer, role oid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._may_serve(f featurize.featurizer, role oid) IS 'Whether a role has the rights of a worker on the tables of a featurizer, and sees all of their rows.';

CREATE FUNCTION featurize._mode_to_share(f featurize.featurizer, otherwise text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._mode_to_share(f featurize.featurizer, otherwise text) IS 'Mode in which to lock a source before featurize._share(), or otherwise if that locks nothing of the source.';

CREATE FUNCTION featurize._model(name text) RETURNS featurize.model LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._model(name text) IS 'The model of that name, in any letter case. Raise FZ005 if there is none.';

CREATE FUNCTION featurize._move_embeddings(f featurize.featurizer, new_name text, schema name) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._move_embeddings(f featurize.featurizer, new_name text, schema name) IS 'Rename the embedding table, or the columns, of a featurizer, and move the table to another schema unless schema is
null.';

CREATE FUNCTION featurize._named(name text) RETURNS SETOF featurize.featurizer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._named(name text) IS 'The featurizers that a name may mean: the name alone, with the schema, or with schema and table of the source.';

CREATE FUNCTION featurize._nearest_candidates(f featurize.featurizer, metric text, condition text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._nearest_candidates(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 candidates nearest to vector $1 that meet a condition, with an index if possible.';

CREATE FUNCTION featurize._nearest_keys(f featurize.featurizer, query public.vector, k integer, condition text, metric text, path text) RETURNS TABLE(item_key jsonb, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize._nearest_keys(f featurize.featurizer, query public.vector, k integer, condition text, metric text, path text) IS 'Keys of the k rows nearest to a vector that meet a condition, which is evaluated with the search path of the
caller.';

CREATE FUNCTION featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 candidates nearest to vector $1, by scanning all vectors. Ties are in key order.';

CREATE FUNCTION featurize._nearest_rows(name text, query public.vector, k integer, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, images boolean DEFAULT false, exact boolean DEFAULT false, columns text[] DEFAULT NULL::text[], label text DEFAULT NULL::text) RETURNS TABLE(item jsonb, image text, bytes bytea, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize._nearest_rows(name text, query public.vector, k integer, filter text, metric text, images boolean, exact boolean, columns text[], label text) IS 'For programs: as featurize.nearest(), with columns of the rows as jsonb. exact: scan all vectors even if there is
an index.';

CREATE FUNCTION featurize._new_relation(name text, beside regclass) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._new_relation(name text, beside regclass) IS 'Schema-qualified name of a relation to create; the default schema is that of the relation beside. Raise FZ002
if the name is invalid or in use.';

CREATE FUNCTION featurize._note_changes(c featurize.classifier) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._note_changes(c featurize.classifier) IS 'Raise a notice if the number of training rows has changed since a classifier was trained.';

CREATE FUNCTION featurize._notify(channel text, payload text DEFAULT ''::text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._notify(channel text, payload text) IS 'Notify workers, unless the setting featurize.notify is off.';

CREATE FUNCTION featurize._notify_workers(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._notify_workers(f featurize.featurizer) IS 'Statements of a trigger function that wake an idle worker if rows were queued.';

CREATE FUNCTION featurize._operator(metric text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._operator(metric text) IS 'Schema-qualified operator of pgvector for a metric.';

CREATE FUNCTION featurize._orphaned_embeddings(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._orphaned_embeddings(f featurize.featurizer) IS 'FROM and WHERE clause for the embeddings s of rows that are gone or have no image.';

CREATE FUNCTION featurize._orphaned_failures(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._orphaned_failures(f featurize.featurizer) IS 'FROM and WHERE clause for the failures x of rows that are gone or have no image.';

CREATE FUNCTION featurize._own_connection() RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._own_connection() IS 'Connection to this database for dblink: the setting featurize.dblink, which is a connection string or a foreign
server; by default the local socket.';

CREATE FUNCTION featurize._own_embedding(f featurize.featurizer, source anyelement, current_only boolean) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._own_embedding(f featurize.featurizer, source anyelement, current_only boolean) IS 'The embedding of a row in the current feature space; null if it has none, or with current_only if it is of another
image than the row holds now.';

CREATE FUNCTION featurize._own_featurizer(name text) RETURNS featurize.featurizer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._own_featurizer(name text) IS 'The featurizer of that name. Raise FZ001 if there is none, 42501 if the current role does not own it.';

CREATE FUNCTION featurize._owner(f featurize.featurizer) RETURNS oid LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._owner(f featurize.featurizer) IS 'Owner of a featurizer: the owner of its source, or of its triggers if the source was dropped.';

CREATE FUNCTION featurize._passes_policies(relation regclass, role oid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._passes_policies(relation regclass, role oid) IS 'Whether row-level security hides no row of a table from a role.';

CREATE FUNCTION featurize._plain(expression text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._plain(expression text) IS 'An expression with simple operators in place of schema-qualified ones.';

CREATE FUNCTION featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer) RETURNS featurize.index LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer) IS 'Complete an index request: the best method for its vectors and the reason, dimensions and oversampling.';

CREATE FUNCTION featurize._planned(f featurize.featurizer, purpose text, arguments text, result text, renderer regprocedure) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._planned(f featurize.featurizer, purpose text, arguments text, result text, renderer regprocedure) IS 'Name of the temporary function that keeps the plan of a statement about a featurizer; created if it is missing.
Null if the current role may not create temporary objects, or another role has created one of this name: then the
statement has to be planned for each call.';

CREATE FUNCTION featurize._policy(relation regclass, name text, clause text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._policy(relation regclass, name text, clause text) IS 'Create or replace a policy; drop it if clause is null.';

CREATE FUNCTION featurize._predicted(c featurize.classifier, relation text, embedding text, columns text, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._predicted(c featurize.classifier, relation text, embedding text, columns text, condition text) IS 'Query for columns of a relation and the probabilities of all classes.';

CREATE FUNCTION featurize._predicted_view(c featurize.classifier, split text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._predicted_view(c featurize.classifier, split text) IS 'Query for key, label and probabilities of the rows of one split of the training view of a classifier.';

CREATE FUNCTION featurize._prepare_search(f featurize.featurizer, metric text, k integer, filter text, ef_search integer DEFAULT NULL::integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._prepare_search(f featurize.featurizer, metric text, k integer, filter text, ef_search integer) IS 'Set the parameters of a search. They are restored when the calling function ends, because it sets them, too.';

CREATE FUNCTION featurize._preprocessing_fields() RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._preprocessing_fields() IS 'Fields of a complete preprocessing document.';

CREATE FUNCTION featurize._priorities() RETURNS smallint[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._priorities() IS 'Priorities of jobs: of writes and of a backfill.';

CREATE FUNCTION featurize._probabilities(link text, scores double precision[]) RETURNS double precision[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._probabilities(link text, scores double precision[]) IS 'Probabilities of classes, computed from their scores: softmax exp(score) or sigmoid 1 / (1 + exp(-score)),
divided by the sum over the classes.';

CREATE FUNCTION featurize._progress() RETURNS TABLE(featurizer text, rows bigint, embedded bigint, stale bigint, pending bigint, leased bigint, failed bigint, empty bigint, oldest_pending timestamp with time zone, rows_per_second double precision, eta interval, note text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._progress() IS 'Rows of the view featurize.progress.';

CREATE FUNCTION featurize._qualified(relation oid) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._qualified(relation oid) IS 'Schema-qualified name of a relation.';

CREATE FUNCTION featurize._query_progress(name text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._query_progress(name text) IS 'Progress of featurize_query(), as text.';

CREATE FUNCTION featurize._query_state(name text, deadline timestamp with time zone, OUT done boolean, OUT error text) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._query_state(name text, deadline timestamp with time zone, OUT done boolean, OUT error text) IS 'Whether all rows are done, or the error because of which they cannot be.';

CREATE FUNCTION featurize._question(model text, image text, bytes bytea) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._question(model text, image text, bytes bytea) IS 'Identifies the statement of the user, the image and the feature space.';

CREATE FUNCTION featurize._queue_cursor(queue text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._queue_cursor(queue text) IS 'Position where a search for the first entry of a queue starts; null for the beginning.';

CREATE FUNCTION featurize._queue_sample(f featurize.featurizer, vectors regclass, vector_column name, sample bigint) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._queue_sample(f featurize.featurizer, vectors regclass, vector_column name, sample bigint) IS 'Queue random rows that have a vector of another program, so that a worker computes theirs.';

CREATE FUNCTION featurize._ranked(f featurize.featurizer, candidates text, columns text, shown text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._ranked(f featurize.featurizer, candidates text, columns text, shown text) IS 'Query for candidates, nearest first, with columns that are read from the rows s. shown is the select list, of
columns of n, the candidate, and of r, what was read.';

CREATE FUNCTION featurize._ranked_by(f featurize.featurizer, metric text, compared text, c featurize.classifier) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._ranked_by(f featurize.featurizer, metric text, compared text, c featurize.classifier) IS 'Expression for the distance of a vector from that of the query a.';

CREATE FUNCTION featurize._ranks(f featurize.featurizer, label_column name, metric text, c featurize.classifier) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._ranks(f featurize.featurizer, label_column name, metric text, c featurize.classifier) IS 'Query for featurize.evaluate_ranking(): $1 queries per class, $2 negatives, seed $3, numbers $4.';

CREATE FUNCTION featurize._ready_jobs(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._ready_jobs(f featurize.featurizer) IS 'Relation of the jobs that a claim may take: all that it has read or, where the images themselves may be in the
table, the first ones whose images together have at most $5 bytes, and at least one.';

CREATE FUNCTION featurize._recall(f featurize.featurizer, metric text, k integer, sample integer) RETURNS double precision LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._recall(f featurize.featurizer, metric text, k integer, sample integer) IS 'Fraction of the k rows nearest to a row that a search finds, over a sample of rows; null if there are no rows.';

CREATE FUNCTION featurize._reclaim() RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._reclaim() IS 'Make the jobs of expired leases of one featurizer pending again; fail rows without attempts left.';

CREATE FUNCTION featurize._relay_outbox(f featurize.featurizer, size integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._relay_outbox(f featurize.featurizer, size integer) IS 'Turn the oldest entries of the outbox, at most size of them, into jobs. An entry has up to a hundred keys.';

CREATE FUNCTION featurize._remove_orphans(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._remove_orphans(f featurize.featurizer) IS 'Remove the embeddings and failures of rows that are gone or have no image.';

CREATE FUNCTION featurize._remove_replicated(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._remove_replicated(f featurize.featurizer) IS 'Statement that deletes the vector of a row that was deleted, or lost its key or image.';

CREATE FUNCTION featurize._render(template text, parts jsonb) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._render(template text, parts jsonb) IS 'Fill in a template that is not about a featurizer. parts gives all values, as SQL that is inserted unchanged.';

CREATE FUNCTION featurize._render(f featurize.featurizer, template text, parts jsonb DEFAULT '{}'::jsonb) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._render(f featurize.featurizer, template text, parts jsonb) IS 'Fill in a template about a featurizer: {source}, {key:s}, {key_match:s,k}, {image:s} and so on, see
featurize._fragment(). {embedded_source} is the source s joined with its embeddings; {embedding}, {space} and
{embedding_digest} are columns of it, {is_current} is whether the embedding is of the image that s holds now. parts
gives values for further placeholders: SQL that is inserted unchanged.';

CREATE FUNCTION featurize._repair(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._repair(f featurize.featurizer) IS 'Repair one featurizer. Raise FZ003 if it has a fault that only its owner can correct.';

CREATE FUNCTION featurize._replica_body(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._replica_body(f featurize.featurizer) IS 'Text of the generated trigger function for replicated rows.';

CREATE FUNCTION featurize._replica_function(featurizer_id integer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._replica_function(featurizer_id integer) IS 'Name of the generated trigger function for replicated rows.';

CREATE FUNCTION featurize._report_training_view(name text, require_complete boolean) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._report_training_view(name text, require_complete boolean) IS 'Report the number of rows of a training view as a notice. Raise FZ015 if require_complete and rows are missing.';

CREATE FUNCTION featurize._request(model text, image text, bytes bytea, patience interval) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._request(model text, image text, bytes bytea, patience interval) IS 'Request an embedding of an image from the workers; returns the id of the request.';

CREATE FUNCTION featurize._reset_queue_cursor(featurizer_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._reset_queue_cursor(featurizer_id integer) IS 'Forget where the jobs of a featurizer begin: some were given back.';

CREATE FUNCTION featurize._resolve_model(name text) RETURNS featurize.model LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._resolve_model(name text) IS 'The model of that name. Raise FZ005 if there is none, FZ009 if it is unresolved.';

CREATE FUNCTION featurize._resync(f featurize.featurizer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._resync(f featurize.featurizer) IS 'Remove embeddings and failures of rows that were deleted or have no image, and start a backfill, which queues rows
whose image was replaced. Needed after writes that the triggers did not record.';

CREATE FUNCTION featurize._retries(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._retries(f featurize.featurizer) IS 'How many rows of a featurizer wait for another attempt, and why; null if there are none.';

CREATE FUNCTION featurize._retry_later(lease_id bigint, job_ids bigint[], reasons text[], details text[], retry_for interval[], retry_after interval[], retry_limit interval) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._retry_later(lease_id bigint, job_ids bigint[], reasons text[], details text[], retry_for interval[], retry_after interval[], retry_limit interval) IS 'Schedule again the jobs with a transient failure whose time is not over; returns how many.';

CREATE FUNCTION featurize._rewrite_keys(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO' SET "IntervalStyle" TO 'iso_8601' SET bytea_output TO 'hex' SET extra_float_digits TO '1';
COMMENT ON FUNCTION featurize._rewrite_keys(f featurize.featurizer) IS 'Bring the keys of failures and jobs into the form that the triggers write now.';

CREATE FUNCTION featurize._rights() RETURNS TABLE(part text, relations text[], commands text[], condition text) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._rights() IS 'Commands that readers, owners and workers may execute on each table, and the condition on rows. Owners and
workers have the privileges of readers, too.';

CREATE FUNCTION featurize._roc(positive boolean[], probability double precision[]) RETURNS TABLE(threshold double precision, false_positive_rate double precision, true_positive_rate double precision) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._roc(positive boolean[], probability double precision[]) IS 'Points of the ROC curve (receiver operating characteristic), from (0, 0) to (1, 1).';

CREATE FUNCTION featurize._roles(part text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._roles(part text) IS 'Roles that were granted a part, as a list for GRANT; null if there are none.';

CREATE FUNCTION featurize._row_at(f featurize.featurizer, row_ctid text, columns text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._row_at(f featurize.featurizer, row_ctid text, columns text) IS 'FROM item for columns of the row s with a ctid.';

CREATE FUNCTION featurize._row_condition(key_column text, key text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._row_condition(key_column text, key text) IS 'Condition that a row of the queue has this key, an SQL literal; true if it is null.';

CREATE FUNCTION featurize._rows(f featurize.featurizer, candidates text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._rows(f featurize.featurizer, candidates text) IS 'Query for the rows of candidates, nearest first.';

CREATE FUNCTION featurize._sample(f featurize.featurizer, metric text, size integer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sample(f featurize.featurizer, metric text, size integer) IS 'Query for a sample of rows and their embeddings, of unit length for metric cosine.';

CREATE FUNCTION featurize._save_queue_cursor(queue text, first text, from_start boolean, started timestamp with time zone) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._save_queue_cursor(queue text, first text, from_start boolean, started timestamp with time zone) IS 'Store the position of the first entry of a queue, if there was one, and when to search from the beginning again.';

CREATE FUNCTION featurize._scan(f featurize.featurizer, metric text, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._scan(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 rows nearest to vector $1, by scanning all vectors. Ties are in key order.';

CREATE FUNCTION featurize._scored(c featurize.classifier, embedding text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._scored(c featurize.classifier, embedding text) IS 'Expression for the scores of all classes in their order, given one for an embedding.';

CREATE FUNCTION featurize._scores(c featurize.classifier, embedding public.vector, space_id integer) RETURNS double precision[] LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._scores(c featurize.classifier, embedding public.vector, space_id integer) IS 'Scores of all classes in their order, for an embedding.';

CREATE FUNCTION featurize._search(f featurize.featurizer, metric text, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._search(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 rows nearest to vector $1 that meet a condition, with an index if possible.';

CREATE FUNCTION featurize._searched(f featurize.featurizer, OUT relation text, OUT embedding text, OUT space text, OUT hash text) RETURNS record LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._searched(f featurize.featurizer, OUT relation text, OUT embedding text, OUT space text, OUT hash text) IS 'The source s joined with its embeddings, as a FROM item, and expressions for embedding, space and hash of the
image value. A filter can only refer to columns of s.';

CREATE FUNCTION featurize._sees(featurizer_id integer, key jsonb) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sees(featurizer_id integer, key jsonb) IS 'Whether the current role sees the row with that key in a featurizer''s source.';

CREATE FUNCTION featurize._sees_all(featurizer_id integer) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sees_all(featurizer_id integer) IS 'Whether the current role sees keys and images of all rows of a featurizer''s source.';

CREATE FUNCTION featurize._sees_function(featurizer_id integer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sees_function(featurizer_id integer) IS 'Name of the generated function that looks up a row of the source.';

CREATE FUNCTION featurize._share(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._share(f featurize.featurizer) IS 'Grant workers and readers their privileges on source and embeddings. Policies hide the embeddings of rows that
a role does not see in the source.';

CREATE FUNCTION featurize._share_schema(relation regclass, roles text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._share_schema(relation regclass, roles text) IS 'Grant usage of the schema of a relation to roles, if the current role owns the schema.';

CREATE FUNCTION featurize._share_source(featurizer_id integer) RETURNS featurize.featurizer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._share_source(featurizer_id integer) IS 'Lock the source of a featurizer as the statements of workers need it. Returns the featurizer as it is then; null
if it was dropped.';

CREATE FUNCTION featurize._share_training_view(relation regclass) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._share_training_view(relation regclass) IS 'Grant workers the privilege to read a training view.';

CREATE FUNCTION featurize._shown(f featurize.featurizer, columns text[], images boolean) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._shown(f featurize.featurizer, columns text[], images boolean) IS 'Select list for the row s: columns as jsonb, cut to 200 characters; path or URI of its image as text; the image as
bytea, encoded or as a data URI, if images is true and the row holds it.';

CREATE FUNCTION featurize._shown_columns(f featurize.featurizer, columns text[], label text) RETURNS text[] LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._shown_columns(f featurize.featurizer, columns text[], label text) IS 'Columns of the source to print: those that are named, or the key and up to four more with short values, a column
label first; and label. Raise FZ006 if a column does not exist.';

CREATE FUNCTION featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[]) RETURNS integer[] LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[]) IS 'Those of the given featurizers that have the same source, image column and key as a featurizer.';

CREATE FUNCTION featurize._side(t featurize.training_view) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._side(t featurize.training_view) IS 'Expression over the source s for the side that split_column names; null for other values.';

CREATE FUNCTION featurize._similar_names(kind text, name text, existing text[]) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._similar_names(kind text, name text, existing text[]) IS 'A sentence with at most five existing names, the most similar ones if there are more.';

CREATE FUNCTION featurize._similarity(a text, b text) RETURNS double precision LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._similarity(a text, b text) IS 'Similarity of two names, from 0 to 1: the fraction of their trigrams that they share.';

CREATE FUNCTION featurize._source_faults(f featurize.featurizer) RETURNS TABLE(finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._source_faults(f featurize.featurizer) IS 'What is broken about the source table of a featurizer, its image column and its key.';

CREATE FUNCTION featurize._space_column(f featurize.featurizer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._space_column(f featurize.featurizer) IS 'Column of the source that holds the feature space of the embedding in the same row.';

CREATE FUNCTION featurize._split(t featurize.training_view, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._split(t featurize.training_view, f featurize.featurizer) IS 'Query for the keys of labeled rows, each with its side of the split: train or test.';

CREATE FUNCTION featurize._stable_key(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._stable_key(f featurize.featurizer, alias text) IS 'Key of an alias as an object, independent of the settings of the session.';

CREATE FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) IS 'Start a backfill from the first row of the source. With force, embedded rows are queued, too.';

CREATE FUNCTION featurize._start_query(relation regclass, image_column name, model text, image_kind text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._start_query(relation regclass, image_column name, model text, image_kind text) IS 'Declare a featurizer on a new table. Returns its name.';

CREATE FUNCTION featurize._state(f featurize.featurizer, key jsonb) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._state(f featurize.featurizer, key jsonb) IS 'State of one row; null if there is no such row.';

CREATE FUNCTION featurize._states(f featurize.featurizer, key jsonb DEFAULT NULL::jsonb) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._states(f featurize.featurizer, key jsonb) IS 'Query for every row of the source, or for the row with a key: key, queued_at and state; whether the backfill will
read it; and the flaw of its vector, which is missing, outdated (of an image that the row does not hold any more) or
stale. The order of the cases
defines the states.';

CREATE FUNCTION featurize._stop_building(relation oid) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._stop_building(relation oid) IS 'Cancel the building of indexes of a table by a worker, which tries again later.';

CREATE FUNCTION featurize._store(f featurize.featurizer, lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], digests bytea[], damages text[], OUT embedded integer, OUT failed integer) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._store(f featurize.featurizer, lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], digests bytea[], damages text[], OUT embedded integer, OUT failed integer) IS 'Store the vectors of jobs of a lease. A row that the database refuses fails alone, with the reason not_stored;
errors that do not concern a row are raised.';

CREATE FUNCTION featurize._store_statement(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._store_statement(f featurize.featurizer) IS 'Statement of settle() that stores vectors, records which are of a part of an image, and returns how many there are,
and whether all of them are stored.';

CREATE FUNCTION featurize._take_answer(request bigint) RETURNS featurize.request LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._take_answer(request bigint) IS 'Delete a request and return it with its answer.';

CREATE FUNCTION featurize._top(c featurize.classifier, f featurize.featurizer, label text, k integer, filter text, keys boolean) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._top(c featurize.classifier, f featurize.featurizer, label text, k integer, filter text, keys boolean) IS 'Query for the $3 rows that most probably belong to a class, of the $2 rows that are farthest in its direction
$1; with keys, their keys instead.';

CREATE FUNCTION featurize._top_accuracy(ranks bigint[], top integer[]) RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._top_accuracy(ranks bigint[], top integer[]) IS 'For each number n of top, the fraction of ranks that are n or less, as {"1": 0.5, "5": 0.9}.';

CREATE FUNCTION featurize._training_images(name text, keys jsonb[]) RETURNS TABLE(number bigint, image text, bytes bytea) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_images(name text, keys jsonb[]) IS 'Images of the rows of a training view with these keys: path or URI in image; in bytes
the image itself, encoded or as a data URI.';

CREATE FUNCTION featurize._training_key(t featurize.training_view, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_key(t featurize.training_view, alias text) IS 'Key columns of a training view over an alias, such as x.tenant, x.id; without an alias: tenant, id.';

CREATE FUNCTION featurize._training_sample(name text, per_class integer) RETURNS TABLE(rows bigint, dim integer, statement text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_sample(name text, per_class integer) IS 'As featurize.training_copy(), for at most per_class rows of each class, selected by a hash of the key. Rows are
ordered by class and hash.';

CREATE FUNCTION featurize._training_view(name text) RETURNS featurize.training_view LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_view(name text) IS 'The training view of that name. Raise FZ014 if there is none, or more than one.';

CREATE FUNCTION featurize._trigger_body(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._trigger_body(f featurize.featurizer) IS 'Text of the generated trigger function.';

CREATE FUNCTION featurize._trigger_function(f featurize.featurizer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._trigger_function(f featurize.featurizer) IS 'Name of the generated trigger function.';

CREATE FUNCTION featurize._trigger_functions(f featurize.featurizer) RETURNS TABLE(function text, body text, description text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._trigger_functions(f featurize.featurizer) IS 'Names, texts and comments of the trigger functions of a featurizer.';

CREATE FUNCTION featurize._triggers(f featurize.featurizer) RETURNS TABLE(name text, definition text, function text, enabled text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._triggers(f featurize.featurizer) IS 'The triggers of a featurizer; enabled is the word between ENABLE and TRIGGER.';

CREATE FUNCTION featurize._trigrams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._trigrams(name text) IS 'All sequences of three letters of a name, in lower case.';

CREATE FUNCTION featurize._try_share_source(featurizer_id integer) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._try_share_source(featurizer_id integer) IS 'Call featurize._share_source(); false if another transaction has locked the source.';

CREATE FUNCTION featurize._unit(t featurize.training_view) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unit(t featurize.training_view) IS 'Common table expressions for the units of the split: rows of one group, or with the same image, stay together.';

CREATE FUNCTION featurize._unknown_placeholder(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unknown_placeholder(name text) IS 'Raise an error: a placeholder of a template has no value.';

CREATE FUNCTION featurize._unshare(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unshare(f featurize.featurizer) IS 'Revoke all privileges and drop the policies of a featurizer that is being dropped.';

CREATE FUNCTION featurize._unshare(f featurize.featurizer, role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unshare(f featurize.featurizer, role regrole) IS 'Revoke privileges on source and embeddings from a role.';

CREATE FUNCTION featurize._vector_parts(f featurize.featurizer, vectors regclass, vector_column name) RETURNS jsonb LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._vector_parts(f featurize.featurizer, vectors regclass, vector_column name) IS 'Placeholders of statements that read vectors of another program.';

CREATE FUNCTION featurize._vector_schema() RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._vector_schema() IS 'Schema that pgvector is installed in.';

CREATE FUNCTION featurize._wanted_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) RETURNS featurize.model LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._wanted_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) IS 'The row that register_model() stores. dim is null if a worker has to determine a parameter.';

CREATE FUNCTION featurize._why_pending(f featurize.featurizer, key jsonb) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._why_pending(f featurize.featurizer, key jsonb) IS 'Why the row with this key, in the form of the queue, is pending.';

CREATE FUNCTION featurize._wilson(hits bigint, rows bigint, OUT low double precision, OUT high double precision) RETURNS record LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._wilson(hits bigint, rows bigint, OUT low double precision, OUT high double precision) IS 'Confidence interval of the rate hits / rows at 95 % (Wilson 1927).';

CREATE FUNCTION featurize._with_embedding(f featurize.featurizer, how text DEFAULT 'left join'::text, OUT relation text, OUT embedding text, OUT space text, OUT digest text, OUT hash text) RETURNS record LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._with_embedding(f featurize.featurizer, how text, OUT relation text, OUT embedding text, OUT space text, OUT digest text, OUT hash text) IS 'The source s joined with its embeddings, as a FROM item, and expressions for embedding, space, digest
and hash of the image value.';

CREATE FUNCTION featurize._within(f featurize.featurizer, metric text, condition text, size integer, query text DEFAULT '$1'::text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._within(f featurize.featurizer, metric text, condition text, size integer, query text) IS 'Query for candidates within distance $2 of a vector: with an index if there are fewer than size, else by
scanning all vectors.';

CREATE FUNCTION featurize._within_keys(f featurize.featurizer, query public.vector, max_distance double precision, condition text, metric text, path text) RETURNS TABLE(item_key jsonb, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize._within_keys(f featurize.featurizer, query public.vector, max_distance double precision, condition text, metric text, path text) IS 'Keys of the rows within a distance of a vector that meet a condition, which is evaluated with the search path of
the caller.';

CREATE FUNCTION featurize._within_statement(patience interval) RETURNS interval LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._within_statement(patience interval) IS 'A time to wait, shortened so that it ends before statement_timeout.';

CREATE FUNCTION featurize._worker_rights(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._worker_rights(f featurize.featurizer) IS 'Privileges on columns of the source that a worker needs, as a list for GRANT; null if the columns were dropped.';

CREATE FUNCTION featurize._write_trigger_functions(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._write_trigger_functions(f featurize.featurizer) IS 'Create or replace the trigger functions of a featurizer.';

CREATE FUNCTION featurize.adopt_vectors(name text, vectors regclass, vector_column name DEFAULT 'embedding'::name, sample integer DEFAULT 100) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.adopt_vectors(name text, vectors regclass, vector_column name, sample integer) IS 'Take in vectors that another program has computed with the model of a featurizer, and embed only the rows that have
none. vectors: a table or view with the key columns of the featurized table, and vector_column. The vectors of sample
rows are compared with those of a worker first: the first call queues these rows and returns null. Called again when
they are embedded, it returns the number of vectors taken in, or raises FZ002 if any of them differs (cosine under
0.999, or length by 1 %). Declare the featurizer with backfill => false before.';

CREATE FUNCTION featurize.alter_featurizer(name text, image_column name DEFAULT NULL::name, rename_to text DEFAULT NULL::text, image_kind text DEFAULT NULL::text, schema name DEFAULT NULL::name, on_replica boolean DEFAULT NULL::boolean, notify boolean DEFAULT NULL::boolean, on_truncated text DEFAULT NULL::text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.alter_featurizer(name text, image_column name, rename_to text, image_kind text, schema name, on_replica boolean, notify boolean, on_truncated text) IS 'Change a featurizer and keep its embeddings. image_column: column that holds the images from now on, for example
after it was renamed; only rows whose value differs are embedded again. rename_to: new name of the featurizer and of its
embedding table or column. image_kind: path, uri, bytes or base64. schema: new schema of the embedding table.
on_replica, notify and on_truncated: as for featurize.create_featurizer(). Returns the name of the featurizer.';

CREATE FUNCTION featurize.answer_request(request bigint, embedding public.vector, reason text, detail text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.answer_request(request bigint, embedding public.vector, reason text, detail text) IS 'For workers: answer a request with a vector, or with the reason why there is none.';

CREATE FUNCTION featurize.audit(name text) RETURNS TABLE(discrepancy text, rows bigint, sample jsonb) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.audit(name text) IS 'Compare all rows of a featurizer with their embeddings: number of rows, and keys of up to ten of them, for each
discrepancy that featurize.repair() corrects. missing vector, outdated vector (of an image that the row does not hold
any more), stale vector (of an earlier feature space): rows that are not queued. orphaned vector, orphaned failure: of
rows that are gone or have no image.';

CREATE FUNCTION featurize.backfill_step(featurizer_id integer, size integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO' SET "IntervalStyle" TO 'iso_8601' SET bytea_output TO 'hex' SET extra_float_digits TO '1' SET enable_seqscan TO 'off' SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off' SET lock_timeout TO '500ms';
COMMENT ON FUNCTION featurize.backfill_step(featurizer_id integer, size integer) IS 'For workers: read the next size rows in key order and queue those without a current vector. Returns how many.';

CREATE FUNCTION featurize.begin_index(index_id integer, attempt integer DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.begin_index(index_id integer, attempt integer) IS 'For workers: prepare the building of an index. attempt: 1; 2 for a serial build, after memory or space ran out; 3
for one with 64 MB of maintenance_work_mem. Returns the statements that build it; none if it was dropped
meanwhile.';

CREATE FUNCTION featurize.block(featurizer_id integer, reason text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.block(featurizer_id integer, reason text) IS 'For workers: record why a featurizer cannot be served; no row fails. Returns the reason: what is broken about the
featurizer, or else the one that was passed.';

CREATE FUNCTION featurize.check_training(training_view text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.check_training(training_view text) IS 'For workers: raise FZ015 if a training view with require_complete is incomplete.';

CREATE FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval, max_claim_bytes bigint DEFAULT NULL::bigint, max_image_bytes integer DEFAULT NULL::integer) RETURNS TABLE(lease_id bigint, featurizer_id integer, job_id bigint, image_job_id bigint, path text, bytes bytea) LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off' SET lock_timeout TO '500ms';
COMMENT ON FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval, max_claim_bytes bigint, max_image_bytes integer) IS 'For workers: lease the next rows of the first featurizer and return their images, one job per row. The other
featurizers that have the same image column also get leases, for those of these rows that they have jobs for;
image_job_id is the job of the first featurizer, whose row has the image. Of images that are stored in the table, a
claim returns as many as have max_claim_bytes together, at least one; of one that is longer than max_image_bytes, only
one byte more than that; of base64 and data URIs, four times as much. Null: no such bound.';

CREATE FUNCTION featurize.class_report(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(label text, rows bigint, "precision" double precision, recall double precision, f1 double precision) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.class_report(classifier text, split text) IS 'For each class: number of rows; precision, the fraction of correct predictions of the class; recall, the
fraction of its rows that are predicted correctly; and their harmonic mean f1.';

CREATE FUNCTION featurize.confusion(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(label text, predicted text, rows bigint) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.confusion(classifier text, split text) IS 'Confusion matrix of a classifier: how many rows of class label are predicted as class predicted.';

CREATE FUNCTION featurize.create_featurizer(source regclass, image_column name, model text DEFAULT 'resnet50'::text, name text DEFAULT NULL::text, image_kind text DEFAULT 'path'::text, destination text DEFAULT 'table'::text, storage text DEFAULT 'vector'::text, backfill boolean DEFAULT true, if_not_exists boolean DEFAULT false, schema name DEFAULT NULL::name, on_replica boolean DEFAULT false, notify boolean DEFAULT true, adopt boolean DEFAULT false, on_truncated text DEFAULT 'fail'::text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.create_featurizer(source regclass, image_column name, model text, name text, image_kind text, destination text, storage text, backfill boolean, if_not_exists boolean, schema name, on_replica boolean, notify boolean, adopt boolean, on_truncated text) IS 'Declare that an image column of a table is featurized by a model. Returns the name of the featurizer, which is
table_model unless you pass a name. image_kind: the column holds path, uri, bytes or base64. destination: embeddings are
stored in a table of that name, or in a column of the source. storage: vector or halfvec. Workers embed existing
rows in small steps, unless backfill is false. schema: schema of the embedding table, that of the source unless you
pass another. on_replica: also queue rows that arrive by logical replication, or are written while
session_replication_role is replica. notify => false is for tables that are written by two-phase commit: triggers send
no notification, and workers poll. adopt: use the embeddings that a dropped featurizer of that name has left, with the
same key, model and storage; only rows whose image has changed since, or that have none, are embedded.
on_truncated: rows fail whose image can be decoded only in part, or embed: that part is embedded, and the row is listed
in featurize.truncated.';

CREATE FUNCTION featurize.create_index(name text, metric text DEFAULT 'cosine'::text, method text DEFAULT 'auto'::text, dimensions integer DEFAULT NULL::integer, m integer DEFAULT 16, ef_construction integer DEFAULT 64, ef_search integer DEFAULT 100, "concurrently" boolean DEFAULT true, after_backfill boolean DEFAULT true, if_not_exists boolean DEFAULT false) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.create_index(name text, metric text, method text, dimensions integer, m integer, ef_construction integer, ef_search integer, "concurrently" boolean, after_backfill boolean, if_not_exists boolean) IS 'Request an HNSW index on the embeddings of a featurizer for one metric: cosine, l2, ip or l1. Returns its id. A
worker builds it with CREATE INDEX CONCURRENTLY, and again for each new feature space. With concurrently => false it
is built at once and blocks writers. method: auto, hnsw, halfvec, bits or projection; dimensions: length of a
projection; m, ef_construction and ef_search as in pgvector. With after_backfill, a worker first embeds all existing
rows. See featurize.index_report.';

CREATE FUNCTION featurize.create_training_view(view_name text, featurizer text, label_column name, test_fraction numeric DEFAULT 0.5, seed bigint DEFAULT 0, stratify boolean DEFAULT true, group_column name DEFAULT NULL::name, require_complete boolean DEFAULT false, split_column name DEFAULT NULL::name) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.create_training_view(view_name text, featurizer text, label_column name, test_fraction numeric, seed bigint, stratify boolean, group_column name, require_complete boolean, split_column name) IS 'Create a view of the labeled rows of a featurizer''s source, with the columns key, label, split (train or test)
and features. Returns its qualified name. The view is always up to date. test_fraction is the fraction of rows for
testing. The split depends on a hash of key and seed. stratify: split each class separately. Rows with the same
value in group_column, or with the same image, are on the same side of the split. require_complete: raise FZ015
while labeled rows have no current embedding. split_column: a column that holds the split, train or test in any letter
case, instead of a split by hash; rows with other values are omitted. test_fraction, seed and stratify do not apply
then.';

CREATE FUNCTION featurize.doctor(patience interval DEFAULT '00:15:00'::interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.doctor(patience interval) IS 'Check the installation and suggest fixes: for each check its level (ok, information, warning or error), the
object, the finding and the remedy. patience: how long rows may wait, and transactions may be open, before they are
reported. A role that is not a superuser has to be a member of pg_read_all_stats to see the transactions of other
roles.';

CREATE FUNCTION featurize.drop_classifier(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_classifier(name text) IS 'Drop a classifier, and the one that is being trained to replace it.';

CREATE FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean DEFAULT false) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean) IS 'Drop a featurizer with its triggers, jobs, failures, indexes and training views. With keep_embeddings, its
embeddings remain.';

CREATE FUNCTION featurize.drop_index(name text, metric text DEFAULT 'cosine'::text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_index(name text, metric text) IS 'Drop the index of a featurizer for a metric. A worker that is building it stops.';

CREATE FUNCTION featurize.drop_training_view(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_training_view(name text) IS 'Drop a training view, or the table that one was frozen into. Classifiers remain.';

CREATE FUNCTION featurize.duplicates(source anyelement, name text, max_distance double precision, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, current_only boolean DEFAULT false, parameters text[] DEFAULT NULL::text[]) RETURNS TABLE(item_key jsonb, other_key jsonb, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.duplicates(source anyelement, name text, max_distance double precision, filter text, metric text, current_only boolean, parameters text[]) IS 'Pairs of rows whose embeddings are within max_distance of each other, with their distances, each pair once. The
rows are named by their keys, as jsonb: a row may hold an image, and be in many pairs. is_current: whether both
vectors are of the images that the rows hold now. The other parameters are those of featurize.nearest().';

CREATE PROCEDURE featurize.embed(IN image bytea, IN model text, INOUT embedding public.vector DEFAULT NULL::public.vector, IN timeout interval DEFAULT '00:00:30'::interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize.embed(IN image bytea, IN model text, INOUT embedding public.vector, IN timeout interval) IS 'Let a worker embed an image that is passed as bytes. The vector is returned in embedding. The procedure
commits, so it cannot run inside a transaction block.';

CREATE PROCEDURE featurize.embed(IN image text, IN model text, INOUT embedding public.vector DEFAULT NULL::public.vector, IN timeout interval DEFAULT '00:00:30'::interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize.embed(IN image text, IN model text, INOUT embedding public.vector, IN timeout interval) IS 'Let a worker embed the image at a path or URI that the worker may read: CALL featurize.embed(''/a.jpg'',
''resnet50'', null). The vector is returned in embedding. The procedure commits, so it cannot run inside a
transaction block.';

CREATE FUNCTION featurize.embedding_of(image bytea, model text, timeout interval DEFAULT '00:00:30'::interval) RETURNS public.vector LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.embedding_of(image bytea, model text, timeout interval) IS 'The vector of an image that is passed as bytes. See the function of the same name for paths and URIs.';

CREATE FUNCTION featurize.embedding_of(image text, model text, timeout interval DEFAULT '00:00:30'::interval) RETURNS public.vector LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.embedding_of(image text, model text, timeout interval) IS 'The vector of the image at a path or URI that a worker may read. Unlike featurize.embed() it can be used in any
query, because it connects to this database through dblink. A query that calls it for many rows with the same image
embeds the image once. It waits for timeout, or until statement_timeout. Roles that are not superusers need a
password: set featurize.dblink to a foreign server or a connection string that has one.';

CREATE FUNCTION featurize.end_index(index_id integer, error text DEFAULT NULL::text) RETURNS SETOF text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.end_index(index_id integer, error text) IS 'For workers: record that an index was built, or the error. Returns statements that drop what is left of failed
or earlier builds.';

CREATE FUNCTION featurize.evaluate(classifier text, split text DEFAULT 'test'::text, positive text DEFAULT NULL::text, OUT rows bigint, OUT accuracy double precision, OUT accuracy_low double precision, OUT accuracy_high double precision, OUT log_loss double precision, OUT auc double precision, OUT classes jsonb, OUT confusion jsonb, OUT roc jsonb) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.evaluate(classifier text, split text, positive text, OUT rows bigint, OUT accuracy double precision, OUT accuracy_low double precision, OUT accuracy_high double precision, OUT log_loss double precision, OUT auc double precision, OUT classes jsonb, OUT confusion jsonb, OUT roc jsonb) IS 'Evaluate a classifier on the rows of its training view, by default on the test rows: accuracy with its 95 %
confidence interval (Wilson), log-loss, and AUC, the area under the ROC curve of the positive class. With two
classes, the positive class is the last one unless you pass another. classes, confusion and roc are also available
as tables: featurize.class_report(), confusion() and roc().';

CREATE FUNCTION featurize.evaluate_classes(classifier text, split text DEFAULT 'test'::text, top integer[] DEFAULT '{1,5,10}'::integer[], OUT rows bigint, OUT top_accuracy jsonb, OUT mean_rank double precision, OUT median_rank double precision) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.evaluate_classes(classifier text, split text, top integer[], OUT rows bigint, OUT top_accuracy jsonb, OUT mean_rank double precision, OUT median_rank double precision) IS 'Evaluate how well a classifier ranks classes, by default on the test rows of its training view. The rank of a row
is the position of its own class when the classes are ordered by probability. top_accuracy has for each number n of top
the fraction of rows whose class is among the first n.';

CREATE FUNCTION featurize.evaluate_ranking(featurizer text, label_column name, queries_per_class integer DEFAULT 20, negatives integer DEFAULT 100, seed bigint DEFAULT 0, metric text DEFAULT 'cosine'::text, top integer[] DEFAULT '{1,2,4,8,16,32}'::integer[], classifier text DEFAULT NULL::text, OUT queries bigint, OUT top_accuracy jsonb, OUT mean_rank double precision, OUT median_rank double precision) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.evaluate_ranking(featurizer text, label_column name, queries_per_class integer, negatives integer, seed bigint, metric text, top integer[], classifier text, OUT queries bigint, OUT top_accuracy jsonb, OUT mean_rank double precision, OUT median_rank double precision) IS 'Evaluate how well distances rank rows by similarity. For queries_per_class rows of each class, another row of
the class is ranked among negatives, which are rows of other classes. top_accuracy has for each number n of top the
fraction of queries in which it is among the first n. Rows are selected by a hash of key and seed. Of rows at equal
distance, the negatives come first. classifier: compare the probabilities of its classes instead of embeddings, on the
test rows of its training view only.';

CREATE PROCEDURE featurize.featurize_query(IN query text, IN image_column name, IN model text, IN into_table text, IN overwrite boolean DEFAULT false, IN image_kind text DEFAULT NULL::text, IN timeout interval DEFAULT '01:00:00'::interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize.featurize_query(IN query text, IN image_column name, IN model text, IN into_table text, IN overwrite boolean, IN image_kind text, IN timeout interval) IS 'Create a table with the result of a query and the features of its images: CALL
featurize.featurize_query(''select path, label from photos'', ''path'', ''resnet50'', ''photo_features''). The query
runs with the rights of the caller. A row that fails has an error and no features. The procedure waits for the
workers. It commits, so it cannot run inside a transaction block.';

CREATE FUNCTION featurize.featurizer_name(name text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.featurizer_name(name text) IS 'The name of a featurizer as views and functions show it. Raise FZ001 if there is none of that name, or several.';

CREATE FUNCTION featurize.featurizer_name(source regclass, name text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.featurizer_name(source regclass, name text) IS 'The name by which functions find a featurizer of a table: its own name, or schema.table.name if featurizers of
other tables have the same name. If source is null, name is such a name already.';

CREATE FUNCTION featurize.freeze_training_view(name text, table_name text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.freeze_training_view(name text, table_name text) IS 'Copy a training view into a table, so that an experiment can be repeated. The table can be used like the view.
Returns its qualified name.';

CREATE FUNCTION featurize.grant_owner(role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.grant_owner(role regrole) IS 'Allow a role to declare featurizers on its own tables, and to create models, indexes, training views and
classifiers. It also has the privileges of a reader.';

CREATE FUNCTION featurize.grant_reader(role regrole) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.grant_reader(role regrole) IS 'Allow a role to search, predict, embed images and monitor. It sees the embeddings, keys and failures of the
rows that it sees in the source.';

CREATE FUNCTION featurize.grant_worker(role regrole) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.grant_worker(role regrole) IS 'Allow a role to run workers: it may read keys and images of all featurizers and write their embeddings.';

CREATE FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval, stuck text DEFAULT NULL::text) RETURNS bigint[] LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval, stuck text) IS 'For workers: record a heartbeat, renew leases, and return the leases that are still held. stuck: what the worker
has been doing without progress for too long.';

CREATE FUNCTION featurize.index_work(name text DEFAULT NULL::text) RETURNS TABLE(index_id integer, featurizer text, metric text, method text, dimensions integer) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.index_work(name text) IS 'For workers: indexes to build now, of one featurizer or of all.';

CREATE FUNCTION featurize.is_classifier_waiting() RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.is_classifier_waiting() IS 'For workers: whether there is a classifier to train.';

CREATE FUNCTION featurize.knn_predict(featurizer text, label_column name, embedding public.vector, k integer DEFAULT 5, metric text DEFAULT 'cosine'::text, filter text DEFAULT NULL::text, parameters text[] DEFAULT NULL::text[], OUT label text, OUT probability double precision) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.knn_predict(featurizer text, label_column name, embedding public.vector, k integer, metric text, filter text, parameters text[], OUT label text, OUT probability double precision) IS 'Classify an embedding by its k nearest labeled rows: the most frequent label, and the fraction of the rows that
have it. filter and parameters are those of featurize.nearest().';

CREATE FUNCTION featurize.leave_worker(worker_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.leave_worker(worker_id integer) IS 'For workers: unregister when the worker stops.';

CREATE FUNCTION featurize.list_columns() RETURNS TABLE(schema name, relation name, made text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_columns() IS 'For programs: columns that pgfeaturize has added to featurized tables.';

CREATE FUNCTION featurize.list_featurizers(schemas text[] DEFAULT NULL::text[]) RETURNS TABLE(name text, schema name, relation name, image_column name, model text, image_kind text, destination text, storage text, key_columns name[], embeddings_schema name, embeddings name, on_replica boolean, notify boolean, on_truncated text, metrics text[]) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_featurizers(schemas text[]) IS 'For programs: the featurizers of the tables in these schemas, or of all tables, and the metrics of their
indexes.';

CREATE FUNCTION featurize.list_indexes() RETURNS TABLE(schema name, source name, featurizer text, metric text, method text, dimensions integer, m integer, ef_construction integer, ef_search integer) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_indexes() IS 'For programs: the arguments of featurize.create_index() that recreate the existing indexes.';

CREATE FUNCTION featurize.list_tables() RETURNS TABLE(schema name, relation name) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_tables() IS 'For programs: tables and views that pgfeaturize has created in other schemas: embedding tables and training
views.';

CREATE FUNCTION featurize.list_training_views() RETURNS TABLE(schema name, view_name name, source_schema name, source name, featurizer text, label_column name, test_fraction numeric, seed bigint, stratify boolean, group_column name, split_column name) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_training_views() IS 'For programs: the arguments of featurize.create_training_view() that recreate the existing training views.';

CREATE FUNCTION featurize.measure_recall(name text, k integer DEFAULT 10, sample integer DEFAULT 100, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer) RETURNS double precision LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.measure_recall(name text, k integer, sample integer, metric text, ef_search integer) IS 'Measure an index: returns the fraction of the k rows nearest to a row that a search with the index finds,
averaged over a sample of rows, and stores it in featurize.index_report.';

CREATE FUNCTION featurize.must_poll() RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.must_poll() IS 'For workers: whether rows may be queued without a notification, even while the idle lock is held.';

CREATE FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer, current_only boolean DEFAULT false, parameters text[] DEFAULT NULL::text[]) RETURNS TABLE(item anyelement, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer, filter text, metric text, ef_search integer, current_only boolean, parameters text[]) IS 'The k rows whose embeddings are nearest to a vector, with their distances, nearest first. source is
NULL::table, where table is the featurized table. filter is an SQL condition on the row s; it may name other tables,
with their schemas. parameters are written into it as literals in the places of %1$L, %2$L, ...; without parameters it
is used as it is. metric is cosine, l2, ip
(negative inner product) or l1. ef_search is the number of candidates for a search with an index.
is_current: whether the vector is of the image that the row holds now, rather than of an image that was replaced and
whose vector has not been computed again. current_only: return only such rows.';

CREATE FUNCTION featurize.nearest_keys(name text, query public.vector, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, current_only boolean DEFAULT false, parameters text[] DEFAULT NULL::text[], path text DEFAULT current_setting('search_path'::text)) RETURNS TABLE(item_key jsonb, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.nearest_keys(name text, query public.vector, k integer, filter text, metric text, current_only boolean, parameters text[], path text) IS 'For programs: as featurize.nearest(), with the keys of the rows. The filter has its parameters as %1$L, %2$L, ...,
and is evaluated with the search path that is passed.';

CREATE FUNCTION featurize.neighbor_keys(name text, key jsonb, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, current_only boolean DEFAULT false, parameters text[] DEFAULT NULL::text[], path text DEFAULT current_setting('search_path'::text)) RETURNS TABLE(item_key jsonb, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.neighbor_keys(name text, key jsonb, k integer, filter text, metric text, current_only boolean, parameters text[], path text) IS 'For programs: as featurize.neighbors(), for the row with a key, with the keys of the rows. The other parameters are
those of featurize.nearest_keys().';

CREATE FUNCTION featurize.neighbors(source anyelement, name text, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer, current_only boolean DEFAULT false, parameters text[] DEFAULT NULL::text[]) RETURNS TABLE(item anyelement, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.neighbors(source anyelement, name text, k integer, filter text, metric text, ef_search integer, current_only boolean, parameters text[]) IS 'The k rows nearest to a row of the featurized table, without the row itself, with their distances, nearest
first. No rows if source has no vector of the current feature space or, with current_only, if its vector is of an
earlier image. The other parameters are those of featurize.nearest().';

CREATE FUNCTION featurize.pause(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.pause(name text) IS 'Pause a featurizer: its jobs are not leased. Its triggers continue to queue rows.';

CREATE FUNCTION featurize.pending_featurizers() RETURNS TABLE(featurizer_id integer, name text, model text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, space_id integer, source oid, schema name, relation name, image_column name, image_kind text, storage text, on_truncated text, blocked boolean, backfilling boolean) LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET enable_bitmapscan TO 'off' SET jit TO 'off' SET lock_timeout TO '500ms';
COMMENT ON FUNCTION featurize.pending_featurizers() IS 'For workers: reclaim expired leases, then list the featurizers with jobs or a backfill to do, and their models.';

CREATE FUNCTION featurize.predict(classifier text, embedding public.vector, space_id integer DEFAULT NULL::integer, OUT label text, OUT probability double precision) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.predict(classifier text, embedding public.vector, space_id integer, OUT label text, OUT probability double precision) IS 'The most probable class of an embedding and its probability, from 0 to 1; null if the embedding is null. Pass
the space_id that is stored with the embedding: FZ008 is raised if the classifier was trained in another feature
space.';

CREATE FUNCTION featurize.predictions(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(key jsonb, label text, predicted text, probability double precision, probabilities double precision[]) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.predictions(classifier text, split text) IS 'Predictions of a classifier for the rows of its training view. split: test, or train for the rows that it was
trained on. label is the true class, predicted the most probable one; probabilities are in the order of the
classes.';

CREATE FUNCTION featurize.queue_depth() RETURNS TABLE(featurizer text, pending bigint, leased bigint, oldest_seconds double precision) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.queue_depth() IS 'For programs: number of queued entries of each featurizer, and seconds that the oldest has been waiting. A row
counts as often as it was written.';

CREATE FUNCTION featurize.refresh(name text, filter text DEFAULT NULL::text) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.refresh(name text, filter text) IS 'Embed rows again, for example because their files have changed. Without a filter, a backfill queues all rows in
small steps, and the result is null. filter is an SQL condition on the row s, in which names outside pg_catalog need
their schema: the rows that match are queued at once, and the result is their number.';

CREATE FUNCTION featurize.refuse_request(request bigint, worker_id integer, error text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.refuse_request(request bigint, worker_id integer, error text) IS 'For workers: this worker cannot load the model. Other workers may try; if there are none, the request fails.';

CREATE FUNCTION featurize.register_model(name text, backbone text, node text DEFAULT NULL::text, pooling text DEFAULT NULL::text, dim integer DEFAULT NULL::integer, weights text DEFAULT NULL::text, preprocessing jsonb DEFAULT NULL::jsonb, cut integer DEFAULT NULL::integer) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.register_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) IS 'Add a model to the catalog, or change one; all vectors of a changed model become stale and are computed again.
The backbone is cut at node, or cut layers from the end. dim is the length of the embedding. A worker determines the
parameters that you omit. Returns the name of the model, in lower case.';

CREATE FUNCTION featurize.register_space(model text, fingerprint text) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.register_space(model text, fingerprint text) IS 'For workers: id of the current space of a model, created by the first worker that loads it. Raise FZ008 if the
fingerprint differs.';

CREATE FUNCTION featurize.register_worker(host text, pid integer, device text, version text) RETURNS integer LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.register_worker(host text, pid integer, device text, version text) IS 'For workers: register in featurize.worker; returns the id.';

CREATE FUNCTION featurize.reject_classifier(classifier_id integer, worker_id integer, error text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.reject_classifier(classifier_id integer, worker_id integer, error text) IS 'For workers: record why a classifier cannot be trained.';

CREATE FUNCTION featurize.reject_model(name text, error text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.reject_model(name text, error text) IS 'For workers: record why an unresolved model cannot be completed.';

CREATE FUNCTION featurize.release(lease_id bigint) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET lock_timeout TO '500ms';
COMMENT ON FUNCTION featurize.release(lease_id bigint) IS 'For workers: release a lease without a result; its rows are pending again, and the attempt does not count.';

CREATE FUNCTION featurize.release_classifier(classifier_id integer, worker_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.release_classifier(classifier_id integer, worker_id integer) IS 'For workers: release a classifier, so that another worker can train it.';

CREATE FUNCTION featurize.release_idle_lock() RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.release_idle_lock() IS 'For workers: release the lock of try_idle_lock(); writers need not notify any more.';

CREATE FUNCTION featurize.remove_model(name text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.remove_model(name text) IS 'Remove a model that nothing uses, and its feature spaces. Raise FZ006 if a featurizer, a frozen training view or a
classifier uses it. Returns its weights, whose file remains where it is; pgfeaturize models remove deletes it, too.';

CREATE FUNCTION featurize.repair(name text DEFAULT NULL::text) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.repair(name text) IS 'Repair one featurizer, or all that the current role owns: create missing triggers again, grant workers and
readers their privileges, follow changed types of key columns, remove the embeddings and failures of rows that are gone,
and queue rows whose vector is missing or of an earlier image. Returns how many featurizers were repaired. For one that
is broken, such as after its image column was dropped, it raises an error with the remedy; among all, it gives a warning
and continues with the others.';

CREATE FUNCTION featurize.resolve_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.resolve_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) IS 'For workers: complete an unresolved model.';

CREATE FUNCTION featurize.resume(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.resume(name text) IS 'Resume a paused featurizer.';

CREATE FUNCTION featurize.retire_space(model text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.retire_space(model text) IS 'Make all vectors of a model stale, for example because its weights have changed. They are computed again.';

CREATE FUNCTION featurize.retries() RETURNS TABLE(featurizer text, note text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.retries() IS 'Featurizers with rows that wait for another attempt after a transient failure, and how many there are.';

CREATE FUNCTION featurize.retry(name text) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.retry(name text) IS 'Queue the failed rows of a featurizer again. Returns how many.';

CREATE FUNCTION featurize.revoke(role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.revoke(role regrole) IS 'Revoke all that grant_reader(), grant_owner() and grant_worker() have granted to a role, and its privileges on
the columns that a worker needs.';

CREATE FUNCTION featurize.roc(classifier text, split text DEFAULT 'test'::text, positive text DEFAULT NULL::text) RETURNS TABLE(threshold double precision, false_positive_rate double precision, true_positive_rate double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.roc(classifier text, split text, positive text) IS 'ROC curve of a classifier: for each threshold, the fractions of the other rows and of the rows of the positive
class whose probability of the positive class is at least the threshold.';

CREATE FUNCTION featurize.sample_vectors(index_id integer, size integer) RETURNS SETOF public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.sample_vectors(index_id integer, size integer) IS 'For workers: a sample of size embeddings, to fit the projection of an index.';

CREATE FUNCTION featurize.scores(classifier text, embedding public.vector, space_id integer DEFAULT NULL::integer) RETURNS TABLE(label text, score double precision, probability double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.scores(classifier text, embedding public.vector, space_id integer) IS 'Score and probability of every class for an embedding, the most probable class first. The parameters are those of
featurize.predict().';

CREATE FUNCTION featurize.search_terms(name text) RETURNS TABLE(space_id integer, dim integer, storage text, halved text[]) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.search_terms(name text) IS 'For programs: feature space, length and type of a featurizer''s vectors, and the metrics for which they are
indexed in half precision.';

CREATE FUNCTION featurize.set_projection(index_id integer, directions public.vector[], biases double precision[]) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.set_projection(index_id integer, directions public.vector[], biases double precision[]) IS 'For workers: store the principal components for an index by projection.';

CREATE FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], digests bytea[], failed_job_ids bigint[] DEFAULT '{}'::bigint[], reasons text[] DEFAULT '{}'::text[], details text[] DEFAULT '{}'::text[], retry_for interval[] DEFAULT '{}'::interval[], retry_after interval[] DEFAULT '{}'::interval[], retry_limit interval DEFAULT '01:00:00'::interval, damages text[] DEFAULT '{}'::text[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "TimeZone" TO 'UTC' SET "IntervalStyle" TO 'iso_8601' SET bytea_output TO 'hex' SET extra_float_digits TO '1' SET enable_seqscan TO 'off' SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off' SET lock_timeout TO '500ms';
COMMENT ON FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], digests bytea[], failed_job_ids bigint[], reasons text[], details text[], retry_for interval[], retry_after interval[], retry_limit interval, damages text[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) IS 'For workers: end a lease. Store the vectors of its jobs and record its failures, where the row still holds the
image that was featurized. A row that the database refuses fails, too. digests are SHA-256 of the images. A row with a
transient failure is tried again for retry_for since its first one, null if it is final; not before retry_after, and at
least every retry_limit. damages say what is missing in the images of job_ids that were decoded only in part, and are
null for the others; such rows are listed in featurize.truncated.';

CREATE FUNCTION featurize.start_building() RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.start_building() IS 'For workers: whether this session may build indexes, because no other session does. Turns off its timeouts.';

CREATE FUNCTION featurize.state(name text, key anycompatible) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.state(name text, key anycompatible) IS 'The state of one row: embedded, stale, pending, leased, failed or empty; null if there is no such row. key is the
value of the primary key, of any type, or an object with its columns, such as {"tenant": 1, "id": 2}. See
featurize.why() for the reason.';

CREATE FUNCTION featurize.store_classifier(classifier_id integer, worker_id integer, space_id integer, link text, labels text[], rows integer[], coefficients public.vector[], intercepts double precision[], metrics jsonb, versions jsonb) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.store_classifier(classifier_id integer, worker_id integer, space_id integer, link text, labels text[], rows integer[], coefficients public.vector[], intercepts double precision[], metrics jsonb, versions jsonb) IS 'For workers: store a trained classifier, which replaces the previous one of that name. Returns false if the
classifier was dropped, requested again, or taken over by another worker.';

CREATE FUNCTION featurize.suggest_labels(classifier text, n integer DEFAULT 10, filter text DEFAULT NULL::text, parameters text[] DEFAULT NULL::text[]) RETURNS TABLE(key jsonb, image text, label text, probability double precision, margin double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.suggest_labels(classifier text, n integer, filter text, parameters text[]) IS 'The n rows without a label that a classifier is least certain of: labels for these rows improve it most. margin
is the difference between the probabilities of the two most probable classes. filter is an SQL condition on the row
s.';

CREATE FUNCTION featurize.take_classifier(worker_id integer) RETURNS TABLE(classifier_id integer, name text, training_view text, algorithm text, params jsonb) LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.take_classifier(worker_id integer) IS 'For workers: take the next classifier to train. training_view is null if it was dropped, or if the owner of the
classifier may not read it.';

CREATE FUNCTION featurize.take_request(worker_id integer) RETURNS TABLE(request bigint, image text, bytes bytea, model text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, space_id integer) LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.take_request(worker_id integer) IS 'For workers: take the next request; returns the image and the model. No row if there is no request.';

CREATE FUNCTION featurize.top(classifier text, label text, k integer DEFAULT 10, filter text DEFAULT NULL::text, parameters text[] DEFAULT NULL::text[]) RETURNS TABLE(key jsonb, probability double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.top(classifier text, label text, k integer, filter text, parameters text[]) IS 'The keys of the k rows that most probably belong to a class, with their probabilities. filter and parameters are
those of featurize.nearest().';

CREATE FUNCTION featurize.top(source anyelement, classifier text, label text, k integer DEFAULT 10, filter text DEFAULT NULL::text, parameters text[] DEFAULT NULL::text[]) RETURNS TABLE(item anyelement, probability double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.top(source anyelement, classifier text, label text, k integer, filter text, parameters text[]) IS 'The k rows that most probably belong to a class, with their probabilities. source is NULL::table, where table
is the featurized table. filter and parameters are those of featurize.nearest(). An index for metric ip is used, or for
cosine if the classifier normalizes by l2. With three or more classes, only the 20 * k rows with the highest score of
the class are compared.';

CREATE FUNCTION featurize.train_classifier(name text, training_view text, algorithm text DEFAULT 'logistic_regression'::text, params jsonb DEFAULT '{}'::jsonb, replace boolean DEFAULT false) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.train_classifier(name text, training_view text, algorithm text, params jsonb, replace boolean) IS 'Let a worker train a classifier on the training rows of a training view. algorithm: logistic_regression,
linear_svm or ridge. params: normalize (none, standard, minmax or l2), class_weight, max_iter, tol, C, alpha.
replace: replace an existing classifier of that name. Returns the id of the classifier at once, without reading the
training view; featurize.wait_classifier() raises what is wrong with its rows.';

CREATE FUNCTION featurize.training_copy(name text, split text DEFAULT NULL::text) RETURNS TABLE(rows bigint, dim integer, statement text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.training_copy(name text, split text) IS 'How to read a training view, or one split of it: number of rows, length of the features, and a COPY statement
that returns key, label, split and features in key order.';

CREATE FUNCTION featurize.training_report(name text) RETURNS TABLE(label text, rows bigint, train bigint, test bigint, missing bigint, unassigned bigint) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.training_report(name text) IS 'Number of rows of a training view for each label: all; for training; for testing; missing, which have no current
embedding; and unassigned, for which split_column names neither train nor test. Missing and unassigned rows are not in
the view, nor are those whose label is null.';

CREATE FUNCTION featurize.training_space(name text) RETURNS integer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.training_space(name text) IS 'For programs: id of the feature space of the features that a training view shows now.';

CREATE FUNCTION featurize.try_idle_lock() RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.try_idle_lock() IS 'For workers: ask to be notified of queued rows. False while a transaction that queued rows is open, or another idle
worker holds the lock.';

CREATE FUNCTION featurize.unblock(featurizer_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.unblock(featurizer_id integer) IS 'For workers: record that a featurizer is not blocked any more.';

CREATE FUNCTION featurize.uninstall(keep_embeddings boolean DEFAULT false) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.uninstall(keep_embeddings boolean) IS 'Drop all featurizers, with their triggers, policies, indexes, training views and embeddings; with
keep_embeddings, the embeddings remain. Afterward drop the extension, or the schemas featurize and
featurize_generated. Call it as the owner of pgfeaturize who is a member of all owners of featurized tables, or as a
superuser. Returns the number of featurizers.';

CREATE FUNCTION featurize.unresolved_models() RETURNS TABLE(name text, backbone text, node text, cut integer, pooling text, weights text, preprocessing jsonb, error text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.unresolved_models() IS 'For workers: models with missing parameters. error: why the last attempt to resolve one failed.';

CREATE FUNCTION featurize.wait(name text, timeout interval DEFAULT '01:00:00'::interval, key anycompatible DEFAULT NULL::text) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.wait(name text, timeout interval, key anycompatible) IS 'Wait until every row of a featurizer is embedded, failed or empty, or until the row with this key is; see
featurize.why() for keys. Returns false if the timeout expires first, for example because the featurizer is paused or
its triggers have missed rows. Commit your rows before you call it, and use isolation level read committed.';

CREATE FUNCTION featurize.wait_classifier(name text, timeout interval DEFAULT '01:00:00'::interval) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.wait_classifier(name text, timeout interval) IS 'Wait until a classifier is trained. Returns false if the timeout expires first. Raises FZ017 if it cannot be
trained, and a warning if its training has not converged.';

CREATE FUNCTION featurize.wait_model(name text, timeout interval DEFAULT '01:00:00'::interval) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.wait_model(name text, timeout interval) IS 'Wait until a worker has resolved a model, that is, determined the parameters that featurize.register_model() was
called without. Returns false if the timeout expires first. Raises FZ009 if a worker reports that it cannot.';

CREATE FUNCTION featurize.why(name text, key anycompatible) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.why(name text, key anycompatible) IS 'The state of one row and the reason for it, or what is broken about the featurizer, as text. key is the value of
the primary key, of any type, or an object with its columns, such as {"tenant": 1, "id": 2}.';

CREATE FUNCTION featurize.within(source anyelement, name text, query public.vector, max_distance double precision, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, current_only boolean DEFAULT false, parameters text[] DEFAULT NULL::text[]) RETURNS TABLE(item anyelement, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.within(source anyelement, name text, query public.vector, max_distance double precision, filter text, metric text, current_only boolean, parameters text[]) IS 'All rows whose embeddings are within max_distance of a vector, with their distances, nearest first. A search
with an index may miss rows, see featurize.measure_recall(). The other parameters are those of
featurize.nearest().';

CREATE FUNCTION featurize.within_keys(name text, query public.vector, max_distance double precision, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, current_only boolean DEFAULT false, parameters text[] DEFAULT NULL::text[], path text DEFAULT current_setting('search_path'::text)) RETURNS TABLE(item_key jsonb, distance double precision, is_current boolean) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.within_keys(name text, query public.vector, max_distance double precision, filter text, metric text, current_only boolean, parameters text[], path text) IS 'For programs: as featurize.within(), with the keys of the rows. The other parameters are those of
featurize.nearest_keys().';

CREATE TABLE featurize.worker (
    id integer NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    device text NOT NULL,
    version text NOT NULL,
    role regrole DEFAULT (quote_ident((CURRENT_USER)::text))::regrole NOT NULL,
    serves text[] DEFAULT '{}'::text[] NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    stuck text
);
COMMENT ON TABLE featurize.worker IS 'Worker processes. A worker without a heartbeat for a minute is dead.';
COMMENT ON COLUMN featurize.worker.id IS 'Number of the worker in its log lines.';
COMMENT ON COLUMN featurize.worker.host IS 'Machine that the worker runs on.';
COMMENT ON COLUMN featurize.worker.pid IS 'Process id on that machine.';
COMMENT ON COLUMN featurize.worker.device IS 'Device that its networks run on, such as cpu or cuda:0.';
COMMENT ON COLUMN featurize.worker.version IS 'Release of the program.';
COMMENT ON COLUMN featurize.worker.role IS 'Role that the worker is connected as.';
COMMENT ON COLUMN featurize.worker.serves IS 'Featurizers whose model the worker has loaded.';
COMMENT ON COLUMN featurize.worker.started_at IS 'Time when the worker registered.';
COMMENT ON COLUMN featurize.worker.last_heartbeat IS 'Time of its last heartbeat.';
COMMENT ON COLUMN featurize.worker.stuck IS 'What the worker has been doing without progress for too long; null if it works or waits for rows.';

CREATE VIEW featurize._live_worker WITH (security_invoker='true') AS
 SELECT id,
    host,
    pid,
    device,
    version,
    role,
    serves,
    started_at,
    last_heartbeat,
    stuck
   FROM featurize.worker w
  WHERE (last_heartbeat > (clock_timestamp() - '00:01:00'::interval));
COMMENT ON VIEW featurize._live_worker IS 'Workers that are alive: their last heartbeat is less than a minute old.';
COMMENT ON COLUMN featurize._live_worker.id IS 'Number of the worker in its log lines.';
COMMENT ON COLUMN featurize._live_worker.host IS 'Machine that the worker runs on.';
COMMENT ON COLUMN featurize._live_worker.pid IS 'Process id on that machine.';
COMMENT ON COLUMN featurize._live_worker.device IS 'Device that its networks run on, such as cpu or cuda:0.';
COMMENT ON COLUMN featurize._live_worker.version IS 'Release of the program.';
COMMENT ON COLUMN featurize._live_worker.role IS 'Role that the worker is connected as.';
COMMENT ON COLUMN featurize._live_worker.serves IS 'Featurizers whose model the worker has loaded.';
COMMENT ON COLUMN featurize._live_worker.started_at IS 'Time when the worker registered.';
COMMENT ON COLUMN featurize._live_worker.last_heartbeat IS 'Time of its last heartbeat.';
COMMENT ON COLUMN featurize._live_worker.stuck IS 'What the worker has been doing without progress for too long; null if it works or waits for rows.';

CREATE TABLE featurize.job (
    id bigint NOT NULL,
    lease_id bigint,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    scheduled_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    featurizer_id integer NOT NULL,
    priority smallint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    retries smallint DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    key jsonb NOT NULL,
    image_digest bytea,
    last_error text,
    CONSTRAINT job_leased_was_attempted CHECK (((lease_id IS NULL) OR (attempts > 0)))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_analyze_scale_factor='0.5');
COMMENT ON TABLE featurize.job IS 'Queued rows of featurizers. Several jobs of one row are collapsed when they are claimed.';
COMMENT ON COLUMN featurize.job.id IS 'Order of insertion.';
COMMENT ON COLUMN featurize.job.lease_id IS 'Lease that covers the job; null if it is not leased.';
COMMENT ON COLUMN featurize.job.queued_at IS 'Time when the row was queued.';
COMMENT ON COLUMN featurize.job.scheduled_at IS 'Time before which the job is not leased.';
COMMENT ON COLUMN featurize.job.featurizer_id IS 'Featurizer that the row is queued for.';
COMMENT ON COLUMN featurize.job.priority IS 'Smaller numbers go first: 0 for writes, 10 for the backfill.';
COMMENT ON COLUMN featurize.job.attempts IS 'How often the job was leased since its last transient failure; the claim counts it, so a crash of the worker
counts.';
COMMENT ON COLUMN featurize.job.retries IS 'How often the job was leased before its last transient failure.';
COMMENT ON COLUMN featurize.job.failing_since IS 'Time of the first of the transient failures of the row; null if it has not failed.';
COMMENT ON COLUMN featurize.job.key IS 'Primary key of the row, as an object.';
COMMENT ON COLUMN featurize.job.image_digest IS 'SHA-256 of the image value that was claimed.';
COMMENT ON COLUMN featurize.job.last_error IS 'Reason and detail of the last transient failure.';

CREATE TABLE featurize.outbox (
    id bigint NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL,
    featurizer_id integer NOT NULL,
    keys json NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='500', autovacuum_analyze_scale_factor='0.5');
COMMENT ON TABLE featurize.outbox IS 'Keys of changed rows, appended by triggers. Workers relay them into jobs.';
COMMENT ON COLUMN featurize.outbox.id IS 'Order of insertion.';
COMMENT ON COLUMN featurize.outbox.queued_at IS 'Time when the rows were written.';
COMMENT ON COLUMN featurize.outbox.featurizer_id IS 'Featurizer that the rows are queued for.';
COMMENT ON COLUMN featurize.outbox.keys IS 'Primary keys of up to a hundred rows, an array of objects.';

CREATE VIEW featurize._queued WITH (security_invoker='true') AS
 SELECT j.featurizer_id,
    j.key,
    j.queued_at,
    j.lease_id,
    ((j.attempts)::integer + j.retries) AS attempts,
    j.scheduled_at,
    j.last_error
   FROM featurize.job j
UNION ALL
 SELECT a.featurizer_id,
    (k.key)::jsonb AS key,
    a.queued_at,
    NULL::bigint AS lease_id,
    0 AS attempts,
    NULL::timestamp with time zone AS scheduled_at,
    NULL::text AS last_error
   FROM (featurize.outbox a
     CROSS JOIN LATERAL json_array_elements(a.keys) k(key));
COMMENT ON VIEW featurize._queued IS 'All queued rows: jobs, and rows in the outbox that are not jobs yet.';
COMMENT ON COLUMN featurize._queued.featurizer_id IS 'Featurizer that the row is queued for.';
COMMENT ON COLUMN featurize._queued.key IS 'Primary key of the row, as an object.';
COMMENT ON COLUMN featurize._queued.queued_at IS 'Time when the row was queued.';
COMMENT ON COLUMN featurize._queued.lease_id IS 'Lease that covers the job; null if it is not leased.';
COMMENT ON COLUMN featurize._queued.attempts IS 'How often the row was tried.';
COMMENT ON COLUMN featurize._queued.scheduled_at IS 'Time before which the job is not leased; null in the outbox.';
COMMENT ON COLUMN featurize._queued.last_error IS 'Its last transient failure; null if there is none.';

CREATE TABLE featurize.backfill (
    featurizer_id integer NOT NULL,
    after jsonb,
    force boolean DEFAULT false NOT NULL,
    finished_at timestamp with time zone
);
COMMENT ON TABLE featurize.backfill IS 'Progress of the backfill of each featurizer, which queues the rows that no trigger has queued.';
COMMENT ON COLUMN featurize.backfill.featurizer_id IS 'Featurizer that is backfilled.';
COMMENT ON COLUMN featurize.backfill.after IS 'Key of the last row that was read; null before the first step.';
COMMENT ON COLUMN featurize.backfill.force IS 'Whether rows that are already embedded are queued, too.';
COMMENT ON COLUMN featurize.backfill.finished_at IS 'Time when the last row was read; null while the backfill is running.';

CREATE TABLE featurize.classifier_class (
    classifier_id integer NOT NULL,
    "position" integer NOT NULL,
    label text NOT NULL,
    rows integer NOT NULL,
    coefficients public.vector NOT NULL,
    intercept double precision NOT NULL
);
COMMENT ON TABLE featurize.classifier_class IS 'Classes of classifiers: the score of an embedding is coefficients * embedding + intercept.';
COMMENT ON COLUMN featurize.classifier_class.classifier_id IS 'Classifier of the class.';
COMMENT ON COLUMN featurize.classifier_class."position" IS 'Position from 1, in the order of the labels in collation C.';
COMMENT ON COLUMN featurize.classifier_class.label IS 'The label, as text.';
COMMENT ON COLUMN featurize.classifier_class.rows IS 'Number of training rows of the class.';
COMMENT ON COLUMN featurize.classifier_class.coefficients IS 'Coefficients, with the normalization folded in, except l2.';
COMMENT ON COLUMN featurize.classifier_class.intercept IS 'Score of a zero embedding.';

ALTER TABLE featurize.classifier ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.classifier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE featurize.failed_row (
    featurizer_id integer NOT NULL,
    key jsonb NOT NULL,
    image text,
    image_hash bigint NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    attempts smallint NOT NULL,
    vector_kept boolean DEFAULT false NOT NULL,
    failed_at timestamp with time zone DEFAULT now() NOT NULL,
    is_embedded boolean DEFAULT false NOT NULL
);
COMMENT ON TABLE featurize.failed_row IS 'Rows that could not be embedded, or only from a part of their image; see featurize.failure and truncated.';
COMMENT ON COLUMN featurize.failed_row.featurizer_id IS 'Featurizer of the row.';
COMMENT ON COLUMN featurize.failed_row.key IS 'Primary key of the row, as an object.';
COMMENT ON COLUMN featurize.failed_row.image IS 'Path or URI of the image; null if the image is stored in the row.';
COMMENT ON COLUMN featurize.failed_row.image_hash IS 'Hash of the image value that failed. If the row has another value now, it is pending.';
COMMENT ON COLUMN featurize.failed_row.reason IS 'Typed reason, such as missing_file or truncated_image.';
COMMENT ON COLUMN featurize.failed_row.detail IS 'What exactly happened, and the remedy.';
COMMENT ON COLUMN featurize.failed_row.attempts IS 'How often the row was tried.';
COMMENT ON COLUMN featurize.failed_row.vector_kept IS 'Whether the row still has the vector of the same image value, because only its last refresh failed.';
COMMENT ON COLUMN featurize.failed_row.failed_at IS 'Time of the last attempt.';
COMMENT ON COLUMN featurize.failed_row.is_embedded IS 'Whether the row was embedded nevertheless, from a part of its image.';

CREATE VIEW featurize.failure WITH (security_invoker='true') AS
 SELECT f.label AS featurizer,
    f.source,
    x.key,
    x.image,
    x.reason,
    x.detail,
    x.attempts,
    x.failed_at,
    x.vector_kept
   FROM (featurize.failed_row x
     JOIN ( SELECT f_1.id,
            f_1.source,
            featurize._label(f_1.*) AS label
           FROM featurize.featurizer f_1
         OFFSET 0) f ON ((f.id = x.featurizer_id)))
  WHERE (NOT x.is_embedded);
COMMENT ON VIEW featurize.failure IS 'Rows that could not be embedded, with the reason.';
COMMENT ON COLUMN featurize.failure.featurizer IS 'Name of the featurizer.';
COMMENT ON COLUMN featurize.failure.source IS 'Table of the row.';
COMMENT ON COLUMN featurize.failure.key IS 'Primary key of the row, as an object.';
COMMENT ON COLUMN featurize.failure.image IS 'Path or URI of the image, cut if it is very long; null if the image is stored in the row.';
COMMENT ON COLUMN featurize.failure.reason IS 'Typed reason, such as missing_file or truncated_image.';
COMMENT ON COLUMN featurize.failure.detail IS 'What exactly happened, and the remedy.';
COMMENT ON COLUMN featurize.failure.attempts IS 'How often the row was tried.';
COMMENT ON COLUMN featurize.failure.failed_at IS 'Time of the last attempt.';
COMMENT ON COLUMN featurize.failure.vector_kept IS 'Whether the row still has the vector of the same image value, which searches find: only its last refresh failed.';

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
COMMENT ON VIEW featurize.index_report IS 'Indexes: the chosen method and the reason for it, their state and their quality.';
COMMENT ON COLUMN featurize.index_report.featurizer IS 'Featurizer whose embeddings are indexed.';
COMMENT ON COLUMN featurize.index_report.metric IS 'Metric that the index supports.';
COMMENT ON COLUMN featurize.index_report.method IS 'hnsw, halfvec, bits or projection, see featurize.index.';
COMMENT ON COLUMN featurize.index_report.reason IS 'Why this method was chosen.';
COMMENT ON COLUMN featurize.index_report.dimensions IS 'Length of the indexed vectors.';
COMMENT ON COLUMN featurize.index_report.state IS 'ready, or why the index cannot be used yet.';
COMMENT ON COLUMN featurize.index_report.progress IS 'Fraction of the build that is done, from 0 to 1.';
COMMENT ON COLUMN featurize.index_report.relation IS 'The index.';
COMMENT ON COLUMN featurize.index_report.size IS 'Size of the index in bytes.';
COMMENT ON COLUMN featurize.index_report.build_time IS 'Duration of the build.';
COMMENT ON COLUMN featurize.index_report.expression IS 'Clauses that a query of your own needs to use the index; $1 is the query vector.';
COMMENT ON COLUMN featurize.index_report.recall IS 'Fraction of the true nearest rows that a search finds, by the last measurement.';
COMMENT ON COLUMN featurize.index_report.recall_k IS 'Number of nearest rows in that measurement.';
COMMENT ON COLUMN featurize.index_report.recall_measured_at IS 'Time of that measurement.';

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
COMMENT ON VIEW featurize.progress IS 'Progress of every featurizer: the number of rows in each state. Each row is in one state, so the states add up
to rows.';
COMMENT ON COLUMN featurize.progress.featurizer IS 'Name of the featurizer.';
COMMENT ON COLUMN featurize.progress.rows IS 'Number of rows of the source.';
COMMENT ON COLUMN featurize.progress.embedded IS 'Rows with a vector of the current feature space.';
COMMENT ON COLUMN featurize.progress.stale IS 'Rows with a vector of an older feature space.';
COMMENT ON COLUMN featurize.progress.pending IS 'Rows that are waiting to be embedded.';
COMMENT ON COLUMN featurize.progress.leased IS 'Rows that a worker is processing.';
COMMENT ON COLUMN featurize.progress.failed IS 'Rows that could not be embedded, see featurize.failure.';
COMMENT ON COLUMN featurize.progress.empty IS 'Rows whose image is NULL.';
COMMENT ON COLUMN featurize.progress.oldest_pending IS 'Time when the oldest pending row was queued.';
COMMENT ON COLUMN featurize.progress.rows_per_second IS 'Recent rate of all workers together.';
COMMENT ON COLUMN featurize.progress.eta IS 'Estimated time until all rows are embedded at that rate; null if unknown.';
COMMENT ON COLUMN featurize.progress.note IS 'What is broken, why the featurizer is blocked, which rows it misses, how many rows wait for another attempt after
a transient failure, or how many are embedded from a part of their image; null if nothing.';

CREATE TABLE featurize.projection (
    index_id integer NOT NULL,
    space_id integer NOT NULL,
    "position" integer NOT NULL,
    direction public.halfvec NOT NULL,
    bias double precision NOT NULL
);
ALTER TABLE ONLY featurize.projection ALTER COLUMN direction SET STORAGE PLAIN;
COMMENT ON TABLE featurize.projection IS 'Principal components of embeddings, of unit length: value number position is direction * embedding - bias.';
COMMENT ON COLUMN featurize.projection.index_id IS 'Index that is built on the projections.';
COMMENT ON COLUMN featurize.projection.space_id IS 'Feature space of the vectors that it was fitted to.';
COMMENT ON COLUMN featurize.projection."position" IS 'Position from 1, in the order of decreasing variance.';
COMMENT ON COLUMN featurize.projection.direction IS 'The principal component.';
COMMENT ON COLUMN featurize.projection.bias IS 'The mean of the embeddings along the component.';

CREATE TABLE featurize.release (
    version text NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE featurize.release IS 'Schema releases applied to this database, by any install route.';
COMMENT ON COLUMN featurize.release.version IS 'Release, as in the control file of the extension.';
COMMENT ON COLUMN featurize.release.installed_at IS 'Time when the release was applied.';

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
COMMENT ON TABLE featurize.space IS 'Feature spaces: each is one exact version of a model, identified by its fingerprint.';
COMMENT ON COLUMN featurize.space.id IS 'Number that is stored with every embedding.';
COMMENT ON COLUMN featurize.space.model IS 'Model that the space is a version of.';
COMMENT ON COLUMN featurize.space.fingerprint IS 'SHA-256 of weights, architecture, node, pooling and preprocessing.';
COMMENT ON COLUMN featurize.space.registered_at IS 'Time when a worker first loaded this version.';
COMMENT ON COLUMN featurize.space.retired_at IS 'Time since when its vectors are stale; null for the current space.';

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
COMMENT ON TABLE featurize.throughput IS 'Number of rows that each worker has settled, and its recent rate.';
COMMENT ON COLUMN featurize.throughput.featurizer_id IS 'Featurizer of the rows.';
COMMENT ON COLUMN featurize.throughput.worker_id IS 'Worker that settled them.';
COMMENT ON COLUMN featurize.throughput.embedded IS 'Number of vectors stored since the featurizer was declared.';
COMMENT ON COLUMN featurize.throughput.failed IS 'Number of rows that failed since the featurizer was declared.';
COMMENT ON COLUMN featurize.throughput.rows_per_second IS 'Moving average over about ten seconds.';
COMMENT ON COLUMN featurize.throughput.settled_at IS 'Time of the last batch.';

ALTER TABLE featurize.training_view ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME featurize.training_view_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW featurize.truncated WITH (security_invoker='true') AS
 SELECT f.label AS featurizer,
    f.source,
    x.key,
    x.image,
    x.detail,
    x.failed_at AS embedded_at
   FROM (featurize.failed_row x
     JOIN ( SELECT f_1.id,
            f_1.source,
            featurize._label(f_1.*) AS label
           FROM featurize.featurizer f_1
         OFFSET 0) f ON ((f.id = x.featurizer_id)))
  WHERE x.is_embedded;
COMMENT ON VIEW featurize.truncated IS 'Rows whose image could be decoded only in part, and is embedded from that part (on_truncated => ''embed'').';
COMMENT ON COLUMN featurize.truncated.featurizer IS 'Name of the featurizer.';
COMMENT ON COLUMN featurize.truncated.source IS 'Table of the row.';
COMMENT ON COLUMN featurize.truncated.key IS 'Primary key of the row, as an object.';
COMMENT ON COLUMN featurize.truncated.image IS 'Path or URI of the image, cut if it is very long; null if the image is stored in the row.';
COMMENT ON COLUMN featurize.truncated.detail IS 'What is damaged or missing.';
COMMENT ON COLUMN featurize.truncated.embedded_at IS 'Time when the vector was stored.';

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
    ADD CONSTRAINT featurizer_name_is_unique_in_source UNIQUE (source, name);

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
COMMENT ON INDEX featurize.classifier_one_in_training IS 'At most one classifier of a name is being trained to replace it.';

CREATE UNIQUE INDEX classifier_one_ready ON featurize.classifier USING btree (name) WHERE (trained_at IS NOT NULL);
COMMENT ON INDEX featurize.classifier_one_ready IS 'At most one classifier of a name predicts.';

CREATE INDEX failed_row_key ON featurize.failed_row USING btree (featurizer_id, jsonb_hash_extended(key, (0)::bigint));
COMMENT ON INDEX featurize.failed_row_key IS 'Failure of a row.';

CREATE INDEX featurizer_name ON featurize.featurizer USING btree (name);
COMMENT ON INDEX featurize.featurizer_name IS 'Featurizers by name.';

CREATE INDEX job_key ON featurize.job USING btree (featurizer_id, jsonb_hash_extended(key, (0)::bigint));
COMMENT ON INDEX featurize.job_key IS 'Jobs of a row, to collapse them when they are claimed.';

CREATE INDEX job_leased ON featurize.job USING btree (lease_id) WHERE (lease_id IS NOT NULL);
COMMENT ON INDEX featurize.job_leased IS 'Jobs of a lease.';

CREATE INDEX job_ready ON featurize.job USING btree (featurizer_id, priority, scheduled_at, id) WHERE (lease_id IS NULL);
COMMENT ON INDEX featurize.job_ready IS 'Jobs that can be claimed, in claim order.';

CREATE UNIQUE INDEX space_one_current_per_model ON featurize.space USING btree (model) WHERE (retired_at IS NULL);
COMMENT ON INDEX featurize.space_one_current_per_model IS 'A model has at most one current feature space.';

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

ALTER TABLE ONLY featurize.failed_row
    ADD CONSTRAINT failed_row_featurizer_fkey FOREIGN KEY (featurizer_id) REFERENCES featurize.featurizer(id) ON DELETE CASCADE;

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

ALTER TABLE featurize.failed_row ENABLE ROW LEVEL SECURITY;

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

CREATE POLICY owner_delete ON featurize.failed_row FOR DELETE USING ((featurizer_id = ANY (ARRAY( SELECT f.id
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

CREATE POLICY owner_delete ON featurize.space FOR DELETE USING ((model = ANY (ARRAY( SELECT m.name
   FROM featurize.model m
  WHERE pg_has_role((m.owner)::oid, 'usage'::text)))));

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

CREATE POLICY owner_select ON featurize.failed_row FOR SELECT USING ((featurizer_id = ANY (ARRAY( SELECT f.id
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

CREATE POLICY owner_update ON featurize.failed_row FOR UPDATE USING ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*)))))) WITH CHECK ((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._is_owner(featurize._owner(f.*))))));

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

CREATE POLICY reader_select ON featurize.failed_row FOR SELECT USING (((featurizer_id = ANY (ARRAY( SELECT f.id
   FROM featurize.featurizer f
  WHERE featurize._sees_all(f.id)))) OR featurize._sees(featurizer_id, key)));

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
