-- Requesting, waiting for and dropping classifiers.

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
            hint = case when state is null
                   then format('Existing classifiers: %s. Use featurize.train_classifier() to train one.', coalesce(
                        (select string_agg(distinct x.name, ', ' order by x.name) from featurize.classifier x), 'none'))
                   when state = 'failed' then 'See column error of featurize.classifier.'
                   else 'featurize.wait_classifier() waits for it; a worker must be running.' end;
    end if;
    return c;
end
$$;
comment on function featurize._classifier(text) is
    'The classifier of that name. Raise FZ016 if there is none, or if it is not ready.';

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
        complaint := 'they are not an object';
    else
        select string_agg(format('"%s" is %s', p.key,
                                 coalesce('not ' || rule.meaning, format('unknown to %s', algorithm))),
                          '; ' order by p.key)
          into complaint
          from jsonb_each(params) p
          -- In lax mode a path would treat an array of one number like a number.
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
               ) rule (field, algorithms, meaning, condition)
            on rule.field = p.key and algorithm = any (rule.algorithms::text[])
         where jsonb_path_match(p.value, rule.condition, silent => true) is not true;
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" cannot be trained with these parameters: %s', name, complaint),
            hint = 'The parameters are normalize and class_weight; for logistic_regression and linear_svm also C, '
                   'max_iter and tol; for ridge also alpha.';
    end if;
end
$$;
comment on function featurize._check_params(text, text, jsonb) is
    'Raise FZ006 for an unknown algorithm, unknown parameters and invalid values.';

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
                case when classes = '{}' then format('%s has no rows for training', view_name)
                else format('%s has rows of one class only, "%s"', view_name, classes[1]) end),
            hint = format(
                'Training needs two classes. select * from featurize.training_report(%L) shows the rows of each.',
                view_name);
    end if;
end
$$;
comment on function featurize._check_classes(text, featurize.training_view) is
    'Raise FZ017 unless a training view has training rows of two classes.';

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
    if coalesce(name, '') = '' then
        raise exception using errcode = 'FZ002',
            message = 'a classifier needs a name',
            hint = 'Pass a name that is not empty.';
    elsif not replace
        and exists (select from featurize.classifier c where c.name = train_classifier.name and c.state <> 'failed')
    then
        raise exception using errcode = 'FZ002',
            message = format('classifier "%s" already exists', name),
            hint = 'Pass another name, or replace => true: the old classifier predicts until the new one is ready.';
    end if;
    perform featurize._check_owner(c.owner, format('classifier "%s"', c.name))
       from featurize.classifier c
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
    'Let a worker train a classifier on the training rows of a training view. algorithm: logistic_regression,
linear_svm or ridge. params: normalize (none, standard, minmax or l2), class_weight, max_iter, tol, C, alpha.
replace: replace an existing classifier of that name. Returns the id of the classifier at once, see
featurize.wait_classifier().';

create or replace function featurize.wait_classifier(name text, timeout interval default '1 hour') returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    deadline timestamptz := clock_timestamp() + timeout;
    c featurize.classifier;
begin
    loop
        -- The classifier that is being trained comes before the existing one that it will replace.
        select * into c
          from featurize.classifier x
         where x.name = wait_classifier.name
         order by x.trained_at nulls first
         limit 1;
        if c.id is null or c.state = 'ready' then
            perform featurize._classifier(name);
            return true;
        elsif c.state = 'failed' then
            raise exception using errcode = 'FZ017',
                message = format('classifier "%s" cannot be trained: %s', name, c.error),
                hint = 'Correct the cause and call featurize.train_classifier() again.';
        elsif c.requested_at = now() and c.started_at is null then
            raise exception using errcode = 'FZ012',
                message = format('classifier "%s" was requested in this transaction, so no worker can see it yet',
                    name),
                hint = 'Commit first.';
        elsif clock_timestamp() > deadline then
            return false;
        end if;
        perform pg_sleep(0.02);
    end loop;
end
$$;
comment on function featurize.wait_classifier(text, interval) is
    'Wait until a classifier is trained. Returns false if the timeout expires first. Raises FZ017 if it cannot be
trained.';

create or replace function featurize.drop_classifier(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_owner(c.owner, format('classifier "%s"', c.name))
       from featurize.classifier c
      where c.name = drop_classifier.name;
    delete from featurize.classifier c where c.name = drop_classifier.name;
    if not found then
        perform featurize._classifier(name);
    end if;
end
$$;
comment on function featurize.drop_classifier(text) is
    'Drop a classifier, and the one that is being trained to replace it.';
