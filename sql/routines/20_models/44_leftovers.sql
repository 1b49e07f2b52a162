-- Embeddings that a dropped featurizer left behind: kept on purpose, or by dropping the extension or its schema.

create or replace function featurize._is_leftover(relation oid) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select obj_description(relation, 'pg_class') ~ '^Embeddings of .* Written by pgfeaturize[.]$'
           and not exists (select from featurize.featurizer f where f.embeddings = relation);
$$;
comment on function featurize._is_leftover(oid) is 'Whether a table holds the embeddings of a dropped featurizer.';

create or replace function featurize._drop_leftovers(f featurize.featurizer, schema name) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case f.destination
           when 'table' then (select format('drop table %s', c.oid::regclass)
                                from pg_class c
                               where c.oid = to_regclass(featurize._embedding_table(f, schema))
                                 and featurize._is_leftover(c.oid))
           else (select format('alter table only %s %s', f.source,
                               string_agg(format('drop column %I', a.attname), ', ' order by a.attnum))
                   from pg_attribute a
                  where a.attrelid = f.source and not a.attisdropped
                    and a.attname = any (featurize._added_columns(f))
                    and not exists (select from featurize.featurizer x
                                     where x.source = f.source and x.destination = 'column'
                                       and a.attname = any (featurize._added_columns(x)))
                 having count(*) = cardinality(featurize._added_columns(f)))
           end;
$$;
comment on function featurize._drop_leftovers(featurize.featurizer, name) is
    'Statement that drops what a dropped featurizer of that name left behind; null if there is nothing.';
