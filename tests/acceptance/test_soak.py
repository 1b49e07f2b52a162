"""`make soak` says so when all holds, says so when not, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.models import Network
from tests.acceptance.conftest import WorkerProcess, expected, insert, settled
from tests.conftest import PATIENCE, ROOT, Database, Server, until
from tests.soak import audit

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]
Start = Callable[..., "Selftest"]

pytestmark = pytest.mark.timeout(300)

DATABASES = "select datname from pg_database where datname like 'pgfeaturize_soak_%'"


class Selftest:
    """The command at work, with a directory of its own for temporary files."""

    def __init__(self, server: Server, folder: Path, minutes: float, url: str = "") -> None:
        self._server = server
        self._folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak", "--minutes", str(minutes)],
            env={**os.environ, "DATABASE_URL": url, "TMPDIR": str(folder)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def databases(self) -> list[str]:
        """Scratch databases on the server of the tests."""
        with psycopg.connect(self._server.url) as connection:
            return [name for (name,) in connection.execute(DATABASES)]

    def damage(self, *statements: str) -> None:
        """Do something to its database, once the images are featurized."""
        (name,) = until(lambda: self.databases, "there is a database")
        with psycopg.connect(self._server.database_url(name), autocommit=True) as connection:
            until(lambda: _is_there(connection, "within"), "the images are featurized")
            for statement in statements:
                connection.execute(statement)

    @property
    def workers(self) -> list[psutil.Process]:
        """Its processes."""
        return psutil.Process(self.process.pid).children()

    def end(self) -> tuple[int, str]:
        """Status and words; nothing is left behind."""
        said, _ = self.process.communicate(timeout=4 * PATIENCE)
        assert self.databases == []
        assert [*self._folder.glob("pgfeaturize*")] == []
        return self.process.returncode, said


def _is_there(connection: psycopg.Connection[Any], featurizer: str) -> bool:
    asked = "select to_regclass('featurize.featurizer') is not null"
    if not connection.execute(asked).fetchall()[0][0]:
        return False
    found = "select true from featurize.featurizer where name = %s"
    return bool(connection.execute(found, [featurizer]).fetchall())


@pytest.fixture
def start(server: Server) -> Iterator[Start]:
    """Start the command; it does not outlive the test."""
    started: list[Selftest] = []
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:

        def start_one(minutes: float, url: str = "") -> Selftest:
            started.append(Selftest(server, Path(folder), minutes, url))
            return started[-1]

        yield start_one
        for one in started:
            one.process.terminate()
            one.process.wait()


def test_all_holds_on_a_server_of_its_own(start: Start) -> None:
    status, said = start(0.1).end()
    assert status == 0, said
    assert "✗" not in said
    assert said.count("✓") == 8
    for done in ("transactions", "killed", "stopped past the lease", "connections cut"):
        assert done in said
    for reason in ("missing_file", "empty_file", "truncated_image", "outside_roots"):
        assert reason in said


#: A vector is stored as another, and statements of users fail.
WRONG_VECTORS = """
    create function wrong() returns trigger language plpgsql set search_path = public as $$
    begin
        new.embedding := new.embedding + new.embedding;
        return new;
    end $$;
    create trigger wrong before insert or update on beside
       for each row when (new.id = 50) execute function wrong()
"""
NO_LABELS = """
    create function refuse() returns trigger language plpgsql as $$
    begin
        raise exception 'labels cannot be written';
    end $$;
    create trigger refuse before update of label on photos
       for each row execute function refuse()
"""


def test_what_does_not_hold_is_told(server: Server, start: Start) -> None:
    soak = start(0.1, server.url)
    soak.damage(WRONG_VECTORS, NO_LABELS)
    status, said = soak.end()
    assert status == 1, said
    assert "\n    RaiseException: labels cannot be written\n" in said
    assert "\n    row 50 has another vector than that of its image\n" in said
    lines = said.splitlines()
    assert "✗ no transaction of a user failed" in lines
    assert any(line.startswith("✗ beside: ") and "bit for bit" in line for line in lines)
    assert [line[:8] for line in lines if "within: " in line] == ["✓ within"] * 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(server: Server, start: Start, number: signal.Signals) -> None:
    soak = start(10, server.url)
    until(lambda: len(soak.workers) == 3, "there are workers")
    workers = soak.workers
    soak.process.send_signal(number)
    status, said = soak.end()
    assert status == 130, said
    # One that was just being started is not known yet; it ends since its database is gone.
    until(lambda: not any(worker.is_running() for worker in workers), "the workers are gone")


#: What can be wrong with rows 0 to 3, which have vectors, 4, whose file is missing, and 5, without
#: an image; and how it is told.
DAMAGES = {
    "update looks set embedding = (select embedding from looks where id = 1) where id = 0": [
        "row 0 has another vector than that of its image"
    ],
    "update looks set embedding = ((embedding::float4[])[1] + 1e-5 || (embedding::float4[])[2:])"
    "::vector where id = 0": ["row 0 has another vector than that of its image"],
    "delete from looks where id = 0": ["row 0 has nothing instead of a vector"],
    "alter table photos disable trigger user; insert into photos select 6, path from photos limit 1": [
        "row 6 has nothing instead of a vector"
    ],
    "alter table photos disable trigger user; delete from photos where id = 0": [
        "row 0 is gone, but has a vector"
    ],
    "alter table photos disable trigger user; update photos set path = null where id = 0": [
        "progress says 3 embedded, there are 4",
        "row 0 has a vector instead of nothing",
    ],
    "delete from featurize.failure": ["row 4 has nothing instead of the failure missing_file"],
    "update featurize.failure set reason = 'worker_lost'": [
        "row 4 has the failure worker_lost instead of the failure missing_file"
    ],
    "insert into featurize.failure select * from featurize.failure": ["row 4 is there 2 times"],
    "update photos set path = path || 'x' where id = 0": [
        "progress says 3 embedded, there are 4",
        "row 0 has a vector instead of the failure missing_file",
        "1 queued",
    ],
}


def test_every_damage_is_seen(
    table: Database, connection: Connection, photos: Photos, worker: Worker, lenet: Network
) -> None:
    files = photos(4)
    insert(table, [*files, Path("missing.png")])
    table.rows("insert into photos (id) values (5)")
    worker("--once").wait()
    assert settled(table)["embedded"] == 4
    made = dict(zip(map(str, files), expected(lenet, files), strict=True))

    def complaints() -> list[str]:
        (progress,) = execute(connection, "progress", "looks")
        rows = audit.account(connection, "looks")
        return [
            *audit.unequal(progress, rows),
            *audit.unlike(rows, lambda row: made.get(row.image, "missing_file")),
            *audit.left(connection),
        ]

    assert complaints() == []
    for damage, told in DAMAGES.items():
        with connection.transaction():
            connection.execute(damage)
            assert complaints() == told, damage
            raise psycopg.Rollback
