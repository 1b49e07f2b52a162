-- Unlogged, because after a crash no caller is waiting for an answer.
create unlogged table featurize.request (
    id bigint generated always as identity,
    model text not null,
    image text,
    bytes bytea,
    expires_at timestamptz not null,
    worker_id integer,
    refused_by integer[] not null default '{}',
    embedding vector,
    reason text,
    detail text,
    answered_at timestamptz,
    owner regrole not null default quote_ident(current_user)::regrole,
    constraint request_pkey primary key (id),
    constraint request_has_one_image check (num_nonnulls(image, bytes) = 1),
    constraint request_answer_is_a_vector_or_a_reason check (
        (answered_at is not null)::integer = num_nonnulls(embedding, reason))
);
comment on table featurize.request is 'Images that callers of featurize.embed() are waiting for.';
comment on column featurize.request.id is 'Order of insertion.';
comment on column featurize.request.model is 'Model that computes the vector.';
comment on column featurize.request.image is 'Path or URI of the image; null if bytes holds the image.';
comment on column featurize.request.bytes is 'The image itself; null if a worker reads it.';
comment on column featurize.request.expires_at is 'Time when the caller stops waiting.';
comment on column featurize.request.worker_id is 'Worker that has taken the request.';
comment on column featurize.request.refused_by is 'Workers that cannot load the model.';
comment on column featurize.request.embedding is
    'The vector; null before the answer, and if the image cannot be embedded.';
comment on column featurize.request.reason is 'Typed reason why the image cannot be embedded.';
comment on column featurize.request.detail is 'What exactly happened, and the remedy.';
comment on column featurize.request.answered_at is 'Time of the answer.';
comment on column featurize.request.owner is 'Role that sent the request; other roles cannot see image and answer.';
