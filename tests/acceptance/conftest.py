"""Real worker processes on real image files."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pgfeaturize.images import AccessPolicy
from pgfeaturize.models import Network, load_network, lookup, pick_device
from pgfeaturize.pipeline import Pipeline
from tests.conftest import PATIENCE, Database, Server, open_database, until


@pytest.fixture(scope="session", params=[18], ids=["pg18"])
def server(request: pytest.FixtureRequest, server: Server) -> Server:  # noqa: ARG001
    """Run on the newest PostgreSQL only, because worker processes start slowly."""
    return server


@pytest.fixture
def photos(tmp_path: Path) -> Callable[..., list[Path]]:
    """Write gray PNG files, all different, and return their paths."""
    folder = tmp_path / "photos"
    folder.mkdir()

    def write(number: int, start: int = 0) -> list[Path]:
        return [write_image(folder / f"{index}.png", index) for index in range(start, start + number)]

    return write


def write_image(path: Path, seed: int) -> Path:
    """Write one small image."""
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def table(database: Database) -> Database:
    """Create a table of photos, featurized by the shipped LeNet as `looks`."""
    database.rows("create table photos (id int primary key, path text, label text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => 'looks')")
    return database


def insert(database: Database, files: list[Path], start: int = 0) -> None:
    """Insert files as rows, in one statement."""
    rows = [(start + number, str(file)) for number, file in enumerate(files)]
    database.rows(
        "insert into photos (id, path) select * from unnest(%s::int[], %s::text[])",
        [row[0] for row in rows],
        [row[1] for row in rows],
    )


def settled(database: Database, featurizer: str = "looks") -> dict[str, int]:
    """Wait until no row is pending or leased; return the progress. The states add up at every look."""

    def idle() -> dict[str, int] | None:
        now = database.progress(featurizer)
        return now if now["pending"] == now["leased"] == now["stale"] == 0 else None

    found: dict[str, int] = until(idle, f"nothing of {featurizer} is pending")
    return found


def vectors(database: Database, relation: str = "looks", column: str = "embedding") -> dict[int, Any]:
    """Return the stored vectors by key."""
    rows = database.rows(f"select id, {column}::float4[] from {relation} where {column} is not null")
    return {key: np.array(vector, np.float32) for key, vector in rows}


@pytest.fixture(scope="session")
def lenet() -> Network:
    """Load the shipped network in this process, for expected vectors."""
    return load_network([lookup("lenet_digits")], pick_device("cpu"), offline=True)


def expected(network: Network, files: list[Path]) -> list[Any]:
    """Return the vectors that the pipeline computes for files."""
    with Pipeline(AccessPolicy.of(["/"])) as pipeline:
        return pipeline.embed(network, [str(file) for file in files])


class WorkerProcess:
    """A worker process, started as an operator starts it."""

    def __init__(self, url: str, root: Path, *arguments: str, **environment: str) -> None:
        self.log = root / f"worker-{id(self)}.log"
        command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(root)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, *arguments], env={**os.environ, "DATABASE_URL": url, **environment}, stdout=log, stderr=log
            )

    def has_logged(self, text: str) -> bool:
        """Return whether the log contains a text; fail if the process has ended without it."""
        if self.process.poll() is not None and text not in self.log.read_text():
            pytest.fail(f"worker ended without saying {text!r}:\n{self.log.read_text()}")
        return text in self.log.read_text()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Wait until the process ends, and return its exit status."""
        return self.process.wait(PATIENCE)


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Return a function that starts workers on the test's database; they are stopped after the test."""
    started: list[WorkerProcess] = []

    def start(*arguments: str, url: str = database.url, **environment: str) -> WorkerProcess:
        started.append(WorkerProcess(url, tmp_path, *arguments, **environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


__all__ = ["open_database"]
