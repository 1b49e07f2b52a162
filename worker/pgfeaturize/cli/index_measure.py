"""How good an index is: compared with looking at all rows, over some of them."""

import time
from typing import NamedTuple

import numpy as np

from pgfeaturize.cli.progress_bars import bars, busy
from pgfeaturize.db import vectors
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import SettingsError

#: Statements that find the same rows.
BOTH = ("nearest_rows", "exact_rows")


class Measured(NamedTuple):
    """What came out, of searches one after the other on one connection.

    Attributes:
        recall: part of the true nearest rows that a search by the index finds.
        rows: whose nearest were looked for.
        searches: by the index, in a second.
        exact: searches through all rows, in a second.
        gain: how much faster the index is.
    """

    recall: float
    rows: int
    searches: float
    exact: float
    gain: float


def measure(connection: Connection, name: str, metric: str, k: int, sample: int) -> Measured:
    """Measure an index; featurize.index_report remembers the recall.

    Raises:
        Refused: there is no complete index for the metric.
    """
    with busy(f"what searches of {name} find"):
        recall = execute(connection, "measure_recall", name, k, sample, metric)[0][0]
    vectors.register_vectors(connection)
    rows = execute(connection, "query_vectors", name, metric, sample)
    if recall is None:
        raise SettingsError(
            f"the index of {name} for {metric} has too few rows to be measured",
            f"See `pgfeaturize status {name}`.",
        )
    queries = [np.array(row.vector, np.float32) for row in rows]
    by_index, exact = 0.0, 0.0
    with bars() as shown:
        bar = shown.add_task(f"how fast searches of {name} are", total=len(queries))
        # The first one twice, so that all is in memory that fits there.
        for number, query in enumerate([queries[0], *queries]):
            taken = [_seconds(connection, how, name, query, k, metric) for how in BOTH]
            if number > 0:
                by_index, exact = by_index + taken[0], exact + taken[1]
                shown.advance(bar)
    count = len(queries)
    return Measured(recall, count, count / by_index, count / exact, exact / by_index)


def _seconds(
    connection: Connection, statement: str, name: str, query: vectors.Vector, k: int, metric: str
) -> float:
    started = time.perf_counter()
    execute(connection, statement, name, query, k, None, metric, False)
    return time.perf_counter() - started
