-- waiting_classifiers: Return whether there is a classifier to train.
select featurize.is_classifier_waiting();

-- take_classifier: Take the next classifier to train.
select * from featurize.take_classifier($1::integer);

-- release_classifier: Give a classifier back.
select featurize.release_classifier($1::integer, $2::integer);

-- check_training: Check that a training view is complete if it has to be.
select featurize.check_training($1::text);

-- training_space: Return the feature space of a training view.
select featurize.training_space($1::text);

-- store_classifier: Store a trained classifier.
select featurize.store_classifier(
    $1::integer, $2::integer, $3::integer, $4::text, $5::text[],
    $6::integer[], $7, $8::float8[], $9::jsonb, $10::jsonb);

-- reject_classifier: Record why a classifier cannot be trained.
select featurize.reject_classifier($1::integer, $2::integer, $3::text);
