-- Trigger functions, part 3: delete embeddings and failures.

create or replace function featurize._in_embedding_table(f featurize.featurizer, before text, after text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $in$
        if to_regclass({embeddings_text}) is not null then
            {before}{embeddings}{after};
        else
            -- The embedding table was renamed, moved or dropped.
            execute coalesce((select {before_text} || f.embeddings || {after_text}
                                from featurize.featurizer f
                               where f.id = {id} and exists (select from pg_class c where c.oid = f.embeddings)),
                             'select');
        end if;
$in$,
        jsonb_build_object(
            'embeddings_text', quote_literal(featurize._embedding_table(f)),
            'before', before,
            'before_text', quote_literal(before),
            'after', after,
            'after_text', quote_literal(after)));
$$;
comment on function featurize._in_embedding_table(featurize.featurizer, text, text) is
    'Statements that change the embedding table, even after it was renamed or moved.';

create or replace function featurize._delete_embeddings(f featurize.featurizer, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Embedding and failure of a row are deleted in the user's transaction, so that no search
    -- finds the embedding of a deleted row.
    select concat(
        case f.destination when 'table' then
            featurize._in_embedding_table(f, 'delete from only ',
                featurize._render(f, ' e using removed o where {key_match:e,o}') || condition)
        end,
        featurize._render(f, $forget$
        if exists (select from featurize.failed_row x where x.featurizer_id = {id}) then
            delete from featurize.failed_row x
             using removed o
             where x.featurizer_id = {id} and x.key = {key_json:o}{condition};
        end if;
$forget$, jsonb_build_object('condition', condition)));
$$;
comment on function featurize._delete_embeddings(featurize.featurizer, text) is
    'Statements that delete vectors and failures of removed rows.';

create or replace function featurize._clear_vector_columns(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The table is found by its oid, because it may have been renamed; the column may have been dropped.
    select featurize._render(f, $empty$
        if exists (select from pg_attribute a where a.attrelid = tg_relid and a.attname = {name}) then
            if exists (select from added n where {image:n} is null and n.{vector_column} is not null) then
                execute 'update only ' || tg_relid::regclass || {update};
            end if;
        end if;
$empty$,
        jsonb_build_object('update', quote_literal(featurize._render(f,
            ' s set {no_vector}'
            ' from added n where {key_match:s,n} and {image:n} is null'))));
$$;
comment on function featurize._clear_vector_columns(featurize.featurizer) is
    'Statements that clear the vector columns of rows whose image was set to null.';
