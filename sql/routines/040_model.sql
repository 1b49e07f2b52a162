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
            hint = format('There are: %s. featurize.register_model() adds one.',
                (select string_agg(m.name, ', ' order by m.name) from featurize.model m));
    end if;
    return found_one;
end
$$;
comment on function featurize._model(text) is 'The model of that name in any letter case, or FZ005.';

create or replace function featurize.register_model(
    name text,
    backbone text,
    node text default null,
    pooling text default null,
    dim integer default null,
    weights text default null,
    preprocessing jsonb default null
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    base featurize.model;
    wanted featurize.model;
    known featurize.model;
begin
    -- What is not given is as in the shipped model of that backbone.
    select * into base from featurize.model m where m.builtin and m.backbone = lower(register_model.backbone);
    wanted := row(lower(name), lower(backbone), coalesce(node, base.node), coalesce(pooling, base.pooling, 'none'),
                  coalesce(dim, base.dim), coalesce(weights, base.weights),
                  coalesce(preprocessing, base.preprocessing), false);
    if wanted.node is null or wanted.dim is null or wanted.weights is null or wanted.preprocessing is null then
        raise exception using errcode = 'FZ006',
            message = format('model "%s": backbone "%s" is not in the catalogue, so node, dim, weights and preprocessing are needed',
                name, backbone),
            hint = 'Pass them, or name a backbone of featurize.model.';
    end if;
    perform featurize._check_choice('pooling', wanted.pooling, array['none', 'flatten', 'avg', 'max']);
    if coalesce(wanted.name, '') = '' or wanted.dim not between 1 and 16000 or jsonb_typeof(wanted.preprocessing) <> 'object' then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" cannot be registered with %s dimensions and preprocessing %s', name, wanted.dim, wanted.preprocessing),
            hint = 'A model has a name, 1 to 16000 dimensions, and an object for its preprocessing.';
    end if;
    select * into known from featurize.model m where m.name = wanted.name for update;
    if known.builtin then
        raise exception using errcode = 'FZ002',
            message = format('model "%s" is shipped with pgfeaturize and cannot be changed', name),
            hint = 'Register yours under another name.';
    elsif known.dim <> wanted.dim and exists (select from featurize.featurizer f where f.model = wanted.name) then
        raise exception using errcode = 'FZ006',
            message = format('model "%s" is in use with %s dimensions and cannot get %s', name, known.dim, wanted.dim),
            hint = 'Register it under another name, or drop its featurizers first.';
    end if;
    insert into featurize.model as m
    values (wanted.*)
        on conflict on constraint model_pkey do update
       set (backbone, node, pooling, dim, weights, preprocessing)
         = row(excluded.backbone, excluded.node, excluded.pooling, excluded.dim, excluded.weights, excluded.preprocessing);
    if known.name is not null and known is distinct from wanted then
        perform featurize.retire_space(wanted.name);
    end if;
    return wanted.name;
end
$$;
comment on function featurize.register_model(text, text, text, text, integer, text, jsonb) is
    'Add a model to the catalogue, or change one: then all its vectors become stale and are made again.';

create or replace function featurize.retire_space(model text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    this featurize.model := featurize._model(model);
begin
    update featurize.space s set retired_at = now() where s.model = this.name and s.retired_at is null;
    perform featurize._start_backfill(f, false) from featurize.featurizer f where f.model = this.name;
end
$$;
comment on function featurize.retire_space(text) is
    'Make all vectors of a model stale, because its weights or software changed; they are made again.';

create or replace function featurize.register_space(model text, fingerprint text) returns integer
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    this featurize.model := featurize._model(model);
    current featurize.space;
begin
    insert into featurize.space (model, fingerprint) values (this.name, register_space.fingerprint)
        on conflict do nothing;
    select * into current from featurize.space s where s.model = this.name and s.retired_at is null;
    if current.fingerprint <> register_space.fingerprint then
        raise exception using errcode = 'FZ008',
            message = format('model "%s": the vectors in the database are of space %s (fingerprint %s…), this worker''s network is %s…',
                this.name, current.id, left(current.fingerprint, 12), left(register_space.fingerprint, 12)),
            hint = format('Give the worker the same weights and versions, or call featurize.retire_space(%L) to make all vectors again.',
                this.name);
    end if;
    return current.id;
end
$$;
comment on function featurize.register_space(text, text) is
    'For workers: the current space of a model, which the first worker to load it founds; FZ008 for another fingerprint.';
