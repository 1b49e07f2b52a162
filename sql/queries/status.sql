-- progress: Return the progress of one featurizer or of all.
select *
  from featurize.progress
 where $1::text is null or featurizer = featurize.featurizer_name($1)
 order by featurizer;

-- failures: Return the latest failures of one featurizer or of all.
select featurizer, key, image, reason, detail, attempts, failed_at
  from featurize.failure
 where $1::text is null or featurizer = featurize.featurizer_name($1)
 order by failed_at desc
 limit $2::integer;

-- retry: Queue failed rows again.
select featurize.retry($1::text);

-- workers: Return the live workers.
select id, host, pid, device, serves, started_at, last_heartbeat, stuck
  from featurize._live_worker
 order by id;

-- featurizers: Return all featurizers and their models.
select featurize._label(f) as name, f.source::text, f.image_column::text,
       m.name as model, m.backbone, m.node, m.pooling, m.dim, m.weights, m.preprocessing
  from featurize.featurizer f
  join featurize.model m on m.name = f.model
 order by f.name;

-- featurizer_name: Return the name of a featurizer; an error if there is none.
select featurize.featurizer_name($1::text);

-- models: Return all models.
select name, backbone, node, pooling, dim, weights, preprocessing from featurize.model order by name;

-- wait: Wait until all rows are embedded, failed or empty, or one row is.
select featurize.wait($1::text, $2::interval, $3::jsonb);
