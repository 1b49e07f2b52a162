-- Catalog functions for the adapters: what mapped classes and migrations need to know about a database.

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
           array(select i.metric
                   from featurize.index i
                  where i.featurizer_id = f.id and i.method = 'halfvec'
                  order by i.metric)
      from featurize._featurizer(search_terms.name) f
      join featurize.model m on m.name = f.model;
$$;
comment on function featurize.search_terms(text) is
    'For programs: feature space, length and type of a featurizer''s vectors, and the metrics for which they are
indexed in half precision.';

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
    on_replica boolean,
    notify boolean,
    on_truncated text,
    metrics text[]
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select f.name, n.nspname, c.relname, f.image_column, f.model, f.image_kind, f.destination, f.storage, f.key_columns,
           en.nspname, e.relname, f.on_replica, f.notify, f.on_truncated,
           array(select i.metric from featurize.index i where i.featurizer_id = f.id order by i.metric)
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_class e on e.oid = f.embeddings
      left join pg_namespace en on en.oid = e.relnamespace
     where schemas is null or n.nspname = any (schemas)
     order by n.nspname, c.relname, f.name;
$$;
comment on function featurize.list_featurizers(text[]) is
    'For programs: the featurizers of the tables in these schemas, or of all tables, and the metrics of their
indexes.';

create or replace function featurize.list_tables() returns table (schema name, relation name)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select n.nspname, c.relname
      from (select f.embeddings from featurize.featurizer f
             union
            select t.relation from featurize.training_view t) x (relation)
      join pg_class c on c.oid = x.relation
      join pg_namespace n on n.oid = c.relnamespace;
$$;
comment on function featurize.list_tables() is
    'For programs: tables and views that pgfeaturize has created in other schemas: embedding tables and training
views.';

create or replace function featurize.list_columns() returns table (schema name, relation name, made text)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select n.nspname, c.relname, x.made
      from featurize.featurizer f
      join pg_class c on c.oid = f.source
      join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(featurize._added_columns(f)) x (made)
     where f.destination = 'column';
$$;
comment on function featurize.list_columns() is
    'For programs: columns that pgfeaturize has added to featurized tables.';

create or replace function featurize.list_indexes() returns table (
    schema name,
    source name,
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
    -- A method that was chosen automatically is auto again, because another model may need another method.
    select n.nspname, c.relname, f.name, i.metric,
           case when chosen.method is distinct from i.method or chosen.reason <> i.reason
                then i.method else 'auto' end,
           case when i.method = 'projection' then i.dimensions end,
           i.m, i.ef_construction, i.ef_search
      from featurize.index i
      join featurize.featurizer f on f.id = i.featurizer_id
      join pg_class c on c.oid = f.source
      join pg_namespace n on n.oid = c.relnamespace
      join featurize.model m on m.name = f.model
     cross join featurize._plan_index(
           jsonb_populate_record(i, jsonb_build_object('method', 'auto', 'dimensions', null)), f, m.dim) chosen
     order by n.nspname, c.relname, f.name, i.metric;
$$;
comment on function featurize.list_indexes() is
    'For programs: the arguments of featurize.create_index() that recreate the existing indexes.';

create or replace function featurize.list_training_views() returns table (
    schema name,
    view_name name,
    source_schema name,
    source name,
    featurizer text,
    label_column name,
    test_fraction numeric,
    seed bigint,
    stratify boolean,
    group_column name,
    split_column name
)
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Without the tables of frozen training views, which outlive their featurizers.
    select n.nspname, c.relname, sn.nspname, s.relname, f.name, t.label_column, t.test_fraction, t.seed,
           t.stratify, t.group_column, t.split_column
      from featurize.training_view t
      join featurize.featurizer f on f.id = t.featurizer_id
      join pg_class c on c.oid = t.relation and c.relkind = 'v'
      join pg_namespace n on n.oid = c.relnamespace
      join pg_class s on s.oid = f.source
      join pg_namespace sn on sn.oid = s.relnamespace
     order by t.id;
$$;
comment on function featurize.list_training_views() is
    'For programs: the arguments of featurize.create_training_view() that recreate the existing training views.';
