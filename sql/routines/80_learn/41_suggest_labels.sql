-- Which rows to label next.

create or replace function featurize.suggest_labels(
    classifier text,
    n integer default 10,
    filter text default null,
    parameters text[] default null
)
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
        perform featurize._predicted_view(c, 'test');
    end if;
    perform featurize._check_search(f, 'cosine', n);
    return query execute featurize._render(f, $suggest$
        with predicted as materialized ({predicted})
        select u.key, u.image, k.label, u.best, u.best - u.second
          from (select p.key, p.image, array_position(p.probabilities, b.best) as position, b.best, b.second
                  from predicted p
                 cross join lateral (
                       select max(x) as best, coalesce((array_agg(x order by x desc))[2], 0) as second
                         from unnest(p.probabilities) x) b
                 order by b.best - b.second, p.key
                 limit $1) u
          join featurize.classifier_class k on k.classifier_id = {classifier_id} and k.position = u.position
         order by u.best - u.second, u.key
        $suggest$,
        jsonb_build_object(
            'predicted', featurize._predicted(c, stored.relation, stored.embedding,
                format('%s as key, %s as image', featurize._key_json(f, 's'),
                       featurize._image_name(f, featurize._image(f, 's'))),
                format('s.%I is null and %s = %s and %s',
                       t.label_column, stored.space, c.space_id,
                       featurize._condition(featurize._filter(filter, parameters)))),
            'classifier_id', c.id))
    using n;
end
$$;
comment on function featurize.suggest_labels(text, integer, text, text[]) is
    'The n rows without a label that a classifier is least certain of: labels for these rows improve it most. margin
is the difference between the probabilities of the two most probable classes. filter is an SQL condition on the row
s.';
