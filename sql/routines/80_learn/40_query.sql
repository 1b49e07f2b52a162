-- The steps of featurize_query(): create a table, declare a featurizer on it, wait, and drop the featurizer.

create or replace function featurize._clear_table(name text, schema text, overwrite boolean) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[] := parse_ident(name);
    qualified text := format('%I.%I',
        case when cardinality(parts) > 1 then parts[1] else schema end, parts[cardinality(parts)]);
begin
    if cardinality(parts) > 2 then
        raise exception using errcode = 'FZ002',
            message = format('%L is not a valid name of a table', name),
            hint = 'Pass the name of a table, optionally with a schema.';
    elsif to_regclass(qualified) is not null and not overwrite then
        raise exception using errcode = 'FZ002',
            message = format('relation %s already exists', qualified),
            hint = 'Choose another name, or pass overwrite => true.';
    end if;
    perform featurize.drop_featurizer(featurize._label(f))
       from featurize.featurizer f
      where f.source = to_regclass(qualified);
    if to_regclass(qualified) is not null then
        execute format('drop table %s', qualified);
    end if;
    return qualified;
end
$$;
comment on function featurize._clear_table(text, text, boolean) is
    'Schema-qualified name of a table to create; schema is the default schema. With overwrite, an existing table is
dropped; otherwise raise FZ002.';

create or replace function featurize._start_query(relation regclass, image_column name, model text, image_kind text)
    returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_column(relation, image_column, 'image');
    if exists (select from pg_attribute a
                where a.attrelid = relation and a.attname in ('features', 'error', 'featurize_row'))
    then
        raise exception using errcode = 'FZ002',
            message = format('the query for %s has a column features, error or featurize_row', relation),
            hint = 'featurize_query() adds columns of these names. Rename the column in the query.';
    end if;
    execute format('alter table %s add column featurize_row bigint generated always as identity primary key, '
                   'add column error text', relation);
    execute format('comment on column %s.featurize_row is ''Number of the row.''', relation);
    execute format('comment on column %s.error is ''Reason why the row has no features.''', relation);
    return featurize.create_featurizer(
        relation, image_column, model, format('featurize_query_%s', relation::oid),
        destination => 'column',
        image_kind => coalesce(image_kind, (
            select case a.atttypid when 'bytea'::regtype then 'bytes' else 'path' end
              from pg_attribute a
             where a.attrelid = relation and a.attname = image_column)));
end
$$;
comment on function featurize._start_query(regclass, name, text, text) is
    'Declare a featurizer on a new table. Returns its name.';

create or replace function featurize._query_state(name text, deadline timestamptz, out done boolean, out error text)
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    done := not featurize._is_busy(f.id);
    error := case when done then null
        when not exists (select from featurize._live_worker) then 'no worker is running'
        when f.blocked_reason is not null then f.blocked_reason
        when clock_timestamp() > deadline then 'the timeout has expired' end;
end
$$;
comment on function featurize._query_state(text, timestamptz) is
    'Whether all rows are done, or the error because of which they cannot be.';

create or replace function featurize._end_query(name text, relation regclass) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    summary text;
begin
    execute featurize._render(f, $errors$
        update {relation} s
           set error = format('%s: %s', x.reason, x.detail)
          from featurize.failed_row x
         where x.featurizer_id = {id} and not x.is_embedded and s.featurize_row = (x.key ->> 'featurize_row')::bigint
        $errors$, jsonb_build_object('relation', relation::text));
    perform featurize.drop_featurizer(name, keep_embeddings => true);
    execute format('alter table %s drop column %I, drop column %I, drop column %I',
                   relation, featurize._space_column(f), featurize._digest_column(f), featurize._hash_column(f));
    execute format('alter table %s rename column %I to features', relation, f.name);
    execute format('comment on column %s.features is %L', relation,
                   format('Embedding of %s by model %s.', f.image_column, f.model));
    execute format($summary$
        select format('%%s rows, %%s with features, %%s with an error, %%s without an image',
                      count(*), count(x.features), count(x.error), count(*) - count(x.%I))
          from %s x
        $summary$, f.image_column, relation)
       into summary;
    return summary;
end
$$;
comment on function featurize._end_query(text, regclass) is
    'Turn a featurized table into a plain one. Returns a summary of its contents.';

create or replace function featurize._query_progress(name text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%s of %s rows, %s failed, %s left', p.embedded, p.rows, p.failed, p.eta)
      from featurize.progress p
     where p.featurizer = name;
$$;
comment on function featurize._query_progress(text) is 'Progress of featurize_query(), as text.';
