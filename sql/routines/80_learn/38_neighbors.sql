-- Classification by the nearest neighbors, which needs no training.

create or replace function featurize.knn_predict(
    featurizer text,
    label_column name,
    embedding vector,
    k integer default 5,
    metric text default 'cosine',
    filter text default null,
    parameters text[] default null,
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
        -- Of labels with equal votes, the one with the nearest row wins.
        execute featurize._render($knn$
            select n.label::text, count(*)::float8 / sum(count(*)) over ()
              from ({search}) n
             group by 1
             order by count(*) desc, min(n.distance), 1
             limit 1
            $knn$,
            jsonb_build_object(
                'search', featurize._ranked(
                    f,
                    featurize._nearest_candidates(f, metric, format(
                        's.%I is not null and %s', label_column,
                        featurize._condition(featurize._filter(filter, parameters)))),
                    format('s.%I as label', label_column), 'r.label')))
           into label, probability
          using embedding, k;
    end if;
end
$$;
comment on function featurize.knn_predict(text, name, vector, integer, text, text, text[]) is
    'Classify an embedding by its k nearest labeled rows: the most frequent label, and the fraction of the rows that
have it. filter and parameters are those of featurize.nearest().';
