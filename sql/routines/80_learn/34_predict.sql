-- Predicting the class of an embedding: scores are linear in the embedding, probabilities are computed from scores.

create or replace function featurize._check_embedding(c featurize.classifier, dim integer, space_id integer)
    returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    trained_in featurize.space;
begin
    select * into trained_in from featurize.space s where s.id = c.space_id;
    if dim <> c.dim then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" needs embeddings of %s dimensions, not %s', c.name, c.dim, dim),
            hint = format('Pass an embedding by model "%s".', trained_in.model);
    elsif space_id <> c.space_id then
        raise exception using errcode = 'FZ008',
            message = format('classifier "%s" was trained in feature space %s, but the embedding is of space %s',
                c.name, c.space_id, space_id),
            hint = format('Pass an embedding by model "%s", or train the classifier again.', trained_in.model);
    elsif space_id is null and trained_in.retired_at is not null then
        raise exception using errcode = 'FZ008',
            message = format(
                'classifier "%s" was trained in feature space %s, which is no longer the current space of its model',
                c.name, c.space_id),
            hint = 'Train it again, or pass the space_id that is stored with the embedding.';
    end if;
end
$$;
comment on function featurize._check_embedding(featurize.classifier, integer, integer) is
    'Raise FZ008 unless the classifier can predict the class of such an embedding. Without space_id, the space of the
classifier must be the current one.';

create or replace function featurize._probabilities(link text, scores float8[]) returns float8[]
    language sql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    -- Scores are limited to the range in which exp() neither overflows nor underflows, which would be errors.
    select array_agg(w.weight / w.total order by w.position)
      from (select e.position, e.weight, sum(e.weight) over () as total
              from (select s.position,
                           case link
                           when 'softmax' then exp(greatest(s.score - max(s.score) over (), -700))
                           else 1 / (1 + exp(least(greatest(-s.score, -700), 700))) end as weight
                      from unnest(scores) with ordinality s (score, position)) e) w;
$$;
comment on function featurize._probabilities(text, float8[]) is
    'Probabilities of classes, computed from their scores: softmax exp(score) or sigmoid 1 / (1 + exp(-score)),
divided by the sum over the classes.';

create or replace function featurize._scored(c featurize.classifier, embedding text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render($scores$(
        select array_agg(k.intercept - (k.coefficients operator({schema}.<#>) x.embedding) order by k.position)
          from featurize.classifier_class k
         cross join (select {embedding} as embedding) x
         where k.classifier_id = {classifier_id})$scores$,
        jsonb_build_object(
            'schema', quote_ident(featurize._vector_schema()),
            'embedding', featurize._as_vector(embedding, c.normalization = 'l2'),
            'classifier_id', c.id));
$$;
comment on function featurize._scored(featurize.classifier, text) is
    'Expression for the scores of all classes in their order, given one for an embedding.';

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
    -- Vectors of different lengths cannot be multiplied; the check below raises the error.
    execute format('select d.dim, case when d.dim = %s then %s end from (select %I.vector_dims($1)) d (dim)',
                   c.dim, featurize._scored(c, '$1'), featurize._vector_schema())
       into dim, scores
      using embedding;
    perform featurize._check_embedding(c, dim, space_id);
    return scores;
end
$$;
comment on function featurize._scores(featurize.classifier, vector, integer) is
    'Scores of all classes in their order, for an embedding.';

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
          join unnest(featurize._probabilities(c.link, scores))
               with ordinality p (probability, position) using (position)
         where k.classifier_id = c.id
         order by p.probability desc, k.position;
    end if;
end
$$;
comment on function featurize.scores(text, vector, integer) is
    'Score and probability of every class for an embedding, the most probable class first. The parameters are those of
featurize.predict().';

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
    'The most probable class of an embedding and its probability, from 0 to 1; null if the embedding is null. Pass
the space_id that is stored with the embedding: FZ008 is raised if the classifier was trained in another feature
space.';
