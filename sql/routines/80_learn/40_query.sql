-- featurize_query(): embed the images of a query result once, into a new table.

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
    perform featurize.drop_featurizer(f.name) from featurize.featurizer f where f.source = to_regclass(qualified);
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
          from featurize.failure x
         where x.featurizer = {name} and s.featurize_row = (x.key ->> 'featurize_row')::bigint
        $errors$, jsonb_build_object('relation', relation::text));
    perform featurize.drop_featurizer(name, keep_embeddings => true);
    execute format('alter table %s drop column %I, drop column %I',
                   relation, featurize._space_column(f), featurize._digest_column(f));
    execute format('alter table %s rename column %I to features', relation, name);
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

-- The procedure commits, so it cannot have a SET clause, and the query needs the search_path of the caller anyway.
-- Therefore all other names are schema-qualified.
create or replace procedure featurize.featurize_query(
    query text,
    image_column name,
    model text,
    into_table text,
    overwrite boolean default false,
    image_kind text default null,
    timeout interval default '1 hour'
)
    language plpgsql
as $$
declare
    relation text;
    featurizer text;
    state record;
    started timestamptz := pg_catalog.clock_timestamp();
    reported_at timestamptz := pg_catalog.clock_timestamp();
begin
    begin
        commit;  -- Fails in an exception block; the message tells whether there is a transaction block, too.
    exception
        when invalid_transaction_termination then
            perform featurize._check_top_level(sqlerrm, 'featurize_query');
    end;
    perform featurize._resolve_model(model);
    relation := featurize._clear_table(into_table, pg_catalog.current_schema()::pg_catalog.text, overwrite);
    execute pg_catalog.format(E'create table %s as\n%s', relation, query);
    featurizer := featurize._start_query(relation::pg_catalog.regclass, image_column, model, image_kind);
    commit;
    loop
        select * into state
          from featurize._query_state(featurizer, pg_catalog.timestamptz_pl_interval(started, timeout));
        exit when state.done or state.error is not null;
        if pg_catalog.timestamptz_mi(pg_catalog.clock_timestamp(), reported_at)
            operator(pg_catalog.>) '10 seconds'::pg_catalog.interval
        then
            reported_at := pg_catalog.clock_timestamp();
            raise notice '%', featurize._query_progress(featurizer);
        end if;
        commit;
        perform pg_catalog.pg_sleep(0.02);
    end loop;
    if state.error is not null then
        perform featurize._clear_table(relation, null, true);
        commit;
        raise exception using errcode = 'FZ010',
            message = pg_catalog.format('the query for %s cannot be featurized with model "%s": %s',
                relation, model, state.error),
            hint = 'Start a worker with pgfeaturize worker, or pass a longer timeout. The table was dropped.';
    end if;
    raise notice '%', featurize._end_query(featurizer, relation::pg_catalog.regclass);
    commit;
end
$$;
comment on procedure featurize.featurize_query(text, name, text, text, boolean, text, interval) is
    'Create a table with the result of a query and the features of its images: CALL
featurize.featurize_query(''select path, label from photos'', ''path'', ''resnet50'', ''photo_features''). The query
runs with the rights of the caller. A row that fails has an error and no features. The procedure waits for the
workers. It commits, so it cannot run inside a transaction block.';
