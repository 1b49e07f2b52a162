create table featurize.featurizer (
    id integer generated always as identity,
    name text not null,
    -- regclass, not text: it follows a renamed table, and is dumped as a qualified name.
    source regclass not null,
    image_column name not null,
    image_kind text not null,
    key_columns name[] not null,
    model text not null,
    destination text not null,
    storage text not null,
    embeddings regclass,
    created_at timestamptz not null default now(),
    paused_at timestamptz,
    blocked_at timestamptz,
    blocked_reason text,
    owner regrole not null default quote_ident(current_user)::regrole,
    on_replica boolean not null default false,
    notify boolean not null default true,
    on_truncated text not null default 'fail',
    constraint featurizer_pkey primary key (id),
    constraint featurizer_name_is_unique_in_source unique (source, name),
    constraint featurizer_name_is_an_identifier check (octet_length(name) between 1 and 63),
    constraint featurizer_model_fkey foreign key (model) references featurize.model (name),
    constraint featurizer_image_kind_is_known check (image_kind in ('path', 'uri', 'bytes', 'base64')),
    constraint featurizer_has_a_key check (cardinality(key_columns) > 0),
    constraint featurizer_destination_is_known check (destination in ('table', 'column')),
    constraint featurizer_storage_is_known check (storage in ('vector', 'halfvec')),
    constraint featurizer_on_truncated_is_known check (on_truncated in ('fail', 'embed')),
    constraint featurizer_blocked_has_a_reason check ((blocked_at is null) = (blocked_reason is null))
);
create index featurizer_name on featurize.featurizer (name);
comment on index featurize.featurizer_name is 'Featurizers by name.';
comment on table featurize.featurizer is
    'Featurizers: the rule "this column of this table is featurized by this model".';
comment on column featurize.featurizer.id is 'Number in the names of its triggers.';
comment on column featurize.featurizer.name is
    'Name of the featurizer and of its embedding table or column; unique among the featurizers of its source.';
comment on column featurize.featurizer.source is 'Table whose rows are featurized.';
comment on column featurize.featurizer.image_column is 'Column that holds the image.';
comment on column featurize.featurizer.image_kind is
    'path: paths of files that a worker reads; uri: URIs that it fetches; bytes: the images themselves; base64: the
same as text.';
comment on column featurize.featurizer.key_columns is 'Primary key columns of the source, in index order.';
comment on column featurize.featurizer.model is 'Model that computes the vectors.';
comment on column featurize.featurizer.destination is
    'table: embeddings are stored in a table with the name of the featurizer; column: in a column of the source.';
comment on column featurize.featurizer.storage is 'pgvector type of the embeddings: vector or halfvec.';
comment on column featurize.featurizer.embeddings is
    'Embedding table; null if embeddings are stored in the source.';
comment on column featurize.featurizer.created_at is 'Time when the featurizer was declared.';
comment on column featurize.featurizer.paused_at is
    'Time of featurize.pause(): since then no jobs are leased. Null if it is not paused.';
comment on column featurize.featurizer.blocked_at is
    'Time when a worker reported that it cannot serve the featurizer; null if it is not blocked.';
comment on column featurize.featurizer.blocked_reason is 'Why that worker cannot serve the featurizer.';
comment on column featurize.featurizer.owner is
    'Owner of the source when the triggers were created; the triggers run with the rights of this role. The
featurizer belongs to the present owner of the source, or to this role if the source was dropped.';
comment on column featurize.featurizer.on_replica is
    'Whether rows are also queued that arrive by logical replication.';
comment on column featurize.featurizer.notify is
    'Whether triggers notify idle workers. NOTIFY is not possible in a transaction that is to be prepared.';
comment on column featurize.featurizer.on_truncated is
    'What happens to a row whose image can be decoded only in part: it fails, or that part is embedded.';

-- A separate table, because every step locks and updates the row.
create table featurize.backfill (
    featurizer_id integer not null,
    after jsonb,
    force boolean not null default false,
    finished_at timestamptz,
    constraint backfill_pkey primary key (featurizer_id),
    constraint backfill_featurizer_fkey foreign key (featurizer_id)
        references featurize.featurizer (id) on delete cascade
);
comment on table featurize.backfill is
    'Progress of the backfill of each featurizer, which queues the rows that no trigger has queued.';
comment on column featurize.backfill.featurizer_id is 'Featurizer that is backfilled.';
comment on column featurize.backfill.after is 'Key of the last row that was read; null before the first step.';
comment on column featurize.backfill.force is 'Whether rows that are already embedded are queued, too.';
comment on column featurize.backfill.finished_at is
    'Time when the last row was read; null while the backfill is running.';
