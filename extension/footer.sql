-- What pg_dump saves of the extension's tables. Workers, requests and throughput live only while
-- the database runs; shipped models come with the extension.
select pg_catalog.pg_extension_config_dump('featurize.model', 'where not builtin');
select pg_catalog.pg_extension_config_dump('featurize.space', '');
select pg_catalog.pg_extension_config_dump('featurize.space_id_seq', '');
select pg_catalog.pg_extension_config_dump('featurize.featurizer', '');
select pg_catalog.pg_extension_config_dump('featurize.featurizer_id_seq', '');
select pg_catalog.pg_extension_config_dump('featurize.backfill', '');
select pg_catalog.pg_extension_config_dump('featurize.outbox', '');
select pg_catalog.pg_extension_config_dump('featurize.outbox_id_seq', '');
select pg_catalog.pg_extension_config_dump('featurize.job', '');
select pg_catalog.pg_extension_config_dump('featurize.job_id_seq', '');
select pg_catalog.pg_extension_config_dump('featurize.failed_row', '');
select pg_catalog.pg_extension_config_dump('featurize.index', '');
select pg_catalog.pg_extension_config_dump('featurize.index_id_seq', '');
select pg_catalog.pg_extension_config_dump('featurize.projection', '');
select pg_catalog.pg_extension_config_dump('featurize.training_view', '');
select pg_catalog.pg_extension_config_dump('featurize.training_view_id_seq', '');
select pg_catalog.pg_extension_config_dump('featurize.classifier', '');
select pg_catalog.pg_extension_config_dump('featurize.classifier_id_seq', '');
select pg_catalog.pg_extension_config_dump('featurize.classifier_class', '');
select pg_catalog.pg_extension_config_dump('featurize.lease', '');
select pg_catalog.pg_extension_config_dump('featurize.lease_id_seq', '');
