"""Speed of a busy worker process, measured in the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from benchmarks.measure import Bench
from benchmarks.scene import create_database, photos, register, repeated, settled, until, worker
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute

#: Batches that a worker decodes ahead of the one it settles.
AHEAD = 2


class Stream:
    """Photographs that are inserted repeatedly, and the speed at which a worker embeds them."""

    def __init__(self, connection: Connection, table: str, models: Sequence[str], batch: int) -> None:
        self._connection = connection
        self._table = table
        self._batch = batch
        execute(connection, "create_narrow", table=table)
        self._names = [
            str(execute(connection, "create_featurizer", table, "path", name)[0][0])
            for name in (register(connection, model) for model in models)
        ]

    def seconds(self, images: list[str], batches: int) -> float:
        """Seconds from one settled batch to the one that is `batches` later, of all models.

        The clock is the database's. It starts when the first batch is stored, as start-up is not meant, and stops while
        later ones are being decoded, as at any moment before.
        """
        for name in self._names:
            execute(self._connection, "empty_table", table=name)
        rows = self._batch * (1 + batches + AHEAD)
        execute(self._connection, "insert_paths", repeated(images, rows), table=self._table)
        for name in self._names:
            until(partial(self._is_settled, name, rows), f"{rows} rows of {name}")
        until(lambda: execute(self._connection, "worker_is_idle")[0][0], "the worker is idle")
        times = [execute(self._connection, "settle_times", table=name) for name in self._names]
        assert all(time.rows == self._batch for series in times for time in series), times
        first, last = (max(series[number].at for series in times) for number in (0, batches))
        return float(last - first)

    def _is_settled(self, name: str, rows: int) -> bool:
        return settled(self._connection, name) == rows


@contextmanager
def stream(bench: Bench, name: str, model: str, batch: int) -> Iterator[Stream]:
    """A worker that has loaded the model and is idle."""
    with streams(bench, name, [[model]], batch, photos(bench)) as (started,):
        yield started


@contextmanager
def streams(
    bench: Bench, name: str, models: Sequence[Sequence[str]], batch: int, images: list[str]
) -> Iterator[list[Stream]]:
    """A worker that has loaded the models of several tables and is idle."""
    url = create_database(bench, name)
    with connect(url) as connection, worker(url, images, bench.scratch / f"{name}.log", batch):
        started = [Stream(connection, f"photos{number}", group, batch) for number, group in enumerate(models)]
        for each in started:
            each.seconds(images, 1)
        yield started
