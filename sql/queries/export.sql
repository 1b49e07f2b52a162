-- take_snapshot: Make all statements of the transaction read the same snapshot.
set transaction isolation level repeatable read, read only;

-- read_training_view: Return how to read a training view.
select rows, dim, statement from featurize.training_copy($1::text, $2::text);

-- sample_training_view: Return how to read a sample of each class of a training view.
select rows, dim, statement from featurize._training_sample($1::text, $2::integer);

-- training_classes: Return the classes of a training view and the number of their rows.
select label, train, test
  from featurize.training_report($1::text)
 where label is not null and train + test > 0
 order by label collate "C";

-- training_images: Return the images of rows of a training view.
select number, image, bytes as data from featurize._training_images($1::text, $2::text[]::jsonb[]);

-- set_plain: Pin the settings that the text form of values depends on.
select set_config(s.name, s.value, true)
  from (values ('timezone', 'UTC'), ('datestyle', 'ISO, YMD'), ('intervalstyle', 'iso_8601'), ('bytea_output', 'hex'),
               ('extra_float_digits', '1'), ('client_encoding', 'UTF8')) s (name, value);

-- export: Return how to read a featurizer or a relation.
select rows, names, kinds, dims, statement from featurize._export($1::text, current_schemas(true), $2::text);

-- confusion_cells: Return the confusion matrix of a classifier.
select label, predicted, rows from featurize.confusion($1::text, $2::text);

-- roc_points: Return the ROC curve of a class.
select threshold, false_positive_rate, true_positive_rate from featurize.roc($1::text, $2::text, $3::text);

-- classes_of: Return the classes of a classifier, in its order.
select k.label
  from featurize.classifier_class k
  join featurize.classifier c on c.id = k.classifier_id
 where c.name = $1 and c.trained_at is not null
 order by k.position;
