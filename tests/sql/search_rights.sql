-- A search returns only rows that its caller may see; an index does not stop users from writing.
\ir points.psql
call pg_temp.fill(8, 1000, :'destination', :'storage');
select format('searcher_of_%s_%s', current_database(), :'destination') as searcher \gset
create role :searcher;
select featurize.grant_reader(:'searcher');

create function pg_temp.as_searcher(searcher text, statement text) returns text
    language plpgsql
as $$
declare
    told text;
begin
    execute format('set local role %I', searcher);
    begin
        execute statement into told;
    exception
        when insufficient_privilege then
            told := sqlerrm;
    end;
    reset role;
    return told;
end
$$;
create function pg_temp.check_rights(searcher text, what text) returns void
    language plpgsql
as $$
begin
    perform pg_temp.is(pg_temp.as_searcher(searcher, $s$ select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(4, 8)) $s$),
                       'permission denied for table d8', what || ': no right to the table');
    execute format('grant select on d8 to %I', searcher);
    perform pg_temp.is(pg_temp.as_searcher(searcher, $s$ select count(*) from featurize.nearest(null::d8, 'f8', pg_temp.point(4, 8)) $s$),
                       '10', what || ': a reader with a right to it');
    -- They may see two rows of a thousand, none of them among the nearest.
    create policy mine on d8 using (id in (17, 23));
    alter table d8 enable row level security;
    perform pg_temp.is(pg_temp.as_searcher(searcher, format('select string_agg(%s, '' '' order by n.distance) from featurize.%s n',
        case when call like 'duplicates%' then 'n.item_key ->> ''id''' else '(n.item).id::text' end, call)),
                       wanted, format('%s: %s of the rows that a policy lets through', what, call))
       from (values ('nearest(null::d8, ''f8'', pg_temp.point(7, 8))', '17 23'),
                    ('nearest(null::d8, ''f8'', pg_temp.point(7, 8), filter => ''id > 20'')', '23'),
                    ('within(null::d8, ''f8'', pg_temp.point(17, 8), 0.001)', '17'),
                    ('neighbors((select d from d8 d where id = 17), ''f8'')', '23'),
                    ('neighbors(jsonb_populate_record(null::d8, ''{"id": 18}''), ''f8'')', null),
                    ('duplicates(null::d8, ''f8'', 2)', '17')) c (call, wanted);
    perform pg_temp.is(pg_temp.as_searcher(searcher, $s$ select pg_temp.plan('f8', 'cosine') $s$) like '%featurize_index_%', what = 'by index', what || ': plan');
    alter table d8 disable row level security;
    drop policy mine on d8;
    execute format('revoke select on d8 from %I', searcher);
end
$$;
grant execute on all functions in schema pg_temp to :searcher;
select pg_temp.check_rights(:'searcher', 'exact');
select featurize.create_index('f8', concurrently => false);
select pg_temp.check_rights(:'searcher', 'by index');
select pg_temp.is(pg_temp.as_searcher(:'searcher', $$ select featurize.measure_recall('f8')::text $$) like 'permission denied%', true, 'measuring is not for everybody');
select pg_temp.is(pg_temp.as_searcher(:'searcher', format($$ select featurize.%s::text $$, call)) like any (array['permission denied%', 'must be owner%']), true, call)
  from (values ('create_index(''f8'', ''l2'')'), ('drop_index(''f8'')'), ('begin_index(1)'), ('set_projection(1, null, null)'), ('take_request(1)')) c (call);

-- A role that may only write the table also updates indexes on function expressions.
select featurize.revoke(:'searcher');
select featurize.drop_index('f8');
select featurize.create_index('f8', 'cosine', 'bits', concurrently => false);
select featurize.create_index('f8', 'l2', 'projection', 8) as projected \gset
select featurize.begin_index(:projected) as statements \gset
select featurize.set_projection(:projected, array_agg((select array_agg((j = i)::integer order by j) from generate_series(1, 8) j)::vector order by i),
                                array_agg(i / 2.0 order by i)) from generate_series(1, 8) i;
:statements;
select featurize.end_index(:projected);
select pg_temp.is((select count(*) from featurize.index_report where state = 'ready'), 2::bigint, 'both are ready');
grant select, insert, update, delete on d8 to :searcher;
select pg_temp.is(pg_temp.as_searcher(:'searcher', $$ with x as (update d8 set embedding = embedding + 1 where id < 30 returning 1) select count(*) from x $$),
                  '29', 'rows are written again, with their vectors');
select pg_temp.is(pg_temp.as_searcher(:'searcher', $$ with x as (insert into d8 (id) values (2000) returning 1) select count(*) from x $$), '1', 'and new ones');
-- The index contains the results of the functions.
select pg_temp.is(pg_temp.plan('f8', 'l2') like '%featurize_index_%project_%', true, 'the projection is used');
select pg_temp.is(pg_temp.recall('f8', 'l2') > 0.6, true, 'and finds what is near');
vacuum analyze d8;

revoke all on d8 from :searcher;
drop owned by :searcher;
drop role :searcher;
