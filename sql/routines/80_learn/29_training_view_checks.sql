-- Finding training views by name, and checks of the arguments of create_training_view().

create or replace function featurize._training_view(name text) returns featurize.training_view
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    found_ones featurize.training_view[];
begin
    select array_agg(t) into found_ones
      from featurize.training_view t
      join pg_class c on c.oid = t.relation
      join pg_namespace n on n.oid = c.relnamespace
     -- The exact name, quoted as in SQL, or in any letter case, as it may have been passed at creation.
     where _training_view.name in (c.relname::text,
                                   format('%s.%s', n.nspname, c.relname),
                                   quote_ident(c.relname),
                                   format('%I.%I', n.nspname, c.relname))
        or lower(_training_view.name) in (c.relname::text, format('%s.%s', n.nspname, c.relname));
    if cardinality(found_ones) = 1 then
        return found_ones[1];
    end if;
    raise exception using errcode = 'FZ014',
        message = case when found_ones is null then format('there is no training view "%s"', name)
                  else format('there are %s training views "%s"', cardinality(found_ones), name) end,
        hint = case when found_ones is null
               then concat(
                    featurize._similar_names('training views', name, array(
                        select c.relname::text from featurize.training_view t join pg_class c on c.oid = t.relation)),
                    ' Use featurize.create_training_view() to create one.')
               else 'Pass the schema, too, and capital letters in double quotes.' end;
end
$$;
comment on function featurize._training_view(text) is
    'The training view of that name. Raise FZ014 if there is none, or more than one.';

create or replace function featurize._new_relation(name text, beside regclass) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[];
    qualified text;
begin
    parts := parse_ident(name);
    qualified := format('%I.%I',
        case when cardinality(parts) > 1 then parts[1]
             else (select n.nspname
                     from pg_class c
                     join pg_namespace n on n.oid = c.relnamespace
                    where c.oid = beside) end,
        parts[cardinality(parts)]);
    if cardinality(parts) > 2 or octet_length(parts[cardinality(parts)]) > 63 then
        raise exception using errcode = '22023';
    elsif to_regclass(qualified) is not null or to_regtype(qualified) is not null then
        raise exception using errcode = 'FZ002',
            message = format('"%s" cannot be created: a relation or type of that name already exists', name),
            hint = 'Choose another name, or drop the existing object first.';
    end if;
    return qualified;
exception
    when invalid_parameter_value or null_value_not_allowed then
        raise exception using errcode = 'FZ002',
            message = format('%s is not a valid name of a relation', coalesce(quote_literal(name), 'null')),
            hint = 'Pass a name of at most 63 bytes, optionally with a schema, '
                   'in double quotes unless it is lower-case.';
end
$$;
comment on function featurize._new_relation(text, regclass) is
    'Schema-qualified name of a relation to create; the default schema is that of the relation beside. Raise FZ002
if the name is invalid or in use.';

create or replace function featurize._check_column(relation regclass, name name, what text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from pg_attribute a
                    where a.attrelid = relation and a.attname = name and a.attnum > 0 and not a.attisdropped)
    then
        raise exception using errcode = 'FZ006',
            message = format('%s has no column %s for the %s', relation, coalesce(quote_ident(name), 'null'), what),
            hint = format('Its columns are: %s.', (
                select string_agg(a.attname, ', ' order by a.attnum)
                  from pg_attribute a
                 where a.attrelid = relation and a.attnum > 0 and not a.attisdropped));
    end if;
end
$$;
comment on function featurize._check_column(regclass, name, text) is
    'Raise FZ006 unless a relation has the column; what is the use of the column, for the message.';

create or replace function featurize._check_split_column(
    t featurize.training_view,
    f featurize.featurizer,
    name text
) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    type record;
begin
    perform featurize._check_column(f.source, t.split_column, 'split');
    select format_type(a.atttypid, a.atttypmod) as name, y.typcategory as category into type
      from pg_attribute a
      join pg_type y on y.oid = a.atttypid
     where a.attrelid = f.source and a.attname = t.split_column;
    if t.group_column is not null then
        raise exception using errcode = 'FZ006',
            message = format('training view "%s" cannot be created with both split_column and group_column', name),
            hint = 'The values of split_column alone decide on which side a row is. Leave out group_column.';
    elsif type.category not in ('S', 'E') then
        raise exception using errcode = 'FZ006',
            message = format('training view "%s" cannot be split by column %s of %s: it is of type %s, not text',
                name, t.split_column, f.source, type.name),
            hint = 'Pass a column of text, or of an enum, that holds train and test, such as a generated column: '
                   'text generated always as (case when is_test then ''test'' else ''train'' end) stored.';
    end if;
end
$$;
comment on function featurize._check_split_column(featurize.training_view, featurize.featurizer, text) is
    'Raise FZ006 unless a training view can be split by its split_column.';

create or replace function featurize._check_training_view(
    t featurize.training_view,
    f featurize.featurizer,
    name text
) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_column(f.source, t.label_column, 'label');
    if t.group_column is not null then
        perform featurize._check_column(f.source, t.group_column, 'group');
    end if;
    if t.split_column is not null then
        perform featurize._check_split_column(t, f, name);
    end if;
    if (t.test_fraction >= 0 and t.test_fraction < 1) is not true
        or num_nulls(t.seed, t.stratify, t.require_complete) > 0
    then
        raise exception using errcode = 'FZ006',
            message = format('training view "%s" cannot be created with test_fraction %s, seed %s', name,
                coalesce(t.test_fraction::text, 'null'), coalesce(t.seed::text, 'null')),
            hint = 'Pass a test_fraction of at least 0 and less than 1; no parameter may be null.';
    elsif f.key_columns && array['label', 'split', 'features']::name[] then
        raise exception using errcode = 'FZ002',
            message = format(
                'training view "%s" cannot be created: the key of %s has a column named label, split or features',
                name, f.source),
            hint = 'Rename that column.';
    end if;
end
$$;
comment on function featurize._check_training_view(featurize.training_view, featurize.featurizer, text) is
    'Raise FZ002 or FZ006 unless the training view can be created.';
