-- Finding, registering and changing models.

create or replace function featurize._model(name text) returns featurize.model
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    found_one featurize.model;
begin
    select * into found_one from featurize.model m where m.name = lower(_model.name);
    if found_one.name is null then
        raise exception using errcode = 'FZ005',
            message = format('there is no model "%s"', name),
            hint = concat(
                featurize._similar_names('models', name, array(select m.name from featurize.model m)),
                ' Use featurize.register_model() to add one.');
    end if;
    return found_one;
end
$$;
comment on function featurize._model(text) is
    'The model of that name, in any letter case. Raise FZ005 if there is none.';

create or replace function featurize.register_model(
    name text,
    backbone text,
    node text default null,
    pooling text default null,
    dim integer default null,
    weights text default null,
    preprocessing jsonb default null,
    cut integer default null
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    wanted featurize.model;
    known featurize.model;
begin
    perform featurize._check_preprocessing(name, preprocessing);
    perform featurize._check_own_preprocessing(name, backbone, weights, preprocessing);
    wanted := featurize._wanted_model(name, backbone, node, pooling, dim, weights, preprocessing, cut);
    perform featurize._check_model(wanted, name);
    perform featurize._check_model_is_own(m, register_model.name) from featurize.model m where m.name = wanted.name;
    select * into known from featurize.model m where m.name = wanted.name for update;
    if known.dim is distinct from wanted.dim
        and exists (select from featurize.featurizer f where f.model = wanted.name)
    then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" is in use with %s dimensions and cannot be changed to %s', name, known.dim,
                coalesce(wanted.dim::text, 'the number of dimensions that a worker determines')),
            hint = 'Register it under another name, pass dim, or drop its featurizers first.';
    end if;
    insert into featurize.model as m
    values (wanted.*)
        on conflict on constraint model_pkey do update
       set (backbone, node, cut, pooling, dim, weights, preprocessing, error)
         = row(excluded.backbone, excluded.node, excluded.cut, excluded.pooling, excluded.dim, excluded.weights,
               excluded.preprocessing, excluded.error);
    if known.name is not null and known is distinct from wanted then
        perform featurize.retire_space(wanted.name);
    end if;
    if wanted.dim is null then
        perform featurize._notify('pgfeaturize');
    end if;
    return wanted.name;
end
$$;
comment on function featurize.register_model(text, text, text, text, integer, text, jsonb, integer) is
    'Add a model to the catalog, or change one; all vectors of a changed model become stale and are computed again.
The backbone is cut at node, or cut layers from the end. dim is the length of the embedding. A worker determines the
parameters that you omit. Returns the name of the model, in lower case.';

create or replace function featurize._check_model_is_own(m featurize.model, name text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if m.builtin then
        raise exception using errcode = 'FZ002',
            message = format('model "%s" is shipped with pgfeaturize and cannot be changed', name),
            hint = 'Register your model under another name.';
    end if;
    perform featurize._check_owner(m.owner, format('model "%s"', name));
end
$$;
comment on function featurize._check_model_is_own(featurize.model, text) is
    'Raise FZ002 if the model is shipped with pgfeaturize, 42501 if the current role does not own it.';

create or replace function featurize._wanted_model(
    name text, backbone text, node text, pooling text, dim integer, weights text, preprocessing jsonb, cut integer
) returns featurize.model
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    base featurize.model;
    wanted featurize.model;
begin
    -- Parameters that are not given are those of the shipped model of the backbone, preferably with the same weights.
    select * into base
      from featurize.model m
     where m.builtin and m.backbone = lower(_wanted_model.backbone)
     order by m.weights = _wanted_model.weights desc nulls last, m.name = m.backbone desc
     limit 1;
    wanted := jsonb_populate_record(null::featurize.model, jsonb_build_object(
        'name', lower(name),
        -- The name of a Python function is case-sensitive.
        'backbone', case when backbone like '%:%' then backbone else lower(backbone) end,
        'node', case when cut is null then coalesce(node, base.node) else node end,
        'cut', cut,
        'pooling', coalesce(pooling, case when node is null and cut is null then base.pooling end),
        'weights', coalesce(weights, base.weights),
        -- Another size implies another way of resizing, another channel order other means: a worker completes these.
        'preprocessing', case when preprocessing ?| array['resize', 'size', 'channels', 'order'] then preprocessing
                              else coalesce(base.preprocessing, '{}') || coalesce(preprocessing, '{}') end,
        'builtin', false,
        'owner', coalesce(
            (select m.owner::text from featurize.model m where m.name = lower(_wanted_model.name)),
            quote_ident(current_user))));
    wanted := jsonb_populate_record(wanted, jsonb_build_object('dim', coalesce(dim,
        case when (wanted.node, wanted.pooling) = (base.node, base.pooling) then base.dim end)));
    if num_nulls(wanted.node, wanted.pooling, wanted.weights) > 0
        or not wanted.preprocessing ?& featurize._preprocessing_fields()
    then
        wanted := jsonb_populate_record(wanted, '{"dim": null}');
    end if;
    return wanted;
end
$$;
comment on function featurize._wanted_model(text, text, text, text, integer, text, jsonb, integer) is
    'The row that register_model() stores. dim is null if a worker has to determine a parameter.';

create or replace function featurize.remove_model(name text) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    this featurize.model := featurize._model(name);
    users text;
begin
    perform featurize._check_model_is_own(this, name);
    perform from featurize.model m where m.name = this.name for update;
    select string_agg(u.what, ', ' order by u.what) into users
      from (select format('featurizer "%s"', featurize._label(f)) from featurize.featurizer f where f.model = this.name
             union all
            select format('training view %s', v.relation)
              from featurize.training_view v
              join featurize.space s on s.id = v.space_id and s.model = this.name
             union all
            select format('classifier "%s"', c.name)
              from featurize.classifier c
              join featurize.space s on s.id = c.space_id and s.model = this.name) u (what);
    if users is not null then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" is in use and cannot be removed: %s', this.name, users),
            hint = 'Drop these first.';
    end if;
    delete from featurize.space s where s.model = this.name;
    delete from featurize.model m where m.name = this.name;
    return this.weights;
end
$$;
comment on function featurize.remove_model(text) is
    'Remove a model that nothing uses, and its feature spaces. Raise FZ006 if a featurizer, a frozen training view or a
classifier uses it. Returns its weights, whose file remains where it is; pgfeaturize models remove deletes it, too.';
