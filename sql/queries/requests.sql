-- listen_requests: Be notified of requests.
listen pgfeaturize_requests;

-- take_request: Take the next image that a caller waits for, with its model.
select t.request, t.image, t.bytes, t.model, t.backbone, t.node, t.pooling, t.dim, t.weights, t.preprocessing::text,
    t.space_id
  from featurize.take_request($1::integer) t;

-- answer_request: The vector of an image, or why there is none.
select featurize.answer_request($1::bigint, $2, $3::text, $4::text);

-- refuse_request: This worker cannot serve the model.
select featurize.refuse_request($1::bigint, $2::integer, $3::text);

-- start_building: Whether this session may build indexes.
select featurize.start_building();

-- index_work: Indexes to be built, of one featurizer or of all.
select * from featurize.index_work($1::text);

-- sample_vectors: Embeddings to fit a projection to, in the binary form of an array.
select array_send(v::float4[]) as vector from featurize.sample_vectors($1::integer, $2::integer) v;

-- set_projection: What was fitted.
select featurize.set_projection($1::integer, $2, $3::float8[]);

-- begin_index: Prepare an index; gives the statements that build it.
select featurize.begin_index($1::integer) as statement;

-- end_index: It is built, or why not; gives the statements that clear away what is left.
select featurize.end_index($1::integer, $2::text) as statement;

-- index_report: Indexes, how far and how good they are.
select * from featurize.index_report where $1::text is null or featurizer = $1 order by featurizer, metric;

-- measure_recall: Compare an index with looking at all rows.
select featurize.measure_recall($1::text, $2::integer, $3::integer, $4::text);
