"""What a worker does next: claim while there is room, settle what is ready, else sleep.

A few batches are in flight at once, so that the next one decodes while this one is in the network
and the last one is stored. No transaction is open while an image is read or a network runs.
"""

import logging
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from pgfeaturize import queue, store
from pgfeaturize.errors import ImageError, ModelError, NetworkFailed
from pgfeaturize.pipeline import Pipeline
from pgfeaturize.statements import Connection, execute
from pgfeaturize.worker.shelf import Service, Shelf
from pgfeaturize.worker.stop import Stop

log = logging.getLogger("pgfeaturize")

#: Batches in flight: one in the network, one decoding, one being stored.
DEPTH = 3
#: Rows that a backfill looks at in one transaction.
BACKFILL_STEP = 1000
#: Seconds before a featurizer that could not be served is tried again; doubled each time.
FIRST_WAIT, LONGEST_WAIT = 5.0, 60.0


@dataclass(frozen=True)
class Flight:
    """A batch between claim and settling."""

    lease: queue.Lease
    service: Service
    outcomes: Future[list[store.Outcome]]


@dataclass(frozen=True)
class Wait:
    """A featurizer that could not be served: not again before `until`."""

    until: float
    seconds: float


class Loop:
    """Serves featurizers in turn. Lives through reconnections, with what it has in flight."""

    def __init__(
        self,
        worker: int,
        keeper: queue.Keeper,
        shelf: Shelf,
        pipeline: Pipeline,
        stop: Stop,
        *,
        batch: int,
        lease: timedelta,
        once: bool,
    ) -> None:
        self.failed = 0
        self._worker = worker
        self._keeper = keeper
        self._shelf = shelf
        self._pipeline = pipeline
        self._stop = stop
        self._batch = batch
        self._lease = lease
        self._once = once
        self._turns: deque[Any] = deque()
        self._flights: deque[Flight] = deque()
        self._waits: dict[int, Wait] = {}
        self._embedded = 0

    @property
    def has_failed(self) -> bool:
        """Whether any row failed, or any featurizer could not be served."""
        return bool(self.failed or self._waits)

    def serve(self, connection: Connection) -> None:
        """Work until asked to stop or, with `once`, until nothing is left.

        Raises:
            psycopg.OperationalError: when the server is lost; call again with a new connection.
        """
        store.register_vectors(connection)
        sleeper = queue.Sleeper(connection, self._stop.fd)
        while True:
            self._fill(connection)
            if self._flights:
                self._settle(connection, self._flights[0])
                self._flights.popleft()
                sleeper.awake()
            elif self._stop.asked or (self._once and not self._has_work(connection)):
                return
            elif not self._turns:
                self._report()
                sleeper.sleep(lambda: self._has_work(connection))

    def _fill(self, connection: Connection) -> None:
        """Claim until enough is in flight. Featurizers take turns, a batch each."""
        while len(self._flights) < DEPTH and not self._stop.asked:
            if not self._turns and not self._has_work(connection):
                return
            self._take(connection, self._turns.popleft())

    def _has_work(self, connection: Connection) -> bool:
        now = time.monotonic()
        for task in execute(connection, "work"):
            wait = self._waits.get(task.featurizer_id)
            if wait is None or wait.until <= now:
                self._turns.append(task)
        return bool(self._turns)

    def _take(self, connection: Connection, task: Any) -> None:
        """Give a featurizer its turn; if it cannot be served, no row of it fails."""
        try:
            self._claim(connection, task, self._shelf.service(connection, task))
        except psycopg.OperationalError:
            raise
        except (ModelError, psycopg.Error) as error:
            self._block(connection, task.featurizer_id, task.name, error)
        else:
            self._waits.pop(task.featurizer_id, None)
            self._keeper.serves.add(task.name)
            if task.blocked:
                execute(connection, "unblock", task.featurizer_id)

    def _claim(self, connection: Connection, task: Any, service: Service) -> None:
        lease = queue.claim(
            connection, self._worker, task.featurizer_id, task.name, self._batch, self._lease
        )
        if lease is not None:
            self._keeper.leases.add(lease.id)
            outcomes = self._pipeline.submit(service.network, [job.image for job in lease.jobs])
            self._flights.append(Flight(lease, service, outcomes))
        elif task.backfilling:
            execute(connection, "backfill_step", task.featurizer_id, BACKFILL_STEP)

    def _block(
        self, connection: Connection, featurizer_id: int, name: str, error: Exception
    ) -> None:
        """Let a featurizer wait, and say why."""
        log.error("featurizer %s waits: %s", name, error)
        execute(connection, "block", featurizer_id, str(error))
        before = self._waits.get(featurizer_id)
        seconds = min(before.seconds * 2, LONGEST_WAIT) if before else FIRST_WAIT
        self._waits[featurizer_id] = Wait(time.monotonic() + seconds, seconds)

    def _settle(self, connection: Connection, flight: Flight) -> None:
        lease, service = flight.lease, flight.service
        outcomes = [
            store.checked(outcome, service.network.model.dim, service.storage)
            for outcome in _outcomes(flight)
        ]
        jobs = [job.id for job in lease.jobs]
        try:
            settled = store.settle(connection, lease.id, service.space, jobs, outcomes)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            queue.release(connection, lease)
            if error.sqlstate == "FZ008":
                log.info("featurizer %s: its model has changed meanwhile", lease.featurizer)
            else:
                self._block(connection, lease.featurizer_id, lease.featurizer, error)
        else:
            self._count(lease, outcomes, settled)
        self._keeper.leases.discard(lease.id)

    def _count(
        self, lease: queue.Lease, outcomes: Sequence[store.Outcome], settled: store.Settled
    ) -> None:
        self.failed += settled.failed + settled.retried
        self._embedded += settled.embedded
        for outcome in outcomes:
            if isinstance(outcome, ImageError):
                log.warning("featurizer %s: %s: %s", lease.featurizer, outcome.reason, outcome)
        log.debug("featurizer %s: %s", lease.featurizer, settled)

    def _report(self) -> None:
        if self._embedded:
            log.info("embedded %s rows; waiting for more", self._embedded)
            self._embedded = 0


def _outcomes(flight: Flight) -> Sequence[store.Outcome]:
    try:
        return flight.outcomes.result()
    except Exception as error:
        # Not one image's fault for all we know: each goes alone the next time.
        log.exception("featurizer %s: the network broke on a batch", flight.lease.featurizer)
        return [NetworkFailed(f"the network broke: {error}") for _ in flight.lease.jobs]
