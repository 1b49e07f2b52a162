-- Measuring the recall of indexes.

create or replace function featurize._recall(f featurize.featurizer, metric text, k integer, sample integer)
    returns float8
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    condition text := format('not (%s)', featurize._key_match(f, 's', '($3)'));
    truth text := format('select array_agg(n.distance order by n.distance) from (%s) n',
                         featurize._scan(f, metric, condition));
    search text := format('select array_agg(n.distance) from (%s) n', featurize._search(f, metric, condition));
    own record;
    true_ones float8[];
    found_ones float8[];
    hits bigint := 0;
    wanted bigint := 0;
begin
    for own in execute featurize._sample(f, metric, sample) loop
        execute truth into true_ones using own.embedding, k, own.item;
        execute search into found_ones using own.embedding, k, own.item;
        -- Compared by distance, not by key: rows at the same distance are equally good.
        hits := hits + (select count(*)
                          from unnest(found_ones) d
                         where d <= true_ones[cardinality(true_ones)] + 1e-9);
        wanted := wanted + coalesce(cardinality(true_ones), 0);
    end loop;
    return hits::float8 / nullif(wanted, 0);
end
$$;
comment on function featurize._recall(featurize.featurizer, text, integer, integer) is
    'Fraction of the k rows nearest to a row that a search finds, over a sample of rows; null if there are no rows.';

create or replace function featurize.measure_recall(
    name text,
    k integer default 10,
    sample integer default 100,
    metric text default 'cosine',
    ef_search integer default nullif(current_setting('hnsw.ef_search', true), '')::integer
) returns float8
    language plpgsql
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
    i featurize.index := featurize._index_for(f, metric);
    measured float8;
begin
    perform featurize._check_search(f, metric, k);
    if i.id is null then
        raise exception using errcode = 'FZ006',
            message = format('featurizer "%s" has no complete index for %s', featurize._label(f), metric),
            hint = 'See featurize.index_report. featurize.create_index() requests an index.';
    elsif k < 1 or sample is null or sample < 1 then
        raise exception using errcode = 'FZ006',
            message = format('the recall of featurizer "%s" cannot be measured with %s neighbors of %s rows',
                featurize._label(f), k, coalesce(sample::text, 'null')),
            hint = 'Pass a k and a sample of 1 or more.';
    end if;
    perform featurize._prepare_search(f, metric, k, null, ef_search);
    measured := featurize._recall(f, metric, k, sample);
    update featurize.index x
       set recall = measured, recall_k = k, recall_sample = sample, recall_measured_at = now()
     where x.id = i.id;
    return measured;
end
$$;
comment on function featurize.measure_recall(text, integer, integer, text, integer) is
    'Measure an index: returns the fraction of the k rows nearest to a row that a search with the index finds,
averaged over a sample of rows, and stores it in featurize.index_report.';
