-- Unlogged: who asked is gone after a crash.
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
    constraint request_answer_is_a_vector_or_a_reason check ((answered_at
        is not null)::integer = num_nonnulls(embedding, reason))
);
comment on table featurize.request is 'Images that somebody waits to have embedded, see featurize.embed().';
comment on column featurize.request.id is 'Order of insertion.';
comment on column featurize.request.model is 'Model that is to make the vector.';
comment on column featurize.request.image is 'Path or URI of the image; null if its bytes are here.';
comment on column featurize.request.bytes is 'The image itself; null if it is to be read.';
comment on column featurize.request.expires_at is 'When nobody waits any more.';
comment on column featurize.request.worker_id is 'Worker that has taken it.';
comment on column featurize.request.refused_by is 'Workers that cannot serve the model.';
comment on column featurize.request.embedding is 'The answer.';
comment on column featurize.request.reason is 'Or why there is none.';
comment on column featurize.request.detail is 'What is wrong, and the remedy.';
comment on column featurize.request.answered_at is 'When it was answered.';
comment on column featurize.request.owner is 'Who asked: nobody else sees image and answer.';
