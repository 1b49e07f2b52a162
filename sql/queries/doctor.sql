-- doctor: Check the database and suggest fixes.
select * from featurize.doctor($1::interval);
