"""Workers that cannot write to any file: a full disk fails no row.

Disks are full here by the largest size that the system allows the worker's files, which is 0. That
takes no rights, holds for each directory, temporary or not, and can be lifted while it runs.
"""

import hashlib
import io
import os
import resource
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from pgfeaturize.models import build, lookup
from pgfeaturize.models.weights import files
from tests.acceptance.conftest import WorkerProcess, insert, settled
from tests.acceptance.faults.conftest import Check, Start
from tests.conftest import Database, until
from tests.mirror import Mirror, serving

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]


def test_a_worker_writes_no_files(
    table: Database, photos: Photos, worker: Worker, check: Check, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = worker("--verbose", TMPDIR=str(temporary))
    leave_room(process.process.pid, 0)
    files = photos(12)
    insert(table, files)
    table.rows("update photos set label = case when id % 2 = 0 then 'even' else 'odd' end")
    assert check(table)["embedded"] == 12

    table.rows("create table pages (id int primary key, image bytea)")
    table.rows("select featurize.create_featurizer('pages', 'image', 'pixels', 'bytes', image_kind => 'bytes')")
    table.rows("insert into pages values (1, %s)", files[0].read_bytes())
    assert settled(table, "bytes")["embedded"] == 1

    table.rows("call featurize.embed(%s, 'lenet_digits', null)", str(files[0]))
    table.rows("select featurize.create_index('looks', method => 'projection', dimensions => 6)")
    until(lambda: table.value("select state from featurize.index_report") == "ready", "it is built")
    table.rows("select featurize.create_training_view('numbers', 'looks', 'label')")
    table.rows("select featurize.train_classifier('parity', 'numbers')")
    assert table.value("select featurize.wait_classifier('parity', '1 minute')")

    assert process.log.read_text() == "", "there was no room, not even for its log"
    assert [*temporary.iterdir()] == [], "nothing was tried there"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """A web server with weights of SqueezeNet, about 5 MB."""
    file = io.BytesIO()
    model = replace(lookup("squeezenet1_1"), weights="random")
    torch.save(build(model).state_dict(), file)
    with serving() as opened:
        opened.content = file.getvalue()
        yield opened


def test_no_room_for_weights(database: Database, photos: Photos, start: Start, mirror: Mirror, tmp_path: Path) -> None:
    database.rows("create table photos (id int primary key, path text)")
    for model, name in (("squeezenet1_1", "looks"), ("lenet_digits", "fine")):
        database.rows("select featurize.create_featurizer('photos', 'path', %s, %s)", model, name)
    insert(database, photos(4))
    name = f"net-{hashlib.sha256(mirror.content).hexdigest()[:8]}.pth"
    url = f"http://127.0.0.1:{mirror.server_port}/{name}"
    worker = start(prepare=partial(on_small_disk, url, tmp_path / "torch"), offline=False)
    assert settled(database, "fine")["embedded"] == 4, "other featurizers go on"

    def note() -> str:
        found: str = database.value("select note from featurize.progress where featurizer = 'looks'")
        return found or ""

    until(lambda: "cannot write to" in note(), "the featurizer says that it waits")
    assert note().startswith("blocked: ")
    assert database.progress("looks")["pending"] == 4
    assert database.value("select count(*) from featurize.failure") == 0
    assert [*(tmp_path / "torch").rglob("*.part")] == [], "what was begun leaves the room to others"

    leave_room(worker.process.pid, resource.RLIM_INFINITY)  # type: ignore[arg-type]
    assert settled(database)["embedded"] == 4
    assert note() == ""
    worker.end()


def on_small_disk(url: str, home: Path) -> None:
    """Make a worker download all weights from one address into a directory with 1 MB of free space."""
    os.environ["TORCH_HOME"] = str(home)
    files.weights_url = lambda _: url  # type: ignore[assignment]
    leave_room(os.getpid(), 1_000_000)


def leave_room(pid: int, size: int) -> None:
    """Limit the file size of a process, as if the disk were full."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
