"""Migrations beside applications and workers: nobody deadlocks, and every row is embedded at the end."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from os import environ
from pathlib import Path
from random import Random

import psycopg
import pytest
from PIL import Image

from tests.conftest import PATIENCE, Database, until

#: Rounds of the migrations.
ROUNDS = 8
#: Latest rows of a table that writers keep.
KEPT = 100
#: Seconds between two transactions of a writer.
PAUSE = 0.05


@pytest.fixture
def tables(database: Database) -> Database:
    """Create a table for each destination, with a featurizer that no migration drops."""
    for table, destination in (("photos", "table"), ("cars", "column")):
        database.rows(
            f"create table {table} (id bigint generated always as identity primary key, path text, n int, writer int)"
        )
        database.rows(
            "select featurize.create_featurizer(%s, 'path', 'lenet_digits', %s, destination => %s)",
            table,
            f"{table}_kept",
            destination,
        )
    return database


@contextmanager
def workers(database: Database, root: Path, number: int) -> Iterator[None]:
    """Run worker processes."""
    command = [sys.executable, "-m", "pgfeaturize.cli", "worker", "--root", str(root), "--batch", "16"]
    with (root / "workers.log").open("w") as log:
        started = [
            subprocess.Popen(command, env={**environ, "DATABASE_URL": database.url}, stdout=log, stderr=log)
            for _ in range(number)
        ]
        try:
            number_running = "select count(*) from featurize.worker"
            until(lambda: database.value(number_running) == number, f"{number} workers are running", 2 * PATIENCE)
            yield
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(PATIENCE)


def write(url: str, table: str, image: Path, writer: int, stop: threading.Event) -> None:
    """Insert, update and delete rows in transactions of several statements, until asked to stop.

    Each writer has rows of its own: two that change the same rows in different orders deadlock without any help.
    """
    random = Random(writer)
    with psycopg.connect(url) as connection:
        while not stop.wait(PAUSE):
            for statement in (
                f"insert into {table} (path, writer) select '{image}', {writer} from generate_series(1, 3)",
                f"update {table} set path = path || '?' where writer = {writer} and id % 7 = {random.randint(0, 6)}",
                f"update {table} set path = rtrim(path, '?') where writer = {writer}",
                f"update {table} set n = 1 where writer = {writer} and id % 5 = {random.randint(0, 4)}",
                f"delete from {table} where writer = {writer} and id < (select max(id) from {table}) - {KEPT}",
            ):
                connection.execute(statement)
            connection.commit()


def migrate(url: str, table: str, destination: str) -> None:
    """Upgrade and downgrade as a migration does: several operations in one transaction."""
    kept, passing = f"{table}_kept", f"{table}_passing"
    upgrade: Sequence[str] = (
        f"select featurize.create_featurizer('{table}', 'path', 'lenet_digits', '{passing}', "
        f"destination => '{destination}')",
        f"select featurize.create_index('{passing}', after_backfill => false)",
        f"alter table {table} add column extra int default 1",
    )
    downgrade: Sequence[str] = (
        f"select featurize.drop_index('{passing}')",
        f"select featurize.drop_featurizer('{passing}')",
        f"alter table {table} drop column extra",
    )
    others: Sequence[Sequence[str]] = (
        (f"select featurize.repair('{kept}')",),
        ("select featurize.repair()",),
        (f"select featurize.alter_featurizer('{kept}', image_column => 'path', notify => false)",),
        (f"select featurize.alter_featurizer('{kept}', notify => true)",),
        (f"select featurize.create_index('{kept}', concurrently => false)", f"create index on {table} (n)"),
        (f"select featurize.pause('{kept}')", f"select featurize.resume('{kept}')"),
        (f"select featurize.retry('{kept}')", f"select featurize.refresh('{kept}')"),
        (f"select featurize.drop_index('{kept}')", f"drop index {table}_n_idx"),
    )
    with psycopg.connect(url) as connection:
        embedded = f"select embedded > 0 from featurize.progress where featurizer = '{kept}'"
        until(lambda: connection.execute(embedded).fetchone() == (True,), f"a row of {kept} is embedded")
        connection.commit()
        for _ in range(ROUNDS):
            for transaction in (upgrade, *others, downgrade):
                for statement in transaction:
                    connection.execute(statement)
                connection.commit()


def test_migrations_do_not_deadlock(tables: Database, tmp_path: Path) -> None:
    """Declare, drop, alter, index and repair beside writers and two workers."""
    image = tmp_path / "gray.png"
    Image.new("L", (8, 8), 128).save(image)
    stop = threading.Event()
    logged_before = deadlocks_in_log(tables)
    with workers(tables, tmp_path, 2), ThreadPoolExecutor() as pool:
        seeds = count()
        writers = [
            pool.submit(write, tables.url, table, image, next(seeds), stop)
            for table in ("photos", "photos", "cars", "cars")
        ]
        try:
            migrations = [
                pool.submit(migrate, tables.url, table, destination)
                for table, destination in (("photos", "table"), ("cars", "column"))
            ]
            for migration in migrations:
                migration.result()
        finally:
            stop.set()
        for writer in writers:
            writer.result()
        until(lambda: is_embedded(tables, "photos_kept"), "all photos are embedded")
        until(lambda: is_embedded(tables, "cars_kept"), "all cars are embedded")
    assert deadlocks(tables) == 0
    assert tables.rows("select featurizer, reason, detail from featurize.failure") == []
    assert deadlocks_in_log(tables) == logged_before


def is_embedded(database: Database, featurizer: str) -> bool:
    """Return whether all rows are embedded, and there are some."""
    progress = database.progress(featurizer)
    return 0 < progress["rows"] == progress["embedded"]


def deadlocks(database: Database) -> int:
    """Return the number of deadlocks in the database since it was created."""
    database.rows("select pg_stat_force_next_flush()")
    value: int = database.value("select deadlocks from pg_stat_database where datname = current_database()")
    return value


def deadlocks_in_log(database: Database) -> int:
    """Return the number of deadlocks in the server's log."""
    return (database.server.directory / "pg" / "log").read_text().count("deadlock detected")
