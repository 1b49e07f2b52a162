-- declare_featurizer: Declare that a column is featurized.
select featurize.create_featurizer(cast($1 as text)::regclass, cast($2 as text), cast($3 as text), name => $4,
                                   image_kind => $5, destination => $6, storage => $7);

-- declare_index: Ask for an index.
select featurize.create_index($1, metric => $2);

-- forget_featurizer: Remove a featurizer with its embeddings, if it is there.
select featurize.drop_featurizer(f.name) from featurize.featurizer f where f.name = $1;

-- search_terms: What a query by distance has to know of a featurizer.
select * from featurize.search_terms($1);

-- embed_path: The vector of the image at a path or URI, by a worker.
call featurize.embed(cast($1 as text), $2, null, make_interval(secs => $3));

-- embed_bytes: The vector of an image, by a worker.
call featurize.embed(cast($1 as bytea), $2, null, make_interval(secs => $3));

-- declared: The featurizers of tables in some schemas.
select * from featurize.list_featurizers(cast($1 as text[]));

-- list_tables: Tables and views that functions of ours have made.
select * from featurize.list_tables();

-- list_columns: Columns that functions of ours have made, of tables of applications.
select * from featurize.list_columns();

-- list_indexes: Indexes over embeddings, and how they are asked for.
select * from featurize.list_indexes();

-- list_training_views: Training views, and how they are made.
select * from featurize.list_training_views();

-- declare_index_with: Ask for an index of a certain kind.
select featurize.create_index($1, metric => $2, method => $3, dimensions => $4, m => $5, ef_construction => $6,
    ef_search => $7);

-- drop_featurizer: Remove a featurizer, and its embeddings unless they are kept.
select featurize.drop_featurizer($1, keep_embeddings => $2);

-- create_training_view: Make a view of labeled rows with their features.
select featurize.create_training_view($1, $2, cast($3 as text), test_fraction => cast($4 as numeric), seed => $5,
                                      stratify => $6, group_column => cast($7 as text), require_complete => $8);

-- drop_training_view: Remove a training view.
select featurize.drop_training_view($1);
