"""The process that trains one classifier: it reads rows, fits, stores coefficients, and ends.

A worker starts it. A separate process releases its memory at the end and runs at low priority, so that the worker's
networks keep running. It does not import torch.

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

from psycopg.types.json import Jsonb

from pgfeaturize import settings
from pgfeaturize.db import vectors
from pgfeaturize.db.connection import connect
from pgfeaturize.db.copy_binary import snapshot
from pgfeaturize.db.messages import Message
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import NotTrainable, PgfeaturizeError
from pgfeaturize.training import dataset, linear
from pgfeaturize.worker.trainer import REJECTED, ClassifierTask

log = logging.getLogger("pgfeaturize")

#: Libraries whose versions are stored with a classifier.
LIBRARIES = ("pgfeaturize", "scikit-learn", "numpy", "scipy")

#: What to do if training has not converged.
REMEDY = "pass a smaller C or a larger max_iter, or normalize the features"


def main(worker: int, task: ClassifierTask) -> None:
    """Train the classifier of a row of featurize.take_classifier(), or record the error."""
    os.nice(10)
    with connect(settings.database_url()) as connection:
        try:
            _train(connection, worker, task)
        except (PgfeaturizeError, MemoryError, ValueError) as error:
            message = Message(str(error).strip() or type(error).__name__)
            log.error("classifier %s cannot be trained: %s", task.name, message)
            execute(connection, "reject_classifier", task.classifier_id, worker, message)
            sys.exit(REJECTED)


def _train(connection: Connection, worker: int, task: ClassifierTask) -> None:
    if task.training_view is None:
        raise NotTrainable(
            "its training view was dropped, or its owner may not read it",
            "Create a training view, and train the classifier with it.",
        )
    with snapshot(connection):
        execute(connection, "check_training", task.training_view)
        ((space,),) = execute(connection, "training_space", task.training_view)
        rows = dataset.read(connection, task.training_view, "train")
    log.info("training classifier %s with %s rows", task.name, f"{len(rows.labels):,}")
    started = time.monotonic()
    classifier, _ = linear.fit(rows.features, rows.labels, task.algorithm, task.params)
    cost = {"seconds": time.monotonic() - started, "peak_bytes": _peak_bytes()}
    vectors.register_vectors(connection)
    stored = execute(
        connection,
        "store_classifier",
        task.classifier_id,
        worker,
        space,
        classifier.link,
        classifier.labels,
        classifier.rows,
        vectors.VectorArray(classifier.coefficients),
        classifier.intercepts.tolist(),
        Jsonb(classifier.metrics | cost),
        Jsonb({name: version(name) for name in LIBRARIES}),
    )
    if stored[0][0]:
        log.info("classifier %s is ready", task.name)
    if not classifier.metrics["converged"]:
        log.warning("training of classifier %s has not converged; %s", task.name, REMEDY)


def _peak_bytes() -> int | None:
    """Return the peak memory of this process; getrusage() would include that of its parent."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return int(found[1]) * 1024 if found else None


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    main(int(sys.argv[1]), ClassifierTask(**json.loads(sys.argv[2])))
