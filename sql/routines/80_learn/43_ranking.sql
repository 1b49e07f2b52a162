-- Evaluating the ranking of rows by distance.

create or replace function featurize.evaluate_ranking(
    featurizer text,
    label_column name,
    queries_per_class integer default 20,
    negatives integer default 100,
    seed bigint default 0,
    metric text default 'cosine',
    top integer[] default '{1,2,4,8,16,32}',
    classifier text default null,
    out queries bigint,
    out top_accuracy jsonb,
    out mean_rank float8,
    out median_rank float8
)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
    c featurize.classifier;
begin
    perform featurize._check_column(f.source, label_column, 'label');
    perform featurize._check_search(f, metric, 0);
    if (queries_per_class >= 1 and negatives >= 1 and seed is not null) is not true then
        raise exception using errcode = 'FZ006',
            message = format(
                'the ranking by featurizer "%s" cannot be evaluated with %s queries per class and %s negatives',
                featurize._label(f), coalesce(queries_per_class::text, 'null'), coalesce(negatives::text, 'null')),
            hint = 'Pass 1 or more of each, and a seed.';
    end if;
    perform featurize._check_top(top);
    if classifier is not null then
        c := featurize._classifier(classifier);
        if (featurize._featurizer_of(c)).id <> f.id then
            raise exception using errcode = 'FZ006',
                message = format('classifier "%s" was not trained on embeddings by featurizer "%s"',
                    classifier, featurize._label(f)),
                hint = 'Pass the featurizer of its training view.';
        end if;
    end if;
    execute featurize._ranks(f, label_column, metric, c)
       into queries, top_accuracy, mean_rank, median_rank
      using queries_per_class, negatives, seed, top;
    if queries = 0 then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" does not have two embedded rows of one %s and one of another',
                featurize._label(f), label_column),
            hint = 'A query needs another row of its class and rows of other classes; see featurize.progress.';
    end if;
end
$$;
comment on function featurize.evaluate_ranking(
    text, name, integer, integer, bigint, text, integer[], text) is
    'Evaluate how well distances rank rows by similarity. For queries_per_class rows of each class, another row of
the class is ranked among negatives, which are rows of other classes. top_accuracy has for each number n of top the
fraction of queries in which it is among the first n. Rows are selected by a hash of key and seed. Of rows at equal
distance, the negatives come first. classifier: compare the probabilities of its classes instead of embeddings, on the
test rows of its training view only.';

create or replace function featurize._embedding_at(f featurize.featurizer, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $at$(
           select {embedding} as featurize_embedding
             from {embedded_source:inner}
            where {has_key}
           offset 0)$at$,
           jsonb_build_object('has_key', featurize._key_match(f, 's', alias)));
$$;
comment on function featurize._embedding_at(featurize.featurizer, text) is
    'FROM item for the embedding of the row with the key of an alias.';

create or replace function featurize._compared(f featurize.featurizer, alias text, c featurize.classifier)
    returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case when c.id is null then featurize._embedding_at(f, alias)
                else format('(select %s.featurize_scores as featurize_embedding)', alias) end;
$$;
comment on function featurize._compared(featurize.featurizer, text, featurize.classifier) is
    'FROM item for the vector by which the row of an alias is ranked: its embedding, or its class probabilities.';

create or replace function featurize._ranks(
    f featurize.featurizer,
    label_column name,
    metric text,
    c featurize.classifier
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- All rows are in one random order; each query takes its rows from its own place in that order on.
    select featurize._render(f, $ranks$
        with numbered as materialized (
            select {key:s}, s.{label}::text as featurize_label,
                   row_number() over (order by md5($3 || ':' || ({stable_key})::text)) as featurize_place{scores}
              from {embedded_source:inner}
             where s.{label} is not null and {space} = {current_space}{condition}
        ), query as (
            select q.*
              from (select r.*,
                           row_number() over (partition by r.featurize_label
                                              order by r.featurize_place) as featurize_number,
                           count(*) over () as featurize_rows
                      from numbered r) q
             where q.featurize_number <= $1
        ), asked as (
            select q.*, own.featurize_embedding as featurize_own, positive.featurize_embedding as featurize_positive
              from query q
             cross join lateral (
                   select r.*
                     from numbered r
                    where r.featurize_label = q.featurize_label and r.featurize_place <> q.featurize_place
                    order by (r.featurize_place - q.featurize_place + q.featurize_rows) % q.featurize_rows
                    limit 1) p
             cross join lateral {embedding_of_query} own
             cross join lateral {embedding_of_positive} positive
             where exists (select from numbered r where r.featurize_label <> q.featurize_label)
        ), ranked as materialized (  -- else every aggregate computes the ranks again
            select 1 + (select count(*)
                          from (select r.*
                                  from numbered r
                                 where r.featurize_label <> a.featurize_label
                                 order by (r.featurize_place - a.featurize_place + a.featurize_rows) % a.featurize_rows
                                 limit $2) n
                         cross join lateral {embedding_of_negative} negative
                         where {distance_of_negative} <= {distance_of_positive}) as rank
              from asked a
        )
        select count(*),
               featurize._top_accuracy(array_agg(rank), $4),
               avg(rank),
               percentile_cont(0.5) within group (order by rank)
          from ranked
        $ranks$,
        jsonb_build_object(
            'label', quote_ident(label_column),
            'stable_key', featurize._stable_key(f, 's'),
            'scores', case when c.id is not null then featurize._render(f,
                ', featurize._probabilities({link}, {scores})::{vector_schema}.vector as featurize_scores',
                jsonb_build_object(
                    'link', quote_literal(c.link),
                    'scores', featurize._scored(c, (featurize._with_embedding(f)).embedding))) else '' end,
            'condition', case when c.id is not null then featurize._in_test(c, f) else '' end,
            'embedding_of_query', featurize._compared(f, 'q', c),
            'embedding_of_positive', featurize._compared(f, 'p', c),
            'embedding_of_negative', featurize._compared(f, 'n', c),
            'distance_of_negative', featurize._ranked_by(f, metric, 'negative.featurize_embedding', c),
            'distance_of_positive', featurize._ranked_by(f, metric, 'a.featurize_positive', c)));
$$;
comment on function featurize._ranks(featurize.featurizer, name, text, featurize.classifier) is
    'Query for featurize.evaluate_ranking(): $1 queries per class, $2 negatives, seed $3, numbers $4.';
