create or replace function featurize._start_backfill(f featurize.featurizer, force boolean) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    insert into featurize.backfill as b (featurizer_id, force) values (f.id, _start_backfill.force)
        on conflict on constraint backfill_pkey
        -- A refresh that has not come to its end is not forgotten.
        do update set after = null, force = excluded.force or b.force and b.finished_at is null, finished_at = null;
    select pg_notify('pgfeaturize', '');
$$;
comment on function featurize._start_backfill(featurize.featurizer, boolean) is
    'Let the workers walk the source from the start; with force, queue embedded rows too.';

create or replace function featurize.backfill_step(featurizer_id integer, size integer) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO'
    set intervalstyle = 'iso_8601'
    set bytea_output = 'hex'
    set extra_float_digits = 1
    -- A step looks up its rows one by one, however many or few the planner believes are there.
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    set jit = off
as $$
declare
    f featurize.featurizer;
    b featurize.backfill;
    stored record;
    queued integer;
    last_key jsonb;
begin
    select * into b from featurize.backfill x
     where x.featurizer_id = backfill_step.featurizer_id and x.finished_at is null
       for update skip locked;
    if b.featurizer_id is null then
        return 0;
    end if;
    select * into f from featurize.featurizer x where x.id = b.featurizer_id;
    stored := featurize._with_embedding(f);
    execute format($step$
        with step as materialized (
            select next.*
              from %5$s (select %1$s as key, %2$s is not null as has_image, %3$s as space_id
                      from %4$s %6$s
                     order by %7$s
                     limit $1) next
        ), queued as (
            insert into featurize.job (featurizer_id, key, priority)
            select $2, step.key, 10 from step
             where step.has_image
               and ($3 or ((step.space_id is null or step.space_id is distinct from $4)
                    -- Rows that were just written may be in work already. "offset 0" keeps the planner
                    -- from hashing all jobs for every step.
                    and not exists (select from featurize.job x
                                     where x.featurizer_id = $2
                                       and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                       and x.key = step.key offset 0)
                    and not exists (select from featurize.failure x
                                     where x.featurizer = $5
                                       and jsonb_hash_extended(x.key, 0) = jsonb_hash_extended(step.key, 0)
                                       and x.key = step.key offset 0)))
            returning 1)
        select (select count(*) from queued),
               (select step.key from step offset greatest((select count(*) from step) - 1, 0) limit 1)
        $step$,
        featurize._key_json(f, 's'), featurize._image(f, 's'), stored.space, stored.relation,
        format('jsonb_to_record($6) as a (%s) cross join lateral', featurize._key_definition(f)),
        case when b.after is not null then 'where ' || featurize._key_match(f, 's', 'a', '>') end,
        featurize._key(f, 's'))
    into queued, last_key
    using size, f.id, b.force, featurize._current_space(f), f.name, coalesce(b.after, '{}');
    update featurize.backfill x
       set after = last_key, finished_at = case when last_key is null then clock_timestamp() end
     where x.featurizer_id = f.id;
    return queued;
end
$$;
comment on function featurize.backfill_step(integer, integer) is
    'For workers: look at the next rows in key order and queue those without a current vector.';

create or replace function featurize.refresh(name text, filter text default null) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    queued bigint;
begin
    if filter is null then
        perform featurize._start_backfill(f, true);
        return null;
    end if;
    -- The filter is the caller's own SQL and runs with the caller's rights, here and nowhere else.
    execute format(
        'insert into featurize.job (featurizer_id, key) select $1, %s from only %s s where %s is not null and (%s)',
        format(case featurize._key_settings(f) when '' then '%s' else 'featurize._canonical_key($2, %s)' end,
               featurize._key_json(f, 's')),
        f.source, featurize._image(f, 's'), filter)
    using f.id, f;
    get diagnostics queued = row_count;
    perform pg_notify('pgfeaturize', '');
    return queued;
end
$$;
comment on function featurize.refresh(text, text) is
    'Featurize rows again, because their files changed: all in small steps (returns null), or at once those that a '
        'SQL condition on the row s picks (returns how many); functions and types outside pg_catalog need their '
        'schema there.';

create or replace function featurize.retry(name text) returns bigint
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._own_featurizer(name);
    queued bigint;
begin
    with again as (
        delete from featurize.failure x where x.featurizer = f.name returning x.key)
    insert into featurize.job (featurizer_id, key) select f.id, again.key from again;
    get diagnostics queued = row_count;
    perform pg_notify('pgfeaturize', '');
    return queued;
end
$$;
comment on function featurize.retry(text) is 'Queue the failed rows of a featurizer again; says how many.';
