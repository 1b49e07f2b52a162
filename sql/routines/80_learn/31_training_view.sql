-- Labeled rows with their features, split into train and test.

create or replace function featurize._training_view(name text) returns featurize.training_view
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    found_ones featurize.training_view[];
begin
    select array_agg(t) into found_ones
      from featurize.training_view t
      join pg_class c on c.oid = t.relation
      join pg_namespace n on n.oid = c.relnamespace
     -- As it is, as SQL would have it, and as create_training_view() was given it.
     where _training_view.name in (c.relname::text, format('%s.%s', n.nspname, c.relname), quote_ident(c.relname),
         format('%I.%I', n.nspname, c.relname))
        or lower(_training_view.name) in (c.relname::text, format('%s.%s', n.nspname, c.relname));
    if cardinality(found_ones) = 1 then
        return found_ones[1];
    end if;
    raise exception using errcode = 'FZ014',
        message = case when found_ones is null then format('there is no training view "%s"', name)
                  else format('there are %s training views "%s"', cardinality(found_ones), name) end,
        hint = case when found_ones is null then format('There are: %s. featurize.create_training_view() makes one.',
            coalesce(
                    (select string_agg(c.relname, ', ' order by c.relname) from featurize.training_view t
                        join pg_class c on c.oid = t.relation), 'none'))
               else 'Name its schema, too; capitals in double quotes.' end;
end
$$;
comment on function featurize._training_view(text) is 'The training view of that name, or FZ014.';

create or replace function featurize._new_relation(name text, beside regclass) returns text
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[];
    qualified text;
begin
    -- As it would be after CREATE: quoted where it has to be.
    parts := parse_ident(name);
    qualified := format('%I.%I', case when cardinality(parts) > 1 then parts[1]
        else (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.oid = beside) end, parts[cardinality(parts)]);
    if cardinality(parts) > 2 or octet_length(parts[cardinality(parts)]) > 63 then
        raise exception using errcode = '22023';
    elsif to_regclass(qualified) is not null or to_regtype(qualified) is not null then
        raise exception using errcode = 'FZ002',
            message = format('"%s" cannot be created: there is such a relation or type already', name),
            hint = 'Choose another name, or drop that first.';
    end if;
    return qualified;
exception
    when invalid_parameter_value or null_value_not_allowed then
        raise exception using errcode = 'FZ002',
            message = format('%s is no name for a relation', coalesce(quote_literal(name), 'null')),
            hint = 'Pass a name of at most 63 bytes, with a schema before it if you like; others than lower-case '
                'ones in double quotes.';
end
$$;
comment on function featurize._new_relation(text, regclass) is
    'Qualified name for a relation that is to be created, beside another one unless it says where; FZ002 if there is '
        'one.';

create or replace function featurize._check_column(relation regclass, name name, what text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from pg_attribute a where a.attrelid = relation and a.attname = name and a.attnum > 0
        and not a.attisdropped) then
        raise exception using errcode = 'FZ006',
            message = format('%s has no column %s for the %s', relation, coalesce(quote_ident(name), 'null'), what),
            hint = format('Its columns: %s.', (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
                                                where a.attrelid = relation and a.attnum > 0 and not a.attisdropped));
    end if;
end
$$;
comment on function featurize._check_column(regclass, name, text) is 'FZ006 unless a relation has the column.';

create or replace function featurize._check_training_view(t featurize.training_view, f featurize.featurizer,
    name text) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
begin
    perform featurize._check_column(f.source, t.label_column, 'label');
    if t.group_column is not null then
        perform featurize._check_column(f.source, t.group_column, 'group');
    end if;
    if (t.test_fraction >= 0 and t.test_fraction < 1) is not true
        or num_nulls(t.seed, t.stratify, t.require_complete) > 0 then
        raise exception using errcode = 'FZ006',
            message = format('training view "%s" cannot be made with test_fraction %s, seed %s', name,
                coalesce(t.test_fraction::text, 'null'), coalesce(t.seed::text, 'null')),
            hint = 'Pass a test_fraction of at least 0 and less than 1, and nothing that is null.';
    elsif f.key_columns && array['label', 'split', 'features']::name[] then
        raise exception using errcode = 'FZ002',
            message = format('training view "%s" cannot be made: the key of %s has a column named label, split or '
                'features', name, f.source),
            hint = 'Rename that column.';
    end if;
end
$$;
comment on function featurize._check_training_view(featurize.training_view, featurize.featurizer, text) is
    'FZ002 or FZ006 unless such a view can be made.';

create or replace function featurize.create_training_view(
    view_name text,
    featurizer text,
    label_column name,
    test_fraction numeric default 0.5,
    seed bigint default 0,
    stratify boolean default true,
    group_column name default null,
    require_complete boolean default false
) returns text
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    f featurize.featurizer := featurize._featurizer(featurizer);
    stored record := featurize._with_embedding(f, 'join');
    t featurize.training_view;
    qualified text := featurize._new_relation(view_name, f.source);
begin
    t := jsonb_populate_record(null::featurize.training_view, jsonb_build_object(
        'featurizer_id', f.id, 'label_column', label_column, 'group_column', group_column, 'test_fraction',
            test_fraction,
        'seed', seed, 'stratify', stratify, 'require_complete', require_complete));
    perform featurize._check_training_view(t, f, view_name);
    delete from featurize.training_view x where not exists (select from pg_class c
        where c.oid = x.relation);  -- dropped behind our back
    execute format('create view %s as select %s, s.%I as label, p.featurize_split as split, %s as features from (%s) '
        'p join %s on %s',
        qualified, featurize._key(f, 's'), label_column, stored.embedding, featurize._split(t, f), stored.relation,
            featurize._key_match(f, 's', 'p'));
    execute format('comment on view %s is %L', qualified,
        format('Rows of %s with a %s, features by featurizer %s, split with seed %s. Made by pgfeaturize.', f.source,
            label_column, f.name, seed));
    insert into featurize.training_view (relation, featurizer_id, label_column, group_column, test_fraction, seed,
        stratify, require_complete)
    values (qualified::regclass, f.id, t.label_column, t.group_column, t.test_fraction, t.seed, t.stratify,
        t.require_complete);
    perform featurize._share_training_view(qualified);
    perform featurize._report_training_view(qualified, require_complete);
    return qualified;
end
$$;
comment on function featurize.create_training_view(text, text, name, numeric, bigint, boolean, name, boolean) is
    'Make a view of the labeled rows of a featurizer''s source: key, label, split (train or test) and features. It '
        'stays up to date.
The split is by hash of key and seed; stratify: each class by itself; rows with one value of group_column, or with '
'the same image,
stay on one side. require_complete: refuse while labeled rows have no current embedding.';

create or replace function featurize.training_report(name text)
    returns table (label text, rows bigint, train bigint, test bigint, missing bigint)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
    f featurize.featurizer;
begin
    select * into f from featurize.featurizer x where x.id = t.featurizer_id and t.space_id is null;
    if f.id is null then
        return query execute format(
            'select x.label::text, count(*), count(*) filter (where x.split = ''train''), count(*) filter (where '
                'x.split = ''test''), 0::bigint '
            'from %s x group by 1 order by 1', t.relation);
        return;
    end if;
    return query execute format(
        'select s.%1$I::text, count(*), count(*) filter (where x.split = ''train''), count(*) filter (where x.split '
            '= ''test''), '
        'count(*) filter (where s.%1$I is not null and x.split is null) from only %2$s s left join %3$s x on %4$s '
            'group by 1 order by 1',
        t.label_column, f.source, t.relation, featurize._key_match(f, 'x', 's'));
end
$$;
comment on function featurize.training_report(text) is
    'Rows of a training view by label; label null: rows without one, which are left out; missing: those without a '
        'current embedding.';

create or replace function featurize._report_training_view(name text, require_complete boolean) returns void
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    told record;
begin
    select coalesce(sum(r.train), 0) as train, coalesce(sum(r.test), 0) as test, coalesce(sum(r.missing), 0) as missing,
           coalesce(sum(r.rows) filter (where r.label is null), 0) as unlabeled
      into told from featurize.training_report(name) r;
    if require_complete and told.missing > 0 then
        raise exception using errcode = 'FZ015',
            message = format('training view "%s" is not complete: %s rows with a label have no current embedding',
                name, told.missing),
            hint = 'Wait for the featurizer, see featurize.progress and featurize.failure; or pass require_complete '
                '=> false.';
    end if;
    raise notice 'training view %: % rows train, % test; left out: % without a current embedding, % without a label',
        name, told.train, told.test, told.missing, told.unlabeled;
end
$$;
comment on function featurize._report_training_view(text, boolean)
    is 'Say how many rows there are and are not; FZ015 if all are required.';

create or replace function featurize.drop_training_view(name text) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
begin
    execute format('drop %s %s', (select case c.relkind when 'v' then 'view' else 'table' end from pg_class c
        where c.oid = t.relation), t.relation);
    delete from featurize.training_view x where x.id = t.id;
end
$$;
comment on function featurize.drop_training_view(text) is 'Remove a training view, or the table that one was frozen '
    'into. Classifiers stay.';

create or replace function featurize._view_key(t featurize.training_view) returns name[]
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select array_agg(a.attname order by a.attnum)
      from pg_attribute a
     where a.attrelid = t.relation and a.attnum > 0 and not a.attisdropped
         and a.attname not in ('label', 'split', 'features');
$$;
comment on function featurize._view_key(featurize.training_view)
    is 'Key columns of a training view: those before label, split and features.';

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
    execute format('alter table %s add primary key (%s)', qualified, (select string_agg(quote_ident(k), ', ')
        from unnest(featurize._view_key(t)) k));
    execute format('comment on table %s is %L', qualified,
        format('%s as it was at %s. Made by pgfeaturize.', t.relation,
            to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI UTC')));
    insert into featurize.training_view (relation, featurizer_id, label_column, group_column, test_fraction, seed,
        stratify, require_complete, space_id)
    values (qualified::regclass, t.featurizer_id, t.label_column, t.group_column, t.test_fraction, t.seed,
        t.stratify, t.require_complete,
            coalesce(t.space_id, featurize._current_space(f)));
    perform featurize._share_training_view(qualified);
    return qualified;
end
$$;
comment on function featurize.freeze_training_view(text, text) is
    'Copy a training view into a table, so that an experiment can be made again; to be used like the view.';

create or replace function featurize.training_space(name text) returns integer
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select coalesce(t.space_id, featurize._current_space(f))
      from featurize._training_view(training_space.name) t
      left join featurize.featurizer f on f.id = t.featurizer_id;
$$;
comment on function featurize.training_space(text) is 'For programs: the feature space of what a training view shows '
    'now.';

create or replace function featurize.training_copy(name text, split text default null)
    returns table (rows bigint, dim integer, statement text)
    language plpgsql
    stable
    set search_path = pg_catalog, pg_temp
as $$
declare
    t featurize.training_view := featurize._training_view(name);
    keys text := (select string_agg(format('x.%I', k), ', ') from unnest(featurize._view_key(t)) k);
begin
    if split is not null then
        perform featurize._check_choice('split', split, array['train', 'test']);
    end if;
    execute format('select count(*) from %s x where $1 is null or x.split = $1', t.relation) into rows using split;
    select m.dim into dim
      from featurize.model m
     where m.name = coalesce((select p.model from featurize.space p where p.id = t.space_id),
                             (select f.model from featurize.featurizer f where f.id = t.featurizer_id));
    -- Sorted as they are stored: as vectors, halfvecs would take twice the room, out of line.
    statement := format('copy (select to_jsonb(k)::text, x.label::text, x.split, x.features::%I.vector from (select '
        '* from %s x%s order by %s) x cross join lateral (select %s) k) to stdout (format binary)',
        featurize._vector_schema(), t.relation,
        case when split is not null then format(' where x.split = %L', split) end, keys, keys);
    return next;
end
$$;
comment on function featurize.training_copy(text, text) is
    'How to read a training view: rows of one split or of both, length of the features, and a COPY statement that '
        'gives key, label, split and features, in key order.';
