-- Metrics of a classifier, computed from labels, predictions and probabilities.

create or replace function featurize._wilson(hits bigint, rows bigint, out low float8, out high float8)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- Null for no rows: greatest() and least() would ignore nulls.
    select case when n > 0 then greatest(0, middle - reach) end,
           case when n > 0 then least(1, middle + reach) end
      from (select 1.959963984540054::float8 as z,
                   hits / nullif(rows, 0)::float8 as p,
                   nullif(rows, 0)::float8 as n) x
     cross join lateral (
           select (p + z * z / (2 * n)) / (1 + z * z / n) as middle,
                  z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n) as reach) y;
$$;
comment on function featurize._wilson(bigint, bigint) is
    'Confidence interval of the rate hits / rows at 95 % (Wilson 1927).';

create or replace function featurize._roc(positive boolean[], probability float8[])
    returns table (threshold float8, false_positive_rate float8, true_positive_rate float8)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- One point for all rows of equal probability, because no threshold separates them.
    select 'infinity'::float8, 0::float8, 0::float8
     union all
    select r.probability,
           sum(r.negatives) over (order by r.probability desc)::float8 / nullif(sum(r.negatives) over (), 0),
           sum(r.positives) over (order by r.probability desc)::float8 / nullif(sum(r.positives) over (), 0)
      from (select x.probability,
                   count(*) filter (where x.positive) as positives,
                   count(*) filter (where not x.positive) as negatives
              from unnest($1, $2) x (positive, probability)
             group by x.probability) r
     order by 1 desc;
$$;
comment on function featurize._roc(boolean[], float8[]) is
    'Points of the ROC curve (receiver operating characteristic), from (0, 0) to (1, 1).';

create or replace function featurize._class_report(labels text[], predicted text[], classes text[])
    returns table (label text, rows bigint, "precision" float8, recall float8, f1 float8)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    with pair as materialized (
        select x.label, x.predicted, count(*) as rows
          from unnest(labels, _class_report.predicted) x (label, predicted)
         group by 1, 2
    )
    select k.label, n.rows,
           n.hits / nullif(n.claims, 0),
           n.hits / nullif(n.rows, 0),
           2 * n.hits / nullif(n.rows + n.claims, 0)
      from unnest(classes) with ordinality k (label, position)
     cross join lateral (
           select coalesce(sum(p.rows) filter (where p.label = k.label), 0)::bigint as rows,
                  coalesce(sum(p.rows) filter (where p.predicted = k.label), 0)::bigint as claims,
                  coalesce(sum(p.rows) filter (where k.label = all (array[p.label, p.predicted])), 0)::float8 as hits
             from pair p) n
     order by k.position;
$$;
comment on function featurize._class_report(text[], text[], text[]) is
    'For each class: number of rows, precision, recall and F1 score. Precision is null if the class was never
predicted, recall if it has no rows.';

create or replace function featurize._confusion(labels text[], predicted text[], classes text[])
    returns table (label text, predicted text, rows bigint)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select a.label, b.label, count(x.label)
      from unnest(classes) with ordinality a (label, position)
     cross join unnest(classes) with ordinality b (label, position)
      left join unnest($1, $2) x (label, predicted) on x.label = a.label and x.predicted = b.label
     group by a.label, a.position, b.label, b.position
     order by a.position, b.position;
$$;
comment on function featurize._confusion(text[], text[], text[]) is
    'Confusion matrix: how many rows of class label were predicted as class predicted.';
