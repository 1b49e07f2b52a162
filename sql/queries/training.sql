-- waiting_classifiers: Whether there is any that a worker could train.
select featurize.is_classifier_waiting();

-- take_classifier: The next one that is to be trained.
select * from featurize.take_classifier($1::integer);

-- release_classifier: Leave it to others.
select featurize.release_classifier($1::integer, $2::integer);

-- training_space: Feature space of what a training view shows now.
select featurize.training_space($1::text);

-- store_classifier: What was learned.
select featurize.store_classifier($1::integer, $2::integer, $3::integer, $4::text, $5::text[], $6::integer[], $7,
    $8::float8[],
                                  $9::jsonb, $10::jsonb);

-- reject_classifier: Why it cannot be trained.
select featurize.reject_classifier($1::integer, $2::integer, $3::text);
