-- pgvector may live in any schema, and signatures name its types.
do $$
begin
    perform set_config('search_path', format('pg_catalog, %I, pg_temp', n.nspname), true)
       from pg_extension e
       join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'vector';
end
$$;

create table featurize.index (
    id integer generated always as identity,
    featurizer_id integer not null,
    metric text not null,
    method text not null,
    reason text not null,
    dimensions integer not null,
    m integer not null,
    ef_construction integer not null,
    ef_search integer not null,
    oversampling integer not null,
    after_backfill boolean not null,
    requested_at timestamptz not null default now(),
    space_id integer,
    started_at timestamptz,
    built_at timestamptz,
    error text,
    failures integer not null default 0,
    recall float8,
    recall_k integer,
    recall_sample integer,
    recall_measured_at timestamptz,
    constraint index_pkey primary key (id),
    constraint index_one_per_metric unique (featurizer_id, metric),
    constraint index_featurizer_fkey foreign key (featurizer_id)
        references featurize.featurizer (id) on delete cascade,
    constraint index_metric_is_known check (metric in ('cosine', 'l2', 'ip', 'l1')),
    constraint index_method_is_known check (method in ('hnsw', 'halfvec', 'bits', 'projection')),
    constraint index_built_was_started check (built_at is null or started_at is not null),
    constraint index_recall_is_a_fraction check (recall between 0 and 1)
);
comment on table featurize.index is
    'Requested indexes for searches. Workers build them, and build them again for each new feature space.';
comment on column featurize.index.id is 'Number in the names of the index and its functions.';
comment on column featurize.index.featurizer_id is 'Featurizer whose embeddings are indexed.';
comment on column featurize.index.metric is
    'Metric that the index supports: cosine, l2, ip (negative inner product) or l1.';
comment on column featurize.index.method is
    'hnsw: the embeddings themselves; halfvec: in half precision; bits: signs after subtracting the mean;
projection: principal components.';
comment on column featurize.index.reason is 'Why this method was chosen.';
comment on column featurize.index.dimensions is 'Length of the indexed vectors.';
comment on column featurize.index.m is 'HNSW parameter: links per vector.';
comment on column featurize.index.ef_construction is 'HNSW parameter: candidates during the build.';
comment on column featurize.index.ef_search is 'HNSW parameter: minimum number of candidates during a search.';
comment on column featurize.index.oversampling is
    'Number of candidates per requested row that are compared by their full vectors.';
comment on column featurize.index.after_backfill is 'Whether the build waits until all existing rows are embedded.';
comment on column featurize.index.requested_at is 'Time when the index was requested.';
comment on column featurize.index.space_id is 'Feature space of the indexed vectors; null before the first build.';
comment on column featurize.index.started_at is 'Time when the last build began.';
comment on column featurize.index.built_at is 'Time when that build ended; null before.';
comment on column featurize.index.error is 'Why the index could not be built.';
comment on column featurize.index.failures is
    'Failed builds one after the other; the next one waits a minute after the first, and twice as long after
each, up to a day.';
comment on column featurize.index.recall is
    'Fraction of the true nearest rows that a search finds, by the last measurement.';
comment on column featurize.index.recall_k is 'Number of nearest rows in that measurement.';
comment on column featurize.index.recall_sample is 'Number of rows that it was averaged over.';
comment on column featurize.index.recall_measured_at is 'Time of that measurement.';

create table featurize.projection (
    index_id integer not null,
    space_id integer not null,
    position integer not null,
    direction halfvec not null,
    bias float8 not null,
    constraint projection_pkey primary key (index_id, space_id, position),
    constraint projection_index_fkey foreign key (index_id)
        references featurize.index (id) on delete cascade
);
-- Stored in the row itself and not in TOAST, because every projection reads all of them.
alter table featurize.projection alter column direction set storage plain;
comment on table featurize.projection is
    'Principal components of embeddings, of unit length: value number position is direction * embedding - bias.';
comment on column featurize.projection.index_id is 'Index that is built on the projections.';
comment on column featurize.projection.space_id is 'Feature space of the vectors that it was fitted to.';
comment on column featurize.projection.position is 'Position from 1, in the order of decreasing variance.';
comment on column featurize.projection.direction is 'The principal component.';
comment on column featurize.projection.bias is 'The mean of the embeddings along the component.';
