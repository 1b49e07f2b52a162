-- Rows with a transient failure are claimed together again; those that may have made the network fail, alone.
create table photos (id bigint primary key, path text);
select featurize.create_featurizer('photos', 'path', 'tiny', 'f', destination => :'destination', storage => :'storage');
call pg_temp.work('f');
insert into photos select i, i || 'flaky.png' from generate_series(1, 20) i;
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '20 retried', 'all fail');
select pg_temp.come_due();
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '20 retried', 'together again');
select pg_temp.is((select string_agg(distinct format('%s %s', attempts, retries), ', ') from featurize.job), '0 2', 'counted apart from crashes');
select pg_temp.is((select note like '%20 rows that failed will be tried again%' from featurize.retries()), true, 'note');

select pg_temp.is((select bool_and(scheduled_at - clock_timestamp() < interval '6 seconds') from featurize.job), true, 'soon');

-- What a server asks for is honored, up to the limit.
create function pg_temp.settle_failures(lease bigint, retry_after interval, retry_limit interval) returns integer
    language sql
as $$
    select s.retried
      from (select array_agg(c.job_id) as jobs, count(*)::integer as n from claimed c where c.lease_id = lease) o
     cross join lateral featurize.settle(lease, null, '{}', '{}', '{}', o.jobs, array_fill('read_failed'::text, array[o.n]),
           array_fill('busy'::text, array[o.n]), array_fill(interval '1 day', array[o.n]), array_fill(retry_after, array[o.n]), retry_limit) s;
$$;
create function pg_temp.waits(low interval, high interval) returns boolean language sql
as $$ select bool_and(scheduled_at - clock_timestamp() between low and high) from featurize.job; $$;
select pg_temp.come_due();
select pg_temp.is(pg_temp.settle_failures(pg_temp.claim('f'), '10 min', '1 h'), 20, 'asked to wait');
select pg_temp.is(pg_temp.waits('9 min', '10 min'), true, 'as asked');
select pg_temp.come_due();
select pg_temp.is(pg_temp.settle_failures(pg_temp.claim('f'), '10 days', '1 h'), 20, 'asked to wait for long');
select pg_temp.is(pg_temp.waits('59 min', '1 h'), true, 'at most the limit');
update featurize.job set failing_since = clock_timestamp() - interval '20 h';
select pg_temp.come_due();
select pg_temp.is(pg_temp.settle_failures(pg_temp.claim('f'), null, '1 h'), 20, 'failing for long');
select pg_temp.is(pg_temp.waits('47 min', '1 h'), true, 'at most an hour');

delete from photos;
call pg_temp.work('f');
insert into photos values (1, 'together.png'), (2, 'together too.png');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '2 retried', 'the network failed');
select pg_temp.come_due();
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 retried', 'alone');
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 retried', 'alone');
select pg_temp.come_due();
select pg_temp.is(pg_temp.settle(pg_temp.claim('f')), '1 failed', 'three times');
