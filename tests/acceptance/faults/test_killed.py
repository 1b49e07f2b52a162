"""Workers that are killed between any two commits, repeatedly, and at random times."""

import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import insert, settled
from tests.acceptance.faults.conftest import POINTS, Check, Start, run_out
from tests.conftest import Database

Photos = Callable[..., list[Path]]


@pytest.mark.parametrize("point", [*POINTS, "after_heartbeat"])
def test_killed_at_a_point(table: Database, photos: Photos, start: Start, check: Check, point: str) -> None:
    table.rows("select featurize.refresh('looks')")
    insert(table, photos(12))
    assert start(f"{point}:2:KILL").wait() == -signal.SIGKILL
    run_out(table)
    start()
    assert check(table)["embedded"] == 12


def test_an_image_that_kills_every_worker_is_given_up(
    table: Database, photos: Photos, start: Start, check: Check
) -> None:
    insert(table, photos(1))
    for _ in range(3):
        run_out(table)
        assert start("after_images:1:KILL").wait() == -signal.SIGKILL
    start()
    assert check(table)["failed"] == 1
    assert table.rows("select reason, attempts from featurize.failure") == [("worker_lost", 3)]
    table.rows("select featurize.retry('looks')")
    assert check(table)["embedded"] == 1


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_random_moments_while_users_write(
    either: Database, photos: Photos, start: Start, check: Check, seed: int
) -> None:
    moments = random.Random(seed)
    files = photos(40)
    for _ in range(4):
        unlucky = start(batch=2)
        for _ in range(moments.randrange(300)):
            write(either, moments, files)
        unlucky.send(signal.SIGKILL)
        unlucky.wait()
        run_out(either)
    start()
    check(either)
    assert settled(either)["rows"] == either.value("select count(*) from photos")


def write(database: Database, choose: random.Random, files: list[Path]) -> None:
    """Insert, update or delete one of forty rows."""
    key, file = choose.randrange(40), str(choose.choice(files))
    match choose.randrange(8):
        case 0:
            database.rows("delete from photos where id = %s", key)
        case 1:
            database.rows("update photos set path = null where id = %s", key)
        case 2:
            database.rows("update photos set label = 'x'")
        case _:
            database.rows(
                "insert into photos (id, path) values (%s, %s) on conflict (id) do update set path = excluded.path",
                *(key, file),
            )
