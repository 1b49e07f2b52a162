"""Batches between claim and settle: submitted to the pipeline, completed in the database."""

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import psycopg

from pgfeaturize import failpoints
from pgfeaturize.db import queue
from pgfeaturize.db.queue import Lease, PendingFeaturizer
from pgfeaturize.db.retry_policy import RetryPolicy
from pgfeaturize.db.statements import Connection
from pgfeaturize.db.vectors import Outcome, check_vector
from pgfeaturize.errors import ImageError, NetworkFailed, Refused, StorageUnavailable
from pgfeaturize.images import AccessPolicy, ImageSource, Uri
from pgfeaturize.pipeline import BatchResult, EmbedRequest, Pipeline
from pgfeaturize.worker.heartbeat import Heartbeat
from pgfeaturize.worker.model_cache import LoadedModel
from pgfeaturize.worker.null_metrics import NullMetrics
from pgfeaturize.worker.outcome_log import log_failures, log_refused, log_truncated

log = logging.getLogger("pgfeaturize")


@dataclass(frozen=True)
class LeasedBatch:
    """The part of a batch of images that belongs to one featurizer."""

    lease: Lease
    featurizer: PendingFeaturizer
    model: LoadedModel

    @property
    def request(self) -> EmbedRequest:
        """The same for the pipeline."""
        truncated = self.featurizer.on_truncated == "embed"
        return EmbedRequest(self.model.network, self.model.output, self.lease.slots, truncated)

    @property
    def log_fields(self) -> dict[str, str]:
        """Fields of JSON log lines."""
        return {"featurizer": self.featurizer.name}


@dataclass(frozen=True)
class InFlightBatch:
    """A batch of images in the pipeline.

    Attributes:
        unsettled: its leases; each leaves when it is settled.
        result: what the pipeline will return.
    """

    unsettled: deque[LeasedBatch]
    result: Future[BatchResult]


class InFlightBatches:
    """All batches in flight, first in, first out.

    Attributes:
        failed: rows that failed since the start, for now or for good.
    """

    def __init__(self, pipeline: Pipeline, heartbeat: Heartbeat, metrics: NullMetrics, retries: RetryPolicy) -> None:
        self.failed = 0
        self._metrics = metrics
        self._pipeline = pipeline
        self._retries = retries
        self._heartbeat = heartbeat
        self._batches: deque[InFlightBatch] = deque()
        self._embedded = 0
        self._last_sent: int | None = None

    def __len__(self) -> int:
        return len(self._batches)

    def submit(self, images: Sequence[str | bytes], leased: Sequence[LeasedBatch]) -> None:
        """Start to embed the images of a claim."""
        self._heartbeat.leases.update(batch.lease.id for batch in leased)
        featurizer = leased[0].featurizer
        sources: Sequence[ImageSource] = images
        if featurizer.image_kind in ("uri", "base64"):  # of base64, a claim returns data URIs
            sources = [Uri(image) for image in images]
        policy = self._access_policy(featurizer)
        result = self._pipeline.submit(sources, [batch.request for batch in leased], policy)
        self._batches.append(InFlightBatch(deque(leased), result))

    def check_storage(self, featurizer: PendingFeaturizer) -> None:
        """Check that the directories are there in which a featurizer's paths are looked up.

        Raises:
            StorageUnavailable: one is not.
        """
        if featurizer.image_kind == "path":
            self._access_policy(featurizer).roots.check_available()

    def _access_policy(self, featurizer: PendingFeaturizer) -> AccessPolicy:
        return self._pipeline.access_policy.of_table(featurizer.schema, featurizer.relation)

    def complete(self, connection: Connection) -> list[tuple[PendingFeaturizer, Exception]]:
        """Settle the oldest batch; return the featurizers whose results cannot be stored, and why.

        Raises:
            psycopg.OperationalError: the server is lost; unsettled leases stay in flight.
        """
        batch = self._batches[0]
        self._heartbeat.activity.begin_embedding(f"embedding a batch of {batch.unsettled[0].featurizer.name}")
        try:
            result = _result(batch)
        except StorageUnavailable as error:
            return self._release_all(connection, error)
        errors: list[tuple[PendingFeaturizer, Exception]] = []
        for outcomes in result.outcomes[-len(batch.unsettled) :]:
            leased = batch.unsettled[0]
            try:
                self._settle(connection, leased, outcomes, result)
            except Refused as error:
                log.info("featurizer %s: %s", leased.featurizer.name, error.message, extra=leased.log_fields)
                self._release(connection, leased)
            except psycopg.Error as error:
                if connection.broken:
                    raise
                self._release(connection, leased)
                errors.append((leased.featurizer, error))
            self._heartbeat.leases.discard(leased.lease.id)
            batch.unsettled.popleft()
        self._batches.popleft()
        self._metrics.completed(result)
        return errors

    def _release_all(self, connection: Connection, error: Exception) -> list[tuple[PendingFeaturizer, Exception]]:
        """Release the oldest batch; return its featurizers with the error."""
        batch = self._batches[0]
        errors: list[tuple[PendingFeaturizer, Exception]] = []
        while batch.unsettled:
            leased = batch.unsettled[0]
            self._release(connection, leased)
            self._heartbeat.leases.discard(leased.lease.id)
            errors.append((leased.featurizer, error))
            batch.unsettled.popleft()
        self._batches.popleft()
        return errors

    def _release(self, connection: Connection, leased: LeasedBatch) -> None:
        queue.release(connection, leased.lease)
        self._metrics.released(leased.featurizer.name, len(leased.lease.jobs))

    def _settle(
        self, connection: Connection, leased: LeasedBatch, outcomes: Sequence[Outcome], result: BatchResult
    ) -> None:
        featurizer, model, lease = leased.featurizer, leased.model, leased.lease
        checked = [check_vector(each, model.dim, featurizer.storage) for each in outcomes]
        digests = [result.digests[slot] for slot in lease.slots]
        damages = _damages(leased, checked, result)
        # Before settle, because settle ends the lease. If it was sent before and the connection broke, it may have, too.
        lost = lease.id in self._heartbeat.lost and lease.id != self._last_sent
        self._last_sent = lease.id
        self._heartbeat.activity.begin(f"storing rows of {featurizer.name}")
        with self._metrics.stage("settle"):
            failpoints.hit("before_settle")
            counts = queue.settle(
                connection, lease.id, model.space, lease.jobs, checked, digests, self._retries, damages
            )
        failpoints.hit("after_settle")
        if lost and counts.discarded == len(lease.jobs):
            log.warning(
                "featurizer %s: lease %s expired; its %s results were discarded",
                featurizer.name,
                lease.id,
                counts.discarded,
                extra=leased.log_fields,
            )
        self._metrics.settled(featurizer.name, counts, checked)
        self.failed += counts.failed + counts.retried
        self._embedded += counts.embedded
        log_failures(featurizer.name, checked)
        log_refused(featurizer.name, counts, checked)
        log.debug("featurizer %s: %s", featurizer.name, counts, extra=leased.log_fields)

    def report(self) -> None:
        """Log how many rows were embedded since the last report."""
        if self._embedded:
            log.info("embedded %s rows; waiting for more", self._embedded)
            self._embedded = 0


def _damages(leased: LeasedBatch, outcomes: Sequence[Outcome], result: BatchResult) -> list[str | None] | None:
    """Return what is missing in the images of which a part was embedded, and log it; None if there are none."""
    errors = [
        None if isinstance(outcome, ImageError) else result.truncated.get(slot)
        for slot, outcome in zip(leased.lease.slots, outcomes, strict=True)
    ]
    truncated = [error for error in errors if error]
    if not truncated:
        return None
    log_truncated(leased.featurizer.name, truncated, len(outcomes))
    return [str(error) if error else None for error in errors]


def _result(batch: InFlightBatch) -> BatchResult:
    """Return the result of a batch; if the network failed, a transient failure for each image.

    Raises:
        StorageUnavailable: the directory of its images is not there.
    """
    try:
        return batch.result.result()
    except StorageUnavailable:
        raise
    except Exception as error:
        # One image may have caused it, so each is tried again alone.
        names = " and ".join(leased.featurizer.name for leased in batch.unsettled)
        fields = batch.unsettled[0].log_fields
        log.exception("featurizer %s: the network failed on a batch", names, extra=fields)
        failure = NetworkFailed(f"the network failed: {error}")
        outcomes: list[list[Outcome]] = [[failure] * len(leased.lease.jobs) for leased in batch.unsettled]
        images = 1 + max(slot for leased in batch.unsettled for slot in leased.lease.slots)
        return BatchResult(outcomes, [None] * images)
