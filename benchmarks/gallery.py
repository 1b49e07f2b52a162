"""A table with embeddings, to be indexed and searched."""

import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.types.json import Jsonb

from benchmarks.features import Features, Vectors
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, compose, execute
from pgfeaturize.db.vectors import register_vectors
from pgfeaturize.worker.index_builder import IndexBuilder

#: Number of neighbors of a search.
K = 10
_PART = 5000


@dataclass(frozen=True)
class Built:
    """An index: build time in seconds, and size in bytes."""

    seconds: float
    size: int


class Gallery:
    """Rows with the features of a model, in the order of `rows`, which may repeat crops.

    Attributes:
        dim: dimension of the vectors.
        size: bytes of the vectors alone.
    """

    def __init__(self, url: str, features: Features, rows: npt.NDArray[np.int64]) -> None:
        self._url = url
        self._model = features.model
        self._table = f"photos_{features.model.name}"
        self._name = f"{self._table}_{features.model.name}"
        self._connection = connect(url)
        register_vectors(self._connection)
        self._fill(features, rows)
        self.dim = features.model.dim
        self.size = len(rows) * self.dim * 4
        dice = np.random.default_rng(1)
        self._queries = features.vectors[np.sort(dice.choice(rows, 100))]
        dice.shuffle(self._queries)
        self._next = count()
        (query,) = execute(self._connection, "scan_query", self._name)
        self._scan = str(query.query)
        self._truths: dict[int, float] = {}

    def __enter__(self) -> "Gallery":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _fill(self, features: Features, rows: npt.NDArray[np.int64]) -> None:
        execute(self._connection, "create_narrow", table=self._table)
        execute(self._connection, "insert_paths", ["/crop.jpg"] * len(rows), table=self._table)
        _register(self._connection, features)
        execute(self._connection, "create_unfilled", self._table, self._model.name)
        space = execute(self._connection, "register_space", self._model.name, features.fingerprint)[0][0]
        ids = np.arange(1, len(rows) + 1)
        copying = compose("copy_embeddings", table=self._name)
        with self._connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
            for first in range(0, len(rows), _PART):
                part = slice(first, first + _PART)
                copy.write(_copied(ids[part], features.vectors[rows[part]], space))
            copy.write(b"\xff\xff")
        for table in (self._table, self._name):
            execute(self._connection, "analyze", table=table)

    def build(self, method: str) -> Built:
        """Replace the index, building the new one as a worker does."""
        if execute(self._connection, "index_report", self._name):
            execute(self._connection, "forget_index", self._name)
        execute(self._connection, "plan_index", self._name, method)
        IndexBuilder(self._url, self._name).run()
        (report,) = execute(self._connection, "index_report", self._name)
        assert report.state == "ready", report.state
        return Built(report.build_time.total_seconds(), report.size)

    def build_signs(self) -> Built:
        """Build an index over signs without subtracting the mean first."""
        name = f"signs_{self._table}"
        (statement,) = execute(self._connection, "signs_index", name, self._name, self.dim)
        with connect(self._url) as connection:
            execute(connection, "set_building_memory")
            started = time.perf_counter()
            connection.execute(statement[0])
            seconds = time.perf_counter() - started
        return Built(seconds, execute(self._connection, "relation_size", name)[0][0])

    def recall(self, sample: int) -> float:
        """Fraction of the nearest rows that a search with the index finds, measured by the database."""
        return float(execute(self._connection, "measure_recall", self._name, K, sample, "cosine")[0][0])

    def recall_by_signs(self, sample: int) -> float:
        """The same for the index without centering, with as many candidates as `bits` has."""
        oversampling = execute(self._connection, "oversampling", self._name)[0][0]
        hits = 0
        with connect(self._url) as connection:
            register_vectors(connection)
            execute(connection, "set_search", K * oversampling)
            (statement,) = execute(connection, "signs_search", self._name, self.dim)
            for number in range(sample):
                query = self._queries[number]
                # One more than wanted: the row itself is among them.
                parameters = query, K + 1, oversampling
                found = psycopg.RawCursor(connection).execute(statement[0], parameters).fetchall()
                farthest = self._truth(number)
                hits += sum(row.distance <= farthest + 1e-9 for row in found) - 1
        return hits / (K * sample)

    def by_index(self, times: int) -> float:
        """Mean seconds of a search."""
        return self._seconds(self._search, times)

    def by_scan(self, times: int) -> float:
        """Mean seconds of a search that compares all rows."""
        return self._seconds(self._look_at_all, times)

    def _seconds(self, search: Callable[[int, int], object], times: int) -> float:
        started = time.perf_counter()
        for _ in range(times):
            search(next(self._next) % len(self._queries), K)
        return (time.perf_counter() - started) / times

    def _search(self, number: int, k: int) -> Sequence[Any]:
        query = self._queries[number]
        return execute(self._connection, "search", self._name, query, k, table=self._table)

    def _look_at_all(self, number: int, k: int) -> Sequence[Any]:
        cursor = psycopg.RawCursor(self._connection)
        return cursor.execute(self._scan, (self._queries[number], k)).fetchall()

    def _truth(self, number: int) -> float:
        """Distance of the last of the nearest rows."""
        if number not in self._truths:
            self._truths[number] = self._look_at_all(number, K + 1)[-1].distance
        return self._truths[number]


def _register(connection: Connection, features: Features) -> None:
    model = features.model
    cut = model.node, model.pooling, model.dim, model.weights, Jsonb(model.preprocessing)
    execute(connection, "register_model", model.name, model.backbone, *cut)


def _copied(ids: npt.NDArray[np.int64], vectors: Vectors, space: int) -> bytes:
    """Rows (id, embedding, space_id) in the binary format of COPY, without header and trailer."""
    rows, dim = vectors.shape
    item = np.dtype(
        [
            *(("fields", ">i2"), ("eight", ">i4"), ("id", ">i8"), ("bytes", ">i4")),
            *(("dim", ">u2"), ("unused", ">u2"), ("x", ">f4", (dim,))),
            *(("four", ">i4"), ("space", ">i4")),
        ]
    )
    block = np.empty(rows, item)
    block["fields"], block["eight"], block["id"], block["bytes"] = 3, 8, ids, 4 + 4 * dim
    block["dim"], block["unused"], block["x"] = dim, 0, vectors
    block["four"], block["space"] = 4, space
    return block.tobytes()
