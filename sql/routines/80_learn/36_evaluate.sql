-- Evaluating a classifier on the rows of its training view.

create or replace function featurize._note_changes(c featurize.classifier) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    learned bigint := (select sum(k.rows) from featurize.classifier_class k where k.classifier_id = c.id);
    name text := (select featurize._qualified(t.relation)
                    from featurize.training_view t
                   where t.id = c.training_view_id);
    found bigint;
begin
    execute format('select count(*) from %s x where x.split = ''train''', name) into found;
    if found <> learned then
        raise notice '% has changed since classifier "%" was trained: it had % training rows then and has % now',
            name, c.name, learned, found
            using hint = 'Test rows may include rows that the classifier was trained on. Train it again, '
                         'or train it on a view that featurize.freeze_training_view() has frozen.';
    end if;
end
$$;
comment on function featurize._note_changes(featurize.classifier) is
    'Raise a notice if the number of training rows has changed since a classifier was trained.';

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
    known text[] := (select array_agg(k.label order by k.position)
                       from featurize.classifier_class k
                      where k.classifier_id = c.id);
    -- By convention, the last of two classes is the positive one.
    number integer := case when positive is not null or cardinality(known) = 2
                           then featurize._check_class(c, coalesce(positive, known[2])) end;
    labels text[];
    predicted text[];
    of_positive float8[];
    hits bigint;
begin
    select count(*),
           count(*) filter (where p.label = p.predicted),
           array_agg(p.label),
           array_agg(p.predicted),
           array_agg(p.probabilities[number]),
           -- The probability of a class that the classifier does not know is the machine epsilon.
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
                  from featurize._roc(
                       array(select l = coalesce(positive, known[number]) from unnest(labels) l), of_positive) r
                window by_threshold as (order by r.threshold desc)) r;
    end if;
end
$$;
comment on function featurize.evaluate(text, text, text) is
    'Evaluate a classifier on the rows of its training view, by default on the test rows: accuracy with its 95 %
confidence interval (Wilson), log-loss, and AUC, the area under the ROC curve of the positive class. With two
classes, the positive class is the last one unless you pass another. classes, confusion and roc are also available
as tables: featurize.class_report(), confusion() and roc().';

create or replace function featurize.class_report(classifier text, split text default 'test')
    returns table (label text, rows bigint, "precision" float8, recall float8, f1 float8)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select r.* from featurize.evaluate(classifier, split) e
     cross join lateral jsonb_to_recordset(e.classes) r (
           label text, rows bigint, "precision" float8, recall float8, f1 float8);
$$;
comment on function featurize.class_report(text, text) is
    'For each class: number of rows; precision, the fraction of correct predictions of the class; recall, the
fraction of its rows that are predicted correctly; and their harmonic mean f1.';

create or replace function featurize.confusion(classifier text, split text default 'test')
    returns table (label text, predicted text, rows bigint)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select r.* from featurize.evaluate(classifier, split) e
     cross join lateral jsonb_to_recordset(e.confusion) r (label text, predicted text, rows bigint);
$$;
comment on function featurize.confusion(text, text) is
    'Confusion matrix of a classifier: how many rows of class label are predicted as class predicted.';

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
            message = format('classifier "%s" has more than two classes, each with its own ROC curve', classifier),
            hint = 'Pass one of the classes as positive.';
    end if;
    return query
    select r.*
      from jsonb_to_recordset(points) r (threshold float8, false_positive_rate float8, true_positive_rate float8);
end
$$;
comment on function featurize.roc(text, text, text) is
    'ROC curve of a classifier: for each threshold, the fractions of the other rows and of the rows of the positive
class whose probability of the positive class is at least the threshold.';
