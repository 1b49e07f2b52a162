-- doctor: What is wrong with the database, and what to do about it.
select * from featurize.doctor($1::interval);

-- queue_depth: What is queued for each featurizer.
select * from featurize.queue_depth();
