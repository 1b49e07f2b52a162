create table featurize.featurizer (
    id integer generated always as identity,
    name text not null,
    -- regclass, not text: it follows a rename and dumps as a qualified name.
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
    constraint featurizer_pkey primary key (id),
    constraint featurizer_name_is_unique unique (name),
    constraint featurizer_name_is_an_identifier check (octet_length(name) between 1 and 63),
    constraint featurizer_model_fkey foreign key (model) references featurize.model (name),
    constraint featurizer_image_kind_is_known check (image_kind in ('path', 'uri', 'bytes')),
    constraint featurizer_has_a_key check (cardinality(key_columns) > 0),
    constraint featurizer_destination_is_known check (destination in ('table', 'column')),
    constraint featurizer_storage_is_known check (storage in ('vector', 'halfvec')),
    constraint featurizer_blocked_has_a_reason check ((blocked_at is null) = (blocked_reason is null))
);
comment on table featurize.featurizer is 'The rules "this column of this table is featurized by this model".';
comment on column featurize.featurizer.id is 'Number in the names of its triggers.';
comment on column featurize.featurizer.name is 'Name; also that of its embedding table or column.';
comment on column featurize.featurizer.source is 'Table whose rows are featurized.';
comment on column featurize.featurizer.image_column is 'Column that holds the image.';
comment on column featurize.featurizer.image_kind is 'path: file paths the worker reads; uri: what it fetches; '
    'bytes: the images themselves.';
comment on column featurize.featurizer.key_columns is 'Primary key of the source, in index order.';
comment on column featurize.featurizer.model is 'Model that makes the vectors.';
comment on column featurize.featurizer.destination is
    'table: embeddings live in a table of the featurizer''s name; column: in the source itself.';
comment on column featurize.featurizer.storage is 'pgvector type of the embeddings.';
comment on column featurize.featurizer.embeddings is 'Embedding table; null where they are in the source itself.';
comment on column featurize.featurizer.created_at is 'When it was declared.';
comment on column featurize.featurizer.paused_at is 'Set by featurize.pause(); no jobs are handed out.';
comment on column featurize.featurizer.blocked_at is 'Set by a worker that cannot serve it.';
comment on column featurize.featurizer.blocked_reason is 'Why that worker cannot serve it.';
comment on column featurize.featurizer.owner is
    'Who owned the source when the triggers were made, which have its rights. It belongs to whoever owns the source; '
        'to this role once the source is gone.';

-- Its own table, because its row is locked and rewritten at every step.
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
    'How far the walk over rows that no trigger has seen has come, per featurizer.';
comment on column featurize.backfill.featurizer_id is 'Featurizer that is backfilled.';
comment on column featurize.backfill.after is 'Key of the last row looked at; null before the first step.';
comment on column featurize.backfill.force is 'Queue rows that are embedded already, too.';
comment on column featurize.backfill.finished_at is 'When the walk reached the end; null while it has not.';
