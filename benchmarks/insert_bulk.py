"""Cost of a featurizer for an INSERT of 1,000 rows, including the commit, without a worker.

Two tables of the same shape, one with a featurizer, take turns. The rows are one array parameter, the
cheapest way to insert them, so that the trigger's share is as large as possible.
"""

import statistics
import time
from collections.abc import Iterator

from benchmarks.measure import Aim, Bench, Figure, in_turns, medians, quotients
from benchmarks.scene import create_database
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute

ROWS = 1000
AIM = Aim("≤", 1.6)
SHAPES = {"narrow": "id, path", "usual": "id, path, label, created_at, an index on created_at"}


def run(bench: Bench) -> Iterator[Figure]:
    """Time with a featurizer ÷ time without, for each shape of table."""
    with connect(create_database(bench, "insert_bulk")) as connection:
        for shape, columns in SHAPES.items():
            yield _figure(bench, connection, shape, columns)


def _figure(bench: Bench, connection: Connection, shape: str, columns: str) -> Figure:
    _create(connection, shape)
    times = bench.effort.choose(20, 3)
    _pair(connection, shape, 2)  # first time is slow
    pairs = [_pair(connection, shape, times) for _ in range(bench.effort.pairs)]
    added = statistics.median(one - other for one, other in pairs) * 1e6 / ROWS
    bare = statistics.median(other for _, other in pairs) * 1e6 / ROWS
    return Figure(
        f"{shape} table ({columns}): INSERT of {ROWS:,} rows with ÷ without a featurizer, time",
        quotients(pairs),
        AIM,
        note=f"adds {added:.1f} µs to the {bare:.1f} µs of a row",
    )


def _create(connection: Connection, shape: str) -> None:
    for table in (f"{shape}_bare", f"{shape}_featurized"):
        execute(connection, f"create_{shape}", table=table)
        if shape == "usual":
            execute(connection, "create_usual_index", table=table)
    execute(connection, "create_featurizer", f"{shape}_featurized", "path", "resnet18")


def _pair(connection: Connection, shape: str, times: int) -> tuple[float, float]:
    """Median seconds of `times` statements on each table, in turns; the queue is empty at the start."""
    execute(connection, "empty_table", table="featurize.outbox")
    return medians(
        in_turns(
            lambda: _insert(connection, f"{shape}_featurized"), lambda: _insert(connection, f"{shape}_bare"), times
        )
    )


def _insert(connection: Connection, table: str) -> float:
    paths = [f"/data/photos/2024/06/19/IMG_{row:05d}.jpg" for row in range(ROWS)]
    started = time.perf_counter()
    execute(connection, "insert_paths", paths, table=table)
    return time.perf_counter() - started
