"""The worker as a process: it registers, connects, reconnects, and signs off."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version

import psycopg

from pgfeaturize.errors import DatabaseError
from pgfeaturize.images import Limits, Reach
from pgfeaturize.models import pick_device
from pgfeaturize.pipeline import Pipeline
from pgfeaturize.queue import Keeper
from pgfeaturize.statements import Connection, check, connect, execute
from pgfeaturize.worker.desk import Desk
from pgfeaturize.worker.loop import Loop
from pgfeaturize.worker.meter import Address, Meter
from pgfeaturize.worker.shelf import Shelf
from pgfeaturize.worker.stop import Stop

log = logging.getLogger("pgfeaturize")

#: Seconds between attempts to reach a lost server.
RECONNECT = 1.0


@dataclass(frozen=True)
class Options:
    """How a worker is to run.

    Attributes:
        url: libpq connection string.
        reach: directories and addresses that may be read.
        packages: whose functions may build networks.
        device: "auto", "cpu", "cuda" or "cuda:N".
        batch: images in one forward pass; by default 32 on a CPU, 256 on a GPU.
        lease: after so long the rows of a silent worker go to others.
        once: end when nothing is left to do.
        offline: never download weights.
        limits: what one picture may cost.
        metrics: where to serve them, if at all.
    """

    url: str
    reach: Reach
    packages: tuple[str, ...] = ()
    device: str = "auto"
    batch: int | None = None
    lease: timedelta = timedelta(seconds=60)
    once: bool = False
    offline: bool = False
    limits: Limits = field(default_factory=Limits)
    metrics: Address | None = None


class Worker:
    """One worker process."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._device = pick_device(options.device)
        self._batch = options.batch or (256 if self._device.type == "cuda" else 32)

    def run(self) -> int:
        """Work; return the exit status: 1 if `once` and anything failed, else 0.

        Raises:
            DatabaseError: if the database cannot be used to begin with.
            SettingsError: if metrics cannot be served where they should.
        """
        options = self._options
        with (
            Stop() as stop,
            Pipeline(options.reach, options.limits) as pipeline,
            self._metered() as meter,
            self._registered() as (connection, worker),
        ):
            keeper = Keeper(options.url, worker, options.lease)
            keeper.start()
            meter.watch(keeper)
            shelf = Shelf(self._device, offline=options.offline, packages=options.packages)
            loop = Loop(
                worker,
                keeper,
                shelf,
                pipeline,
                stop,
                meter,
                batch=self._batch,
                lease=options.lease,
                once=options.once,
            )
            desk = Desk(options.url, worker, shelf, pipeline, meter)
            if not options.once:
                desk.start()
            self._serve(connection, loop, worker, stop)
            desk.stop()
            keeper.stop()
        return int(options.once and loop.has_failed)

    @contextmanager
    def _registered(self) -> Iterator[tuple[Connection, int]]:
        """A connection, and the number that the worker has in the database and in log lines."""
        connection = connect(self._options.url)
        check(connection)
        identity = (socket.gethostname(), os.getpid(), str(self._device), version("pgfeaturize"))
        worker = int(execute(connection, "register_worker", *identity)[0][0])

        def sign(record: logging.LogRecord) -> bool:
            record.worker = worker
            return True

        log.addFilter(sign)
        try:
            log.info("worker %s on %s, batches of %s", worker, self._device, self._batch)
            yield connection, worker
        finally:
            log.removeFilter(sign)

    def _metered(self) -> AbstractContextManager[Meter]:
        options = self._options
        if options.metrics is None:
            return nullcontext(Meter())
        from pgfeaturize.worker.exporter import exported

        return exported(options.metrics, options.url, self._device)

    def _serve(self, first: Connection, loop: Loop, worker: int, stop: Stop) -> None:
        """Serve through all losses of the server; leases in flight outlive a restart."""
        connection: Connection | None = first
        while connection is not None:
            with connection:
                try:
                    loop.serve(connection)
                    execute(connection, "leave_worker", worker)
                    return
                except psycopg.OperationalError as error:
                    log.warning("lost the server: %s", str(error).strip())
            connection = self._reconnect(stop)

    def _reconnect(self, stop: Stop) -> Connection | None:
        while not stop.asked:
            stop.wait(RECONNECT)
            try:
                connection = connect(self._options.url)
                check(connection)
            except (DatabaseError, psycopg.Error) as error:
                log.warning("%s; trying again", str(error).splitlines()[0])
            else:
                log.info("connected again")
                return connection
        return None
