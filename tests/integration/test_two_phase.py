"""Two-phase commit: transactions that write to a featurized table are prepared while a worker is idle."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgfeaturize.db import embedded_server
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.worker.activity import Activity
from pgfeaturize.worker.notifier import LOCKED_PAUSE, Notifier
from tests.conftest import Database, Server, open_database, restart


@pytest.fixture(scope="module")
def preparing(server: Server) -> Iterator[Server]:
    """Return a server that allows prepared transactions."""
    with (
        tempfile.TemporaryDirectory(prefix=f"pg{server.version}-") as scratch,
        embedded_server.running(Path(scratch), server.version) as url,
    ):
        own = replace(server, directory=Path(scratch), url=url)
        own.execute("alter system set max_prepared_transactions = 10")
        restart(own)
        own.execute("create database installed")
        migrate(own.database_url("installed"))
        yield own


@pytest.fixture
def database(preparing: Server) -> Iterator[Database]:
    """Return a database with an idle worker."""
    with open_database(preparing, "installed") as opened, psycopg.connect(opened.url, autocommit=True) as idle:
        idle.execute("select featurize.try_idle_lock()")
        opened.rows("create table photos (id int primary key, path text)")
        yield opened


def declare(database: Database, *, notify: bool = True) -> None:
    """Declare a featurizer."""
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'f', notify => %s)", notify)


def prepare(database: Database, *statements: str) -> None:
    """Run statements in a transaction, prepare it, and commit it."""
    for statement in ("begin", *statements, "prepare transaction 'x'"):
        database.rows(statement)
    assert database.rows("select from pg_locks where locktype = 'advisory' and virtualtransaction like '-1/%'") == []
    database.rows("commit prepared 'x'")


INSERT = "insert into photos values (1, 'a.png')"
OFF = "set local featurize.notify = off"


def test_a_notification_cannot_be_prepared(database: Database) -> None:
    """The documentation shows this error and its remedies, which are tested below."""
    declare(database)
    with pytest.raises(psycopg.Error) as refused:
        prepare(database, INSERT)
    message = str(refused.value.diag.message_primary)
    assert message in (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    assert database.rows("select from photos") == []


def test_a_featurizer_without_notifications(database: Database) -> None:
    declare(database, notify=False)
    prepare(database, INSERT)
    assert database.progress("f")["pending"] == 1
    database.rows("select featurize.repair('f')")
    prepare(database, "update photos set path = 'b.png'")


@pytest.mark.parametrize(
    "statement",
    [
        "select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'g')",
        "select featurize.repair()",
        "select featurize.refresh('f')",
        "select featurize.refresh('f', 'true')",
        "select featurize.retry('f')",
        "select featurize.resume('f')",
        "select featurize.create_index('f')",
        "select featurize.drop_featurizer('f')",
        INSERT,
    ],
)
def test_a_session_without_notifications(database: Database, statement: str) -> None:
    declare(database)
    prepare(database, OFF, statement)


def test_a_setting_that_is_no_boolean_fails_no_write(database: Database) -> None:
    declare(database)
    for key, value in enumerate(("''", "maybe", "on", "default")):
        database.rows(f"set featurize.notify = {value}")
        database.rows("insert into photos values (%s, 'a.png')", key)


@pytest.mark.parametrize("notify", [True, False])
def test_a_worker_polls_for_rows_that_are_not_announced(database: Database, *, notify: bool) -> None:
    declare(database, notify=notify)
    with connect(database.url) as connection:
        database.rows("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
        notifier = Notifier(connection, wake_fd=connection.fileno(), activity=Activity(60.0, time.monotonic))
        started = time.monotonic()
        notifier.wait(lambda: False)
        assert (time.monotonic() - started < LOCKED_PAUSE) is not notify
