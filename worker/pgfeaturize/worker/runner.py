"""The worker process: connects and registers, runs its parts, and reconnects when the server is lost."""

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version

import psycopg

from pgfeaturize.db.connection import connect, wait_for
from pgfeaturize.db.retry_policy import RetryPolicy
from pgfeaturize.db.schema import check
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import DatabaseError, ReadOnlyDatabase, SettingsError
from pgfeaturize.images import AccessPolicy, Limits
from pgfeaturize.models import pick_device
from pgfeaturize.pipeline import PER_HOST, Pipeline
from pgfeaturize.worker import background_tasks
from pgfeaturize.worker.activity import Activity
from pgfeaturize.worker.dispatcher import Dispatcher
from pgfeaturize.worker.heartbeat import Heartbeat
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
    """Options of a worker.

    Attributes:
        url: libpq connection string.
        access_policy: directories and URLs that may be read.
        packages: Python packages whose functions may build networks.
        device: "auto", "cpu", "cuda" or "cuda:N".
        batch: images in one forward pass; by default 32 on a CPU, 256 on a GPU.
        lease: lease timeout; after this long without a heartbeat, other workers take over the rows.
        once: exit when no row, index or classifier is left to do.
        offline: never download weights.
        limits: bytes, pixels and seconds per image.
        memory: bytes for images; by default half of what the process may use.
        per_host: images of one host that are fetched at a time.
        retries: which failures are tried again, and when.
        metrics: address to serve metrics at; None: no metrics.
        wait: seconds to wait at the start for the server and the schema.
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
    memory: int | None = None
    per_host: int = PER_HOST
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    metrics: Address | None = None
    wait: float = 0.0


def check_tables(connection: Connection, policy: AccessPolicy) -> None:
    """Check that the tables and schemas exist that have an access policy of their own.

    Raises:
        SettingsError: one does not.
    """
    ((missing, featurized),) = execute(connection, "missing_tables", [*policy.tables])
    if missing:
        raise SettingsError(
            f"--root or --uri: there is no table {', '.join(missing)}",
            f"Tables with featurizers: {', '.join(featurized) or 'none'}.",
        )


class Worker:
    """One worker process."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._device = pick_device(options.device)
        self._batch = options.batch or (256 if self._device.type == "cuda" else 32)
        self._tasks_failed = False

    def run(self) -> int:
        """Work; return the exit status: 1 if `once` and a row, index or classifier failed, else 0.

        Raises:
            DatabaseError: the database cannot be used at the start.
            SettingsError: the address for metrics cannot be used, or a table of the access policy does not exist.
        """
        options = self._options
        with (
            Shutdown() as shutdown,
            Pipeline(
                options.access_policy, options.limits, memory=options.memory, per_host=options.per_host
            ) as pipeline,
            self._open_metrics() as metrics,
            self._register(shutdown) as (connection, worker),
        ):
            # A statement, or an image with its batch, has made no progress in this time only if something hangs.
            limit = 2 * max(options.lease.total_seconds(), options.limits.seconds)
            activity = Activity(limit, lambda: pipeline.progressed_at)
            heartbeat = Heartbeat(options.url, worker, options.lease, activity)
            heartbeat.start()
            metrics.watch(heartbeat)
            models = ModelCache(self._device, offline=options.offline, packages=options.packages)
            dispatcher = Dispatcher(
                worker,
                heartbeat,
                models,
                pipeline,
                shutdown,
                metrics,
                batch=self._batch,
                lease=options.lease,
                once=options.once,
                retries=options.retries,
            )
            request_handler = RequestHandler(options.url, worker, models, pipeline, metrics)
            if not options.once:
                request_handler.start()
            self._serve(connection, dispatcher, worker, shutdown)
            request_handler.stop()
            heartbeat.stop()
        return int(options.once and (dispatcher.has_failed or self._tasks_failed))

    @contextmanager
    def _register(self, shutdown: Shutdown) -> Iterator[tuple[Connection, int]]:
        """Connect and register; return the connection and the worker's id, which log lines have."""

        def pause(seconds: float) -> None:
            shutdown.wait(seconds)
            if shutdown.requested:
                sys.exit(0)

        connection = wait_for(self._connect, self._options.wait, pause)
        check_tables(connection, self._options.access_policy)
        identity = (socket.gethostname(), os.getpid(), str(self._device), version("pgfeaturize"))
        worker = int(execute(connection, "register_worker", *identity)[0][0])

        def add_worker(record: logging.LogRecord) -> bool:
            record.worker = worker
            return True

        log.addFilter(add_worker)
        try:
            log.info("worker %s on %s, batches of %s", worker, self._device, self._batch)
            yield connection, worker
        finally:
            log.removeFilter(add_worker)

    def _connect(self) -> Connection:
        connection = connect(self._options.url)
        try:
            check(connection, *QUERY_FILES)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_metrics(self) -> AbstractContextManager[NullMetrics]:
        options = self._options
        if options.metrics is None:
            return nullcontext(NullMetrics())
        from pgfeaturize.worker.metrics_server import serve_metrics

        return serve_metrics(options.metrics, options.url, self._device)

    def _serve(self, first: Connection, dispatcher: Dispatcher, worker: int, shutdown: Shutdown) -> None:
        """Run the dispatcher, reconnecting when the server is lost; leases outlive a restart."""
        connection: Connection | None = first
        while connection is not None:
            with connection:
                try:
                    dispatcher.serve(connection)
                    if self._options.once and not shutdown.requested:
                        self._finish_tasks(connection, worker, shutdown)
                        dispatcher.serve(connection)  # rows that were written meanwhile
                        self._report_retries(connection)
                    execute(connection, "leave_worker", worker)
                    return
                except (psycopg.OperationalError, ReadOnlyDatabase) as error:
                    log.warning("lost the server: %s", str(error).strip())
            connection = self._reconnect(shutdown)

    def _finish_tasks(self, connection: Connection, worker: int, shutdown: Shutdown) -> None:
        """Build the waiting indexes and train the queued classifiers, of which the last rows may be a part."""
        if not background_tasks.finish(connection, self._options.url, worker, shutdown):
            self._tasks_failed = True

    def _report_retries(self, connection: Connection) -> None:
        """Report the rows that wait for another attempt, which `once` does not wait for."""
        for featurizer, note in execute(connection, "retries"):
            log.warning("featurizer %s: %s", featurizer, note, extra={"featurizer": featurizer})
            self._tasks_failed = True

    def _reconnect(self, shutdown: Shutdown) -> Connection | None:
        while not shutdown.requested:
            shutdown.wait(RECONNECT)
            try:
                connection = self._connect()
            except (DatabaseError, psycopg.Error) as error:
                log.warning("%s; trying again", str(error).splitlines()[0])
            else:
                log.info("connected again")
                return connection
        return None
