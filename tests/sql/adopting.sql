-- create_featurizer(…, adopt => true) takes in what drop_featurizer(…, keep_embeddings => true) has kept.
create table photos (id bigint primary key, path text, note text);
insert into photos select n, n || '.png' from generate_series(1, 6) n;
create function pg_temp.declare_again(destination text, storage text, adopt boolean, model text default 'tiny') returns text
    language sql
as $$
    select featurize.create_featurizer('photos', 'path', model, 'f', destination => destination, storage => storage, adopt => adopt);
$$;
select pg_temp.throws(format('select pg_temp.declare_again(%L, %L, true)', :'destination', :'storage'), 'FZ002',
                      'featurizer "f" cannot adopt embeddings: there are no embeddings%', '%keep_embeddings%');
select pg_temp.declare_again(:'destination', :'storage', false);
call pg_temp.work('f');
select featurize.drop_featurizer('f', keep_embeddings => true);
select pg_temp.throws(format('select pg_temp.declare_again(%L, %L, false)', :'destination', :'storage'), 'FZ002', '%', '%Pass adopt => true to use them.%');
select pg_temp.throws(format('select pg_temp.declare_again(%L, %L, true)', :'destination', case :'storage' when 'vector' then 'halfvec' else 'vector' end),
                      'FZ002', '%they are of type ' || :'storage' || '(4), not %(4)', '%drop %');
-- Without triggers: one image is replaced, one removed, one row deleted, one added.
update photos set path = 'new.png' where id = 2;
update photos set path = null where id = 3;
delete from photos where id = 4;
insert into photos values (7, '7.png');
select pg_temp.declare_again(:'destination', :'storage', true);
select pg_temp.is((select format('%s of %s, %s stale or pending', p.embedded, p.rows, p.stale + p.pending) from featurize.progress p), '3 of 6, 2 stale or pending', 'what is current is kept');
select featurize.backfill_step((select id from featurize.featurizer), 100);
select pg_temp.is((select string_agg(j.key ->> 'id', ' ' order by j.key) from featurize.job j), '2 7', 'only what is missing or differs is embedded');
call pg_temp.work('f');
select pg_temp.is((select format('%s of %s', p.embedded, p.rows) from featurize.progress p), '5 of 6', 'all with an image');
