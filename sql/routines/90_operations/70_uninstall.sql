-- Removing what pgfeaturize has created outside its own schema.

create or replace function featurize.uninstall(keep_embeddings boolean default false) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
    function regprocedure;
    dropped integer := 0;
begin
    perform featurize._check_administrator();
    for f in select * from featurize.featurizer x order by x.id loop
        perform featurize.drop_featurizer(featurize._label(f), keep_embeddings);
        dropped := dropped + 1;
    end loop;
    -- Functions of featurizers whose source was dropped together with its triggers, and of broken index builds.
    for function in
        select p.oid from pg_proc p where p.pronamespace = 'featurize_generated'::regnamespace
    loop
        execute format('drop function %s cascade', function);
    end loop;
    return dropped;
end
$$;
comment on function featurize.uninstall(boolean) is
    'Drop all featurizers, with their triggers, policies, indexes, training views and embeddings; with
keep_embeddings, the embeddings remain. Afterward drop the extension, or the schemas featurize and
featurize_generated. Call it as the owner of pgfeaturize who is a member of all owners of featurized tables, or as a
superuser. Returns the number of featurizers.';
