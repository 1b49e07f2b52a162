-- Searches do not copy images that the rows hold: temporary files remain small.
create table scans (id int primary key, image bytea, label text);
alter table scans alter image set storage external;
insert into scans select n, decode(repeat(md5(n::text), 32768), 'hex'), 'same' from generate_series(1, 60) n;
select featurize.create_featurizer('scans', 'image', 'tiny', 'f', 'bytes', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
-- All vectors are equal, so each row has 59 duplicates.
create procedure pg_temp.fit_all(destination text, storage text)
    language plpgsql
as $$
begin
    execute case destination
        when 'table' then format('update f set embedding = ''[1,2,3,4]''::%s', storage)
        else format('update scans set f = ''[1,2,3,4]''::%s', storage) end;
end
$$;
call pg_temp.fit_all(:'destination', :'storage');
set work_mem = '64kB';
set temp_file_limit = '2MB';

create function pg_temp.check_all(what text) returns void
    language plpgsql
as $$
begin
    perform pg_temp.is((select count(*) from featurize.duplicates(null::scans, 'f', 0.01)), 1770::bigint, 'duplicates ' || what);
    perform pg_temp.is((select count(*) from featurize.duplicates(null::scans, 'f', 0.01) d where d.is_current), 1770::bigint, 'is_current ' || what);
    perform pg_temp.is((select count(*) from featurize.nearest_keys('f', '[1,2,3,4]', 60)), 60::bigint, 'nearest_keys ' || what);
    perform pg_temp.is((select count(*) from featurize.neighbor_keys('f', '{"id": 7}', 60)), 59::bigint, 'neighbor_keys ' || what);
    perform pg_temp.is((select count(*) from featurize.within_keys('f', '[1,2,3,4]', 0.01)), 60::bigint, 'within_keys ' || what);
    perform pg_temp.is((select label from featurize.knn_predict('f', 'label', '[1,2,3,4]', 60)), 'same', 'knn_predict ' || what);
    perform pg_temp.is((select count(*) from featurize._nearest_rows('f', '[1,2,3,4]', 60) n where n.bytes is null), 60::bigint, 'search ' || what);
    perform pg_temp.is((select count(*) from featurize._nearest_rows('f', '[1,2,3,4]', 60, columns => '{id,image}') n where n.item ->> 'image' = '(bytea)'),
                       60::bigint, 'bytes that are asked for ' || what);
    perform pg_temp.is((select count(*) from featurize._duplicate_rows('f', 0.01, null, 'cosine', 1000, false) n
                         where n.item ->> 'label' = 'same' and n.other ? 'id' and n.pairs = 1770), 1000::bigint, 'pairs of rows ' || what);
    -- Rows are joined at the very end.
    perform pg_temp.is((select sum(length(s.image)) from featurize.nearest_keys('f', '[1,2,3,4]', 60) n
                          join scans s on s.id = (n.item_key ->> 'id')::int), 60 * 524288::bigint, 'joined by key ' || what);
end
$$;
select pg_temp.check_all('of all rows');
reset temp_file_limit;
select featurize.create_index('f', concurrently => false);
set temp_file_limit = '2MB';
select pg_temp.check_all('by index');
