-- Faults of a featurizer: its tables, columns or key were changed or dropped. featurize.progress, why(), repair(), the
-- doctor, and workers when they block a featurizer, describe them in the same words.

create or replace function featurize._lacks_column(relation regclass, column_name name) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select exists (select from pg_class c where c.oid = relation)
       and not exists (select from pg_attribute a
                        where a.attrelid = relation and a.attname = column_name and a.attnum > 0);
$$;
comment on function featurize._lacks_column(regclass, name) is 'Whether a table exists, but has no such column.';

create or replace function featurize._source_faults(f featurize.featurizer) returns table (finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'its table was dropped', format('select featurize.drop_featurizer(%L)', featurize._label(f))
     where not exists (select from pg_class c where c.oid = f.source)
     union all
    select format('%s no longer has a column "%s"', f.source, x.name),
           format(case x.name when f.image_column
                  then 'if it was renamed: select featurize.alter_featurizer(%3$L, image_column => ''...'')'
                  else 'if it was renamed: alter table %1$s rename column ... to %2$I' end
                  || '; else: select featurize.drop_featurizer(%3$L)',
                  f.source, x.name, featurize._label(f))
      from unnest(f.image_column || f.key_columns) x (name)
     where featurize._lacks_column(f.source, x.name)
     union all
    select case when k.columns is null then format('%s no longer has a primary key', f.source)
                else format('the primary key of %s has changed to (%s)',
                            f.source, array_to_string(k.columns, ', ')) end,
           format('alter table %s %sadd primary key (%s)',
                  f.source, 'drop constraint ' || quote_ident(k.constraint) || ', ', featurize._key(f))
      from (select array_agg(a.attname order by p.position) as columns, min(c.relname::text) as constraint
              from pg_index i
              join pg_class c on c.oid = i.indexrelid
             cross join lateral unnest(i.indkey) with ordinality p (attnum, position)
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = p.attnum
             where i.indrelid = f.source and i.indisprimary and p.position <= i.indnkeyatts) k
     where exists (select from pg_class c where c.oid = f.source)
       and k.columns is distinct from f.key_columns
       -- A missing column is reported above.
       and (k.columns is null
            or not exists (select from unnest(f.key_columns) x (name) where featurize._lacks_column(f.source, x.name)));
$$;
comment on function featurize._source_faults(featurize.featurizer) is
    'What is broken about the source table of a featurizer, its image column and its key.';

create or replace function featurize._embedding_faults(f featurize.featurizer)
    returns table (finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'its embedding table was dropped',
           format('restore it from a backup; or select featurize.drop_featurizer(%L), and create it again',
                  featurize._label(f))
     where f.destination = 'table' and not exists (select from pg_class c where c.oid = f.embeddings)
     union all
    select format('%s no longer has a column "%s"', e.relation, x.name),
           format('if it was renamed: alter table %s rename column ... to %I; '
                  'else: select featurize.drop_featurizer(%L), and create it again',
                  e.relation, x.name, featurize._label(f))
      from (select case f.destination when 'table' then f.embeddings else f.source end,
                   case f.destination when 'table' then f.key_columns || featurize._embedding_columns()
                                      else featurize._added_columns(f) end) e (relation, columns)
     cross join unnest(e.columns) x (name)
     where featurize._lacks_column(e.relation, x.name);
$$;
comment on function featurize._embedding_faults(featurize.featurizer) is
    'What is broken about the embedding table or columns of a featurizer.';

create or replace function featurize._is_whole(f featurize.featurizer) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select exists (select from pg_index i
                    where i.indrelid = f.source and i.indisprimary
                      and f.key_columns = array(
                          select a.attname
                            from unnest(i.indkey) with ordinality k (attnum, position)
                            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                           where k.position <= i.indnkeyatts
                           order by k.position))
       and not exists (
           select from (values (f.source, f.image_column || f.key_columns),
                               (coalesce(f.embeddings, f.source), case f.destination
                                   when 'table' then f.key_columns || featurize._embedding_columns()
                                   else featurize._added_columns(f) end)) t (relation, columns)
            cross join unnest(t.columns) x (name)
            where not exists (select from pg_attribute a
                               where a.attrelid = t.relation and a.attname = x.name and a.attnum > 0));
$$;
comment on function featurize._is_whole(featurize.featurizer) is
    'Whether the primary key of the source is that of a featurizer, and all its columns exist. Faster than
featurize._faults().';

create or replace function featurize._key_type_faults(f featurize.featurizer)
    returns table (finding text, remedy text, key_column name, key_type text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('the type of "%s" is %s in %s, but still %s in its embedding table %s',
                  x.name, t.type, f.source, e.type, f.embeddings),
           format('select featurize.repair(%L)', featurize._label(f)),
           x.name, t.type
      from unnest(f.key_columns) x (name)
      join pg_attribute a on a.attrelid = f.source and a.attname = x.name
      join pg_attribute b on b.attrelid = f.embeddings and b.attname = x.name
     cross join lateral (select format_type(a.atttypid, a.atttypmod)) t (type)
     cross join lateral (select format_type(b.atttypid, b.atttypmod)) e (type)
     where t.type <> e.type;
$$;
comment on function featurize._key_type_faults(featurize.featurizer) is
    'Key columns whose type has changed since the embedding table was created; featurize.repair() changes it, too.';

create or replace function featurize._faults(f featurize.featurizer)
    returns table (part text, finding text, remedy text, is_repairable boolean)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'source', s.finding, s.remedy, false from featurize._source_faults(f) s
     union all
    select 'embeddings', e.finding, e.remedy, false from featurize._embedding_faults(f) e
     union all
    select 'embeddings', k.finding, k.remedy, true from featurize._key_type_faults(f) k;
$$;
comment on function featurize._faults(featurize.featurizer) is
    'Everything that is broken about a featurizer, the gravest first. part: source or embeddings; is_repairable: whether
featurize.repair() corrects it.';

create or replace function featurize._fault(f featurize.featurizer, out finding text, out remedy text, out error text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select x.finding, x.remedy, format('%s; %s', x.finding, x.remedy) from featurize._faults(f) x limit 1;
$$;
comment on function featurize._fault(featurize.featurizer) is
    'The gravest fault of a featurizer, and error: both in one text. Null if nothing is broken.';

create or replace function featurize._inheritance(f featurize.featurizer, out finding text, out remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Triggers for each statement fire only for the table that the statement names.
    select case when i.inhparent = f.source then
                    format('%s inherits from %s: its rows are not featurized', i.inhrelid::regclass, f.source)
                else format('%s %s %s: rows that are written through %3$s are missed',
                            f.source,
                            case when c.relispartition then 'is now a partition of' else 'now inherits from' end,
                            i.inhparent::regclass) end,
           case when i.inhparent = f.source then
                    format('alter table %s no inherit %s', i.inhrelid::regclass, f.source)
                else format('write to %s only; or alter table %s; afterwards: select featurize.repair(%L)',
                            f.source, case when c.relispartition
                                           then format('%s detach partition %s', i.inhparent::regclass, f.source)
                                           else format('%s no inherit %s', f.source, i.inhparent::regclass) end,
                        featurize._label(f))
           end
      from pg_inherits i
      join pg_class c on c.oid = f.source
     where f.source in (i.inhrelid, i.inhparent)
     order by i.inhparent = f.source, i.inhrelid
     limit 1;
$$;
comment on function featurize._inheritance(featurize.featurizer) is
    'Which rows a featurizer misses, because its source has become a partition, or inherits, or is inherited from. Null
if it misses none.';

create or replace function featurize._check_faults(f featurize.featurizer) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    fault record;
begin
    select x.* into fault from featurize._faults(f) x where not x.is_repairable limit 1;
    if found then
        raise exception using errcode = 'FZ003',
            message = format('featurizer "%s" is broken: %s', featurize._label(f), fault.finding),
            hint = fault.remedy;
    end if;
end
$$;
comment on function featurize._check_faults(featurize.featurizer) is
    'Raise FZ003 if a featurizer has a fault that featurize.repair() cannot correct.';
