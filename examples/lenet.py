"""Transfer learning with LeNet: features learned on the digits 0 to 4, used for the digits 5 to 9.

    python -m examples.lenet [--mnist DIR] [--out FILE]

1. Train LeNet on the digits 0 to 4.
2. Cut it after its convolutions, where its output has 800 values, and register this as a model; register
   the same network once more with random weights.
3. Featurize the digits 5 to 9 through the database, with both models.
4. Fit a logistic regression on up to 1,000 of them, and a new head on each model's features, for one epoch.

The digits are scikit-learn's, or those of MNIST as folders `training/<digit>/*.png` and
`testing/<digit>/*.png`.

The weights are kept in FILE, for use in SQL; the program prints how.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import safetensors.torch
import torch
from pgvector.psycopg import register_vector
from psycopg import sql
from rich.console import Console
from rich.table import Table
from scripts import train_lenet
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from torch import nn

from pgfeaturize import images
from pgfeaturize.db import embedded_server
from pgfeaturize.db.migrate import migrate

KNOWN, NEW = range(5), range(5, 10)
#: Maximum number of training rows of the logistic regression.
SHOWN = 1000


@dataclass(frozen=True)
class Features:
    """Features of digits by a model: float32 (n, 800), labels (n,), and whether they are test rows, bool (n,)."""

    vectors: Any
    labels: Any
    testing: Any

    def split(self) -> tuple[Any, Any, Any, Any]:
        """Return vectors and labels of the training rows, then of the test rows."""
        train = ~self.testing
        return (*(self.vectors[train], self.labels[train]), *(self.vectors[self.testing], self.labels[self.testing]))


def main() -> None:
    """Run the experiment and print its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnist", type=Path, metavar="DIR", help="instead of scikit-learn's digits")
    parser.add_argument("--out", type=Path, metavar="FILE", default=Path("lenet_0_to_4.safetensors"), help="weights")
    arguments = parser.parse_args()
    folder, out = arguments.mnist, arguments.out
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lenet-") as scratch:
        os.environ["TORCH_HOME"] = scratch  # so that no weights remain
        digits = folder or write_digits(Path(scratch) / "digits")
        results = list(experiment(digits, Path(scratch), out))
    table = Table("", "trained on", "tested on", "accuracy")
    for result in results:
        table.add_row(*result)
    Console(width=100).print(table)
    print(f"The weights are in {out}. To use them in SQL:")
    print(f"pgfeaturize models add lenet_0_to_4 --backbone lenet --node flatten --weights {out}")
    print("select featurize.create_featurizer('digits', 'path', 'lenet_0_to_4');")


def write_digits(folder: Path) -> Path:
    """Write scikit-learn's 1,797 digits as files, three quarters of them for training."""
    digits = load_digits()
    numbers = np.arange(len(digits.target))
    parts = train_test_split(numbers, test_size=0.25, random_state=0, stratify=digits.target)
    for part, chosen in zip(("training", "testing"), parts, strict=True):
        for number in chosen:
            file = folder / part / str(digits.target[number]) / f"{number:04}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(train_lenet.png(digits.images[number]))
    return folder


def experiment(folder: Path, scratch: Path, weights: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows of the result; keep the weights in a file."""
    learned, held_out = (read(folder / part) for part in ("training", "testing"))
    # scikit-learn has few digits, so they need more epochs.
    network = train_lenet.train(learned, epochs=3 if len(learned.labels) > 10_000 else 12)
    yield row("LeNet on 0 to 4", learned.labels, held_out.labels, train_lenet.accuracy(network, held_out))
    safetensors.torch.save_file(network.state_dict(), weights)
    features = featurized(folder, scratch, learned=str(weights), untouched="random")
    yield logistic_regression(features["learned"])
    for name in ("learned", "untouched"):
        yield head(features[name], f"new head over {name} layers, one epoch")


def read(folder: Path) -> train_lenet.Digits:
    """Return the digits 0 to 4 as input of the network."""
    how = images.Preprocessing.from_json(train_lenet.MODEL.preprocessing)
    files = [(file, digit) for digit in KNOWN for file in sorted((folder / str(digit)).iterdir())]
    decoded = (images.decode(file.read_bytes(), images.Limits()) for file, _ in files)
    pixels = np.stack([images.preprocess(image, how) for image in decoded])
    inputs = (torch.from_numpy(pixels) / 255 - how.mean[0]) / how.std[0]
    return train_lenet.Digits(inputs, torch.tensor([digit for _, digit in files]))


def featurized(folder: Path, scratch: Path, **weights: str) -> dict[str, Features]:
    """Featurize the digits 5 to 9 in a database, by LeNets with these weights."""
    with embedded_server.running(scratch / "server", 18) as url:
        os.environ["DATABASE_URL"] = url
        migrate(url)
        for name, file in weights.items():
            cut = ["--node", "flatten", "--weights", file]
            pgfeaturize("models", "add", name, "--backbone", "lenet", *cut)
        new = [str(folder / part / str(digit)) for part in ("training", "testing") for digit in NEW]
        pgfeaturize("add", *new, "--table", "digits", "--create", "--label-from-parent")
        with psycopg.connect(url, autocommit=True) as connection:
            register_vector(connection)
            for name in weights:
                declare = "select featurize.create_featurizer('digits', 'path', %s, %s)"
                connection.execute(declare, [name, name])
            pgfeaturize("worker", "--once", "--root", str(folder))
            return {name: fetch(connection, name) for name in weights}


def pgfeaturize(*arguments: str) -> None:
    """Run the command line."""
    subprocess.run([sys.executable, "-m", "pgfeaturize.cli", *arguments], check=True)


def fetch(connection: psycopg.Connection[Any], name: str) -> Features:
    """Return all features of a featurizer, shuffled by a hash of the file names."""
    rows = connection.execute(
        sql.SQL(
            "select f.embedding, d.label::integer, d.path like '%/testing/%' "
            "from digits d join {} f using (id) order by md5(substring(d.path from '[^/]+/[^/]+/[^/]+$'))"
        ).format(sql.Identifier(name))
    ).fetchall()
    vectors, labels, testing = zip(*rows, strict=True)
    stacked = np.stack([vector.to_numpy() for vector in vectors])
    return Features(stacked, np.array(labels), np.array(testing))


def logistic_regression(features: Features) -> tuple[str, str, str, str]:
    """Fit a logistic regression on the features."""
    vectors, labels, test, expected = features.split()
    fitted = LogisticRegression(max_iter=1000).fit(vectors[:SHOWN], labels[:SHOWN])
    score = float(fitted.score(test, expected))
    return row("logistic regression on 5 to 9", labels[:SHOWN], expected, score)


def head(features: Features, what: str) -> tuple[str, str, str, str]:
    """Train new fully connected layers of LeNet on the features of the frozen layers."""
    vectors, labels, test, expected = (torch.tensor(part) for part in features.split())
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))
    optimizer = torch.optim.Adam(layers.parameters(), lr=1e-3)
    for part in torch.split(torch.randperm(len(labels)), 32):
        optimizer.zero_grad()
        nn.functional.cross_entropy(layers(vectors[part]), labels[part]).backward()
        optimizer.step()
    with torch.inference_mode():
        score = (layers(test).argmax(1) == expected).float().mean()
    return row(what, labels, expected, float(score))


def row(what: str, train: Any, test: Any, accuracy: float) -> tuple[str, str, str, str]:
    """Return a row of the result."""
    return what, f"{len(train):,}", f"{len(test):,}", f"{accuracy:.4f}"


if __name__ == "__main__":
    main()
