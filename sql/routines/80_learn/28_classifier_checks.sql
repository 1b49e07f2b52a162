-- Finding classifiers by name, and checks of the arguments of train_classifier().

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
                   then concat(
                        featurize._similar_names('classifiers', name,
                            array(select distinct x.name from featurize.classifier x)),
                        ' Use featurize.train_classifier() to train one.')
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
