"""Training sets: the rows of a training view as arrays, for training in Python.

Vectors are read by binary COPY into one array; their values never become Python objects.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pgfeaturize.db.connection import connect
from pgfeaturize.db.copy_binary import copied, snapshot, texts
from pgfeaturize.db.schema import check
from pgfeaturize.db.statements import Connection, fetch
from pgfeaturize.db.vectors import Vector, decode_vectors, vector_length
from pgfeaturize.settings import database_url

Strings = npt.NDArray[np.str_]
#: Called after each chunk with the number of rows read so far.
Progress = Callable[[int], object]


@dataclass(frozen=True)
class TrainingSet:
    """Labeled rows with their features, in the order of their keys.

    Attributes:
        keys: of n rows, each a JSON object as text.
        labels: str (n,).
        splits: str (n,): "train" or "test".
        features: float32 (n, dim), an array of NumPy or a tensor of torch.
    """

    keys: list[str]
    labels: Strings
    splits: Strings
    features: Any

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)


@dataclass(frozen=True)
class CopyPlan:
    """How to read rows of a training view.

    Attributes:
        rows: number of rows, for the size of the array; more rows are read, too.
        dim: length of the vectors; None: that of the first.
        statement: binary COPY of key, label, split and vector.
    """

    rows: int
    dim: int | None
    statement: str


def load_training(dsn: str, view: str, split: str | None = None, *, torch: bool = False) -> TrainingSet:
    """Read a training view, or a table made by featurize.freeze_training_view().

    Args:
        dsn: connection string in libpq's or SQLAlchemy's syntax.
        view: its name; with schema if the name alone is ambiguous.
        split: "train" or "test"; None: both.
        torch: return the features as a torch tensor that shares the array's memory.

    Raises:
        DatabaseError: the server cannot be reached, or its schema does not fit.
        Refused: there is no such view.
    """
    with connect(database_url(dsn)) as connection:
        check(connection, "export")
        rows = read(connection, view, split)
    if not torch:
        return rows
    from torch import from_numpy

    return replace(rows, features=from_numpy(rows.features))


def read(
    connection: Connection, view: str, split: str | None = None, *, progress: Progress | None = None
) -> TrainingSet:
    """Read a training view over a connection, all rows as of one moment.

    If the caller has begun a transaction, its isolation level decides about that.

    Raises:
        Refused: there is no such view.
    """
    with snapshot(connection):
        (plan,) = fetch(connection, CopyPlan, "read_training_view", view, split)
        return read_copy(connection, plan, progress=progress)


def read_copy(connection: Connection, plan: CopyPlan, *, progress: Progress | None = None) -> TrainingSet:
    """Read the rows that a plan describes."""
    keys: list[str] = []
    labels: list[str] = []
    splits: list[str] = []
    dim = plan.dim
    features = np.empty((plan.rows, dim or 0), np.float32)
    with copied(connection, plan.statement) as chunks:
        for chunk in chunks:
            key, label, split, vector = zip(*chunk, strict=True)
            if dim is None:
                dim = vector_length(vector[0])
                features = np.empty((plan.rows, dim), np.float32)
            start = len(keys)
            keys += texts(key)
            labels += texts(label)
            splits += texts(split)
            features = _with_room(features, len(keys))
            features[start : len(keys)] = decode_vectors(vector, dim)
            if progress:
                progress(len(keys))
    return TrainingSet(keys, np.array(labels, np.str_), np.array(splits, np.str_), features[: len(keys)])


def _with_room(features: Vector, rows: int) -> Vector:
    """Return the array, or a larger copy if it has fewer rows."""
    if rows <= len(features):
        return features
    larger = np.empty((max(rows, 2 * len(features)), features.shape[1]), np.float32)
    larger[: len(features)] = features
    return larger
