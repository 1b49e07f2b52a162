"""The loop: claim → read → featurize → settle. The only place that sees both queue and network.

No transaction is open while an image is read or a network runs. A few batches are in flight at
once, so that the next one decodes while this one is in the network and the last one is stored.
"""

import logging
import os
import select
import signal
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from types import FrameType
from typing import Any

import psycopg

from pgfeaturize import queue, statements, store
from pgfeaturize.errors import DatabaseError, ImageError, ModelError, NetworkFailed, SpaceMismatch
from pgfeaturize.images import Limits, Roots
from pgfeaturize.models import Model, Network, load_network, pick_device
from pgfeaturize.pipeline import Pipeline
from pgfeaturize.statements import Connection, connect, execute

log = logging.getLogger("pgfeaturize")

#: Batches in flight: one in the network, one decoding, one being stored.
DEPTH = 3
#: Rows that a backfill queues in one transaction.
BACKFILL_STEP = 1000
#: Seconds before a blocked featurizer, or a lost server, is tried again.
RETRY_AFTER = 5.0


@dataclass(frozen=True)
class Options:
    """How a worker is to run.

    `batch` images go through the network at once; `lease` is how long a silent worker keeps its
    rows; with `once` it ends when nothing is left to do.
    """

    url: str
    roots: Roots
    device: str = "auto"
    batch: int | None = None
    lease: timedelta = timedelta(seconds=60)
    once: bool = False
    offline: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Flight:
    """A batch between claim and settling."""

    lease: queue.Lease
    served: "Served"
    outcomes: Future[list[store.Outcome]]


@dataclass(frozen=True)
class Served:
    """A model this worker has loaded, and the feature space it writes to."""

    network: Network
    space: int
    storage: str


class Worker:
    """One worker process. `run` returns the exit status."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.device = pick_device(options.device)
        self.batch = options.batch or (256 if self.device.type == "cuda" else 32)
        self.stopping = False
        self.failed = 0
        self._id = 0
        self._flights: deque[Flight] = deque()
        self._rota: deque[Any] = deque()
        self._networks: dict[str, Network] = {}
        self._spaces: dict[str, int] = {}
        self._blocked_until: dict[int, float] = {}
        self._embedded_since_sleep = 0
        self._wake_read, self._wake_write = os.pipe()

    # Living and dying

    def run(self) -> int:
        """Work until told to stop, or with `once` until nothing is left."""
        first = connect(self.options.url)
        statements.check(first)
        (row,) = execute(
            first,
            "register_worker",
            socket.gethostname(),
            os.getpid(),
            str(self.device),
            version("pgfeaturize"),
        )
        self._id = row[0]
        keeper = queue.Keeper(self.options.url, self._id, self.options.lease)
        keeper.start()
        log.info("worker %s on %s, batches of %s", self._id, self.device, self.batch)
        with (
            self._signals(),
            Pipeline(self.options.roots, self.options.limits) as self._pipeline,
        ):
            self._keeper = keeper
            connection: Connection | None = first
            while connection is not None:
                connection = self._serve_until_lost(connection)
        keeper.stop()
        return 1 if self.options.once and (self.failed or self._blocked_until) else 0

    def _serve_until_lost(self, connection: Connection) -> Connection | None:
        """Serve on this connection; return a new one if it broke, None at the end."""
        try:
            self._serve(connection)
            execute(connection, "leave_worker", self._id)
            connection.close()
            return None
        except psycopg.OperationalError as error:
            log.warning("lost the server: %s", str(error).strip())
            connection.close()
            return self._reconnect()

    def _reconnect(self) -> Connection | None:
        """Batches in flight stay: their leases outlive a restart of the server."""
        while not self.stopping:
            try:
                connection = connect(self.options.url)
                statements.check(connection)
                log.info("connected again")
                return connection
            except (DatabaseError, psycopg.Error) as error:
                log.warning("%s; trying again", str(error).splitlines()[0])
                self._pause(RETRY_AFTER / 5)
        return None

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """First SIGTERM or SIGINT: finish what is in flight. Second: go at once."""

        def stop(number: int, _: FrameType | None) -> None:
            if self.stopping:
                log.warning("going at once; leases run out in %s", self.options.lease)
                os._exit(128 + number)
            self.stopping = True
            log.info("stopping: finishing %s batches", len(self._flights))
            os.write(self._wake_write, b"!")

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # The loop

    def _serve(self, connection: Connection) -> None:
        store.register_vectors(connection)
        sleeper = queue.Sleeper(connection, self._wake_read)
        while True:
            self._fill(connection)
            if self._flights:
                self._settle(connection, self._flights[0])
                self._flights.popleft()
                sleeper.awake()
            elif self.stopping or (self.options.once and not self._has_work(connection)):
                return
            elif not self._rota:
                self._report()
                sleeper.sleep(lambda: self._has_work(connection))

    def _fill(self, connection: Connection) -> None:
        """Claim until enough is in flight. Featurizers take turns, a batch each."""
        while len(self._flights) < DEPTH and not self.stopping:
            if not self._rota and not self._has_work(connection):
                return
            self._take(connection, self._rota.popleft())

    def _take(self, connection: Connection, task: Any) -> None:
        """Give a featurizer its turn. If it cannot be served it waits and says why; no row fails."""
        try:
            served = self._served(connection, task)
            self._claim(connection, task, served)
        except (ModelError, psycopg.Error) as error:
            if isinstance(error, psycopg.OperationalError):
                raise
            log.error("featurizer %s waits: %s", task.name, error)
            execute(connection, "block", task.featurizer_id, str(error))
            self._blocked_until[task.featurizer_id] = time.monotonic() + RETRY_AFTER
        else:
            self._blocked_until.pop(task.featurizer_id, None)
            if task.blocked:
                execute(connection, "unblock", task.featurizer_id)

    def _has_work(self, connection: Connection) -> bool:
        now = time.monotonic()
        self._rota.extend(
            task
            for task in execute(connection, "work")
            if self._blocked_until.get(task.featurizer_id, 0.0) <= now
        )
        return bool(self._rota)

    def _claim(self, connection: Connection, task: Any, served: Served) -> None:
        lease = queue.claim(
            connection, self._id, task.featurizer_id, task.name, self.batch, self.options.lease
        )
        if lease is not None:
            self._keeper.leases.add(lease.id)
            outcomes = self._pipeline.submit(served.network, [job.image for job in lease.jobs])
            self._flights.append(Flight(lease, served, outcomes))
        elif task.backfilling:
            execute(connection, "backfill_step", task.featurizer_id, BACKFILL_STEP)

    # Models

    def _served(self, connection: Connection, task: Any) -> Served:
        network = self._network(task)
        if task.space_id is None or task.space_id != self._spaces.get(task.model):
            self._spaces[task.model] = self._space(connection, network)
        self._keeper.serves.add(task.name)
        return Served(network, self._spaces[task.model], task.storage)

    def _network(self, task: Any) -> Network:
        model = Model(
            name=task.model,
            backbone=task.backbone,
            node=task.node,
            pooling=task.pooling,
            dim=task.dim,
            weights=task.weights,
            preprocessing=task.preprocessing,
        )
        loaded = self._networks.get(model.name)
        if loaded is None or loaded.model != model:
            started = time.monotonic()
            loaded = load_network(model, self.device, offline=self.options.offline)
            self._networks[model.name] = loaded
            log.info("loaded model %s in %.1f s", model.name, time.monotonic() - started)
        return loaded

    def _space(self, connection: Connection, network: Network) -> int:
        try:
            (row,) = execute(connection, "register_space", network.model.name, network.fingerprint)
        except psycopg.Error as error:
            if error.sqlstate != "FZ008":
                raise
            raise SpaceMismatch(
                error.diag.message_primary or "", error.diag.message_hint or ""
            ) from error
        return int(row[0])

    # Results

    def _settle(self, connection: Connection, flight: Flight) -> None:
        lease, served = flight.lease, flight.served
        outcomes = [
            store.checked(outcome, served.network.model.dim, served.storage)
            for outcome in self._outcomes(flight)
        ]
        try:
            settled = store.settle(
                connection, lease.id, served.space, [job.id for job in lease.jobs], outcomes
            )
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            # The model was changed, or the table is no longer what it was. Not the rows' fault.
            log.error("featurizer %s: could not store a batch: %s", lease.featurizer, error)
            queue.release(connection, lease)
        else:
            self._count(lease, outcomes, settled)
        self._keeper.leases.discard(lease.id)

    def _outcomes(self, flight: Flight) -> Sequence[store.Outcome]:
        try:
            return flight.outcomes.result()
        except Exception as error:
            log.exception("featurizer %s: the network broke on a batch", flight.lease.featurizer)
            return [NetworkFailed(f"the network broke: {error}") for _ in flight.lease.jobs]

    def _count(
        self, lease: queue.Lease, outcomes: Sequence[store.Outcome], settled: store.Settled
    ) -> None:
        self.failed += settled.failed + settled.retried
        self._embedded_since_sleep += settled.embedded
        for job, outcome in zip(lease.jobs, outcomes, strict=True):
            if isinstance(outcome, ImageError):
                log.warning("featurizer %s: row of job %s: %s", lease.featurizer, job.id, outcome)
        log.debug("featurizer %s: %s", lease.featurizer, settled)

    def _report(self) -> None:
        if self._embedded_since_sleep:
            log.info("embedded %s rows; waiting for more", self._embedded_since_sleep)
            self._embedded_since_sleep = 0

    def _pause(self, seconds: float) -> None:
        """Wait, unless told to stop meanwhile."""
        select.select([self._wake_read], [], [], seconds)
