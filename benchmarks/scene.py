"""Where benchmarks play: databases, images, and real processes beside this one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measure import Bench
from pgfeaturize.cli.demo import write_digits
from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.models import Model, lookup
from pgfeaturize.models.weights.files import SHIPPED
from pgfeaturize.settings import pgserver

#: The checkout.
HERE = Path(__file__).resolve().parents[1]
#: Photographs that may lie beside it.
PHOTOS = HERE.parent / "shared" / "data" / "photos"
#: The database that those of the benchmarks are copies of.
TEMPLATE = "installed"
#: Major release of the embedded server.
POSTGRES = 18
#: Seconds after which something must have gone wrong.
PATIENCE = 180.0


def url_of(url: str, name: str) -> str:
    """Connection string of another database of the embedded server."""
    return url.replace("/postgres?", f"/{name}?")


def create_database(bench: Bench, name: str) -> str:
    """A new database with pgfeaturize in it; return its connection string."""
    with connect(bench.url) as connection:
        execute(connection, "create_database", database=name, template=TEMPLATE)
    return url_of(bench.url, name)


def program(name: str) -> Path:
    """A program of the embedded server's release, such as pgbench."""
    return Path(pgserver().utils.POSTGRES_VERSIONS[POSTGRES]) / name


def photos(bench: Bench) -> list[str]:
    """48 photographs: those beside the checkout, else noise of like size."""
    found = sorted(str(file) for file in PHOTOS.glob("*.jpg"))
    return found or [_noise(bench.scratch / "photos", number) for number in range(48)]


def images_of(bench: Bench, model: str) -> list[str]:
    """What a model is usually given: photographs, or digits."""
    if model != "lenet_digits":
        return photos(bench)
    return [str(file) for file in sorted(write_digits(bench.scratch / "digits").rglob("*.png"))]


def large_photos(bench: Bench, side: int = 3000) -> list[str]:
    """Some of them, enlarged to what a camera gives: JPEGs with `side` pixels on the longer side."""
    folder = bench.scratch / "large"
    folder.mkdir(exist_ok=True)
    for photo in photos(bench)[:12]:
        file = folder / Path(photo).name
        if not file.exists():
            image = Image.open(photo).convert("RGB")
            scale = side / max(image.size)
            width, height = (round(length * scale) for length in image.size)
            image.resize((width, height), Image.Resampling.BICUBIC).save(file, quality=90)
    return sorted(str(file) for file in folder.glob("*.jpg"))


def images_are() -> str:
    """What `photos` gives, for the record."""
    return "photographs" if PHOTOS.is_dir() else "generated images of 500 × 375 pixels"


def _noise(folder: Path, number: int) -> str:
    """A smooth random JPEG of 500 × 375, about as many bytes as a photograph."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{number:02d}.jpg"
    if not file.exists():
        grain = np.random.default_rng(number).integers(0, 256, (94, 125, 3), np.uint8)
        Image.fromarray(grain).resize((500, 375), Image.Resampling.BICUBIC).save(file, quality=90)
    return str(file)


def repeated(images: list[str], rows: int) -> list[str]:
    """The images over and over, `rows` of them."""
    return (images * (rows // len(images) + 1))[:rows]


def model_of(name: str) -> Model:
    """A model of the catalog: with random weights, unless its own are in the package."""
    model = lookup(name)
    return model if name in SHIPPED else replace(model, name=f"{name}_random", weights="random")


def register(connection: Connection, name: str) -> str:
    """Make `model_of(name)` known to a database; return its name there."""
    return name if name in SHIPPED else str(execute(connection, "register_random", name)[0][0])


def settled(connection: Connection, featurizer: str) -> int:
    """Vectors that a featurizer has so far."""
    return int(execute(connection, "count_rows", table=featurizer)[0][0])


@contextmanager
def worker(url: str, images: list[str], log: Path, batch: int = 32) -> Iterator[None]:
    """A worker process that may read these images; ended by SIGTERM."""
    roots = {str(Path(image).parent) for image in images}
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--device", "cpu"]
    command += ["--batch", str(batch), *(f"--root={root}" for root in sorted(roots))]
    environment = {**os.environ, "DATABASE_URL": url, "PGFEATURIZE_OFFLINE": "1"}
    with log.open("a") as lines:
        process = subprocess.Popen(command, env=environment, stderr=lines)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


class Child:
    """A process that measures on request: `python -m benchmarks.child KIND ARGUMENT …`."""

    def __init__(self, *arguments: str, url: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", *arguments],
            cwd=HERE,
            env={**os.environ, "DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Child":
        if self._answer() != "ready":
            raise RuntimeError("the process beside this one has ended; see above")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=PATIENCE)

    def seconds(self, times: int) -> float:
        """Let it do its work so many times; return the seconds that it took."""
        assert self._process.stdin is not None
        print(times, file=self._process.stdin, flush=True)
        return float(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def until(condition: Callable[[], bool], what: str, pause: float = 0.05, patience: float = PATIENCE) -> None:
    """Look until it holds.

    Raises:
        TimeoutError: it does not in so many seconds.
    """
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {patience:.0f} s still not: {what}")
        time.sleep(pause)
