-- How good a classifier is.

create or replace function featurize._wilson(hits bigint, rows bigint, out low float8, out high float8)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- Of no rows, nothing: greatest() and least() would pass over the nulls.
    select case when n > 0 then greatest(0, middle - reach) end, case when n > 0 then least(1, middle + reach) end
      from (select 1.959963984540054::float8 as z, hits / nullif(rows, 0)::float8 as p, nullif(rows, 0)::float8 as n) x
     cross join lateral (select (p + z * z / (2 * n)) / (1 + z * z / n) as middle,
                                z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n) as reach) y;
$$;
comment on function featurize._wilson(bigint, bigint) is
    'Interval in which a rate lies that has shown itself in hits of rows, at 95 % (Wilson 1927).';

create or replace function featurize._roc(positive boolean[], probability float8[])
    returns table (threshold float8, false_positive_rate float8, true_positive_rate float8)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- Rows of equal probability are told apart by no threshold: one point for all of them.
    select 'infinity'::float8, 0::float8, 0::float8
     union all
    select r.probability,
           sum(r.negatives) over (order by r.probability desc)::float8 / nullif(sum(r.negatives) over (), 0),
           sum(r.positives) over (order by r.probability desc)::float8 / nullif(sum(r.positives) over (), 0)
      from (select x.probability, count(*) filter (where x.positive)
          as positives, count(*) filter (where not x.positive) as negatives
              from unnest($1, $2) x (positive, probability) group by x.probability) r
     order by 1 desc;
$$;
comment on function featurize._roc(boolean[], float8[]) is 'Points of the receiver operating characteristic, from '
    '(0, 0) to (1, 1).';

create or replace function featurize._class_report(labels text[], predicted text[], classes text[])
    returns table (label text, rows bigint, "precision" float8, recall float8, f1 float8)
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    with pair as materialized (
        select x.label, x.predicted, count(*) as rows from unnest(labels, _class_report.predicted) x (label,
            predicted) group by 1, 2)
    select k.label, n.rows, n.hits / nullif(n.claims, 0), n.hits / nullif(n.rows, 0),
        2 * n.hits / nullif(n.rows + n.claims, 0)
      from unnest(classes) with ordinality k (label, position)
     cross join lateral (select coalesce(sum(p.rows) filter (where p.label = k.label), 0)::bigint as rows,
                                coalesce(sum(p.rows) filter (where p.predicted = k.label), 0)::bigint as claims,
                                coalesce(sum(p.rows) filter (where p.label = k.label
                                    and p.predicted = k.label), 0)::float8 as hits
                           from pair p) n
     order by k.position;
$$;
comment on function featurize._class_report(text[], text[], text[]) is
    'For each class: rows of it, precision, recall, and the harmonic mean of both; null where nothing was claimed, '
        'or nothing is there.';

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
comment on function featurize._confusion(text[], text[], text[]) is 'How many rows of each class were taken for each.';

create or replace function featurize._note_changes(c featurize.classifier) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    learned bigint := (select sum(k.rows) from featurize.classifier_class k where k.classifier_id = c.id);
    name text := (select featurize._qualified(t.relation) from featurize.training_view t
        where t.id = c.training_view_id);
    found bigint;
begin
    execute format('select count(*) from %s x where x.split = ''train''', name) into found;
    if found <> learned then
        raise notice '% has changed since classifier "%" was trained: % rows train then, % do now', name, c.name,
            learned, found
            using hint = 'Rows that it has learned from may test it now. Train it again, or by a view that '
                'featurize.freeze_training_view() has frozen.';
    end if;
end
$$;
comment on function featurize._note_changes(featurize.classifier) is
    'Say it if other rows train now than those that a classifier has learned from.';

create or replace function featurize.evaluate(
    classifier text,
    split text default 'test',
    positive text default null,
    out rows bigint,
    out accuracy float8,
    out accuracy_low float8,
    out accuracy_high float8,
    out log_loss float8,
    out auc float8,
    out classes jsonb,
    out confusion jsonb,
    out roc jsonb
)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    c featurize.classifier := featurize._classifier(classifier);
    known text[] := (select array_agg(k.label order by k.position) from featurize.classifier_class k
        where k.classifier_id = c.id);
    -- As usual, the last of two.
    number integer := case when positive is not null or cardinality(known) = 2
        then featurize._check_class(c, coalesce(positive, known[2])) end;
    labels text[];
    predicted text[];
    of_positive float8[];
    hits bigint;
begin
    select count(*), count(*) filter (where p.label = p.predicted), array_agg(p.label), array_agg(p.predicted),
        array_agg(p.probabilities[number]),
           -- A class that was not learned is as improbable as a number can be.
           avg(-ln(greatest(coalesce(p.probabilities[array_position(known, p.label)], 0), 2.220446049250313e-16)))
      into rows, hits, labels, predicted, of_positive, log_loss
      from featurize.predictions(classifier, split) p;
    perform featurize._note_changes(c);
    accuracy := hits::float8 / nullif(rows, 0);
    select w.low, w.high into accuracy_low, accuracy_high from featurize._wilson(hits, rows) w;
    known := known || array(select distinct l from unnest(labels) l where l <> all (known) order by l);
    select jsonb_agg(to_jsonb(r)) into classes from featurize._class_report(labels, predicted, known) r;
    select jsonb_agg(to_jsonb(r)) into confusion from featurize._confusion(labels, predicted, known) r;
    if number is not null then
        select jsonb_agg(to_jsonb(r) - 'area'), sum(r.area) into roc, auc
          from (select r.threshold, r.false_positive_rate, r.true_positive_rate,
                       (r.false_positive_rate - lag(r.false_positive_rate) over by_threshold)
                       * (r.true_positive_rate + lag(r.true_positive_rate) over by_threshold) / 2 as area
                  from featurize._roc(array(select l = coalesce(positive, known[number])
                      from unnest(labels) l), of_positive) r
                window by_threshold as (order by r.threshold desc)) r;
    end if;
end
$$;
comment on function featurize.evaluate(text, text, text) is
    'How good a classifier is on the rows of its training view that it has not learned from: accuracy with its '
        'interval at 95 %
(Wilson), log-loss, and for two classes the area under the ROC curve of the positive one, the last unless it is named.
classes, confusion and roc are also there as tables: featurize.class_report(), confusion() and roc().';

create or replace function featurize.class_report(classifier text, split text default 'test')
    returns table (label text, rows bigint, "precision" float8, recall float8, f1 float8)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select r.* from featurize.evaluate(classifier, split) e
     cross join lateral jsonb_to_recordset(e.classes) r (label text, rows bigint, "precision" float8, recall float8,
         f1 float8);
$$;
comment on function featurize.class_report(text, text) is
    'Rows of each class; part of those taken for it that are (precision), of those that are that were taken for it '
        '(recall), and the mean of both (f1).';

create or replace function featurize.confusion(classifier text, split text default 'test')
    returns table (label text, predicted text, rows bigint)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select r.* from featurize.evaluate(classifier, split) e
     cross join lateral jsonb_to_recordset(e.confusion) r (label text, predicted text, rows bigint);
$$;
comment on function featurize.confusion(text, text) is 'How many rows of each class a classifier takes for each.';

create or replace function featurize.roc(classifier text, split text default 'test', positive text default null)
    returns table (threshold float8, false_positive_rate float8, true_positive_rate float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    points jsonb := (featurize.evaluate(classifier, split, positive)).roc;
begin
    if points is null then
        raise exception using errcode = 'FZ006',
            message = format('classifier "%s" knows more than two classes, so it has one curve for each', classifier),
            hint = 'Pass positive => one of them.';
    end if;
    return query select r.* from jsonb_to_recordset(points) r (threshold float8, false_positive_rate float8,
        true_positive_rate float8);
end
$$;
comment on function featurize.roc(text, text, text) is
    'The receiver operating characteristic: of the other rows and of those of the positive class, how many have at '
        'least that probability.';
