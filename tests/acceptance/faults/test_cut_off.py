"""Workers that lose the server or finish late: they continue, and results of expired leases are not stored."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest
from PIL import Image

from pgfeaturize.db import embedded_server
from pgfeaturize.db.migrate import migrate
from tests.acceptance.conftest import insert, settled
from tests.acceptance.faults.conftest import POINTS, Check, Start, declare, run_out
from tests.conftest import Database, Server, control, open_database, until

Photos = Callable[..., list[Path]]

CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where application_name = 'pgfeaturize' and datname = current_database()"
)


@pytest.mark.parametrize("point", POINTS)
def test_connections_are_cut(table: Database, photos: Photos, start: Start, check: Check, point: str) -> None:
    table.rows("select featurize.refresh('looks')")
    insert(table, photos(12))
    worker = start(f"{point}:2:STOP", lease=timedelta(seconds=5))
    worker.wait_until_stopped()
    table.rows(CUT)
    worker.send(signal.SIGCONT)
    assert check(table)["embedded"] == 12
    worker.end()


@pytest.fixture
def own_server(tmp_path: Path, server: Server) -> Iterator[Server]:
    """A server that the test may stop."""
    with embedded_server.running(tmp_path / "own", server.version) as url:
        own = replace(server, directory=tmp_path / "own", url=url)
        own.execute("create database installed")
        migrate(own.database_url("installed"))
        yield own


@pytest.mark.parametrize("mode", ["fast", "immediate"])
@pytest.mark.parametrize("point", ["after_claim", "before_settle", "after_settle"])
def test_the_server_is_stopped_and_started(
    own_server: Server, photos: Photos, start: Start, check: Check, point: str, mode: str
) -> None:
    with open_database(own_server, "installed") as database:
        declare(database)
        insert(database, photos(12))
        worker = start(f"{point}:2:STOP", url=database.url, lease=timedelta(seconds=5))
        worker.wait_until_stopped()
        options = (own_server.directory / "pg" / "postmaster.opts").read_text().split(" ", 1)[1]
        control(own_server, "-m", mode, "stop")
        worker.send(signal.SIGCONT)
        until(lambda: "lost the server" in worker.log.read_text(), "the worker has noticed")
        control(own_server, "-o", options.strip(), "start")
        with psycopg.connect(database.url, autocommit=True) as again:
            assert check(replace(database, connection=again))["embedded"] == 12
        worker.end()


@pytest.mark.parametrize("point", ["after_claim", "before_settle"])
def test_late_work_is_discarded(either: Database, photos: Photos, start: Start, check: Check, point: str) -> None:
    insert(either, photos(4))
    late = start(f"{point}:1:STOP")
    late.wait_until_stopped()
    run_out(either)
    other = start()
    assert check(either)["embedded"] == 4
    # Both workers would store the same vectors, so a column records which of them wrote a row.
    before = either.rows(f"select id, xmin::text from {_stored(either)} order by id")
    other.end()
    late.send(signal.SIGCONT)
    insert(either, photos(1, start=4), start=4)
    assert check(either)["embedded"] == 5
    after = either.rows(f"select id, xmin::text from {_stored(either)} where id < 4 order by id")
    assert before == after
    late.end()


def _stored(database: Database) -> str:
    found: str = database.value("select coalesce(embeddings, source)::text from featurize.featurizer")
    return found


def test_an_image_that_takes_too_long(
    table: Database, photos: Photos, start: Start, check: Check, tmp_path: Path
) -> None:
    """The hanging thread fails only its own row."""
    endless = tmp_path / "photos" / "endless.png"
    files = photos(8)
    Image.fromarray(np.zeros((12_000, 12_000), np.uint8)).save(endless, compress_level=1)
    from pgfeaturize.images import Limits

    insert(table, [*files, endless])
    start(limits=Limits(seconds=0.1), batch=3)
    settled(table)
    assert check(table)["failed"] >= 1
    assert "took over 0.1 s" in table.value("select detail from featurize.failure where image = %s", str(endless))
    table.rows("delete from photos where path = %s", str(endless))
    start()
    table.rows("select featurize.retry('looks')")
    assert check(table)["embedded"] == 8
