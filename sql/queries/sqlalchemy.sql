-- declare_featurizer: Declare a featurizer.
select featurize.create_featurizer(cast($1 as text)::regclass, cast($2 as text), cast($3 as text), name => $4,
                                   image_kind => $5, destination => $6, storage => $7, schema => cast($8 as text),
                                   on_replica => $9, notify => $10, on_truncated => $11, adopt => $12);

-- declare_index: Request an index.
select featurize.create_index(featurize.featurizer_name(cast($1 as text)::regclass, cast($2 as text)), metric => $3);

-- forget_featurizer: Drop a featurizer with its embeddings, if it exists.
select featurize.drop_featurizer(featurize.featurizer_name(f.source, f.name))
  from featurize.featurizer f
 where f.source = to_regclass(cast($1 as text)) and f.name = $2;

-- embed_path: Embed the image at a path or URI.
call featurize.embed(cast($1 as text), $2, null, make_interval(secs => $3));

-- embed_bytes: Embed an image.
call featurize.embed(cast($1 as bytea), $2, null, make_interval(secs => $3));

-- declared: Return the featurizers of the tables in these schemas.
select * from featurize.list_featurizers(cast($1 as text[]));

-- list_tables: Return the tables and views that pgfeaturize has created.
select * from featurize.list_tables();

-- list_columns: Return the columns that pgfeaturize has added to tables.
select * from featurize.list_columns();

-- list_indexes: Return the indexes on embeddings and their parameters.
select * from featurize.list_indexes();

-- list_training_views: Return the training views and their parameters.
select * from featurize.list_training_views();

-- declare_index_with: Request an index with parameters.
select featurize.create_index(
    featurize.featurizer_name(cast($1 as text)::regclass, $2),
    metric => $3, method => $4, dimensions => $5, m => $6, ef_construction => $7, ef_search => $8);

-- drop_index_of: Drop an index of a featurizer.
select featurize.drop_index(featurize.featurizer_name(cast($1 as text)::regclass, $2), $3);

-- drop_featurizer: Drop a featurizer, and its embeddings unless they are kept.
select featurize.drop_featurizer(
    featurize.featurizer_name(cast($1 as text)::regclass, $2), keep_embeddings => $3);

-- alter_featurizer: Change a featurizer and keep its embeddings.
select featurize.alter_featurizer(
    featurize.featurizer_name(cast($1 as text)::regclass, $2),
    image_column => cast($3 as text), rename_to => $4, image_kind => $5, schema => cast($6 as text),
    on_replica => $7, notify => $8, on_truncated => $9);

-- create_training_view: Create a training view.
select featurize.create_training_view(
    $1, featurize.featurizer_name(cast($2 as text)::regclass, $3), cast($4 as text),
    test_fraction => cast($5 as numeric), seed => $6, stratify => $7, group_column => cast($8 as text),
    split_column => cast($9 as text), require_complete => $10);

-- drop_training_view: Drop a training view.
select featurize.drop_training_view($1);
