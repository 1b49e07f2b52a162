create table featurize.training_view (
    id integer generated always as identity,
    relation regclass not null,
    featurizer_id integer,
    label_column name not null,
    group_column name,
    split_column name,
    test_fraction numeric not null,
    seed bigint not null,
    stratify boolean not null,
    require_complete boolean not null,
    space_id integer,
    created_at timestamptz not null default now(),
    constraint training_view_pkey primary key (id),
    constraint training_view_relation_is_unique unique (relation),
    -- A frozen training view remains when its featurizer is dropped.
    constraint training_view_featurizer_fkey foreign key (featurizer_id)
        references featurize.featurizer (id) on delete set null,
    constraint training_view_space_fkey foreign key (space_id) references featurize.space (id),
    constraint training_view_test_fraction_leaves_some check (test_fraction >= 0 and test_fraction < 1),
    constraint training_view_split_column_needs_no_group check (num_nonnulls(split_column, group_column) <= 1)
);
comment on table featurize.training_view is
    'Views of labeled rows with their features, split into train and test; and tables that such views were frozen
into.';
comment on column featurize.training_view.id is 'Number of the training view.';
comment on column featurize.training_view.relation is 'The view, or the table.';
comment on column featurize.training_view.featurizer_id is
    'Featurizer whose embeddings are the features; null if it was dropped after freezing.';
comment on column featurize.training_view.label_column is 'Column of the source that holds the label.';
comment on column featurize.training_view.group_column is
    'Column of the source: rows with the same value are on the same side of the split. Null if there is none.';
comment on column featurize.training_view.split_column is
    'Column of the source that holds the split; null if rows are split by a hash of their keys.';
comment on column featurize.training_view.test_fraction is 'Fraction of the rows for testing, rounded down.';
comment on column featurize.training_view.seed is 'Seed of the split.';
comment on column featurize.training_view.stratify is 'Whether each class is split separately.';
comment on column featurize.training_view.require_complete is
    'Whether training is refused while labeled rows have no current embedding.';
comment on column featurize.training_view.space_id is
    'Feature space of a frozen training view; null for a view, which shows the current space.';
comment on column featurize.training_view.created_at is 'Time when it was created.';

-- pgvector may live in any schema, and signatures name its types.
do $$
begin
    perform set_config('search_path', format('pg_catalog, %I, pg_temp', n.nspname), true)
       from pg_extension e
       join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'vector';
end
$$;

create table featurize.classifier (
    id integer generated always as identity,
    name text not null,
    training_view_id integer,
    featurizer_id integer,
    algorithm text not null,
    params jsonb not null,
    normalization text not null,
    requested_at timestamptz not null default now(),
    worker_id integer,
    started_at timestamptz,
    trained_at timestamptz,
    error text,
    state text not null generated always as (
        case when trained_at is not null then 'ready'
             when error is not null then 'failed'
             when started_at is not null then 'training'
             else 'queued' end) stored,
    space_id integer,
    dim integer,
    link text,
    metrics jsonb,
    versions jsonb,
    owner regrole not null default quote_ident(current_user)::regrole,
    constraint classifier_pkey primary key (id),
    constraint classifier_name_is_not_empty check (name <> ''),
    constraint classifier_training_view_fkey foreign key (training_view_id)
        references featurize.training_view (id) on delete set null,
    constraint classifier_featurizer_fkey foreign key (featurizer_id)
        references featurize.featurizer (id) on delete set null,
    constraint classifier_space_fkey foreign key (space_id) references featurize.space (id),
    constraint classifier_algorithm_is_known check (algorithm in ('logistic_regression', 'linear_svm', 'ridge')),
    constraint classifier_normalization_is_known check (normalization in ('none', 'standard', 'minmax', 'l2')),
    constraint classifier_link_is_known check (link in ('softmax', 'sigmoid')),
    constraint classifier_trained_is_complete check (
        trained_at is null or num_nulls(space_id, dim, link, metrics, versions) = 0)
);
-- While a classifier is trained again, the old one keeps predicting.
create unique index classifier_one_ready on featurize.classifier (name) where trained_at is not null;
create unique index classifier_one_in_training on featurize.classifier (name) where trained_at is null;
comment on index featurize.classifier_one_ready is 'At most one classifier of a name predicts.';
comment on index featurize.classifier_one_in_training is
    'At most one classifier of a name is being trained to replace it.';
comment on table featurize.classifier is
    'Classifiers of embeddings. A row that is not ready replaces the ready row of the same name after training.';
comment on column featurize.classifier.id is 'Number of the classifier.';
comment on column featurize.classifier.name is 'Name that is passed to featurize.predict().';
comment on column featurize.classifier.training_view_id is
    'Training view of the classifier; null if it was dropped.';
comment on column featurize.classifier.featurizer_id is
    'Featurizer whose rows the classifier can predict; null if it was dropped.';
comment on column featurize.classifier.algorithm is 'logistic_regression, linear_svm or ridge.';
comment on column featurize.classifier.params is 'Parameters that were passed to featurize.train_classifier().';
comment on column featurize.classifier.normalization is
    'Normalization of the features: none, standard (mean 0, variance 1), minmax (0 to 1), or l2 (each row to
length 1).';
comment on column featurize.classifier.requested_at is 'Time when training was requested.';
comment on column featurize.classifier.worker_id is 'Worker that trains the classifier, or has trained it.';
comment on column featurize.classifier.started_at is 'Time when training last began.';
comment on column featurize.classifier.trained_at is 'Time when training ended; null before.';
comment on column featurize.classifier.error is 'Why the classifier could not be trained.';
comment on column featurize.classifier.state is 'queued, training, ready or failed.';
comment on column featurize.classifier.space_id is
    'Feature space of the embeddings that the classifier was trained on and can predict.';
comment on column featurize.classifier.dim is 'Length of these embeddings.';
comment on column featurize.classifier.link is
    'Function from scores to probabilities: softmax, or sigmoid of each score divided by the sum over the
classes.';
comment on column featurize.classifier.metrics is 'Measurements during training.';
comment on column featurize.classifier.versions is 'Versions of the libraries that trained the classifier.';
comment on column featurize.classifier.owner is 'Role that requested the classifier and may change it.';

create table featurize.classifier_class (
    classifier_id integer not null,
    position integer not null,
    label text not null,
    rows integer not null,
    coefficients vector not null,
    intercept float8 not null,
    constraint classifier_class_pkey primary key (classifier_id, position),
    constraint classifier_class_label_is_unique unique (classifier_id, label),
    constraint classifier_class_classifier_fkey foreign key (classifier_id)
        references featurize.classifier (id) on delete cascade
);
alter table featurize.classifier_class alter column coefficients set storage external;
comment on table featurize.classifier_class is
    'Classes of classifiers: the score of an embedding is coefficients * embedding + intercept.';
comment on column featurize.classifier_class.classifier_id is 'Classifier of the class.';
comment on column featurize.classifier_class.position is
    'Position from 1, in the order of the labels in collation C.';
comment on column featurize.classifier_class.label is 'The label, as text.';
comment on column featurize.classifier_class.rows is 'Number of training rows of the class.';
comment on column featurize.classifier_class.coefficients is
    'Coefficients, with the normalization folded in, except l2.';
comment on column featurize.classifier_class.intercept is 'Score of a zero embedding.';
