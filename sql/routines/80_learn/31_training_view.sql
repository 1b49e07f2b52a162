-- Creating, freezing and dropping training views: labeled rows with their features, split into train and test.

create or replace function featurize.create_training_view(
    view_name text,
    featurizer text,
    label_column name,
    test_fraction numeric default 0.5,
    seed bigint default 0,
    stratify boolean default true,
    group_column name default null,
    require_complete boolean default false,
    split_column name default null
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
    t featurize.training_view;
    qualified text := featurize._new_relation(view_name, f.source);
begin
    t := jsonb_populate_record(null::featurize.training_view, jsonb_build_object(
        'featurizer_id', f.id, 'label_column', label_column, 'group_column', group_column,
        'split_column', split_column, 'test_fraction', test_fraction, 'seed', seed, 'stratify', stratify,
        'require_complete', require_complete));
    perform featurize._check_training_view(t, f, view_name);
    -- Forget training views that were dropped with DROP VIEW.
    delete from featurize.training_view x where not exists (select from pg_class c where c.oid = x.relation);
    execute featurize._render(f, $create$
        create view {view} as
        select {key:s}, s.{label} as label, p.featurize_split as split, {embedding} as features
          from ({split}) p
          join {embedded_source:inner} on {key_match:s,p}
        $create$,
        jsonb_build_object(
            'view', qualified,
            'label', quote_ident(label_column),
            'split', case when split_column is null then featurize._split(t, f)
                          else featurize._given_split(t, f) end));
    execute format('comment on view %s is %L', qualified, format(
        'Rows of %s with a %s, features by featurizer %s, split %s. Made by pgfeaturize.',
        f.source, label_column, featurize._label(f),
        case when split_column is null then format('with seed %s', seed) else format('by %I', split_column) end));
    insert into featurize.training_view (
           relation, featurizer_id, label_column, group_column, split_column,
           test_fraction, seed, stratify, require_complete)
    values (qualified::regclass, f.id, t.label_column, t.group_column, t.split_column,
            t.test_fraction, t.seed, t.stratify, t.require_complete);
    perform featurize._share_training_view(qualified);
    perform featurize._report_training_view(qualified, require_complete);
    return qualified;
end
$$;
comment on function featurize.create_training_view(text, text, name, numeric, bigint, boolean, name, boolean, name) is
    'Create a view of the labeled rows of a featurizer''s source, with the columns key, label, split (train or test)
and features. Returns its qualified name. The view is always up to date. test_fraction is the fraction of rows for
testing. The split depends on a hash of key and seed. stratify: split each class separately. Rows with the same
value in group_column, or with the same image, are on the same side of the split. require_complete: raise FZ015
while labeled rows have no current embedding. split_column: a column that holds the split, train or test in any letter
case, instead of a split by hash; rows with other values are omitted. test_fraction, seed and stratify do not apply
then.';

create or replace function featurize.freeze_training_view(name text, table_name text) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer;
    qualified text := featurize._new_relation(table_name, t.relation);
begin
    select * into f from featurize.featurizer x where x.id = t.featurizer_id;
    if t.space_id is null then
        perform featurize._report_training_view(name, t.require_complete);
    end if;
    execute format('create table %s as select * from %s', qualified, t.relation);
    execute format('alter table %s add primary key (%s)', qualified, featurize._training_key(t, null));
    execute format('comment on table %s is %L', qualified, format('%s as it was at %s. Made by pgfeaturize.',
        t.relation, to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI UTC')));
    insert into featurize.training_view (
           relation, featurizer_id, label_column, group_column, split_column,
           test_fraction, seed, stratify, require_complete, space_id)
    values (qualified::regclass, t.featurizer_id, t.label_column, t.group_column, t.split_column,
            t.test_fraction, t.seed, t.stratify, t.require_complete, coalesce(t.space_id, featurize._current_space(f)));
    perform featurize._share_training_view(qualified);
    return qualified;
end
$$;
comment on function featurize.freeze_training_view(text, text) is
    'Copy a training view into a table, so that an experiment can be repeated. The table can be used like the view.
Returns its qualified name.';

create or replace function featurize.drop_training_view(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    execute format('drop %s %s',
        (select case c.relkind when 'v' then 'view' else 'table' end from pg_class c where c.oid = t.relation),
        t.relation);
    delete from featurize.training_view x where x.id = t.id;
end
$$;
comment on function featurize.drop_training_view(text) is
    'Drop a training view, or the table that one was frozen into. Classifiers remain.';
