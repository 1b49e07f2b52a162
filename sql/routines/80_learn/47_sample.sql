-- Rows of training views to be looked at, and their images.

create or replace function featurize._training_key(t featurize.training_view, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select string_agg(format('%s.%I', alias, a.attname), ', ' order by a.attnum)
      from pg_attribute a
     where a.attrelid = t.relation and a.attnum > 0 and not a.attisdropped
         and a.attname not in ('label', 'split', 'features');
$$;
comment on function featurize._training_key(featurize.training_view, text) is
    'Key columns of a training view, which are those before label, split and features, over an alias.';

create or replace function featurize._training_sample(name text, per_class integer)
    returns table (rows bigint, dim integer, statement text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    select sum(least(r.train + r.test, per_class)) into rows from featurize.training_report(name) r where r.label
        is not null;
    select c.dim into dim from featurize.training_copy(name) c;
    statement := format(
        'copy (select r.key, r.label, r.split, r.features::%I.vector '
        'from (select to_jsonb(k)::text as key, x.label::text collate "C" as label, x.split, x.features, '
        'row_number() over (partition by x.label::text collate "C" order by md5(to_jsonb(k)::text), to_jsonb(k)) as '
            'number '
        'from %s x cross join lateral (select %s) k) r where r.number <= %s order by r.label, r.number) to stdout '
            '(format binary)',
        featurize._vector_schema(), t.relation, featurize._training_key(t, 'x'), per_class);
    return next;
end
$$;
comment on function featurize._training_sample(text, integer) is
    'As training_copy(), for at most so many rows of each class, drawn by hash of the key; by class, in the order of '
        'that hash.';

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
            message = format('the images of "%s" are not known any more: its featurizer is gone', name),
            hint = 'Leave out what shows images.';
    end if;
    return query execute format(
        'select k.number, %s from unnest($1) with ordinality k (key, number) '
        'cross join lateral jsonb_to_record(k.key) as r (%s) join only %s s on %s order by k.number',
        format(case f.image_kind when 'bytes' then 'null::text, %s'
            else '%s, null::bytea' end, featurize._image(f, 's')),
        featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'r'))
    using keys;
end
$$;
comment on function featurize._training_images(text, jsonb[]) is
    'The images of rows of a training view, by their keys: where they are, or the images themselves.';
