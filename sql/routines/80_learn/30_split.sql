-- Which rows train and which test.

create or replace function featurize._stable_key(f featurize.featurizer, alias text) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    select case featurize._key_settings(f)
           when '' then featurize._key_json(f, alias)
           else format('featurize._canonical_key((select f from featurize.featurizer f where f.id = %s), %s)', f.id,
               featurize._key_json(f, alias))
           end;
$$;
comment on function featurize._stable_key(featurize.featurizer, text) is
    'Key of an alias as an object that is the same in every session.';

create or replace function featurize._labeled(t featurize.training_view, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- All text by its bytes: no collation of any database may move a row.
    select format($labeled$
        select %1$s, (%2$s)::text collate "C" as featurize_key, s.%3$I::text collate "C" as featurize_label,
               %4$s as featurize_digest, %5$s as featurize_group
          from %6$s
         where s.%3$I is not null and %7$s = (%8$s)
        $labeled$,
        featurize._key(f, 's'), featurize._stable_key(f, 's'), t.label_column, stored.digest,
        case when t.group_column is null then 'null::text' else format('s.%I::text collate "C"', t.group_column) end,
        stored.relation, stored.space,
        format('select p.id from featurize.space p where p.model = %L and p.retired_at is null', f.model))
      from featurize._with_embedding(f, 'join') stored;
$$;
comment on function featurize._labeled(featurize.training_view, featurize.featurizer) is
    'Query for the rows with a label and a current embedding: their keys, and what the split depends on.';

create or replace function featurize._unit(t featurize.training_view) returns text
    language sql
    immutable
    set search_path = pg_catalog, pg_temp
as $$
    -- Groups that share an image belong together, and those that share one with these: each group
    -- is reached by the names of smaller ones, of which it takes the smallest.
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
            select distinct g.featurize_digest, g.featurize_name from featurize_grouped g where g.featurize_digest
                is not null
        ), featurize_link as (
            select distinct s.featurize_name as one, s.first as other
              from (select s.featurize_name, min(s.featurize_name) over (partition by s.featurize_digest) as first
                      from featurize_shared s) s
             where s.featurize_name <> s.first
        ), featurize_reach (name, root) as (
            select l.one, l.other from featurize_link l
             union
            select n.name, r.root
              from featurize_reach r
              join (select l.one as at, l.other as name from featurize_link l union all select l.other, l.one
                  from featurize_link l) n
                on n.at = r.name
             where r.root < n.name
        ), featurize_unit as (
            select g.*, coalesce(r.root, g.featurize_name) as featurize_unit
              from featurize_grouped g
              left join (select r.name, min(r.root) as root from featurize_reach r group by r.name) r
                  on r.name = g.featurize_name)
        $groups$ end;
$$;
comment on function featurize._unit(featurize.training_view) is
    'Common table expressions that say which rows must stay together: those of a group, and those with the same image.';

create or replace function featurize._split(t featurize.training_view, f featurize.featurizer) returns text
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    -- Within a class units come in the order of their hashes; the first train until they are enough.
    -- Rounded, since 1 / 3 has no end: two thirds of 30 are 20.
    select format($split$
        with recursive featurize_row as (%1$s), %2$s, featurize_stratum as (
            select u.*, %3$s as featurize_stratum from featurize_unit u)
        select %4$s,
               case when rank() over (partition by u.featurize_stratum
                   order by md5(%5$L || u.featurize_unit), u.featurize_unit) - 1
                         < ceil(round(count(*) over (partition by u.featurize_stratum) * (1 - %6$s), 6))
                    then 'train' else 'test' end as featurize_split
          from featurize_stratum u
        $split$,
        featurize._labeled(t, f), featurize._unit(t),
        case when t.stratify then 'min(u.featurize_label) over (partition by u.featurize_unit)' else '''''' end,
        featurize._key(f, 'u'), t.seed || ':', t.test_fraction);
$$;
comment on function featurize._split(featurize.training_view, featurize.featurizer) is
    'Query for the keys of labeled rows, each with train or test.';
