-- Rows that a classifier is most sure of, and least.

create or replace function featurize.top(
    source anyelement,
    classifier text,
    label text,
    k integer default 10,
    filter text default null
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
    return query execute featurize._top(c, f, label, k, filter)
        using featurize._class_vector(c, label), featurize._breadth(c, k), k;
end
$$;
comment on function featurize.top(anyelement, text, text, integer, text) is
    'The k rows that are most probably of a class, of those that a condition picks. source is NULL::table. An index '
        'for ip serves it, or
for cosine where the classifier normalizes by l2. Of three classes and more, the 20 * k rows with the highest score '
'are compared.';

create or replace function featurize.top(classifier text, label text, k integer default 10)
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
    return query execute format('select %s, t.probability from (%s) t', featurize._key_json(f, '(t.item)'),
        featurize._top(c, f, label, k, null))
           using featurize._class_vector(c, label), featurize._breadth(c, k), k;
end
$$;
comment on function featurize.top(text, text, integer) is 'The keys of the k rows that are most probably of a class.';

create or replace function featurize._class_vector(c featurize.classifier, label text, out direction vector)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Of length 1: a halfvec could not hold them all, and the order is the same.
    execute format('select %I.l2_normalize(k.coefficients) from featurize.classifier_class k where k.classifier_id = '
        '$1 and k.position = $2',
                   featurize._vector_schema())
       into direction using c.id, featurize._check_class(c, label);
end
$$;
comment on function featurize._class_vector(featurize.classifier, text) is 'The direction in which a class lies.';

create or replace function featurize._breadth(c featurize.classifier, k integer) returns integer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Of two classes one score says all; the more there are, the less.
    select least(k::bigint * case when count(*) = 2 then 1 else 20 end, 2147483647)::integer
      from featurize.classifier_class x where x.classifier_id = c.id;
$$;
comment on function featurize._breadth(featurize.classifier, integer) is
    'How many rows with the highest score of a class have to be compared to have the k most probable ones.';

create or replace function featurize._top(c featurize.classifier, f featurize.featurizer, label text, k integer,
    filter text) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    metric text := case c.normalization when 'l2' then 'cosine' else 'ip' end;
    stored record := featurize._with_embedding(f, 'join');
begin
    perform featurize._check_search(f, metric, k);
    perform featurize._prepare_search(f, metric, featurize._breadth(c, k), filter);
    return format(
        'select n.item, j.probabilities[%1$s] as probability from (%2$s) n '
        'cross join lateral (%3$s) j order by j.probabilities[%1$s] desc, n.distance, %4$s limit $3',
        featurize._check_class(c, label),
        featurize._search(f, metric, featurize._condition(filter)),
        featurize._predicted(c, stored.relation, stored.embedding, '1', featurize._key_match(f, 's', '(n.item)')),
        featurize._key(f, '(n.item)'));
end
$$;
comment on function featurize._top(featurize.classifier, featurize.featurizer, text, integer, text) is
    'Query for the $3 rows that are most probably of a class, of the $2 that lie farthest in its direction $1.';

create or replace function featurize.suggest_labels(classifier text, n integer default 10, filter text default null)
    returns table (key jsonb, image text, label text, probability float8, margin float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    f featurize.featurizer := featurize._featurizer_of(c);
    t featurize.training_view;
    stored record := featurize._with_embedding(f, 'join');
begin
    select * into t from featurize.training_view x where x.id = c.training_view_id;
    if t.id is null then
        perform featurize._judged_view(c, 'test');
    end if;
    perform featurize._check_search(f, 'cosine', n);
    return query execute format(
        'with judged as materialized (%1$s) select j.key, j.image, k.label, j.best, j.best - j.second '
        'from (select j.key, j.image, array_position(j.probabilities, b.best) as position, b.best, b.second from '
            'judged j '
        'cross join lateral (select max(p) as best, coalesce((array_agg(p order by p desc))[2], 0) as second from '
            'unnest(j.probabilities) p) b '
        'order by b.best - b.second, j.key limit $1) j '
        'join featurize.classifier_class k on k.classifier_id = %2$s and k.position = j.position order by j.best - '
            'j.second, j.key',
        featurize._predicted(c, stored.relation, stored.embedding,
            format('%s as key, %s as image', featurize._key_json(f, 's'), case f.image_kind when 'bytes'
                then 'null::text' else featurize._image(f, 's') end),
            format('s.%I is null and %s = %s and %s', t.label_column, stored.space, c.space_id,
                featurize._condition(filter))),
        c.id)
    using n;
end
$$;
comment on function featurize.suggest_labels(text, integer, text) is
    'The n rows without a label, of those that a condition picks, of which a classifier is least sure: margin is how '
        'much more probable the first class is than the
second. Labels for these teach it most.';
