"""The index builds and trainings of a worker that ends when nothing is left to do."""

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.worker.index_builder import IndexBuilder
from pgfeaturize.worker.shutdown import Shutdown
from pgfeaturize.worker.trainer import Trainer

#: Seconds between two looks whether the worker has to stop.
PAUSE = 0.2


def finish(connection: Connection, url: str, worker: int, shutdown: Shutdown) -> bool:
    """Build the waiting indexes, train the queued classifiers, and return whether all of that succeeded."""
    tasks: list[IndexBuilder | Trainer] = []
    if execute(connection, "index_work", None):
        tasks.append(IndexBuilder(url))
    if execute(connection, "waiting_classifiers")[0][0]:
        tasks.append(Trainer(url, worker))
    for task in tasks:
        if not shutdown.requested:
            _run(task, shutdown)
    return not any(task.has_failed for task in tasks)


def _run(task: IndexBuilder | Trainer, shutdown: Shutdown) -> None:
    task.start()
    while task.is_alive():
        if shutdown.requested:
            task.cancel()
        task.join(PAUSE)
