create or replace view featurize._live_worker with (security_invoker = true) as
select w.id, w.host, w.pid, w.device, w.version, w.role, w.serves, w.started_at, w.last_heartbeat,
       w.stuck
  from featurize.worker w
 where w.last_heartbeat > clock_timestamp() - interval '1 minute';
comment on view featurize._live_worker is 'Workers that are alive: their last heartbeat is less than a minute old.';
comment on column featurize._live_worker.id is 'Number of the worker in its log lines.';
comment on column featurize._live_worker.host is 'Machine that the worker runs on.';
comment on column featurize._live_worker.pid is 'Process id on that machine.';
comment on column featurize._live_worker.device is 'Device that its networks run on, such as cpu or cuda:0.';
comment on column featurize._live_worker.version is 'Release of the program.';
comment on column featurize._live_worker.role is 'Role that the worker is connected as.';
comment on column featurize._live_worker.serves is 'Featurizers whose model the worker has loaded.';
comment on column featurize._live_worker.started_at is 'Time when the worker registered.';
comment on column featurize._live_worker.last_heartbeat is 'Time of its last heartbeat.';
comment on column featurize._live_worker.stuck is
    'What the worker has been doing without progress for too long; null if it works or waits for rows.';
