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
