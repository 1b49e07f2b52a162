"""Databases with other encodings and settings, servers that come late, and connections that fall silent."""

import fcntl
import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from PIL import Image

from pgfeaturize.db import embedded_server
from pgfeaturize.db.connection import DEFAULTS, connect
from pgfeaturize.db.messages import Message
from pgfeaturize.db.migrate import migrate
from tests.acceptance.conftest import WorkerProcess, insert, settled, write_image
from tests.acceptance.test_metrics import Scraped
from tests.conftest import Database, Server, control, open_database, until

Worker = Callable[..., WorkerProcess]
Run = Callable[..., Any]

NEIGHBORS = """
    select (n.item).id from public.photos p, featurize.neighbors(p, 'photos_lenet_digits', 2) n where p.id = 0
"""


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_in_another_encoding(server: Server, worker: Worker, tmp_path: Path, encoding: str) -> None:
    """Names of files are found by their bytes; what such a database cannot hold is escaped, and fails no other row."""
    name = f"encoded_{encoding.lower()}"
    server.execute(f"create database {name} encoding '{encoding}' locale 'C' template template0")
    migrate(server.database_url(name))
    with open_database(server, name) as database:
        database.rows("set client_encoding = 'UTF8'")
        database.rows("create table photos (id int primary key, path text)")
        photos = [write_image(tmp_path / file, number) for number, file in enumerate(("a.png", "caf\xe9.png"))]
        insert(database, photos)
        database.rows("insert into photos values (2, 'gone.png')")
        if encoding == "SQL_ASCII":
            write_image(tmp_path / "odd\udce9.png", 3)
            database.rows("insert into photos values (3, convert_from('odd\\351.png', 'SQL_ASCII'))")
        database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits')")
        assert worker("--once", url=database.url).wait() == 1
        states = database.progress("photos_lenet_digits")
        assert (states["embedded"], states["failed"]) == ((3, 1) if encoding == "SQL_ASCII" else (2, 1))
        assert len(database.rows(NEIGHBORS)) == (2 if encoding == "SQL_ASCII" else 1)
        with connect(database.url) as connection:
            shown = connection.execute("select %s::text", [Message("“caf\xe9” \udce9 … \0")]).fetchall()
        assert shown[0][0] == (
            "“caf\xe9” \\xe9 … \\x00" if encoding == "SQL_ASCII" else "\\u201ccaf\\xe9\\u201d \\xe9 \\u2026 \\x00"
        )


SETTINGS = (
    "array_nulls = off",
    "standard_conforming_strings = off",
    "datestyle = 'SQL, DMY'",
    "intervalstyle = 'sql_standard'",
    "extra_float_digits = -15",
    "bytea_output = 'escape'",
    "quote_all_identifiers = on",
    "timezone = 'Pacific/Chatham'",
    "transform_null_equals = on",
    "default_transaction_isolation = 'serializable'",
    "client_encoding = 'SQL_ASCII'",
    "row_security = off",
    "plan_cache_mode = 'force_generic_plan'",
    "default_transaction_deferrable = on",
    "check_function_bodies = off",
    "backslash_quote = on",
    "idle_session_timeout = '200ms'",
    "idle_in_transaction_session_timeout = '2s'",
    "statement_timeout = '3s'",
    "lock_timeout = '1s'",
    "enable_seqscan = off",
    "max_parallel_workers_per_gather = 0",
)


TRAPS = """
create schema traps;
create function traps.now() returns text return 'never';
create function traps.count(text) returns text return 'many';
create function traps.never(text, text) returns boolean immutable return false;
create function traps.never(integer, integer) returns boolean immutable return false;
create operator traps.= (function = traps.never, leftarg = text, rightarg = text);
create operator traps.= (function = traps.never, leftarg = integer, rightarg = integer);
"""


@pytest.mark.parametrize("search_path", ["nowhere", "traps, public", "traps, pg_catalog, public"])
def test_a_database_with_other_defaults(
    server: Server, worker: Worker, run: Run, tmp_path: Path, search_path: str
) -> None:
    """It can be installed, and the same rows are embedded and found."""
    with open_database(server, "template1") as database:
        database.rows(TRAPS)
        for setting in (*SETTINGS, f"search_path = {search_path}"):
            database.rows(f"alter database {database.name} set {setting}")
        migrate(database.url)
        database.rows("create table photos (id int primary key, path text)")
        photos = [write_image(tmp_path / f"{number}.png", number) for number in range(3)]
        keep = "&options=-cidle_session_timeout%3D0"  # has the other defaults
        with psycopg.connect(database.url + keep, autocommit=True) as user:
            user.execute("select featurize.create_featurizer('public.photos', 'path', 'lenet_digits')")
            user.execute("insert into public.photos values (0, %s), (1, %s), (2, %s)", [*map(str, photos)])
            user.execute("insert into public.photos values (3, 'gone.png'), (4, null)")
            assert worker("--once", url=database.url).wait() == 1
            states = database.progress("photos_lenet_digits")
            assert (states["embedded"], states["failed"], states["empty"]) == (3, 1, 1)
            nearest = NEIGHBORS.replace("p.id = 0", "p.id operator(pg_catalog.=) 0")
            assert len(user.execute(nearest).fetchall()) == 2
            found = run("search", str(photos[1]), "--columns", "id,path", url=database.url).stdout
            assert "1.png" in found.splitlines()[1]


@pytest.mark.parametrize("setting", ["statement_timeout", "idle_session_timeout"])
def test_timeouts_of_applications_do_not_apply(database: Database, setting: str) -> None:
    """Except for one that this program was started with."""
    database.rows(f"alter database {database.name} set {setting} = '50ms'")
    with connect(database.url) as connection:
        assert connection.execute(f"show {setting}").fetchone() == ("0",)
    with connect(f"{database.url}&options=-c{setting}%3D5s") as connection:
        assert connection.execute(f"show {setting}").fetchone() == ("5s",)


def test_a_database_that_is_read_only(database: Database, worker: Worker, run: Run, tmp_path: Path) -> None:
    write_image(tmp_path / "1.png", 1)
    database.rows(f"alter database {database.name} set default_transaction_read_only = on")
    for command in (["migrate"], ["add", ".", "--table", "photos", "--create"]):
        assert "Hint: If the server is a standby" in run(*command, url=database.url, status=2).stderr
    stopped = worker(url=database.url)
    assert stopped.wait() == 2
    assert "default_transaction_read_only" in stopped.log.read_text()


def test_a_worker_goes_on_when_the_database_can_be_written_again(
    table: Database, worker: Worker, tmp_path: Path
) -> None:
    """As after a failover, when the old primary is a standby."""
    going = worker()
    until(lambda: table.value("select count(*) from featurize.worker"), "it has registered")
    table.rows(f"alter database {table.name} set default_transaction_read_only = on")
    table.rows(CUT)
    until(lambda: going.has_logged("the database is read-only"), "it has noticed")
    table.rows(f"alter database {table.name} reset default_transaction_read_only")
    table.rows(CUT)
    insert(table, [write_image(tmp_path / "1.png", 1)])
    assert settled(table)["embedded"] == 1


CUT = """
    select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'pgfeaturize' and datname = current_database()
"""


def test_connections_notice_a_lost_network(database: Database) -> None:
    with connect(database.url) as connection:
        used = connection.info.get_parameters()
    assert {name: used[name] for name in DEFAULTS} == {name: str(value) for name, value in DEFAULTS.items()}
    with connect(f"{database.url}&tcp_user_timeout=5&connect_timeout=7") as connection:
        used = connection.info.get_parameters()
    assert (used["tcp_user_timeout"], used["connect_timeout"], used["keepalives_idle"]) == ("5", "7", "30")


# Waiting for the server


def test_a_worker_waits_for_server_and_schema(server: Server, worker: Worker, run: Run, tmp_path: Path) -> None:
    with embedded_server.running(tmp_path / "late", server.version) as url:
        late = replace(server, directory=tmp_path / "late", url=url)
        options = (late.directory / "pg" / "postmaster.opts").read_text().split(" ", 1)[1]
        control(late, "-m", "fast", "stop")
        early = worker("--wait", "60", "--once", url=url)
        until(lambda: early.has_logged("waiting up to"), "it waits for the server")
        assert "cannot connect" in early.log.read_text()
        control(late, "-o", options.strip(), "start")
        until(lambda: early.has_logged("is not installed"), "it waits for the schema")
        assert "at release" in run("migrate", "--wait", "60", url=url).stdout
        assert early.wait() == 0


def test_waiting_ends(worker: Worker, run: Run, tmp_path: Path) -> None:
    nowhere = f"postgresql:///x?host={tmp_path}"
    assert worker("--wait", "1", url=nowhere).wait() == 2
    assert "cannot connect" in run("migrate", "--wait", "0.6", url=nowhere, status=2).stderr


# A connection that falls silent


class Proxy:
    """Forwards connections to the server's socket, until it is told to hold back those of a worker's work loop."""

    def __init__(self, server: Server) -> None:
        self._target = str(server.directory / "pg" / ".s.PGSQL.5432")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._held = threading.Event()
        self._sockets: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self) -> None:
        """Forward nothing more of the first connection."""
        self._held.set()

    def close(self) -> None:
        """Close all connections."""
        for each in (self._listener, *self._sockets):
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                target = socket.socket(socket.AF_UNIX)
                target.connect(self._target)
                first = not self._sockets
                self._sockets += [client, target]
                for one, other in ((client, target), (target, client)):
                    threading.Thread(target=self._forward, args=(one, other, first), daemon=True).start()

    def _forward(self, one: socket.socket, other: socket.socket, first: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if first and self._held.is_set():
                    return
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """Return a proxy in front of the server."""
    made = Proxy(server)
    yield made
    made.close()


def through(proxy: Proxy, database: Database) -> str:
    """Return the connection string of a database behind a proxy."""
    return re.sub(r"host=[^&]+&port=\d+", f"host=127.0.0.1&port={proxy.port}", database.url)


#: What an idle worker does, if only for a moment.
LOOP = "(preparing a connection|asking (for rows|to be notified of rows)|releasing the lock of idle workers)"


def test_a_work_loop_whose_connection_is_silent(
    table: Database, proxy: Proxy, worker: Worker, run: Run, tmp_path: Path
) -> None:
    """Its heartbeat goes on, but /healthz and the doctor say that it hangs, and another worker takes the rows."""
    options = ("--lease", "1", "--max-seconds", "1", "--metrics-port", "0", "--root", "/")
    hanging = worker(*options, url=through(proxy, table))
    metrics = Scraped(hanging)
    until(lambda: table.value(WAITING), "it has loaded its model and waits")
    assert metrics.get("/healthz") == (200, "ok\n")
    proxy.hold()
    until(lambda: metrics.get("/healthz")[0] == 503, "it hangs")
    assert re.search(f"the worker has been {LOOP} for \\d+ s", metrics.get("/healthz")[1])
    until(lambda: table.value("select stuck is not null from featurize.worker"), "the server knows")
    assert re.search(f"hangs: it has been {LOOP}", run("doctor", url=table.url, status=2).stdout)
    insert(table, [write_image(tmp_path / "1.png", 1)])
    worker(url=table.url)
    settled(table)
    assert hanging.has_logged("its rows are left to other workers")


def test_connections_have_keepalives(proxy: Proxy, database: Database) -> None:
    """The kernel has them, too."""
    with connect(through(proxy, database)) as connection:
        own = socket.socket(fileno=os.dup(connection.fileno()))
    with own:
        names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert [own.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names] == [30, 10, 3, 60_000]


def test_a_worker_that_waits_is_well(table: Database, worker: Worker) -> None:
    """Its pause between two questions for rows is longer than the limit of a step."""
    metrics = Scraped(worker("--lease", "0.5", "--max-seconds", "0.1", "--metrics-port", "0"))

    def has_waited() -> Any:
        assert metrics.get("/healthz") == (200, "ok\n")
        return table.value(WAITING)

    until(has_waited, "it has waited for long")


WAITING = """
    select count(*)
      from pg_stat_activity
     where datname = current_database() and application_name = 'pgfeaturize' and query ~ 'unresolved_models'
       and clock_timestamp() - state_change > '3 seconds'
"""

#: A network that runs while nobody else holds the lock of a file.
HOLDING = """
import fcntl
from pathlib import Path

import torch
from torch import nn

@torch.fx.wrap
def hold(values):
    with Path(__file__).with_name("hold").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
    return values

class Holding(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 5))

    def forward(self, images):
        return self.body(hold(images))
"""


def test_a_network_that_hangs(
    database: Database, worker: Worker, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is well again when the network goes on."""
    (tmp_path / "holding.py").write_text(HOLDING)
    (tmp_path / "hold").touch()
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    how = ("--weights", "random", "--cut", "1", "--size", "8", "--resize", "aniso", "--mean", "0,0,0", "--std", "1,1,1")
    run("models", "add", "holding", "--factory", "holding:Holding", *how, url=database.url)
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'holding', name => 'looks')")
    options = ("--lease", "0.5", "--max-seconds", "0.5", "--metrics-port", "0", "--package", "holding")
    metrics = Scraped(worker(*options))
    insert(database, [write_image(tmp_path / "0.png", 0)])
    settled(database)
    with (tmp_path / "hold").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        insert(database, [write_image(tmp_path / "1.png", 1)], start=1)
        until(lambda: metrics.get("/healthz")[0] == 503, "it hangs")
        assert re.search(r"has been embedding a batch of looks for \d+ s", metrics.get("/healthz")[1])
    until(lambda: metrics.get("/healthz") == (200, "ok\n"), "it is well again")
    assert settled(database)["embedded"] == 2


def test_an_image_that_takes_long_is_no_sign_of_a_hanging_worker(
    table: Database, worker: Worker, tmp_path: Path
) -> None:
    """It fails after --max-seconds, and another thread takes the place of the one that hangs."""
    metrics = Scraped(worker("--lease", "2", "--max-seconds", "0.2", "--metrics-port", "0"))
    endless = tmp_path / "endless.png"
    Image.fromarray(np.zeros((12_000, 12_000), np.uint8)).save(endless, compress_level=1)
    insert(table, [endless])

    def failed() -> bool:
        assert metrics.get("/healthz") == (200, "ok\n")
        return table.progress("looks")["failed"] == 1

    until(failed, "its row has failed")


def test_a_worker_stops_while_it_waits_for_the_server(worker: Worker, tmp_path: Path) -> None:
    early = worker("--wait", "600", url=f"postgresql:///x?host={tmp_path}")
    until(lambda: early.has_logged("waiting up to"), "it waits")
    early.kill(signal.SIGTERM)
    assert early.wait() == 0


def test_a_role_that_may_not_log_in_is_not_waited_for(database: Database, run: Run) -> None:
    database.rows("create role outsider_of_connections nologin")
    url = database.url.replace("postgres:@", "outsider_of_connections:@")
    try:
        assert "not permitted to log in" in run("migrate", "--wait", "600", url=url, status=2).stderr
    finally:
        database.rows("drop role outsider_of_connections")
