"""What the embedded server lacks, on PostgreSQL as Debian and Ubuntu package it: JIT and dblink.

The tests start a cluster of their own with the newest server in /usr/lib/postgresql that has pgvector 0.8 or newer:
packages postgresql, postgresql-contrib and postgresql-<version>-pgvector. DEBIAN_POSTGRESQL names another directory.
"""

import os
import pwd
import re
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.schema import OLDEST_VECTOR, as_version
from pgfeaturize.models import Network
from tests.acceptance.conftest import expected, insert, settled
from tests.conftest import FAST, Database, Server, until

Photos = Callable[..., list[Path]]
Worker = Callable[..., Any]

#: Directory of the servers, by major version.
SERVERS = Path(os.environ.get("DEBIAN_POSTGRESQL", "/usr/lib/postgresql"))

#: Members must connect with a password, like dblink requires of roles that are not superusers.
HBA = """
local all +needs_password scram-sha-256
local all all trust
"""


def pgvector(version: int) -> str | None:
    """Return the version of pgvector that a server offers."""
    control = SERVERS.parents[1] / "share" / "postgresql" / str(version) / "extension" / "vector.control"
    found = re.search(r"default_version = '(.+)'", control.read_text()) if control.exists() else None
    return found and found[1]


def installed() -> dict[int, str | None]:
    """Return the installed servers, each with its version of pgvector, newest last."""
    return {
        number: pgvector(number)
        for number in sorted(int(path.parents[1].name) for path in SERVERS.glob("*/bin/initdb"))
    }


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a cluster of the newest suitable server."""
    usable = [number for number, vector in installed().items() if vector and as_version(vector) >= OLDEST_VECTOR]
    if not usable:
        pytest.skip(f"no server in {SERVERS} has pgvector 0.8 or newer; found, with pgvector: {installed()}")
    programs = SERVERS / str(usable[-1]) / "bin"
    with tempfile.TemporaryDirectory(prefix="pg-system-") as scratch:
        directory = Path(scratch)
        data = directory / "data"
        # initdb refuses to run as root.
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        if user:
            os.chown(directory, pwd.getpwnam("postgres").pw_uid, -1)
        call(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", **user)
        (data / "pg_hba.conf").write_text(HBA)
        settings = " ".join(f"-c {name}={value}" for name, value in (line.split(" = ") for line in FAST))
        options = f"-c listen_addresses= -c unix_socket_directories={directory} -c port=5432 {settings}"
        call(programs / "pg_ctl", "-D", data, "-w", "-l", directory / "log", "-o", options, "start", **user)
        try:
            url = f"postgresql://postgres:@/postgres?host={directory}&port=5432"
            started = Server(directory, usable[-1], url, count())
            started.execute("create role needs_password")
            started.execute("create database installed")
            migrate(started.database_url("installed"))
            yield started
        finally:
            call(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop", **user)


def call(*command: Any, **user: Any) -> None:
    """Run a program of the server; fail with what it says."""
    # Not a pipe: the server inherits it, and so it would never be closed.
    with tempfile.TemporaryFile("w+") as output:
        status = subprocess.run([str(part) for part in command], stdout=output, stderr=output, check=False, **user)
        output.seek(0)
        assert status.returncode == 0, output.read()


def latency(table: Database, files: list[Path], start: int) -> float:
    """Insert files one by one; return the median of seconds until the vector is stored."""
    seconds = []
    for number, file in enumerate(files, start):
        began = time.monotonic()
        insert(table, [file], number)
        until(lambda number=number: table.value("select count(*) from looks where id = %s", number), "it is stored")  # type: ignore[misc]
        seconds.append(time.monotonic() - began)
    return statistics.median(seconds)


def test_compiling_queries_does_not_delay_vectors(table: Database, photos: Photos, worker: Worker) -> None:
    """With jit = on, PostgreSQL's default, INSERT to vector takes at most twice as long as with jit = off."""
    assert table.value("select pg_jit_available()"), "install the whole package of the server"
    files = photos(11)
    medians = {}
    for start, jit in enumerate(("off", "on")):
        table.rows(f"alter database {table.name} set jit = {jit}")
        process = worker()
        insert(table, photos(1), 100 + start)
        settled(table)
        medians[jit] = latency(table, files, 200 + 20 * start)
        process.kill(signal.SIGTERM)
        process.wait()
    # until() looks every 20 ms, so a shorter time says nothing.
    assert medians["on"] <= 2 * max(medians["off"], 0.05), medians


@pytest.fixture
def embedder(table: Database, photos: Photos, worker: Worker) -> Database:
    """Return a database with dblink, a worker, and 48 rows that are embedded."""
    table.rows("create extension dblink")
    insert(table, photos(48))
    worker()
    settled(table)
    return table


def requests(database: Database) -> int:
    """Return how many images the workers have been asked to embed."""
    found: int = database.value("select last_value from featurize.request_id_seq")
    return found


def test_embedding_of_in_any_query(embedder: Database, photos: Photos, lenet: Network) -> None:
    """Path and bytes; once per statement and image, not once per row; in a transaction block."""
    files = photos(3)
    truth = expected(lenet, files)
    for image, vector in ((str(files[0]), truth[0]), (files[1].read_bytes(), truth[1])):
        found = embedder.value("select featurize.embedding_of(%s, 'lenet_digits')::float4[]", image)
        assert np.allclose(found, vector, rtol=1e-4, atol=1e-5)
        with embedder.connection.transaction():
            before = requests(embedder)
            order = "select id from looks order by embedding <=> featurize.embedding_of(%s, 'lenet_digits'), id limit 3"
            (nearest, *_) = embedder.rows(order, image)
            assert nearest == ((0,) if image == str(files[0]) else (1,))
            assert requests(embedder) == before + 1
            distances = "select embedding <=> featurize.embedding_of(%s, 'lenet_digits') from looks"
            assert len(embedder.rows(distances, image)) == 48
            assert requests(embedder) == before + 2, "another statement asks again"
    before = requests(embedder)
    embedder.rows("select featurize.embedding_of(path, 'lenet_digits') from photos")
    assert requests(embedder) == before + 48


def test_errors_of_embedding_of(embedder: Database) -> None:
    """Those of featurize.embed() arrive with their codes; a statement timeout ends the wait."""
    with pytest.raises(psycopg.Error) as caught:
        embedder.rows("select featurize.embedding_of('/etc/hostname', 'lenet_digits')")
    assert caught.value.sqlstate == "FZ011"
    embedder.rows("set featurize.dblink = 'host=/nowhere'")
    with pytest.raises(psycopg.Error) as caught:
        embedder.rows("select featurize.embedding_of('/etc/hostname', 'lenet_digits')")
    assert caught.value.sqlstate == "FZ013"
    assert "/nowhere" in str(caught.value.diag.message_detail)
    assert "featurize.dblink" in str(caught.value.diag.message_hint)
    embedder.rows("reset featurize.dblink")
    pid = embedder.value("select pid from featurize.worker")
    os.kill(pid, signal.SIGSTOP)
    try:
        embedder.rows("set statement_timeout = '700ms'")
        began = time.monotonic()
        with pytest.raises(psycopg.Error) as caught:
            embedder.rows("select featurize.embedding_of('/etc/hostname', 'lenet_digits', '1 minute')")
        assert time.monotonic() - began < 10
        assert caught.value.sqlstate in ("FZ010", "57014")
    finally:
        os.kill(pid, signal.SIGCONT)


def test_embedding_of_as_a_role_without_superuser_rights(embedder: Database, photos: Photos, lenet: Network) -> None:
    """An error says that a password is needed; with a foreign server that has one it works."""
    (file,) = photos(1)
    role = f"web_of_{embedder.name}"
    embedder.rows(f"create role {role} login password 'secret' in role needs_password")
    embedder.rows("select featurize.grant_reader(%s)", role)
    ask = "select featurize.embedding_of(%s, 'lenet_digits')::float4[]"
    try:
        with psycopg.connect(embedder.url.replace("postgres:@", f"{role}:secret@"), autocommit=True) as reader:
            with pytest.raises(psycopg.Error, match="password") as caught:
                reader.execute(ask, (str(file),))
            assert caught.value.sqlstate == "FZ013"
            assert "featurize.dblink" in str(caught.value.diag.message_hint)
            embedder.rows(
                "create server featurize_loopback foreign data wrapper dblink_fdw "
                f"options (host '{embedder.server.directory}', port '5432', dbname '{embedder.name}')"
            )
            embedder.rows(
                f"create user mapping for {role} server featurize_loopback options (user '{role}', password 'secret')"
            )
            embedder.rows(f"grant usage on foreign server featurize_loopback to {role}")
            reader.execute("set featurize.dblink = 'featurize_loopback'")
            row = reader.execute(ask, (str(file),)).fetchone()
            assert row is not None
            assert np.allclose(row[0], expected(lenet, [file])[0], rtol=1e-4, atol=1e-5)
    finally:
        embedder.rows(f"drop owned by {role} cascade")
        embedder.rows(f"drop role {role}")
