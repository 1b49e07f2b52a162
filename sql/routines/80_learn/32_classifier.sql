-- Asking for a classifier, and what workers do about it.

create or replace function featurize._classifier(name text) returns featurize.classifier
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    c featurize.classifier;
    state text;
begin
    select * into c from featurize.classifier x where x.name = _classifier.name and x.trained_at is not null;
    if c.id is null then
        select x.state into state from featurize.classifier x where x.name = _classifier.name;
        raise exception using errcode = 'FZ016',
            message = case when state is null then format('there is no classifier "%s"', name)
                      else format('classifier "%s" is not ready: it is %s', name, state) end,
            hint = case when state is null then format('There are: %s. featurize.train_classifier() makes one.',
                coalesce(
                        (select string_agg(distinct x.name, ', ' order by x.name) from featurize.classifier x), 'none'))
                   when state = 'failed' then 'See error in featurize.classifier.'
                   else 'featurize.wait_classifier() waits for it; a worker has to be running.' end;
    end if;
    return c;
end
$$;
comment on function featurize._classifier(text) is 'The classifier of that name, ready to predict, or FZ016.';

create or replace function featurize._check_params(name text, algorithm text, params jsonb) returns void
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
declare
    complaint text;
begin
    perform featurize._check_choice('algorithm', algorithm, array['logistic_regression', 'linear_svm', 'ridge']);
    if jsonb_typeof(params) is distinct from 'object' then
        complaint := 'they are no object';
    else
        select string_agg(format('"%s" is %s', p.key, coalesce('not ' || rule.meaning,
            format('unknown to %s', algorithm))), '; ' order by p.key)
          into complaint
          from jsonb_each(params) p
          -- Strict: a list of one number is no number.
          left join (values
               ('C', '{logistic_regression,linear_svm}', 'a positive number', 'strict $ > 0'::jsonpath),
               ('alpha', '{ridge}', 'a positive number', 'strict $ > 0'),
               ('max_iter', '{logistic_regression,linear_svm}', 'a whole number of 1 or more',
                   'strict $ >= 1 && $ == $.floor()'),
               ('tol', '{logistic_regression,linear_svm}', 'a positive number', 'strict $ > 0'),
               ('class_weight', '{logistic_regression,linear_svm,ridge}', '"balanced" or null',
                   'strict $ == null || $ == "balanced"'),
               ('normalize', '{logistic_regression,linear_svm,ridge}', '"none", "standard", "minmax" or "l2"',
                   'strict $ like_regex "^(none|standard|minmax|l2)$"')
               ) rule (field, algorithms, meaning, condition) on rule.field = p.key
                   and algorithm = any (rule.algorithms::text[])
         where jsonb_path_match(p.value, rule.condition, silent => true) is not true;
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" cannot be trained with these parameters: %s', name, complaint),
            hint = 'There are: normalize and class_weight; for logistic_regression and linear_svm C, max_iter and '
                'tol; for ridge alpha.';
    end if;
end
$$;
comment on function featurize._check_params(text, text, jsonb)
    is 'FZ006 for an unknown algorithm, and for parameters that it does not know.';

create or replace function featurize._check_classes(name text, t featurize.training_view) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    view_name text := featurize._qualified(t.relation);
    classes text[];
begin
    if t.space_id is null and t.require_complete then
        perform featurize._report_training_view(view_name, true);
    end if;
    select coalesce(array_agg(r.label order by r.label), '{}') into classes
      from featurize.training_report(view_name) r where r.train > 0;
    if cardinality(classes) < 2 then
        raise exception using errcode = 'FZ017',
            message = format('classifier "%s" cannot be trained: %s', name,
                case when classes = '{}' then format('%s has no rows to train by', view_name)
                else format('%s has rows of one class only, "%s"', view_name, classes[1]) end),
            hint = format('It takes two classes. select * from featurize.training_report(%L) shows what is there and '
                'what is missing.', view_name);
    end if;
end
$$;
comment on function featurize._check_classes(text, featurize.training_view)
    is 'FZ017 unless there are two classes to be told apart.';

create or replace function featurize.train_classifier(
    name text,
    training_view text,
    algorithm text default 'logistic_regression',
    params jsonb default '{}',
    replace boolean default false
) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(training_view);
    id integer;
begin
    perform featurize._check_params(name, algorithm, params);
    if coalesce(name, '') = '' or exists (select from featurize.classifier c where c.name = train_classifier.name
        and c.state <> 'failed') and not replace then
        raise exception using errcode = 'FZ002',
            message = case when coalesce(name, '') = '' then 'a classifier needs a name'
                else format('there is a classifier "%s" already', name) end,
            hint = 'Pass another name; or replace => true, and the old one predicts until the new one is ready.';
    end if;
    perform featurize._check_owner(c.owner, format('classifier "%s"', c.name)) from featurize.classifier c
        where c.name = train_classifier.name;
    perform featurize._check_classes(name, t);
    delete from featurize.classifier c where c.name = train_classifier.name and c.trained_at is null;
    insert into featurize.classifier as c (name, training_view_id, featurizer_id, algorithm, params, normalization)
    values (name, t.id, t.featurizer_id, algorithm, params, coalesce(params ->> 'normalize', 'standard'))
    returning c.id into id;
    perform pg_notify('pgfeaturize_requests', 'classifier');
    return id;
end
$$;
comment on function featurize.train_classifier(text, text, text, jsonb, boolean) is
    'Have a worker train a classifier by the rows of a training view: logistic_regression, linear_svm or ridge. It '
        'returns at once,
see featurize.wait_classifier(). params: normalize (none, standard, minmax, l2), class_weight, max_iter, tol, C, '
'alpha.';

create or replace function featurize.wait_classifier(name text, timeout interval default '1 hour') returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    deadline timestamptz := clock_timestamp() + timeout;
    c featurize.classifier;
begin
    loop
        -- The one that is to come, before the one that is there.
        select * into c from featurize.classifier x where x.name = wait_classifier.name
            order by x.trained_at nulls first limit 1;
        if c.id is null or c.state = 'ready' then
            perform featurize._classifier(name);
            return true;
        elsif c.state = 'failed' then
            raise exception using errcode = 'FZ017',
                message = format('classifier "%s" cannot be trained: %s', name, c.error),
                hint = 'Mend that and call featurize.train_classifier() again.';
        elsif c.requested_at = now() and c.started_at is null then
            raise exception using errcode = 'FZ012',
                message = format('classifier "%s" was asked for in this very transaction, which no worker can see '
                    'yet', name),
                hint = 'Commit first.';
        elsif clock_timestamp() > deadline then
            return false;
        end if;
        perform pg_sleep(0.02);
    end loop;
end
$$;
comment on function featurize.wait_classifier(text, interval) is
    'Wait until a classifier is ready; false when the time is over, FZ017 if it cannot be trained.';

create or replace function featurize.drop_classifier(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_owner(c.owner, format('classifier "%s"', c.name)) from featurize.classifier c
        where c.name = drop_classifier.name;
    delete from featurize.classifier c where c.name = drop_classifier.name;
    if not found then
        perform featurize._classifier(name);
    end if;
end
$$;
comment on function featurize.drop_classifier(text) is 'Remove a classifier, and one that is to take its place.';

-- The worker's side.

create or replace function featurize._is_waiting(c featurize.classifier) returns boolean
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    -- What a worker had that is gone is taken over.
    select c.trained_at is null and c.error is null
           and (c.worker_id is null
                or not exists (select from featurize.worker w
                                where w.id = c.worker_id and w.last_heartbeat > clock_timestamp() - interval '1 '
                                    'minute'));
$$;
comment on function featurize._is_waiting(featurize.classifier)
    is 'Whether a classifier is to be trained and no worker does it.';

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
                        order by x.id limit 1 for update skip locked)
        returning c.*)
    select c.id, c.name, featurize._qualified(t.relation), c.algorithm, c.params
      from taken c
      -- A worker reads what whoever asks may not.
      left join featurize.training_view t on t.id = c.training_view_id
          and has_table_privilege(c.owner, t.relation, 'select');
$$;
comment on function featurize.take_classifier(integer) is
    'For workers: the next classifier that is to be trained. Without a training_view, that is gone, or not for who '
        'has asked.';

create or replace function featurize.release_classifier(classifier_id integer, worker_id integer) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.classifier c
       set worker_id = null, started_at = null
     where c.id = release_classifier.classifier_id and c.worker_id = release_classifier.worker_id
         and c.state = 'training';
$$;
comment on function featurize.release_classifier(integer, integer) is 'For workers: leave a classifier to others.';

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
     where x.id = store_classifier.classifier_id and x.worker_id = store_classifier.worker_id and x.trained_at is null
       for update;
    if c.id is null then
        return false;  -- dropped, asked for anew, or taken over: late work is not merged
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
comment on function featurize.store_classifier(integer, integer, integer, text, text[], integer[], vector[],
    float8[], jsonb, jsonb) is
    'For workers: what was learned. It takes the place of the classifier of the same name; false if it is not wanted '
        'any more.';

create or replace function featurize.reject_classifier(classifier_id integer, worker_id integer, error text)
    returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.classifier c
       set error = reject_classifier.error
     where c.id = reject_classifier.classifier_id and c.worker_id = reject_classifier.worker_id and c.trained_at
         is null;
$$;
comment on function featurize.reject_classifier(integer, integer, text)
    is 'For workers: why a classifier cannot be trained.';
