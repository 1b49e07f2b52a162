"""Behavior written in SQL: every file here is a session of psql in a database of its own.

A file that asks for `:'destination'` runs once for each place where embeddings can live.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.conftest import Database

HERE = Path(__file__).parent

#: Script at the start of every session.
PRELUDE = ("assertions.psql", "worker.psql")

#: Both destinations and both storages, but not all combinations.
PLACES = {"table": "vector", "column": "halfvec"}


def sessions() -> Iterator[ParameterSet]:
    """Return every file with every destination that it asks for."""
    for file in sorted(HERE.glob("*.sql")):
        if ":'destination'" in file.read_text():
            for destination in PLACES:
                yield pytest.param(file, destination, id=f"{file.stem}-{destination}")
        else:
            yield pytest.param(file, "table", id=file.stem)


@pytest.mark.parametrize(("file", "destination"), list(sessions()))
def test_sql(database: Database, file: Path, destination: str) -> None:
    """The statements and assertions of one file pass."""
    run_session(database, file, destination)


def run_session(database: Database, file: Path, destination: str) -> None:
    """Run a file in psql, and fail if its exit status is not 0."""
    done = subprocess.run(
        [
            database.server.bin / "psql",
            *("--no-psqlrc", "--quiet", "--output", os.devnull),
            *("--set", "ON_ERROR_STOP=1"),
            *("--set", f"destination={destination}", "--set", f"storage={PLACES[destination]}"),
            *(f"--file={each}" for each in (*(file.parent / name for name in PRELUDE), file)),
            database.url,
        ],
        env={**os.environ, "PGCLIENTENCODING": "UTF8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(done.stderr, pytrace=False)
