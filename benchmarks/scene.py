"""Databases, images and processes for benchmarks."""

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
import torch
from PIL import Image

from benchmarks.measure import Bench
from pgfeaturize.cli.demo import write_digits
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.models import Model, lookup, pick_device
from pgfeaturize.models.weights.files import SHIPPED
from pgfeaturize.settings import pgserver

#: Root of the checkout.
HERE = Path(__file__).resolve().parents[1]
#: Photographs that may lie beside it.
PHOTOS = HERE.parent / "shared" / "data" / "photos"
#: Template of the benchmarks' databases.
TEMPLATE = "installed"
#: Major release of the embedded server.
POSTGRES = 18
#: Time limit in seconds.
PATIENCE = 180.0


def device() -> torch.device:
    """Device of the networks: --device of `python -m benchmarks`, which child processes and workers have, too."""
    return pick_device(os.environ.get("PGFEATURIZE_DEVICE", "cpu"))


def url_of(url: str, name: str) -> str:
    """Connection string of another database of the embedded server."""
    return url.replace("/postgres?", f"/{name}?")


def create_database(bench: Bench, name: str) -> str:
    """Create a database with the schema; return its connection string."""
    with connect(bench.url) as connection:
        execute(connection, "create_database", database=name, template=TEMPLATE)
    return url_of(bench.url, name)


def program(name: str) -> Path:
    """A program of the embedded server's release, such as pgbench."""
    return Path(pgserver().utils.POSTGRES_VERSIONS[POSTGRES]) / name


def photos(bench: Bench) -> list[str]:
    """Return 48 photographs beside the checkout, or noise of similar size."""
    found = sorted(str(file) for file in PHOTOS.glob("*.jpg"))
    return found or [_noise(bench.scratch / "photos", number) for number in range(48)]


def images_of(bench: Bench, model: str) -> list[str]:
    """Return typical images for a model: photographs or digits."""
    if model != "lenet_digits":
        return photos(bench)
    return [str(file) for file in sorted(write_digits(bench.scratch / "digits").rglob("*.png"))]


def large_photos(bench: Bench, side: int = 3000) -> list[str]:
    """Enlarge some of them to JPEGs with `side` pixels on the longer side."""
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
    """Describe the images of `photos`."""
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
    """Repeat the images, `rows` times in all."""
    return (images * (rows // len(images) + 1))[:rows]


def model_of(name: str) -> Model:
    """Return a named model, with random weights unless the package has its weights."""
    model = lookup(name)
    return model if name in SHIPPED else replace(model, name=f"{name}_random", weights="random")


def register(connection: Connection, name: str) -> str:
    """Register `model_of(name)` in a database; return its name."""
    return name if name in SHIPPED else str(execute(connection, "register_random", name)[0][0])


def settled(connection: Connection, featurizer: str) -> int:
    """Return the number of vectors of a featurizer."""
    return int(execute(connection, "count_rows", table=featurizer)[0][0])


@contextmanager
def worker(url: str, images: list[str], log: Path, batch: int = 32, options: tuple[str, ...] = ()) -> Iterator[None]:
    """Run a worker that may read these images inside the block."""
    roots = {str(Path(image).parent) for image in images}
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--device", str(device())]
    command += ["--batch", str(batch), *(f"--root={root}" for root in sorted(roots)), *options]
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
    """Start a process that measures on request: `python -m benchmarks.child KIND ARGUMENT …`."""

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
        """Repeat its work; return the seconds that it took."""
        assert self._process.stdin is not None
        print(times, file=self._process.stdin, flush=True)
        return float(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def until(condition: Callable[[], bool], what: str, pause: float = 0.05, patience: float = PATIENCE) -> None:
    """Wait until a condition is true.

    Raises:
        TimeoutError: it is still false after the time limit.
    """
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {patience:.0f} s still not: {what}")
        time.sleep(pause)
