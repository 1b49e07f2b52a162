"""Recall and speed of an index, compared with exact searches for a sample of the rows."""

import time
from dataclasses import dataclass

import numpy as np

from pgfeaturize.cli.report import progress_bars, spinner
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.db.vectors import Vector, register_vectors
from pgfeaturize.errors import SettingsError

#: Statements that find the same rows: by the index, and exactly.
STATEMENTS = ("nearest_rows", "exact_rows")


@dataclass(frozen=True)
class IndexMeasurement:
    """Result of searches one after the other on one connection.

    Attributes:
        recall: share of the true nearest rows that searches by the index find.
        rows: number of searches.
        indexed_rate: searches by the index per second.
        exact_rate: exact searches per second.
    """

    recall: float
    rows: int
    indexed_rate: float
    exact_rate: float


def measure(connection: Connection, name: str, metric: str, k: int, sample: int) -> IndexMeasurement:
    """Measure an index; featurize.index_report keeps the recall.

    Raises:
        Refused: there is no complete index for the metric.
        SettingsError: there are too few rows.
    """
    with spinner(f"measuring the recall of {name}"):
        recall = execute(connection, "measure_recall", name, k, sample, metric)[0][0]
    register_vectors(connection)
    rows = execute(connection, "query_vectors", name, metric, sample)
    if recall is None:
        raise SettingsError(
            f"the index of {name} for {metric} has too few rows to be measured", f"See `pgfeaturize status {name}`."
        )
    queries = [np.array(row.vector, np.float32) for row in rows]
    seconds = [0.0, 0.0]
    with progress_bars() as bars:
        bar = bars.add_task(f"measuring the speed of {name}", total=len(queries))
        # The first query runs twice: the first time fills the caches and does not count.
        for number, query in enumerate([queries[0], *queries]):
            elapsed = [_seconds(connection, each, name, query, k, metric) for each in STATEMENTS]
            if number > 0:
                seconds = [total + new for total, new in zip(seconds, elapsed, strict=True)]
                bars.advance(bar)
    indexed, exact = seconds
    return IndexMeasurement(recall, len(queries), len(queries) / indexed, len(queries) / exact)


def _seconds(connection: Connection, statement: str, name: str, query: Vector, k: int, metric: str) -> float:
    start = time.perf_counter()
    execute(connection, statement, name, query, k, None, metric, False, None, None)
    return time.perf_counter() - start
