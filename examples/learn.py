"""Learning in the database: three tasks, each from image files to figures, in SQL.

    python examples/learn.py digits        # scikit-learn's digits, 0 to 9
    python examples/learn.py faces DIR     # CMU's face images: looking left or right
    python examples/learn.py folder DIR    # your images, one folder per class

The SQL is in digits.sql, cmu_faces.sql and folders.sql, which psql runs. This program starts a temporary server and a
worker, and inserts the files into a table.

Your own network is added with the options of `pgfeaturize models add`, after `--`:

    python examples/learn.py digits --model mine -- --program net.pt2 --resize aniso --size 28 --mean 0,0,0 --std 1,1,1

The models `lenet_digits` and `pixels` need no download. With `--weights random`, other models need none either, but
their networks are untrained.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgfeaturize.cli.demo import write_digits
from pgfeaturize.db import embedded_server
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import execute
from pgfeaturize.errors import UnknownModel
from pgfeaturize.models import lookup
from pgfeaturize.settings import pgserver

HERE = Path(__file__).resolve().parent
#: Release of the embedded PostgreSQL.
POSTGRES = 18
#: Maximum seconds for a worker to stop.
TIMEOUT = 60


@dataclass(frozen=True)
class Task:
    """A task.

    Attributes:
        script: SQL script in this directory.
        table: table that the script uses, with the columns path and label.
        model: default model.
        plots: arguments of `pgfeaturize plot`: kind and name.
    """

    script: str
    table: str
    model: str
    plots: tuple[tuple[str, str], ...]


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
    """Run the task of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="directory of images")
    parser.add_argument("--model", metavar="M", help="a model, such as resnet50")
    parser.add_argument("--weights", choices=["random"], help="random: an untrained network")
    parser.add_argument("--plots", type=Path, metavar="DIR", help="directory for plots")
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments, own = parser.parse_args(sys.argv[1:end]), sys.argv[end + 1 :]
    if (arguments.folder is None) != (arguments.task == "digits"):
        parser.error("faces and folder need DIR, digits does not")
    task = TASKS[arguments.task]
    name = arguments.model or task.model
    if own and (arguments.model is None or arguments.weights):
        parser.error("your own network needs --model NAME, and its weights after --")
    if not own:
        check_name(name)
    with tempfile.TemporaryDirectory(prefix="learn-") as scratch:
        folder = arguments.folder or write_digits(Path(scratch) / "digits")
        with embedded_server.running(Path(scratch) / "server", POSTGRES) as url:
            os.environ["DATABASE_URL"] = url
            migrate(url)
            model = add_own(url, name, own) if own else prepare_model(url, name, arguments.weights)
            pgfeaturize("add", folder, "--table", task.table, "--create", "--label-from-parent")
            with worker(folder, packages(own)):
                psql(url, task.script, model)
                if arguments.plots:
                    plot(task, arguments.plots)


def check_name(name: str) -> None:
    """Exit if there is no model of that name; name similar ones."""
    try:
        lookup(name)
    except UnknownModel as error:
        sys.exit(f"Error: {error}")


def add_own(url: str, name: str, options: Sequence[str]) -> str:
    """Add a network with options of `pgfeaturize models add`; return its name, which may say that it is untrained."""
    pgfeaturize("models", "add", name, *options)
    with connect(url) as connection:
        return next(str(row.name) for row in execute(connection, "model_catalog") if not row.builtin)


def packages(options: Sequence[str]) -> list[str]:
    """Return the options of the worker that allow the package of --factory."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--factory")
    factory = parser.parse_known_args(options)[0].factory
    return ["--package", factory.partition(":")[0].partition(".")[0]] if factory else []


def prepare_model(url: str, name: str, weights: str | None) -> str:
    """Download the weights of a model, or register it with random ones; return its name."""
    if weights != "random":
        pgfeaturize("models", "pull", name)
        return name
    with connect(url) as connection:
        untrained = str(execute(connection, "register_random", name)[0][0])
    print(f"Model {untrained} has random weights: its features are not those of a trained network.", flush=True)
    return untrained


def pgfeaturize(*arguments: object) -> None:
    """Run a command of pgfeaturize; exit if it fails."""
    command = [sys.executable, "-m", "pgfeaturize.cli", *map(str, arguments)]
    if status := subprocess.run(command, check=False).returncode:
        sys.exit(status)


@contextmanager
def worker(folder: Path, options: Sequence[str]) -> Iterator[None]:
    """Run a worker that may read a directory inside the block."""
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(folder), *options]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(TIMEOUT)


def psql(url: str, script: str, model: str) -> None:
    """Run a script, which prints the results."""
    program = Path(pgserver().utils.POSTGRES_VERSIONS[POSTGRES]) / "psql"
    command = [str(program), "-X", "-q", "-P", "pager=off", "-v", f"model={model}"]
    if status := subprocess.run([*command, "-f", str(HERE / script), url], check=False).returncode:
        sys.exit(status)


def plot(task: Task, folder: Path) -> None:
    """Plot the results; needs `pip install '.[plot]'`."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in task.plots:
        pgfeaturize("plot", kind, name, "--out", folder / f"{name}_{kind}.png")


if __name__ == "__main__":
    main()
