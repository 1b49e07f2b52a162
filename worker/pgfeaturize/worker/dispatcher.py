"""The dispatcher decides what a worker does next: claim, settle, backfill, or wait.

A few batches are in flight at a time, so that the next one is decoded while one runs through the network and the last
one is stored. No transaction is open while an image is read or a network runs.
"""

import logging
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

import psycopg

from pgfeaturize import failpoints
from pgfeaturize.db import queue
from pgfeaturize.db.messages import Message
from pgfeaturize.db.queue import ClaimSize, PendingFeaturizer, UnresolvedModel
from pgfeaturize.db.retry_policy import RetryPolicy
from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.db.vectors import register_vectors
from pgfeaturize.errors import ModelError, Refused, StorageUnavailable
from pgfeaturize.pipeline import Pipeline
from pgfeaturize.worker.backoff import Backoffs
from pgfeaturize.worker.heartbeat import Heartbeat
from pgfeaturize.worker.in_flight import InFlightBatches, LeasedBatch
from pgfeaturize.worker.model_cache import LoadedModel, ModelCache
from pgfeaturize.worker.notifier import Notifier
from pgfeaturize.worker.null_metrics import NullMetrics
from pgfeaturize.worker.shutdown import Shutdown

log = logging.getLogger("pgfeaturize")

#: Batches in flight: one in the network, one being decoded, one being stored.
DEPTH = 3
#: Seconds in which a model is loaded and its first fingerprint computed, also from slow storage.
LOADING = 600.0
#: Rows that a backfill reads in one transaction.
BACKFILL_STEP = 1000

Task = PendingFeaturizer | UnresolvedModel


class Dispatcher:
    """Serves featurizers in turn. Survives reconnections, with its batches in flight."""

    def __init__(
        self,
        worker: int,
        heartbeat: Heartbeat,
        models: ModelCache,
        pipeline: Pipeline,
        shutdown: Shutdown,
        metrics: NullMetrics,
        *,
        batch: int,
        lease: timedelta,
        once: bool,
        retries: RetryPolicy,
    ) -> None:
        self._worker, self._heartbeat = worker, heartbeat
        self._activity = heartbeat.activity
        self._models = models
        self._in_flight = InFlightBatches(pipeline, heartbeat, metrics, retries)
        self._shutdown = shutdown
        self._metrics, self._budget = metrics, pipeline.budget
        self._claim_size = ClaimSize(batch, self._budget.claim_bytes(DEPTH), pipeline.limits.bytes)
        self._lease, self._once = lease, once
        self._pending: list[PendingFeaturizer] = []
        self._ready: deque[Task] = deque()
        self._backoffs = Backoffs()

    @property
    def has_failed(self) -> bool:
        """Whether any row failed, or any featurizer or model could not be served."""
        return bool(self._in_flight.failed) or self._backoffs.has_failed

    def serve(self, connection: Connection) -> None:
        """Work until asked to stop or, with `once`, until nothing is left.

        Raises:
            psycopg.OperationalError: when the server is lost; call again with a new connection.
        """
        self._activity.begin("preparing a connection")
        try:
            register_vectors(connection)
            notifier = Notifier(connection, self._shutdown.fd, self._activity)
            self._work(connection, notifier)
        finally:
            self._activity.end()

    def _work(self, connection: Connection, notifier: Notifier) -> None:
        while True:
            self._fill(connection)
            if self._in_flight:
                for featurizer, error in self._in_flight.complete(connection):
                    self._defer(connection, featurizer, error)
                notifier.reset()
            elif self._shutdown.requested or (
                self._once and not self._backoffs.seconds_locked() and not self._poll(connection)
            ):
                return
            elif not self._ready:
                self._in_flight.report()
                notifier.wait(lambda: self._poll(connection), self._backoffs.seconds_locked())

    def _fill(self, connection: Connection) -> None:
        """Claim until enough batches are in flight. Featurizers take turns, a batch each."""
        while len(self._in_flight) < DEPTH and not self._shutdown.requested:
            if not self._ready and not self._poll(connection):
                return
            if self._in_flight and not self._fits(self._ready[0]):
                return
            self._serve_task(connection, self._ready.popleft())

    def _fits(self, task: Task) -> bool:
        """Return whether there is memory for the images of one more claim."""
        from_table = isinstance(task, PendingFeaturizer) and task.image_kind != "path"
        return self._budget.has_room_for(DEPTH) if from_table else True

    def _poll(self, connection: Connection) -> bool:
        """Ask the database what there is to do; False if nothing is ready."""
        self._activity.begin("asking for rows")
        pending = fetch(connection, PendingFeaturizer, "pending_featurizers")
        unresolved = fetch(connection, UnresolvedModel, "unresolved_models")
        self._pending = [featurizer for featurizer in pending if self._backoffs.is_over(_label(featurizer))]
        self._ready = deque([model for model in unresolved if self._backoffs.is_over(_label(model))])
        self._ready.extend(self._pending)
        return bool(self._ready)

    def _serve_task(self, connection: Connection, task: Task) -> None:
        """Serve a featurizer or resolve a model; on an error it waits, and none of its rows fails."""
        if not self._backoffs.is_over(_label(task)):
            return
        try:
            if isinstance(task, UnresolvedModel):
                self._activity.begin(f"loading {_label(task)}", LOADING)
                self._models.resolve(connection, task)
            else:
                self._claim(connection, *self._load(connection, task))
        except (ModelError, StorageUnavailable, Refused, psycopg.Error) as error:
            if connection.broken:
                raise
            self._defer(connection, task, error)
        else:
            self._backoffs.clear(_label(task))

    def _load(
        self, connection: Connection, featurizer: PendingFeaturizer
    ) -> tuple[Sequence[PendingFeaturizer], Sequence[LoadedModel]]:
        """Return a featurizer with its siblings, which need the same images, and their models.

        Raises:
            ModelError: the model of the featurizer cannot be loaded.
        """
        column = featurizer.source, featurizer.image_column, featurizer.image_kind
        siblings = [
            other
            for other in self._pending
            if (other.source, other.image_column, other.image_kind) == column
            and other.featurizer_id != featurizer.featurizer_id
            and self._backoffs.is_over(_label(other))
        ]
        together = [featurizer, *siblings]
        self._activity.begin(f"loading the model of {_label(featurizer)}", LOADING)
        try:
            return together, self._models.load(connection, together)
        except ModelError:
            # Each has its own turn, which shows whose model cannot be loaded.
            return [featurizer], self._models.load(connection, [featurizer])

    def _claim(
        self, connection: Connection, featurizers: Sequence[PendingFeaturizer], models: Sequence[LoadedModel]
    ) -> None:
        """Start a batch of the first of these featurizers, or a step of its backfill.

        Raises:
            StorageUnavailable: its images could not be read before, and still cannot.
        """
        if isinstance(self._backoffs.error(_label(featurizers[0])), StorageUnavailable):
            self._in_flight.check_storage(featurizers[0])
        self._activity.begin(f"claiming rows of {_label(featurizers[0])}")
        for featurizer in featurizers:
            self._heartbeat.serves.add(featurizer.name)
            if featurizer.blocked:
                execute(connection, "unblock", featurizer.featurizer_id)
        served = {
            featurizer.featurizer_id: (featurizer, model) for featurizer, model in zip(featurizers, models, strict=True)
        }
        with self._metrics.stage("claim"):
            claim = queue.claim(connection, self._worker, [*served], self._claim_size, self._lease)
        if claim is not None:
            batches = [LeasedBatch(lease, *served[lease.featurizer]) for lease in claim.leases]
            self._in_flight.submit(claim.images, batches)
        elif featurizers[0].backfilling:
            self._activity.begin(f"backfilling {_label(featurizers[0])}")
            execute(connection, "backfill_step", featurizers[0].featurizer_id, BACKFILL_STEP)
            failpoints.hit("after_backfill")

    def _defer(self, connection: Connection, task: Task, error: Exception) -> None:
        """Let a featurizer or a model wait that could not be served."""
        if isinstance(error, psycopg.errors.LockNotAvailable):
            log.info(
                "%s waits: another transaction has locked its table", _label(task), extra={"featurizer": task.name}
            )
        else:
            self._block(connection, task, error)
        self._backoffs.start(_label(task), error)

    def _block(self, connection: Connection, task: Task, error: Exception) -> None:
        """Record why a featurizer or a model cannot be served."""
        reason = _reason(error)
        if isinstance(task, UnresolvedModel):
            log.error("%s waits: %s", _label(task), reason)
            execute(connection, "reject_model", task.name, reason)
        else:
            ((reason,),) = execute(connection, "block", task.featurizer_id, reason)
            log.error("%s waits: %s", _label(task), reason, extra={"featurizer": task.name})


def _reason(error: Exception) -> str:
    """Return the message of an error, without the text of the statement that PostgreSQL adds."""
    return Message((isinstance(error, psycopg.Error) and error.diag.message_primary) or error)


def _label(task: Task) -> str:
    """Return "featurizer NAME" or "model NAME"."""
    return f"{'model' if isinstance(task, UnresolvedModel) else 'featurizer'} {task.name}"
