"""Batches between claim and settling: launched into the pipeline, landed in the database."""

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import psycopg

from pgfeaturize import faults, queue, store
from pgfeaturize.errors import ImageError, NetworkFailed, Refused
from pgfeaturize.pipeline import Embedded, Pipeline, Uri, Want
from pgfeaturize.statements import Connection
from pgfeaturize.worker.meter import Meter
from pgfeaturize.worker.shelf import Service

log = logging.getLogger("pgfeaturize")


@dataclass(frozen=True)
class Part:
    """What one featurizer, a row of featurize.work(), gets of a batch."""

    lease: queue.Lease
    task: Any
    service: Service

    @property
    def want(self) -> Want:
        """The same, as the pipeline sees it."""
        return Want(self.service.network, self.service.head, self.lease.slots)

    @property
    def named(self) -> dict[str, str]:
        """What log lines for programs say besides."""
        return {"featurizer": self.task.name}


@dataclass(frozen=True)
class Flight:
    """A batch of pictures; its parts leave as they are settled."""

    parts: deque[Part]
    embedded: Future[Embedded]


class Flights:
    """All that is in flight, first in, first out."""

    def __init__(self, pipeline: Pipeline, keeper: queue.Keeper, meter: Meter) -> None:
        self.failed = 0
        self._meter = meter
        self._pipeline = pipeline
        self._keeper = keeper
        self._flights: deque[Flight] = deque()
        self._embedded = 0

    def __len__(self) -> int:
        return len(self._flights)

    def launch(self, images: Sequence[str | bytes], parts: Sequence[Part]) -> None:
        """Start on the images of a claim."""
        self._keeper.leases.update(part.lease.id for part in parts)
        task = parts[0].task
        pictures = [Uri(image) for image in images] if task.image_kind == "uri" else images
        reach = self._pipeline.reach.of_table(task.schema, task.relation)
        embedded = self._pipeline.submit(pictures, [part.want for part in parts], reach)
        self._flights.append(Flight(deque(parts), embedded))

    def land(self, connection: Connection) -> Iterator[tuple[Any, psycopg.Error]]:
        """Settle the batch that was launched first; yield featurizers that cannot store theirs.

        Raises:
            psycopg.OperationalError: the server is lost; what is not settled stays in flight.
        """
        flight = self._flights[0]
        embedded = _embedded(flight)
        for outcomes in embedded.outcomes[-len(flight.parts) :]:
            part = flight.parts[0]
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
            self._keeper.leases.discard(part.lease.id)
            flight.parts.popleft()
        self._flights.popleft()
        self._meter.landed(embedded)

    def _release(self, connection: Connection, part: Part) -> None:
        queue.release(connection, part.lease)
        self._meter.released(part.task.name, len(part.lease.jobs))

    def _settle(
        self,
        connection: Connection,
        part: Part,
        outcomes: Sequence[store.Outcome],
        digests: Sequence[bytes | None],
    ) -> None:
        service, lease, storage = part.service, part.lease, part.task.storage
        checked = [store.checked(outcome, service.dim, storage) for outcome in outcomes]
        own = [digests[slot] for slot in lease.slots]
        with self._meter.stage("settle"):
            faults.point("before_settle")
            settled = store.settle(connection, lease.id, service.space, lease.jobs, checked, own)
        faults.point("after_settle")
        self._meter.settled(part.task.name, settled, checked)
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


def _embedded(flight: Flight) -> Embedded:
    """What came of a batch; if the network broke, of the parts that are not settled yet."""
    try:
        return flight.embedded.result()
    except Exception as error:
        # Not one image's fault for all we know: each goes alone the next time.
        names = " and ".join(part.task.name for part in flight.parts)
        named = flight.parts[0].named
        log.exception("featurizer %s: the network broke on a batch", names, extra=named)
        broken = NetworkFailed(f"the network broke: {error}")
        outcomes: list[list[store.Outcome]] = [
            [broken] * len(part.lease.jobs) for part in flight.parts
        ]
        slots = 1 + max(slot for part in flight.parts for slot in part.lease.slots)
        return Embedded(outcomes, [None] * slots)
