-- Statements over a user's table are templates: plain SQL with {placeholders} that the functions here fill in.

create or replace function featurize._fragment(f featurize.featurizer, name text, arguments text[], parts jsonb)
    returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    a text := arguments[1];
    b text := arguments[2];
begin
    if parts ? name then
        return coalesce(parts ->> name, 'null');
    elsif f.id is null then
        return featurize._unknown_placeholder(name);
    end if;
    return case name
        when 'id' then f.id::text
        when 'name' then quote_literal(f.name)
        when 'source' then f.source::text
        when 'embeddings' then featurize._embedding_table(f)
        when 'vector_column' then quote_ident(case f.destination when 'table' then 'embedding' else f.name end)
        when 'space_column' then quote_ident(featurize._space_column(f))
        when 'digest_column' then quote_ident(featurize._digest_column(f))
        when 'hash_column' then quote_ident(featurize._hash_column(f))
        when 'no_vector' then (select string_agg(format('%I = null', c.name), ', ')
                                 from unnest(featurize._added_columns(f)) c (name))
        when 'vector_schema' then quote_ident(featurize._vector_schema())
        when 'current_space' then coalesce(featurize._current_space(f)::text, 'null')
        when 'owner' then featurize._owner(f)::regrole::text
        when 'embedded_source' then (featurize._with_embedding(f, coalesce(a, 'left') || ' join')).relation
        when 'embedding' then (featurize._with_embedding(f)).embedding
        when 'space' then (featurize._with_embedding(f)).space
        when 'embedding_digest' then (featurize._with_embedding(f)).digest
        when 'embedding_hash' then (featurize._with_embedding(f)).hash
        when 'is_current' then format('((%s = %s) is true)',
                                      (featurize._with_embedding(f)).hash, featurize._image_hash(f, 's'))
        when 'storage' then format('%I.%I', featurize._vector_schema(), f.storage)
        when 'image_column' then quote_ident(f.image_column)
        when 'key' then featurize._key(f, a)
        when 'key_json' then featurize._key_json(f, a, coalesce(b, 'jsonb'))
        when 'key_definition' then featurize._key_definition(f)
        when 'key_match' then featurize._key_match(f, a, b)
        when 'key_after' then featurize._key_match(f, a, b, '>')
        when 'image' then featurize._image(f, a)
        when 'digest' then featurize._digest(f, a)
        when 'image_hash' then featurize._image_hash(f, a)
        else featurize._unknown_placeholder(name)
        end;
end
$$;
comment on function featurize._fragment(featurize.featurizer, text, text[], jsonb) is
    'SQL that replaces one placeholder: a value of parts, else a property of the featurizer.';

create or replace function featurize._unknown_placeholder(name text) returns text
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
begin
    raise internal_error using message = format('no value for placeholder {%s} of an SQL template', name);
end
$$;
comment on function featurize._unknown_placeholder(text) is
    'Raise an error: a placeholder of a template has no value.';

create or replace function featurize._render(f featurize.featurizer, template text, parts jsonb default '{}')
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Values are not searched for placeholders: they may contain names that users chose.
    select string_agg(
               concat(literal.text, case when placeholder.match is not null then featurize._fragment(
                   f, placeholder.match[1], string_to_array(placeholder.match[2], ','), parts) end),
               '' order by position)
      from regexp_split_to_table(template, '[{][a-z_]+(?::[a-z_,]+)?[}]') with ordinality literal (text, position)
      left join regexp_matches(template, '[{]([a-z_]+)(?::([a-z_,]+))?[}]', 'g')
                with ordinality placeholder (match, position) using (position);
$$;
comment on function featurize._render(featurize.featurizer, text, jsonb) is
    'Fill in a template about a featurizer: {source}, {key:s}, {key_match:s,k}, {image:s} and so on, see
featurize._fragment(). {embedded_source} is the source s joined with its embeddings; {embedding}, {space} and
{embedding_digest} are columns of it, {is_current} is whether the embedding is of the image that s holds now. parts
gives values for further placeholders: SQL that is inserted unchanged.';

create or replace function featurize._render(template text, parts jsonb) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(null::featurize.featurizer, template, parts);
$$;
comment on function featurize._render(text, jsonb) is
    'Fill in a template that is not about a featurizer. parts gives all values, as SQL that is inserted unchanged.';
