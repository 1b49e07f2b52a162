-- Errors of class FZ, each with a message that names the object and a hint with the remedy:
-- FZ001 no such featurizer          FZ005 no such model
-- FZ002 name is taken or invalid    FZ006 invalid argument
-- FZ003 source cannot be featurized FZ007 query does not match the featurizer
-- FZ004 unsuitable image column     FZ008 another feature space
-- FZ009 model is unresolved         FZ010 no worker answers
-- FZ011 image cannot be embedded    FZ012 not allowed in a transaction block
-- FZ013 no extension dblink         FZ014 no such training view
-- FZ015 training view is incomplete FZ016 no such classifier
-- FZ017 classifier cannot be trained

create or replace function featurize._featurizer(name text) returns featurize.featurizer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    found_one featurize.featurizer;
begin
    select * into found_one from featurize.featurizer f where f.name = _featurizer.name;
    if found_one.id is null then
        raise exception using errcode = 'FZ001',
            message = format('there is no featurizer "%s"', name),
            hint = format('Existing featurizers: %s. Use featurize.create_featurizer() to declare one.', coalesce(
                (select string_agg(f.name, ', ' order by f.name) from featurize.featurizer f), 'none'));
    end if;
    return found_one;
end
$$;
comment on function featurize._featurizer(text) is
    'The featurizer of that name. Raise FZ001 if there is none.';
