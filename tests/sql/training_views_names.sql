-- Names, keys and labels of every kind; and invalid arguments.
\ir learning.psql
create schema "My Lab";
create type mood as enum ('sad', 'happy');
create table "My Lab"."Photos" (
    "Taken" timestamptz,
    "select" text,
    path text,
    label text,
    "Label" boolean,
    embedding integer,
    features mood,
    "group" varchar(5),
    split date,
    primary key ("select", "Taken")
);
insert into "My Lab"."Photos"
select timestamptz '2024-11-03 05:30Z' + n * interval '1 hour', 'it''s ' || n % 3, n || '.png', n % 2, n % 2 = 0, n % 2, (enum_range(null::mood))[1 + n % 2],
       n % 7, date '2024-01-01' + n % 2
  from generate_series(1, 40) n;
select featurize.create_featurizer('"My Lab"."Photos"', 'path', 'tiny', 'My f', destination => :'destination', storage => :'storage', backfill => false);
call pg_temp.embed('My f', $$ format('[%s,1,0,2]', s.embedding) $$, $$ sha256(convert_to(s.path, 'UTF8')) $$);

-- Schema and name of the view.
create temp table odd (given text, made text);
insert into odd values ('plain', '"My Lab".plain'), ('Folded', '"My Lab".folded'), ('"Kept"', '"My Lab"."Kept"'), ('public.elsewhere', 'public.elsewhere'),
    ('"My Lab".there', '"My Lab".there'), ('"select"', '"My Lab"."select"'), ('"a ""quoted"" one"', '"My Lab"."a ""quoted"" one"'), ('"per%cent %s"', '"My Lab"."per%cent %s"'),
    ('"größe→図"', '"My Lab"."größe→図"'), ('"dotted.name"', '"My Lab"."dotted.name"'), (repeat('x', 63), '"My Lab".' || repeat('x', 63));
select pg_temp.is(featurize.create_training_view(given, 'My f', 'label'), made, given) from odd;
select pg_temp.is((select sum(r.rows) from featurize.training_report(given) r), 40::numeric, 'as it was called: ' || given) from odd;
select pg_temp.is((select sum(r.rows) from featurize.training_report(made) r), 40::numeric, 'as the answer was: ' || made) from odd;
select pg_temp.is((select sum(r.rows) from featurize.training_report('Kept') r), 40::numeric, 'as it is');
select featurize.create_training_view('public.plain', 'My f', 'label');
select pg_temp.throws($$ select * from featurize.training_report('plain') $$, 'FZ014', 'there are 2 training views "plain"', 'Pass the schema%');
select featurize.drop_training_view('public.plain');
select featurize.drop_training_view(given) from odd;
select pg_temp.is((select count(*) from featurize.training_view), 0::bigint, 'all dropped');

-- Names in use, and invalid names
create table "My Lab".taken ();
create type "My Lab".a_type as enum ();
select pg_temp.throws(format('select featurize.create_training_view(%L, ''My f'', ''label'')', name), 'FZ002', message, '%name%')
  from (values ('taken', '"taken" cannot be created: a relation or type of that name already exists'), ('a_type', '"a_type" cannot be created: a relation or type%'),
               ('"My Lab"."Photos"', '%cannot be created: a relation or type%'), ('pg_catalog.pg_class', '%cannot be created: a relation or type%'), ('', ''''' is not a valid name of a relation'),
               ('a b', '''a b'' is not a valid name of a relation'), ('a.b.c', '%is not a valid name of a relation'), ('1st', '%is not a valid name of a relation'),
                   (null, 'null is not a valid name of a relation'),
               (repeat('x', 64), '%is not a valid name of a relation'), ('"x', '%is not a valid name of a relation'), ('""', '%is not a valid name of a relation')) v (name, message);
select pg_temp.throws($$ select featurize.create_training_view('nowhere.v', 'My f', 'label') $$, '3F000', 'schema "nowhere" does not exist', '%');
-- Invalid columns and numbers
select pg_temp.throws(format('select featurize.create_training_view(''v'', %s)', arguments), state, message, hint)
  from (values ('''f'', ''label''', 'FZ001', 'there is no featurizer "f"', '%My f%'),
               ('''My f'', ''lable''', 'FZ006', '%"Photos" has no column lable for the label', '%label, Label, embedding%'),
               ('''My f'', ''LABEL''', 'FZ006', '%"Photos" has no column "LABEL" for the label', '%'),
               ('''My f'', ''ctid''', 'FZ006', '%no column ctid%', '%'),
               ('''My f'', null', 'FZ006', '%no column null for the label', '%'),
               ('''My f'', ''label'', group_column => ''album''', 'FZ006', '%no column album for the group', '%Its columns are: Taken%'),
               ('''My f'', ''label'', 1', 'FZ006', 'training view "v" cannot be created with test_fraction 1, seed 0', '%less than 1%'),
               ('''My f'', ''label'', -0.1', 'FZ006', '%test_fraction -0.1%', '_%'),
               ('''My f'', ''label'', ''NaN''', 'FZ006', '%test_fraction NaN%', '_%'),
               ('''My f'', ''label'', null', 'FZ006', '%test_fraction null%', '_%'),
               ('''My f'', ''label'', seed => null', 'FZ006', '%seed null%', '_%'),
               ('''My f'', ''label'', stratify => null', 'FZ006', 'training view "v" cannot be created%', '%may be null%'),
               ('''My f'', ''label'', require_complete => null', 'FZ006', 'training view "v" cannot be created%', '%')) v (arguments, state, message, hint);
select pg_temp.throws(s, 'FZ014', 'there is no training view "v"', '%Existing training views: none. %create_training_view%')
  from unnest(array['select featurize.drop_training_view(''v'')', 'select * from featurize.training_report(''v'')', 'select featurize.freeze_training_view(''v'', ''t'')',
                    'select * from featurize.training_copy(''v'')', 'select featurize.train_classifier(''c'', ''v'')']) s;
create table clashing (split bigint primary key, path text, "group" text);
select featurize.create_featurizer('clashing', 'path', 'tiny', 'clashing_f', destination => :'destination');
select pg_temp.throws($$ select featurize.create_training_view('v', 'clashing_f', 'group') $$,
                      'FZ002', 'training view "v" cannot be created: the key of public.clashing has a column named label, split or features', '%');
select featurize.drop_featurizer('clashing_f');

-- Labels of any type, in columns of any name, including the key.
create function pg_temp.check_labels(label_column name, labels text) returns void
    language plpgsql
as $$
begin
    perform featurize.create_training_view('v', 'My f', label_column, 0.5, group_column => label_column);
    perform pg_temp.is((select string_agg(r.label, ', ') filter (where r.rows > 0 and r.missing = 0 and r.train + r.test = r.rows) from featurize.training_report('v') r),
                       labels, format('labels in %s', label_column));
    execute 'create temp table got as select v.label = p."' || label_column || '" as same from "My Lab".v join "My Lab"."Photos" p using ("select", "Taken")';
    perform pg_temp.is((select count(*) filter (where g.same) from got g), 40::bigint, format('labels in %s', label_column));
    drop table got;
    perform featurize.drop_training_view('v');
end
$$;
select pg_temp.check_labels('label', '0, 1');
select pg_temp.check_labels('Label', 'false, true');
select pg_temp.check_labels('embedding', '0, 1');
select pg_temp.check_labels('features', 'happy, sad');
select pg_temp.check_labels('split', '2024-01-01, 2024-01-02');
select pg_temp.check_labels('select', 'it''s 0, it''s 1, it''s 2');
select pg_temp.check_labels('group', '0, 1, 2, 3, 4, 5, 6');

-- A key is the same in every session, and so is the split.
set timezone = 'Asia/Tokyo';
set datestyle = 'German';
select featurize.create_training_view('tokyo', 'My f', 'Label', group_column => 'group');
select featurize.create_training_view('alone', 'My f', 'Label');
create temp table seen as select "select", "Taken", split from "My Lab".alone;
set timezone = 'America/New_York';
set datestyle = 'ISO, MDY';
select featurize.create_training_view('york', 'My f', 'Label', group_column => 'group');
select pg_temp.is((select count(*) from "My Lab".tokyo join "My Lab".york using ("select", "Taken", split, label)), 40::bigint, 'in every time zone');
select pg_temp.is((select count(*) from "My Lab".alone join seen using ("select", "Taken", split)), 40::bigint, 'the same view in another one');
select pg_temp.is((select string_agg(a."select" || a."Taken", ', ') from "My Lab".alone a
                     join (select p."select", p."Taken", row_number() over (partition by p."Label" order by md5('0:' || jsonb_build_object('select', p."select",
                                  'Taken', to_char(p."Taken" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS+00:00'))::text)) as place from "My Lab"."Photos" p) t
                       using ("select", "Taken")
                    where (a.split = 'train') <> (t.place <= 10)), null, 'by the hash of the key in UTC');
-- The rows that training reads
select pg_temp.is((select format('%s rows of %s', c.rows, c.dim) from featurize.training_copy('tokyo') c), '40 rows of 4', 'copy');
select pg_temp.is((select c.rows from featurize.training_copy('alone', 'test') c), 20::bigint, 'copy of one split');
create temp table copied (key text, label text, split text, features vector, place serial);
create function pg_temp.copy(view text, split text) returns void
    language plpgsql
as $$
begin
    execute (select 'insert into copied (key, label, split, features) select * from ' || substring(c.statement from '^copy (\(.*\)) to stdout \(format binary\)$') || ' c'
               from featurize.training_copy(view, split) c);
end
$$;
select pg_temp.copy('tokyo', null), pg_temp.copy('alone', 'train');
select pg_temp.is((select count(*) from copied), 60::bigint, 'copied');
select pg_temp.is((select count(*) from copied c cross join lateral (select c.key::jsonb) k join "My Lab"."Photos" p
                       on p."select" = k.key ->> 'select' and p."Taken" = (k.key ->> 'Taken')::timestamptz
                    where c.label = p."Label"::text and c.features = format('[%s,1,0,2]', p.embedding)::vector), 60::bigint, 'copied rightly');
select pg_temp.is((select array_agg(k.key order by c.place) from copied c cross join lateral (select c.key::jsonb) k where c.place <= 40),
                  (select array_agg(jsonb_build_object('select', p."select", 'Taken', p."Taken") order by p."select", p."Taken") from "My Lab"."Photos" p), 'in key order');
select pg_temp.throws($$ select * from featurize.training_copy('tokyo', 'tets') $$, 'FZ006', 'split cannot be ''tets''', '%train, test.');

-- Training functions work with these names and any search_path.
select pg_temp.learn('It''s "one" %s', 'tokyo', array['false', 'true'], array['[-1,0,0,0]', '[1,0,0,0]'], array[0.5, -0.5]);
update "My Lab"."Photos" set "Label" = null, path = 'it''s $2 here.png' where "Taken" < '2024-11-03 10:00Z';
set search_path = '';
select pg_temp.is((select count(*) from featurize.predictions('It''s "one" %s', 'train') p join "My Lab".tokyo v
                     on v."select" = p.key ->> 'select' and v."Taken" = (p.key ->> 'Taken')::timestamptz and v.label::text = p.label and v.split = 'train'),
                  (select count(*) from "My Lab".tokyo where split = 'train'), 'predictions');
select pg_temp.is((select e.rows from featurize.evaluate('It''s "one" %s') e), (select count(*) from "My Lab".tokyo where split = 'test'), 'evaluation');
select pg_temp.is((select count(*) from featurize.confusion('It''s "one" %s')), 4::bigint, 'confusion');
select pg_temp.is((select string_agg(format('%s %s', (t.item)."select", (t.item)."Taken" at time zone 'UTC'), ', ' order by n)
                     from rows from (featurize.top(null::"My Lab"."Photos", 'It''s "one" %s', 'true', 3,
                         '"select" <> ''$2'' and s."Label" is null')) with ordinality t (item, probability, n)),
                  (select string_agg(format('%s %s', p."select", p."Taken" at time zone 'UTC'), ', ') from (
                     select * from "My Lab"."Photos" p where p."Label" is null order by p.embedding desc, p."select", p."Taken" limit 3) p), 'top');
select pg_temp.is((select array_agg(t.key) from featurize.top('It''s "one" %s', 'true', 3) t),
                  (select array_agg(jsonb_build_object('select', p."select", 'Taken', p."Taken")) from (
                     select * from "My Lab"."Photos" p order by p.embedding desc, p."select", p."Taken" limit 3) p), 'keys of the top');
select pg_temp.is((select string_agg(format('%s %s', s.image, s.label), ', ' order by s.label) from featurize.suggest_labels('It''s "one" %s') s),
                  'it''s $2 here.png false, it''s $2 here.png false, it''s $2 here.png true, it''s $2 here.png true', 'suggestions');
select pg_temp.is((select label from featurize.knn_predict('My f', 'Label', '[1,1,0,2]', filter => 's."group" <> ''$1''')), 'false', 'neighbors');
select pg_temp.is((select format('%s %s', queries, top_accuracy ->> '1') from featurize.evaluate_ranking('My f', 'features', 7)), '14 1', 'ranking');
reset search_path;
select pg_temp.is((select count(*) from "My Lab".tokyo), (select count(*) from "My Lab"."Photos" where "Label" is not null), 'the view');
-- The view may be renamed and moved.
alter table "My Lab"."Photos" rename to "Images";
alter schema "My Lab" rename to lab;
select pg_temp.is((select count(*) from featurize.top(null::lab."Images", 'It''s "one" %s', 'true')), 10::bigint, 'renamed');
select pg_temp.is((select sum(r.rows) from featurize.training_report('lab.tokyo') r), 40::numeric, 'renamed');
select pg_temp.is((select sum(r.rows) from featurize.confusion('It''s "one" %s', 'train') r), (select count(*)::numeric from lab.tokyo where split = 'train'), 'renamed');

-- Images stored in the table
create table inside (id uuid primary key, image bytea, label text);
select featurize.create_featurizer('inside', 'image', 'tiny', 'inside_f', image_kind => 'bytes', destination => :'destination', storage => :'storage');
insert into inside select md5(n::text)::uuid, convert_to(n::text, 'UTF8'), case when n < 10 then n % 2 end from generate_series(1, 20) n;
call pg_temp.embed('inside_f', '''[1,2,3,4]''', 'sha256(s.image)');
select featurize.create_training_view('inside_v', 'inside_f', 'label');
select pg_temp.learn('inside', 'inside_v', array['0', '1'], array['[-1,0,0,0]', '[1,0,0,0]'], array[0.5, -0.5]);
select pg_temp.is((select format('%s %s', count(*), count(s.image)) from featurize.suggest_labels('inside', 20) s), '11 0', 'are not handed out as text');
