-- Resolving models, and their feature spaces.

create or replace function featurize._resolve_model(name text) returns featurize.model
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    m featurize.model := featurize._model(name);
begin
    if m.dim is null then
        raise exception using errcode = 'FZ009',
            message = format('model "%s" is unresolved: %s', m.name, coalesce(m.error, 'no worker has tried it yet')),
            hint = case when m.error is null
                        then format('Start a worker; select featurize.wait_model(%L) waits for it.', m.name)
                        else 'Correct the cause: running workers try again, or write the new error to '
                             'featurize.model.error.' end;
    end if;
    return m;
end
$$;
comment on function featurize._resolve_model(text) is
    'The model of that name. Raise FZ005 if there is none, FZ009 if it is unresolved.';

create or replace function featurize.resolve_model(
    name text, node text, pooling text, dim integer, weights text, preprocessing jsonb
) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.model m
       set node = resolve_model.node, pooling = resolve_model.pooling, dim = resolve_model.dim,
           weights = resolve_model.weights, preprocessing = resolve_model.preprocessing, error = null
     where m.name = resolve_model.name and m.dim is null;
$$;
comment on function featurize.resolve_model(text, text, text, integer, text, jsonb) is
    'For workers: complete an unresolved model.';

create or replace function featurize.reject_model(name text, error text) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update featurize.model m
       set error = reject_model.error
     where m.name = reject_model.name and m.dim is null and m.error is distinct from reject_model.error;
$$;
comment on function featurize.reject_model(text, text) is
    'For workers: record why an unresolved model cannot be completed.';

create or replace function featurize.retire_space(model text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    this featurize.model := featurize._model(model);
begin
    perform featurize._check_owner(this.owner, format('model "%s"', this.name));
    update featurize.space s set retired_at = now() where s.model = this.name and s.retired_at is null;
    perform featurize._start_backfill(f, false) from featurize.featurizer f where f.model = this.name;
end
$$;
comment on function featurize.retire_space(text) is
    'Make all vectors of a model stale, for example because its weights have changed. They are computed again.';

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
            message = format(
                'model "%s": the vectors in the database are of space %s (fingerprint %s...), '
                'this worker''s network is %s...',
                this.name, current.id, left(current.fingerprint, 12), left(register_space.fingerprint, 12)),
            hint = format(
                'Give the worker the same weights and library versions, or call featurize.retire_space(%L) '
                'to compute all vectors again.',
                this.name);
    end if;
    return current.id;
end
$$;
comment on function featurize.register_space(text, text) is
    'For workers: id of the current space of a model, created by the first worker that loads it. Raise FZ008 if the
fingerprint differs.';
