-- Checks of the arguments of register_model().

create or replace function featurize._check_model(m featurize.model, name text) returns void
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
declare
    complaint text;
begin
    if m.pooling is not null then
        perform featurize._check_choice('pooling', m.pooling, array['none', 'flatten', 'avg', 'max', 'gem']);
    end if;
    if coalesce(m.name, '') = '' or coalesce(m.backbone, '') = '' then
        complaint := 'without a name and a backbone';
    elsif m.dim not between 1 and 16000 then
        complaint := format('with %s dimensions', m.dim);
    elsif m.cut < 1 then
        complaint := format('%s layers from the end', m.cut);
    elsif m.cut is not null and m.node is not null then
        complaint := format('at node "%s" and %s layers from the end', m.node, m.cut);
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" cannot be registered %s', name, complaint),
            hint = 'A model has a name, a backbone, 1 to 16000 dimensions, and either a node or a cut of at least 1.';
    end if;
end
$$;
comment on function featurize._check_model(featurize.model, text) is
    'Raise FZ006 unless the model can be registered.';

create or replace function featurize._preprocessing_fields() returns text[]
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select '{resize,shorter,size,interpolation,antialias,channels,order,offset,scale,mean,std}'::text[];
$$;
comment on function featurize._preprocessing_fields() is 'Fields of a complete preprocessing document.';

create or replace function featurize._check_preprocessing(model text, preprocessing jsonb) returns void
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
declare
    complaint text;
begin
    if jsonb_typeof(preprocessing) <> 'object' then
        complaint := 'it is not an object';
    else
        select string_agg(format('"%s" is %s', p.key, coalesce('not ' || rule.meaning, 'unknown')), '; ' order by p.key)
          into complaint
          from jsonb_each(preprocessing) p
          left join (values
               ('resize', '"imagenet", "iso_crop", "iso_pad" or "aniso"',
                'strict $ like_regex "^(imagenet|iso_crop|iso_pad|aniso)$"'::jsonpath),
               ('shorter', 'a length or null', 'strict $ == null || $ >= 1'),
               ('size', '[height, width]',
                'strict $.type() == "array" && $.size() == 2 && $[0] >= 1 && $[1] >= 1'),
               ('interpolation', 'the name of a filter',
                'strict $ like_regex "^(nearest|box|bilinear|hamming|bicubic|lanczos)$"'),
               ('antialias', 'true or false', 'strict $ == true || $ == false'),
               ('channels', '3 or 1', 'strict $ == 3 || $ == 1'),
               ('order', '"rgb" or "bgr"', 'strict $ == "rgb" || $ == "bgr"'),
               ('offset', 'a number', 'strict $.type() == "number"'),
               ('scale', 'a positive number', 'strict $ > 0'),
               ('mean', 'a list of numbers', 'strict $.type() == "array" && $[0].type() == "number"'),
               ('std', 'a list of positive numbers', 'strict $.type() == "array" && $[0] > 0')
               ) rule (field, meaning, condition) on rule.field = p.key
         where jsonb_path_match(p.value, rule.condition, silent => true) is not true;
    end if;
    if complaint is not null then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" cannot be registered with this preprocessing: %s', model, complaint),
            hint = format('The fields of a preprocessing are: %s.',
                array_to_string(featurize._preprocessing_fields(), ', '));
    end if;
end
$$;
comment on function featurize._check_preprocessing(text, jsonb) is
    'Raise FZ006 for unknown fields and invalid values. Missing fields are allowed.';

create or replace function featurize._check_own_preprocessing(
    name text, backbone text, weights text, preprocessing jsonb
) returns void
    language plpgsql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
declare
    required text[];
    missing text;
begin
    if backbone like '%:%' or lower(backbone) = 'program' then
        required := '{resize,size,mean,std}';
    elsif preprocessing ? 'size' and weights ~ '-[0-9a-f]{8,64}[.](pt2|safetensors|pth)$' then
        required := '{resize}';
    end if;
    select string_agg(format('"%s"', r.field), ', ' order by r.number) into missing
      from unnest(required) with ordinality r (field, number)
     where not coalesce(preprocessing, '{}') ? r.field;
    if missing is not null then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" cannot be registered: the preprocessing of backbone "%s" is unknown', name,
                backbone),
            hint = format('Pass preprocessing with %s. resize "aniso" stretches the whole image, "imagenet" resizes '
                'the shorter side and crops the center.', missing);
    end if;
end
$$;
comment on function featurize._check_own_preprocessing(text, text, text, jsonb) is
    'Raise FZ006 if a user''s network, or a user''s weights with another size, lack a field that has no default.';
