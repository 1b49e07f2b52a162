"""Worker processes, and what befalls them: they are killed, stopped past their leases, cut off."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pgfeaturize.db.statements import Connection, execute

#: Seconds until the rows of a silent worker go to others.
LEASE = 1.0
#: Seconds after which a worker should be up, or have ended.
PATIENCE = 60.0


class Fleet:
    """Workers, as an operator would start them; whoever dies is replaced.

    Attributes:
        befallen: how often what has happened.
        complaints: workers that ended of themselves, or with an error.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.befallen: Counter[str] = Counter()
        self.complaints: list[str] = []
        self._url = url
        self._folder = folder
        self._workers: list[subprocess.Popen[bytes]] = []

    def add(self) -> None:
        """One more."""
        self._workers.append(self._start())

    def _start(self) -> subprocess.Popen[bytes]:
        self.befallen["started"] += 1
        options = ["--root", str(self._folder), "--device", "cpu", "--lease", str(LEASE)]
        command = [sys.executable, "-m", "pgfeaturize.cli", "worker", *options]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                env={**os.environ, "DATABASE_URL": self._url},
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us
            )

    @property
    def _log(self) -> Path:
        return self._folder.with_name("workers.log")

    def wait_until_up(self, connection: Connection) -> None:
        """Wait until the server has heard of all of them."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self._replace_dead()
            pids = [worker.pid for worker in self._workers]
            if execute(connection, "beating", pids)[0][0] == len(pids):
                return
            time.sleep(0.1)
        self.complaints.append(f"not all workers were up in {PATIENCE:.0f} s: {self._last_words()}")

    def _replace_dead(self) -> None:
        for place, worker in enumerate(self._workers):
            if worker.poll() is not None:
                ended = f"a worker ended with status {worker.returncode}"
                self.complaints.append(f"{ended}: {self._last_words()}")
                self._workers[place] = self._start()

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        return " | ".join(lines[-3:])

    def strikes(self, connection: Connection, spared: Sequence[int]) -> Iterator[None]:
        """With each step, another blow at one of them, or at all connections but those spared."""
        while True:
            self._kill(connection)
            yield
            self._stop(connection)
            yield
            self._cut(connection, spared)
            yield

    def _kill(self, connection: Connection) -> None:
        place = self._choose()
        worker = self._workers[place]
        worker.kill()
        worker.wait()
        self._count("killed", connection, worker.pid)
        self._workers[place] = self._start()

    def _stop(self, connection: Connection) -> None:
        worker = self._workers[self._choose()]
        worker.send_signal(signal.SIGSTOP)
        self._count("stopped past the lease", connection, worker.pid)
        time.sleep(LEASE * random.uniform(1.5, 2.5))
        worker.send_signal(signal.SIGCONT)

    def _choose(self) -> int:
        self._replace_dead()
        return random.randrange(len(self._workers))

    def _count(self, what: str, connection: Connection, pid: int) -> None:
        (held,) = execute(connection, "leases_of", pid)
        self.befallen[f"{what} {'with rows in hand' if held.count else 'while idle'}"] += 1

    def _cut(self, connection: Connection, spared: Sequence[int]) -> None:
        # A worker that cannot reach the server to begin with rightly says so and ends.
        self.wait_until_up(connection)
        (cut,) = execute(connection, "cut_connections", [*spared])
        self.befallen["connections cut"] += cut.count

    def end(self, connection: Connection) -> None:
        """Let them finish, as a service manager would."""
        self.wait_until_up(connection)
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            with suppress(subprocess.TimeoutExpired):
                worker.wait(PATIENCE)
            if worker.returncode != 0:
                ended = f"a worker, asked to end, has status {worker.returncode}"
                self.complaints.append(f"{ended}: {self._last_words()}")

    def kill(self) -> None:
        """End whoever is left, at once."""
        for worker in self._workers:
            worker.kill()
            worker.wait()


@contextmanager
def fleet(url: str, folder: Path, number: int) -> Iterator[Fleet]:
    """So many workers that may read a folder; none outlives the block."""
    started = Fleet(url, folder)
    try:
        for _ in range(number):
            started.add()
        yield started
    finally:
        started.kill()
