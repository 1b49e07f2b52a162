-- Install pgfeaturize with nothing but psql, or bring it up to date:
--   psql -f sql/install.sql "$DATABASE_URL"
-- It does in one transaction what `create extension pgfeaturize cascade` does, or its update.
\set ON_ERROR_STOP on
begin;
create extension if not exists vector;
set local search_path = pg_catalog, pg_temp;
do $$
begin
    if exists (select from pg_extension e where e.extname = 'pgfeaturize') then
        raise exception 'this database has pgfeaturize as an extension'
            using hint = 'Run `alter extension pgfeaturize update` instead.';
    end if;
    if to_regclass('featurize.release') is not null then
        if exists (select from featurize.release r
                    where string_to_array(r.version, '.')::integer[] > string_to_array('0.1.0', '.')::integer[]) then
            raise exception 'the schema in this database is of a later release'
                using hint = 'Take the install.sql of that release.';
        end if;
    end if;
end
$$;

select to_regclass('featurize.release') is null as missing \gset
\if :missing
\ir schema/0.1.0/010_schema.sql
\ir schema/0.1.0/020_release.sql
\ir schema/0.1.0/030_model.sql
\ir schema/0.1.0/035_catalogue.sql
\ir schema/0.1.0/040_featurizer.sql
\ir schema/0.1.0/050_queue.sql
\ir schema/0.1.0/060_index.sql
\ir schema/0.1.0/070_request.sql
\ir schema/0.1.0/080_learn.sql
\ir schema/0.1.0/090_rights.sql
\endif

\ir routines/000_path.sql
\ir routines/010_featurizer.sql
\ir routines/012_owner.sql
\ir routines/020_source.sql
\ir routines/025_render.sql
\ir routines/030_triggers.sql
\ir routines/032_share.sql
\ir routines/040_model.sql
\ir routines/045_checks.sql
\ir routines/046_model_checks.sql
\ir routines/050_declare.sql
\ir routines/055_control.sql
\ir routines/060_backfill.sql
\ir routines/070_worker.sql
\ir routines/075_first.sql
\ir routines/080_claim.sql
\ir routines/090_settle.sql
\ir routines/100_watch.sql
\ir routines/105_metric.sql
\ir routines/110_search.sql
\ir routines/111_within.sql
\ir routines/112_rows.sql
\ir routines/115_index.sql
\ir routines/116_index_parts.sql
\ir routines/117_index_work.sql
\ir routines/118_index_report.sql
\ir routines/120_embed.sql
\ir routines/130_split.sql
\ir routines/131_training_view.sql
\ir routines/132_classifier.sql
\ir routines/134_predict.sql
\ir routines/135_top.sql
\ir routines/136_evaluate.sql
\ir routines/138_neighbours.sql
\ir routines/140_query.sql
\ir routines/145_export.sql
\ir routines/146_export_copy.sql
\ir routines/147_sample.sql
\ir routines/150_applications.sql
\ir routines/160_doctor_server.sql
\ir routines/161_doctor_declared.sql
\ir routines/162_doctor_work.sql
\ir routines/163_doctor_made.sql
\ir routines/164_doctor_roles.sql
\ir routines/165_doctor.sql
\ir routines/170_roles.sql
\ir routines/190_rewrite.sql
commit;
