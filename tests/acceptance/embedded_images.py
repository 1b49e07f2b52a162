"""Tables of labeled images with stored embeddings, and trained classifiers, without workers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.conftest import Database

Vectors = npt.NDArray[np.floating[Any]]

#: Dimension of the features.
DIM = 6


def points(labels: Sequence[str], dim: int = DIM) -> Vectors:
    """Return one cluster of non-negative float32 features per label."""
    random = np.random.default_rng(0)
    centers = {label: random.random(dim) * 8 for label in sorted(set(labels))}
    found = [centers[label] + random.random(dim) for label in labels]
    return np.array(found, np.float32).reshape(-1, dim)


def embed(
    database: Database,
    table: str,
    labels: Sequence[str],
    folder: Path | None = None,
    *,
    kind: str = "path",
    destination: str = "table",
) -> Vectors:
    """Create a table of labeled rows, featurized as <table>_looks, and store their embeddings without a worker.

    The images are files in the folder, or bytes in the rows.
    """
    vectors = points(labels)
    rows = database.rows
    if not rows("select 1 from featurize.model where name = 'points'"):
        how = "select preprocessing from featurize.model where name = 'lenet_digits'"
        rows(f"select featurize.register_model('points', 'none', 'end', 'none', {DIM}, 'none', ({how}))")
        rows("select featurize.register_space('points', 'points')")
    image = "bytea" if kind == "bytes" else "text"
    rows(f"create table {table} (id int primary key, image {image}, label text)")
    create = "select featurize.create_featurizer(%s::regclass, 'image', 'points', %s, %s, %s, backfill => false)"
    rows(create, table, f"{table}_looks", kind, destination)
    for number, label in enumerate(labels):
        image = _image(folder, number) if folder else f"/nowhere/{number}.png"
        stored = Path(image).read_bytes() if kind == "bytes" else image
        rows(f"insert into {table} values (%s, %s, %s)", number, stored, label)
    _store(database, table, vectors, destination)
    return vectors


def _image(folder: Path, number: int) -> str:
    path = folder / f"{number}.png"
    color = np.random.default_rng(number).integers(0, 256, (1, 1, 3), np.uint8)
    Image.fromarray(np.tile(color, (12, 8, 1))).save(path)
    return str(path)


def _store(database: Database, table: str, vectors: Vectors, destination: str) -> None:
    space = "(select id from featurize.space where model = 'points')"
    column = "(select featurize._space_column(f) from featurize.featurizer f where f.name = %s)"
    for number, vector in enumerate(vectors.tolist()):
        if destination == "table":
            insert = f"insert into {table}_looks (id, embedding, space_id) values (%s, %s, {space})"
            database.rows(insert, number, str(vector))
        else:
            name = database.value(f"select {column}", f"{table}_looks")
            update = f"update {table} set {table}_looks = %s, {name} = {space} where id = %s"
            database.rows(update, str(vector), number)


def train(database: Database, name: str, view: str, vectors: Vectors) -> None:
    """Store a classifier that predicts the class with the nearest mean, computed from all rows."""
    labels = [row[0] for row in database.rows(f"select label from {view} order by id")]
    classes = sorted(set(labels))
    means = np.array([vectors[np.array(labels) == one].mean(axis=0) for one in classes])
    worker = database.value("select featurize.register_worker('test', 1, 'cpu', '0')")
    none = '{"normalize": "none"}'
    database.rows("select featurize.train_classifier(%s, %s, params => %s)", name, view, none)
    ((job, space),) = database.rows(
        "select classifier_id, featurize.training_space(training_view) from featurize.take_classifier(%s)", worker
    )
    stored = database.value(
        "select featurize.store_classifier(%s, %s, %s, 'softmax', %s::text[], %s::int[], %s::vector[], %s::float8[], '{}', '{}')",
        *(job, worker, space, classes, [labels.count(one) for one in classes]),
        [str(mean) for mean in means.tolist()],
        (-(means**2).sum(axis=1) / 2).tolist(),
    )
    assert stored, "it has been taken"
