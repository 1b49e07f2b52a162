"""Speed of reading a training set: by binary COPY, and by a plain SELECT.

With the SELECT, vectors arrive as text, which NumPy parses, one call per row. Both sides connect, read all rows in the
order of their keys and end with one float32 array, labels and splits.
"""

import statistics
import time
from collections.abc import Iterator

import numpy as np
import psycopg

from benchmarks.measure import Aim, Bench, Figure, in_turns
from benchmarks.scene import create_database
from pgfeaturize import load_training
from pgfeaturize.db import vectors
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, compose, execute

AIM = Aim("≥", 5.0)
TABLE, MODEL, DIM = "photos", "resnet50", 2048
FEATURIZER, VIEW = f"{TABLE}_{MODEL}", "photos_training"
_PART = 500


def run(bench: Bench) -> Iterator[Figure]:
    """Rows/s of pgfeaturize.load_training() ÷ rows/s of the SELECT."""
    rows = bench.effort.choose(20_000, 1_000)
    url = create_database(bench, "reading")
    with connect(url) as connection:
        _fill(connection, rows)
    by_copy(url), by_text(url)  # first time is slow
    pairs = in_turns(lambda: by_copy(url), lambda: by_text(url), bench.effort.pairs)
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield Figure(
        f"{rows:,} × {DIM}: rows/s of load_training() ÷ rows/s as text",
        [text / copy for copy, text in pairs],
        AIM,
        note=f"{rows / ours:,.0f} and {rows / theirs:,.0f} rows/s",
    )


def by_copy(url: str) -> float:
    """Seconds to read them with load_training()."""
    started = time.perf_counter()
    load_training(url, VIEW)
    return time.perf_counter() - started


def by_text(url: str) -> float:
    """Seconds to read them with a SELECT."""
    started = time.perf_counter()
    with psycopg.connect(url) as connection:
        rows = connection.execute(compose("features_as_text", view=VIEW)).fetchall()
    np.array([row[0] for row in rows])
    np.array([row[1] for row in rows])
    np.stack([np.fromstring(row[2][1:-1], np.float32, sep=",") for row in rows])
    return time.perf_counter() - started


def _fill(connection: Connection, rows: int) -> None:
    """Labeled rows with embeddings like those of a network: after ReLU, half of them zero."""
    vectors.register_vectors(connection)
    execute(connection, "create_usual", table=TABLE)
    execute(connection, "insert_paths", ["/photo.jpg"] * rows, table=TABLE)
    execute(connection, "label_rows", table=TABLE)
    execute(connection, "create_unfilled", TABLE, MODEL)
    ((space,),) = execute(connection, "register_space", MODEL, "0" * 64)
    dice = np.random.default_rng(0)
    for first in range(1, rows + 1, _PART):
        ids = list(range(first, min(first + _PART, rows + 1)))
        features = np.maximum(dice.standard_normal((len(ids), DIM), np.float32), 0)
        block = vectors.VectorArray(features)
        execute(connection, "insert_embeddings", ids, block, space, table=FEATURIZER)
    for table in (TABLE, FEATURIZER):
        execute(connection, "analyze", table=table)
    execute(connection, "create_reading_view", VIEW, FEATURIZER)
