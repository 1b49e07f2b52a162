-- create_index: Request an index.
select featurize.create_index(
    $1::text,
    metric => $2::text,
    method => $3::text,
    dimensions => $4::integer,
    m => $5::integer,
    ef_construction => $6::integer,
    ef_search => $7::integer,
    after_backfill => $8::boolean);

-- drop_index: Drop an index.
select featurize.drop_index($1::text, $2::text);

-- start_building: Lock the building of indexes for this session.
select featurize.start_building();

-- index_work: Return the indexes to build, of one featurizer or of all.
select * from featurize.index_work($1::text);

-- sample_vectors: Return a sample of embeddings in the binary form of an array.
select array_send(v::float4[]) as vector from featurize.sample_vectors($1::integer, $2::integer) v;

-- set_projection: Store the principal components for an index.
select featurize.set_projection($1::integer, $2, $3::float8[]);

-- begin_index: Begin an index and return the statements that build it in an attempt of the kind 1, 2 or 3.
select featurize.begin_index($1::integer, $2::integer) as statement;

-- end_index: Record the result of a build and return the statements that clean up.
select featurize.end_index($1::integer, $2::text) as statement;

-- index_report: Return state and quality of the indexes of one featurizer or of all.
select *
  from featurize.index_report
 where $1::text is null or featurizer = featurize.featurizer_name($1)
 order by featurizer, metric;

-- measure_recall: Measure the recall of an index.
select featurize.measure_recall($1::text, $2::integer, $3::integer, $4::text);

-- query_vectors: Return a sample of embeddings to search with.
select v::float4[] as vector
  from featurize.index i
  join featurize.featurizer f on f.id = i.featurizer_id
 cross join lateral featurize.sample_vectors(i.id, $3::integer) v
 where f.id = (featurize._featurizer($1::text)).id and i.metric = $2;
