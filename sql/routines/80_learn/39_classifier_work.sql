-- Functions that workers call to train classifiers.

create or replace function featurize._is_waiting(c featurize.classifier) returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    -- Workers take over the classifiers of a dead worker.
    select c.trained_at is null and c.error is null
           and (c.worker_id is null
                or not exists (select from featurize._live_worker w where w.id = c.worker_id));
$$;
comment on function featurize._is_waiting(featurize.classifier) is
    'Whether a classifier has to be trained and no worker is training it.';

create or replace function featurize.is_classifier_waiting() returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select exists (select from featurize.classifier c where featurize._is_waiting(c));
$$;
comment on function featurize.is_classifier_waiting() is 'For workers: whether there is a classifier to train.';

create or replace function featurize.take_classifier(worker_id integer)
    returns table (classifier_id integer, name text, training_view text, algorithm text, params jsonb)
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    with taken as (
        update featurize.classifier c
           set worker_id = take_classifier.worker_id, started_at = clock_timestamp()
         where c.id = (select x.id from featurize.classifier x
                        where featurize._is_waiting(x)
                        order by x.id
                        limit 1
                          for update skip locked)
        returning c.*)
    select c.id, c.name, featurize._qualified(t.relation), c.algorithm, c.params
      from taken c
      -- A worker may read every training view, but the role that requested the classifier may not.
      left join featurize.training_view t
             on t.id = c.training_view_id and has_table_privilege(c.owner, t.relation, 'select');
$$;
comment on function featurize.take_classifier(integer) is
    'For workers: take the next classifier to train. training_view is null if it was dropped, or if the owner of the
classifier may not read it.';

create or replace function featurize.check_training(training_view text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(training_view);
begin
    if t.require_complete and t.space_id is null then
        perform featurize._report_training_view(training_view, true);
    end if;
end
$$;
comment on function featurize.check_training(text) is
    'For workers: raise FZ015 if a training view with require_complete is incomplete.';

create or replace function featurize.release_classifier(classifier_id integer, worker_id integer) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.classifier c
       set worker_id = null, started_at = null
     where c.id = release_classifier.classifier_id
       and c.worker_id = release_classifier.worker_id
       and c.state = 'training';
$$;
comment on function featurize.release_classifier(integer, integer) is
    'For workers: release a classifier, so that another worker can train it.';

create or replace function featurize.store_classifier(
    classifier_id integer,
    worker_id integer,
    space_id integer,
    link text,
    labels text[],
    rows integer[],
    coefficients vector[],
    intercepts float8[],
    metrics jsonb,
    versions jsonb
) returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    c featurize.classifier;
    length integer;
begin
    select * into c from featurize.classifier x
     where x.id = store_classifier.classifier_id
       and x.worker_id = store_classifier.worker_id
       and x.trained_at is null
       for update;
    if c.id is null then
        return false;  -- dropped, requested again, or taken over by another worker
    end if;
    delete from featurize.classifier x where x.name = c.name and x.trained_at is not null;
    insert into featurize.classifier_class (classifier_id, position, label, rows, coefficients, intercept)
    select c.id, row_number() over (order by k.label collate "C"), k.label, k.rows, k.coefficients, k.intercept
      from unnest(labels, rows, coefficients, intercepts) k (label, rows, coefficients, intercept);
    execute format('select %I.vector_dims($1[1])', featurize._vector_schema()) into length using coefficients;
    update featurize.classifier x
       set trained_at = clock_timestamp(), error = null, space_id = store_classifier.space_id, dim = length,
           link = store_classifier.link, metrics = store_classifier.metrics, versions = store_classifier.versions
     where x.id = c.id;
    return true;
end
$$;
comment on function featurize.store_classifier(
    integer, integer, integer, text, text[], integer[], vector[], float8[], jsonb, jsonb) is
    'For workers: store a trained classifier, which replaces the previous one of that name. Returns false if the
classifier was dropped, requested again, or taken over by another worker.';

create or replace function featurize.reject_classifier(classifier_id integer, worker_id integer, error text)
    returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.classifier c
       set error = reject_classifier.error
     where c.id = reject_classifier.classifier_id
       and c.worker_id = reject_classifier.worker_id
       and c.trained_at is null;
$$;
comment on function featurize.reject_classifier(integer, integer, text) is
    'For workers: record why a classifier cannot be trained.';
