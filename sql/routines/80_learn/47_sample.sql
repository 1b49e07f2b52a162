-- Samples of training views for plots, and the images of their rows.

create or replace function featurize._training_sample(name text, per_class integer)
    returns table (rows bigint, dim integer, statement text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    select sum(least(r.train + r.test, per_class)) into rows
      from featurize.training_report(name) r
     where r.label is not null;
    select c.dim into dim from featurize.training_copy(name) c;
    statement := featurize._render($copy$copy (
            select r.key, r.label, r.split, r.features::{vector_schema}.vector
              from (select to_jsonb(k)::text as key, x.label::text collate "C" as label, x.split, x.features,
                           row_number() over (partition by x.label::text collate "C"
                                              order by md5(to_jsonb(k)::text), to_jsonb(k)) as number
                      from {relation} x
                     cross join lateral (select {key}) k) r
             where r.number <= {per_class}
             order by r.label, r.number
        ) to stdout (format binary)$copy$,
        jsonb_build_object(
            'vector_schema', quote_ident(featurize._vector_schema()),
            'relation', t.relation::text,
            'key', featurize._training_key(t, 'x'),
            'per_class', per_class));
    return next;
end
$$;
comment on function featurize._training_sample(text, integer) is
    'As featurize.training_copy(), for at most per_class rows of each class, selected by a hash of the key. Rows are
ordered by class and hash.';

create or replace function featurize._training_images(name text, keys jsonb[])
    returns table (number bigint, image text, bytes bytea)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer := (select x from featurize.featurizer x where x.id = t.featurizer_id);
begin
    if f.id is null then
        raise exception using errcode = 'FZ006',
            message = format('the images of "%s" are unknown, because its featurizer was dropped', name),
            hint = 'Leave out the option that shows images.';
    end if;
    return query execute featurize._render(f, $images$
        select k.number, {image_and_bytes}
          from unnest($1) with ordinality k (key, number)
         cross join lateral jsonb_to_record(k.key) as r ({key_definition})
          join only {source} s on {key_match:s,r}
         order by k.number
        $images$,
        jsonb_build_object('image_and_bytes', concat_ws(', ',
            featurize._image_name(f, featurize._image(f, 's')),
            featurize._image_content(f, featurize._image(f, 's')))))
    using keys;
end
$$;
comment on function featurize._training_images(text, jsonb[]) is
    'Images of the rows of a training view with these keys: path or URI in image; in bytes
the image itself, encoded or as a data URI.';
