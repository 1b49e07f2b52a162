create schema featurize;
comment on schema featurize is
    'pgfeaturize: image columns featurized by pre-trained networks. Names that start with _ are private.';

-- A separate schema, because roles that declare featurizers may create functions in it. In schema featurize such
-- functions could replace those of pgfeaturize.
create schema featurize_generated;
comment on schema featurize_generated is
    'Functions that pgfeaturize writes for the triggers, indexes and policies of featurizers.';
