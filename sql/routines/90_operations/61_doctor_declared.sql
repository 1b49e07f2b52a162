-- featurize.doctor(): checks of featurizers, and of the tables, columns and triggers that they need.

create or replace function featurize._doctor_faults()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select x.part, 'error', featurize._label(f), x.finding, x.remedy
      from featurize.featurizer f
     cross join lateral featurize._faults(f) x
     union all
    select 'source', 'warning', featurize._label(f), i.finding, i.remedy
      from featurize.featurizer f
     cross join lateral featurize._inheritance(f) i
     where i.finding is not null;
$$;
comment on function featurize._doctor_faults() is 'Findings about source tables, embedding tables and keys.';

create or replace function featurize._doctor_triggers()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'triggers', 'error', x.name,
           format('on %s %s: some changes of rows are not queued',
                  x.source, string_agg(x.trigger || x.state, ', ' order by x.trigger)),
           format('select featurize.repair(%L)', x.name)
      from (select featurize._label(f) as name, f.source, e.name as trigger,
                   case when t.oid is null then ' is missing'
                        when t.tgenabled <> all (case e.enabled when '' then '{O,A}' when 'replica' then '{R,A}'
                                                 else '{A}' end::"char"[]) then ' is disabled' end as state
              from featurize.featurizer f
             cross join lateral featurize._triggers(f) e
              left join pg_trigger t on t.tgrelid = f.source and t.tgname = e.name and t.tgfoid = to_regproc(e.function)
             where exists (select from pg_class c where c.oid = f.source)) x
     where x.state is not null
     group by x.name, x.source
     union all
    select distinct 'triggers', 'warning', featurize._label(f),
           'its trigger function is outdated: it is of another release, or a table was renamed or restored',
           format('select featurize.repair(%L)', featurize._label(f))
      from featurize.featurizer f
     cross join lateral featurize._trigger_functions(f) e
      join pg_proc p on p.oid = to_regproc(e.function)
     where p.prosrc <> e.body
       -- With such a fault the function cannot be written.
       and not exists (select from featurize._source_faults(f))
     union all
    select 'triggers', 'warning', featurize._label(f),
           format('rows of %s arrive by logical replication and are not queued', f.source),
           format('select featurize.alter_featurizer(%L, on_replica => true)', featurize._label(f))
      from featurize.featurizer f
     where not f.on_replica and exists (select from pg_subscription_rel r where r.srrelid = f.source);
$$;
comment on function featurize._doctor_triggers() is 'Findings about triggers that are missing, disabled or outdated.';

create or replace function featurize._doctor_states()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'blocked', 'error', featurize._label(f),
           format('no worker has been able to serve it since %s: %s',
                  date_trunc('second', f.blocked_at), f.blocked_reason),
           'correct the cause; workers try again at least every minute'
      from featurize.featurizer f
     where f.blocked_reason is not null
     union all
    select 'paused', 'warning', featurize._label(f),
           format('it has been paused since %s', date_trunc('second', f.paused_at)),
           format('select featurize.resume(%L)', featurize._label(f))
      from featurize.featurizer f
     where f.paused_at is not null
     union all
    select 'unresolved_models', 'warning', m.name,
           format('the model is unresolved, and no worker can complete it: %s', m.error),
           format('correct the cause and call featurize.register_model(%L, ...) again', m.name)
      from featurize.model m
     where m.dim is null and m.error is not null
     union all
    select 'failures', 'warning', x.featurizer,
           format('%s rows failed, most of them with reason %s', sum(x.rows), min(x.reason) filter (where x.rank = 1)),
           format('see featurize.failure, correct the cause, then: select featurize.retry(%L)', x.featurizer)
      from (select y.featurizer, y.reason, count(*) as rows,
                   row_number() over (partition by y.featurizer order by count(*) desc) as rank
              from featurize.failure y
             group by y.featurizer, y.reason) x
     group by x.featurizer;
$$;
comment on function featurize._doctor_states() is
    'Findings about featurizers that are blocked or paused, unresolved models, and failed rows.';
