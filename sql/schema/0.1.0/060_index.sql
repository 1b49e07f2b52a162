-- pgvector may live in any schema, and signatures name its types.
select set_config('search_path', format('pg_catalog, %I, pg_temp', n.nspname), true)
  from pg_extension e
  join pg_namespace n on n.oid = e.extnamespace
 where e.extname = 'vector';

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
    'Indexes that are wanted for searching. Workers build them, and again for each new feature space.';
comment on column featurize.index.id is 'Number in the names of what belongs to it.';
comment on column featurize.index.featurizer_id is 'Featurizer whose embeddings it covers.';
comment on column featurize.index.metric is 'Distance it is for: cosine, l2, ip (negative inner product) or l1.';
comment on column featurize.index.method is
    'hnsw: the embeddings as they are; halfvec: rounded; bits: signs after taking away the mean; projection: '
        'principal components.';
comment on column featurize.index.reason is 'Why this method.';
comment on column featurize.index.dimensions is 'Length of what is indexed.';
comment on column featurize.index.m is 'HNSW: links of each vector.';
comment on column featurize.index.ef_construction is 'HNSW: candidates looked at while building.';
comment on column featurize.index.ef_search is 'HNSW: candidates looked at while searching, at least.';
comment on column featurize.index.oversampling is
    'How many candidates for each row wanted are compared once more by their full vectors.';
comment on column featurize.index.after_backfill is 'Not built before all rows there were are embedded.';
comment on column featurize.index.requested_at is 'When it was asked for.';
comment on column featurize.index.space_id is 'Feature space whose vectors it holds; null before it is begun.';
comment on column featurize.index.started_at is 'When building began, the last time.';
comment on column featurize.index.built_at is 'When building ended; null before.';
comment on column featurize.index.error is 'Why it could not be built.';
comment on column featurize.index.recall is 'Part of the true nearest rows that a search by it has found, when '
    'measured.';
comment on column featurize.index.recall_k is 'How many nearest rows were asked for.';
comment on column featurize.index.recall_sample is 'For how many rows.';
comment on column featurize.index.recall_measured_at is 'When that was.';

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
-- In line: a projection reads them all.
alter table featurize.projection alter column direction set storage plain;
comment on table featurize.projection is
    'Principal components of embeddings, of unit length: value number position is direction · embedding - bias.';
comment on column featurize.projection.index_id is 'Index that is over the projections.';
comment on column featurize.projection.space_id is 'Feature space whose vectors it was fitted to.';
comment on column featurize.projection.position is 'From the component that varies most, 1, on.';
comment on column featurize.projection.direction is 'The component.';
comment on column featurize.projection.bias is 'The component of the mean.';
