"""Cost of training: memory of its process, and speed of the worker that started it.

Features are made up: positive parts of normal numbers about a center for each of five classes. What scikit-learn needs
depends on their number, and hardly on what they are of.
"""

import struct
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Aim, Bench, Figure
from benchmarks.scene import create_database, images_of, register, settled, until, worker
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, compose, execute

AIM = Aim("≤", 4.0)
TABLE = "lessons"
DIM = 2048
CLASSES = 5
#: Rows written to the server at a time.
PART = 2000
#: Algorithms, the slowest last, because rows are featurized meanwhile.
ALGORITHMS = ("logistic_regression", "ridge", "linear_svm")


def run(bench: Bench) -> Iterator[Figure]:
    """GiB for each algorithm, and rows/s during a training ÷ rows/s without."""
    rows = bench.effort.choose(50_000, 500)
    images = images_of(bench, "lenet_digits")
    url = create_database(bench, "learning")
    with connect(url) as connection, worker(url, images, bench.scratch / "learning.log"):
        execute(connection, "create_narrow", table="digits")
        execute(connection, "insert_paths", images, table="digits")
        execute(connection, "create_featurizer", "digits", "path", "lenet_digits")
        until(lambda: settled(connection, "digits_lenet_digits") == len(images), "embedded")
        _fill(connection, rows)
        alone = [_featurized(connection) for _ in range(bench.effort.pairs)]
        beside: list[float] = []
        for algorithm in ALGORITHMS:
            execute(connection, "train", algorithm, TABLE)
            while execute(connection, "trained", algorithm)[0].state in ("queued", "training"):
                beside.append(_featurized(connection))
            execute(connection, "wait_classifier", algorithm)
            yield _memory(connection, algorithm, rows)
    yield Figure(
        "lenet_digits: rows/s beside trainings ÷ without, by the same worker on as many cores",
        [float(np.median(alone) / seconds) for seconds in beside],
        note=f"{len(images) / np.median(beside):,.0f} and {len(images) / np.median(alone):,.0f} rows/s",
    )


def _memory(connection: Connection, algorithm: str, rows: int) -> Figure:
    (trained,) = execute(connection, "trained", algorithm)
    return Figure(
        f"{algorithm}, {rows:,} × {DIM}, {CLASSES} classes: memory of the process at its peak",
        [trained.peak_bytes / 2**30],
        AIM,
        "GiB",
        note=f"in {trained.seconds:.0f} s{'' if trained.converged else ', not converged'}",
    )


def _featurized(connection: Connection) -> float:
    """Seconds to featurize all digits again."""
    started = time.perf_counter()
    execute(connection, "refresh_and_wait", "digits_lenet_digits")
    execute(connection, "wait_settled", "digits_lenet_digits")
    return time.perf_counter() - started


def _fill(connection: Connection, rows: int) -> None:
    """Insert labeled features by COPY."""
    execute(connection, "create_lessons", table=TABLE)
    dice = np.random.default_rng(0)
    centers = dice.normal(0, 0.3, (CLASSES, DIM))
    with connection.cursor() as cursor, cursor.copy(compose("copy_lessons", table=TABLE)) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
        for first in range(0, rows, PART):
            labels = dice.integers(0, CLASSES, min(PART, rows - first))
            features = np.maximum(dice.standard_normal((len(labels), DIM)) + centers[labels], 0)
            for number, (label, vector) in enumerate(zip(labels, features, strict=True)):
                head = struct.pack(">hiqi2si5si", 4, 8, first + number, 2, b"%02d" % label, 5, b"train", 4 + 4 * DIM)
                copy.write(head + struct.pack(">HH", DIM, 0) + vector.astype(">f4").tobytes())
        copy.write(b"\xff\xff")
    execute(connection, "register_lessons", TABLE, register(connection, "resnet50"))
