-- What is in a training view: a report, and a COPY statement that reads it.

create or replace function featurize._training_key(t featurize.training_view, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(format('%s%I', alias || '.', a.attname), ', ' order by a.attnum)
      from pg_attribute a
     where a.attrelid = t.relation and a.attnum > 0 and not a.attisdropped
       and a.attname not in ('label', 'split', 'features');
$$;
comment on function featurize._training_key(featurize.training_view, text) is
    'Key columns of a training view over an alias, such as x.tenant, x.id; without an alias: tenant, id.';

create or replace function featurize.training_report(name text)
    returns table (label text, rows bigint, train bigint, test bigint, missing bigint, unassigned bigint)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer;
begin
    select * into f from featurize.featurizer x where x.id = t.featurizer_id and t.space_id is null;
    if f.id is null then
        return query execute format($frozen$
            select x.label::text, count(*),
                   count(*) filter (where x.split = 'train'),
                   count(*) filter (where x.split = 'test'),
                   0::bigint, 0::bigint
              from %s x
             group by 1
             order by 1
            $frozen$, t.relation);
        return;
    end if;
    return query execute featurize._render(f, $report$
        select s.{label}::text, count(*),
               count(*) filter (where x.split = 'train'),
               count(*) filter (where x.split = 'test'),
               count(*) filter (where s.{label} is not null and x.split is null and {side} is not null),
               count(*) filter (where s.{label} is not null and {side} is null)
          from only {source} s
          left join {view} x on {key_match:x,s}
         group by 1
         order by 1
        $report$,
        jsonb_build_object(
            'label', quote_ident(t.label_column),
            'view', t.relation::text,
            'side', case when t.split_column is null then '''''' else featurize._side(t) end));
end
$$;
comment on function featurize.training_report(text) is
    'Number of rows of a training view for each label: all; for training; for testing; missing, which have no current
embedding; and unassigned, for which split_column names neither train nor test. Missing and unassigned rows are not in
the view, nor are those whose label is null.';

create or replace function featurize._report_training_view(name text, require_complete boolean) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    counts record;
begin
    select coalesce(sum(r.train), 0) as train,
           coalesce(sum(r.test), 0) as test,
           coalesce(sum(r.missing), 0) as missing,
           coalesce(sum(r.unassigned), 0) as unassigned,
           coalesce(sum(r.rows) filter (where r.label is null), 0) as unlabeled
      into counts
      from featurize.training_report(name) r;
    if require_complete and counts.missing > 0 then
        raise exception using errcode = 'FZ015',
            message = format('training view "%s" is incomplete: %s rows with a label have no current embedding',
                name, counts.missing),
            hint = 'Wait for the featurizer, see featurize.progress and featurize.failure; '
                   'or pass require_complete => false.';
    end if;
    raise notice 'training view %: % rows train, % test; left out: % without a current embedding, % without a label%',
        name, counts.train, counts.test, counts.missing, counts.unlabeled,
        case when counts.unassigned > 0 then format(', %s neither train nor test', counts.unassigned) end;
end
$$;
comment on function featurize._report_training_view(text, boolean) is
    'Report the number of rows of a training view as a notice. Raise FZ015 if require_complete and rows are missing.';

create or replace function featurize.training_space(name text) returns integer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(t.space_id, featurize._current_space(f))
      from featurize._training_view(training_space.name) t
      left join featurize.featurizer f on f.id = t.featurizer_id;
$$;
comment on function featurize.training_space(text) is
    'For programs: id of the feature space of the features that a training view shows now.';

create or replace function featurize.training_copy(name text, split text default null)
    returns table (rows bigint, dim integer, statement text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    if split is not null then
        perform featurize._check_choice('split', split, array['train', 'test']);
    end if;
    execute format('select count(*) from %s x where $1 is null or x.split = $1', t.relation) into rows using split;
    select m.dim into dim
      from featurize.model m
     where m.name = coalesce((select p.model from featurize.space p where p.id = t.space_id),
                             (select f.model from featurize.featurizer f where f.id = t.featurizer_id));
    -- Sorted before the conversion to vector, which is twice as large as halfvec.
    statement := featurize._render($copy$copy (
            select to_jsonb(k)::text, x.label::text, x.split, x.features::{vector_schema}.vector
              from (select * from {relation} x where {condition} order by {key}) x
             cross join lateral (select {key}) k
        ) to stdout (format binary)$copy$,
        jsonb_build_object(
            'vector_schema', quote_ident(featurize._vector_schema()),
            'relation', t.relation::text,
            'condition', case when split is null then 'true' else format('x.split = %L', split) end,
            'key', featurize._training_key(t, 'x')));
    return next;
end
$$;
comment on function featurize.training_copy(text, text) is
    'How to read a training view, or one split of it: number of rows, length of the features, and a COPY statement
that returns key, label, split and features in key order.';
