-- Install pgfeaturize with nothing but psql, or bring it up to date:
--   psql -f sql/install.sql "$DATABASE_URL"
-- It does in one transaction what `create extension pgfeaturize cascade` does, or its update.
-- It prints nothing but warnings and errors.
\set ON_ERROR_STOP on
\set quiet_before :QUIET
\set QUIET on
begin;
set local client_min_messages = warning;
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
\ir schema/0.1.0/035_catalog.sql
\ir schema/0.1.0/040_featurizer.sql
\ir schema/0.1.0/050_queue.sql
\ir schema/0.1.0/060_index.sql
\ir schema/0.1.0/070_request.sql
\ir schema/0.1.0/080_learn.sql
\ir schema/0.1.0/090_rights.sql
\endif

\ir routines/10_common/00_path.sql
\ir routines/10_common/05_similar_names.sql
\ir routines/10_common/10_featurizer.sql
\ir routines/10_common/12_ownership.sql
\ir routines/10_common/20_source.sql
\ir routines/10_common/22_destination.sql
\ir routines/10_common/25_render.sql
\ir routines/10_common/30_notify.sql
\ir routines/20_models/40_model.sql
\ir routines/20_models/42_spaces.sql
\ir routines/20_models/44_leftovers.sql
\ir routines/20_models/45_checks.sql
\ir routines/20_models/46_model_checks.sql
\ir routines/30_featurizers/24_lock_order.sql
\ir routines/30_featurizers/26_trigger_columns.sql
\ir routines/30_featurizers/27_trigger_queue.sql
\ir routines/30_featurizers/28_trigger_embeddings.sql
\ir routines/30_featurizers/29_trigger_replica.sql
\ir routines/30_featurizers/30_triggers.sql
\ir routines/30_featurizers/31_faults.sql
\ir routines/30_featurizers/31_visibility.sql
\ir routines/30_featurizers/32_grants.sql
\ir routines/30_featurizers/34_worker_access.sql
\ir routines/30_featurizers/50_declare.sql
\ir routines/30_featurizers/52_adopt.sql
\ir routines/30_featurizers/55_control.sql
\ir routines/30_featurizers/56_alter.sql
\ir routines/30_featurizers/57_orphans.sql
\ir routines/30_featurizers/59_repair.sql
\ir routines/30_featurizers/60_backfill.sql
\ir routines/30_featurizers/62_adopt_vectors.sql
\ir routines/40_queue/70_worker.sql
\ir routines/40_queue/72_live_worker.sql
\ir routines/40_queue/75_cursors.sql
\ir routines/40_queue/76_reclaim.sql
\ir routines/40_queue/77_relay.sql
\ir routines/40_queue/78_planned.sql
\ir routines/40_queue/79_claim_statement.sql
\ir routines/40_queue/80_claim.sql
\ir routines/40_queue/88_settle_statements.sql
\ir routines/40_queue/89_retry.sql
\ir routines/40_queue/89_store.sql
\ir routines/40_queue/90_settle.sql
\ir routines/40_queue/92_failure.sql
\ir routines/40_queue/93_states.sql
\ir routines/40_queue/94_state.sql
\ir routines/40_queue/95_progress.sql
\ir routines/40_queue/97_why.sql
\ir routines/40_queue/98_audit.sql
\ir routines/40_queue/98_wait.sql
\ir routines/50_search/05_metric.sql
\ir routines/50_search/06_candidates.sql
\ir routines/50_search/08_search_checks.sql
\ir routines/50_search/09_search_query.sql
\ir routines/50_search/10_search.sql
\ir routines/50_search/11_within.sql
\ir routines/50_search/12_rows.sql
\ir routines/50_search/13_keys.sql
\ir routines/60_index/14_index_functions.sql
\ir routines/60_index/15_index.sql
\ir routines/60_index/16_index_parts.sql
\ir routines/60_index/17_index_work.sql
\ir routines/60_index/18_index_report.sql
\ir routines/60_index/19_recall.sql
\ir routines/70_embed/20_embed.sql
\ir routines/70_embed/25_embedding_of.sql
\ir routines/70_embed/30_requests.sql
\ir routines/80_learn/28_classifier_checks.sql
\ir routines/80_learn/29_training_view_checks.sql
\ir routines/80_learn/30_split.sql
\ir routines/80_learn/31_training_view.sql
\ir routines/80_learn/32_classifier.sql
\ir routines/80_learn/33_training_report.sql
\ir routines/80_learn/34_predict.sql
\ir routines/80_learn/35_top.sql
\ir routines/80_learn/36_evaluate.sql
\ir routines/80_learn/37_predictions.sql
\ir routines/80_learn/38_neighbors.sql
\ir routines/80_learn/39_classifier_work.sql
\ir routines/80_learn/40_query.sql
\ir routines/80_learn/41_suggest_labels.sql
\ir routines/80_learn/42_metrics.sql
\ir routines/80_learn/42_ranks.sql
\ir routines/80_learn/43_ranking.sql
\ir routines/80_learn/44_featurize_query.sql
\ir routines/80_learn/45_export.sql
\ir routines/80_learn/46_export_copy.sql
\ir routines/80_learn/47_sample.sql
\ir routines/90_operations/50_catalog.sql
\ir routines/90_operations/60_doctor_server.sql
\ir routines/90_operations/61_doctor_declared.sql
\ir routines/90_operations/62_doctor_queue.sql
\ir routines/90_operations/63_doctor_derived.sql
\ir routines/90_operations/64_doctor_roles.sql
\ir routines/90_operations/65_doctor.sql
\ir routines/90_operations/70_uninstall.sql
\ir routines/95_roles/60_rights.sql
\ir routines/95_roles/70_roles.sql
\ir routines/99_upgrade/90_rewrite_triggers.sql
commit;
\set QUIET :quiet_before
\unset quiet_before
