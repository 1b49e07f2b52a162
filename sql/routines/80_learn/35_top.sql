-- Rows that most probably belong to a class.

create or replace function featurize.top(
    source anyelement,
    classifier text,
    label text,
    k integer default 10,
    filter text default null,
    parameters text[] default null
)
    returns table (item anyelement, probability float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    f featurize.featurizer := featurize._featurizer_of(c);
begin
    perform featurize._check_row_type(f, pg_typeof(source));
    return query execute featurize._top(c, f, label, k, featurize._filter(filter, parameters), false)
           using featurize._class_vector(c, label), featurize._breadth(c, k), k;
end
$$;
comment on function featurize.top(anyelement, text, text, integer, text, text[]) is
    'The k rows that most probably belong to a class, with their probabilities. source is NULL::table, where table
is the featurized table. filter and parameters are those of featurize.nearest(). An index for metric ip is used, or for
cosine if the classifier normalizes by l2. With three or more classes, only the 20 * k rows with the highest score of
the class are compared.';

create or replace function featurize.top(
    classifier text,
    label text,
    k integer default 10,
    filter text default null,
    parameters text[] default null
)
    returns table (key jsonb, probability float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
    set hnsw.iterative_scan = relaxed_order
    set hnsw.ef_search = 100
    set enable_sort = on
    set jit = off
as $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    f featurize.featurizer := featurize._featurizer_of(c);
begin
    return query execute featurize._top(c, f, label, k, featurize._filter(filter, parameters), true)
           using featurize._class_vector(c, label), featurize._breadth(c, k), k;
end
$$;
comment on function featurize.top(text, text, integer, text, text[]) is
    'The keys of the k rows that most probably belong to a class, with their probabilities. filter and parameters are
those of featurize.nearest().';

create or replace function featurize._class_vector(c featurize.classifier, label text, out direction vector)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Of unit length: the order of rows is the same, and a halfvec might not hold larger values.
    execute format('select %I.l2_normalize(k.coefficients) '
                   'from featurize.classifier_class k where k.classifier_id = $1 and k.position = $2',
                   featurize._vector_schema())
       into direction
      using c.id, featurize._check_class(c, label);
end
$$;
comment on function featurize._class_vector(featurize.classifier, text) is
    'Unit vector in the direction of the coefficients of a class.';

create or replace function featurize._breadth(c featurize.classifier, k integer) returns integer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- With two classes the order of scores is that of probabilities, with more classes it is only similar.
    select least(k::bigint * case when count(*) = 2 then 1 else 20 end, 2147483647)::integer
      from featurize.classifier_class x where x.classifier_id = c.id;
$$;
comment on function featurize._breadth(featurize.classifier, integer) is
    'Number of rows with the highest score of a class that are compared to find the k most probable ones.';

create or replace function featurize._top(
    c featurize.classifier,
    f featurize.featurizer,
    label text,
    k integer,
    filter text,
    keys boolean
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    metric text := case c.normalization when 'l2' then 'cosine' else 'ip' end;
    stored record := featurize._with_embedding(f, 'join');
begin
    perform featurize._check_search(f, metric, k);
    perform featurize._prepare_search(f, metric, featurize._breadth(c, k), filter);
    return featurize._render(f, $top$
        select {shown}, n.probability
          from (select c.featurize_row, p.probabilities[{class}] as probability, c.featurize_distance, {key:c}
                  from ({search}) c
                 cross join lateral ({predicted}) p
                 order by p.probabilities[{class}] desc, c.featurize_distance, {key:c}
                 limit $3) n
         {row}
         order by n.probability desc, n.featurize_distance, {key:n}
        $top$,
        jsonb_build_object(
            'class', featurize._check_class(c, label),
            'search', featurize._nearest_candidates(f, metric, featurize._condition(filter)),
            'predicted', featurize._predicted(
                c, stored.relation, stored.embedding, '1', featurize._key_match(f, 's', 'c')),
            'shown', case when keys then featurize._key_json(f, 'n') else 'r.item' end,
            'row', case when keys then '' else format('cross join %s r', featurize._row_at(
                       f, 'n.featurize_row', format('s.*::%s as item', f.source))) end));
end
$$;
comment on function featurize._top(featurize.classifier, featurize.featurizer, text, integer, text, boolean) is
    'Query for the $3 rows that most probably belong to a class, of the $2 rows that are farthest in its direction
$1; with keys, their keys instead.';
