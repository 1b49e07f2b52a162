-- The trigger of on_replica => true. Logical replication fires no statement-level triggers, so there is one for each
-- row. It fires only where session_replication_role is replica, and the others only where it is not.

create or replace function featurize._replica_function(featurizer_id integer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('featurize_generated.replica_%s', featurizer_id);
$$;
comment on function featurize._replica_function(integer) is
    'Name of the generated trigger function for replicated rows.';

create or replace function featurize._remove_replicated(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, case f.destination when 'table' then $table$
            execute coalesce((select 'delete from only ' || f.embeddings || {condition}
                                from featurize.featurizer f
                               where f.id = {id} and exists (select from pg_class c where c.oid = f.embeddings)),
                             'select')
              using old;
        $table$ else $column$
            if tg_op = 'UPDATE' and featurize._has_columns(tg_relid, {added_columns}) then
                execute 'update only ' || tg_relid::regclass || {update} using new;
            end if;
        $column$ end,
        jsonb_build_object(
            'condition', quote_literal(' e where ' || featurize._key_match(f, 'e', '($1)')),
            'added_columns', quote_literal(featurize._added_columns(f)),
            -- The update fires the trigger again, for a row without a vector.
            'update', quote_literal(featurize._render(f, ' s set {no_vector} where {image:s} is null'
                                                         ' and s.{vector_column} is not null and ')
                                    || featurize._key_match(f, 's', '($1)'))));
$$;
comment on function featurize._remove_replicated(featurize.featurizer) is
    'Statement that deletes the vector of a row that was deleted, or lost its key or image.';

create or replace function featurize._replica_body(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $body$
declare
    queued bigint := 0;
    is_changed boolean := tg_op = 'INSERT';
    is_removed boolean := tg_op = 'DELETE';
begin
    {unless_renamed}
    if tg_op = 'UPDATE' then
        is_removed := not ({same_key}) or {image:new} is null;
        is_changed := not ({same_key}) or {image:old} is distinct from {image:new};
    end if;
    if is_removed then {remove}
        delete from featurize.failed_row x where x.featurizer_id = {id} and x.key = {key_json:old};
    end if;
    if is_changed then
        insert into featurize.outbox (featurizer_id, keys)
        select {id}, json_build_array({key_json:new,json})
         where {image:new} is not null;
        get diagnostics queued = row_count;
    end if;
    {notify}
    return null;
end
$body$,
        jsonb_build_object(
            'unless_renamed', featurize._check_columns(f, f.image_column || f.key_columns),
            'same_key', featurize._key_match(f, 'old', 'new'),
            'remove', featurize._remove_replicated(f),
            'notify', featurize._notify_workers(f)));
$$;
comment on function featurize._replica_body(featurize.featurizer) is
    'Text of the generated trigger function for replicated rows.';
