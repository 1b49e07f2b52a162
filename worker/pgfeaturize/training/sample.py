"""Samples of a training view: some rows of each class, for plots."""

from collections.abc import Sequence

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import SettingsError
from pgfeaturize.training.dataset import Progress, TrainingSet, read_copy


def class_counts(connection: Connection, view: str) -> dict[str, int]:
    """Return the number of rows of each class, the classes in byte order.

    Raises:
        SettingsError: the view has no rows.
    """
    rows = execute(connection, "training_classes", view)
    if not rows:
        raise SettingsError(
            f'training view "{view}" has no rows',
            f"featurize.training_report('{view}') says what is missing.",
        )
    return {row.label: row.train + row.test for row in rows}


def read_sample(
    connection: Connection, view: str, per_class: int, *, progress: Progress | None = None
) -> TrainingSet:
    """Read up to `per_class` rows of each class; the same rows every time."""
    ((rows, dim, statement),) = execute(connection, "sample_training_view", view, per_class)
    return read_copy(connection, statement, rows, dim, progress=progress)


def rows_per_class(counts: Sequence[int], rows: int) -> int:
    """Return the limit per class with which about `rows` rows are taken in all."""
    left = rows
    for number, count in enumerate(sorted(counts)):
        share = left // (len(counts) - number)
        if count > share:
            return max(1, share)
        left -= count
    return max(counts)
