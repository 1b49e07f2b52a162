-- Errors of class FZ, each with a message that names the object and a hint with the remedy:
-- FZ001 no such featurizer          FZ005 no such model
-- FZ002 name is taken or unfit      FZ006 bad argument
-- FZ003 source cannot be featurized FZ007 query and featurizer do not match
-- FZ004 image column is unfit       FZ008 another feature space
-- FZ009 model is unresolved              FZ010 no worker answers
-- FZ011 image cannot be embedded    FZ012 not in a transaction block
-- FZ013 extension dblink is missing    FZ014 no such training view
-- FZ015 rows are missing               FZ016 no such classifier
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
            hint = format('There are: %s. featurize.create_featurizer() declares one.', coalesce(
                (select string_agg(f.name, ', ' order by f.name) from featurize.featurizer f), 'none'));
    end if;
    return found_one;
end
$$;
comment on function featurize._featurizer(text) is 'The featurizer of that name, or FZ001.';
