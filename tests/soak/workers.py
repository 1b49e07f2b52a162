"""Worker processes that are killed, stopped past their lease timeout, and disconnected."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from pgfeaturize.db.statements import Connection, execute
from tests.waiting import wait_for

#: Lease timeout in seconds.
LEASE = 1.0
#: Maximum seconds for a worker to start or to stop.
TIMEOUT = 60.0


class Workers:
    """Worker processes; a worker that ends is replaced.

    Attributes:
        events: number of starts and of injected failures, by kind.
        errors: workers that ended by themselves, or with an error.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.events: Counter[str] = Counter()
        self.errors: list[str] = []
        self._url = url
        self._folder = folder
        self._workers: list[subprocess.Popen[bytes]] = []

    def add(self) -> None:
        """Start one more worker."""
        self._workers.append(self._start())

    def _start(self) -> subprocess.Popen[bytes]:
        self.events["started"] += 1
        options = ["--root", str(self._folder), "--device", "cpu", "--lease", str(LEASE)]
        command = [sys.executable, "-m", "pgfeaturize.cli", "worker", *options]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                env={**os.environ, "DATABASE_URL": self._url},
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that Ctrl-C does not reach workers
            )

    @property
    def _log(self) -> Path:
        return self._folder.with_name("workers.log")

    def wait_until_up(self, connection: Connection) -> None:
        """Wait until the server has received a heartbeat of each worker."""

        def all_up() -> bool:
            self._replace_dead()
            return len(self._up(connection)) == len(self._workers)

        if not wait_for(all_up, TIMEOUT):
            self.errors.append(f"not all workers were up in {TIMEOUT:.0f} s: {self._log_tail()}")

    def _up(self, connection: Connection) -> list[subprocess.Popen[bytes]]:
        """Return the workers that have sent a heartbeat."""
        pids = {row.pid for row in execute(connection, "heartbeats", [worker.pid for worker in self._workers])}
        return [worker for worker in self._workers if worker.pid in pids]

    def _replace_dead(self) -> None:
        for index, worker in enumerate(self._workers):
            if worker.poll() is not None:
                ended = f"a worker ended with status {worker.returncode}"
                self.errors.append(f"{ended}: {self._log_tail()}")
                self._workers[index] = self._start()

    def _log_tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return " | ".join(lines[-3:])

    def failures(self, connection: Connection, kept: Sequence[int]) -> Iterator[None]:
        """With each step, inject a failure: into a worker, or into all connections except those kept."""
        while True:
            self._kill(connection)
            yield
            self._suspend(connection)
            yield
            self._disconnect(connection, kept)
            yield

    def _kill(self, connection: Connection) -> None:
        index = self._choose()
        worker = self._workers[index]
        worker.kill()
        worker.wait()
        self._count("killed", connection, worker.pid)
        self._workers[index] = self._start()

    def _suspend(self, connection: Connection) -> None:
        self._replace_dead()
        # One that has not registered yet has no heartbeat to miss.
        worker = random.choice(wait_for(lambda: self._up(connection), TIMEOUT) or self._workers)
        worker.send_signal(signal.SIGSTOP)
        self._count("stopped past the lease", connection, worker.pid)
        silence = timedelta(seconds=LEASE * random.uniform(1.5, 2.5))
        if not wait_for(lambda: execute(connection, "is_silent", worker.pid, silence)[0][0], TIMEOUT):
            self.errors.append(f"a stopped worker sent heartbeats for {TIMEOUT:.0f} s")
        worker.send_signal(signal.SIGCONT)

    def _choose(self) -> int:
        self._replace_dead()
        return random.randrange(len(self._workers))

    def _count(self, event: str, connection: Connection, pid: int) -> None:
        (held,) = execute(connection, "leases_of", pid)
        self.events[f"{event} {'with leased rows' if held.count else 'while idle'}"] += 1

    def _disconnect(self, connection: Connection, kept: Sequence[int]) -> None:
        # A worker that cannot connect when it starts ends with an error, as it should.
        self.wait_until_up(connection)
        (ended,) = execute(connection, "end_connections", [*kept])
        self.events["connections ended"] += ended.count

    def stop(self, connection: Connection) -> None:
        """Stop all workers with SIGTERM, as a service manager does."""
        self.wait_until_up(connection)
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            with suppress(subprocess.TimeoutExpired):
                worker.wait(TIMEOUT)
            if worker.returncode != 0:
                ended = f"a worker ended with status {worker.returncode} on SIGTERM"
                self.errors.append(f"{ended}: {self._log_tail()}")

    def kill(self) -> None:
        """Kill the remaining workers."""
        for worker in self._workers:
            worker.kill()
            worker.wait()


@contextmanager
def workers(url: str, folder: Path, number: int) -> Iterator[Workers]:
    """Run a number of workers, which may read a folder, inside the block."""
    group = Workers(url, folder)
    try:
        for _ in range(number):
            group.add()
        yield group
    finally:
        group.kill()
