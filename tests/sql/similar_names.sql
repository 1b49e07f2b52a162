-- Hints for names that do not exist: at most five names, the most similar ones.
create table photos (id bigint primary key, path text);
select featurize.create_featurizer('photos', 'path', 'tiny', name) from unnest(array['b', 'a']) name;
select pg_temp.throws($$ select featurize.why('c', 1) $$, 'FZ001', 'there is no featurizer "c"', 'Existing featurizers: a, b. %');
select featurize.create_featurizer('photos', 'path', 'tiny', name)
  from unnest(array['photos_resnet50', 'photos_resnet18', 'photos_alexnet', 'People faces', 'zebra']) name;
select pg_temp.throws($$ select featurize.why('photo_resnet', 1) $$, 'FZ001', 'there is no featurizer "photo_resnet"',
                      'The most similar of 7 existing featurizers: photos_resnet18, photos_resnet50, photos_alexnet, %, %. Use featurize.create_featurizer() to declare one.');
select pg_temp.throws($$ select featurize.why('people_faces', 1) $$, 'FZ001', '%', 'The most similar of 7 existing featurizers: People faces, %');
select pg_temp.throws($$ select featurize.why('qqq', 1) $$, 'FZ001', '%', 'Some of 7 existing featurizers: %, %, %, %, %. Use%');

-- A hint about models has five names, not all.
select pg_temp.throws(format('select featurize.create_featurizer(''photos'', ''path'', %L)', asked), 'FZ005', 'there is no model %',
                      format('The most similar of %s existing models: %s%%', (select count(*) from featurize.model), told))
  from (values ('resnet5', 'resnet50, '), ('ResNet_50', 'resnet50, '), ('efficentnet_b0', 'efficientnet_b0, '), ('vit', 'vit_'), ('lenet', 'lenet_digits, ')) t (asked, told);
create function pg_temp.hint(statement text) returns text language plpgsql as $$
declare
    hint text;
begin
    execute statement;
exception when others then
    get stacked diagnostics hint = pg_exception_hint;
    return hint;
end $$;
select pg_temp.is(array_length(string_to_array(pg_temp.hint(format('select featurize.retire_space(%L)', name)), ', '), 1), 5, pg_temp.hint(format('select featurize.retire_space(%L)', name)))
  from unnest(array['resnet5', 'vgg', '', 'x', repeat('resnet', 100), E'\\ % { ''']) name;
select pg_temp.is(pg_temp.hint('select featurize.retire_space(null)') like 'Some of % existing models: %', true, 'null');
