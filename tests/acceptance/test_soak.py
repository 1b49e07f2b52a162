"""`make soak` reports passed and failed checks, and leaves nothing behind."""

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
from tests.soak import checks

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]
Start = Callable[..., "SoakTest"]

pytestmark = pytest.mark.timeout(300)

DATABASES = "select datname from pg_database where datname like 'pgfeaturize_soak_%'"


class SoakTest:
    """The running command, with its own directory for temporary files."""

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
        """Execute statements in its database, once the images are featurized."""
        (name,) = until(lambda: self.databases, "the scratch database exists")
        with psycopg.connect(self._server.database_url(name), autocommit=True) as connection:
            until(lambda: _exists(connection, "within"), "the images are featurized")
            for statement in statements:
                connection.execute(statement)

    @property
    def workers(self) -> list[psutil.Process]:
        """The worker processes."""
        return psutil.Process(self.process.pid).children()

    def end(self) -> tuple[int, str]:
        """Wait for the end; return status and output, check that nothing is left behind."""
        output, _ = self.process.communicate(timeout=4 * PATIENCE)
        assert self.databases == []
        assert [*self._folder.glob("pgfeaturize*")] == []
        return self.process.returncode, output


def _exists(connection: psycopg.Connection[Any], featurizer: str) -> bool:
    schema = "select to_regclass('featurize.featurizer') is not null"
    if not connection.execute(schema).fetchall()[0][0]:
        return False
    featurizer_exists = "select true from featurize.featurizer where name = %s"
    return bool(connection.execute(featurizer_exists, [featurizer]).fetchall())


@pytest.fixture
def start(server: Server) -> Iterator[Start]:
    """Start the command; it does not outlive the test."""
    started: list[SoakTest] = []
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:

        def start_one(minutes: float, url: str = "") -> SoakTest:
            started.append(SoakTest(server, Path(folder), minutes, url))
            return started[-1]

        yield start_one
        for one in started:
            one.process.terminate()
            one.process.wait()


def test_all_checks_pass_on_an_embedded_server(start: Start) -> None:
    status, output = start(0.1).end()
    assert status == 0, output
    assert "✗" not in output
    assert output.count("✓") == 8
    for done in ("transactions", "killed", "stopped past the lease", "connections ended"):
        assert done in output
    for reason in ("missing_file", "empty_file", "truncated_image", "outside_roots"):
        assert reason in output


#: Damage: other vectors are stored, and statements of users fail.
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


def test_violations_are_reported(server: Server, start: Start) -> None:
    soak = start(0.1, server.url)
    soak.damage(WRONG_VECTORS, NO_LABELS)
    status, output = soak.end()
    assert status == 1, output
    assert "\n    RaiseException: labels cannot be written\n" in output
    assert "\n    row 50 has another vector than that of its image\n" in output
    lines = output.splitlines()
    assert "✗ no transaction of a user failed" in lines
    assert any(line.startswith("✗ beside: ") and "bit for bit" in line for line in lines)
    assert [line[:8] for line in lines if "within: " in line] == ["✓ within"] * 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(server: Server, start: Start, number: signal.Signals) -> None:
    soak = start(10, server.url)
    until(lambda: len(soak.workers) == 3, "there are workers")
    workers = soak.workers
    soak.process.send_signal(number)
    status, output = soak.end()
    assert status == 130, output
    # A worker that was just starting is not known yet; it ends because its database was dropped.
    until(lambda: not any(worker.is_running() for worker in workers), "the workers are gone")


#: Damage to rows 0 to 3, which have vectors, 4, whose file is missing, or 5, without an image; and
#: the violations that it causes.
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
    "alter table photos disable trigger user; delete from photos where id = 0": ["row 0 was deleted, but has a vector"],
    "alter table photos disable trigger user; update photos set path = null where id = 0": [
        "progress says 3 embedded, there are 4",
        "row 0 has a vector instead of nothing",
    ],
    "delete from featurize.failed_row": ["row 4 has nothing instead of the failure missing_file"],
    "update featurize.failed_row set reason = 'worker_lost'": [
        "row 4 has the failure worker_lost instead of the failure missing_file"
    ],
    "insert into featurize.failed_row select * from featurize.failed_row": ["row 4 is there 2 times"],
    "update photos set path = path || 'x' where id = 0": [
        "progress says 3 embedded, there are 4",
        "row 0 has a vector instead of the failure missing_file",
        "1 queued",
    ],
}


def test_every_damage_is_found(
    table: Database, connection: Connection, photos: Photos, worker: Worker, lenet: Network
) -> None:
    files = photos(4)
    insert(table, [*files, Path("missing.png")])
    table.rows("insert into photos (id) values (5)")
    worker("--once").wait()
    assert settled(table)["embedded"] == 4
    correct = dict(zip(map(str, files), expected(lenet, files), strict=True))

    def violations() -> list[str]:
        (progress,) = execute(connection, "progress", "looks")
        rows = checks.stored_rows(connection, "looks")
        return [
            *checks.wrong_progress(progress, rows),
            *checks.wrong_results(rows, lambda row: correct.get(row.image, "missing_file")),
            *checks.leftovers(connection),
        ]

    assert violations() == []
    for damage, found in DAMAGES.items():
        with connection.transaction():
            connection.execute(damage)
            assert violations() == found, damage
            raise psycopg.Rollback
