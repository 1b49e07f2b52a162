-- Ownership checks. Roles that were granted a part have rights to all rows of a table or, by policies, to
-- their own rows. The functions here raise errors that name the object and its owner.

create or replace function featurize._is_owner(owner oid) returns boolean
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select pg_has_role(owner, 'usage') or pg_has_role(n.nspowner, 'usage')
      from pg_namespace n
     where n.nspname = 'featurize';
$$;
comment on function featurize._is_owner(oid) is
    'Whether the current role may act as an owner: it is a member of that role, or of the role that owns
pgfeaturize.';

create or replace function featurize._owner(f featurize.featurizer) returns oid
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce((select c.relowner from pg_class c where c.oid = f.source), f.owner);
$$;
comment on function featurize._owner(featurize.featurizer) is
    'Owner of a featurizer: the owner of its source, or of its triggers if the source was dropped.';

create or replace function featurize._check_owner(owner oid, what text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if featurize._is_owner(owner) is not true then
        raise insufficient_privilege using
            message = format('must be owner of %s', what),
            hint = format('It belongs to role %s.', owner::regrole);
    end if;
end
$$;
comment on function featurize._check_owner(oid, text) is
    'Raise error 42501 unless the current role may act as the owner.';

create or replace function featurize._may_name(classifier text) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_and(featurize._is_owner(c.owner)), true)
      from featurize.classifier c
     where c.name = _may_name.classifier;
$$;
comment on function featurize._may_name(text) is
    'Whether the current role may train a classifier of that name, which replaces an existing one.';

create or replace function featurize._own_featurizer(name text) returns featurize.featurizer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_owner(featurize._owner(f), format('featurizer "%s"', featurize._label(f)));
    return f;
end
$$;
comment on function featurize._own_featurizer(text) is
    'The featurizer of that name. Raise FZ001 if there is none, 42501 if the current role does not own it.';
