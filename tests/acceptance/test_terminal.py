"""Output in a terminal of 100 columns: tables fit, and wide values are folded, not cut off."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import psycopg.sql
import pytest

from tests.conftest import Database

COLUMNS = 100
#: A name of the maximum length.
NAME = "photos_of_all_branches_" + "n" * 40
DETAIL = "[/cut] the file is not there " * 10 + "path/" * 40


def terminal(url: str, *arguments: str) -> str:
    """Run a command in a terminal, and return its output."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-m", "pgfeaturize.cli", *arguments]
    with subprocess.Popen(
        command, env={**environment, "DATABASE_URL": url, "TERM": "xterm"}, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        output = b""
        # On Linux, reading fails after the other end was closed.
        while chunk := _read(ours):
            output += chunk
    os.close(ours)
    assert process.returncode == 0, output.decode()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output.decode()).replace("\r", "")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


@pytest.fixture
def wide(database: Database) -> Database:
    """Create a featurizer with values that are wider than a terminal."""
    database.rows("create table photos (id bigint primary key, path text, label text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', %s)", NAME)
    database.rows("insert into photos select n, repeat('dir/', 50) || n, 'x' from generate_series(1, 10) n")
    failure = psycopg.sql.SQL(
        "insert into featurize.failed_row values "
        "((featurize._featurizer({name}::text)).id, '{{\"id\": 1}}', repeat('dir/', 50), 0, 'missing_file', {detail}, 3)"
    )
    database.connection.execute(failure.format(name=NAME, detail=DETAIL))
    database.rows("select featurize.register_worker(repeat('host', 20), 1, 'cuda:0 NVIDIA H100 80GB HBM3', '0')")
    database.rows("update featurize.worker set serves = array[%s, %s]", NAME, "another")
    database.rows("update featurize.featurizer set blocked_at = now(), blocked_reason = %s", DETAIL)
    database.rows("select featurize.create_index(%s)", NAME)
    database.rows("select featurize.register_model('middle', 'resnet18', 'layer3')")
    database.rows("select featurize.reject_model('middle', %s)", DETAIL)
    return database


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["status"], [NAME, f"blocked: {DETAIL}", "host" * 20, "another", "empty", "rows/s", "last heartbeat"]),
        (["failures"], [NAME, "dir/" * 50, DETAIL, "[/cut]", "missing_file", '{"id": 1}', "failed at"]),
        (["models", "list"], ["lenet_digits", "middle", f"unresolved: {DETAIL}"]),
        (["index", "list"], [NAME, "cosine", "waits for the backfill", "because"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and len(value) < 3 else "",
)
def test_tables_fit_a_terminal(wide: Database, command: list[str], expected: list[str]) -> None:
    output = terminal(wide.url, *command)
    lines = output.splitlines()
    assert max(map(len, lines)) <= COLUMNS
    assert "…" not in output, "nothing is cut off"
    for text in expected:
        for word in text.split():
            assert _folded(word, lines), word


def _folded(word: str, lines: list[str]) -> bool:
    """Return whether a word is printed, perhaps in parts below one another."""
    for first in range(len(lines)):
        rest = word
        for line in lines[first:]:
            parts = [part for part in re.split(r"\s+", line) if part and rest.startswith(part)]
            whole = next((part for part in re.split(r"\s+", line) if rest and part.startswith(rest)), None)
            if whole:
                return True
            if not parts:
                break
            rest = rest[len(max(parts, key=len)) :]
            if not rest:
                return True
    return False


def test_a_pipe_gets_one_line_for_each_row(wide: Database) -> None:
    command = [sys.executable, "-m", "pgfeaturize.cli", "failures"]
    done = subprocess.run(
        command, env={**os.environ, "DATABASE_URL": wide.url}, capture_output=True, text=True, check=True
    )
    assert any("dir/" * 50 in line and "path/" * 40 in line for line in done.stdout.splitlines())
