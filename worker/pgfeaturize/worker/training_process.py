"""The process that trains one classifier: reads rows, fits, stores coefficients, ends.

A worker starts it. As a process of its own it gives its memory back, and steps back for whoever
else wants the processor, so that the worker's networks go on. It does not import torch.

    DATABASE_URL=… python -m pgfeaturize.worker.training_process WORKER '{a row of take_classifier()}'
"""

import json
import logging
import os
import re
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from pgfeaturize import settings
from pgfeaturize.db import vectors
from pgfeaturize.db.copy_binary import snapshot
from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.errors import NotTrainable, PgfeaturizeError
from pgfeaturize.training import dataset, linear

log = logging.getLogger("pgfeaturize")

#: What made a classifier is remembered with it.
LIBRARIES = ("pgfeaturize", "scikit-learn", "numpy", "scipy")


def main(worker: int, task: dict[str, Any]) -> None:
    """Train what a row of featurize.take_classifier() says, or say why not."""
    os.nice(10)
    with connect(settings.database_url()) as connection:
        try:
            _train(connection, worker, task)
        except (PgfeaturizeError, MemoryError, ValueError) as error:
            problem = str(error).strip() or type(error).__name__
            log.error("classifier %s is not trained: %s", task["name"], problem)
            execute(connection, "reject_classifier", task["classifier_id"], worker, problem)


def _train(connection: Connection, worker: int, task: dict[str, Any]) -> None:
    if task["training_view"] is None:
        raise NotTrainable(
            "its training view is gone, or closed to whoever has asked",
            "Make one and train it by that.",
        )
    with snapshot(connection):
        ((space,),) = execute(connection, "training_space", task["training_view"])
        rows = dataset.read(connection, task["training_view"], "train")
    log.info("training classifier %s by %s rows", task["name"], f"{len(rows.labels):,}")
    started = time.monotonic()
    learned, _ = linear.fit(rows.features, rows.labels, task["algorithm"], task["params"])
    cost = {"seconds": time.monotonic() - started, "peak_bytes": _peak_bytes()}
    vectors.register_vectors(connection)
    stored = execute(
        connection,
        "store_classifier",
        task["classifier_id"],
        worker,
        space,
        learned.link,
        learned.labels,
        learned.rows,
        vectors.VectorArray(learned.coefficients),
        learned.intercepts.tolist(),
        Jsonb(learned.metrics | cost),
        Jsonb({name: version(name) for name in LIBRARIES}),
    )
    if stored[0][0]:
        log.info("classifier %s is ready", task["name"])


def _peak_bytes() -> int | None:
    """The most memory that this process has had; not getrusage(), which begins with the parent's."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else None


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
