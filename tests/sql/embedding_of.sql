-- featurize.embedding_of() embeds an image once per statement. The server of these tests has no dblink: instead of the
-- function that uses it, one that counts its calls.
create sequence calls;
create or replace function featurize._embed_through_dblink(model text, image text, bytes bytea, patience interval) returns text
    language sql
    stable
as $$
    select format('[%s,%s]', nextval('public.calls'), extract(epoch from patience));
$$;
create function pg_temp.calls() returns bigint language sql as $$ select last_value from public.calls $$;
select featurize.register_space('tiny', 'one');

select pg_temp.is((select string_agg(distinct featurize.embedding_of('a', 'tiny')::text, ' ') from generate_series(1, 9)), '[1,30]', 'one vector for all rows');
select pg_temp.is((select count(distinct featurize.embedding_of('\x61'::bytea, 'tiny')::text) from generate_series(1, 9)), 1::bigint, 'bytes');
select pg_temp.is(pg_temp.calls(), 2::bigint, 'calls');
select pg_temp.is((select count(distinct featurize.embedding_of(n::text, 'tiny')::text) from generate_series(1, 9) n), 9::bigint, 'another image');
select pg_temp.is((select count(distinct featurize.embedding_of('a', m)::text) from unnest('{tiny,lenet_digits}'::text[]) m), 2::bigint, 'another model');
select pg_temp.is((select count(distinct featurize.embedding_of(n::text::bytea, 'tiny')::text) from generate_series(1, 9) n), 9::bigint, 'other bytes');

-- Every statement asks again, also in a transaction; within one statement, if the feature space has changed.
begin;
select featurize.embedding_of('a', 'tiny') as one \gset
select featurize.embedding_of('a', 'tiny') as two \gset
commit;
select pg_temp.is(:'one' <> :'two', true, 'two statements');
select pg_temp.is(coalesce(nullif(current_setting('featurize.last_embedding', true), ''), 'nothing'), 'nothing', 'what the next user of the connection sees');
do $$
declare
    one text := featurize.embedding_of('a', 'tiny');
begin
    perform pg_temp.is(featurize.embedding_of('a', 'tiny')::text, one, 'the same statement of the user');
    perform featurize.retire_space('tiny');
    perform pg_temp.is(featurize.embedding_of('a', 'tiny')::text <> one, true, 'the space was retired');
end $$;

-- It waits no longer than the statement may take.
set statement_timeout = '5s';
select pg_temp.is(split_part(featurize.embedding_of('a', 'tiny')::text, ',', 2) between '4' and '5', true, 'limited');
select pg_temp.is(featurize.embedding_of('a', 'tiny', '1 second')::text like '%,1]', true, 'shorter than the limit');
set statement_timeout = 0;
select pg_temp.is(featurize.embedding_of('a', 'tiny')::text like '%,30]', true, 'no limit');
