"""Builds indexes that are wanted, CONCURRENTLY, on a connection of its own."""

import logging
import threading
from typing import Any

import numpy as np
import psycopg

from pgfeaturize.errors import DatabaseError
from pgfeaturize.statements import Connection, connect, execute
from pgfeaturize.store import VectorArray, register_vectors

log = logging.getLogger("pgfeaturize")

#: Rows that a projection is fitted to.
SAMPLE = 10_000


class Builder(threading.Thread):
    """Builds what is wanted now, one index after the other, and ends.

    Args:
        url: libpq connection string.
        name: of the featurizer whose indexes are meant; None: all.
    """

    def __init__(self, url: str, name: str | None = None) -> None:
        super().__init__(name="builder", daemon=True)
        self._url = url
        self._featurizer = name
        self._connection: Connection | None = None

    def run(self) -> None:
        """Build; what goes wrong stands in featurize.index_report."""
        try:
            with connect(self._url) as connection:
                self._connection = connection
                register_vectors(connection)
                for wanted in execute(connection, "index_work", self._featurizer):
                    build(connection, wanted)
        except (psycopg.Error, DatabaseError) as error:
            log.warning("indexes are not built: %s", str(error).strip())

    def cancel(self) -> None:
        """Give up the statement that runs, and wait for the end."""
        if self._connection is not None and not self._connection.closed:
            self._connection.cancel_safe(timeout=5.0)
        self.join()


def build(connection: Connection, wanted: Any) -> None:
    """Build one row of featurize.index_work(), unless another session does."""
    if not execute(connection, "try_index", wanted.index_id, wanted.memory_kb)[0][0]:
        return
    what = f"index of {wanted.featurizer} for {wanted.metric} ({wanted.method})"
    log.info("building the %s", what)
    problem = None
    try:
        if wanted.method == "projection":
            _project(connection, wanted)
        statement = execute(connection, "begin_index", wanted.index_id)[0][0]
        connection.execute(statement)
    except (psycopg.Error, DatabaseError) as error:
        if connection.broken:
            raise
        problem = str(error).strip()
        log.error("the %s is not built: %s", what, problem)
    left = execute(connection, "end_index", wanted.index_id, problem)[0][0]
    if left:
        connection.execute(left)
    if problem is None:
        log.info("the %s is built", what)


def _project(connection: Connection, wanted: Any) -> None:
    from pgfeaturize.learn import projection  # scikit-learn takes its time

    rows = execute(connection, "sample_vectors", wanted.index_id, SAMPLE)
    vectors = np.array([row.vector for row in rows], np.float32)
    fitted = projection.fit(vectors, wanted.dimensions)
    directions = VectorArray(fitted.directions)
    execute(connection, "set_projection", wanted.index_id, directions, fitted.biases.tolist())
