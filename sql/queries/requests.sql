-- listen_requests: Listen for requests.
listen pgfeaturize_requests;

-- take_request: Take the next request to embed an image.
select * from featurize.take_request($1::integer);

-- answer_request: Answer a request with a vector or a reason.
select featurize.answer_request($1::bigint, $2, $3::text, $4::text);

-- refuse_request: Pass a request on to other workers.
select featurize.refuse_request($1::bigint, $2::integer, $3::text);
