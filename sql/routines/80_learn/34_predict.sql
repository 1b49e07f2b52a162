-- What classifiers say: scores are linear in the embedding, probabilities follow from them.

create or replace function featurize._check_embedding(c featurize.classifier, dim integer, space_id integer)
    returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if dim <> c.dim then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" judges embeddings of %s dimensions, not of %s', c.name, c.dim, dim),
            hint = format('Pass an embedding by model "%s".', (select s.model from featurize.space s
                where s.id = c.space_id));
    elsif space_id <> c.space_id then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" was trained in feature space %s, and the embedding is of space %s',
                c.name, c.space_id, space_id),
            hint = format('Pass an embedding by model "%s", or train the classifier again.', (select s.model
                from featurize.space s where s.id = c.space_id));
    elsif space_id is null and exists (select from featurize.space s where s.id = c.space_id and s.retired_at
        is not null) then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" was trained in feature space %s, which is not the current one of its '
                'model any more', c.name, c.space_id),
            hint = 'Train it again; or pass the space_id that stands beside the embedding.';
    end if;
end
$$;
comment on function featurize._check_embedding(featurize.classifier, integer, integer) is
    'FZ008 unless the classifier can judge such an embedding. If its space is not told, the classifier''s has to be '
        'current.';

create or replace function featurize._probabilities(link text, scores float8[]) returns float8[]
    language sql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    -- Within the range in which exp() neither overflows nor underflows, which are errors here.
    select array_agg(w.weight / w.total order by w.position)
      from (select e.position, e.weight, sum(e.weight) over () as total
              from (select s.position,
                           case link when 'softmax' then exp(greatest(s.score - max(s.score) over (), -700))
                                     else 1 / (1 + exp(least(greatest(-s.score, -700), 700))) end as weight
                      from unnest(scores) with ordinality s (score, position)) e) w;
$$;
comment on function featurize._probabilities(text, float8[]) is
    'Probabilities of classes by their scores. softmax: exp(score), sigmoid: 1 / (1 + exp(-score)); either divided '
        'by the sum.';

create or replace function featurize._scored(c featurize.classifier, embedding text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('(select array_agg(k.intercept - (k.coefficients operator(%1$I.<#>) x.embedding) order by '
        'k.position) '
                  'from featurize.classifier_class k cross join (select %2$s as embedding) x where k.classifier_id = '
                      '%3$s)',
                  v.schema,
                  format(case c.normalization when 'l2' then '%1$I.l2_normalize(%2$s::%1$I.vector)'
                      else '%2$s::%1$I.vector' end, v.schema, embedding),
                  c.id)
      from (select featurize._vector_schema()) v (schema);
$$;
comment on function featurize._scored(featurize.classifier, text) is
    'Expression for the scores of all classes, in their order, given one for an embedding.';

create or replace function featurize._scores(c featurize.classifier, embedding vector, space_id integer)
    returns float8[]
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    dim integer;
    scores float8[];
begin
    -- Vectors of different lengths cannot be multiplied: what is wrong is said below.
    execute format('select d.dim, case when d.dim = %s then %s end from (select %I.vector_dims($1)) d (dim)',
                   c.dim, featurize._scored(c, '$1'), featurize._vector_schema())
       into dim, scores using embedding;
    perform featurize._check_embedding(c, dim, space_id);
    return scores;
end
$$;
comment on function featurize._scores(featurize.classifier, vector, integer)
    is 'Scores of all classes for an embedding, in their order.';

create or replace function featurize.scores(classifier text, embedding vector, space_id integer default null)
    returns table (label text, score float8, probability float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    scores float8[];
begin
    if embedding is not null then
        scores := featurize._scores(c, embedding, space_id);
        return query
        select k.label, scores[k.position], p.probability
          from featurize.classifier_class k
          join unnest(featurize._probabilities(c.link, scores)) with ordinality p (probability, position)
              using (position)
         where k.classifier_id = c.id
         order by p.probability desc, k.position;
    end if;
end
$$;
comment on function featurize.scores(text, vector, integer) is
    'All classes of a classifier for an embedding, the most probable first. space_id as in featurize.predict().';

create or replace function featurize.predict(
    classifier text,
    embedding vector,
    space_id integer default null,
    out label text,
    out probability float8
)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    select s.label, s.probability into label, probability
      from featurize.scores(classifier, embedding, space_id) s
     limit 1;
end
$$;
comment on function featurize.predict(text, vector, integer) is
    'The most probable class of an embedding, and its probability; nothing for null. FZ008 if the embedding is of '
        'another feature
space than the classifier has learned from: pass the space_id that stands beside it to have that looked at.';

-- Of many rows at once

create or replace function featurize._predicted(c featurize.classifier, relation text, embedding text, columns text,
    condition text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('select %1$s, featurize._probabilities(%2$L, %3$s) as probabilities from %4$s where %5$s',
                  columns, c.link, featurize._scored(c, embedding), relation, condition);
$$;
comment on function featurize._predicted(featurize.classifier, text, text, text, text) is
    'Query for columns of a relation and the probabilities of all classes.';

create or replace function featurize._judged_view(c featurize.classifier, split text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view;
    key text;
    space integer;
begin
    select x.* into t from featurize.training_view x join pg_class r on r.oid = x.relation
        where x.id = c.training_view_id;
    if t.id is null then
        raise exception using errcode = 'FZ014',
            message = format('the training view of classifier "%s" is gone', c.name),
            hint = 'Make one and train the classifier again.';
    end if;
    perform featurize._check_choice('split', split, array['train', 'test']);
    space := coalesce(t.space_id, (select featurize._current_space(f) from featurize.featurizer f
        where f.id = t.featurizer_id));
    perform featurize._check_embedding(c, c.dim, space);
    select string_agg(format('%L, x.%I', k, k), ', ') into key from unnest(featurize._view_key(t)) k;
    return featurize._predicted(c, format('%s x', t.relation), 'x.features',
        format('jsonb_build_object(%s) as key, x.label::text as label', key),
        format('x.split = %L', split));
end
$$;
comment on function featurize._judged_view(featurize.classifier, text) is
    'Query for key, label and probabilities of the rows of one split of the view that a classifier has learned from.';

create or replace function featurize.predictions(classifier text, split text default 'test')
    returns table (key jsonb, label text, predicted text, probability float8, probabilities float8[])
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    c featurize.classifier := featurize._classifier(classifier);
begin
    return query execute format(
        'with judged as materialized (%s) select j.key, j.label, k.label, k.probability, j.probabilities from judged j '
        'cross join lateral (select k.label, p.probability from unnest(j.probabilities) with ordinality p '
            '(probability, position) '
        'join featurize.classifier_class k on k.classifier_id = %s and k.position = p.position '
        'order by p.probability desc, k.position limit 1) k order by j.key',
        featurize._judged_view(c, split), c.id);
end
$$;
comment on function featurize.predictions(text, text) is
    'What a classifier says of the rows of its training view: of those for testing, or of those it has learned from. '
        'probabilities
are in the order of the classes.';

create or replace function featurize._check_class(c featurize.classifier, label text) returns integer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    number integer;
begin
    select k.position into number from featurize.classifier_class k where k.classifier_id = c.id
        and k.label = _check_class.label;
    if number is null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" knows no class %s', c.name, coalesce(quote_literal(label), 'null')),
            hint = format('It knows: %s.', (select string_agg(k.label, ', ' order by k.position)
                from featurize.classifier_class k where k.classifier_id = c.id));
    end if;
    return number;
end
$$;
comment on function featurize._check_class(featurize.classifier, text) is 'Number of a class, or FZ006.';

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
            message = format('the featurizer of classifier "%s" is gone', c.name),
            hint = 'There are no rows to be asked for. featurize.predict() judges single embeddings.';
    end if;
    perform featurize._check_embedding(c, c.dim, featurize._current_space(f));
    return f;
end
$$;
comment on function featurize._featurizer_of(featurize.classifier)
    is 'The featurizer whose rows a classifier can be asked for.';
