"""Models that a worker resolves, waits for, or serves together."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pgfeaturize.models import Network, build, load_network, lookup
from tests.acceptance.conftest import expected, settled, vectors
from tests.conftest import Database, until

Worker = Callable[..., Any]
Photos = Callable[..., list[Path]]


class WebServer:
    """A web server for a folder, which counts requests."""

    def __init__(self, folder: Path) -> None:
        self.asked: Counter[str] = Counter()
        site = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked[self.path] += 1
                super().do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebServer]:
    """Serve the photos over HTTP."""
    opened = WebServer(tmp_path / "photos")
    thread = threading.Thread(target=opened.server.serve_forever)
    thread.start()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()
    thread.join()


def declare(database: Database, models: list[str], kind: str = "path") -> None:
    """Create a featurizer of photos.path for each model, named after it."""
    for model in models:
        database.rows(
            "select featurize.create_featurizer('photos', 'path', %s, %s, image_kind => %s)", *(model, model, kind)
        )


def test_featurizers_of_one_column_fetch_each_image_once(
    database: Database, photos: Photos, worker: Worker, site: WebServer, lenet: Network
) -> None:
    """Two nodes of one network and another network: three vectors from one request."""
    files = photos(12)
    (files[0].parent / "bad.png").write_bytes(b"no image")
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.register_model('deeper', 'lenet', 'fc1', 'none', 500)")
    models = ["lenet_digits", "deeper", "pixels"]
    declare(database, models, "uri")
    names = [*(file.name for file in files), "bad.png", "gone.png"]
    database.rows(
        "insert into photos select n - 1, %s || name from unnest(%s::text[]) with ordinality t (name, n)",
        f"{site.url}/",
        names,
    )
    worker("--once", "--batch", "4", "--uri", site.url).wait()
    assert site.asked == {f"/{name}": 1 for name in names}
    for model in models:
        now = settled(database, model)
        assert (now["embedded"], now["failed"]) == (12, 2)
    stored = vectors(database, "lenet_digits")
    for slot, vector in enumerate(expected(lenet, files)):
        assert np.allclose(stored[slot], vector, rtol=1e-4, atol=1e-5)
    deeper = load_network([replace(lookup("lenet_digits"), node="fc1", dim=500)], torch.device("cpu"))
    stored = vectors(database, "deeper")
    for slot, vector in enumerate(expected(deeper, files)):
        assert np.allclose(stored[slot], vector, rtol=1e-4, atol=1e-5)
    reasons = database.rows("select featurizer, reason from featurize.failure order by 1, 2")
    assert reasons == [(m, r) for m in sorted(models) for r in ("missing_file", "not_an_image")]


def test_addresses_that_nobody_allowed_are_not_fetched(
    database: Database, photos: Photos, worker: Worker, site: WebServer
) -> None:
    photos(1)
    database.rows("create table photos (id int primary key, path text)")
    declare(database, ["lenet_digits"], "uri")
    database.rows("insert into photos values (0, %s)", f"{site.url}/0.png")
    assert worker("--once", "--uri", "https://images.example.org").wait() == 1
    assert database.rows("select reason from featurize.failure") == [("not_allowed",)]
    assert site.asked == {}


def test_an_unresolved_model_is_completed_by_an_idle_worker(database: Database, photos: Photos, worker: Worker) -> None:
    files = photos(3)
    database.rows("create table photos (id int primary key, path text)")
    running = worker()
    until(
        lambda: database.value("select exists (select from pg_locks where locktype = 'advisory' and granted)"),
        "the worker is idle",
    )
    database.rows("select featurize.register_model('cut', 'LeNet', cut => 3)")
    database.rows("select featurize.register_model('odd', 'lenet', 'no_such_node')")
    until(
        lambda: database.value("select not exists (select from featurize.model where dim is null and error is null)"),
        "the worker has looked at both",
    )
    ((node, dim),) = database.rows("select node, dim from featurize.model where name = 'cut'")
    assert (node, dim) == ("flatten", 800)
    problem = database.value("select error from featurize.model where name = 'odd'")
    assert "no_such_node" in problem
    declare(database, ["cut"])
    database.rows("insert into photos select 0, %s", str(files[0]))
    assert settled(database, "cut")["embedded"] == 1
    assert running.process.poll() is None


def test_a_worker_waits_for_weights_and_goes_on_by_itself(
    database: Database, photos: Photos, worker: Worker, tmp_path: Path
) -> None:
    """Meanwhile other featurizers are served, and no row fails."""
    files = photos(3)
    database.rows("create table photos (id int primary key, path text)")
    declare(database, ["squeezenet1_1", "lenet_digits"])
    database.rows(
        "insert into photos select n, path from unnest(%s::text[]) with ordinality t (path, n)",
        [str(file) for file in files],
    )
    worker(TORCH_HOME=str(tmp_path / "torch"))
    assert settled(database, "lenet_digits")["embedded"] == 3
    reason = until(
        lambda: database.value("select blocked_reason from featurize.featurizer where name = 'squeezenet1_1'"),
        "the featurizer is blocked",
    )
    model = lookup("squeezenet1_1")
    file = tmp_path / "torch" / "hub" / "checkpoints" / "squeezenet1_1-b8a52dc0.pth"
    assert str(file) in reason
    assert "pgfeaturize models pull squeezenet1_1" in reason
    assert database.progress("squeezenet1_1")["pending"] == 3
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = build(replace(model, weights="random"))
    torch.save(whole.state_dict(), file.with_suffix(".part"))
    file.with_suffix(".part").rename(file)
    assert settled(database, "squeezenet1_1")["embedded"] == 3
    assert database.value("select blocked_reason from featurize.featurizer where name = 'squeezenet1_1'") is None
