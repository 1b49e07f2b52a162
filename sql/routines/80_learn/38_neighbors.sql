-- What neighbors say: a classifier that needs no training, and how good a ranking is.

create or replace function featurize.knn_predict(
    featurizer text,
    label_column name,
    embedding vector,
    k integer default 5,
    metric text default 'cosine',
    filter text default null,
    out label text,
    out probability float8
)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
begin
    perform featurize._check_column(f.source, label_column, 'label');
    perform featurize._check_search(f, metric, k);
    if embedding is not null then
        perform featurize._check_query(f, embedding);
        perform featurize._prepare_search(f, metric, k, format('%I', label_column));
        -- Of labels with as many votes, the nearer one.
        execute format(
            'select (n.item).%1$I::text, count(*)::float8 / sum(count(*)) over () from (%2$s) n group by 1 order by '
                'count(*) desc, min(n.distance), 1 limit 1',
            label_column,
            featurize._search(f, metric, format('s.%I is not null and %s', label_column, featurize._condition(filter))))
           into label, probability
          using embedding, k;
    end if;
end
$$;
comment on function featurize.knn_predict(text, name, vector, integer, text, text) is
    'The label that most of the k nearest labeled rows have, and which part of them has it. filter is a condition on '
        'these rows.';

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
            message = format('the ranking by featurizer "%s" cannot be evaluated by %s queries of each class and %s '
                'negatives', f.name,
                coalesce(queries_per_class::text, 'null'), coalesce(negatives::text, 'null')),
            hint = 'Pass 1 or more of each, and a seed.';
    end if;
    execute featurize._ranks(f, label_column, metric)
       into queries, top_1, top_2, top_4, top_8, top_16, top_32, mean_rank, median_rank
      using queries_per_class, negatives, seed;
    if queries = 0 then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" has not two embedded rows of one %s and one of another', f.name,
                label_column),
            hint = 'A query wants a row like it and others that are not; see featurize.progress.';
    end if;
end
$$;
comment on function featurize.evaluate_ranking(text, name, integer, integer, bigint, text) is
    'How well distance tells what is alike: for some rows of each class, the rank of one other of that class among '
        'negatives of other
classes. top_n: part of the queries where it is among the first n. All is drawn by hash of key and seed; ties count '
'against.';

create or replace function featurize._embedding_at(f featurize.featurizer, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select format('(select %s as featurize_embedding from %s where %s offset 0)', stored.embedding, stored.relation,
        featurize._key_match(f, 's', alias))
      from featurize._with_embedding(f, 'join') stored;
$$;
comment on function featurize._embedding_at(featurize.featurizer, text) is
    'FROM item that is the embedding of the row with the key of an alias.';

create or replace function featurize._ranks(f featurize.featurizer, label_column name, metric text) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    stored record := featurize._with_embedding(f, 'join');
begin
    -- All rows in one order, drawn once; each query goes on from its own place in it.
    return format($ranks$
        with numbered as materialized (
            select %1$s, s.%2$I::text as featurize_label, row_number() over (order by md5($3 || ':' || (%3$s)::text))
                as featurize_place
              from %4$s where s.%2$I is not null and %5$s = %6$s
        ), query as (
            select q.* from (select r.*, row_number() over (partition by r.featurize_label
                order by r.featurize_place) as featurize_number,
                                    count(*) over () as featurize_rows from numbered r) q
             where q.featurize_number <= $1
        ), asked as (
            select q.*, own.featurize_embedding as featurize_own, friend.featurize_embedding as featurize_friend
              from query q
             cross join lateral (select r.* from numbered r where r.featurize_label = q.featurize_label
                 and r.featurize_place <> q.featurize_place
                                  order by (r.featurize_place - q.featurize_place + q.featurize_rows) %%
                                      q.featurize_rows limit 1) f
             cross join lateral %7$s own
             cross join lateral %8$s friend
             where exists (select from numbered r where r.featurize_label <> q.featurize_label)
        ), ranked as materialized (  -- else each aggregate would rank anew
            select 1 + (select count(*)
                          from (select r.* from numbered r where r.featurize_label <> a.featurize_label
                                 order by (r.featurize_place - a.featurize_place + a.featurize_rows) %%
                                     a.featurize_rows limit $2) n
                         cross join lateral %9$s other
                         where %10$s <= %11$s) as rank
              from asked a
        )
        select count(*), avg((rank <= 1)::integer), avg((rank <= 2)::integer), avg((rank <= 4)::integer),
            avg((rank <= 8)::integer),
               avg((rank <= 16)::integer), avg((rank <= 32)::integer), avg(rank),
                   percentile_cont(0.5) within group (order by rank)
          from ranked
        $ranks$,
        featurize._key(f, 's'), label_column, featurize._stable_key(f, 's'), stored.relation, stored.space,
            coalesce(featurize._current_space(f), 0),
        featurize._embedding_at(f, 'q'), featurize._embedding_at(f, 'f'), featurize._embedding_at(f, 'n'),
        featurize._distance(f, metric, 'other.featurize_embedding', 'a.featurize_own'),
            featurize._distance(f, metric, 'a.featurize_friend', 'a.featurize_own'));
end
$$;
comment on function featurize._ranks(featurize.featurizer, name, text) is
    'Query for featurize.evaluate_ranking(): $1 queries of each class, $2 negatives, seed $3.';
