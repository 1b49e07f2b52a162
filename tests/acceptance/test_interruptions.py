"""Workers that are stopped, killed or disconnected: no row is lost or embedded twice."""

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pgfeaturize import settings
from pgfeaturize.db.connection import connect
from pgfeaturize.errors import SettingsError
from pgfeaturize.images import AccessPolicy
from pgfeaturize.models import build, lookup, weights_path
from pgfeaturize.worker.runner import check_tables
from tests.acceptance.conftest import WorkerProcess, insert, settled, vectors, write_image
from tests.conftest import PATIENCE, Database, Server, open_database, restart, until

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]

#: A network so slow that a test can act in the middle of a batch.
SLOW = "select featurize.register_model('slow', 'resnet18', weights => 'random')"


@pytest.fixture
def slow(database: Database) -> Database:
    """Create a table of photos, featurized by a slow network as `looks`."""
    database.rows("create table photos (id int primary key, path text)")
    database.rows(SLOW)
    database.rows("select featurize.create_featurizer('photos', 'path', 'slow', name => 'looks')")
    return database


def in_mid_batch(database: Database) -> None:
    """Wait until rows are leased."""
    until(lambda: database.progress("looks")["leased"] > 0, "rows are leased")


def test_kill_in_mid_batch_loses_nothing(slow: Database, photos: Photos, worker: Worker) -> None:
    insert(slow, photos(24))
    process = worker("--batch", "8", "--lease", "2")
    in_mid_batch(slow)
    process.kill()
    process.wait()
    leased = slow.progress("looks")["leased"]
    assert leased > 0, "the dead worker still holds its rows"
    worker("--batch", "8", "--lease", "2")
    assert settled(slow)["embedded"] == 24
    assert len(vectors(slow)) == 24
    assert slow.value("select count(*) from featurize._queued") == 0


def test_sigterm_finishes_what_is_in_hand(slow: Database, photos: Photos, worker: Worker) -> None:
    insert(slow, photos(60))
    process = worker("--batch", "4")
    in_mid_batch(slow)
    process.kill(signal.SIGTERM)
    assert process.wait() == 0
    now = slow.progress("looks")
    assert now["leased"] == 0
    assert now["embedded"] > 0
    assert now["pending"] > 0
    assert slow.value("select max(attempts) from featurize.job") == 0
    assert slow.value("select count(*) from featurize.worker") == 0, "it has signed off"


def test_a_model_that_changes_in_mid_batch(slow: Database, photos: Photos, worker: Worker) -> None:
    """Vectors of the former model are not stored; the same worker computes them again."""
    insert(slow, photos(24))
    process = worker("--batch", "8")
    in_mid_batch(slow)
    slow.rows("select featurize.retire_space('slow')")
    assert settled(slow)["embedded"] == 24
    assert slow.value("select count(distinct space_id) from looks") == 1
    assert process.has_logged("cannot be stored")
    assert "lost the server" not in process.log.read_text()


def test_second_sigterm_ends_at_once(slow: Database, photos: Photos, worker: Worker) -> None:
    insert(slow, photos(64))
    process = worker("--batch", "64")
    in_mid_batch(slow)
    process.kill(signal.SIGTERM)
    until(lambda: process.has_logged("stopping"), "the first signal was heard")
    process.kill(signal.SIGTERM)
    assert process.wait() == 128 + signal.SIGTERM
    assert slow.progress("looks")["leased"] == 64


@pytest.fixture
def own_server(tmp_path: Path, server: Server) -> Iterator[Server]:
    """A server that the test may stop."""
    from pgfeaturize.db import embedded_server
    from pgfeaturize.db.migrate import migrate

    with embedded_server.running(tmp_path / "own", server.version) as url:
        own = replace(server, directory=tmp_path / "own", url=url)
        own.execute("create database installed")
        migrate(own.database_url("installed"))
        yield own
    assert settings.embedded_url(own.directory) is None, "a restarted server is stopped, too"


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_server_restarts_in_mid_batch(own_server: Server, photos: Photos, worker: Worker, mode: str) -> None:
    with open_database(own_server, "installed") as database:
        database.rows("create table photos (id int primary key, path text)")
        database.rows(SLOW)
        database.rows("select featurize.create_featurizer('photos', 'path', 'slow', name => 'looks')")
        insert(database, photos(40))
        process = worker("--batch", "8", url=database.url)
        in_mid_batch(database)
        restart(own_server, mode)
        until(lambda: process.has_logged("lost the server"), "the worker has noticed")
        with open_connection(database) as again:
            assert settled(again)["embedded"] == 40
            assert again.value("select count(*) from featurize._queued") == 0
        process.kill(signal.SIGTERM)
        assert process.wait() == 0


def open_connection(database: Database) -> "_Again":
    """Open a new connection to the same database."""
    return _Again(database)


class _Again:
    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Database:
        import psycopg

        self._connection = psycopg.connect(self._database.url, autocommit=True)
        return replace(self._database, connection=self._connection)

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def test_missing_weights_make_the_featurizer_wait_until_they_are_there(
    database: Database, photos: Photos, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'resnet18', name => 'looks')")
    database.rows("create table others (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('others', 'path', 'lenet_digits', name => 'fine')")
    insert(database, photos(2))
    database.rows("insert into others select id, path from photos")
    worker()
    assert settled(database, "fine")["embedded"] == 2, "other featurizers go on"

    def note() -> str | None:
        found: str | None = database.value("select note from featurize.progress where featurizer = 'looks'")
        return found

    until(lambda: (note() or "").startswith("blocked: "), "the featurizer says that it waits")
    model = lookup("resnet18")
    path = weights_path(model)
    assert path is not None
    assert str(path) in str(note())
    assert "pgfeaturize models pull resnet18" in str(note())
    assert database.progress("looks")["pending"] == 2
    assert database.value("select count(*) from featurize.failure") == 0

    path.parent.mkdir(parents=True)
    torch.save(build(replace(model, weights="random")).state_dict(), path.with_suffix(".part"))
    path.with_suffix(".part").rename(path)
    assert settled(database)["embedded"] == 2
    assert note() is None


def test_a_root_that_goes_missing_blocks_its_featurizers_and_fails_no_row(
    table: Database, photos: Photos, worker: Worker, tmp_path: Path
) -> None:
    table.rows("create table others (id int primary key, path text)")
    table.rows("select featurize.create_featurizer('others', 'path', 'lenet_digits', name => 'fine')")
    folder, other = tmp_path / "photos", tmp_path / "other"
    other.mkdir()
    worker("--root", f"public.photos={folder}", "--root", f"public.others={other}")
    insert(table, photos(2))
    assert settled(table)["embedded"] == 2

    folder.rename(tmp_path / "away")
    table.rows(
        "insert into photos (id, path) select n, %s || '/' || n || '.png' from generate_series(2, 4) n", str(folder)
    )
    reason = "select blocked_reason from featurize.featurizer where name = 'looks'"
    until(lambda: table.value(reason), "the featurizer is blocked")
    assert f'"{folder}"' in table.value(reason)
    assert "restore" in table.value(reason)
    write_image(other / "0.png", 0)
    table.rows("insert into others values (0, %s)", str(other / "0.png"))
    assert settled(table, "fine")["embedded"] == 1, "other featurizers go on"
    assert table.progress("looks")["pending"] == 3
    assert table.rows("select distinct attempts, lease_id from featurize.job") == [(0, None)]

    (tmp_path / "away").rename(folder)
    photos(3, start=2)
    assert settled(table)["embedded"] == 5
    assert table.value(reason) is None
    assert table.value("select count(*) from featurize.failure") == 0


def test_a_root_that_does_not_exist(table: Database, worker: Worker, tmp_path: Path) -> None:
    process = worker("--once", "--root", str(tmp_path / "missing"))
    assert process.wait() == 2
    assert f'there is no directory "{tmp_path}/missing"' in process.log.read_text()
    assert table.value("select count(*) from featurize.worker") == 0


def test_a_root_of_a_table_that_does_not_exist(table: Database, tmp_path: Path) -> None:
    with connect(table.url) as connection:
        check_tables(connection, AccessPolicy.of([tmp_path, f"public.photos={tmp_path}", f"public.*={tmp_path}"]))
        for name in ("public.fotos", "shop.*"):
            with pytest.raises(SettingsError, match=f"there is no table {re.escape(name)}\n") as refused:
                check_tables(connection, AccessPolicy.of([f"{name}={tmp_path}", f"public.photos={tmp_path}"]))
            assert refused.value.hint == "Tables with featurizers: public.photos."


def test_a_worker_with_other_weights_is_refused(database: Database, photos: Photos, worker: Worker) -> None:
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => 'looks')")
    database.rows("select featurize.register_space('lenet_digits', 'not the fingerprint of ours')")
    insert(database, photos(2))
    assert worker("--once").wait() == 1
    ((note, pending),) = database.rows("select note, pending from featurize.progress")
    assert "not the fing" in note
    assert "retire_space" in note
    assert pending == 2
    database.rows("select featurize.retire_space('lenet_digits')")
    assert worker("--once").wait() == 0
    assert settled(database)["embedded"] == 2


def test_a_source_that_is_gone_harms_no_other(table: Database, photos: Photos, worker: Worker) -> None:
    table.rows("create table doomed (id int primary key, path text)")
    table.rows("select featurize.create_featurizer('doomed', 'path', 'lenet_digits', name => 'gone')")
    table.rows("insert into doomed values (1, '/x')")
    table.rows("drop table doomed")
    insert(table, photos(3))
    worker()
    assert settled(table)["embedded"] == 3


def test_log_lines_for_programs(table: Database, photos: Photos, worker: Worker, tmp_path: Path) -> None:
    missing = [tmp_path / "photos" / f"missing{number}.png" for number in range(20)]
    insert(table, [*photos(1), Path("/nowhere.png"), *missing])
    process = worker("--once", "--log-format", "json")
    assert process.wait() == 1
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    assert {"time", "level", "message"} <= set(lines[0])
    warnings = sorted(line["message"] for line in lines if line["level"] == "warning")
    assert [warning.partition('"')[0] for warning in warnings] == [
        "featurizer looks: 1 of 22 rows failed: outside_roots, for example: ",
        "featurizer looks: 20 of 22 rows failed: missing_file, for example: no file at ",
    ]
    assert table.value("select count(*) from featurize.failure") == 21


def test_nothing_outlives_a_worker(table: Database, worker: Worker) -> None:
    process = worker()
    until(lambda: process.has_logged("batches of"), "the worker is up")
    process.kill(signal.SIGTERM)
    assert process.wait() == 0
    children = subprocess.run(["ps", "--ppid", str(process.process.pid)], capture_output=True, text=True, check=False)
    assert str(process.process.pid) not in children.stdout
    until(
        lambda: table.value("select count(*) from pg_stat_activity where application_name = 'pgfeaturize'") == 0,
        "its connections are closed",
        PATIENCE,
    )
