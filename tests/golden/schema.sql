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

CREATE FUNCTION featurize._append_to_outbox(f featurize.featurizer, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._append_to_outbox(f featurize.featurizer, condition text) IS 'Statements that queue added rows, up to a hundred keys in a row of featurize.outbox.';

CREATE FUNCTION featurize._as_key(f featurize.featurizer, key jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
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

CREATE FUNCTION featurize._begin_index(index_id integer) RETURNS featurize.index LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
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

CREATE FUNCTION featurize._breadth(c featurize.classifier, k integer) RETURNS integer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._breadth(c featurize.classifier, k integer) IS 'How many rows with the highest score of a class have to be compared to have the k most probable ones.';

CREATE FUNCTION featurize._build_index(i featurize.index, f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._build_index(i featurize.index, f featurize.featurizer) IS 'Build an index in this transaction.';

CREATE FUNCTION featurize._building_memory(i featurize.index, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._building_memory(i featurize.index, f featurize.featurizer) IS 'maintenance_work_mem for building an index.';

CREATE FUNCTION featurize._by_index(i featurize.index, f featurize.featurizer, condition text, size text, query text DEFAULT '$1'::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._by_index(i featurize.index, f featurize.featurizer, condition text, size text, query text) IS 'Query for places that an index holds to be near a vector.';

CREATE FUNCTION featurize._call(f featurize.featurizer, purpose text, arguments text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._call(f featurize.featurizer, purpose text, arguments text) IS 'Statement that calls a planned statement of settle(), or the statement itself if it cannot be kept planned.';

CREATE FUNCTION featurize._candidates(f featurize.featurizer, metric text, condition text, tail text, query text DEFAULT '$1'::text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._candidates(f featurize.featurizer, metric text, condition text, tail text, query text) IS 'Query for places of rows that meet a condition, with their distances from a vector and their keys.';

CREATE FUNCTION featurize._canonical_key(f featurize.featurizer, key jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO' SET "IntervalStyle" TO 'iso_8601' SET bytea_output TO 'hex' SET extra_float_digits TO '1';
COMMENT ON FUNCTION featurize._canonical_key(f featurize.featurizer, key jsonb) IS 'A key as the triggers write it, whatever the session that it comes from.';

CREATE FUNCTION featurize._check_administrator() RETURNS void LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
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

CREATE FUNCTION featurize._check_answer(answer featurize.request, model text, patience interval) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_answer(answer featurize.request, model text, patience interval) IS 'The vector that was answered; FZ010 if there is no answer, FZ011 if the image cannot be embedded.';

CREATE FUNCTION featurize._check_choice(what text, value text, choices text[]) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_choice(what text, value text, choices text[]) IS 'FZ006 unless the value is one of the choices.';

CREATE FUNCTION featurize._check_class(c featurize.classifier, label text) RETURNS integer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
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

CREATE FUNCTION featurize._check_classes(name text, t featurize.training_view) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_classes(name text, t featurize.training_view) IS 'FZ017 unless there are two classes to be told apart.';

CREATE FUNCTION featurize._check_column(relation regclass, name name, what text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_column(relation regclass, name name, what text) IS 'FZ006 unless a relation has the column.';

CREATE FUNCTION featurize._check_embedding(c featurize.classifier, dim integer, space_id integer) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_embedding(c featurize.classifier, dim integer, space_id integer) IS 'FZ008 unless the classifier can judge such an embedding. If its space is not told, the classifier''s has to be current.';

CREATE FUNCTION featurize._check_export(subject text, relation regclass) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_export(subject text, relation regclass) IS 'FZ006 unless there are vectors under that name.';

CREATE FUNCTION featurize._check_image_column(source regclass, image_column name, image_kind text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_image_column(source regclass, image_column name, image_kind text) IS 'FZ004 unless the column can hold images.';

CREATE FUNCTION featurize._check_index(i featurize.index, f featurize.featurizer, dim integer) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
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

CREATE FUNCTION featurize._check_model(m featurize.model, name text) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_model(m featurize.model, name text) IS 'FZ006 unless the model can be registered.';

CREATE FUNCTION featurize._check_model_is_own(m featurize.model, name text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_model_is_own(m featurize.model, name text) IS 'FZ002 if a model is a shipped one, 42501 if it is somebody else''s.';

CREATE FUNCTION featurize._check_name(f featurize.featurizer) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_name(f featurize.featurizer) IS 'FZ002 unless the name is free for what has to be created.';

CREATE FUNCTION featurize._check_owner(owner oid, what text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_owner(owner oid, what text) IS 'Error 42501 unless the current role may act as the owner.';

CREATE FUNCTION featurize._check_params(name text, algorithm text, params jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_params(name text, algorithm text, params jsonb) IS 'FZ006 for an unknown algorithm, and for parameters that it does not know.';

CREATE FUNCTION featurize._check_preprocessing(model text, preprocessing jsonb) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_preprocessing(model text, preprocessing jsonb) IS 'FZ006 for fields that are unknown or wrong; those that are not given are found elsewhere.';

CREATE FUNCTION featurize._check_query(f featurize.featurizer, query public.vector) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_query(f featurize.featurizer, query public.vector) IS 'FZ007 unless the vector can be compared with those of the featurizer.';

CREATE FUNCTION featurize._check_row_type(f featurize.featurizer, row_type regtype) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_row_type(f featurize.featurizer, row_type regtype) IS 'FZ007 unless the argument is a row of the featurizer''s source.';

CREATE FUNCTION featurize._check_search(f featurize.featurizer, metric text, k integer) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_search(f featurize.featurizer, metric text, k integer) IS 'FZ006 unless such a search can be made.';

CREATE FUNCTION featurize._check_source(source regclass) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_source(source regclass) IS 'FZ003 unless the table can be featurized.';

CREATE FUNCTION featurize._check_source_owner(source regclass, owner oid) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_source_owner(source regclass, owner oid) IS 'Error 42501 unless the current role may act as the owner of the table, FZ003 unless the owner may declare featurizers.';

CREATE FUNCTION featurize._check_top_level(refusal text, procedure text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_top_level(refusal text, procedure text) IS 'FZ012 if this is how PostgreSQL refuses a COMMIT in a transaction block.';

CREATE FUNCTION featurize._check_training_view(t featurize.training_view, f featurize.featurizer, name text) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_training_view(t featurize.training_view, f featurize.featurizer, name text) IS 'FZ002 or FZ006 unless such a view can be made.';

CREATE FUNCTION featurize._check_triggers_may_queue(role regrole) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._check_triggers_may_queue(role regrole) IS 'Error 2BP01 if triggers with the rights of a role may not queue any more.';

CREATE FUNCTION featurize._claim_statement(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._claim_statement(f featurize.featurizer) IS 'Statement that leases the next jobs of a featurizer and of its siblings, and returns their images.';

CREATE FUNCTION featurize._class_report(labels text[], predicted text[], classes text[]) RETURNS TABLE(label text, rows bigint, "precision" double precision, recall double precision, f1 double precision) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._class_report(labels text[], predicted text[], classes text[]) IS 'For each class: rows of it, precision, recall, and the harmonic mean of both; null where nothing was claimed, or nothing is there.';

CREATE FUNCTION featurize._class_vector(c featurize.classifier, label text, OUT direction public.vector) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._class_vector(c featurize.classifier, label text, OUT direction public.vector) IS 'The direction in which a class lies.';

CREATE FUNCTION featurize._classifier(name text) RETURNS featurize.classifier LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._classifier(name text) IS 'The classifier of that name, ready to predict, or FZ016.';

CREATE FUNCTION featurize._clear_table(name text, schema text, overwrite boolean) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._clear_table(name text, schema text, overwrite boolean) IS 'Qualified name of a table that is to be created, in a schema unless it says where; what has that name is dropped, or FZ002.';

CREATE FUNCTION featurize._condition(filter text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._condition(filter text) IS 'A condition on the row s, which is the caller''s own SQL and runs with the caller''s rights; true if there is none.';

CREATE FUNCTION featurize._confusion(labels text[], predicted text[], classes text[]) RETURNS TABLE(label text, predicted text, rows bigint) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._confusion(labels text[], predicted text[], classes text[]) IS 'How many rows of each class were taken for each.';

CREATE FUNCTION featurize._count(f featurize.featurizer, OUT rows bigint, OUT embedded bigint, OUT stale bigint, OUT pending bigint, OUT leased bigint, OUT failed bigint, OUT empty bigint, OUT oldest_pending timestamp with time zone, OUT trouble text) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
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

CREATE FUNCTION featurize._count_throughput(l featurize.lease, embedded integer, failed integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._count_throughput(l featurize.lease, embedded integer, failed integer) IS 'Add a batch to featurize.throughput.';

CREATE FUNCTION featurize._create_destination(f featurize.featurizer, dim integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_destination(f featurize.featurizer, dim integer) IS 'Create the embedding table, or the columns in the source.';

CREATE FUNCTION featurize._create_mean(i featurize.index, f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_mean(i featurize.index, f featurize.featurizer) IS 'Make the function that gives the mean of the embeddings.';

CREATE FUNCTION featurize._create_policies(part text, role text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_policies(part text, role text) IS 'Create the policies of a part for a role, or public.';

CREATE FUNCTION featurize._create_projector(i featurize.index, f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_projector(i featurize.index, f featurize.featurizer) IS 'Make the function that projects an embedding on the components that a worker fits.';

CREATE FUNCTION featurize._create_sees(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_sees(f featurize.featurizer) IS 'Create or mend the function that looks for a row of the source.';

CREATE FUNCTION featurize._create_triggers(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._create_triggers(f featurize.featurizer) IS 'Create or mend the trigger function and triggers of a featurizer.';

CREATE FUNCTION featurize._current_space(f featurize.featurizer) RETURNS integer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._current_space(f featurize.featurizer) IS 'Space new vectors are in; null until a worker has loaded the model.';

CREATE FUNCTION featurize._digest(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._digest(f featurize.featurizer, alias text) IS 'SHA-256 of the image value of an alias.';

CREATE FUNCTION featurize._digest_column(f featurize.featurizer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._digest_column(f featurize.featurizer) IS 'Column of the source with the digest of the image that the embedding in its row was made of.';

CREATE FUNCTION featurize._distance(f featurize.featurizer, metric text, embedding text, query text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._distance(f featurize.featurizer, metric text, embedding text, query text) IS 'Expression of the distance between an embedding and a query, both given as expressions.';

CREATE FUNCTION featurize._doctor_classifiers() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_classifiers() IS 'Findings on classifiers that failed, or judge vectors that are not made any more.';

CREATE FUNCTION featurize._doctor_disk() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_disk() IS 'What embeddings and indexes take on disk.';

CREATE FUNCTION featurize._doctor_embeddings() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_embeddings() IS 'Findings on embedding tables and columns.';

CREATE FUNCTION featurize._doctor_indexes() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_indexes() IS 'Findings on indexes that searches cannot use.';

CREATE FUNCTION featurize._doctor_orphans() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_orphans() IS 'Findings on what featurizers have left that are gone.';

CREATE FUNCTION featurize._doctor_queue(patience interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_queue(patience interval) IS 'Findings on what waits for longer, on dead workers, and on what they had in hand.';

CREATE FUNCTION featurize._doctor_roles() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_roles() IS 'Findings on rights that are missing, and on those that are more than is needed.';

CREATE FUNCTION featurize._doctor_server() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_server() IS 'Findings on versions of the server and of pgvector.';

CREATE FUNCTION featurize._doctor_source() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_source() IS 'Findings on source tables, image columns and keys.';

CREATE FUNCTION featurize._doctor_stale() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_stale() IS 'Findings on vectors of retired feature spaces.';

CREATE FUNCTION featurize._doctor_states() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_states() IS 'Findings on featurizers that are blocked or paused, unresolved models, and failed rows.';

CREATE FUNCTION featurize._doctor_transactions(patience interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_transactions(patience interval) IS 'Findings on transactions that hold vacuum back for longer.';

CREATE FUNCTION featurize._doctor_triggers() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_triggers() IS 'Findings on triggers that are missing, disabled or of another release.';

CREATE FUNCTION featurize._doctor_vacuum() RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._doctor_vacuum() IS 'Findings on autovacuum, and on dead rows that it has left.';

CREATE FUNCTION featurize._drop_index_parts(index_id integer, kept_space integer DEFAULT NULL::integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._drop_index_parts(index_id integer, kept_space integer) IS 'Remove an index at once, and what belongs to it.';

CREATE FUNCTION featurize._duplicate_rows(name text, max_distance double precision, filter text, metric text, size integer, images boolean) RETURNS TABLE(item jsonb, image text, bytes bytea, other jsonb, other_image text, other_bytes bytea, distance double precision, pairs bigint) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._duplicate_rows(name text, max_distance double precision, filter text, metric text, size integer, images boolean) IS 'As duplicates(), for programs: the closest pairs, and how many there are in all.';

CREATE PROCEDURE featurize._embed(IN model text, IN image text, IN bytes bytea, INOUT embedding public.vector, IN patience interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize._embed(IN model text, IN image text, IN bytes bytea, INOUT embedding public.vector, IN patience interval) IS 'What featurize.embed() does: ask, wait, and take the answer, each in a transaction.';

CREATE FUNCTION featurize._embedding_at(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embedding_at(f featurize.featurizer, alias text) IS 'FROM item that is the embedding of the row with the key of an alias.';

CREATE FUNCTION featurize._embedding_table(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._embedding_table(f featurize.featurizer) IS 'Qualified name of the embedding table: beside the source, unless it was moved.';

CREATE FUNCTION featurize._end_query(name text, relation regclass) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._end_query(name text, relation regclass) IS 'Turn a featurized table into a plain one, and say what is in it.';

CREATE FUNCTION featurize._export(subject text, path name[], form text) RETURNS TABLE(rows bigint, names text[], kinds text[], dims integer[], statement text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export(subject text, path name[], form text) IS 'How to read what is under a name, of a featurizer or else of a relation along a search path: how many rows, the columns, and a COPY statement that gives them in a form.';

CREATE FUNCTION featurize._export_columns(subject text, relation regclass) RETURNS TABLE(number bigint, name text, kind text, dim integer, value text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_columns(subject text, relation regclass) IS 'Columns of what is exported, in order: of a relation all, of a featurizer key, image and embedding. value: over the alias s.';

CREATE FUNCTION featurize._export_dims(dims integer[], kinds text[], vals text[], origin text) RETURNS integer[] LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_dims(dims integer[], kinds text[], vals text[], origin text) IS 'Lengths of the vectors in columns; null where there are none.';

CREATE FUNCTION featurize._export_featurizer(subject text) RETURNS featurize.featurizer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_featurizer(subject text) IS 'The featurizer of that name; null if there is none.';

CREATE FUNCTION featurize._export_from(subject text, relation regclass, OUT origin text, OUT sorting text) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_from(subject text, relation regclass, OUT origin text, OUT sorting text) IS 'Where these columns come from, and in which order: what stands after FROM, in two parts.';

CREATE FUNCTION featurize._export_kind(type oid) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_kind(type oid) IS 'What values of a type become: vector, the name of a simple type, or else text.';

CREATE FUNCTION featurize._export_relation(subject text, path name[]) RETURNS regclass LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_relation(subject text, path name[]) IS 'The table or view of that name, with or without its schema, found along a search path; training views everywhere. Null if there is none.';

CREATE FUNCTION featurize._export_value(kind text, value text, form text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._export_value(kind text, value text, form text) IS 'A value in a form: typed; text, of which that of a vector is [1,2,3]; or json.';

CREATE FUNCTION featurize._fail_statement(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._fail_statement(f featurize.featurizer) IS 'Statement of settle() that records failures, deletes the vectors of their rows, and returns how many failed.';

CREATE FUNCTION featurize._featurizer(name text) RETURNS featurize.featurizer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._featurizer(name text) IS 'The featurizer of that name, or FZ001.';

CREATE FUNCTION featurize._featurizer_of(c featurize.classifier) RETURNS featurize.featurizer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._featurizer_of(c featurize.classifier) IS 'The featurizer whose rows a classifier can be asked for.';

CREATE FUNCTION featurize._first_job(featurizer_id integer, priority smallint) RETURNS timestamp with time zone LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "DateStyle" TO 'ISO' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._first_job(featurizer_id integer, priority smallint) IS 'When the first job of a featurizer that may be handed out was due, null if there is none.';

CREATE FUNCTION featurize._first_lease() RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "DateStyle" TO 'ISO' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._first_lease() IS 'Id of the oldest lease, null if there is none.';

CREATE FUNCTION featurize._first_outbox_id(featurizer_id integer) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "DateStyle" TO 'ISO' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._first_outbox_id(featurizer_id integer) IS 'Id of the first outbox of a featurizer, null if there is none.';

CREATE FUNCTION featurize._forget(f featurize.featurizer, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._forget(f featurize.featurizer, condition text) IS 'Statements that delete vectors and failures of removed rows.';

CREATE FUNCTION featurize._fragment(f featurize.featurizer, name text, arguments text[], parts jsonb) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._fragment(f featurize.featurizer, name text, arguments text[], parts jsonb) IS 'SQL that takes the place of one placeholder: one of parts, else a property of the featurizer.';

CREATE FUNCTION featurize._grant(part text, role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._grant(part text, role regrole) IS 'Give a role a part, in the catalogue and for each featurizer.';

CREATE FUNCTION featurize._grantees(part text) RETURNS oid[] LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._grantees(part text) IS 'Roles that were granted a part, worker or reader; null if there are none.';

CREATE FUNCTION featurize._has_worker_policies(role oid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._has_worker_policies(role oid) IS 'Whether a role sees the whole queue. pg_dump does not save policies of the tables of an extension: repair() makes them again.';

CREATE FUNCTION featurize._held(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._held(f featurize.featurizer) IS 'Common table expressions of the statements of settle(): held has the rows that still hold the image that was
featurized; done deletes their jobs, and those of rows that do not. $1: jobs, $2: lease.';

CREATE FUNCTION featurize._idle_lock() RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._idle_lock() IS 'Advisory lock that a sleeping worker holds exclusively and every writer shares.';

CREATE FUNCTION featurize._image(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._image(f featurize.featurizer, alias text) IS 'Image value of an alias, text or bytea.';

CREATE FUNCTION featurize._in_embedding_table(f featurize.featurizer, before text, after text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._in_embedding_table(f featurize.featurizer, before text, after text) IS 'Statements that do something to the embedding table, wherever it is by then.';

CREATE FUNCTION featurize._index_class(i featurize.index, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_class(i featurize.index, f featurize.featurizer) IS 'Operator class of an index.';

CREATE FUNCTION featurize._index_distance(i featurize.index, f featurize.featurizer, embedding text, query text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_distance(i featurize.index, f featurize.featurizer, embedding text, query text) IS 'The expression by which rows come out of an index, nearest first.';

CREATE FUNCTION featurize._index_for(f featurize.featurizer, metric text) RETURNS featurize.index LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_for(f featurize.featurizer, metric text) IS 'The index that serves a metric in the current space; null if there is none that is complete.';

CREATE FUNCTION featurize._index_name(i featurize.index) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_name(i featurize.index) IS 'Name of an index.';

CREATE FUNCTION featurize._index_parts(index_id integer, kept_space integer DEFAULT NULL::integer, "concurrently" boolean DEFAULT false) RETURNS SETOF text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_parts(index_id integer, kept_space integer, "concurrently" boolean) IS 'Statements that remove an index, complete or not, and the functions that it is over; but not those for one space.';

CREATE FUNCTION featurize._index_relation(i featurize.index, f featurize.featurizer) RETURNS regclass LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_relation(i featurize.index, f featurize.featurizer) IS 'The index on the table that holds the embeddings, valid or not; null if there is none.';

CREATE FUNCTION featurize._index_report() RETURNS TABLE(featurizer text, metric text, method text, reason text, dimensions integer, state text, progress double precision, relation regclass, size bigint, build_time interval, expression text, recall double precision, recall_k integer, recall_measured_at timestamp with time zone) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_report() IS 'Rows of featurize.index_report.';

CREATE FUNCTION featurize._index_statement(i featurize.index, f featurize.featurizer, "concurrently" boolean) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._index_statement(i featurize.index, f featurize.featurizer, "concurrently" boolean) IS 'The CREATE INDEX of an index that has been begun.';

CREATE FUNCTION featurize._indexed(i featurize.index, vector_of text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._indexed(i featurize.index, vector_of text) IS 'What is indexed, as an expression of the embedding; or of the query, to compare with that.';

CREATE FUNCTION featurize._is_answered(request bigint) RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_answered(request bigint) IS 'Whether there is nothing more to wait for.';

CREATE FUNCTION featurize._is_busy(featurizer_id integer) RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_busy(featurizer_id integer) IS 'Whether anything of a featurizer is queued.';

CREATE FUNCTION featurize._is_filling(i featurize.index) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_filling(i featurize.index) IS 'Whether rows that were there when the index was asked for, or the model changed, are yet to be embedded.';

CREATE FUNCTION featurize._is_owner(owner oid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_owner(owner oid) IS 'Whether the current role may act as an owner: as a member of it, or because pgfeaturize itself is its own.';

CREATE FUNCTION featurize._is_waiting(c featurize.classifier) RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._is_waiting(c featurize.classifier) IS 'Whether a classifier is to be trained and no worker does it.';

CREATE FUNCTION featurize._judged_view(c featurize.classifier, split text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._judged_view(c featurize.classifier, split text) IS 'Query for key, label and probabilities of the rows of one split of the view that a classifier has learned from.';

CREATE FUNCTION featurize._key(f featurize.featurizer, alias text DEFAULT NULL::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key(f featurize.featurizer, alias text) IS 'Key columns of an alias: s.tenant, s.id; without an alias: tenant, id';

CREATE FUNCTION featurize._key_definition(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_definition(f featurize.featurizer) IS 'Key as a column definition list: tenant uuid, id integer';

CREATE FUNCTION featurize._key_json(f featurize.featurizer, alias text, type text DEFAULT 'jsonb'::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_json(f featurize.featurizer, alias text, type text) IS 'Key of an alias as an object, jsonb or json.';

CREATE FUNCTION featurize._key_match(f featurize.featurizer, a text, b text, comparison text DEFAULT '='::text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_match(f featurize.featurizer, a text, b text, comparison text) IS 'Condition that the keys of two aliases are equal, or that one comes after the other.';

CREATE FUNCTION featurize._key_settings(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._key_settings(f featurize.featurizer) IS 'SET clauses under which a key always has the same text.';

CREATE FUNCTION featurize._labeled(t featurize.training_view, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._labeled(t featurize.training_view, f featurize.featurizer) IS 'Query for the rows with a label and a current embedding: their keys, and what the split depends on.';

CREATE FUNCTION featurize._lacks_builder(relation regclass) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._lacks_builder(relation regclass) IS 'What workers that are there lack to build an index; null if nothing.';

CREATE FUNCTION featurize._max_attempts() RETURNS integer LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._max_attempts() IS 'How often a row is handed out before it is given up.';

CREATE FUNCTION featurize._may_name(classifier text) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._may_name(classifier text) IS 'Whether the current role may have a classifier of that name trained, which takes the place of the one that is there.';

CREATE FUNCTION featurize._may_serve(f featurize.featurizer, role oid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._may_serve(f featurize.featurizer, role oid) IS 'Whether a role has the rights of a worker to the tables of a featurizer, and sees all rows.';

CREATE FUNCTION featurize._model(name text) RETURNS featurize.model LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._model(name text) IS 'The model of that name in any letter case, or FZ005.';

CREATE FUNCTION featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._nearest_of_all(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 places nearest to vector $1, by looking at all; ties in key order.';

CREATE FUNCTION featurize._nearest_rows(name text, query public.vector, k integer, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, images boolean DEFAULT false, exact boolean DEFAULT false) RETURNS TABLE(item jsonb, image text, bytes bytea, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize._nearest_rows(name text, query public.vector, k integer, filter text, metric text, images boolean, exact boolean) IS 'As nearest(), for programs; exact: by looking at all rows, whether there is an index or not.';

CREATE FUNCTION featurize._new_relation(name text, beside regclass) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._new_relation(name text, beside regclass) IS 'Qualified name for a relation that is to be created, beside another one unless it says where; FZ002 if there is one.';

CREATE FUNCTION featurize._note_changes(c featurize.classifier) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._note_changes(c featurize.classifier) IS 'Say it if other rows train now than those that a classifier has learned from.';

CREATE FUNCTION featurize._operator(metric text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._operator(metric text) IS 'pgvector''s operator for a metric, with its schema.';

CREATE FUNCTION featurize._own_connection() RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._own_connection() IS 'Connection to this database for dblink: the setting featurize.dblink, a connection string or a foreign server; else the local socket.';

CREATE FUNCTION featurize._own_embedding(f featurize.featurizer, source anyelement) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._own_embedding(f featurize.featurizer, source anyelement) IS 'The embedding of a row in the current space; null while it has none.';

CREATE FUNCTION featurize._own_featurizer(name text) RETURNS featurize.featurizer LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._own_featurizer(name text) IS 'The featurizer of that name, if the current role owns it; else FZ001 or 42501.';

CREATE FUNCTION featurize._owner(f featurize.featurizer) RETURNS oid LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._owner(f featurize.featurizer) IS 'Owner of a featurizer: of its source, or of its triggers if that is gone.';

CREATE FUNCTION featurize._passes_policies(relation regclass, role oid) RETURNS boolean LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._passes_policies(relation regclass, role oid) IS 'Whether row-level security hides no row of a table from a role.';

CREATE FUNCTION featurize._plain(expression text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._plain(expression text) IS 'An expression with its operators as one would write them.';

CREATE FUNCTION featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer) RETURNS featurize.index LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._plan_index(i featurize.index, f featurize.featurizer, dim integer) IS 'An index with what was left open: the method that suits its vectors best, and why.';

CREATE FUNCTION featurize._planned(f featurize.featurizer, purpose text, arguments text, result text, renderer regprocedure) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._planned(f featurize.featurizer, purpose text, arguments text, result text, renderer regprocedure) IS 'Name of the temporary function that keeps the plan of a statement about a featurizer; created if it is missing.
Null if the current role may not create temporary objects: then the statement has to be planned for each call.';

CREATE FUNCTION featurize._policy(relation regclass, name text, clause text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._policy(relation regclass, name text, clause text) IS 'Create a policy or replace it; or remove it, if there is no clause.';

CREATE FUNCTION featurize._predicted(c featurize.classifier, relation text, embedding text, columns text, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._predicted(c featurize.classifier, relation text, embedding text, columns text, condition text) IS 'Query for columns of a relation and the probabilities of all classes.';

CREATE FUNCTION featurize._prepare_search(f featurize.featurizer, metric text, k integer, filter text, ef_search integer DEFAULT NULL::integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._prepare_search(f featurize.featurizer, metric text, k integer, filter text, ef_search integer) IS 'Settings for a search; the functions that call this have them restored at their end.';

CREATE FUNCTION featurize._preprocessing_fields() RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._preprocessing_fields() IS 'Fields of a complete preprocessing.';

CREATE FUNCTION featurize._priorities() RETURNS smallint[] LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._priorities() IS 'Priorities of jobs: of writes and of a backfill.';

CREATE FUNCTION featurize._probabilities(link text, scores double precision[]) RETURNS double precision[] LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._probabilities(link text, scores double precision[]) IS 'Probabilities of classes by their scores. softmax: exp(score), sigmoid: 1 / (1 + exp(-score)); either divided by the sum.';

CREATE FUNCTION featurize._progress() RETURNS TABLE(featurizer text, rows bigint, embedded bigint, stale bigint, pending bigint, leased bigint, failed bigint, empty bigint, oldest_pending timestamp with time zone, rows_per_second double precision, eta interval, note text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._progress() IS 'Body of featurize.progress.';

CREATE FUNCTION featurize._qualified(relation oid) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._qualified(relation oid) IS 'Name of a relation with its schema.';

CREATE FUNCTION featurize._query_progress(name text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._query_progress(name text) IS 'How far the featurizing of a query is.';

CREATE FUNCTION featurize._query_state(name text, deadline timestamp with time zone, OUT done boolean, OUT trouble text) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._query_state(name text, deadline timestamp with time zone, OUT done boolean, OUT trouble text) IS 'Whether all rows are featurized, or why they will not be.';

CREATE FUNCTION featurize._queue_cursor(queue text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._queue_cursor(queue text) IS 'Where to look for the first of a queue; null for the start.';

CREATE FUNCTION featurize._ranks(f featurize.featurizer, label_column name, metric text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._ranks(f featurize.featurizer, label_column name, metric text) IS 'Query for featurize.evaluate_ranking(): $1 queries of each class, $2 negatives, seed $3.';

CREATE FUNCTION featurize._recall(f featurize.featurizer, metric text, k integer, sample integer) RETURNS double precision LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._recall(f featurize.featurizer, metric text, k integer, sample integer) IS 'Part of the k rows nearest to a row that a search finds, over a sample of rows; null if there are none.';

CREATE FUNCTION featurize._reclaim() RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize._reclaim() IS 'Take back the jobs of expired leases.';

CREATE FUNCTION featurize._relay_outbox(f featurize.featurizer, size integer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._relay_outbox(f featurize.featurizer, size integer) IS 'Make jobs of the rows that have arrived first, up to a hundred for each one asked for.';

CREATE FUNCTION featurize._render(f featurize.featurizer, template text, parts jsonb DEFAULT '{}'::jsonb) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._render(f featurize.featurizer, template text, parts jsonb) IS 'Fill in a template about a featurizer: {source}, {key:s}, {key_match:s,k}, {image:s} and so on; see featurize._fragment().
parts gives further placeholders, as SQL that is inserted unchanged.';

CREATE FUNCTION featurize._report_training_view(name text, require_complete boolean) RETURNS void LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._report_training_view(name text, require_complete boolean) IS 'Say how many rows there are and are not; FZ015 if all are required.';

CREATE FUNCTION featurize._request(model text, image text, bytes bytea, patience interval) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._request(model text, image text, bytes bytea, patience interval) IS 'Ask the workers to embed an image.';

CREATE FUNCTION featurize._reset_queue_cursor(featurizer_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._reset_queue_cursor(featurizer_id integer) IS 'Forget where the jobs of a featurizer begin: some were given back.';

CREATE FUNCTION featurize._resolve_model(name text) RETURNS featurize.model LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._resolve_model(name text) IS 'The model of that name, FZ005 if there is none, FZ009 if it is unresolved.';

CREATE FUNCTION featurize._resync(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._resync(f featurize.featurizer) IS 'Forget what has no row or no image any more, and queue all rows: users have written unseen.';

CREATE FUNCTION featurize._retry_later(lease_id bigint, job_ids bigint[], transient boolean[]) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._retry_later(lease_id bigint, job_ids bigint[], transient boolean[]) IS 'Schedule again the jobs with a transient failure that have attempts left; returns how many.';

CREATE FUNCTION featurize._rights() RETURNS TABLE(part text, relations text[], commands text[], condition text) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._rights() IS 'What readers, owners and workers may do to which tables, and to which rows. Owners and workers are readers, too.';

CREATE FUNCTION featurize._roc(positive boolean[], probability double precision[]) RETURNS TABLE(threshold double precision, false_positive_rate double precision, true_positive_rate double precision) LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._roc(positive boolean[], probability double precision[]) IS 'Points of the receiver operating characteristic, from (0, 0) to (1, 1).';

CREATE FUNCTION featurize._roles(part text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._roles(part text) IS 'The same, as a list for GRANT.';

CREATE FUNCTION featurize._row_at(f featurize.featurizer, place text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._row_at(f featurize.featurizer, place text) IS 'FROM item that is the row at a place.';

CREATE FUNCTION featurize._rows(f featurize.featurizer, candidates text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._rows(f featurize.featurizer, candidates text) IS 'Query for the rows at places, nearest first.';

CREATE FUNCTION featurize._sample(f featurize.featurizer, metric text, size integer) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sample(f featurize.featurizer, metric text, size integer) IS 'Query for so many rows and their embeddings, of unit length where only angles count.';

CREATE FUNCTION featurize._save_queue_cursor(queue text, first text, from_start boolean, started timestamp with time zone) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._save_queue_cursor(queue text, first text, from_start boolean, started timestamp with time zone) IS 'Remember the first of a queue, if there was one, and from when on to look from the start again.';

CREATE FUNCTION featurize._scan(f featurize.featurizer, metric text, condition text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._scan(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 rows nearest to vector $1, by looking at all; ties in key order.';

CREATE FUNCTION featurize._scored(c featurize.classifier, embedding text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._scored(c featurize.classifier, embedding text) IS 'Expression for the scores of all classes, in their order, given one for an embedding.';

CREATE FUNCTION featurize._scores(c featurize.classifier, embedding public.vector, space_id integer) RETURNS double precision[] LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._scores(c featurize.classifier, embedding public.vector, space_id integer) IS 'Scores of all classes for an embedding, in their order.';

CREATE FUNCTION featurize._search(f featurize.featurizer, metric text, condition text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._search(f featurize.featurizer, metric text, condition text) IS 'Query for the $2 rows nearest to vector $1 that meet a condition: by an index, else by looking at all.';

CREATE FUNCTION featurize._searched(f featurize.featurizer, OUT relation text, OUT embedding text, OUT space text) RETURNS record LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._searched(f featurize.featurizer, OUT relation text, OUT embedding text, OUT space text) IS 'The source s with its embeddings, as a FROM item and two expressions; a condition sees the columns of s only.';

CREATE FUNCTION featurize._sees(featurizer_id integer, key jsonb) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sees(featurizer_id integer, key jsonb) IS 'Whether the current role sees that row of a featurizer''s source.';

CREATE FUNCTION featurize._sees_all(featurizer_id integer) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sees_all(featurizer_id integer) IS 'Whether the current role sees keys and images of all rows of a featurizer''s source.';

CREATE FUNCTION featurize._sees_function(featurizer_id integer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sees_function(featurizer_id integer) IS 'Name of the generated function that looks for a row of the source.';

CREATE FUNCTION featurize._share(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._share(f featurize.featurizer) IS 'Give workers and readers their rights to source and embeddings, and nobody the embedding of a row that he does not see.';

CREATE FUNCTION featurize._share_schema(relation regclass, roles text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._share_schema(relation regclass, roles text) IS 'Let roles into the schema of a relation, if it is the current role''s to give.';

CREATE FUNCTION featurize._share_training_view(relation regclass) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._share_training_view(relation regclass) IS 'Let workers read a training view.';

CREATE FUNCTION featurize._shown(f featurize.featurizer, alias text, images boolean) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._shown(f featurize.featurizer, alias text, images boolean) IS 'A row as three expressions: its columns as jsonb; where its image is, text; the image, bytea, if that is wanted and in the row.';

CREATE FUNCTION featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[]) RETURNS integer[] LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._sibling_featurizers(f featurize.featurizer, featurizers integer[]) IS 'Those of the featurizers that want the same images.';

CREATE FUNCTION featurize._space_column(f featurize.featurizer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._space_column(f featurize.featurizer) IS 'Column of the source that says in which space the embedding in its row is.';

CREATE FUNCTION featurize._split(t featurize.training_view, f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._split(t featurize.training_view, f featurize.featurizer) IS 'Query for the keys of labeled rows, each with train or test.';

CREATE FUNCTION featurize._stable_key(f featurize.featurizer, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._stable_key(f featurize.featurizer, alias text) IS 'Key of an alias as an object that is the same in every session.';

CREATE FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._start_backfill(f featurize.featurizer, force boolean) IS 'Let the workers walk the source from the start; with force, queue embedded rows too.';

CREATE FUNCTION featurize._start_query(relation regclass, image_column name, model text, image_kind text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._start_query(relation regclass, image_column name, model text, image_kind text) IS 'Have the rows of a new table featurized; the name of the featurizer.';

CREATE FUNCTION featurize._states(f featurize.featurizer) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._states(f featurize.featurizer) IS 'Query that gives every row of the source its one state. The order of the cases is the rule.';

CREATE FUNCTION featurize._store_statement(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._store_statement(f featurize.featurizer) IS 'Statement of settle() that stores vectors and returns how many.';

CREATE FUNCTION featurize._take_answer(request bigint) RETURNS featurize.request LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._take_answer(request bigint) IS 'The answer to a request, which is then gone.';

CREATE FUNCTION featurize._top(c featurize.classifier, f featurize.featurizer, label text, k integer, filter text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._top(c featurize.classifier, f featurize.featurizer, label text, k integer, filter text) IS 'Query for the $3 rows that are most probably of a class, of the $2 that lie farthest in its direction $1.';

CREATE FUNCTION featurize._training_images(name text, keys jsonb[]) RETURNS TABLE(number bigint, image text, bytes bytea) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_images(name text, keys jsonb[]) IS 'The images of rows of a training view, by their keys: where they are, or the images themselves.';

CREATE FUNCTION featurize._training_key(t featurize.training_view, alias text) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_key(t featurize.training_view, alias text) IS 'Key columns of a training view, which are those before label, split and features, over an alias.';

CREATE FUNCTION featurize._training_sample(name text, per_class integer) RETURNS TABLE(rows bigint, dim integer, statement text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_sample(name text, per_class integer) IS 'As training_copy(), for at most so many rows of each class, drawn by hash of the key; by class, in the order of that hash.';

CREATE FUNCTION featurize._training_view(name text) RETURNS featurize.training_view LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._training_view(name text) IS 'The training view of that name, or FZ014.';

CREATE FUNCTION featurize._trigger_body(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._trigger_body(f featurize.featurizer) IS 'Text of the generated trigger function.';

CREATE FUNCTION featurize._trigger_function(f featurize.featurizer) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._trigger_function(f featurize.featurizer) IS 'Name of the generated trigger function.';

CREATE FUNCTION featurize._unit(t featurize.training_view) RETURNS text LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unit(t featurize.training_view) IS 'Common table expressions that say which rows must stay together: those of a group, and those with the same image.';

CREATE FUNCTION featurize._unknown_placeholder(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unknown_placeholder(name text) IS 'Error: a template has a placeholder without a value.';

CREATE FUNCTION featurize._unless_renamed(f featurize.featurizer, columns name[]) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unless_renamed(f featurize.featurizer, columns name[]) IS 'Statements that leave it at a note if one of these columns was renamed or dropped: then all rows are looked at again, once it is back.';

CREATE FUNCTION featurize._unshare(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unshare(f featurize.featurizer) IS 'Take rights and policies away from all, because the featurizer goes.';

CREATE FUNCTION featurize._unshare(f featurize.featurizer, role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._unshare(f featurize.featurizer, role regrole) IS 'Take rights to source and embeddings from a role.';

CREATE FUNCTION featurize._vector_schema() RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._vector_schema() IS 'Schema that pgvector lives in.';

CREATE FUNCTION featurize._view_key(t featurize.training_view) RETURNS name[] LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._view_key(t featurize.training_view) IS 'Key columns of a training view: those before label, split and features.';

CREATE FUNCTION featurize._wanted_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) RETURNS featurize.model LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._wanted_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) IS 'The row that register_model() is to store; without dim if something is left for a worker to find out.';

CREATE FUNCTION featurize._wilson(hits bigint, rows bigint, OUT low double precision, OUT high double precision) RETURNS record LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._wilson(hits bigint, rows bigint, OUT low double precision, OUT high double precision) IS 'Interval in which a rate lies that has shown itself in hits of rows, at 95 % (Wilson 1927).';

CREATE FUNCTION featurize._with_embedding(f featurize.featurizer, how text DEFAULT 'left join'::text, OUT relation text, OUT embedding text, OUT space text, OUT digest text) RETURNS record LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._with_embedding(f featurize.featurizer, how text, OUT relation text, OUT embedding text, OUT space text, OUT digest text) IS 'The source s with its embeddings, wherever they are stored, as a FROM item and three expressions.';

CREATE FUNCTION featurize._within(f featurize.featurizer, metric text, condition text, size integer, query text DEFAULT '$1'::text) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._within(f featurize.featurizer, metric text, condition text, size integer, query text) IS 'Query for places not farther than $2 from a vector: by an index where they are fewer than size, else by looking at all.';

CREATE FUNCTION featurize._worker_rights(f featurize.featurizer) RETURNS text LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._worker_rights(f featurize.featurizer) IS 'What a worker needs to do to columns of the source, as privileges for GRANT; null if they are gone.';

CREATE FUNCTION featurize._write_trigger_function(f featurize.featurizer) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize._write_trigger_function(f featurize.featurizer) IS 'Create or mend the trigger function of a featurizer.';

CREATE FUNCTION featurize.answer_request(request bigint, embedding public.vector, reason text, detail text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.answer_request(request bigint, embedding public.vector, reason text, detail text) IS 'For workers: the vector of an image, or why there is none.';

CREATE FUNCTION featurize.backfill_step(featurizer_id integer, size integer) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO' SET "IntervalStyle" TO 'iso_8601' SET bytea_output TO 'hex' SET extra_float_digits TO '1' SET enable_seqscan TO 'off' SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize.backfill_step(featurizer_id integer, size integer) IS 'For workers: look at the next rows in key order and queue those without a current vector.';

CREATE FUNCTION featurize.begin_index(index_id integer) RETURNS SETOF text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.begin_index(index_id integer) IS 'For workers: prepare an index and give the statements that build it; none if nobody wants it any more.';

CREATE FUNCTION featurize.block(featurizer_id integer, reason text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.block(featurizer_id integer, reason text) IS 'For workers: say why a featurizer cannot be served; no row fails.';

CREATE FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval) RETURNS TABLE(lease_id bigint, featurizer_id integer, job_id bigint, image_job_id bigint, path text, bytes bytea) LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET enable_seqscan TO 'off' SET enable_bitmapscan TO 'off' SET enable_sort TO 'off' SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize.claim(worker_id integer, featurizers integer[], size integer, lease_for interval) IS 'For workers: lease the next rows of a featurizer and hand out their images, one job for each row.
Other featurizers of the same column, named after it, get leases for those of these rows that they wait for, too;
image_job_id is the job of the first featurizer that carries the image.';

CREATE FUNCTION featurize.class_report(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(label text, rows bigint, "precision" double precision, recall double precision, f1 double precision) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.class_report(classifier text, split text) IS 'Rows of each class; part of those taken for it that are (precision), of those that are that were taken for it (recall), and the mean of both (f1).';

CREATE FUNCTION featurize.confusion(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(label text, predicted text, rows bigint) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.confusion(classifier text, split text) IS 'How many rows of each class a classifier takes for each.';

CREATE FUNCTION featurize.create_featurizer(source regclass, image_column name, model text DEFAULT 'resnet50'::text, name text DEFAULT NULL::text, image_kind text DEFAULT 'path'::text, destination text DEFAULT 'table'::text, storage text DEFAULT 'vector'::text, backfill boolean DEFAULT true, if_not_exists boolean DEFAULT false) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.create_featurizer(source regclass, image_column name, model text, name text, image_kind text, destination text, storage text, backfill boolean, if_not_exists boolean) IS 'Declare that a column is featurized by a model. Rows that are there already are backfilled in small steps.';

CREATE FUNCTION featurize.create_index(name text, metric text DEFAULT 'cosine'::text, method text DEFAULT 'auto'::text, dimensions integer DEFAULT NULL::integer, m integer DEFAULT 16, ef_construction integer DEFAULT 64, ef_search integer DEFAULT 100, "concurrently" boolean DEFAULT true, after_backfill boolean DEFAULT true, if_not_exists boolean DEFAULT false) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.create_index(name text, metric text, method text, dimensions integer, m integer, ef_construction integer, ef_search integer, "concurrently" boolean, after_backfill boolean, if_not_exists boolean) IS 'Ask for an index over the embeddings of a featurizer. Workers build it CONCURRENTLY, and anew for each feature space;
with concurrently => false it is built at once, and writers wait. See featurize.index_report.';

CREATE FUNCTION featurize.create_training_view(view_name text, featurizer text, label_column name, test_fraction numeric DEFAULT 0.5, seed bigint DEFAULT 0, stratify boolean DEFAULT true, group_column name DEFAULT NULL::name, require_complete boolean DEFAULT false) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.create_training_view(view_name text, featurizer text, label_column name, test_fraction numeric, seed bigint, stratify boolean, group_column name, require_complete boolean) IS 'Make a view of the labeled rows of a featurizer''s source: key, label, split (train or test) and features. It stays up to date.
The split is by hash of key and seed; stratify: each class by itself; rows with one value of group_column, or with the same image,
stay on one side. require_complete: refuse while labeled rows have no current embedding.';

CREATE FUNCTION featurize.doctor(patience interval DEFAULT '00:15:00'::interval) RETURNS TABLE(name text, level text, object text, finding text, remedy text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.doctor(patience interval) IS 'What is wrong with this database and what to do about it. level: ok, information, warning or error; patience: how long something may wait.
Whoever is no superuser sees the transactions of others as a member of pg_read_all_stats.';

CREATE FUNCTION featurize.drop_classifier(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_classifier(name text) IS 'Remove a classifier, and one that is to take its place.';

CREATE FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean DEFAULT false) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_featurizer(name text, keep_embeddings boolean) IS 'Remove a featurizer with its triggers, jobs, failures, indexes and training views, and its embeddings unless they are kept.';

CREATE FUNCTION featurize.drop_index(name text, metric text DEFAULT 'cosine'::text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_index(name text, metric text) IS 'Remove the index of a featurizer for a metric; if a worker is building it, it stops.';

CREATE FUNCTION featurize.drop_training_view(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.drop_training_view(name text) IS 'Remove a training view, or the table that one was frozen into. Classifiers stay.';

CREATE FUNCTION featurize.duplicates(source anyelement, name text, max_distance double precision, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item anyelement, other anyelement, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.duplicates(source anyelement, name text, max_distance double precision, filter text, metric text) IS 'Pairs of rows whose embeddings are not farther from each other than max_distance, each pair once.';

CREATE PROCEDURE featurize.embed(IN image bytea, IN model text, INOUT embedding public.vector DEFAULT NULL::public.vector, IN timeout interval DEFAULT '00:00:30'::interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize.embed(IN image bytea, IN model text, INOUT embedding public.vector, IN timeout interval) IS 'Have a worker embed an image that is given as bytes. It commits, so it cannot be in a transaction block.';

CREATE PROCEDURE featurize.embed(IN image text, IN model text, INOUT embedding public.vector DEFAULT NULL::public.vector, IN timeout interval DEFAULT '00:00:30'::interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize.embed(IN image text, IN model text, INOUT embedding public.vector, IN timeout interval) IS 'Have a worker embed the image at a path or URI that it may read: CALL featurize.embed(''/a.jpg'', ''resnet50'', null).
It commits, so it cannot be in a transaction block.';

CREATE FUNCTION featurize.embedding_of(image text, model text, timeout interval DEFAULT '00:00:30'::interval) RETURNS public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.embedding_of(image text, model text, timeout interval) IS 'The vector of the image at a path or URI, in any query: as featurize.embed(), through dblink. The setting featurize.dblink
says how to connect, where the local socket is not enough.';

CREATE FUNCTION featurize.end_index(index_id integer, error text DEFAULT NULL::text) RETURNS SETOF text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.end_index(index_id integer, error text) IS 'For workers: an index is built, or why not; gives the statements that clear away what is left of it, or of earlier ones.';

CREATE FUNCTION featurize.evaluate(classifier text, split text DEFAULT 'test'::text, positive text DEFAULT NULL::text, OUT rows bigint, OUT accuracy double precision, OUT accuracy_low double precision, OUT accuracy_high double precision, OUT log_loss double precision, OUT auc double precision, OUT classes jsonb, OUT confusion jsonb, OUT roc jsonb) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.evaluate(classifier text, split text, positive text, OUT rows bigint, OUT accuracy double precision, OUT accuracy_low double precision, OUT accuracy_high double precision, OUT log_loss double precision, OUT auc double precision, OUT classes jsonb, OUT confusion jsonb, OUT roc jsonb) IS 'How good a classifier is on the rows of its training view that it has not learned from: accuracy with its interval at 95 %
(Wilson), log-loss, and for two classes the area under the ROC curve of the positive one, the last unless it is named.
classes, confusion and roc are also there as tables: featurize.class_report(), confusion() and roc().';

CREATE FUNCTION featurize.evaluate_ranking(featurizer text, label_column name, queries_per_class integer DEFAULT 20, negatives integer DEFAULT 100, seed bigint DEFAULT 0, metric text DEFAULT 'cosine'::text, OUT queries bigint, OUT top_1 double precision, OUT top_2 double precision, OUT top_4 double precision, OUT top_8 double precision, OUT top_16 double precision, OUT top_32 double precision, OUT mean_rank double precision, OUT median_rank double precision) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.evaluate_ranking(featurizer text, label_column name, queries_per_class integer, negatives integer, seed bigint, metric text, OUT queries bigint, OUT top_1 double precision, OUT top_2 double precision, OUT top_4 double precision, OUT top_8 double precision, OUT top_16 double precision, OUT top_32 double precision, OUT mean_rank double precision, OUT median_rank double precision) IS 'How well distance tells what is alike: for some rows of each class, the rank of one other of that class among negatives of other
classes. top_n: part of the queries where it is among the first n. All is drawn by hash of key and seed; ties count against.';

CREATE PROCEDURE featurize.featurize_query(IN query text, IN image_column name, IN model text, IN into_table text, IN overwrite boolean DEFAULT false, IN image_kind text DEFAULT NULL::text, IN timeout interval DEFAULT '01:00:00'::interval) LANGUAGE plpgsql;
COMMENT ON PROCEDURE featurize.featurize_query(IN query text, IN image_column name, IN model text, IN into_table text, IN overwrite boolean, IN image_kind text, IN timeout interval) IS 'Make a table of what a query gives, with the features of its images: CALL featurize.featurize_query(''select path, label from
photos'', ''path'', ''resnet50'', ''photo_features''). The query is the caller''s own SQL. Rows that fail have an error instead.
It commits, so it cannot be in a transaction block.';

CREATE FUNCTION featurize.freeze_training_view(name text, table_name text) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.freeze_training_view(name text, table_name text) IS 'Copy a training view into a table, so that an experiment can be made again; to be used like the view.';

CREATE FUNCTION featurize.grant_owner(role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.grant_owner(role regrole) IS 'Let a role declare featurizers on tables that it owns, with models, indexes, training views and classifiers of its own; and what a reader may.';

CREATE FUNCTION featurize.grant_reader(role regrole) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.grant_reader(role regrole) IS 'Let a role search, predict, embed images and watch. Of embeddings, keys and failures it sees those of rows that it sees in the source.';

CREATE FUNCTION featurize.grant_worker(role regrole) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.grant_worker(role regrole) IS 'Let a role work: it selects keys and images of all featurizers, and writes their embeddings.';

CREATE FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval) RETURNS bigint[] LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.heartbeat(worker_id integer, serves text[], leases bigint[], lease_for interval) IS 'For workers: sign of life. Renews leases and returns those that are still held.';

CREATE FUNCTION featurize.index_work(name text DEFAULT NULL::text) RETURNS TABLE(index_id integer, featurizer text, metric text, method text, dimensions integer) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.index_work(name text) IS 'For workers: indexes that are to be built now, of one featurizer or of all.';

CREATE FUNCTION featurize.is_classifier_waiting() RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.is_classifier_waiting() IS 'For workers: whether there is a classifier to train.';

CREATE FUNCTION featurize.knn_predict(featurizer text, label_column name, embedding public.vector, k integer DEFAULT 5, metric text DEFAULT 'cosine'::text, filter text DEFAULT NULL::text, OUT label text, OUT probability double precision) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.knn_predict(featurizer text, label_column name, embedding public.vector, k integer, metric text, filter text, OUT label text, OUT probability double precision) IS 'The label that most of the k nearest labeled rows have, and which part of them has it. filter is a condition on these rows.';

CREATE FUNCTION featurize.leave_worker(worker_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.leave_worker(worker_id integer) IS 'For workers: leave featurize.worker after an orderly stop.';

CREATE FUNCTION featurize.list_columns() RETURNS TABLE(schema name, relation name, made text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_columns() IS 'For programs: columns of featurized tables that were made by functions of this schema.';

CREATE FUNCTION featurize.list_featurizers(schemas text[] DEFAULT NULL::text[]) RETURNS TABLE(name text, schema name, relation name, image_column name, model text, image_kind text, destination text, storage text, key_columns name[], embeddings_schema name, embeddings name, metrics text[]) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_featurizers(schemas text[]) IS 'For programs: the featurizers of the tables in some schemas, and for which metrics they have indexes.';

CREATE FUNCTION featurize.list_indexes() RETURNS TABLE(featurizer text, metric text, method text, dimensions integer, m integer, ef_construction integer, ef_search integer) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_indexes() IS 'For programs: the arguments of featurize.create_index() that would ask for the indexes that there are.';

CREATE FUNCTION featurize.list_tables() RETURNS TABLE(schema name, relation name) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_tables() IS 'For programs: tables and views outside schema featurize that were made by functions of it: embeddings, and training views.';

CREATE FUNCTION featurize.list_training_views() RETURNS TABLE(schema name, view_name name, featurizer text, label_column name, test_fraction numeric, seed bigint, stratify boolean, group_column name) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.list_training_views() IS 'For programs: the arguments of featurize.create_training_view() that would make the training views that there are.';

CREATE FUNCTION featurize.measure_recall(name text, k integer DEFAULT 10, sample integer DEFAULT 100, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer) RETURNS double precision LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.measure_recall(name text, k integer, sample integer, metric text, ef_search integer) IS 'Part of the k rows nearest to a row that a search by the index finds, over a sample of rows; remembered in featurize.index_report.';

CREATE FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer) RETURNS TABLE(item anyelement, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.nearest(source anyelement, name text, query public.vector, k integer, filter text, metric text, ef_search integer) IS 'The k rows whose embeddings are nearest to a vector, among those that a SQL condition on the row picks. source is NULL::table;
metric is cosine, l2, ip (negative inner product) or l1.';

CREATE FUNCTION featurize.nearest_keys(name text, query public.vector, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item_key jsonb, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.nearest_keys(name text, query public.vector, k integer, filter text, metric text) IS 'For programs: as featurize.nearest(), but the keys of the rows.';

CREATE FUNCTION featurize.neighbor_keys(name text, key jsonb, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item_key jsonb, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.neighbor_keys(name text, key jsonb, k integer, filter text, metric text) IS 'For programs: as featurize.neighbors(), by keys.';

CREATE FUNCTION featurize.neighbors(source anyelement, name text, k integer DEFAULT 10, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text, ef_search integer DEFAULT (NULLIF(current_setting('hnsw.ef_search'::text, true), ''::text))::integer) RETURNS TABLE(item anyelement, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.neighbors(source anyelement, name text, k integer, filter text, metric text, ef_search integer) IS 'The k rows nearest to a row, without the row itself; none while the row has no current vector.';

CREATE FUNCTION featurize.pause(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.pause(name text) IS 'Stop handing out jobs of a featurizer; its triggers go on queueing.';

CREATE FUNCTION featurize.pending_featurizers() RETURNS TABLE(featurizer_id integer, name text, model text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, space_id integer, source oid, schema name, relation name, image_column name, image_kind text, storage text, blocked boolean, backfilling boolean) LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET enable_bitmapscan TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize.pending_featurizers() IS 'For workers: reclaim expired leases, then list the featurizers with jobs or a backfill to do, and their models.';

CREATE FUNCTION featurize.predict(classifier text, embedding public.vector, space_id integer DEFAULT NULL::integer, OUT label text, OUT probability double precision) RETURNS record LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.predict(classifier text, embedding public.vector, space_id integer, OUT label text, OUT probability double precision) IS 'The most probable class of an embedding, and its probability; nothing for null. FZ008 if the embedding is of another feature
space than the classifier has learned from: pass the space_id that stands beside it to have that looked at.';

CREATE FUNCTION featurize.predictions(classifier text, split text DEFAULT 'test'::text) RETURNS TABLE(key jsonb, label text, predicted text, probability double precision, probabilities double precision[]) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.predictions(classifier text, split text) IS 'What a classifier says of the rows of its training view: of those for testing, or of those it has learned from. probabilities
are in the order of the classes.';

CREATE FUNCTION featurize.queue_depth() RETURNS TABLE(featurizer text, pending bigint, leased bigint, oldest_seconds double precision) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.queue_depth() IS 'For programs: what is queued for each featurizer, as often as it was written, and for how long the oldest waits.';

CREATE FUNCTION featurize.refresh(name text, filter text DEFAULT NULL::text) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.refresh(name text, filter text) IS 'Featurize rows again, because their files changed: all in small steps (returns null), or at once those that a SQL condition on the row s picks (returns how many); functions and types outside pg_catalog need their schema there.';

CREATE FUNCTION featurize.refuse_request(request bigint, worker_id integer, error text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.refuse_request(request bigint, worker_id integer, error text) IS 'For workers: a model cannot be served; others may try, and if there are none that is the answer.';

CREATE FUNCTION featurize.register_model(name text, backbone text, node text DEFAULT NULL::text, pooling text DEFAULT NULL::text, dim integer DEFAULT NULL::integer, weights text DEFAULT NULL::text, preprocessing jsonb DEFAULT NULL::jsonb, cut integer DEFAULT NULL::integer) RETURNS text LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.register_model(name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer) IS 'Add a model to the catalogue, or change one: then all its vectors become stale and are made again.
A backbone is cut at a node, or so many layers from the end. What is not given a worker finds out.';

CREATE FUNCTION featurize.register_space(model text, fingerprint text) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.register_space(model text, fingerprint text) IS 'For workers: the current space of a model, which the first worker to load it founds; FZ008 for another fingerprint.';

CREATE FUNCTION featurize.register_worker(host text, pid integer, device text, version text) RETURNS integer LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.register_worker(host text, pid integer, device text, version text) IS 'For workers: enter featurize.worker.';

CREATE FUNCTION featurize.reject_classifier(classifier_id integer, worker_id integer, error text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.reject_classifier(classifier_id integer, worker_id integer, error text) IS 'For workers: why a classifier cannot be trained.';

CREATE FUNCTION featurize.reject_model(name text, error text) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.reject_model(name text, error text) IS 'For workers: why an unresolved model cannot be completed.';

CREATE FUNCTION featurize.release(lease_id bigint) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.release(lease_id bigint) IS 'For workers: give a batch back untouched.';

CREATE FUNCTION featurize.release_classifier(classifier_id integer, worker_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.release_classifier(classifier_id integer, worker_id integer) IS 'For workers: leave a classifier to others.';

CREATE FUNCTION featurize.release_idle_lock() RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.release_idle_lock() IS 'For workers: no need to be woken any more.';

CREATE FUNCTION featurize.repair(name text DEFAULT NULL::text) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.repair(name text) IS 'Create missing triggers again, give workers and readers their rights, and look for rows that were missed; says for how many featurizers.';

CREATE FUNCTION featurize.resolve_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.resolve_model(name text, node text, pooling text, dim integer, weights text, preprocessing jsonb) IS 'For workers: what an unresolved model turned out to be.';

CREATE FUNCTION featurize.resume(name text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.resume(name text) IS 'Hand out jobs of a featurizer again.';

CREATE FUNCTION featurize.retire_space(model text) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.retire_space(model text) IS 'Make all vectors of a model stale, because its weights or software changed; they are made again.';

CREATE FUNCTION featurize.retry(name text) RETURNS bigint LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.retry(name text) IS 'Queue the failed rows of a featurizer again; says how many.';

CREATE FUNCTION featurize.revoke(role regrole) RETURNS void LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.revoke(role regrole) IS 'Take back what grant_reader(), grant_owner() and grant_worker() have given, and any right to the columns that a worker needs.';

CREATE FUNCTION featurize.roc(classifier text, split text DEFAULT 'test'::text, positive text DEFAULT NULL::text) RETURNS TABLE(threshold double precision, false_positive_rate double precision, true_positive_rate double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.roc(classifier text, split text, positive text) IS 'The receiver operating characteristic: of the other rows and of those of the positive class, how many have at least that probability.';

CREATE FUNCTION featurize.sample_vectors(index_id integer, size integer) RETURNS SETOF public.vector LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.sample_vectors(index_id integer, size integer) IS 'For workers: embeddings to fit the projection of an index to.';

CREATE FUNCTION featurize.scores(classifier text, embedding public.vector, space_id integer DEFAULT NULL::integer) RETURNS TABLE(label text, score double precision, probability double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.scores(classifier text, embedding public.vector, space_id integer) IS 'All classes of a classifier for an embedding, the most probable first. space_id as in featurize.predict().';

CREATE FUNCTION featurize.search_terms(name text) RETURNS TABLE(space_id integer, dim integer, storage text, halved text[]) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.search_terms(name text) IS 'For programs: the space of a featurizer''s vectors, their length and type, and for which metrics they are indexed as half-precision ones.';

CREATE FUNCTION featurize.set_projection(index_id integer, directions public.vector[], biases double precision[]) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.set_projection(index_id integer, directions public.vector[], biases double precision[]) IS 'For workers: the principal components that an index which was begun is to be over.';

CREATE FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], digests bytea[], failed_job_ids bigint[] DEFAULT '{}'::bigint[], reasons text[] DEFAULT '{}'::text[], details text[] DEFAULT '{}'::text[], transient boolean[] DEFAULT '{}'::boolean[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) RETURNS record LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp' SET "TimeZone" TO 'UTC' SET "IntervalStyle" TO 'iso_8601' SET bytea_output TO 'hex' SET extra_float_digits TO '1' SET enable_seqscan TO 'off' SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off';
COMMENT ON FUNCTION featurize.settle(lease_id bigint, space_id integer, job_ids bigint[], embeddings public.vector[], digests bytea[], failed_job_ids bigint[], reasons text[], details text[], transient boolean[], OUT embedded integer, OUT failed integer, OUT retried integer, OUT discarded integer) IS 'For workers: end a lease. Store the vectors of its jobs and record its failures, where the row still holds the
image that was featurized. digests are SHA-256 of the images; a transient failure is tried again later.';

CREATE FUNCTION featurize.start_building() RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.start_building() IS 'For workers: whether this session may build indexes, because no other does; and as long as it takes.';

CREATE FUNCTION featurize.store_classifier(classifier_id integer, worker_id integer, space_id integer, link text, labels text[], rows integer[], coefficients public.vector[], intercepts double precision[], metrics jsonb, versions jsonb) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.store_classifier(classifier_id integer, worker_id integer, space_id integer, link text, labels text[], rows integer[], coefficients public.vector[], intercepts double precision[], metrics jsonb, versions jsonb) IS 'For workers: what was learned. It takes the place of the classifier of the same name; false if it is not wanted any more.';

CREATE FUNCTION featurize.suggest_labels(classifier text, n integer DEFAULT 10, filter text DEFAULT NULL::text) RETURNS TABLE(key jsonb, image text, label text, probability double precision, margin double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.suggest_labels(classifier text, n integer, filter text) IS 'The n rows without a label, of those that a condition picks, of which a classifier is least sure: margin is how much more probable the first class is than the
second. Labels for these teach it most.';

CREATE FUNCTION featurize.take_classifier(worker_id integer) RETURNS TABLE(classifier_id integer, name text, training_view text, algorithm text, params jsonb) LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.take_classifier(worker_id integer) IS 'For workers: the next classifier that is to be trained. Without a training_view, that is gone, or not for who has asked.';

CREATE FUNCTION featurize.take_request(worker_id integer) RETURNS TABLE(request bigint, image text, bytes bytea, model text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, space_id integer) LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.take_request(worker_id integer) IS 'For workers: the next image that somebody waits for, and the model.';

CREATE FUNCTION featurize.top(classifier text, label text, k integer DEFAULT 10) RETURNS TABLE(key jsonb, probability double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.top(classifier text, label text, k integer) IS 'The keys of the k rows that are most probably of a class.';

CREATE FUNCTION featurize.top(source anyelement, classifier text, label text, k integer DEFAULT 10, filter text DEFAULT NULL::text) RETURNS TABLE(item anyelement, probability double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.top(source anyelement, classifier text, label text, k integer, filter text) IS 'The k rows that are most probably of a class, of those that a condition picks. source is NULL::table. An index for ip serves it, or
for cosine where the classifier normalizes by l2. Of three classes and more, the 20 * k rows with the highest score are compared.';

CREATE FUNCTION featurize.train_classifier(name text, training_view text, algorithm text DEFAULT 'logistic_regression'::text, params jsonb DEFAULT '{}'::jsonb, replace boolean DEFAULT false) RETURNS integer LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.train_classifier(name text, training_view text, algorithm text, params jsonb, replace boolean) IS 'Have a worker train a classifier by the rows of a training view: logistic_regression, linear_svm or ridge. It returns at once,
see featurize.wait_classifier(). params: normalize (none, standard, minmax, l2), class_weight, max_iter, tol, C, alpha.';

CREATE FUNCTION featurize.training_copy(name text, split text DEFAULT NULL::text) RETURNS TABLE(rows bigint, dim integer, statement text) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.training_copy(name text, split text) IS 'How to read a training view: rows of one split or of both, length of the features, and a COPY statement that gives key, label, split and features, in key order.';

CREATE FUNCTION featurize.training_report(name text) RETURNS TABLE(label text, rows bigint, train bigint, test bigint, missing bigint) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.training_report(name text) IS 'Rows of a training view by label; label null: rows without one, which are left out; missing: those without a current embedding.';

CREATE FUNCTION featurize.training_space(name text) RETURNS integer LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.training_space(name text) IS 'For programs: the feature space of what a training view shows now.';

CREATE FUNCTION featurize.try_idle_lock() RETURNS boolean LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.try_idle_lock() IS 'For workers: ask to be woken. False while a writer''s transaction is open or another sleeper has asked.';

CREATE FUNCTION featurize.unblock(featurizer_id integer) RETURNS void LANGUAGE sql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.unblock(featurizer_id integer) IS 'For workers: what stood in the way is gone.';

CREATE FUNCTION featurize.unresolved_models() RETURNS TABLE(name text, backbone text, node text, cut integer, pooling text, weights text, preprocessing jsonb, error text) LANGUAGE sql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.unresolved_models() IS 'For workers: models with parameters that a worker has to fill in. error: why the last attempt failed.';

CREATE FUNCTION featurize.wait(name text, timeout interval DEFAULT '01:00:00'::interval) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.wait(name text, timeout interval) IS 'Wait until nothing of a featurizer is queued; false when the time is over. Commit the rows first.';

CREATE FUNCTION featurize.wait_classifier(name text, timeout interval DEFAULT '01:00:00'::interval) RETURNS boolean LANGUAGE plpgsql SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.wait_classifier(name text, timeout interval) IS 'Wait until a classifier is ready; false when the time is over, FZ017 if it cannot be trained.';

CREATE FUNCTION featurize.why(name text, key jsonb) RETURNS text LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp';
COMMENT ON FUNCTION featurize.why(name text, key jsonb) IS 'The state of one row, in words.';

CREATE FUNCTION featurize.within(source anyelement, name text, query public.vector, max_distance double precision, filter text DEFAULT NULL::text, metric text DEFAULT 'cosine'::text) RETURNS TABLE(item anyelement, distance double precision) LANGUAGE plpgsql STABLE SET search_path TO 'pg_catalog', 'pg_temp' SET "hnsw.iterative_scan" TO 'relaxed_order' SET "hnsw.ef_search" TO '100' SET enable_sort TO 'on' SET jit TO 'off';
COMMENT ON FUNCTION featurize.within(source anyelement, name text, query public.vector, max_distance double precision, filter text, metric text) IS 'All rows whose embeddings are not farther from a vector than max_distance, nearest first; with an index, as many of them as
featurize.measure_recall() says.';

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
