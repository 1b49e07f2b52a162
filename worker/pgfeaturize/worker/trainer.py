"""Trains requested classifiers one after the other, each in a separate process."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.errors import DatabaseError

log = logging.getLogger("pgfeaturize")


#: Exit status of a training process that has recorded why the classifier cannot be trained.
REJECTED = 3


@dataclass(frozen=True)
class ClassifierTask:
    """A row of featurize.take_classifier(), which describes the columns."""

    classifier_id: int
    name: str
    training_view: str | None
    algorithm: str
    params: dict[str, Any]


class Trainer(threading.Thread):
    """A thread that trains the requested classifiers, and ends.

    Args:
        url: libpq connection string.
        worker: id of the worker.

    Attributes:
        has_failed: whether a classifier could not be trained.
    """

    def __init__(self, url: str, worker: int) -> None:
        super().__init__(name="trainer", daemon=True)
        self.has_failed = False
        self._url = url
        self._worker = worker
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = threading.Event()

    def run(self) -> None:
        """Train; errors are recorded in featurize.classifier."""
        try:
            with connect(self._url) as connection:
                while not self._cancelled.is_set():
                    tasks = fetch(connection, ClassifierTask, "take_classifier", self._worker)
                    if not tasks:
                        return
                    self._train(connection, tasks[0])
        except (psycopg.Error, DatabaseError) as error:
            self.has_failed = True
            log.warning("classifiers cannot be trained: %s", str(error).strip())

    def cancel(self) -> None:
        """Cancel the running training, release it to other workers, and wait for the thread."""
        self._cancelled.set()
        while self.is_alive():
            if self._process is not None:
                self._process.kill()
            self.join(0.1)

    def _train(self, connection: Connection, task: ClassifierTask) -> None:
        command = [sys.executable, "-m", "pgfeaturize.worker.training_process"]
        half = str(max(1, (os.cpu_count() or 1) // 2))
        self._process = subprocess.Popen(
            [*command, str(self._worker), json.dumps(asdict(task))],
            env={**os.environ, "DATABASE_URL": self._url, "OMP_NUM_THREADS": half, "OPENBLAS_NUM_THREADS": half},
            stderr=subprocess.PIPE,
            text=True,
        )
        _, output = self._process.communicate()
        for line in output.splitlines():
            log.info("%s", line)
        status = self._process.returncode
        if self._cancelled.is_set():
            execute(connection, "release_classifier", task.classifier_id, self._worker)
            return
        self.has_failed |= status != 0
        if status not in (0, REJECTED):
            error = f"its process ended with {_status_name(status)}: {output.strip()[-500:]}"
            log.error("classifier %s cannot be trained: %s", task.name, error)
            execute(connection, "reject_classifier", task.classifier_id, self._worker, error)


def _status_name(status: int) -> str:
    """Describe an exit status; Linux sends SIGKILL when memory runs out."""
    if status < 0:
        name = signal.Signals(-status).name
        return f"{name}, probably out of memory" if name == "SIGKILL" else name
    return f"status {status}"
