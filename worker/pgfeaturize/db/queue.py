"""The queue, seen from a worker: claim, keep, give back, sleep until there is more.

A lease covers a batch. Its number is the token without which nothing is stored, and it runs out
unless `Heartbeat` renews it, so a worker that dies loses its rows to the others.
"""

import logging
import select
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

import psycopg

from pgfeaturize import failpoints
from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.errors import ServerUnreachable

log = logging.getLogger("pgfeaturize")


@dataclass(frozen=True)
class Lease:
    """Jobs of one featurizer, handed out under one token.

    Attributes:
        id: the token.
        featurizer: its id.
        jobs: their ids.
        slots: of each job, the number of its image in the claim.
    """

    id: int
    featurizer: int
    jobs: tuple[int, ...]
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Claim:
    """A batch of images of one column, and the leases of the featurizers that want them.

    Attributes:
        images: texts, paths or addresses, or the bytes themselves.
        leases: of the featurizer that was asked for, then of its siblings.
    """

    images: tuple[str | bytes, ...]
    leases: tuple[Lease, ...]


def claim(
    connection: Connection,
    worker: int,
    featurizers: Sequence[int],
    size: int,
    duration: timedelta,
) -> Claim | None:
    """Lease up to `size` rows of the first featurizer, None if there are none.

    Those of the others that wait for the same rows get leases, too.
    """
    rows = execute(connection, "claim", worker, list(featurizers), size, duration)
    if not rows:
        return None
    failpoints.point("after_claim")
    carriers = [row for row in rows if row.job_id == row.image_job_id]
    slots = {row.image_job_id: slot for slot, row in enumerate(carriers)}
    leases = []
    for lease, jobs in groupby(rows, attrgetter("lease_id")):
        group = list(jobs)
        ids, numbers = zip(*((job.job_id, slots[job.image_job_id]) for job in group), strict=True)
        leases.append(Lease(lease, group[0].featurizer_id, ids, numbers))
    return Claim(
        tuple(row.bytes if row.path is None else row.path for row in carriers), tuple(leases)
    )


def release(connection: Connection, lease: Lease) -> None:
    """Give a batch back untouched; the attempt does not count."""
    execute(connection, "release", lease.id)


class Heartbeat(threading.Thread):
    """Keeps a worker alive in the eyes of the others: renews its leases, on its own connection."""

    def __init__(self, url: str, worker: int, duration: timedelta) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.leases: set[int] = set()
        self.serves: set[str] = set()
        self._url = url
        self._worker = worker
        self._duration = duration
        self._heard = time.monotonic()
        self._ending = threading.Event()

    @property
    def age(self) -> float:
        """Seconds since the server has last heard of the worker."""
        return time.monotonic() - self._heard

    @property
    def is_current(self) -> bool:
        """Whether that is so recent that the worker holds what it has leased."""
        return self.age < self._duration.total_seconds()

    def run(self) -> None:
        """Renew three times in the life of a lease, and at least every ten seconds."""
        connection: Connection | None = None
        pause = min(self._duration.total_seconds() / 3, 10.0)
        while not self._ending.wait(pause):
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
        held = self.leases.copy()
        kept = execute(
            connection, "heartbeat", self._worker, sorted(self.serves), sorted(held), self._duration
        )[0][0]
        failpoints.point("after_heartbeat")
        self._heard = time.monotonic()
        if lost := held - set(kept):
            # A batch settled meanwhile is gone from `leases`; what is left was taken from us.
            for lease in lost & self.leases:
                log.warning("lease %s ran out; what comes of it will be discarded", lease)

    def stop(self) -> None:
        """End the thread."""
        self._ending.set()
        self.join()


class Notifier:
    """Waits for rows: by NOTIFY where a session lock can be had, else by looking now and then."""

    LONGEST = 5.0
    SHORTEST = 0.05
    UNASKED = 1.0

    def __init__(self, connection: Connection, wake_fd: int) -> None:
        self._connection = connection
        self._wake_fd = wake_fd
        self._notified = False
        self._pause = self.SHORTEST
        connection.add_notify_handler(self._hear)
        execute(connection, "listen")

    def _hear(self, _: psycopg.Notify) -> None:
        self._notified = True

    def awake(self) -> None:
        """There was work: look again soon after the next pause."""
        self._pause = self.SHORTEST

    def sleep(self, has_work: Callable[[], bool]) -> None:
        """Return when there may be work, or after a while.

        Holding the lock means: writers see that somebody sleeps, and notify. Those who wrote
        before it was taken did not, hence the look in between.
        """
        self._notified = False
        asked = execute(self._connection, "try_idle_lock")[0][0]
        try:
            if not has_work() and not self._notified:
                wait = [self._connection.fileno(), self._wake_fd]
                select.select(wait, [], [], self.LONGEST if asked else self._pause)
                self._pause = min(self._pause * 2, self.UNASKED)
        finally:
            if asked and not self._connection.broken:
                execute(self._connection, "release_idle_lock")
