-- A model with missing parameters is unresolved until a worker has loaded its network.
create table photos (id bigint primary key, path text);
select featurize.register_model('Middle', 'ResNet18', 'layer3');
select featurize.register_model('cut', 'resnet18', cut => 3);
select featurize.register_model('large', 'resnet18', preprocessing => '{"size": [320, 320]}');
select featurize.register_model('mine', 'my_package.Module:Make', weights => 'random',
    preprocessing => '{"resize": "aniso", "size": [32, 32], "mean": [0, 0, 0], "std": [1, 1, 1]}');
select pg_temp.is((select string_agg(format('%s %s %s %s %s %s %s', m.name, m.backbone, m.node, m.cut, m.pooling, m.dim, m.weights), ', ' order by m.name)
                     from featurize.model m where m.dim is null),
                  'cut resnet18  3   IMAGENET1K_V1, large resnet18 flatten  none  IMAGENET1K_V1, '
                  'middle resnet18 layer3    IMAGENET1K_V1, mine my_package.Module:Make     random', 'what is open');
select pg_temp.is((select string_agg(name, ' ' order by name) from featurize.unresolved_models()), 'cut large middle mine', 'workers are told');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'Cut') $$, 'FZ009', 'model "cut" is unresolved: no worker has tried it yet', '%worker%');

-- A worker records an error, and later resolves the model.
select featurize.reject_model('cut', 'no such weights');
select pg_temp.throws($$ select featurize.create_featurizer('photos', 'path', 'cut') $$, 'FZ009', 'model "cut" is unresolved: no such weights', '%error%');
select pg_temp.is((select error from featurize.unresolved_models() where name = 'cut'), 'no such weights', 'it is to be tried again');
select featurize.resolve_model('cut', 'layer4', 'avg', 512, m.weights, m.preprocessing) from featurize.model m where m.name = 'cut';
select pg_temp.is((select format('%s %s %s %s', m.node, m.pooling, m.dim, m.error) from featurize.model m where m.name = 'cut'), 'layer4 avg 512 ', 'completed');
select pg_temp.is(featurize.create_featurizer('photos', 'path', 'cut'), 'photos_cut', 'and used');

-- Later results of another worker change nothing.
select featurize.resolve_model('cut', 'layer3', 'avg', 256, m.weights, m.preprocessing) from featurize.model m where m.name = 'cut';
select featurize.reject_model('cut', 'too late');
select pg_temp.is((select format('%s %s', m.dim, m.error) from featurize.model m where m.name = 'cut'), '512 ', 'complete already');

-- A model with all parameters is complete at once.
select featurize.register_model('middle', 'resnet18', 'layer3', 'avg', 256);
select featurize.register_model('other_weights', 'resnet18', weights => 'random');
select featurize.register_model('other_mean', 'resnet18', preprocessing => '{"mean": [0, 0, 0]}');
select pg_temp.is((select string_agg(format('%s %s', m.name, m.dim), ', ' order by m.name) from featurize.model m where not m.builtin and m.dim is not null),
                  'cut 512, middle 256, other_mean 512, other_weights 512, tiny 4', 'complete');
select pg_temp.is((select preprocessing from featurize.model where name = 'other_mean'),
                  (select preprocessing || '{"mean": [0, 0, 0]}' from featurize.model where name = 'resnet18'), 'the rest is as shipped');
