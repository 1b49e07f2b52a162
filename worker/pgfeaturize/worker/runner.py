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

from pgfeaturize.db.queue import Heartbeat
from pgfeaturize.db.statements import Connection, check, connect, execute
from pgfeaturize.errors import DatabaseError
from pgfeaturize.images import AccessPolicy, Limits
from pgfeaturize.models import pick_device
from pgfeaturize.pipeline import Pipeline
from pgfeaturize.worker.dispatcher import Dispatcher
from pgfeaturize.worker.model_cache import ModelCache
from pgfeaturize.worker.null_metrics import Address, NullMetrics
from pgfeaturize.worker.requests import RequestHandler
from pgfeaturize.worker.shutdown import Shutdown

log = logging.getLogger("pgfeaturize")

#: Files in sql/queries whose statements a worker uses.
QUERY_FILES = ("worker", "requests", "index", "training", "export")

#: Seconds between attempts to reach a lost server.
RECONNECT = 1.0


@dataclass(frozen=True)
class Options:
    """How a worker is to run.

    Attributes:
        url: libpq connection string.
        access_policy: directories and addresses that may be read.
        packages: whose functions may build networks.
        device: "auto", "cpu", "cuda" or "cuda:N".
        batch: images in one forward pass; by default 32 on a CPU, 256 on a GPU.
        lease: after so long the rows of a silent worker go to others.
        once: end when nothing is left to do.
        offline: never download weights.
        limits: what one image may cost.
        metrics: where to serve them, if at all.
    """

    url: str
    access_policy: AccessPolicy
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
            Shutdown() as stop,
            Pipeline(options.access_policy, options.limits) as pipeline,
            self._metrics() as metrics,
            self._registered() as (connection, worker),
        ):
            heartbeat = Heartbeat(options.url, worker, options.lease)
            heartbeat.start()
            metrics.watch(heartbeat)
            models = ModelCache(self._device, offline=options.offline, packages=options.packages)
            dispatcher = Dispatcher(
                worker,
                heartbeat,
                models,
                pipeline,
                stop,
                metrics,
                batch=self._batch,
                lease=options.lease,
                once=options.once,
            )
            request_handler = RequestHandler(options.url, worker, models, pipeline, metrics)
            if not options.once:
                request_handler.start()
            self._serve(connection, dispatcher, worker, stop)
            request_handler.stop()
            heartbeat.stop()
        return int(options.once and dispatcher.has_failed)

    @contextmanager
    def _registered(self) -> Iterator[tuple[Connection, int]]:
        """A connection, and the number that the worker has in the database and in log lines."""
        connection = connect(self._options.url)
        check(connection, *QUERY_FILES)
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

    def _metrics(self) -> AbstractContextManager[NullMetrics]:
        options = self._options
        if options.metrics is None:
            return nullcontext(NullMetrics())
        from pgfeaturize.worker.metrics_server import serve_metrics

        return serve_metrics(options.metrics, options.url, self._device)

    def _serve(
        self, first: Connection, dispatcher: Dispatcher, worker: int, stop: Shutdown
    ) -> None:
        """Serve through all losses of the server; leases in flight outlive a restart."""
        connection: Connection | None = first
        while connection is not None:
            with connection:
                try:
                    dispatcher.serve(connection)
                    execute(connection, "leave_worker", worker)
                    return
                except psycopg.OperationalError as error:
                    log.warning("lost the server: %s", str(error).strip())
            connection = self._reconnect(stop)

    def _reconnect(self, stop: Shutdown) -> Connection | None:
        while not stop.asked:
            stop.wait(RECONNECT)
            try:
                connection = connect(self._options.url)
                check(connection, *QUERY_FILES)
            except (DatabaseError, psycopg.Error) as error:
                log.warning("%s; trying again", str(error).splitlines()[0])
            else:
                log.info("connected again")
                return connection
        return None
