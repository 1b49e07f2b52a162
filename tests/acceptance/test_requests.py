"""embed() requests and index builds by a worker."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import torch

from pgfeaturize.models import Network, build, lookup
from tests.acceptance.conftest import expected, insert, settled
from tests.conftest import Database, until

Worker = Callable[..., Any]
Photos = Callable[..., list[Path]]


def embed(database: Database, image: Any, model: str = "lenet_digits", timeout: str = "60s") -> Any:
    """Return the result of CALL featurize.embed on a new connection."""
    with psycopg.connect(database.url, autocommit=True) as user:
        row = user.execute("call featurize.embed(%s, %s, null, %s::interval)", (image, model, timeout)).fetchone()
    assert row is not None
    return np.array(row[0].strip("[]").split(","), np.float32)


@contextmanager
def refused(state: str) -> Iterator[pytest.ExceptionInfo[psycopg.Error]]:
    """Check that the block raises an error of class FZ with a hint."""
    with pytest.raises(psycopg.Error) as caught:
        yield caught
    assert caught.value.sqlstate == state, caught.value
    assert caught.value.diag.message_hint


def registered(database: Database, number: int = 1) -> None:
    """Wait until workers have registered."""
    until(
        lambda: database.value("select count(*) from featurize.worker") == number, f"{number} workers have registered"
    )


def test_a_new_image_from_plain_sql(
    database: Database, photos: Photos, worker: Worker, lenet: Network, tmp_path: Path
) -> None:
    """Paths, bytes, and data that is not an image; no request remains."""
    files = photos(3)
    (tmp_path / "bad.png").write_bytes(b"no image")
    worker()
    registered(database)
    truth = expected(lenet, files)
    assert np.allclose(embed(database, str(files[0])), truth[0], rtol=1e-4, atol=1e-5)
    assert np.allclose(embed(database, files[1].read_bytes()), truth[1], rtol=1e-4, atol=1e-5)
    for image, reason in {
        str(tmp_path / "bad.png"): "not_an_image",
        str(tmp_path / "gone.png"): "missing_file",
        "/etc/hostname": "outside_roots",
        "https://example.org/a.png": "not_allowed",
        b"no image": "not_an_image",
    }.items():
        with refused("FZ011") as error:
            embed(database, image)
        assert str(error.value.diag.message_primary).endswith(f'"lenet_digits": {reason}')
        assert error.value.diag.message_detail
    assert database.value("select count(*) from featurize.request") == 0


def test_what_cannot_be_asked_for(database: Database, worker: Worker) -> None:
    with refused("FZ010") as error:
        embed(database, "/a.png")
    assert "no worker" in str(error.value.diag.message_primary)
    with refused("FZ005") as error:
        embed(database, "/a.png", "no_such_model")
    for nothing in ("null::text", "null::bytea"):
        with refused("FZ006"):
            database.rows(f"call featurize.embed({nothing}, 'lenet_digits', null)")
    with refused("FZ006"):
        database.rows("call featurize.embed('/a.png', 'lenet_digits', null, null)")
    with psycopg.connect(database.url) as user, refused("FZ012") as error:
        user.execute("call featurize.embed('/a.png', 'lenet_digits', null)")
    assert "transaction block" in str(error.value.diag.message_primary)
    with refused("FZ012") as error:
        database.rows(
            "do $$ declare v vector; begin call featurize.embed('/a.png'::text, 'lenet_digits', v); "
            "exception when division_by_zero then null; end $$"
        )
    with refused("FZ013") as error:
        database.rows("select featurize.embedding_of('/a.png', 'lenet_digits')")
    assert "dblink" in str(error.value.diag.message_primary)
    # With a worker that is busy, the request is removed when the caller's time is over.
    running = worker()
    registered(database)
    running.kill(signal.SIGSTOP)
    with refused("FZ010") as error:
        embed(database, "/a.png", timeout="0.1s")
    assert "within 00:00:00.1" in str(error.value.diag.message_primary)
    assert database.value("select count(*) from featurize.request") == 0
    running.kill(signal.SIGCONT)


def test_the_connection_for_dblink_leads_here(database: Database) -> None:
    conninfo = database.value("select featurize._own_connection()")
    with psycopg.connect(conninfo, user="postgres") as itself:
        assert itself.execute("select current_database()").fetchone() == (database.name,)
    database.rows("set featurize.dblink = 'a_server'")
    assert database.value("select featurize._own_connection()") == "a_server"


def test_many_callers_and_two_workers(database: Database, photos: Photos, worker: Worker, lenet: Network) -> None:
    files = photos(24)
    for _ in range(2):
        worker()
    registered(database, 2)
    found: dict[int, Any] = {}

    def ask(start: int) -> None:
        for slot in range(start, len(files), 6):
            found[slot] = embed(database, str(files[slot]))

    callers = [threading.Thread(target=ask, args=(start,)) for start in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    for slot, vector in enumerate(expected(lenet, files)):
        assert np.allclose(found[slot], vector, rtol=1e-4, atol=1e-5)
    assert database.value("select count(*) from featurize.request") == 0


def test_a_worker_with_other_weights_leaves_it_to_others(
    table: Database, photos: Photos, worker: Worker, tmp_path: Path
) -> None:
    """The first worker to serve a model registers its space; the other one logs why it does not answer."""
    files = photos(2)
    model = lookup("squeezenet1_1")
    homes = [tmp_path / "one", tmp_path / "two"]
    for seed, home in enumerate(homes):
        file = home / "hub" / "checkpoints" / "squeezenet1_1-b8a52dc0.pth"
        file.parent.mkdir(parents=True)
        torch.manual_seed(seed)
        whole = build(replace(model, weights="random"))
        state = {name: value + seed * 0.01 for name, value in whole.state_dict().items()}
        torch.save(state, file)
    first = worker(TORCH_HOME=str(homes[0]))
    registered(table)
    one = embed(table, str(files[0]), "squeezenet1_1")
    worker(TORCH_HOME=str(homes[1]))
    registered(table, 2)
    for _ in range(4):
        assert np.allclose(embed(table, str(files[0]), "squeezenet1_1"), one, rtol=1e-4)
    first.kill(signal.SIGTERM)
    first.wait()
    with refused("FZ011") as error:
        embed(table, str(files[0]), "squeezenet1_1")
    assert str(error.value.diag.message_primary).endswith("model_unavailable")
    assert "fingerprint" in str(error.value.diag.message_detail)
    assert "retire_space" in str(error.value.diag.message_detail)


def test_weights_that_are_missing_are_named(database: Database, photos: Photos, worker: Worker, tmp_path: Path) -> None:
    (file,) = photos(1)
    worker(TORCH_HOME=str(tmp_path / "torch"))
    registered(database)
    with refused("FZ011") as error:
        embed(database, str(file), "squeezenet1_1")
    assert "squeezenet1_1-b8a52dc0.pth" in str(error.value.diag.message_detail)


def test_a_request_outlives_the_worker_that_had_it(
    database: Database, photos: Photos, worker: Worker, lenet: Network
) -> None:
    """Another worker answers a request that a dead worker had taken."""
    (file,) = photos(1)
    database.rows("select featurize.register_worker('gone', 1, 'cpu', '0')")
    database.rows("select featurize._request('lenet_digits', %s, null, '1 minute')", str(file))
    assert database.rows("select * from featurize.take_request(1)")
    assert not database.rows("select * from featurize.take_request(1)")
    database.rows("select featurize.leave_worker(1)")
    worker()
    vector = until(lambda: database.value("select embedding::float4[] from featurize.request"), "an answer")
    assert np.allclose(vector, expected(lenet, [file])[0], rtol=1e-4, atol=1e-5)


# Indexes


def state(database: Database, featurizer: str = "looks") -> str:
    """Return the state in featurize.index_report."""
    found: str = database.value("select state from featurize.index_report where featurizer = %s", featurizer)
    return found


@contextmanager
def older_snapshot(database: Database, relation: str) -> Iterator[None]:
    """Keep a transaction open inside the block, for which CREATE INDEX CONCURRENTLY waits."""
    with psycopg.connect(database.url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute(f"select count(*) from {relation}")
        yield


def ready(database: Database, featurizer: str = "looks") -> None:
    """Wait until the index is ready."""
    until(lambda: state(database, featurizer) == "ready", "the index is ready")


def indexes(database: Database) -> list[tuple[str, bool]]:
    """Return all indexes, and whether they are valid."""
    return database.rows(
        "select c.relname, x.indisvalid from pg_index x join pg_class c on c.oid = x.indexrelid "
        "where c.relname like 'featurize_index%' order by 1"
    )


@pytest.mark.parametrize("method", ["auto", "halfvec", "bits", "projection"])
def test_a_worker_builds_it_after_the_backfill(table: Database, photos: Photos, worker: Worker, method: str) -> None:
    """It builds another one for the next feature space; searches never use the wrong one."""
    insert(table, photos(40))
    table.rows("select featurize.pause('looks')")
    dimensions = 16 if method == "projection" else None
    table.rows("select featurize.create_index('looks', method => %s, dimensions => %s)", method, dimensions)
    worker()
    registered(table)
    assert state(table).startswith("waits for the backfill")
    assert indexes(table) == []
    table.rows("select featurize.resume('looks')")
    assert settled(table)["embedded"] == 40
    ready(table)
    assert indexes(table) == [("featurize_index_1_1", True)]
    assert table.value("select featurize.measure_recall('looks', 3, 10)") > 0.9
    table.rows("select featurize.retire_space('lenet_digits')")
    functions = {"bits": [("mean_1_2",)], "projection": [("project_1_2",)]}.get(method, [])
    named = r"select proname from pg_proc where proname ~ '^(mean|project)_\d' order by 1"
    until(
        lambda: (
            indexes(table) == [("featurize_index_1_2", True)]
            and state(table) == "ready"
            and table.rows(named) == functions
        ),
        "it is built again, and the old one is gone with its functions",
    )
    assert table.value("select count(distinct space_id) from featurize.projection") == len(functions) * (
        method == "projection"
    )
    assert table.value("select featurize.measure_recall('looks', 3, 10)") > 0.9


def test_a_build_that_breaks_off_is_done_again(table: Database, photos: Photos, worker: Worker) -> None:
    insert(table, photos(10))
    running = worker()
    assert settled(table)["embedded"] == 10
    with older_snapshot(table, "photos"):
        table.rows("select featurize.create_index('looks')")
        until(lambda: state(table).startswith("building"), "it is being built")
        assert table.value(
            "select pg_terminate_backend(pid) from pg_stat_progress_create_index where datname = current_database()"
        )
        until(lambda: indexes(table) == [("featurize_index_1_1", False)], "an incomplete index is left")
        until(lambda: not state(table).startswith("building"), "nobody builds")
        assert table.rows("select n.item from featurize.nearest(null::photos, 'looks', null) n") == []
        assert table.value("select count(*) from featurize.index_work()") == 0, "not at once"
    table.rows("update featurize.index set started_at = started_at - interval '1 hour'")
    table.rows("notify pgfeaturize_requests, 'index'")
    ready(table)
    assert indexes(table) == [("featurize_index_1_1", True)]
    assert running.process.poll() is None


def test_a_worker_that_is_stopped_stops_building(table: Database, photos: Photos, worker: Worker) -> None:
    insert(table, photos(10))
    running = worker()
    assert settled(table)["embedded"] == 10
    with older_snapshot(table, "looks"):  # so that the incomplete index cannot be dropped, either
        table.rows("select featurize.create_index('looks')")
        until(lambda: state(table).startswith("building"), "it is being built")
        running.kill(signal.SIGTERM)
        assert running.wait() == 0
    assert "canceling" in state(table)
    table.rows("update featurize.index set started_at = started_at - interval '1 hour'")
    worker()
    ready(table)
    assert indexes(table) == [("featurize_index_1_1", True)]


def test_an_index_that_nobody_wants_any_more(table: Database, photos: Photos, worker: Worker) -> None:
    """If an index is dropped during the build, the build ends without leftovers, and the worker goes on."""
    insert(table, photos(10))
    table.rows("create table others (id int)")
    running = worker()
    assert settled(table)["embedded"] == 10
    with older_snapshot(table, "others"):
        table.rows("select featurize.create_index('looks', method => 'bits')")
        until(
            lambda: table.rows("select 1 from pg_stat_progress_create_index where phase like 'waiting%'"),
            "it is being built",
        )
        table.rows("select featurize.drop_index('looks')")
    until(lambda: indexes(table) == [], "nothing is left")
    until(
        lambda: table.value(r"select count(*) from pg_proc where proname ~ '^mean_\d'") == 0,
        "its functions are dropped",
    )
    table.rows("select featurize.create_index('looks')")
    ready(table)
    assert running.process.poll() is None


def test_what_cannot_be_built_is_said(table: Database, photos: Photos, worker: Worker) -> None:
    insert(table, photos(5))
    worker()
    assert settled(table)["embedded"] == 5
    table.rows("select featurize.create_index('looks', method => 'projection', dimensions => 6)")
    until(lambda: state(table).startswith("failed"), "it cannot be built")
    assert "5 embeddings are too few to project to 6 dimensions" in state(table)
    assert table.rows("select proname from pg_proc where proname ~ '^project_'") == []
    insert(table, photos(5, start=5), start=5)
    assert settled(table)["embedded"] == 10
    table.rows("update featurize.index set started_at = started_at - interval '1 hour'")
    table.rows("notify pgfeaturize_requests, 'index'")
    ready(table)
