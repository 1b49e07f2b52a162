-- featurize.doctor(): checks of indexes, classifiers and orphaned objects, and sizes.

create or replace function featurize._doctor_indexes()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'indexes', 'warning', format('%s for %s', r.featurizer, r.metric), r.state,
           case when r.state like 'failed%'
                then format('correct the cause; workers try again every minute, or: pgfeaturize index build %s',
                            r.featurizer)
                when r.state like 'outdated%' then 'start a worker: it builds the index for the current feature space'
                when r.state like 'invalid%' then format('reindex index concurrently %s', r.relation)
                else featurize._render(
                     'select featurize.drop_index({featurizer}, {metric}); select featurize.create_index({featurizer}, '
                     '{metric}, m => {m}, ef_construction => {ef_construction}, ef_search => {ef_search})',
                     jsonb_build_object(
                         'featurizer', quote_literal(r.featurizer), 'metric', quote_literal(r.metric), 'm', i.m,
                         'ef_construction', i.ef_construction, 'ef_search', i.ef_search)) end
      from featurize._index_report() r
      join featurize.featurizer f on featurize._label(f) = r.featurizer
      join featurize.index i on i.featurizer_id = f.id and i.metric = r.metric
     where r.state ~ '^(failed|outdated|gone|invalid)';
$$;
comment on function featurize._doctor_indexes() is 'Findings about indexes that searches cannot use.';

create or replace function featurize._doctor_classifiers()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'classifiers', 'warning', c.name, format('it could not be trained: %s', c.error),
           format('correct the cause, then: select featurize.train_classifier(%L, %L, %L, %L, replace => true)',
                  c.name, coalesce(featurize._qualified(t.relation), '...'), c.algorithm, c.params)
      from featurize.classifier c
      left join featurize.training_view t on t.id = c.training_view_id
     where c.state = 'failed'
     union all
    select 'classifiers', 'warning', c.name,
           format('it was trained in feature space %s of model %s, which is retired', s.id, s.model),
           format('after all rows are embedded: select featurize.train_classifier(%L, %L, %L, %L, replace => true)',
                  c.name, coalesce(featurize._qualified(t.relation), '...'), c.algorithm, c.params)
      from featurize.classifier c
      join featurize.space s on s.id = c.space_id and s.retired_at is not null
      left join featurize.training_view t on t.id = c.training_view_id
     where c.state = 'ready';
$$;
comment on function featurize._doctor_classifiers() is
    'Findings about classifiers that could not be trained, or that were trained in a retired feature space.';

create or replace function featurize._doctor_orphans()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'orphans', 'warning', p.oid::regprocedure::text, 'a function for the triggers of a dropped featurizer',
           format('drop function %s cascade', p.oid::regprocedure)
      from pg_proc p
     where p.pronamespace = 'featurize_generated'::regnamespace
       and p.proname ~ '^(on|replica|sees)_[0-9]+$'
       and not exists (select from featurize.featurizer f
                        where p.proname in (format('on_%s', f.id), format('replica_%s', f.id), format('sees_%s', f.id)))
     union all
    select 'orphans', 'warning', x.relation, format('%s entries of dropped featurizers', x.rows),
           format('delete from %s x where not exists (select from featurize.featurizer f where f.id = x.featurizer_id)',
                  x.relation)
      from (select 'featurize.job', count(*) from featurize.job j
             where not exists (select from featurize.featurizer f where f.id = j.featurizer_id)
             union all
            select 'featurize.outbox', count(*) from featurize.outbox a
             where not exists (select from featurize.featurizer f where f.id = a.featurizer_id)) x (relation, rows)
     where x.rows > 0
     union all
    -- Often intended: drop_featurizer() with keep_embeddings.
    select 'orphans', 'information', featurize._qualified(c.oid),
           format('embeddings of a dropped featurizer, %s', pg_size_pretty(pg_total_relation_size(c.oid))),
           format('if nobody needs them: drop table %s', featurize._qualified(c.oid))
      from pg_class c
     where c.relkind = 'r' and featurize._is_leftover(c.oid);
$$;
comment on function featurize._doctor_orphans() is 'Findings about leftovers of dropped featurizers.';

create or replace function featurize._doctor_disk()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'disk', 'information', featurize._label(f),
           format('%s: %s, its indexes: %s',
                  case f.destination when 'table' then 'embeddings' else 'table with embeddings' end,
                  pg_size_pretty(pg_table_size(c.oid)), pg_size_pretty(pg_indexes_size(c.oid))),
           null
      from featurize.featurizer f
      join pg_class c on c.oid = case f.destination when 'table' then f.embeddings else f.source end;
$$;
comment on function featurize._doctor_disk() is 'Disk space of embeddings and indexes.';
