-- create_database: Create a database from a template.
create database {database} template {template};

-- create_narrow: Create the narrowest featurizable table, on which a trigger costs most.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null
);

-- create_usual: Create a table as applications have them.
create table {table} (
    id bigint generated always as identity primary key,
    path text not null,
    label text,
    created_at timestamptz not null default now()
);

-- create_usual_index: Create an index as such tables have.
create index on {table} (created_at);

-- insert_paths: Insert many rows in one statement.
insert into {table} (path) select path from unnest($1::text[]) with ordinality p (path, position) order by position;

-- insert_path: Insert one row.
insert into {table} (path) values ($1::text) returning id;

-- empty_table: Truncate a table.
truncate {table};

-- pause: Pause a featurizer.
select featurize.pause($1::text);

-- settle_times: Return when each batch was stored, in order.
select extract(epoch from embedded_at)::float8 as at, count(*) as rows from {table} group by 1 order by 1;

-- count_rows: Return the number of rows of a table.
select count(*) from {table};

-- create_announcement: Create a trigger function that notifies of visible vectors.
create function {function}() returns trigger
    language plpgsql
as $$ begin perform pg_notify('visible', new.id::text); return null; end $$;

-- announce: Create that trigger on a table.
create trigger announce after insert on {table} for each row execute function {function}();

-- listen_visible: Listen for visible vectors.
listen visible;

-- create_vectors: Create a table like an embedding table.
create table {table} (id bigint primary key, embedding vector not null);

-- create_staged: Create a temporary table for COPY.
create temp table staged (id bigint, embedding vector) on commit delete rows;

-- insert_vector: Insert one vector.
insert into {table} (id, embedding) values ($1::bigint, $2);

-- insert_vectors: Insert a batch of vectors as one parameter.
insert into {table} (id, embedding) select v.id, v.embedding from unnest($1::bigint[], $2) as v (id, embedding);

-- copy_staged: Copy a batch of vectors into the temporary table.
copy {staged} (id, embedding) from stdin (format binary);

-- insert_staged: Insert the copied vectors.
insert into {table} (id, embedding) select id, embedding from {staged};

-- drop_table: Drop a table.
drop table if exists {table};

-- set_shared_buffers: Set shared_buffers for tables and their indexes, from the next start on.
alter system set shared_buffers = '4GB';

-- create_unfilled: Declare a featurizer without a backfill.
select featurize.create_featurizer($1::regclass, 'path', $2::text, backfill => false);

-- copy_embeddings: Copy vectors into an embedding table.
copy {table} (id, embedding, space_id) from stdin (format binary);

-- analyze: Analyze a table.
analyze {table};

-- plan_index: Request an index with a method.
select featurize.create_index($1::text, method => $2::text);

-- forget_index: Drop an index.
select featurize.drop_index($1::text);

-- oversampling: Return how many candidates an index compares per requested row.
select i.oversampling
  from featurize.index i
  join featurize.featurizer f on f.id = i.featurizer_id
 where f.name = $1::text;

-- search: Return the rows nearest to a vector.
select (n.item).id, n.distance from featurize.nearest(null::{table}, $1::text, $2, $3::integer) n;

-- scan_query: Return the query that scans all vectors.
select featurize._scan(f, 'cosine', 'true') as query from featurize.featurizer f where f.name = $1::text;

-- signs_index: Return a CREATE INDEX statement on bits without subtracting the mean.
select format('create index %I on %s using hnsw ((binary_quantize(embedding)::bit(%s)) bit_hamming_ops)',
              $1::text, $2::regclass, $3::integer);

-- set_building_memory: Set the memory for building an index.
select set_config('maintenance_work_mem', '1GB', false);

-- relation_size: Return the size of a relation in bytes.
select pg_relation_size($1::regclass);

-- set_search: Set the parameters that featurize.nearest() sets.
select set_config('hnsw.ef_search', $1::integer::text, false) as candidates,
       set_config('hnsw.iterative_scan', 'relaxed_order', false) as scan,
       set_config('enable_sort', 'off', false) as sort;

-- signs_search: Return a query by the index on bits that compares candidates by their full vectors.
select format($query$
    with near as materialized (
        select e.id, e.embedding <=> $1 as distance
          from %1$s e
         order by binary_quantize(e.embedding)::bit(%2$s) <~> binary_quantize($1)::bit(%2$s)
         limit $2::integer * $3::integer
    )
    select id, distance from near order by distance limit $2
    $query$, $1::regclass, $2::integer);

-- call_embed: Embed an image.
call featurize.embed($1::text, $2::text, null, interval '2 minutes');

-- create_lessons: Create a table like a frozen training view.
create table {table} as
select 0::bigint as id, ''::text as label, 'train'::text as split, null::vector as features limit 0;

-- copy_lessons: Copy rows into that table.
copy {table} (id, label, split, features) from stdin (format binary);

-- register_lessons: Register that table as a frozen training view.
insert into featurize.training_view (relation, label_column, test_fraction, seed, stratify, require_complete, space_id)
select $1::text::regclass, 'label', 0, 0, true, false, featurize.register_space($2::text, 'made up') returning id;

-- train: Request a classifier.
select featurize.train_classifier($1::text, $2::text, $1::text);

-- wait_classifier: Wait until a classifier is trained.
select featurize.wait_classifier($1::text);

-- trained: Return state and metrics of a classifier.
select state, (metrics ->> 'peak_bytes')::float8 as peak_bytes, (metrics ->> 'seconds')::float8 as seconds,
       (metrics ->> 'converged')::boolean as converged
  from featurize.classifier where name = $1::text;

-- refresh_and_wait: Embed all rows again.
select featurize.refresh($1::text);

-- wait_settled: Wait until no row is queued.
select featurize.wait($1::text);

-- insert_embeddings: Insert vectors of a feature space as one parameter.
insert into {table} (id, embedding, space_id)
select v.id, v.embedding, $3::integer from unnest($1::bigint[], $2) as v (id, embedding);

-- label_rows: Label rows with ten classes.
update {table} set label = id % 10;

-- create_reading_view: Create a training view.
select featurize.create_training_view($1::text, $2::text, 'label');

-- features_as_text: Return the rows of a training view with features as text.
select label, split, features::text as features from {view} order by id;

-- insert_numbered: Insert many rows as fast as possible.
insert into {table} (path) select '/' || n from generate_series(1, $1::integer) n;

-- backfill_locks: Return the locks of this session on a table.
select coalesce(string_agg(distinct l.mode, ', '), 'none') as modes
  from pg_locks l where l.pid = pg_backend_pid() and l.relation = $1::regclass;

-- queue_size: Return the number of jobs.
select count(*) from featurize.job;

-- unsettled: Return the number of rows that are not embedded, and whether the states add up.
select rows - embedded as rows, rows = embedded + stale + pending + leased + failed + empty as adds_up
  from featurize.progress where featurizer = $1::text;

-- hold_snapshot: Keep old row versions from being vacuumed.
select txid_current();

-- dead_jobs: Return the number of dead rows of the job table.
select n_dead_tup from pg_stat_user_tables where relid = 'featurize.job'::regclass;

-- create_mixed_table: Create a table that holds paths or images.
create table {table} (
    id bigint generated always as identity primary key,
    path text,
    image bytea
);

-- featurize_mixed_table: Declare a featurizer with the shipped LeNet.
select featurize.create_featurizer($1::regclass, $2::name, 'lenet_digits', image_kind => $3::text);

-- insert_images: Insert many images in one statement.
insert into {table} (image) select unnest($1::bytea[]);

-- count_failures: Return the number of rows that failed.
select count(*) from featurize.failure;

-- worker_process: Return the process id of the worker.
select w.pid from featurize.worker w;
