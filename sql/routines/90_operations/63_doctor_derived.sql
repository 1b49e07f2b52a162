-- featurize.doctor(): indexes, classifiers, what nobody owns any more, and sizes.

create or replace function featurize._doctor_indexes()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'indexes', 'warning', format('%s for %s', r.featurizer, r.metric), r.state,
           case when r.state like 'failed%' then format('mend what it says; workers try again every minute, or: '
               'pgfeaturize index build %s', r.featurizer)
                when r.state like 'outdated%' then 'start a worker: it builds it for the current feature space'
                when r.state like 'invalid%' then format('reindex index concurrently %s', r.relation)
                else format('select featurize.drop_index(%1$L, %2$L); select featurize.create_index(%1$L, %2$L, m => '
                    '%3$s, ef_construction => %4$s, ef_search => %5$s)',
                            r.featurizer, r.metric, i.m, i.ef_construction, i.ef_search) end
      from featurize._index_report() r
      join featurize.featurizer f on f.name = r.featurizer
      join featurize.index i on i.featurizer_id = f.id and i.metric = r.metric
     where r.state ~ '^(failed|outdated|gone|invalid)';
$$;
comment on function featurize._doctor_indexes() is 'Findings on indexes that searches cannot use.';

create or replace function featurize._doctor_classifiers()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'classifiers', 'warning', c.name, format('it could not be trained: %s', c.error),
           format('mend what it says, then: select featurize.train_classifier(%L, %L, %L, %L, replace => true)',
                  c.name, coalesce(featurize._qualified(t.relation), '…'), c.algorithm, c.params)
      from featurize.classifier c
      left join featurize.training_view t on t.id = c.training_view_id
     where c.state = 'failed'
     union all
    select 'classifiers', 'warning', c.name, format('it was trained in feature space %s of model %s, which is '
        'retired', s.id, s.model),
           format('select featurize.train_classifier(%L, %L, %L, %L, replace => true), once all rows are embedded',
                  c.name, coalesce(featurize._qualified(t.relation), '…'), c.algorithm, c.params)
      from featurize.classifier c
      join featurize.space s on s.id = c.space_id and s.retired_at is not null
      left join featurize.training_view t on t.id = c.training_view_id
     where c.state = 'ready';
$$;
comment on function featurize._doctor_classifiers() is 'Findings on classifiers that failed, or judge vectors that '
    'are not made any more.';

create or replace function featurize._doctor_orphans()
    returns table (name text, level text, object text, finding text, remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'orphans', 'warning', p.oid::regprocedure::text, 'a function for the triggers of a featurizer that is gone',
           format('drop function %s cascade', p.oid::regprocedure)
      from pg_proc p
     where p.pronamespace = 'featurize_generated'::regnamespace
       and p.proname ~ '^(on|sees)_\d+$'
       and not exists (select from featurize.featurizer f
           where p.proname in (format('on_%s', f.id), format('sees_%s', f.id)))
     union all
    select 'orphans', 'warning', x.relation, format('%s entries of featurizers that are gone', x.rows),
           format('delete from %s x where not exists (select from featurize.featurizer f where f.id = '
               'x.featurizer_id)', x.relation)
      from (select 'featurize.job', count(*) from featurize.job j
             where not exists (select from featurize.featurizer f where f.id = j.featurizer_id)
             union all
            select 'featurize.outbox', count(*) from featurize.outbox a
             where not exists (select from featurize.featurizer f where f.id = a.featurizer_id)) x (relation, rows)
     where x.rows > 0
     union all
    -- Often on purpose, by keep_embeddings.
    select 'orphans', 'information', featurize._qualified(c.oid),
        format('embeddings of a featurizer that is gone, %s', pg_size_pretty(pg_total_relation_size(c.oid))),
           format('drop table %s, if nobody wants them', featurize._qualified(c.oid))
      from pg_class c
      join pg_description d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0
     where c.relkind = 'r'
       and d.description ~ '^Embeddings of .* Written by pgfeaturize\.$'
       and not exists (select from featurize.featurizer f where f.embeddings = c.oid);
$$;
comment on function featurize._doctor_orphans() is 'Findings on what featurizers have left that are gone.';

create or replace function featurize._doctor_disk() returns table (name text, level text, object text, finding text,
    remedy text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select 'disk', 'information', f.name,
           format('%s: %s, its indexes: %s', case f.destination when 'table' then 'embeddings'
               else 'table with embeddings' end,
                  pg_size_pretty(pg_table_size(c.oid)), pg_size_pretty(pg_indexes_size(c.oid))),
           null
      from featurize.featurizer f
      join pg_class c on c.oid = case f.destination when 'table' then f.embeddings else f.source end;
$$;
comment on function featurize._doctor_disk() is 'What embeddings and indexes take on disk.';
