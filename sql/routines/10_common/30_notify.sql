-- Waking idle workers. PostgreSQL does not allow NOTIFY in a transaction that ends with PREPARE TRANSACTION, so it can
-- be turned off: for a featurizer, and for a session by "set featurize.notify = off". Then workers find rows by
-- polling.

create or replace function featurize._notify(channel text, payload text default '') returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    select pg_notify(channel, payload)
     where current_setting('featurize.notify', true) in ('off', 'false', 'no', '0') is not true;
$$;
comment on function featurize._notify(text, text) is 'Notify workers, unless the setting featurize.notify is off.';
