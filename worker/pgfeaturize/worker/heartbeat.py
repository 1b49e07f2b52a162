"""The heartbeat of a worker: renews its leases and records that it is alive."""

import logging
import threading
import time
from datetime import timedelta

import psycopg

from pgfeaturize import failpoints
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import ServerUnreachable
from pgfeaturize.worker.activity import Activity

log = logging.getLogger("pgfeaturize")

#: Longest pause between two heartbeats, in seconds.
LONGEST_PAUSE = 10.0


class Heartbeat(threading.Thread):
    """A thread that renews a worker's leases on a connection of its own.

    Attributes:
        leases: ids of the leases that the worker has not completed.
        lost: those of them that the server no longer had at the last heartbeat: expired, or settled just then.
        serves: names of the featurizers whose model it has loaded.
        activity: what its work loop is doing. While that hangs, leases are not renewed, so other workers take the rows.
    """

    def __init__(self, url: str, worker: int, duration: timedelta, activity: Activity) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.leases: set[int] = set()
        self.lost: set[int] = set()
        self.serves: set[str] = set()
        self.activity = activity
        self._url = url
        self._worker = worker
        self._duration = duration
        self._last_success = time.monotonic()
        self._was_stuck = False
        self._stopping = threading.Event()

    @property
    def age(self) -> float:
        """Seconds since the last heartbeat that reached the server."""
        return time.monotonic() - self._last_success

    @property
    def trouble(self) -> str | None:
        """Why the worker does no work; None if it works, or waits for rows."""
        if self.age >= self._duration.total_seconds():
            return f"no heartbeat has reached the server for {self.age:.0f} s"
        stuck = self.activity.stuck
        return f"the worker has been {stuck}" if stuck else None

    def run(self) -> None:
        """Renew three times in the lifetime of a lease, and at least every ten seconds."""
        connection: Connection | None = None
        pause = min(self._duration.total_seconds() / 3, LONGEST_PAUSE)
        while not self._stopping.wait(pause):
            try:
                connection = connection or connect(self._url)
                self._beat(connection)
            except (psycopg.Error, ServerUnreachable) as error:
                log.warning("could not renew leases: %s", str(error).strip())
                if connection is not None:
                    connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def _beat(self, connection: Connection) -> None:
        stuck = self.activity.stuck
        held = set() if stuck else self.leases.copy()
        ((renewed,),) = execute(
            connection, "heartbeat", self._worker, sorted(self.serves), sorted(held), self._duration, stuck
        )
        if stuck and not self._was_stuck:
            log.error("the worker hangs: it has been %s; its rows are left to other workers", stuck)
        failpoints.hit("after_heartbeat")
        self._was_stuck = bool(stuck)
        self._last_success = time.monotonic()
        self.lost = held - set(renewed)

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self.join()
