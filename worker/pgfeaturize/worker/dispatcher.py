"""What a worker does next: claim while there is room, settle what is ready, else sleep.

A few batches are in flight at once, so that the next one decodes while this one is in the network
and the last one is stored. No transaction is open while an image is read or a network runs.
"""

import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from pgfeaturize import failpoints
from pgfeaturize.db import queue, vectors
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import ModelError, Refused
from pgfeaturize.pipeline import Pipeline
from pgfeaturize.worker.in_flight import InFlightBatches, Part
from pgfeaturize.worker.model_cache import LoadedModel, ModelCache
from pgfeaturize.worker.null_metrics import NullMetrics
from pgfeaturize.worker.shutdown import Shutdown

log = logging.getLogger("pgfeaturize")

#: Batches in flight: one in the network, one decoding, one being stored.
DEPTH = 3
#: Rows that a backfill looks at in one transaction.
BACKFILL_STEP = 1000
#: Seconds before what could not be served is tried again; doubled each time.
FIRST_WAIT, LONGEST_WAIT = 5.0, 60.0


@dataclass(frozen=True)
class Backoff:
    """A featurizer or an unresolved model that could not be served: not again before `until`."""

    until: float
    seconds: float


class Dispatcher:
    """Serves featurizers in turn. Lives through reconnections, with what it has in flight."""

    def __init__(
        self,
        worker: int,
        heartbeat: queue.Heartbeat,
        models: ModelCache,
        pipeline: Pipeline,
        stop: Shutdown,
        metrics: NullMetrics,
        *,
        batch: int,
        lease: timedelta,
        once: bool,
    ) -> None:
        self._worker = worker
        self._heartbeat = heartbeat
        self._models = models
        self._in_flight = InFlightBatches(pipeline, heartbeat, metrics)
        self._stop = stop
        self._metrics = metrics
        self._batch = batch
        self._lease = lease
        self._once = once
        self._tasks: list[Any] = []
        self._ready: deque[Any] = deque()
        self._backoffs: dict[str, Backoff] = {}

    @property
    def has_failed(self) -> bool:
        """Whether any row failed, or anything could not be served."""
        return bool(self._in_flight.failed or self._backoffs)

    def serve(self, connection: Connection) -> None:
        """Work until asked to stop or, with `once`, until nothing is left.

        Raises:
            psycopg.OperationalError: when the server is lost; call again with a new connection.
        """
        vectors.register_vectors(connection)
        notifier = queue.Notifier(connection, self._stop.fd)
        while True:
            self._fill(connection)
            if self._in_flight:
                for task, error in self._in_flight.complete(connection):
                    self._block(connection, task, error)
                notifier.awake()
            elif self._stop.asked or (self._once and not self._has_work(connection)):
                return
            elif not self._ready:
                self._in_flight.report()
                notifier.sleep(lambda: self._has_work(connection))

    def _fill(self, connection: Connection) -> None:
        """Claim until enough is in flight. Featurizers take turns, a batch each."""
        while len(self._in_flight) < DEPTH and not self._stop.asked:
            if not self._ready and not self._has_work(connection):
                return
            self._take(connection, self._ready.popleft())

    def _has_work(self, connection: Connection) -> bool:
        self._tasks = [task for task in execute(connection, "work") if self._is_due(task)]
        self._ready = deque(self._tasks)
        return bool(self._ready)

    def _is_due(self, task: Any) -> bool:
        wait = self._backoffs.get(_key(task))
        return wait is None or wait.until <= time.monotonic()

    def _take(self, connection: Connection, task: Any) -> None:
        """Give a featurizer or an unresolved model its turn; if it cannot be served, no row of it fails."""
        try:
            if task.featurizer_id is None:
                self._models.resolve(connection, task)
            else:
                self._claim(connection, *self._services(connection, task))
        except (ModelError, Refused, psycopg.Error) as error:
            if connection.broken:
                raise
            self._block(connection, task, error)
        else:
            self._backoffs.pop(_key(task), None)

    def _services(
        self, connection: Connection, task: Any
    ) -> tuple[Sequence[Any], Sequence[LoadedModel]]:
        """A featurizer and others that want the same images, and what serves each of them.

        Raises:
            ModelError: the first cannot be served.
        """
        column = task.source, task.image_column, task.image_kind
        together = [task] + [
            other
            for other in self._tasks
            if (other.source, other.image_column, other.image_kind) == column
            and other.featurizer_id != task.featurizer_id
            and self._is_due(other)
        ]
        try:
            return together, self._models.services(connection, together)
        except ModelError:
            # Whose fault it is shows when each has its own turn.
            return [task], self._models.services(connection, [task])

    def _claim(
        self, connection: Connection, tasks: Sequence[Any], services: Sequence[LoadedModel]
    ) -> None:
        """Start a batch of the first of these featurizers, or a step of its backfill."""
        for task in tasks:
            self._heartbeat.serves.add(task.name)
            if task.blocked:
                execute(connection, "unblock", task.featurizer_id)
        pairs = zip(tasks, services, strict=True)
        able = {task.featurizer_id: (task, service) for task, service in pairs}
        with self._metrics.stage("claim"):
            claim = queue.claim(connection, self._worker, [*able], self._batch, self._lease)
        if claim is not None:
            parts = [Part(lease, *able[lease.featurizer]) for lease in claim.leases]
            self._in_flight.submit(claim.images, parts)
        elif tasks[0].backfilling:
            execute(connection, "backfill_step", tasks[0].featurizer_id, BACKFILL_STEP)
            failpoints.point("after_backfill")

    def _block(self, connection: Connection, task: Any, error: Exception) -> None:
        """Let a featurizer or an unresolved model wait, and say why."""
        named = {} if task.featurizer_id is None else {"featurizer": task.name}
        log.error("%s waits: %s", _key(task), error, extra=named)
        if task.featurizer_id is None:
            execute(connection, "reject_model", task.name, str(error))
        else:
            execute(connection, "block", task.featurizer_id, str(error))
        before = self._backoffs.get(_key(task))
        seconds = min(before.seconds * 2, LONGEST_WAIT) if before else FIRST_WAIT
        self._backoffs[_key(task)] = Backoff(time.monotonic() + seconds, seconds)


def _key(task: Any) -> str:
    """What tells apart featurizers and unresolved models."""
    return f"{'model' if task.featurizer_id is None else 'featurizer'} {task.name}"
