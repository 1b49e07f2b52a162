-- Requesting, waiting for and dropping classifiers.

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
    delete from featurize.classifier c where c.name = train_classifier.name and c.trained_at is null;
    insert into featurize.classifier as c (name, training_view_id, featurizer_id, algorithm, params, normalization)
    values (name, t.id, t.featurizer_id, algorithm, params, coalesce(params ->> 'normalize', 'standard'))
    returning c.id into id;
    perform featurize._notify('pgfeaturize_requests', 'classifier');
    return id;
end
$$;
comment on function featurize.train_classifier(text, text, text, jsonb, boolean) is
    'Let a worker train a classifier on the training rows of a training view. algorithm: logistic_regression,
linear_svm or ridge. params: normalize (none, standard, minmax or l2), class_weight, max_iter, tol, C, alpha.
replace: replace an existing classifier of that name. Returns the id of the classifier at once, without reading the
training view; featurize.wait_classifier() raises what is wrong with its rows.';

create or replace function featurize.wait_classifier(name text, timeout interval default '1 hour') returns boolean
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    deadline timestamptz := clock_timestamp() + timeout;
    c featurize.classifier;
begin
    perform featurize._check_snapshot('wait_classifier');
    loop
        -- The classifier that is being trained comes before the existing one that it will replace.
        select * into c
          from featurize.classifier x
         where x.name = wait_classifier.name
         order by x.trained_at nulls first
         limit 1;
        if c.id is null or c.state = 'ready' then
            perform featurize._classifier(name);
            if c.metrics ->> 'converged' = 'false' then
                raise warning 'training of classifier "%" has not converged, so it may predict badly', name
                    using hint = 'Train it again with params that have a smaller C or a larger max_iter, '
                                 'or another normalize.';
            end if;
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
trained, and a warning if its training has not converged.';

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
