"""Training sets: the rows of a training view as arrays, for learning in Python.

Vectors travel in binary COPY and land in one array; no number of them is a Python object.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pgfeaturize.db.copy_binary import Vectors, copied, length, snapshot, texts, vectors
from pgfeaturize.db.schema import check
from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.settings import database_url

Strings = npt.NDArray[np.str_]
#: Called now and then with the rows read so far.
Progress = Callable[[int], object]


@dataclass(frozen=True)
class TrainingSet:
    """Labeled rows with their features, in the order of their keys.

    Attributes:
        keys: of n rows, each a JSON object as text.
        labels: str (n,).
        splits: str (n,): "train" or "test".
        features: float32 (n, dim), of NumPy or, if that was asked for, of torch.
    """

    keys: list[str]
    labels: Strings
    splits: Strings
    features: Any

    def __len__(self) -> int:
        """How many rows."""
        return len(self.keys)


def load_training(
    dsn: str, view: str, split: str | None = None, *, torch: bool = False
) -> TrainingSet:
    """Read a training view, or a table that one was frozen into.

    Args:
        dsn: connection string, as libpq or SQLAlchemy writes it.
        view: its name; with schema where the name alone is not clear.
        split: "train" or "test"; None: both.
        torch: give the features as a torch tensor, in the same memory.

    Raises:
        DatabaseError: the server cannot be reached, or does not have what is needed.
        Refused: there is no such view.
    """
    with connect(database_url(dsn)) as connection:
        check(connection, "export")
        found = read(connection, view, split)
    if not torch:
        return found
    from torch import from_numpy

    return replace(found, features=from_numpy(found.features))


def read(
    connection: Connection,
    view: str,
    split: str | None = None,
    *,
    progress: Progress | None = None,
) -> TrainingSet:
    """Read a training view over a connection, all rows as of one moment.

    In a transaction of the caller's that moment is the caller's business.

    Raises:
        Refused: there is no such view.
    """
    with snapshot(connection):
        ((rows, dim, statement),) = execute(connection, "read_training_view", view, split)
        return read_copy(connection, statement, rows, dim, progress=progress)


def read_copy(
    connection: Connection,
    statement: str,
    rows: int,
    dim: int | None,
    *,
    progress: Progress | None = None,
) -> TrainingSet:
    """Read what a binary COPY of key, label, split and vector gives.

    Args:
        connection: where.
        statement: the COPY.
        rows: how many there probably are; room for more is made.
        dim: length of the vectors; None: that of the first.
        progress: told what is done.
    """
    keys: list[str] = []
    labels: list[str] = []
    splits: list[str] = []
    features = np.empty((rows, dim or 0), np.float32)
    with copied(connection, statement) as chunks:
        for chunk in chunks:
            key, label, split, vector = zip(*chunk, strict=True)
            if dim is None:
                dim = length(vector[0])
                features = np.empty((rows, dim), np.float32)
            done = len(keys)
            keys += texts(key)
            labels += texts(label)
            splits += texts(split)
            features = _with_room(features, len(keys))
            features[done : len(keys)] = vectors(vector, dim)
            if progress:
                progress(len(keys))
    return TrainingSet(
        keys, np.array(labels, np.str_), np.array(splits, np.str_), features[: len(keys)]
    )


def _with_room(features: Vectors, rows: int) -> Vectors:
    """The array, or a larger one that begins with it."""
    if rows <= len(features):
        return features
    larger = np.empty((max(rows, 2 * len(features)), features.shape[1]), np.float32)
    larger[: len(features)] = features
    return larger
