create schema featurize;
comment on schema featurize is
    'pgfeaturize: image columns featurized by pre-trained networks. Names that start with _ are private.';
