"""Shared by all tests: a real server per session, and a separate database per test.

The server is the embedded one. Databases are cloned from a template that `pgfeaturize migrate`
has made, so each starts empty, installed and isolated.
"""

import os
import shutil
import subprocess
import sys
import tempfile
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
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from tests.waiting import wait_for

os.environ["PGFEATURIZE_OFFLINE"] = "1"
for variable in ("DATABASE_URL", *settings.PG_VARIABLES):
    os.environ.pop(variable, None)

ROOT = Path(__file__).parents[1]

#: Seconds after which waiting for a condition fails the test.
PATIENCE = 60.0

#: Server settings for speed: the data need not survive a crash.
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
        """Directory of psql and pg_dump of this version."""
        return Path(settings.pgserver().utils.POSTGRES_VERSIONS[self.version])

    def database_url(self, name: str) -> str:
        """Return the connection string of a database."""
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
    """A database with pgfeaturize, and a connection to it."""

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
        """Return the number of rows in each state, after checking that they add up."""
        columns = "rows, embedded, stale, pending, leased, failed, empty"
        ((rows, *states),) = self.rows(f"select {columns} from featurize.progress where featurizer = %s", featurizer)
        assert rows == sum(states), f"conservation: {rows} rows, states {states}"
        return dict(zip(columns.split(", "), (rows, *states), strict=True))


@contextmanager
def installation(version: int, directory: Path) -> Iterator[None]:
    """Link the wheel's server into a directory, and install our extension there by PGXS."""
    binaries = settings.pgserver().utils.POSTGRES_VERSIONS
    original = binaries[version]
    package = original.parents[1]
    copy = directory / package.name / original.parent.name
    shutil.copytree(original.parent, copy, copy_function=_link, symlinks=True)
    # The shared libraries, which the binaries look for at this relative path.
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
    """Start a server for the session: each PostgreSQL version in the wheel."""
    with (
        # Not in pytest's directories, because concurrent sessions clean those up.
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


def restart(server: Server, mode: str = "fast") -> None:
    """Restart a server of the test's own."""
    log = server.directory / "restart.log"
    log.touch(0o666)
    log.chmod(0o666)
    command = ("-w", "-D", str(server.directory / "pg"), "-m", mode, "-l", str(log), "restart")
    user = "pgserver" if os.geteuid() == 0 else None
    settings.pgserver().pgexec.pgexec("pg_ctl", command, bin_path=server.bin, user=user)


@contextmanager
def open_database(server: Server, template: str) -> Iterator[Database]:
    """Clone a database for one test; drop it afterwards, ending its connections."""
    name = server.create_database(template)
    url = server.database_url(name)
    with psycopg.connect(url, autocommit=True) as connection:
        yield Database(server, name, url, connection)
    server.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """Return an empty database with pgfeaturize installed."""
    with open_database(server, "installed") as opened:
        yield opened


@dataclass(frozen=True)
class Roles:
    """A database as several roles see it; each test has its own roles, because roles belong to the server."""

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
    """Create roles: an application with a table, another application, a worker, two readers, one without any rights."""
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
    """Return a connection as the application, with its table."""
    url = roles.url("app")
    with psycopg.connect(url, autocommit=True) as connection:
        opened = Database(roles.database.server, roles.database.name, url, connection)
        opened.rows("create table photos (id int primary key, path text, label text)")
        yield opened


@pytest.fixture
def connection(database: Database) -> Iterator[statements.Connection]:
    """Return a connection as the programs open it."""
    with connect(database.url) as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the command line in a temporary directory, as a user would."""

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


def control(server: Server, *arguments: str) -> None:
    """Run pg_ctl as the user who runs the server."""
    log = server.directory / "restart.log"
    log.touch(0o666)
    log.chmod(0o666)
    settings.pgserver().pgexec.pgexec(
        "pg_ctl",
        ("-w", "-D", str(server.directory / "pg"), "-l", str(log), *arguments),
        bin_path=server.bin,
        user="pgserver" if os.geteuid() == 0 else None,
    )


def until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait until a condition holds, and return its result; fail after a deadline."""
    found = wait_for(condition, patience)
    if not found:
        pytest.fail(f"after {patience:.0f} s still not: {what}")
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option by which `make golden` rewrites the golden files."""
    parser.addoption("--golden", action="store_true", help="write the golden schema dump again")
