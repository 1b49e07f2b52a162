"""Workers that are killed, stopped or disconnected at failpoints, and checks of the result.

The workers are processes, forked from one that has imported everything once: so they are up at
once. The points are those of `pgfeaturize.failpoints`.
"""

import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import psutil
import pytest

from pgfeaturize import failpoints
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import execute
from pgfeaturize.models import Network
from tests.acceptance.conftest import expected, settled
from tests.conftest import PATIENCE, Database, until
from tests.soak import checks

#: Lease timeout in seconds: after this long, other workers take the rows of a dead one.
LEASE = timedelta(seconds=1)

#: The failpoints of a worker; everything that it does is between two of them.
POINTS = ("after_backfill", "after_claim", "after_images", "after_forward", "before_settle", "after_settle")

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["pgfeaturize.worker.runner", "torchvision"])


class WorkerProcess:
    """A worker that receives a signal at a failpoint, such as `after_claim:3:KILL`: SIGKILL at the third pass.

    `prepare` is called in its process before anything else.
    """

    def __init__(
        self, url: str, root: Path, fault: str = "", prepare: Callable[[], None] | None = None, **options: Any
    ) -> None:
        self.log = root / f"worker-{id(self)}.log"
        self.log.touch()
        arguments = url, root, self.log, fault, prepare, options
        self.process: ForkServerProcess = FORKS.Process(target=_work, args=arguments)
        self.process.start()

    def wait(self) -> int | None:
        """Wait until the process ends, and return its exit status; after a signal, the negative signal number."""
        self.process.join(PATIENCE)
        return self.process.exitcode

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        if self.process.is_alive() and self.process.pid is not None:
            os.kill(self.process.pid, number)

    def wait_until_stopped(self) -> None:
        """Wait until SIGSTOP has stopped the process."""
        process = psutil.Process(self.process.pid)

        def stopped() -> bool:
            return process.status() == psutil.STATUS_STOPPED

        until(stopped, "the worker has stopped")

    def end(self) -> None:
        """Stop the worker with SIGTERM, and wait until it has finished its batches."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        assert self.wait() == 0, self.log.read_text()


def _work(
    url: str, root: Path, log: Path, fault: str, prepare: Callable[[], None] | None, options: dict[str, Any]
) -> None:
    from pgfeaturize.cli import report
    from pgfeaturize.images import AccessPolicy
    from pgfeaturize.worker.runner import Options, Worker

    file = os.open(log, os.O_WRONLY)
    os.dup2(file, sys.stdout.fileno())
    os.dup2(file, sys.stderr.fileno())
    if prepare:
        prepare()
    os.environ["PGFEATURIZE_FAILPOINT"] = fault
    importlib.reload(failpoints)
    report.log_to_stderr("text", verbose=True)
    options = {"device": "cpu", "offline": True, **options}
    sys.exit(Worker(Options(url, AccessPolicy.of([root]), **options)).run())


Start = Callable[..., WorkerProcess]


@pytest.fixture
def start(database: Database, tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts workers on the test's database; they are killed after the test."""
    started: list[WorkerProcess] = []

    def start_one(fault: str = "", url: str = database.url, **options: Any) -> WorkerProcess:
        options = {"batch": 4, "lease": LEASE, **options}
        started.append(WorkerProcess(url, tmp_path, fault, **options))
        return started[-1]

    yield start_one
    for one in started:
        one.send(signal.SIGKILL)
        one.wait()


@pytest.fixture
def table(database: Database) -> Database:
    """Create a table of photos, featurized by the shipped LeNet as `looks`."""
    declare(database)
    return database


@pytest.fixture(params=["table", "column"])
def either(database: Database, request: pytest.FixtureRequest) -> Database:
    """Create the same with embeddings in a table, or in a column of the photos."""
    declare(database, request.param)
    return database


def declare(database: Database, destination: str = "table") -> None:
    """Create the table and its featurizer."""
    database.rows("create table photos (id int primary key, path text, label text)")
    database.rows(
        "select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks', destination => %s)", destination
    )


def run_out(database: Database) -> None:
    """Wait until no row is pending or leased. The states add up at every look."""
    until(lambda: database.progress("looks")["leased"] == 0, "the leases have run out")


class Check:
    """Checks what must hold at the end of every test."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._made: dict[str, Any] = {}

    def __call__(self, database: Database) -> dict[str, int]:
        """Check that no row is lost or stored twice, and that each vector is that of the row's image.

        Vectors are compared bit for bit: on a CPU, the batch makes no difference to LeNet. The test passes the rows that
        may have failed.
        """
        states = settled(database)
        with connect(database.url) as connection:
            until(lambda: not [*checks.leftovers(connection)], "no row is queued or leased")
            (progress,) = execute(connection, "progress", "looks")
            rows = checks.stored_rows(connection, "looks")
        assert [*checks.wrong_progress(progress, rows)] == []
        assert [*checks.wrong_results(rows, lambda row: row.reason or self.vector(row.image))] == []
        return states

    def vector(self, path: str) -> Any:
        """Return the vector that the pipeline computes for a file."""
        if path not in self._made:
            (self._made[path],) = expected(self._network, [Path(path)])
        return self._made[path]


@pytest.fixture
def check(lenet: Network) -> Check:
    """Return the check of the table and its photos."""
    return Check(lenet)
