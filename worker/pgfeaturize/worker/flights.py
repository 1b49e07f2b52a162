"""Batches between claim and settling: launched into the pipeline, landed in the database."""

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import psycopg

from pgfeaturize import queue, store
from pgfeaturize.errors import ImageError, NetworkFailed, Refused
from pgfeaturize.pipeline import Pipeline, Uri, Want
from pgfeaturize.statements import Connection
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


@dataclass(frozen=True)
class Flight:
    """A batch of pictures; its parts leave as they are settled."""

    parts: deque[Part]
    outcomes: Future[list[list[store.Outcome]]]


class Flights:
    """All that is in flight, first in, first out."""

    def __init__(self, pipeline: Pipeline, keeper: queue.Keeper) -> None:
        self.failed = 0
        self._pipeline = pipeline
        self._keeper = keeper
        self._flights: deque[Flight] = deque()
        self._embedded = 0

    def __len__(self) -> int:
        return len(self._flights)

    def launch(self, images: Sequence[str | bytes], parts: Sequence[Part]) -> None:
        """Start on the images of a claim."""
        self._keeper.leases.update(part.lease.id for part in parts)
        pictures = [Uri(image) for image in images] if parts[0].task.image_kind == "uri" else images
        outcomes = self._pipeline.submit(pictures, [part.want for part in parts])
        self._flights.append(Flight(deque(parts), outcomes))

    def land(self, connection: Connection) -> Iterator[tuple[Any, psycopg.Error]]:
        """Settle the batch that was launched first; yield featurizers that cannot store theirs.

        Raises:
            psycopg.OperationalError: the server is lost; what is not settled stays in flight.
        """
        flight = self._flights[0]
        for outcomes in _outcomes(flight):
            part = flight.parts[0]
            try:
                self._settle(connection, part, outcomes)
            except Refused as error:
                log.info("featurizer %s: %s", part.task.name, error.message)
                queue.release(connection, part.lease)
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                queue.release(connection, part.lease)
                yield part.task, error
            self._keeper.leases.discard(part.lease.id)
            flight.parts.popleft()
        self._flights.popleft()

    def _settle(
        self, connection: Connection, part: Part, outcomes: Sequence[store.Outcome]
    ) -> None:
        service, lease, storage = part.service, part.lease, part.task.storage
        checked = [store.checked(outcome, service.dim, storage) for outcome in outcomes]
        settled = store.settle(connection, lease.id, service.space, lease.jobs, checked)
        self.failed += settled.failed + settled.retried
        self._embedded += settled.embedded
        for outcome in checked:
            if isinstance(outcome, ImageError):
                log.warning("featurizer %s: %s: %s", part.task.name, outcome.reason, outcome)
        log.debug("featurizer %s: %s", part.task.name, settled)

    def report(self) -> None:
        """Say what was done since the last time."""
        if self._embedded:
            log.info("embedded %s rows; waiting for more", self._embedded)
            self._embedded = 0


def _outcomes(flight: Flight) -> Sequence[Sequence[store.Outcome]]:
    """For each part that is not settled yet."""
    try:
        return flight.outcomes.result()[-len(flight.parts) :]
    except Exception as error:
        # Not one image's fault for all we know: each goes alone the next time.
        names = " and ".join(part.task.name for part in flight.parts)
        log.exception("featurizer %s: the network broke on a batch", names)
        broken = NetworkFailed(f"the network broke: {error}")
        return [[broken for _ in part.lease.jobs] for part in flight.parts]
