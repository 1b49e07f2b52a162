"""Batches between claim and settling: launched into the pipeline, completed in the database."""

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import psycopg

from pgfeaturize import failpoints
from pgfeaturize.db import queue, vectors
from pgfeaturize.db.statements import Connection
from pgfeaturize.errors import ImageError, NetworkFailed, Refused
from pgfeaturize.pipeline import BatchResult, EmbedRequest, Pipeline, Uri
from pgfeaturize.worker.model_cache import LoadedModel
from pgfeaturize.worker.null_metrics import NullMetrics

log = logging.getLogger("pgfeaturize")


@dataclass(frozen=True)
class Part:
    """What one featurizer, a row of featurize.work(), gets of a batch."""

    lease: queue.Lease
    task: Any
    service: LoadedModel

    @property
    def want(self) -> EmbedRequest:
        """The same, as the pipeline sees it."""
        return EmbedRequest(self.service.network, self.service.output, self.lease.slots)

    @property
    def named(self) -> dict[str, str]:
        """What log lines for programs say besides."""
        return {"featurizer": self.task.name}


@dataclass(frozen=True)
class InFlightBatch:
    """A batch of images; its parts leave as they are settled."""

    parts: deque[Part]
    embedded: Future[BatchResult]


class InFlightBatches:
    """All that is in flight, first in, first out."""

    def __init__(
        self, pipeline: Pipeline, heartbeat: queue.Heartbeat, metrics: NullMetrics
    ) -> None:
        self.failed = 0
        self._metrics = metrics
        self._pipeline = pipeline
        self._heartbeat = heartbeat
        self._in_flight: deque[InFlightBatch] = deque()
        self._embedded = 0

    def __len__(self) -> int:
        return len(self._in_flight)

    def submit(self, images: Sequence[str | bytes], parts: Sequence[Part]) -> None:
        """Start on the images of a claim."""
        self._heartbeat.leases.update(part.lease.id for part in parts)
        task = parts[0].task
        images = [Uri(image) for image in images] if task.image_kind == "uri" else images
        access_policy = self._pipeline.access_policy.of_table(task.schema, task.relation)
        embedded = self._pipeline.submit(images, [part.want for part in parts], access_policy)
        self._in_flight.append(InFlightBatch(deque(parts), embedded))

    def complete(self, connection: Connection) -> Iterator[tuple[Any, psycopg.Error]]:
        """Settle the batch that was launched first; yield featurizers that cannot store theirs.

        Raises:
            psycopg.OperationalError: the server is lost; what is not settled stays in flight.
        """
        batch = self._in_flight[0]
        embedded = _embedded(batch)
        for outcomes in embedded.outcomes[-len(batch.parts) :]:
            part = batch.parts[0]
            try:
                self._settle(connection, part, outcomes, embedded.digests)
            except Refused as error:
                log.info("featurizer %s: %s", part.task.name, error.message, extra=part.named)
                self._release(connection, part)
            except psycopg.Error as error:
                if connection.broken:
                    raise
                self._release(connection, part)
                yield part.task, error
            self._heartbeat.leases.discard(part.lease.id)
            batch.parts.popleft()
        self._in_flight.popleft()
        self._metrics.completed(embedded)

    def _release(self, connection: Connection, part: Part) -> None:
        queue.release(connection, part.lease)
        self._metrics.released(part.task.name, len(part.lease.jobs))

    def _settle(
        self,
        connection: Connection,
        part: Part,
        outcomes: Sequence[vectors.Outcome],
        digests: Sequence[bytes | None],
    ) -> None:
        service, lease, storage = part.service, part.lease, part.task.storage
        checked = [vectors.checked(outcome, service.dim, storage) for outcome in outcomes]
        own = [digests[slot] for slot in lease.slots]
        with self._metrics.stage("settle"):
            failpoints.point("before_settle")
            settled = vectors.settle(connection, lease.id, service.space, lease.jobs, checked, own)
        failpoints.point("after_settle")
        self._metrics.settled(part.task.name, settled, checked)
        self.failed += settled.failed + settled.retried
        self._embedded += settled.embedded
        for outcome in checked:
            if isinstance(outcome, ImageError):
                what = part.task.name, outcome.reason, outcome
                log.warning("featurizer %s: %s: %s", *what, extra=part.named)
        log.debug("featurizer %s: %s", part.task.name, settled, extra=part.named)

    def report(self) -> None:
        """Say what was done since the last time."""
        if self._embedded:
            log.info("embedded %s rows; waiting for more", self._embedded)
            self._embedded = 0


def _embedded(batch: InFlightBatch) -> BatchResult:
    """What came of a batch; if the network broke, of the parts that are not settled yet."""
    try:
        return batch.embedded.result()
    except Exception as error:
        # Not one image's fault for all we know: each goes alone the next time.
        names = " and ".join(part.task.name for part in batch.parts)
        named = batch.parts[0].named
        log.exception("featurizer %s: the network broke on a batch", names, extra=named)
        broken = NetworkFailed(f"the network broke: {error}")
        outcomes: list[list[vectors.Outcome]] = [
            [broken] * len(part.lease.jobs) for part in batch.parts
        ]
        slots = 1 + max(slot for part in batch.parts for slot in part.lease.slots)
        return BatchResult(outcomes, [None] * slots)
