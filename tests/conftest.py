"""Shared by all tests: a real server per session, and a separate database per test.

The server is the embedded one. Databases are cloned from a template that `pgfeaturize migrate`
has made, so each starts empty, installed and isolated.
"""

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgfeaturize import settings
from pgfeaturize.db import embedded_server, statements
from pgfeaturize.db.migrate import migrate

os.environ["PGFEATURIZE_OFFLINE"] = "1"
for variable in ("DATABASE_URL", *settings.PG_VARIABLES):
    os.environ.pop(variable, None)

ROOT = Path(__file__).parents[1]

#: Seconds after which a condition that has not come true will not.
PATIENCE = 60.0

#: Nothing here has to survive a power cut.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@dataclass(frozen=True)
class Server:
    """An embedded server for a test session."""

    directory: Path
    version: int
    url: str
    numbers: Iterator[int]

    @property
    def bin(self) -> Path:
        """Where psql and pg_dump of this version are."""
        return Path(settings.pgserver().utils.POSTGRES_VERSIONS[self.version])

    def database_url(self, name: str) -> str:
        """Connection string of a database."""
        return self.url.replace("/postgres?", f"/{name}?")

    def execute(self, text: str) -> None:
        """Run a command in the maintenance database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(text)

    def create_database(self, template: str = "template1") -> str:
        """Create a database and return its name."""
        name = f"test_{next(self.numbers)}"
        self.execute(f"create database {name} template {template}")
        return name


@dataclass(frozen=True)
class Database:
    """A database with pgfeaturize in it, and a connection to look inside."""

    server: Server
    name: str
    url: str
    connection: psycopg.Connection[Any]

    def rows(self, text: str, *parameters: Any) -> list[Any]:
        """Run a statement and return its rows as tuples."""
        cursor = self.connection.execute(text, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def value(self, text: str, *parameters: Any) -> Any:
        """Run a statement and return its only value."""
        ((value,),) = self.rows(text, *parameters)
        return value

    def progress(self, featurizer: str) -> dict[str, int]:
        """States of the rows of a featurizer; they always add up."""
        columns = "rows, embedded, stale, pending, leased, failed, empty"
        ((rows, *states),) = self.rows(f"select {columns} from featurize.progress where featurizer = %s", featurizer)
        assert rows == sum(states), f"conservation: {rows} rows, states {states}"
        return dict(zip(columns.split(", "), (rows, *states), strict=True))


@contextmanager
def installation(version: int, directory: Path) -> Iterator[None]:
    """Run the wheel's server from a copy of links, with our extension installed by PGXS."""
    binaries = settings.pgserver().utils.POSTGRES_VERSIONS
    original = binaries[version]
    package = original.parents[1]
    copy = directory / package.name / original.parent.name
    shutil.copytree(original.parent, copy, copy_function=_link, symlinks=True)
    # Shared libraries, which the binaries look for at this place relative to theirs.
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, directory / libraries, copy_function=_link)
    make = ["make", "-s", "-C", str(ROOT / "extension"), "install"]
    subprocess.run([*make, f"PG_CONFIG={copy / 'bin' / 'pg_config'}"], check=True)
    binaries[version] = copy / "bin"
    yield
    binaries[version] = original


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="session", params=[18, 16], ids=["pg18", "pg16"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A running server, stopped at the end of the session; both versions the wheel carries."""
    with (
        # Not pytest's own directories: sessions beside this one clean those up.
        tempfile.TemporaryDirectory(prefix=f"pg{request.param}-") as scratch,
        _running(Path(scratch), request.param) as started,
    ):
        yield started


@contextmanager
def _running(directory: Path, version: int) -> Iterator[Server]:
    with installation(version, directory / "installation"), embedded_server.running(directory, version) as url:
        started = Server(directory, version, url, count())
        for setting in FAST:
            started.execute(f"alter system set {setting}")
        started.execute("select pg_reload_conf()")
        started.execute("create database installed")
        migrate(started.database_url("installed"))
        yield started


@contextmanager
def open_database(server: Server, template: str) -> Iterator[Database]:
    """Clone a database for one test, and drop it with whoever is still connected."""
    name = server.create_database(template)
    url = server.database_url(name)
    with psycopg.connect(url, autocommit=True) as connection:
        yield Database(server, name, url, connection)
    server.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """An empty database with pgfeaturize installed."""
    with open_database(server, "installed") as opened:
        yield opened


@dataclass(frozen=True)
class Roles:
    """Databases as roles see them; roles are of the server, so each test has its own."""

    database: Database

    def name(self, role: str) -> str:
        return f"{role}_of_{self.database.name}"

    def url(self, role: str) -> str:
        return self.database.url.replace("postgres:@", f"{self.name(role)}:@")

    def run(self, role: str, text: str, *parameters: Any) -> list[Any]:
        """Run a statement as a role, on a connection of its own."""
        with psycopg.connect(self.url(role), autocommit=True) as connection:
            cursor = connection.execute(text, parameters or None)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def roles(database: Database) -> Iterator[Roles]:
    """An application with a table, another one, a worker, two readers, and one who was let in nowhere."""
    made = Roles(database)
    parts = {"app": "owner", "other": "owner", "worker": "worker", "reader": "reader", "tenant": "reader"}
    names = [made.name(role) for role in (*parts, "nobody")]
    for name in names:
        database.rows(f"create role {name} login")
    for role, part in parts.items():
        database.rows(f"select featurize.grant_{part}(%s)", made.name(role))
        database.rows(f"grant create on schema public to {made.name(role)}")
    yield made
    database.rows(f"drop owned by {', '.join(names)} cascade")
    database.rows(f"drop role {', '.join(names)}")


@pytest.fixture
def app(roles: Roles) -> Iterator[Database]:
    """The table of the application, connected as the application."""
    url = roles.url("app")
    with psycopg.connect(url, autocommit=True) as connection:
        opened = Database(roles.database.server, roles.database.name, url, connection)
        opened.rows("create table photos (id int primary key, path text, label text)")
        yield opened


@pytest.fixture
def connection(database: Database) -> Iterator[statements.Connection]:
    """A connection as the programs make it."""
    with statements.connect(database.url) as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a directory of its own, as a user would."""

    def run_command(*arguments: str, url: str | None = None, status: int = 0) -> Any:
        environment = {**os.environ, "COLUMNS": "200"}
        if url is not None:
            environment["DATABASE_URL"] = url
        done = subprocess.run(
            [sys.executable, "-m", "pgfeaturize.cli", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
        )
        assert done.returncode == status, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run_command


def until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Look until a condition holds, and return what it gave; fail when the time is over."""
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"after {patience:.0f} s still not: {what}")
        select.select([], [], [], 0.02)
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make golden` write the golden schema dump again."""
    parser.addoption("--golden", action="store_true", help="write the golden schema dump again")
