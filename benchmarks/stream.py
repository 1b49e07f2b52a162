"""A worker process at full speed, seen from the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measure import Bench
from benchmarks.scene import create_database, photos, register, repeated, settled, until, worker
from pgfeaturize.statements import Connection, connect, execute

#: Batches that a worker decodes ahead of the one it settles.
AHEAD = 2


class Stream:
    """Photographs inserted again and again, and how fast vectors come of them."""

    def __init__(self, connection: Connection, table: str, model: str, batch: int) -> None:
        self._connection = connection
        self._table = table
        self._batch = batch
        execute(connection, "create_narrow", table=table)
        name = register(connection, model)
        self._name = str(execute(connection, "create_featurizer", table, "path", name)[0][0])

    def seconds(self, pictures: list[str], batches: int) -> float:
        """Seconds from one settled batch to the one that is `batches` later.

        The clock is the database's. It starts when the first batch is stored, as start-up is not
        meant, and stops while later ones are being decoded, as at any moment before.
        """
        execute(self._connection, "empty_table", table=self._name)
        rows = self._batch * (1 + batches + AHEAD)
        execute(self._connection, "insert_paths", repeated(pictures, rows), table=self._table)
        until(lambda: settled(self._connection, self._name) == rows, f"{rows} rows are settled")
        until(lambda: execute(self._connection, "somebody_sleeps")[0][0], "the worker sleeps")
        times = execute(self._connection, "settle_times", table=self._name)
        assert all(time.rows == self._batch for time in times), times
        return float(times[batches].at - times[0].at)


@contextmanager
def stream(bench: Bench, name: str, model: str, batch: int) -> Iterator[Stream]:
    """A worker that has loaded the model and sleeps."""
    url = create_database(bench, name)
    with (
        connect(url) as connection,
        worker(url, photos(bench), bench.scratch / f"{name}.log", batch),
    ):
        started = Stream(connection, "photos", model, batch)
        started.seconds(photos(bench), 1)
        yield started
