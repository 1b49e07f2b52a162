create schema featurize;
comment on schema featurize is
    'pgfeaturize: image columns featurized by pre-trained networks. Names that start with _ are private.';

-- Triggers and indexes have functions of their own. Whoever declares featurizers may create some, and
-- nobody calls them by name but pgfeaturize: in schema featurize they could stand before its own.
create schema featurize_generated;
comment on schema featurize_generated is
    'Functions that pgfeaturize writes for the triggers, indexes and policies of featurizers.';
