-- Whose a featurizer is. Roles that are let in have rights to all rows of a table or to their own, by
-- policies; what says no in words is here.

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
    'Whether the current role may act as an owner: as a member of it, or because pgfeaturize itself is its own.';

create or replace function featurize._owner(f featurize.featurizer) returns oid
    language sql
    stable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce((select c.relowner from pg_class c where c.oid = f.source), f.owner);
$$;
comment on function featurize._owner(featurize.featurizer) is
    'Owner of a featurizer: of its source, or of its triggers if that is gone.';

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
comment on function featurize._check_owner(oid, text) is 'Error 42501 unless the current role may act as the owner.';

create or replace function featurize._may_name(classifier text) returns boolean
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_and(featurize._is_owner(c.owner)), true) from featurize.classifier c
        where c.name = _may_name.classifier;
$$;
comment on function featurize._may_name(text) is
    'Whether the current role may have a classifier of that name trained, which takes the place of the one that is '
        'there.';

create or replace function featurize._own_featurizer(name text) returns featurize.featurizer
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    perform featurize._check_owner(featurize._owner(f), format('featurizer "%s"', f.name));
    return f;
end
$$;
comment on function featurize._own_featurizer(text) is 'The featurizer of that name, if the current role owns it; '
    'else FZ001 or 42501.';
