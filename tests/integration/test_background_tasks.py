"""The index builds of a worker that ends when nothing is left; tests/acceptance/test_once.py has the classifiers."""

import pytest

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.worker.background_tasks import finish
from pgfeaturize.worker.shutdown import Shutdown
from tests.conftest import Database


@pytest.mark.parametrize(("method", "succeeds"), [("hnsw", True), ("projection", False)])
def test_whether_all_indexes_were_built(
    database: Database, connection: Connection, method: str, *, succeeds: bool
) -> None:
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'f', backfill => false)")
    database.rows("insert into featurize.space (model, fingerprint) values ('lenet_digits', 'x')")
    database.rows("insert into photos select n from generate_series(1, 4) n")
    database.rows("insert into f select id, array_fill(id, array[800]), 1 from photos")
    database.rows("select featurize.create_index('f', method => %s)", method)  # 4 rows do not have 536 components
    worker = execute(connection, "register_worker", "test", 1, "cpu", "0")[0][0]
    assert finish(connection, database.url, worker, Shutdown()) is succeeds
    assert database.value("select built_at is not null from featurize.index") is succeeds
    assert finish(connection, database.url, worker, Shutdown()), "nothing is left to do"


#: Raises while an index is built as long as a condition on the settings of the session holds.
REFUSAL = """
create function public.refuse() returns event_trigger language plpgsql as $$
begin
    if {condition} then
        raise exception using errcode = '{state}',
            message = 'could not resize shared memory segment "/PostgreSQL.1" to 67145120 bytes: No space left on device';
    end if;
end
$$;
create event trigger refuse on ddl_command_start when tag in ('CREATE INDEX') execute function public.refuse();
"""
PARALLEL = "current_setting('max_parallel_maintenance_workers')::int > 0"
MEMORY = "pg_size_bytes(current_setting('maintenance_work_mem')) > 67108864"


@pytest.mark.parametrize("method", ["hnsw", "bits", "projection"])
@pytest.mark.parametrize("state", ["53100", "53200"])
@pytest.mark.parametrize(
    ("condition", "succeeds"), [(PARALLEL, True), (f"{PARALLEL} or {MEMORY}", True), ("true", False)]
)
def test_memory_or_space_that_runs_out(
    database: Database, connection: Connection, method: str, state: str, condition: str, *, succeeds: bool
) -> None:
    """Docker gives a server 64 MB of shared memory, which parallel builds soon exceed."""
    database.rows(f'alter database "{database.value("select current_database()")}" set maintenance_work_mem = 131072')
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'f', backfill => false)")
    database.rows("insert into featurize.space (model, fingerprint) values ('lenet_digits', 'x')")
    database.rows("insert into photos select n from generate_series(1, 20) n")
    database.rows(
        "insert into f select id, (select array_agg(sin(id * n)) from generate_series(1, 800) n)::real[], 1 from photos"
    )
    dimensions = 8 if method == "projection" else None
    database.rows("select featurize.create_index('f', method => %s, dimensions => %s)", method, dimensions)
    database.rows(REFUSAL.format(condition=condition, state=state))
    worker = execute(connection, "register_worker", "test", 1, "cpu", "0")[0][0]
    assert finish(connection, database.url, worker, Shutdown()) is succeeds
    error = database.value("select error from featurize.index")
    if succeeds:
        assert database.value("select state from featurize.index_report") == "ready"
        assert error is None
    else:
        assert "No space left on device" in error
        for remedy in ("--shm-size", "dynamic_shared_memory_type", "disk space"):
            assert remedy in error


def test_failed_builds_are_tried_less_and_less_often(database: Database) -> None:
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'f', backfill => false)")
    database.rows("insert into featurize.space (model, fingerprint) values ('lenet_digits', 'x')")
    number = database.value("select featurize.create_index('f')")
    for failures, wait in enumerate(("1 minute", "2 minutes", "4 minutes", "8 minutes"), start=1):
        database.rows("select featurize.begin_index(%s)", number)
        database.rows("select featurize.end_index(%s, 'no space')", number)
        assert database.value("select failures from featurize.index") == failures
        for factor, due in ((0.9, 0), (1.1, 1)):
            database.rows("update featurize.index set started_at = now() - %s * %s::interval", factor, wait)
            assert database.value("select count(*) from featurize.index_work()") == due
    database.rows("update featurize.index set failures = 1000, started_at = now() - interval '25 hours'")
    assert database.value("select count(*) from featurize.index_work()") == 1
    assert database.value("select count(*) from featurize.index_work('f')") == 1, "at once if requested by name"
    database.rows("select featurize.begin_index(%s)", number)
    database.rows("select featurize.end_index(%s)", number)
    assert database.value("select failures from featurize.index") == 0
