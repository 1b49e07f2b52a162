-- featurize.index_report: state and quality of indexes.

create or replace function featurize._plain(expression text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select regexp_replace(expression, 'operator[(][^()]+[.]([^().]+)[)]', E'\\1', 'g');
$$;
comment on function featurize._plain(text) is
    'An expression with simple operators in place of schema-qualified ones.';

create or replace function featurize._lacks_builder(relation regclass) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(
               ' that is a member of role {owner}: grant {owner} to {workers}, or run: pgfeaturize index build',
               jsonb_build_object('owner', c.relowner::regrole, 'workers', string_agg(distinct w.role::text, ', ')))
      from pg_class c
     cross join featurize._live_worker w
     where c.oid = relation
     group by c.relowner
    having not bool_or(pg_has_role(w.role, c.relowner, 'usage'));
$$;
comment on function featurize._lacks_builder(regclass) is
    'Why no live worker can build an index on a table; null if one can, or if no worker is alive.';

create or replace function featurize._index_report() returns table (
    featurizer text,
    metric text,
    method text,
    reason text,
    dimensions integer,
    state text,
    progress float8,
    relation regclass,
    size bigint,
    build_time interval,
    expression text,
    recall float8,
    recall_k integer,
    recall_measured_at timestamptz
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._label(f), i.metric, i.method, i.reason, i.dimensions,
           case when p.index_relid is not null then format('building: %s', p.phase)
                when i.error is not null then format('failed: %s', i.error)
                when i.built_at is null and i.after_backfill and featurize._is_filling(i) then 'waits for the backfill'
                when i.built_at is null
                then concat('waits for a worker', featurize._lacks_builder(coalesce(f.embeddings, f.source)))
                when s.id is distinct from i.space_id then 'outdated: it is of an earlier feature space'
                when x.indexrelid is null then 'gone: it was dropped with DROP INDEX'
                when not x.indisvalid then 'invalid'
                else 'ready' end,
           case when p.tuples_total > 0 then p.tuples_done::float8 / p.tuples_total
                when p.blocks_total > 0 then p.blocks_done::float8 / p.blocks_total end,
           x.indexrelid::regclass, pg_relation_size(x.indexrelid), i.built_at - i.started_at,
           case when i.space_id is not null
                then format('where %s = %s order by %s', w.space, i.space_id,
                            featurize._plain(featurize._index_distance(i, f, w.embedding, '$1'))) end,
           i.recall, i.recall_k, i.recall_measured_at
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
     cross join lateral (
           select regexp_replace(e.space, '^[es][.]', ''), regexp_replace(e.embedding, '^[es][.]', '')
             from featurize._with_embedding(f) e) w (space, embedding)
      left join featurize.space s on s.model = f.model and s.retired_at is null
      left join pg_index x on x.indexrelid = featurize._index_relation(i, f)
      left join pg_stat_progress_create_index p
             on p.datname = current_database() and p.index_relid = x.indexrelid;
$$;
comment on function featurize._index_report() is 'Rows of the view featurize.index_report.';

create or replace view featurize.index_report as
select * from featurize._index_report();
comment on view featurize.index_report is
    'Indexes: the chosen method and the reason for it, their state and their quality.';
comment on column featurize.index_report.featurizer is 'Featurizer whose embeddings are indexed.';
comment on column featurize.index_report.metric is 'Metric that the index supports.';
comment on column featurize.index_report.method is 'hnsw, halfvec, bits or projection, see featurize.index.';
comment on column featurize.index_report.reason is 'Why this method was chosen.';
comment on column featurize.index_report.dimensions is 'Length of the indexed vectors.';
comment on column featurize.index_report.state is 'ready, or why the index cannot be used yet.';
comment on column featurize.index_report.progress is 'Fraction of the build that is done, from 0 to 1.';
comment on column featurize.index_report.relation is 'The index.';
comment on column featurize.index_report.size is 'Size of the index in bytes.';
comment on column featurize.index_report.build_time is 'Duration of the build.';
comment on column featurize.index_report.expression is
    'Clauses that a query of your own needs to use the index; $1 is the query vector.';
comment on column featurize.index_report.recall is
    'Fraction of the true nearest rows that a search finds, by the last measurement.';
comment on column featurize.index_report.recall_k is 'Number of nearest rows in that measurement.';
comment on column featurize.index_report.recall_measured_at is 'Time of that measurement.';
