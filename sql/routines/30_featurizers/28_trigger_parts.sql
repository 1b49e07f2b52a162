-- Parts of the trigger functions of featurizers, as SQL text; see 30_triggers.sql.

create or replace function featurize._has_columns(relation regclass, columns name[]) returns boolean
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- pg_attribute is read as of the transaction's snapshot; the name of a column number is always current.
    select coalesce(bool_and(exists (
               select from pg_attribute a
                where a.attrelid = relation and a.attname = c.name
                  and (pg_identify_object_as_address('pg_class'::regclass, relation, a.attnum)).object_names[3]
                      = c.name)), false)
      from unnest(columns) c (name);
$$;
comment on function featurize._has_columns(regclass, name[]) is
    'Whether a table has all of these columns. Declared immutable so that a plan holds the result as a constant. Pass
the table as a constant, too: then PostgreSQL plans again, and calls this function again, when the table changes.';

create or replace function featurize._unless_renamed(f featurize.featurizer, columns name[]) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The first condition is a constant in the plan and costs nothing. A restored table has another number: until
    -- featurize.repair(), the columns are looked up in every statement.
    select featurize._render(f, $check$
        if tg_relid <> {table} or not featurize._has_columns({table}, {columns}) then
            if not featurize._has_columns(tg_relid, {columns}) then
                insert into featurize.outbox (featurizer_id, keys) values ({id}, '[]');
                return null;
            end if;
        end if;
$check$,
        jsonb_build_object('table', format('%L::regclass', f.source::oid), 'columns', quote_literal(columns)));
$$;
comment on function featurize._unless_renamed(featurize.featurizer, name[]) is
    'Statements that only leave a note in the outbox if one of these columns was renamed or dropped. The note makes a
worker compare all rows, once the columns are back.';

create or replace function featurize._append_inserted(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Most statements insert one row, so the first rows go without an aggregate, which would cost more than the rest.
    select featurize._render(f, $append$
        insert into featurize.outbox (featurizer_id, keys)
        select {id}, json_build_array({key_json:n,json})
          from added n
         where {image:n} is not null
         limit 2;
        get diagnostics queued = row_count;
        if queued = 2 then
            insert into featurize.outbox (featurizer_id, keys)
            select {id}, json_agg(a.key)
              from (select {key_json:n,json} as key, (row_number() over () - 1) / 100 as part
                      from added n
                     where {image:n} is not null
                    offset 2) a
             group by a.part;
        end if;
$append$);
$$;
comment on function featurize._append_inserted(featurize.featurizer) is
    'Statements that queue inserted rows: the first two alone, the others up to a hundred keys in a row of the outbox.';

create or replace function featurize._append_updated(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A statement on few rows, the usual case, does without numbering them.
    select featurize._render(f, $append$
        insert into featurize.outbox (featurizer_id, keys)
        select {id}, json_agg({key_json:n,json})
          from added n
         where {changed}
        having count(*) between 1 and 100;
        get diagnostics queued = row_count;
        if queued = 0 then
            insert into featurize.outbox (featurizer_id, keys)
            select {id}, json_agg(a.key)
              from (select {key_json:n,json} as key, (row_number() over () - 1) / 100 as part
                      from added n
                     where {changed}) a
             group by a.part;
            get diagnostics queued = row_count;
        end if;
$append$,
        jsonb_build_object('changed', featurize._render(f, '{image:n} is not null and not exists '
            '(select from removed o where {key_match:o,n} and {image:o} is not distinct from {image:n})')));
$$;
comment on function featurize._append_updated(featurize.featurizer) is
    'Statements that queue rows whose image or key has changed, up to a hundred keys in a row of the outbox.';

create or replace function featurize._in_embedding_table(f featurize.featurizer, before text, after text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $in$
        if to_regclass({embeddings_text}) is not null then
            {before}{embeddings}{after};
        else
            -- It was renamed, moved, or dropped by hand.
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
    'Statements that change the embedding table, also after it was renamed or moved.';

create or replace function featurize._forget(f featurize.featurizer, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A row's vector and failure go in the user's own transaction, so that no search ever
    -- sees the vector of a row that is gone.
    select concat(
        case f.destination when 'table' then
            featurize._in_embedding_table(f, 'delete from only ',
                featurize._render(f, ' e using removed o where {key_match:e,o}') || condition)
        end,
        featurize._render(f, $forget$
        if exists (select from featurize.failure x where x.featurizer = {name}) then
            delete from featurize.failure x
             using removed o
             where x.featurizer = {name} and x.key = {key_json:o}{condition};
        end if;
$forget$, jsonb_build_object('condition', condition)));
$$;
comment on function featurize._forget(featurize.featurizer, text) is
    'Statements that delete vectors and failures of removed rows.';

create or replace function featurize._empty_columns(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The table may have been renamed, so it is found by its number; the column may have been dropped.
    select featurize._render(f, $empty$
        if exists (select from pg_attribute a where a.attrelid = tg_relid and a.attname = {name}) then
            if exists (select from added n where {image:n} is null and n.{vector_column} is not null) then
                execute 'update only ' || tg_relid::regclass || {update};
            end if;
        end if;
$empty$,
        jsonb_build_object('update', quote_literal(featurize._render(f,
            ' s set {vector_column} = null, {space_column} = null, {digest_column} = null'
            ' from added n where {key_match:s,n} and {image:n} is null'))));
$$;
comment on function featurize._empty_columns(featurize.featurizer) is
    'Statements that remove vectors stored in the row itself where the image was set to null.';
