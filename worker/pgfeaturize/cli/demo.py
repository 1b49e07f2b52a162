"""The main job on a temporary server with a real worker process: insert, featurize, search."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pgfeaturize.cli import image_files, report
from pgfeaturize.db import embedded_server, status
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import Connection, compose, execute, fetch
from pgfeaturize.errors import ModelError, PgfeaturizeError
from pgfeaturize.plot.contact_sheet import Row, Tile, draw

NEIGHBORS = 5
SHOWN = 6
#: Seconds after which something must have gone wrong.
PATIENCE = 120.0

say = report.console.print


def run(images: Path | None, model: str, weights: str | None, out: Path) -> None:
    """Run the demo; write the contact sheet to `out`. Nothing else is left behind."""
    with tempfile.TemporaryDirectory(prefix="pgfeaturize-") as scratch:
        table = "photos" if images else "digits"
        folder = images.absolute() if images else write_digits(Path(scratch) / "digits")
        with embedded_server.running(Path(scratch) / "server") as url, connect(url) as connection:
            say(f"PostgreSQL {connection.info.server_version // 10000} runs in {scratch}")
            say(f"schema featurize is at release {migrate(url)}")
            name = _declare(connection, table, model, weights)
            with _worker(url, folder):
                _until(lambda: execute(connection, "worker_is_idle")[0][0], "no worker has started")
                say("a worker is waiting for rows (LISTEN); inserting the images")
                files = image_files.find([folder]).files
                added, _ = image_files.add(connection, table, files, label_from_parent=True, create=False)
                _watch(connection, name, added)
            _report(connection, table, name, out)


def write_digits(folder: Path) -> Path:
    """Write scikit-learn's 1,797 handwritten digits as 8×8 PNG files, a folder for each label."""
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    for number, (pixels, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        place = folder / str(label)
        place.mkdir(parents=True, exist_ok=True)
        gray = np.round(pixels * (255 / 16)).astype(np.uint8)
        Image.fromarray(gray).save(place / f"{number:04d}.png")
    return folder


def _declare(connection: Connection, table: str, model: str, weights: str | None) -> str:
    if weights == "random":
        model = execute(connection, "register_random", model)[0][0]
    execute(connection, "create_image_table", table=table)
    name = str(execute(connection, "create_featurizer", table, "path", model)[0][0])
    say(f"select featurize.create_featurizer('{table}', 'path', '{model}');  → {name}")
    return name


@contextmanager
def _worker(url: str, folder: Path) -> Iterator[None]:
    """Run a worker process inside the block; stop it with SIGTERM."""
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(folder)]
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _until(condition: Callable[[], Any], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise PgfeaturizeError(f"{complaint} in {PATIENCE:.0f} s", "Look at its log above.")
        time.sleep(0.05)


def _watch(connection: Connection, name: str, rows: int) -> None:
    """Show featurize.progress as a progress bar until every row is embedded or failed."""
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeElapsedColumn(), console=report.console) as bars:
        bar = bars.add_task("", total=rows, rate="")
        while True:
            (now,) = fetch(connection, status.Progress, "progress", name)
            done = now.embedded + now.failed + now.empty
            bars.update(bar, completed=done, rate=f"{now.rows_per_second:.0f} rows/s")
            if done == rows:
                return
            if now.note and now.note.startswith("blocked: "):
                message, _, hint = now.note.removeprefix("blocked: ").partition("\nHint: ")
                raise ModelError(message, hint + "\nOr pass --weights random to see it work untrained.")
            time.sleep(0.1)


def _report(connection: Connection, table: str, name: str, out: Path) -> None:
    _tell(connection, "progress")
    say(report.conservation(fetch(connection, status.Progress, "progress", name)[0]))
    rows = []
    _tell(connection, "neighbors", table=table)
    for query in execute(connection, "sample", SHOWN, table=table):
        found = execute(connection, "neighbors", query.id, name, NEIGHBORS, table=table)
        shown = "   ".join(f"{near.label} ({near.distance:.3f})" for near in found)
        say(f"{query.label:>12}  {Path(query.path).name:<12} →  {shown}")
        tiles = [Tile(near.path, f"{near.label} · {near.distance:.3f}") for near in found]
        rows.append(Row(Tile(query.path, f"{query.label} · row {query.id}"), tiles))
    _tell(connection, "knn_accuracy", table=table)
    (voted,) = execute(connection, "knn_accuracy", name, NEIGHBORS, table=table)
    if voted.rows:
        say(f"accuracy of the {NEIGHBORS} nearest: {voted.accuracy:.4f} over {voted.rows} rows")
    if rows:
        say(f"contact sheet: {draw(rows, out).absolute()}")


def _tell(connection: Connection, statement: str, **identifiers: Any) -> None:
    """Print a statement before it runs."""
    say(f"\n{compose(statement, **identifiers).as_string(connection)}", style="dim")
