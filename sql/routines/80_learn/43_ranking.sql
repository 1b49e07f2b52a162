-- Evaluating the ranking of rows by distance.

create or replace function featurize.evaluate_ranking(
    featurizer text,
    label_column name,
    queries_per_class integer default 20,
    negatives integer default 100,
    seed bigint default 0,
    metric text default 'cosine',
    out queries bigint,
    out top_1 float8,
    out top_2 float8,
    out top_4 float8,
    out top_8 float8,
    out top_16 float8,
    out top_32 float8,
    out mean_rank float8,
    out median_rank float8
)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
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
    execute featurize._ranks(f, label_column, metric)
       into queries, top_1, top_2, top_4, top_8, top_16, top_32, mean_rank, median_rank
      using queries_per_class, negatives, seed;
    if queries = 0 then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" does not have two embedded rows of one %s and one of another',
                featurize._label(f), label_column),
            hint = 'A query needs another row of its class and rows of other classes; see featurize.progress.';
    end if;
end
$$;
comment on function featurize.evaluate_ranking(text, name, integer, integer, bigint, text) is
    'Evaluate how well distances rank rows by similarity. For queries_per_class rows of each class, another row of
the class is ranked among negatives, which are rows of other classes. top_n is the fraction of queries in which it
is among the first n. Rows are selected by a hash of key and seed. Of rows at equal distance, the negatives come
first.';

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

create or replace function featurize._ranks(f featurize.featurizer, label_column name, metric text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- All rows are in one random order; each query takes its rows from its own place in that order on.
    select featurize._render(f, $ranks$
        with numbered as materialized (
            select {key:s}, s.{label}::text as featurize_label,
                   row_number() over (order by md5($3 || ':' || ({stable_key})::text)) as featurize_place
              from {embedded_source:inner}
             where s.{label} is not null and {space} = {current_space}
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
               avg((rank <= 1)::integer),
               avg((rank <= 2)::integer),
               avg((rank <= 4)::integer),
               avg((rank <= 8)::integer),
               avg((rank <= 16)::integer),
               avg((rank <= 32)::integer),
               avg(rank),
               percentile_cont(0.5) within group (order by rank)
          from ranked
        $ranks$,
        jsonb_build_object(
            'label', quote_ident(label_column),
            'stable_key', featurize._stable_key(f, 's'),
            'embedding_of_query', featurize._embedding_at(f, 'q'),
            'embedding_of_positive', featurize._embedding_at(f, 'p'),
            'embedding_of_negative', featurize._embedding_at(f, 'n'),
            'distance_of_negative', featurize._distance(f, metric, 'negative.featurize_embedding', 'a.featurize_own'),
            'distance_of_positive', featurize._distance(f, metric, 'a.featurize_positive', 'a.featurize_own')));
$$;
comment on function featurize._ranks(featurize.featurizer, name, text) is
    'Query for featurize.evaluate_ranking(): $1 queries per class, $2 negatives, seed $3.';
