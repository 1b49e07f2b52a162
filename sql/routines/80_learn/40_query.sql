-- Featurizing what a query gives, once: into a table of its own, by the workers.

create or replace function featurize._clear_table(name text, schema text, overwrite boolean) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[] := parse_ident(name);
    qualified text := format('%I.%I', case when cardinality(parts) > 1 then parts[1]
        else schema end, parts[cardinality(parts)]);
begin
    if cardinality(parts) > 2 then
        raise exception using errcode = 'FZ002',
            message = format('%L is no name for a table', name),
            hint = 'Pass a table, with a schema before it if you like.';
    elsif to_regclass(qualified) is not null and not overwrite then
        raise exception using errcode = 'FZ002',
            message = format('there is a relation %s already', qualified),
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
    'Qualified name of a table that is to be created, in a schema unless it says where; what has that name is '
        'dropped, or FZ002.';

create or replace function featurize._start_query(relation regclass, image_column name, model text, image_kind text)
    returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_column(relation, image_column, 'image');
    if exists (select from pg_attribute a where a.attrelid = relation
        and a.attname in ('features', 'error', 'featurize_row')) then
        raise exception using errcode = 'FZ002',
            message = format('the query for %s has a column features, error or featurize_row', relation),
            hint = 'These are the names of what is added; give it another one.';
    end if;
    execute format('alter table %s add column featurize_row bigint generated always as identity primary key, add '
        'column error text', relation);
    execute format('comment on column %s.featurize_row is ''Number of the row.''', relation);
    execute format('comment on column %s.error is ''Why there are no features.''', relation);
    return featurize.create_featurizer(relation, image_column, model, format('featurize_query_%s', relation::oid),
        destination => 'column',
        image_kind => coalesce(image_kind, (select case a.atttypid when 'bytea'::regtype then 'bytes' else 'path' end
                                              from pg_attribute a where a.attrelid = relation
                                                  and a.attname = image_column)));
end
$$;
comment on function featurize._start_query(regclass, name, text, text)
    is 'Have the rows of a new table featurized; the name of the featurizer.';

create or replace function featurize._query_state(name text, deadline timestamptz, out done boolean, out trouble text)
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    done := not featurize._is_busy(f.id);
    trouble := case when done then null
        when not exists (select from featurize.worker w where w.last_heartbeat > clock_timestamp() - interval '1 '
            'minute') then 'no worker is running'
        when f.blocked_reason is not null then f.blocked_reason
        when clock_timestamp() > deadline then 'the time is over' end;
end
$$;
comment on function featurize._query_state(text, timestamptz)
    is 'Whether all rows are featurized, or why they will not be.';

create or replace function featurize._end_query(name text, relation regclass) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    told text;
begin
    execute format('update %s s set error = format(''%%s: %%s'', x.reason, x.detail) from featurize.failure x '
                   'where x.featurizer = %L and s.featurize_row = (x.key ->> ''featurize_row'')::bigint', relation,
                       name);
    perform featurize.drop_featurizer(name, keep_embeddings => true);
    execute format('alter table %s drop column %I, drop column %I', relation, featurize._space_column(f),
        featurize._digest_column(f));
    execute format('alter table %s rename column %I to features', relation, name);
    execute format('comment on column %s.features is %L', relation,
        format('Embedding of %s by model %s.', f.image_column, f.model));
    execute format('select format(''%%s rows, %%s with features, %%s with an error, %%s without an image'', '
        'count(*), count(x.features), count(x.error), '
                   'count(*) - count(x.%I)) from %s x', f.image_column, relation) into told;
    return told;
end
$$;
comment on function featurize._end_query(text, regclass) is 'Turn a featurized table into a plain one, and say what '
    'is in it.';

-- It commits, so it cannot have a SET clause, and the query is to see the caller's search_path anyway:
-- all else is named with its schema.
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
    told timestamptz := pg_catalog.clock_timestamp();
begin
    begin
        commit;  -- Never works, in an exception block; but says why.
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
        select * into state from featurize._query_state(featurizer,
            pg_catalog.timestamptz_pl_interval(started, timeout));
        exit when state.done or state.trouble is not null;
        if pg_catalog.timestamptz_mi(pg_catalog.clock_timestamp(),
            told) operator(pg_catalog.>) '10 seconds'::pg_catalog.interval then
            told := pg_catalog.clock_timestamp();
            raise notice '%', featurize._query_progress(featurizer);
        end if;
        commit;
        perform pg_catalog.pg_sleep(0.02);
    end loop;
    if state.trouble is not null then
        perform featurize._clear_table(relation, null, true);
        commit;
        raise exception using errcode = 'FZ010',
            message = pg_catalog.format('the query for %s cannot be featurized by model "%s": %s', relation, model,
                state.trouble),
            hint = 'Start a worker, pgfeaturize worker, or pass a longer timeout. The table is gone.';
    end if;
    raise notice '%', featurize._end_query(featurizer, relation::pg_catalog.regclass);
    commit;
end
$$;
comment on procedure featurize.featurize_query(text, name, text, text, boolean, text, interval) is
    'Make a table of what a query gives, with the features of its images: CALL featurize.featurize_query(''select '
        'path, label from
photos'', ''path'', ''resnet50'', ''photo_features''). The query is the caller''s own SQL. Rows that fail have an '
'error instead.
It commits, so it cannot be in a transaction block.';

create or replace function featurize._query_progress(name text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('%s of %s rows, %s failed, %s left', p.embedded, p.rows, p.failed, p.eta) from featurize.progress p
        where p.featurizer = name;
$$;
comment on function featurize._query_progress(text) is 'How far the featurizing of a query is.';
