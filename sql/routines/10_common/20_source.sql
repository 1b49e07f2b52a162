-- SQL fragments about a featurizer's source, from which other functions build statements.
-- All operators are schema-qualified, because the statements run with a pinned search path and key types
-- may come from any schema.

create or replace function featurize._key(f featurize.featurizer, alias text default null) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(format('%s%I', alias || '.', k.name), ', ' order by k.position)
      from unnest(f.key_columns) with ordinality k (name, position);
$$;
comment on function featurize._key(featurize.featurizer, text) is
    'Key columns of an alias, such as s.tenant, s.id; without an alias: tenant, id.';

create or replace function featurize._key_json(f featurize.featurizer, alias text, type text default 'jsonb')
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A user-defined type may have a cast to json, which would run with the rights of whoever reads the row.
    -- format() calls the output function of the type instead.
    select format('pg_catalog.%s_build_object(%s)', type,
                  string_agg(format(case when a.atttypid >= 16384 then '%L, pg_catalog.format(''%%s'', %s.%I)'
                                         else '%L, %s.%I' end,
                                    k.name, alias, k.name),
                             ', ' order by k.position))
      from unnest(f.key_columns) with ordinality k (name, position)
      left join pg_attribute a on a.attrelid = f.source and a.attname = k.name;
$$;
comment on function featurize._key_json(featurize.featurizer, text, text) is
    'Key of an alias as an object of type jsonb or json.';

create or replace function featurize._key_definition(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(format('%I %s', k.name, format_type(a.atttypid, a.atttypmod)), ', ' order by k.position)
      from unnest(f.key_columns) with ordinality k (name, position)
      join pg_attribute a on a.attrelid = f.source and a.attname = k.name;
$$;
comment on function featurize._key_definition(featurize.featurizer) is
    'Key as a column definition list, such as tenant uuid, id integer.';

create or replace function featurize._key_match(f featurize.featurizer, a text, b text, comparison text default '=')
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The operator that the primary key's index uses, found by its strategy number.
    select case comparison
           when '=' then string_agg(format('%s.%I operator(%I.%s) %s.%I', a, k.name, n.nspname, o.oprname, b, k.name),
                                    ' and ' order by k.position)
           else format('(%s) operator(%I.%s) (%s)',
                       featurize._key(f, a), min(n.nspname), min(o.oprname), featurize._key(f, b))
           end
      from unnest(f.key_columns) with ordinality k (name, position)
      join pg_index i on i.indrelid = f.source and i.indisprimary
      join pg_opclass c on c.oid = i.indclass[k.position - 1]
      join pg_amop p on p.amopfamily = c.opcfamily
                    and p.amoplefttype = c.opcintype
                    and p.amoprighttype = c.opcintype
                    and p.amopstrategy = case comparison when '=' then 3 when '>' then 5 end
      join pg_operator o on o.oid = p.amopopr
      join pg_namespace n on n.oid = o.oprnamespace;
$$;
comment on function featurize._key_match(featurize.featurizer, text, text, text) is
    'Condition that the keys of two aliases are equal (=), or that the first one is greater (>).';

create or replace function featurize._image(f featurize.featurizer, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case f.image_kind
           -- Collation C: two paths that differ in letter case are different, whatever the column's collation.
           when 'bytes' then format('%s.%I', alias, f.image_column)
           else format('%s.%I::text collate "C"', alias, f.image_column)
           end;
$$;
comment on function featurize._image(featurize.featurizer, text) is 'Image value of an alias, as text or bytea.';

create or replace function featurize._image_name(f featurize.featurizer, image text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- A data URI holds the image.
    select case when f.image_kind in ('path', 'uri')
                then format('case when octet_length(%1$s) > '
                            'case lower(left(%1$s, 5)) when ''data:'' then 63 else 4096 end '
                            'then left(%1$s, 60) || ''...'' else %1$s end', image)
                else 'null::text' end;
$$;
comment on function featurize._image_name(featurize.featurizer, text) is
    'Path or URI of an image value, to be shown; null if the image is stored in the row.';

create or replace function featurize._data_uri(image text) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format('case when lower(left(%1$s, 5)) = ''data:'' then %1$s else ''data:;base64,'' || %1$s end', image);
$$;
comment on function featurize._data_uri(text) is 'Image value of kind base64 as a data URI.';

create or replace function featurize._image_content(f featurize.featurizer, image text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case f.image_kind
           when 'bytes' then image
           when 'base64' then format('convert_to(%s, ''UTF8'')', featurize._data_uri(image))
           when 'uri' then format('case when lower(left(%1$s, 5)) = ''data:'' then convert_to(%1$s, ''UTF8'') end',
                                  image)
           else 'null::bytea' end;
$$;
comment on function featurize._image_content(featurize.featurizer, text) is
    'The image that an image value holds, encoded or as a data URI, as bytea; null if it is stored elsewhere.';

create or replace function featurize._digest(f featurize.featurizer, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case f.image_kind
           when 'bytes' then format('sha256(%s)', featurize._image(f, alias))
           -- The text of an SQL_ASCII database may be bytes in any encoding.
           else format('sha256(convert_to(%s, %L))', featurize._image(f, alias),
                       case getdatabaseencoding() when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end)
           end;
$$;
comment on function featurize._digest(featurize.featurizer, text) is 'SHA-256 of the image value of an alias.';

create or replace function featurize._image_hash(f featurize.featurizer, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- There is no other hash function for bytea in SQL; it is six times as fast as sha256().
    select format(case f.image_kind when 'bytes' then 'pg_catalog.hash_record_extended(row(%s::bytea), 0::bigint)'
                                    else 'pg_catalog.hashtextextended(%s, 0::bigint)' end,
                  featurize._image(f, alias));
$$;
comment on function featurize._image_hash(featurize.featurizer, text) is '64-bit hash of the image value of an alias.';

create or replace function featurize._key_settings(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- The text form of other types depends on settings of the session. Each SET clause costs a user's
    -- statement a microsecond, so the common types do without.
    select case when bool_and(a.atttypid = any (
               '{int2,int4,int8,text,varchar,bpchar,uuid,numeric,date,timestamp,bool}'::regtype[]))
           then ''
           else ' set timezone = ''UTC'' set datestyle = ''ISO'' set intervalstyle = ''iso_8601'''
                ' set bytea_output = ''hex'' set extra_float_digits = 1'
           end
      from unnest(f.key_columns) k (name)
      join pg_attribute a on a.attrelid = f.source and a.attname = k.name;
$$;
comment on function featurize._key_settings(featurize.featurizer) is
    'SET clauses under which the text form of a key never changes.';

create or replace function featurize._canonical_key(f featurize.featurizer, key jsonb) returns jsonb
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set intervalstyle = 'iso_8601'
    set bytea_output = 'hex'
    set extra_float_digits = 1
as $$
begin
    execute format('select %s from jsonb_to_record($1) as k (%s)',
                   featurize._key_json(f, 'k'), featurize._key_definition(f))
       into key
      using key;
    return key;
end
$$;
comment on function featurize._canonical_key(featurize.featurizer, jsonb) is
    'A key in the form that the triggers write, independent of the settings of the session.';
