-- featurize_query(): embed the images of a query result once, into a new table.

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
