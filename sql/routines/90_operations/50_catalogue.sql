-- What mapped classes of applications have to know of a database, to put queries together.

create or replace function featurize.search_terms(name text) returns table (
    space_id integer,
    dim integer,
    storage text,
    halved text[]
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._current_space(f), m.dim, f.storage,
           array(select i.metric from featurize.index i where i.featurizer_id = f.id and i.method = 'halfvec'
               order by i.metric)
      from featurize._featurizer(search_terms.name) f
      join featurize.model m on m.name = f.model;
$$;
comment on function featurize.search_terms(text) is
    'For programs: the space of a featurizer''s vectors, their length and type, and for which metrics they are '
        'indexed as half-precision ones.';

create or replace function featurize.list_featurizers(schemas text[] default null) returns table (
    name text,
    schema name,
    relation name,
    image_column name,
    model text,
    image_kind text,
    destination text,
    storage text,
    key_columns name[],
    embeddings_schema name,
    embeddings name,
    metrics text[]
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select f.name, n.nspname, c.relname, f.image_column, f.model, f.image_kind, f.destination, f.storage, f.key_columns,
           en.nspname, e.relname,
           array(select i.metric from featurize.index i where i.featurizer_id = f.id order by i.metric)
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_class e on e.oid = f.embeddings
      left join pg_namespace en on en.oid = e.relnamespace
     where schemas is null or n.nspname = any (schemas)
     order by f.name;
$$;
comment on function featurize.list_featurizers(text[]) is 'For programs: the featurizers of the tables in some '
    'schemas, and for which metrics they have indexes.';

create or replace function featurize.list_tables() returns table (schema name, relation name)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select n.nspname, c.relname
      from (select f.embeddings from featurize.featurizer f union select t.relation
          from featurize.training_view t) x (relation)
      join pg_class c on c.oid = x.relation
      join pg_namespace n on n.oid = c.relnamespace;
$$;
comment on function featurize.list_tables() is
    'For programs: tables and views outside schema featurize that were made by functions of it: embeddings, and '
        'training views.';

create or replace function featurize.list_columns() returns table (schema name, relation name, made text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select n.nspname, c.relname, x.made
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(array[f.name, featurize._space_column(f), featurize._digest_column(f)]) x (made)
     where f.destination = 'column';
$$;
comment on function featurize.list_columns() is
    'For programs: columns of featurized tables that were made by functions of this schema.';

create or replace function featurize.list_indexes() returns table (
    featurizer text,
    metric text,
    method text,
    dimensions integer,
    m integer,
    ef_construction integer,
    ef_search integer
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- What was left open at the time is left open again: another model may want another method.
    select f.name, i.metric,
           case when chosen.method is distinct from i.method or chosen.reason <> i.reason then i.method else 'auto' end,
           case when i.method = 'projection' then i.dimensions end,
           i.m, i.ef_construction, i.ef_search
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
      join featurize.model m on m.name = f.model
     cross join featurize._plan_index(
           jsonb_populate_record(i, jsonb_build_object('method', 'auto', 'dimensions', null)), f, m.dim) chosen
     order by f.name, i.metric;
$$;
comment on function featurize.list_indexes() is
    'For programs: the arguments of featurize.create_index() that would ask for the indexes that there are.';

create or replace function featurize.list_training_views() returns table (
    schema name,
    view_name name,
    featurizer text,
    label_column name,
    test_fraction numeric,
    seed bigint,
    stratify boolean,
    group_column name
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Tables that views were frozen into are not here: they outlive their featurizer.
    select n.nspname, c.relname, f.name, t.label_column, t.test_fraction, t.seed, t.stratify, t.group_column
      from featurize.training_view t
      join featurize.featurizer f on f.id = t.featurizer_id
      join pg_class c on c.oid = t.relation and c.relkind = 'v'
      join pg_namespace n on n.oid = c.relnamespace
     order by t.id;
$$;
comment on function featurize.list_training_views() is
    'For programs: the arguments of featurize.create_training_view() that would make the training views that there '
        'are.';

create or replace function featurize.nearest_keys(
    name text,
    query vector,
    k integer default 10,
    filter text default null,
    metric text default 'cosine'
)
    returns table (item_key jsonb, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format('select %s, n.distance from featurize.nearest(null::%s, $1, $2, $3, $4, $5) n',
        featurize._key_json(f, '(n.item)'), f.source)
    using name, query, k, filter, metric;
end
$$;
comment on function featurize.nearest_keys(text, vector, integer, text, text)
    is 'For programs: as featurize.nearest(), but the keys of the rows.';

create or replace function featurize.neighbor_keys(
    name text,
    key jsonb,
    k integer default 10,
    filter text default null,
    metric text default 'cosine'
)
    returns table (item_key jsonb, distance float8)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(name);
begin
    return query execute format(
        'select %s, n.distance from jsonb_to_record($1) k (%s) join only %s s on %s cross join lateral '
            'featurize.neighbors(s, $2, $3, $4, $5) n',
        featurize._key_json(f, '(n.item)'), featurize._key_definition(f), f.source, featurize._key_match(f, 's', 'k'))
    using $2, name, k, filter, metric;
end
$$;
comment on function featurize.neighbor_keys(text, jsonb, integer, text, text)
    is 'For programs: as featurize.neighbors(), by keys.';
