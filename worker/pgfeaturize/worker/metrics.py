"""Prometheus metrics of a worker; docs/operations.md describes each of them.

Events are counted as they happen. The queue is counted in the database when the metrics are scraped, in a separate
thread, so that a scrape never waits for a slow server.
"""

import logging
import platform
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version

import psycopg
import torch
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pgfeaturize.db.connection import connect
from pgfeaturize.db.queue import SettleCounts
from pgfeaturize.db.statements import fetch
from pgfeaturize.db.vectors import Outcome
from pgfeaturize.errors import DatabaseError, ImageError
from pgfeaturize.pipeline import BatchResult
from pgfeaturize.worker.heartbeat import Heartbeat
from pgfeaturize.worker.null_metrics import NullMetrics

log = logging.getLogger("pgfeaturize")

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
IMAGES = tuple(2.0**power for power in range(11))
STAGES = ("claim", "decode", "forward", "settle")


class Metrics(NullMetrics):
    """Metrics of one worker, in a separate registry.

    Args:
        url: libpq connection string.
        device: device that runs the networks.
    """

    def __init__(self, url: str, device: torch.device) -> None:
        # process_start_time_seconds is the start of all counters.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        #: URL at which the metrics are served.
        self.address = ""
        self._heartbeat: Heartbeat | None = None
        self._rows = self._counter("rows", "Settled rows.", "featurizer", "outcome")
        self._errors = self._counter("image_errors", "Failed attempts to featurize an image.", "featurizer", "reason")
        self._batches = self._counter("batches", "Settled batches.", "featurizer")
        self._requests = self._counter("requests", "Images of embed() requests.", "outcome")
        self._images = self._histogram("batch_images", "Images per batch.", IMAGES)
        self._stages = self._histogram("stage_seconds", "Seconds per batch, by stage.", SECONDS, "stage")
        for stage in STAGES:
            self._stages.labels(stage)
        age = self._gauge("heartbeat_age_seconds", "Seconds since the last heartbeat.")
        age.set_function(lambda: self._heartbeat.age if self._heartbeat else 0.0)
        self._describe(device)
        self.registry.register(Queue(lambda: _depth(url)))
        ProcessCollector(registry=self.registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"pgfeaturize_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"pgfeaturize_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"pgfeaturize_{name}", what, labels, buckets=buckets, registry=self.registry)

    def _describe(self, device: torch.device) -> None:
        build = Info("pgfeaturize_build", "Versions of the worker's software.", registry=self.registry)
        versions = {name: version(name) for name in ("pgfeaturize", "torch", "psycopg")}
        build.info({**versions, "python": platform.python_version(), "device": str(device)})
        if device.type == "cuda":
            memory = self._gauge("cuda_memory_bytes", "GPU memory used by PyTorch.", "kind")
            for kind in ("allocated", "reserved"):
                read = getattr(torch.cuda, f"memory_{kind}")
                memory.labels(kind).set_function(partial(read, device))

    def trouble(self) -> str | None:
        """Return why the worker does no work; None if it works, or waits for rows."""
        return self._heartbeat.trouble if self._heartbeat else "the worker has not started yet"

    def watch(self, heartbeat: Heartbeat) -> None:
        self._heartbeat = heartbeat
        log.info("metrics at %s/metrics", self.address)

    def stage(self, name: str) -> AbstractContextManager[object]:
        return self._stages.labels(name).time()

    def completed(self, result: BatchResult) -> None:
        self._images.observe(len(result.digests))
        self._stages.labels("decode").observe(result.decode_seconds)
        self._stages.labels("forward").observe(result.forward_seconds)

    def settled(self, featurizer: str, settled: SettleCounts, outcomes: Sequence[Outcome]) -> None:
        self._batches.labels(featurizer).inc()
        for outcome, rows in asdict(settled).items():
            self._rows.labels(featurizer, outcome).inc(rows)
        for error in outcomes:
            if isinstance(error, ImageError):
                self._errors.labels(featurizer, error.reason).inc()

    def released(self, featurizer: str, rows: int) -> None:
        self._rows.labels(featurizer, "released").inc(rows)

    def answered(self, outcome: str) -> None:
        self._requests.labels(outcome).inc()


@dataclass(frozen=True)
class QueueDepth:
    """A row of featurize.queue_depth()."""

    featurizer: str
    pending: int
    leased: int
    oldest_seconds: float


class Queue(Collector):
    """Depth of the queue, counted on demand by a separate thread.

    Args:
        count: returns rows of featurize.queue_depth().
    """

    #: Minimum seconds between two counts; maximum seconds that a scrape waits for a count.
    PAUSE, PATIENCE = 10.0, 1.0

    def __init__(self, count: Callable[[], Iterable[QueueDepth]]) -> None:
        self._count = count
        self._rows: list[QueueDepth] = []
        self._counted = self._ended = -self.PAUSE
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that registering does not query the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield the last count and its age, even if the server does not answer."""
        thread = self._counting()
        if thread is not None:
            thread.join(self.PATIENCE)
        rows, age = self._rows, time.monotonic() - self._counted
        queued = _family("queue_rows", "Queue entries.", "featurizer", "state")
        oldest = _family("queue_oldest_seconds", "Age of the oldest pending entry.", "featurizer")
        for row in rows:
            queued.add_metric([row.featurizer, "pending"], row.pending)
            queued.add_metric([row.featurizer, "leased"], row.leased)
            oldest.add_metric([row.featurizer], row.oldest_seconds)
        counted = _family("queue_counted_seconds", "Age of the queue metrics.")
        counted.add_metric([], age)
        yield from (queued, oldest, counted)

    def _counting(self) -> threading.Thread | None:
        """Return the thread that counts; start it if the last count is old enough."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return self._thread
            if time.monotonic() - self._ended < self.PAUSE:
                return None
            self._thread = threading.Thread(target=self._run, name="queue depth", daemon=True)
            self._thread.start()
            return self._thread

    def _run(self) -> None:
        try:
            self._rows = list(self._count())
            self._counted = time.monotonic()
        except (psycopg.Error, DatabaseError):
            pass  # the dispatcher logs the error, and the age metric shows it
        finally:
            self._ended = time.monotonic()


def _family(name: str, what: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"pgfeaturize_{name}", what, labels=labels)


def _depth(url: str) -> list[QueueDepth]:
    with connect(url) as connection:
        return fetch(connection, QueueDepth, "queue_depth")
