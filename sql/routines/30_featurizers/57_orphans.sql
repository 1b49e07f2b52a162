-- Embeddings and failures of rows that are gone: of writes that fired no trigger.

create or replace function featurize._orphaned_embeddings(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The same alias for both destinations.
    select featurize._render(f, case f.destination
        when 'table' then
            'only {embeddings} s where not exists '
            '(select from only {source} r where {key_match:r,s} and {image:r} is not null)'
        else 'only {source} s where {image:s} is null and s.{vector_column} is not null' end);
$$;
comment on function featurize._orphaned_embeddings(featurize.featurizer) is
    'FROM and WHERE clause for the embeddings s of rows that are gone or have no image.';

create or replace function featurize._orphaned_failures(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $orphaned$
        featurize.failed_row x
         where x.featurizer_id = {id}
           and exists (select from jsonb_to_record(x.key) as k ({key_definition})
                        where not exists (select from only {source} s
                                           where {key_match:s,k} and {image:s} is not null))
        $orphaned$);
$$;
comment on function featurize._orphaned_failures(featurize.featurizer) is
    'FROM and WHERE clause for the failures x of rows that are gone or have no image.';

create or replace function featurize._remove_orphans(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if f.destination = 'table' then
        execute 'delete from ' || featurize._orphaned_embeddings(f);
    else
        execute featurize._render(f,
            'update only {source} s set {no_vector} where {image:s} is null and s.{vector_column} is not null');
    end if;
    execute 'delete from ' || featurize._orphaned_failures(f);
end
$$;
comment on function featurize._remove_orphans(featurize.featurizer) is
    'Remove the embeddings and failures of rows that are gone or have no image.';
