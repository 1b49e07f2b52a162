-- create_database: A database like another one.
create database {database} template {template};

-- create_narrow: The table that a trigger weighs on most.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null
);

-- create_usual: A table as applications have them.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null,
    label text,
    created_at timestamptz not null default now()
);

-- create_usual_index: The index that such a table has.
create index on {table} (created_at);

-- insert_paths: Many rows in one statement.
insert into {table} (path) select path from unnest($1::text[]) with ordinality p (path, position) order by position;

-- insert_path: One row.
insert into {table} (path) values ($1::text) returning id;

-- empty_table: Start again.
truncate {table};

-- pause: Hand out no more jobs.
select featurize.pause($1::text);

-- settle_times: When each batch was stored, in order.
select extract(epoch from embedded_at)::float8 as at, count(*) as rows from {table} group by 1 order by 1;

-- count_rows: How many there are.
select count(*) from {table};

-- create_announcement: What tells that a vector has become visible.
create function {function}() returns trigger language plpgsql
    as $$ begin perform pg_notify('visible', new.id::text); return null; end $$;

-- announce: Tell it for a table.
create trigger announce after insert on {table} for each row execute function {function}();

-- listen_visible: Be told.
listen visible;

-- create_vectors: Where vectors go, as in an embedding table.
create table {table} (id bigint primary key, embedding vector not null);

-- create_staged: Where COPY puts them first.
create temp table staged (id bigint, embedding vector) on commit delete rows;

-- insert_vector: One vector, as a first program would.
insert into {table} (id, embedding) values ($1::bigint, $2);

-- insert_vectors: A batch as one parameter.
insert into {table} (id, embedding) select v.id, v.embedding from unnest($1::bigint[], $2) as v (id, embedding);

-- copy_staged: A batch by COPY.
copy {staged} (id, embedding) from stdin (format binary);

-- insert_staged: From there to where it belongs.
insert into {table} (id, embedding) select id, embedding from {staged};

-- drop_table: Remove it.
drop table if exists {table};

-- set_shared_buffers: Room for tables and their indexes, from the next start on.
alter system set shared_buffers = '4GB';

-- create_unfilled: A featurizer that no worker is to fill.
select featurize.create_featurizer($1::regclass, 'path', $2::text, backfill => false);

-- copy_embeddings: Vectors as a worker would have stored them.
copy {table} (id, embedding, space_id) from stdin (format binary);

-- analyze: As autovacuum would do by itself.
analyze {table};

-- plan_index: Have an index of some method built.
select featurize.create_index($1::text, method => $2::text);

-- forget_index: Remove it.
select featurize.drop_index($1::text);

-- oversampling: How many candidates it looks at for each row that is wanted.
select i.oversampling from featurize.index i join featurize.featurizer f on f.id = i.featurizer_id
    where f.name = $1::text;

-- search: The rows nearest to a vector.
select (n.item).id, n.distance from featurize.nearest(null::{table}, $1::text, $2, $3::integer) n;

-- scan_query: The query that looks at all rows.
select featurize._scan(f, 'cosine', 'true') as query from featurize.featurizer f where f.name = $1::text;

-- signs_index: CREATE INDEX over bits as one would take them first, without a mean taken away.
select format('create index %I on %s using hnsw ((binary_quantize(embedding)::bit(%s)) bit_hamming_ops)',
              $1::text, $2::regclass, $3::integer);

-- set_building_memory: Room for a graph while it is built, which else would take much longer.
select set_config('maintenance_work_mem', '1GB', false);

-- relation_size: Bytes of an index.
select pg_relation_size($1::regclass);

-- set_search: What featurize.nearest() sets for itself.
select set_config('hnsw.ef_search', $1::integer::text, false) as candidates,
       set_config('hnsw.iterative_scan', 'relaxed_order', false) as scan, set_config('enable_sort', 'off', false)
           as sort;

-- signs_search: Query by that index, compared once more by the whole vectors.
select format($query$
    with near as materialized (
        select e.id, e.embedding <=> $1 as distance
          from %1$s e
         order by binary_quantize(e.embedding)::bit(%2$s) <~> binary_quantize($1)::bit(%2$s)
         limit $2::integer * $3::integer
    )
    select id, distance from near order by distance limit $2
    $query$, $1::regclass, $2::integer);

-- call_embed: The vector of an image, by a worker.
call featurize.embed($1::text, $2::text, null, interval '2 minutes');

-- create_lessons: A table of labeled features, as a frozen training view.
create table {table} as select 0::bigint as id, ''::text as label, 'train'::text as split, null::vector
    as features limit 0;

-- copy_lessons: Rows of it.
copy {table} (id, label, split, features) from stdin (format binary);

-- register_lessons: Make it known.
insert into featurize.training_view (relation, label_column, test_fraction, seed, stratify, require_complete, space_id)
select $1::text::regclass, 'label', 0, 0, true, false, featurize.register_space($2::text, 'made up') returning id;

-- train: Have a classifier trained.
select featurize.train_classifier($1::text, $2::text, $1::text);

-- wait_classifier: Until it is there.
select featurize.wait_classifier($1::text);

-- trained: What is said of it.
select state, (metrics ->> 'peak_bytes')::float8 as peak_bytes, (metrics ->> 'seconds')::float8 as seconds,
       (metrics ->> 'converged')::boolean as converged
  from featurize.classifier where name = $1::text;

-- refresh_and_wait: Featurize all rows again.
select featurize.refresh($1::text);

-- wait_settled: Until that is done.
select featurize.wait($1::text);

-- insert_embeddings: Vectors of a space, as one parameter.
insert into {table} (id, embedding, space_id) select v.id, v.embedding, $3::integer from unnest($1::bigint[], $2)
    as v (id, embedding);

-- label_rows: Ten classes.
update {table} set label = id % 10;

-- create_reading_view: Rows to learn from.
select featurize.create_training_view($1::text, $2::text, 'label');

-- features_as_text: How to read them without any preparation.
select label, split, features::text as features from {view} order by id;

-- insert_numbered: Many rows, as fast as can be.
insert into {table} (path) select '/' || n from generate_series(1, $1::integer) n;

-- backfill_locks: How the featurized table is locked by this session.
select coalesce(string_agg(distinct l.mode, ', '), 'none') as modes
  from pg_locks l where l.pid = pg_backend_pid() and l.relation = $1::regclass;

-- queue_size: Jobs that wait.
select count(*) from featurize.job;

-- unsettled: Rows that are not embedded yet.
select rows - embedded as rows, rows = embedded + stale + pending + leased + failed + empty as adds_up
  from featurize.progress where featurizer = $1::text;

-- hold_snapshot: Keep the oldest row versions alive.
select txid_current();

-- dead_jobs: What vacuum may not take away yet.
select n_dead_tup from pg_stat_user_tables where relid = 'featurize.job'::regclass;
