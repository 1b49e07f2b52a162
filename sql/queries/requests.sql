-- listen_requests: Be notified of requests.
listen pgfeaturize_requests;

-- take_request: Take the next image that a caller waits for, with its model.
select t.request, t.image, t.bytes, t.model, t.backbone, t.node, t.pooling, t.dim, t.weights, t.preprocessing::text,
    t.space_id
  from featurize.take_request($1::integer) t;

-- answer_request: Answer a request with a vector or a reason.
select featurize.answer_request($1::bigint, $2, $3::text, $4::text);

-- refuse_request: Pass a request on to other workers.
select featurize.refuse_request($1::bigint, $2::integer, $3::text);
