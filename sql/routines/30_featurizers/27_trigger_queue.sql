-- Trigger functions, part 2: queue inserted and updated rows, and wake workers.

create or replace function featurize._append_groups(f featurize.featurizer, condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $append$
            insert into featurize.outbox (featurizer_id, keys)
            select {id}, json_agg(a.key)
              from (select {key_json:n,json} as key, (row_number() over () - 1) / 100 as part
                      from added n
                     where {condition}) a
             group by a.part;
$append$, jsonb_build_object('condition', condition));
$$;
comment on function featurize._append_groups(featurize.featurizer, text) is
    'Statement that queues the new rows n that meet a condition: one outbox entry for up to a hundred rows.';

create or replace function featurize._append_inserted(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Most statements insert one row. The first two rows need no aggregate, which would cost more than the rest.
    select featurize._render(f, $append$
        insert into featurize.outbox (featurizer_id, keys)
        select {id}, json_build_array({key_json:n,json})
          from added n
         where {image:n} is not null
         limit 2;
        get diagnostics queued = row_count;
        if queued = 2 then {append_others}
        end if;
$append$,
        jsonb_build_object('append_others', featurize._append_groups(f,
            featurize._render(f, '{image:n} is not null offset 2'))));
$$;
comment on function featurize._append_inserted(featurize.featurizer) is
    'Statements that queue inserted rows: one outbox entry for each of the first two, and for up to a hundred others.';

create or replace function featurize._append_updated(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Statements on up to a hundred rows need no row numbers.
    select featurize._render(f, $append$
        insert into featurize.outbox (featurizer_id, keys)
        select {id}, json_agg({key_json:n,json})
          from added n
         where {changed}
        having count(*) between 1 and 100;
        get diagnostics queued = row_count;
        if queued = 0 then {append_all}
            get diagnostics queued = row_count;
        end if;
$append$,
        jsonb_build_object('changed', changed, 'append_all', featurize._append_groups(f, changed)))
      from featurize._render(f, '{image:n} is not null and not exists '
               '(select from removed o where {key_match:o,n} and {image:o} is not distinct from {image:n})') changed;
$$;
comment on function featurize._append_updated(featurize.featurizer) is
    'Statements that queue rows whose image or key changed: one outbox entry for up to a hundred rows.';

create or replace function featurize._idle_lock() returns bigint
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select 7377571;
$$;
comment on function featurize._idle_lock() is
    'Advisory lock that an idle worker holds exclusively; transactions that queue rows try to share it.';

create or replace function featurize._notify_workers(f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- An idle worker holds this lock exclusively. NOTIFY takes a database-wide lock at commit, so it is sent only if a
    -- worker is idle.
    select case when f.notify then featurize._render($notify$
    if queued > 0
        and current_setting('featurize.notify', true) in ('off', 'false', 'no', '0') is not true
        and not pg_try_advisory_xact_lock_shared({idle_lock})
    then
        perform pg_notify('pgfeaturize', '');
    end if;
$notify$, jsonb_build_object('idle_lock', featurize._idle_lock())) else '' end;
$$;
comment on function featurize._notify_workers(featurize.featurizer) is
    'Statements of a trigger function that wake an idle worker if rows were queued.';
