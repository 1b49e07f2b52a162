"""Everything works behind pgbouncer in transaction mode: without LISTEN, session locks and settings."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.acceptance.conftest import insert, settled
from tests.conftest import PATIENCE, Database, until

Worker = Callable[..., Any]


@pytest.fixture
def pooled(database: Database, tmp_path: Path) -> Iterator[str]:
    """Connection string of a pooler in front of the test's database."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("pgbouncer is not installed (Debian: pgbouncer)")
    sockets = database.server.directory / "pg"
    folder = tmp_path / "pooler"
    folder.mkdir()
    owner = sockets.owner()
    (folder / "pgbouncer.ini").write_text(
        f"""
[databases]
{database.name} = host={sockets} user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 4
logfile = {folder}/log
{f"user = {owner}" if os.geteuid() == 0 else ""}
"""
    )
    if os.geteuid() == 0:
        shutil.chown(folder, owner)
        for parent in folder.parents[:-2]:
            parent.chmod(parent.stat().st_mode | 0o111)
    process = subprocess.Popen([program, "-q", str(folder / "pgbouncer.ini")])
    url = f"postgresql://postgres:@/{database.name}?host={folder}&port=6432"
    until(lambda: _answers(url), "the pooler answers")
    yield url
    process.terminate()
    process.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url):
            return True
    except psycopg.OperationalError:
        return False


@pytest.fixture
def user(pooled: str) -> Iterator[psycopg.Connection[Any]]:
    """An application that connects through the pooler, too."""
    with psycopg.connect(pooled, autocommit=True, prepare_threshold=None) as connection:
        yield connection


def test_two_workers_behind_a_pooler(
    table: Database, user: Any, pooled: str, photos: Callable[..., list[Path]], worker: Worker
) -> None:
    """Existing and new rows are embedded, searched, indexed and used for training."""
    files = photos(30)
    for _ in range(2):
        worker(url=pooled)
    insert(table, files[:20])
    assert settled(table)["embedded"] == 20
    user.execute(
        "insert into photos (id, path) select * from unnest(%s::int[], %s::text[])",
        (list(range(20, 30)), [str(file) for file in files[20:]]),
    )
    assert settled(table)["embedded"] == 30, "asleep, nobody has told them"
    assert user.execute("select featurize.wait('looks', '10 s')").fetchone() == (True,)
    found = user.execute(
        "select (n.item).id from photos p, featurize.neighbors(p, 'looks', 3) n where p.id = 5"
    ).fetchall()
    assert len(found) == 3
    vector = user.execute("call featurize.embed(%s::text, 'lenet_digits', null, '30 s')", (str(files[4]),)).fetchone()
    near = "select (n.item).id from featurize.nearest(null::photos, 'looks', %s::vector, 1) n"
    assert user.execute(near, vector).fetchone() == (4,)
    for metric in ("cosine", "l2", "ip"):
        user.execute("select featurize.create_index('looks', %s)", (metric,))
        until(lambda metric=metric: _is_ready(table, metric), f"an index for {metric} is built")  # type: ignore[misc]
    user.execute("update photos set label = case when id % 2 = 0 then 'even' else 'odd' end")
    user.execute("select featurize.create_training_view('lessons', 'looks', 'label')")
    user.execute("select featurize.train_classifier('parity', 'lessons')")
    assert user.execute("select featurize.wait_classifier('parity', '60 s')").fetchone() == (True,)
    user.execute("delete from photos where id < 10")
    assert settled(table)["rows"] == 20


def _is_ready(database: Database, metric: str) -> bool:
    state = "select state from featurize.index_report where metric = %s"
    return bool(database.value(state, metric) == "ready")
