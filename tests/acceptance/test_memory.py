"""A worker with little memory embeds many large images."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.acceptance.conftest import WorkerProcess, settled
from tests.conftest import Database, until
from tests.unit.sample_images import encoded

Worker = Callable[..., WorkerProcess]
MB = 2**20


@pytest.fixture
def stored(database: Database) -> Database:
    """Create a table of images in a column, featurized by the shipped LeNet as `looks`."""
    database.rows("create table photos (id int primary key, image bytea)")
    database.rows("alter table photos alter image set storage external")
    database.rows(
        "select featurize.create_featurizer('photos', 'image', 'lenet_digits', name => 'looks', image_kind => 'bytes')"
    )
    return database


def noise(seed: int) -> bytes:
    """A PNG of about 3 MB."""
    return encoded(Image.fromarray(np.random.default_rng(seed).integers(0, 256, (1000, 1000, 3), np.uint8)))


def test_large_images_in_the_table_are_claimed_a_few_at_a_time(stored: Database, worker: Worker) -> None:
    for number in range(3):
        stored.rows("insert into photos values (%s, %s)", number, noise(number))
    process = worker("--memory", "96MB", "--verbose")
    until(lambda: process.has_logged("batches of"), "the worker has started")
    until(lambda: stored.value("select count(*) from looks") == 3, "the first rows are embedded")
    before = field(process, "VmRSS")
    Path(f"/proc/{process.process.pid}/clear_refs").write_text("5")  # resets VmHWM
    stored.rows("insert into photos select n, p.image from generate_series(10, 69) n join photos p on p.id = n % 3")
    assert settled(stored)["embedded"] == 63
    # A batch of 32 rows at once would take 96 MB, and three times as much if it came as text, and once more.
    assert field(process, "VmHWM") - before < 96 * MB
    assert process.log.read_text().count("embedded=1,") >= 60


def field(process: WorkerProcess, name: str) -> int:
    """Read a field of /proc/PID/status in bytes."""
    lines = Path(f"/proc/{process.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024


def test_images_beyond_the_limits_fail_alone(stored: Database, worker: Worker) -> None:
    transparent = Image.new("RGBA", (3000, 3000), (9, 9, 9, 99))
    images = [noise(0), encoded(transparent), bytes(9 * MB), noise(1)]
    for number, image in enumerate(images):
        stored.rows("insert into photos values (%s, %s)", number, image)
    process = worker("--once", PGFEATURIZE_MEMORY="64 MB", PGFEATURIZE_MAX_BYTES=str(8 * MB))
    assert process.wait() == 1, process.log.read_text()
    assert settled(stored)["embedded"] == 2
    failures = dict(stored.rows("select reason, detail from featurize.failure"))
    assert set(failures) == {"too_much_memory", "too_many_bytes"}
    assert "--memory" in failures["too_much_memory"]
    assert "8,388,608 bytes" in failures["too_many_bytes"]


def test_a_wrong_amount_of_memory_is_refused(worker: Worker) -> None:
    process = worker("--memory", "much")
    assert process.wait() == 2
    assert "'much' is not an amount of memory" in process.log.read_text()
