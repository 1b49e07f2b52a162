"""Samples of a training view: some rows of each class, and their images, for plots."""

from collections.abc import Sequence
from dataclasses import dataclass

from pgfeaturize.db.statements import Connection, fetch
from pgfeaturize.errors import SettingsError
from pgfeaturize.training.dataset import CopyPlan, Progress, TrainingSet, read_copy


@dataclass(frozen=True)
class ClassCount:
    """A class of a training view, with its numbers of training and test rows."""

    label: str
    train: int
    test: int


@dataclass(frozen=True)
class TrainingImage:
    """The image of a row.

    Attributes:
        number: position of its key among those asked for, from 1.
        image: its path or URI; None if the source stores the image.
        data: the image, encoded or as a data URI; None if the source stores a path or URI.
    """

    number: int
    image: str | None
    data: bytes | None


def class_counts(connection: Connection, view: str) -> dict[str, int]:
    """Return the number of rows of each class, the classes in byte order.

    Raises:
        SettingsError: the view has no rows.
    """
    classes = fetch(connection, ClassCount, "training_classes", view)
    if not classes:
        raise SettingsError(
            f'training view "{view}" has no rows', f"featurize.training_report('{view}') says what is missing."
        )
    return {each.label: each.train + each.test for each in classes}


def read_sample(connection: Connection, view: str, per_class: int, *, progress: Progress | None = None) -> TrainingSet:
    """Read up to `per_class` rows of each class; the same rows every time."""
    (plan,) = fetch(connection, CopyPlan, "sample_training_view", view, per_class)
    return read_copy(connection, plan, progress=progress)


def read_images(connection: Connection, view: str, keys: Sequence[str]) -> list[TrainingImage]:
    """Read the images of the rows with these keys.

    Raises:
        Refused: the source of the training view is gone.
    """
    return fetch(connection, TrainingImage, "training_images", view, list(keys))


def rows_per_class(counts: Sequence[int], rows: int) -> int:
    """Return the limit per class that gives about `rows` rows in all."""
    left = rows
    for number, count in enumerate(sorted(counts)):
        share = left // (len(counts) - number)
        if count > share:
            return max(1, share)
        left -= count
    return max(counts)
