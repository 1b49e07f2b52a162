-- Keys of one row as users write them: plain text, values of any type, JSON.
create table moments (at timestamptz primary key, path text);
insert into moments values ('infinity', 'a.png'), ('2024-02-03 04:05:06+00', 'b.png');
select featurize.create_featurizer('moments', 'path', 'tiny', 'm');
select pg_temp.is(featurize.state('m', 'infinity'), 'pending', 'a word');
select pg_temp.is(featurize.state('m', '"infinity"'), 'pending', 'a word in quotes');
select pg_temp.is(featurize.state('m', timestamptz '2024-02-03 05:05:06+01'), 'pending', 'a typed value');
select pg_temp.is(featurize.why('m', 'infinity') like 'pending: %', true, 'why');
select pg_temp.throws($$ select featurize.why('m', 'x') $$, 'FZ006', 'x is not a key of public.moments: invalid input syntax%', 'Pass an object with at%');
select pg_temp.throws($$ select featurize.state('m', 1) $$, 'FZ006', '1 is not a key of public.moments: %', 'Pass an object with at%');

create table words (word text primary key, path text);
insert into words select w, 'a.png' from unnest(array['x', '1e3', '007', 'null', '{"word": 1', '"', '"quoted', '{"a": 1}', 'it''s \ %s {key}']) w;
select featurize.create_featurizer('words', 'path', 'tiny', 'w');
select pg_temp.is(string_agg(word, ' ') filter (where featurize.state('w', word) is distinct from 'pending'), null, 'plain text') from words;
select pg_temp.is(string_agg(word, ' ') filter (where featurize.state('w', jsonb_build_object('word', word)) is distinct from 'pending'), null, 'objects') from words;
select pg_temp.is(string_agg(word, ' ') filter (where featurize.state('w', to_jsonb(word)) is distinct from 'pending'), null, 'JSON strings') from words;
select pg_temp.is(string_agg(word, ' ') filter (where featurize.state('w', w) is distinct from 'pending'), null, 'rows') from words w;
select pg_temp.is(featurize.state('w', '{"word": "x"}'), 'pending', 'an object as text');
select pg_temp.is(featurize.state('w', varchar 'x'), 'pending', 'other types of text');
select pg_temp.is(featurize.why('w', '1000'), 'public.words has no row {"word": "1000"}', '1e3 is not a number here');

create table parts (tenant uuid, number numeric, path text, primary key (tenant, number));
insert into parts values ('00000000-0000-0000-0000-000000000001', 1.50, 'a.png');
select featurize.create_featurizer('parts', 'path', 'tiny', 'p');
select pg_temp.is(featurize.state('p', '{"number": 1.5, "tenant": "00000000-0000-0000-0000-000000000001"}'), 'pending', 'two columns');
select pg_temp.is(featurize.state('p', p), 'pending', 'the row') from parts p;
select pg_temp.throws(format('select featurize.why(''p'', %L)', k), 'FZ006', '%is not a key of public.parts: %', 'Pass an object with tenant, number, such as {"tenant": ..., "number": ...}.')
  from unnest(array['x', '{"tenant": 1', '{"tenant": 1}', '', '[1, 2]']) k;
