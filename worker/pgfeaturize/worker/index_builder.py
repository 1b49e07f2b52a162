"""Builds requested indexes CONCURRENTLY, on a separate connection."""

import logging
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.db.vectors import VectorArray, register_vectors
from pgfeaturize.errors import DatabaseError

log = logging.getLogger("pgfeaturize")

#: Number of rows that a projection is fitted to.
SAMPLE = 5_000
#: Builds of an index before it fails for lack of memory or space: in parallel; serially; with little memory.
ATTEMPTS = 3
_OUT_OF_SPACE = (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory)
_SPACE_HINT = (
    "If the server runs in a container, give it more shared memory (docker run --shm-size=1g; shm_size in compose), "
    "or set dynamic_shared_memory_type to mmap. Else free disk space or memory on the server. "
    "Then run `pgfeaturize index build`."
)
#: Binary form of float4[]: a header of dimensions, flags, type, length and lower bound; then the items.
_HEADER, _ITEM = 20, np.dtype([("size", ">i4"), ("value", ">f4")])


@dataclass(frozen=True)
class IndexTask:
    """A row of featurize.index_work().

    Attributes:
        index_id: key of featurize.index.
        featurizer: name of the featurizer.
        metric: cosine, l2, ip or l1.
        method: hnsw, halfvec, bits or projection.
        dimensions: dimensions of a projection.
    """

    index_id: int
    featurizer: str
    metric: str
    method: str
    dimensions: int | None


class IndexBuilder(threading.Thread):
    """A thread that builds the requested indexes one after the other, and ends.

    It ends at once if another session of this database is building indexes.

    Args:
        url: libpq connection string.
        name: name of the featurizer whose indexes to build; None: all featurizers.

    Attributes:
        has_failed: whether an index could not be built.
    """

    def __init__(self, url: str, name: str | None = None) -> None:
        super().__init__(name="builder", daemon=True)
        self.has_failed = False
        self._url = url
        self._featurizer = name
        self._connection: Connection | None = None
        self._cancelled = threading.Event()

    def run(self) -> None:
        """Build; errors are recorded in featurize.index_report."""
        try:
            with connect(self._url) as connection:
                self._connection = connection
                register_vectors(connection)
                if not execute(connection, "start_building")[0][0]:
                    self.has_failed = True  # another session builds indexes
                else:
                    for task in fetch(connection, IndexTask, "index_work", self._featurizer):
                        if not self._cancelled.is_set() and not build(connection, task):
                            self.has_failed = True
        except (psycopg.Error, DatabaseError) as error:
            self.has_failed = True
            log.warning("indexes cannot be built: %s", str(error).strip())

    def cancel(self) -> None:
        """Cancel the running build, and wait for the thread."""
        self._cancelled.set()
        while self.is_alive():
            try:
                if self._connection is not None:
                    self._connection.cancel_safe(timeout=5.0)
            except psycopg.Error as error:
                log.warning("an index build cannot be cancelled: %s", str(error).strip())
            self.join(1.0)


def build(connection: Connection, task: IndexTask) -> bool:
    """Build one index and return whether that succeeded; an error is recorded in featurize.index_report."""
    title = f"index of {task.featurizer} for {task.metric} ({task.method})"
    log_fields = {"featurizer": task.featurizer}
    log.info("building the %s", title, extra=log_fields)
    message = None
    try:
        _build(connection, task, title)
    except Exception as error:
        if connection.broken:
            raise
        message = str(error).strip()
        if isinstance(error, _OUT_OF_SPACE):
            message += f"\nHint: {_SPACE_HINT}"
        log.error("the %s cannot be built: %s", title, message, extra=log_fields)
    _run(connection, execute(connection, "end_index", task.index_id, message))
    if message is None:
        log.info("the %s is built", title, extra=log_fields)
    return message is None


def _build(connection: Connection, task: IndexTask, title: str) -> None:
    """Build; if memory or space runs out, build again without parallel workers, then also with less memory."""
    for attempt in range(1, ATTEMPTS + 1):
        statements = execute(connection, "begin_index", task.index_id, attempt)
        try:
            if statements and task.method == "projection":
                _project(connection, task)
            _run(connection, statements)
            return
        except _OUT_OF_SPACE as error:
            if attempt == ATTEMPTS:
                raise
            how = "without parallel workers" if attempt == 1 else "with 64 MB of maintenance_work_mem"
            log.warning("the %s is built again %s: %s", title, how, str(error).strip())


def _run(connection: Connection, statements: list[Any]) -> None:
    for row in statements:
        connection.execute(row.statement)


def _project(connection: Connection, task: IndexTask) -> None:
    from pgfeaturize.training import projection  # importing scikit-learn is slow

    rows = execute(connection, "sample_vectors", task.index_id, SAMPLE)
    vectors = [np.frombuffer(row.vector, _ITEM, offset=_HEADER)["value"] for row in rows]
    fitted = projection.fit(np.array(vectors, np.float32), task.dimensions or 0)
    directions = VectorArray(fitted.directions)
    execute(connection, "set_projection", task.index_id, directions, fitted.biases.tolist())
