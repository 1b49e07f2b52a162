-- The state of one row, which is looked up by its key.

create or replace function featurize._key_from_text(f featurize.featurizer, key text) returns jsonb
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
declare
    parsed jsonb;
begin
    -- Other JSON values, such as numbers, are read as text: the text key 1e3 is not 1000.
    if key ~ '^[[:space:]]*[{"]' then
        parsed := key::jsonb;
        if jsonb_typeof(parsed) = 'string' or parsed ?& f.key_columns::text[] then
            return parsed;
        end if;
    end if;
    return to_jsonb(key);
exception
    when data_exception then
        return to_jsonb(key);
end
$$;
comment on function featurize._key_from_text(featurize.featurizer, text) is
    'A key that is passed as text: an object with the key columns, a JSON string, or plain text.';

create or replace function featurize._as_key(f featurize.featurizer, key anycompatible) returns jsonb
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    whole jsonb := case (select t.typcategory from pg_type t where t.oid = pg_typeof(key))
                   when 'S' then featurize._key_from_text(f, key::text) else to_jsonb(key) end;
begin
    if jsonb_typeof(whole) <> 'object' and cardinality(f.key_columns) = 1 then
        whole := jsonb_build_object(f.key_columns[1], whole);
    end if;
    if jsonb_typeof(whole) is distinct from 'object' or not whole ?& f.key_columns::text[] then
        raise data_exception using message = 'columns are missing';
    end if;
    execute format('select %s from jsonb_to_record($1) as k (%s)',
                   featurize._key_json(f, 'k'), featurize._key_definition(f))
       into whole
      using whole;
    return whole;
exception
    when data_exception or check_violation then
        raise exception using errcode = 'FZ006',
            message = format('%s is not a key of %s: %s', coalesce(key::text, 'null'), f.source, sqlerrm),
            hint = format('Pass an object with %s, such as {"%s": ...}.',
                array_to_string(f.key_columns, ', '), array_to_string(f.key_columns, '": ..., "'));
end
$$;
comment on function featurize._as_key(featurize.featurizer, anycompatible) is
    'A key as an object. For a key of one column, the bare value is accepted. Raise FZ006 if it is not a key of the
source.';

create or replace function featurize._row_condition(key_column text, key text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- Indexes are on the hash.
    select case when key is null then 'true'
           else format('jsonb_hash_extended(%1$s, 0) = jsonb_hash_extended(%2$s::jsonb, 0) and %1$s = %2$s',
                       key_column, key) end;
$$;
comment on function featurize._row_condition(text, text) is
    'Condition that a row of the queue has this key, an SQL literal; true if it is null.';

create or replace function featurize._state(f featurize.featurizer, key jsonb) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    state text;
begin
    execute format('select state from (%s) s', featurize._states(f, key)) into state;
    return state;
end
$$;
comment on function featurize._state(featurize.featurizer, jsonb) is
    'State of one row; null if there is no such row.';

create or replace function featurize.state(name text, key anycompatible) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_faults(f);
    return featurize._state(f, featurize._as_key(f, key));
end
$$;
comment on function featurize.state(text, anycompatible) is
    'The state of one row: embedded, stale, pending, leased, failed or empty; null if there is no such row. key is the
value of the primary key, of any type, or an object with its columns, such as {"tenant": 1, "id": 2}. See
featurize.why() for the reason.';
