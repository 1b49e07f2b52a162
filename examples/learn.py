"""Learning in the database: three tasks, each from image files to figures, in SQL.

    python examples/learn.py digits        # scikit-learn's digits, 0 to 9
    python examples/learn.py faces DIR     # CMU's face images: who looks left, who right
    python examples/learn.py folder DIR    # yours, a folder for each class

What is learned and measured stands in digits.sql, cmu_faces.sql and folders.sql. This program only
gives them what they want: a throw-away server, a table of files, and a worker. psql runs them.

Of the models, `lenet_digits` and `pixels` need no download. With `--weights random` any other runs
without one, and has learned nothing.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgfeaturize.cli.demo import write_digits
from pgfeaturize.db import embedded_server
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import connect, execute
from pgfeaturize.settings import pgserver

HERE = Path(__file__).resolve().parent
#: Release of the embedded PostgreSQL.
POSTGRES = 18
#: Seconds in which a worker that was told to stop has stopped.
PATIENCE = 60


@dataclass(frozen=True)
class Task:
    """What is learned.

    Attributes:
        script: in this folder.
        table: that it wants, with columns path and label.
        model: unless another one is asked for.
        images: that can be drawn of it, as `pgfeaturize plot` names them.
    """

    script: str
    table: str
    model: str
    images: tuple[tuple[str, str], ...]


TASKS = {
    "digits": Task(
        *("digits.sql", "digits", "lenet_digits"),
        (("confusion", "digits"), ("roc", "digits"), ("map", "digits_training")),
    ),
    "faces": Task(
        *("cmu_faces.sql", "faces", "pixels"),
        (("roc", "faces_halves"), ("roc", "faces_people"), ("map", "faces_people")),
    ),
    "folder": Task(
        *("folders.sql", "images", "pixels"),
        (("confusion", "folders"), ("roc", "folders"), ("map", "folders_training")),
    ),
}


def main() -> None:
    """Do what the first lines of this file say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="of images")
    parser.add_argument("--model", metavar="M", help="of the catalogue, such as resnet50")
    parser.add_argument("--weights", choices=["random"], help="random: learned from nothing")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write images there")
    asked = parser.parse_args()
    if (asked.folder is None) != (asked.task == "digits"):
        parser.error("faces and folder want a DIR, digits none")
    task = TASKS[asked.task]
    with tempfile.TemporaryDirectory(prefix="learn-") as scratch:
        folder = asked.folder or write_digits(Path(scratch) / "digits")
        with embedded_server.running(Path(scratch) / "server", POSTGRES) as url:
            os.environ["DATABASE_URL"] = url
            migrate(url)
            model = prepared(url, asked.model or task.model, asked.weights)
            pgfeaturize("add", folder, "--table", task.table, "--create", "--label-from-parent")
            with worker(folder):
                psql(url, task.script, model)
                if asked.plots:
                    draw(task, asked.plots)


def prepared(url: str, name: str, weights: str | None) -> str:
    """See that the weights of a model are here; its name in the catalogue."""
    if weights != "random":
        pgfeaturize("models", "pull", name)
        return name
    with connect(url) as connection:
        untrained = str(execute(connection, "register_random", name)[0][0])
    told = "has random weights: its features are not those of a trained network"
    print(f"Model {untrained} {told}.", flush=True)
    return untrained


def pgfeaturize(*arguments: object) -> None:
    """Run the command line; its complaints are enough."""
    command = [sys.executable, "-m", "pgfeaturize.cli", *map(str, arguments)]
    if status := subprocess.run(command, check=False).returncode:
        sys.exit(status)


@contextmanager
def worker(folder: Path) -> Iterator[None]:
    """A worker that may read a folder; its log goes to stderr."""
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(folder)]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def psql(url: str, script: str, model: str) -> None:
    """Run a script; what it prints is the result."""
    program = Path(pgserver().utils.POSTGRES_VERSIONS[POSTGRES]) / "psql"
    command = [str(program), "-X", "-q", "-P", "pager=off", "-v", f"model={model}"]
    if status := subprocess.run([*command, "-f", str(HERE / script), url], check=False).returncode:
        sys.exit(status)


def draw(task: Task, folder: Path) -> None:
    """Images of what was found; they take `pip install 'pgfeaturize[plot]'`."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in task.images:
        pgfeaturize("plot", kind, name, "--out", folder / f"{name}_{kind}.png")


if __name__ == "__main__":
    main()
