-- Which rows of a source the current role sees: it may read embeddings, keys and failures of these rows only.

create or replace function featurize._sees_function(featurizer_id integer) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('featurize_generated.sees_%s', featurizer_id);
$$;
comment on function featurize._sees_function(integer) is
    'Name of the generated function that looks up a row of the source.';

create or replace function featurize._create_sees(f featurize.featurizer) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    function text := featurize._sees_function(f.id);
begin
    -- A generated function, like those of the triggers, because policies call it for each row. It runs with
    -- the rights of the caller, because it has to see what the caller sees.
    execute featurize._render(f, $create$
        create or replace function {function}(key jsonb) returns boolean
            language plpgsql
            stable
            parallel safe
            set search_path = pg_catalog, pg_temp
            as {body}
        $create$,
        jsonb_build_object('function', function, 'body', quote_literal(featurize._render(f,
            'begin return exists (select from jsonb_to_record(key) as k ({key_definition}) '
            'join only {source} s on {key_match:s,k} where {image:s} is not null); end'))));
    execute format('alter function %s(jsonb) owner to %s', function, featurize._owner(f)::regrole);
    execute format('comment on function %s(jsonb) is %L', function,
        format('Whether the current role sees the row of %s with that key. Written by pgfeaturize.', f.source));
end
$$;
comment on function featurize._create_sees(featurize.featurizer) is
    'Create or replace the function that looks up a row of the source.';

create or replace function featurize._sees_all(featurizer_id integer) returns boolean
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select bool_and(has_column_privilege(f.source, a.attnum, 'select')) and not row_security_active(f.source)
      from featurize.featurizer f
      join pg_attribute a on a.attrelid = f.source and a.attname = any (f.key_columns || f.image_column)
     where f.id = _sees_all.featurizer_id
     group by f.source;
$$;
comment on function featurize._sees_all(integer) is
    'Whether the current role sees keys and images of all rows of a featurizer''s source.';

create or replace function featurize._sees(featurizer_id integer, key jsonb) returns boolean
    language plpgsql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
declare
    seen boolean;
begin
    execute format('select %s($1)', featurize._sees_function(featurizer_id)) into seen using key;
    return seen;
exception
    when insufficient_privilege or undefined_function or undefined_table or undefined_column then
        return false;
end
$$;
comment on function featurize._sees(integer, jsonb) is
    'Whether the current role sees the row with that key in a featurizer''s source.';
