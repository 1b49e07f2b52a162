-- declare_featurizer: Declare that a column is featurized.
select featurize.create_featurizer(cast($1 as text)::regclass, cast($2 as text), cast($3 as text), name => $4,
                                   image_kind => $5, destination => $6, storage => $7);

-- declare_index: Ask for an index.
select featurize.create_index($1, metric => $2);

-- forget_featurizer: Remove a featurizer with its embeddings, if it is there.
select featurize.drop_featurizer(f.name) from featurize.featurizer f where f.name = $1;

-- search_terms: What a query by distance has to know of a featurizer.
select * from featurize.search_terms($1);

-- embed_path: The vector of the picture at a path or URI, by a worker.
call featurize.embed(cast($1 as text), $2, null, make_interval(secs => $3));

-- embed_bytes: The vector of a picture, by a worker.
call featurize.embed(cast($1 as bytea), $2, null, make_interval(secs => $3));

-- declared: The featurizers of tables in some schemas.
select * from featurize.declared(cast($1 as text[]));

-- made_tables: Tables and views that functions of ours have made.
select * from featurize.made_tables();
