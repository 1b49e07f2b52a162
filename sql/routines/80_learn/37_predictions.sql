-- Predictions for many rows at once.

create or replace function featurize._predicted(
    c featurize.classifier,
    relation text,
    embedding text,
    columns text,
    condition text
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render($predicted$
        select {columns}, featurize._probabilities({link}, {scores}) as probabilities
          from {relation}
         where {condition}
        $predicted$,
        jsonb_build_object(
            'columns', columns,
            'link', quote_literal(c.link),
            'scores', featurize._scored(c, embedding),
            'relation', relation,
            'condition', condition));
$$;
comment on function featurize._predicted(featurize.classifier, text, text, text, text) is
    'Query for columns of a relation and the probabilities of all classes.';

create or replace function featurize._predicted_view(c featurize.classifier, split text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view;
    space integer;
begin
    select x.* into t
      from featurize.training_view x
      join pg_class r on r.oid = x.relation
     where x.id = c.training_view_id;
    if t.id is null then
        raise exception using errcode = 'FZ014',
            message = format('the training view of classifier "%s" was dropped', c.name),
            hint = 'Create a training view and train the classifier again.';
    end if;
    perform featurize._check_choice('split', split, array['train', 'test']);
    space := coalesce(t.space_id, (select featurize._current_space(f)
                                     from featurize.featurizer f
                                    where f.id = t.featurizer_id));
    perform featurize._check_embedding(c, c.dim, space);
    return featurize._predicted(c, format('%s x', t.relation), 'x.features',
        format('(select to_jsonb(k) from (select %s) k) as key, x.label::text as label',
               featurize._training_key(t, 'x')),
        format('x.split = %L', split));
end
$$;
comment on function featurize._predicted_view(featurize.classifier, text) is
    'Query for key, label and probabilities of the rows of one split of the training view of a classifier.';

create or replace function featurize.predictions(classifier text, split text default 'test')
    returns table (key jsonb, label text, predicted text, probability float8, probabilities float8[])
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    c featurize.classifier := featurize._classifier(classifier);
begin
    return query execute featurize._render($predictions$
        with predicted as materialized ({predicted})
        select p.key, p.label, k.label, k.probability, p.probabilities
          from predicted p
         cross join lateral (
               select k.label, r.probability
                 from unnest(p.probabilities) with ordinality r (probability, position)
                 join featurize.classifier_class k on k.classifier_id = {classifier_id} and k.position = r.position
                order by r.probability desc, k.position
                limit 1) k
         order by p.key
        $predictions$,
        jsonb_build_object('predicted', featurize._predicted_view(c, split), 'classifier_id', c.id));
end
$$;
comment on function featurize.predictions(text, text) is
    'Predictions of a classifier for the rows of its training view. split: test, or train for the rows that it was
trained on. label is the true class, predicted the most probable one; probabilities are in the order of the
classes.';

create or replace function featurize._check_class(c featurize.classifier, label text) returns integer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    number integer;
begin
    select k.position into number
      from featurize.classifier_class k
     where k.classifier_id = c.id and k.label = _check_class.label;
    if number is null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" has no class %s', c.name, coalesce(quote_literal(label), 'null')),
            hint = format('Its classes are: %s.', (
                select string_agg(k.label, ', ' order by k.position)
                  from featurize.classifier_class k
                 where k.classifier_id = c.id));
    end if;
    return number;
end
$$;
comment on function featurize._check_class(featurize.classifier, text) is
    'Position of a class. Raise FZ006 if there is none.';

create or replace function featurize._featurizer_of(c featurize.classifier) returns featurize.featurizer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer;
begin
    select * into f from featurize.featurizer x where x.id = c.featurizer_id;
    if f.id is null then
        raise exception using errcode = 'FZ001',
            message = format('the featurizer of classifier "%s" was dropped', c.name),
            hint = 'featurize.predict() still classifies single embeddings.';
    end if;
    perform featurize._check_embedding(c, c.dim, featurize._current_space(f));
    return f;
end
$$;
comment on function featurize._featurizer_of(featurize.classifier) is
    'The featurizer whose rows a classifier can predict. Raise FZ001 if it was dropped, FZ008 if its feature space
differs.';
