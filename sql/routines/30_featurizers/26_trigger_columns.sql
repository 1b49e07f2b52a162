-- Trigger functions, part 1: check that the columns exist. 30_triggers.sql puts the parts together.

create or replace function featurize._has_columns(relation regclass, columns name[]) returns boolean
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- pg_attribute is read with the transaction's snapshot; pg_identify_object_as_address returns current names.
    select coalesce(bool_and(exists (
               select from pg_attribute a
                where a.attrelid = relation and a.attname = c.name
                  and (pg_identify_object_as_address('pg_class'::regclass, relation, a.attnum)).object_names[3]
                      = c.name)), false)
      from unnest(columns) c (name);
$$;
comment on function featurize._has_columns(regclass, name[]) is
    'Whether a table has all of these columns. It is declared immutable, so that a plan contains the result as a
constant. Pass the table as a constant too: when the table changes, PostgreSQL makes a new plan and calls it again.';

create or replace function featurize._key_families(relation regclass) returns text[]
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select array_agg(format('%I.%I', n.nspname, o.opfname) order by k.position)
      from pg_index i
     cross join lateral unnest(i.indclass) with ordinality k (class, position)
      join pg_opclass c on c.oid = k.class
      join pg_opfamily o on o.oid = c.opcfamily
      join pg_namespace n on n.oid = o.opfnamespace
     where i.indrelid = relation and i.indisprimary and k.position <= i.indnkeyatts;
$$;
comment on function featurize._key_families(regclass) is
    'Operator families of the primary key, by name: the operators of a trigger function can compare keys as long as they
do not change, such as from integer to bigint. Null without a primary key. It is declared immutable, as
featurize._has_columns().';

create or replace function featurize._check_columns(f featurize.featurizer, columns name[]) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The first condition is a constant in the plan. A restored table has another oid: until featurize.repair() is
    -- called, every statement looks up the columns.
    select featurize._render(f, $check$
        if tg_relid <> {table} or not featurize._has_columns({table}, {columns}) then
            if not featurize._has_columns(tg_relid, {columns}) then {note}
            end if;
        end if;
        if featurize._key_families({table}) <> {families} then {note}
        end if;
$check$,
        jsonb_build_object(
            'table', format('%L::regclass', f.source::oid),
            'columns', quote_literal(columns),
            'families', quote_nullable(featurize._key_families(f.source)),
            'note', format($note$
                insert into featurize.outbox (featurizer_id, keys) values (%s, '[]');
                return null;$note$, f.id)));
$$;
comment on function featurize._check_columns(featurize.featurizer, name[]) is
    'Statements that insert an outbox entry without keys, and end the trigger, if one of these columns was renamed or
dropped, or keys can no longer be compared. Once this is corrected, the entry makes a worker check all rows.';
