-- nearest_rows: Return the rows nearest to a vector.
select item, image, bytes as data, distance
  from featurize._nearest_rows($1::text, $2, $3::integer, $4::text, $5::text, $6::boolean,
       columns => $7::text[], label => $8::text);

-- exact_rows: Return the rows nearest to a vector by scanning all vectors.
select item, image, bytes as data, distance
  from featurize._nearest_rows($1::text, $2, $3::integer, $4::text, $5::text, $6::boolean, exact => true,
       columns => $7::text[], label => $8::text);

-- duplicate_rows: Return the closest pairs of rows.
select item, image, bytes as data, other, other_image, other_bytes as other_data, distance, pairs
  from featurize._duplicate_rows($1::text, $2::float8, $3::text, $4::text, $5::integer, $6::boolean,
       $7::text[], $8::text);

-- current_space: Return the fingerprint of the current feature space of a model.
select fingerprint from featurize.space where model = $1 and retired_at is null;
