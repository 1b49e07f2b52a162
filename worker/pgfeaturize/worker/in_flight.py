"""Batches between claim and settle: submitted to the pipeline, completed in the database."""

import logging
from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import psycopg

from pgfeaturize import failpoints
from pgfeaturize.db import queue
from pgfeaturize.db.queue import Lease, PendingFeaturizer, SettleCounts
from pgfeaturize.db.retry_policy import RetryPolicy
from pgfeaturize.db.statements import Connection
from pgfeaturize.db.vectors import Outcome, check_vector
from pgfeaturize.errors import ImageError, NetworkFailed, Refused, StorageUnavailable
from pgfeaturize.images import AccessPolicy, ImageSource, Uri
from pgfeaturize.pipeline import BatchResult, EmbedRequest, Pipeline
from pgfeaturize.worker.heartbeat import Heartbeat
from pgfeaturize.worker.model_cache import LoadedModel
from pgfeaturize.worker.null_metrics import NullMetrics

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
        return EmbedRequest(self.model.network, self.model.output, self.lease.slots)

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
                self._settle(connection, leased, outcomes, result.digests)
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
        self, connection: Connection, leased: LeasedBatch, outcomes: Sequence[Outcome], digests: Sequence[bytes | None]
    ) -> None:
        featurizer, model, lease = leased.featurizer, leased.model, leased.lease
        checked = [check_vector(each, model.dim, featurizer.storage) for each in outcomes]
        own_digests = [digests[slot] for slot in lease.slots]
        # Before settle, because settle ends the lease. If it was sent before and the connection broke, it may have, too.
        lost = lease.id in self._heartbeat.lost and lease.id != self._last_sent
        self._last_sent = lease.id
        self._heartbeat.activity.begin(f"storing rows of {featurizer.name}")
        with self._metrics.stage("settle"):
            failpoints.hit("before_settle")
            counts = queue.settle(connection, lease.id, model.space, lease.jobs, checked, own_digests, self._retries)
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
        _log_failures(leased, checked)
        _log_refused(leased, counts, checked)
        log.debug("featurizer %s: %s", featurizer.name, counts, extra=leased.log_fields)

    def report(self) -> None:
        """Log how many rows were embedded since the last report."""
        if self._embedded:
            log.info("embedded %s rows; waiting for more", self._embedded)
            self._embedded = 0


def _log_failures(leased: LeasedBatch, outcomes: Sequence[Outcome]) -> None:
    """Log one line for each reason; featurize.failure has the rows."""
    failures: defaultdict[str, list[ImageError]] = defaultdict(list)
    for outcome in outcomes:
        if isinstance(outcome, ImageError):
            failures[outcome.reason].append(outcome)
    for reason, alike in failures.items():
        log.warning(
            "featurizer %s: %s of %s rows failed: %s, for example: %s",
            leased.featurizer.name,
            len(alike),
            len(outcomes),
            reason,
            alike[0].message,
            extra=leased.log_fields,
        )


def _log_refused(leased: LeasedBatch, counts: SettleCounts, outcomes: Sequence[Outcome]) -> None:
    """Log that the database refused rows; it also counts them as failed."""
    refused = counts.failed + counts.retried - sum(isinstance(outcome, ImageError) for outcome in outcomes)
    if refused > 0:
        log.warning(
            "featurizer %s: at least %s of %s rows were not stored; featurize.failure has the message of the database",
            leased.featurizer.name,
            refused,
            len(outcomes),
            extra=leased.log_fields,
        )


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
