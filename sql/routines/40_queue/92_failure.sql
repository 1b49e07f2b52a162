-- featurize.failure and featurize.truncated: failed rows, and rows of which only a part of the image is embedded, with
-- the names of their featurizers.

create or replace view featurize.failure with (security_invoker = true) as
select f.label as featurizer, f.source, x.key, x.image, x.reason, x.detail, x.attempts, x.failed_at, x.vector_kept
  from featurize.failed_row x
  join (select f.id, f.source, featurize._label(f) as label from featurize.featurizer f offset 0) f
    on f.id = x.featurizer_id
 where not x.is_embedded;
comment on view featurize.failure is 'Rows that could not be embedded, with the reason.';
comment on column featurize.failure.featurizer is 'Name of the featurizer.';
comment on column featurize.failure.source is 'Table of the row.';
comment on column featurize.failure.key is 'Primary key of the row, as an object.';
comment on column featurize.failure.image is
    'Path or URI of the image, cut if it is very long; null if the image is stored in the row.';
comment on column featurize.failure.reason is 'Typed reason, such as missing_file or truncated_image.';
comment on column featurize.failure.detail is 'What exactly happened, and the remedy.';
comment on column featurize.failure.attempts is 'How often the row was tried.';
comment on column featurize.failure.failed_at is 'Time of the last attempt.';
comment on column featurize.failure.vector_kept is
    'Whether the row still has the vector of the same image value, which searches find: only its last refresh failed.';

create or replace view featurize.truncated with (security_invoker = true) as
select f.label as featurizer, f.source, x.key, x.image, x.detail, x.failed_at as embedded_at
  from featurize.failed_row x
  join (select f.id, f.source, featurize._label(f) as label from featurize.featurizer f offset 0) f
    on f.id = x.featurizer_id
 where x.is_embedded;
comment on view featurize.truncated is
    'Rows whose image could be decoded only in part, and is embedded from that part (on_truncated => ''embed'').';
comment on column featurize.truncated.featurizer is 'Name of the featurizer.';
comment on column featurize.truncated.source is 'Table of the row.';
comment on column featurize.truncated.key is 'Primary key of the row, as an object.';
comment on column featurize.truncated.image is
    'Path or URI of the image, cut if it is very long; null if the image is stored in the row.';
comment on column featurize.truncated.detail is 'What is damaged or missing.';
comment on column featurize.truncated.embedded_at is 'Time when the vector was stored.';
