-- nearest_rows: Rows nearest to a vector.
select item, image, bytes as data, distance
  from featurize._nearest_rows($1::text, $2, $3::integer, $4::text, $5::text, $6::boolean);

-- exact_rows: The same by looking at all rows, to compare with.
select item, image, bytes as data, distance
  from featurize._nearest_rows($1::text, $2, $3::integer, $4::text, $5::text, $6::boolean, exact => true);

-- duplicate_rows: The closest pairs of rows.
select item, image, bytes as data, other, other_image, other_bytes as other_data, distance, pairs
  from featurize._duplicate_rows($1::text, $2::float8, $3::text, $4::text, $5::integer, $6::boolean);

-- current_space: What the network must be whose vectors are to be compared with those of a model.
select fingerprint from featurize.space where model = $1 and retired_at is null;

-- create_index: Ask for an index.
select featurize.create_index($1::text, metric => $2::text, method => $3::text, dimensions => $4::integer,
    m => $5::integer,
                              ef_construction => $6::integer, ef_search => $7::integer, after_backfill => $8::boolean);

-- drop_index: Remove an index.
select featurize.drop_index($1::text, $2::text);

-- query_vectors: Embeddings to search with, spread over the table.
select v::float4[] as vector
  from featurize.index i
  join featurize.featurizer f on f.id = i.featurizer_id
 cross join lateral featurize.sample_vectors(i.id, $3::integer) v
 where f.name = $1 and i.metric = $2;
