-- The split of labeled rows into train and test.

create or replace function featurize._stable_key(f featurize.featurizer, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f,
        case featurize._key_settings(f)
        when '' then '{key_json}'
        else 'featurize._canonical_key((select f from featurize.featurizer f where f.id = {id}), {key_json})' end,
        jsonb_build_object('key_json', featurize._key_json(f, alias)));
$$;
comment on function featurize._stable_key(featurize.featurizer, text) is
    'Key of an alias as an object, independent of the settings of the session.';

create or replace function featurize._labeled(t featurize.training_view, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Collation C, so that the split does not depend on the collation of the database.
    select featurize._render(f, $labeled$
        select {key:s}, ({stable_key})::text collate "C" as featurize_key,
               s.{label}::text collate "C" as featurize_label,
               {embedding_digest} as featurize_digest, {group} as featurize_group
          from {embedded_source:inner}
         where s.{label} is not null
           and {space} = (select p.id from featurize.space p where p.model = {model} and p.retired_at is null)
        $labeled$,
        jsonb_build_object(
            'stable_key', featurize._stable_key(f, 's'),
            'label', quote_ident(t.label_column),
            'group', case when t.group_column is null then 'null::text'
                          else format('s.%I::text collate "C"', t.group_column) end,
            'model', quote_literal(f.model)));
$$;
comment on function featurize._labeled(featurize.training_view, featurize.featurizer) is
    'Query for the rows with a label and a current embedding: their keys and the columns that the split depends on.';

create or replace function featurize._unit(t featurize.training_view) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- Groups that share an image form one unit, transitively. The recursive query propagates the smallest group
    -- name along shared images.
    select case when t.group_column is null then $alone$
        featurize_unit as (
            select r.*, case when r.featurize_digest is not null
                              and count(*) over (partition by r.featurize_digest) > 1
                        then encode(r.featurize_digest, 'hex') collate "C" else r.featurize_key end as featurize_unit
              from featurize_row r)
        $alone$ else $groups$
        featurize_grouped as (
            select r.*, coalesce('g' || r.featurize_group, 'k' || r.featurize_key) collate "C" as featurize_name
              from featurize_row r
        ), featurize_shared as (
            select distinct g.featurize_digest, g.featurize_name
              from featurize_grouped g
             where g.featurize_digest is not null
        ), featurize_link as (
            select distinct s.featurize_name as one, s.first as other
              from (select s.featurize_name,
                           min(s.featurize_name) over (partition by s.featurize_digest) as first
                      from featurize_shared s) s
             where s.featurize_name <> s.first
        ), featurize_reach (name, root) as (
            select l.one, l.other from featurize_link l
             union
            select n.name, r.root
              from featurize_reach r
              join (select l.one as at, l.other as name from featurize_link l
                     union all
                    select l.other, l.one from featurize_link l) n on n.at = r.name
             where r.root < n.name
        ), featurize_unit as (
            select g.*, coalesce(r.root, g.featurize_name) as featurize_unit
              from featurize_grouped g
              left join (select r.name, min(r.root) as root
                           from featurize_reach r
                          group by r.name) r on r.name = g.featurize_name)
        $groups$ end;
$$;
comment on function featurize._unit(featurize.training_view) is
    'Common table expressions for the units of the split: rows of one group, or with the same image, stay together.';

create or replace function featurize._side(t featurize.training_view) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    select format($side$(case lower(btrim(s.%I::text)) when 'train' then 'train' when 'test' then 'test' end)$side$,
                  t.split_column);
$$;
comment on function featurize._side(featurize.training_view) is
    'Expression over the source s for the side that split_column names; null for other values.';

create or replace function featurize._given_split(t featurize.training_view, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select featurize._render(f, $given$
        select r.*
          from (select {key:s}, {side} as featurize_split
                  from {embedded_source:inner}
                 where s.{label} is not null
                   and {space} = (select p.id from featurize.space p where p.model = {model} and p.retired_at is null)
               ) r
         where r.featurize_split is not null
        $given$,
        jsonb_build_object(
            'side', featurize._side(t),
            'label', quote_ident(t.label_column),
            'model', quote_literal(f.model)));
$$;
comment on function featurize._given_split(featurize.training_view, featurize.featurizer) is
    'As featurize._split(), for a training view with a split_column.';

create or replace function featurize._split(t featurize.training_view, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Within a class, units are in the order of their hashes; the first ones are for training. Rounded, because
    -- 1 / 3 is not exact: two thirds of 30 are 20.
    select featurize._render(f, $split$
        with recursive featurize_row as ({labeled}), {unit}, featurize_stratum as (
            select u.*, {stratum} as featurize_stratum from featurize_unit u)
        select {key:u},
               case when rank() over (partition by u.featurize_stratum
                                      order by md5({seed} || u.featurize_unit), u.featurize_unit) - 1
                         < ceil(round(count(*) over (partition by u.featurize_stratum) * (1 - {test_fraction}), 6))
                    then 'train' else 'test' end as featurize_split
          from featurize_stratum u
        $split$,
        jsonb_build_object(
            'labeled', featurize._labeled(t, f),
            'unit', featurize._unit(t),
            'stratum', case when t.stratify then 'min(u.featurize_label) over (partition by u.featurize_unit)'
                            else '''''' end,
            'seed', quote_literal(t.seed || ':'),
            'test_fraction', t.test_fraction::text));
$$;
comment on function featurize._split(featurize.training_view, featurize.featurizer) is
    'Query for the keys of labeled rows, each with its side of the split: train or test.';
