-- Evaluating the ranking of classes by a classifier, and parts of featurize.evaluate_ranking().

create or replace function featurize.evaluate_classes(
    classifier text,
    split text default 'test',
    top integer[] default '{1,5,10}',
    out rows bigint,
    out top_accuracy jsonb,
    out mean_rank float8,
    out median_rank float8
)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    known text[] := array(select k.label
                            from featurize.classifier_class k
                           where k.classifier_id = (featurize._classifier(classifier)).id
                           order by k.position);
begin
    perform featurize._check_top(top);
    select count(*),
           featurize._top_accuracy(array_agg(r.rank), top),
           avg(r.rank),
           percentile_cont(0.5) within group (order by r.rank)
      into rows, top_accuracy, mean_rank, median_rank
      from featurize.predictions(classifier, split) p
     cross join lateral (select array_position(known, p.label)) own (position)
     cross join lateral (
           -- Equal probabilities are in the order of the classes. An unknown class comes after all others.
           select 1 + count(*) filter (
                      where own.position is null
                         or (-v.probability, v.position) < (-p.probabilities[own.position], own.position)) as rank
             from unnest(p.probabilities) with ordinality v (probability, position)) r;
end
$$;
comment on function featurize.evaluate_classes(text, text, integer[]) is
    'Evaluate how well a classifier ranks classes, by default on the test rows of its training view. The rank of a row
is the position of its own class when the classes are ordered by probability. top_accuracy has for each number n of top
the fraction of rows whose class is among the first n.';

create or replace function featurize._check_top(top integer[]) returns void
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if (cardinality(top) > 0 and 1 <= all (top)) is not true then
        raise exception using errcode = 'FZ006',
            message = format('top cannot be %s', coalesce(quote_literal(top::text), 'null')),
            hint = 'Pass an array of numbers of 1 or more, such as array[1, 5, 10].';
    end if;
end
$$;
comment on function featurize._check_top(integer[]) is 'Raise FZ006 unless all elements are numbers of 1 or more.';

create or replace function featurize._top_accuracy(ranks bigint[], top integer[]) returns jsonb
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select jsonb_object_agg(n, (select avg((r <= n)::integer)::float8 from unnest(ranks) r)) from unnest(top) n;
$$;
comment on function featurize._top_accuracy(bigint[], integer[]) is
    'For each number n of top, the fraction of ranks that are n or less, as {"1": 0.5, "5": 0.9}.';

create or replace function featurize._ranked_by(
    f featurize.featurizer,
    metric text,
    compared text,
    c featurize.classifier
) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case when c.id is null then featurize._distance(f, metric, compared, 'a.featurize_own')
                else format('(%s %s a.featurize_own)', compared, featurize._operator(metric)) end;
$$;
comment on function featurize._ranked_by(featurize.featurizer, text, text, featurize.classifier) is
    'Expression for the distance of a vector from that of the query a.';

create or replace function featurize._in_test(c featurize.classifier, f featurize.featurizer) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    -- Raises FZ014 if the training view was dropped.
    perform featurize._predicted_view(c, 'test');
    return format(' and exists (select from %s x where x.split = ''test'' and %s)',
                  (select t.relation from featurize.training_view t where t.id = c.training_view_id),
                  featurize._key_match(f, 's', 'x'));
end
$$;
comment on function featurize._in_test(featurize.classifier, featurize.featurizer) is
    'Condition on the source s: the row is a test row of the training view of a classifier.';
