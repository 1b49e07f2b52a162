"""Builds requested indexes CONCURRENTLY, on a connection of its own."""

import logging
import threading
from typing import Any

import numpy as np
import psycopg

from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.db.vectors import VectorArray, register_vectors
from pgfeaturize.errors import DatabaseError

log = logging.getLogger("pgfeaturize")

#: Rows that a projection is fitted to.
SAMPLE = 5_000
#: array_send() of float4[]: dimensions, flags, type, length and lower bound; then each with its size.
_HEADER, _ITEM = 20, np.dtype([("size", ">i4"), ("value", ">f4")])


class IndexBuilder(threading.Thread):
    """A thread that builds the requested indexes one after the other, and ends.

    Ends at once if another session of this database builds.

    Args:
        url: libpq connection string.
        name: of the featurizer whose indexes are meant; None: all.
    """

    def __init__(self, url: str, name: str | None = None) -> None:
        super().__init__(name="builder", daemon=True)
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
                if execute(connection, "start_building")[0][0]:
                    for wanted in execute(connection, "index_work", self._featurizer):
                        if not self._cancelled.is_set():
                            build(connection, wanted)
        except (psycopg.Error, DatabaseError) as error:
            log.warning("indexes are not built: %s", str(error).strip())

    def cancel(self) -> None:
        """Cancel the running build, and wait for the thread."""
        self._cancelled.set()
        while self.is_alive():
            try:
                if self._connection is not None:
                    self._connection.cancel_safe(timeout=5.0)
            except psycopg.Error as error:
                log.warning("a build is not cancelled: %s", str(error).strip())
            self.join(1.0)


def build(connection: Connection, wanted: Any) -> None:
    """Build one row of featurize.index_work()."""
    what = f"index of {wanted.featurizer} for {wanted.metric} ({wanted.method})"
    named = {"featurizer": wanted.featurizer}
    log.info("building the %s", what, extra=named)
    problem = None
    try:
        statements = execute(connection, "begin_index", wanted.index_id)
        if statements and wanted.method == "projection":
            _project(connection, wanted)
        _run(connection, statements)
    except Exception as error:
        if connection.broken:
            raise
        problem = str(error).strip()
        log.error("the %s is not built: %s", what, problem, extra=named)
    _run(connection, execute(connection, "end_index", wanted.index_id, problem))
    if problem is None:
        log.info("the %s is built", what, extra=named)


def _run(connection: Connection, statements: list[Any]) -> None:
    for row in statements:
        connection.execute(row.statement)


def _project(connection: Connection, wanted: Any) -> None:
    from pgfeaturize.training import projection  # scikit-learn takes its time

    rows = execute(connection, "sample_vectors", wanted.index_id, SAMPLE)
    vectors = [np.frombuffer(row.vector, _ITEM, offset=_HEADER)["value"] for row in rows]
    fitted = projection.fit(np.array(vectors, np.float32), wanted.dimensions)
    directions = VectorArray(fitted.directions)
    execute(connection, "set_projection", wanted.index_id, directions, fitted.biases.tolist())
