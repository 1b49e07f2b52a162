"""Tables of a featurizer are changed or dropped: its worker says what is broken, and goes on with other featurizers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import insert, settled
from tests.acceptance.faults.conftest import Start
from tests.conftest import Database, until

DAMAGES = {
    "claim": (
        "alter table photos drop constraint photos_pkey",
        "public.photos no longer has a primary key; alter table",
    ),
    "settle": ("drop table looks", "its embedding table was dropped; restore it from a backup"),
    "key type": (
        "alter table photos alter id type text",
        'the type of "id" is text in public.photos, but still integer in its embedding table public.looks; '
        "select featurize.repair('looks')",
    ),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES)
def test_broken(table: Database, photos: Callable[..., list[Path]], start: Start, damage: str, reason: str) -> None:
    files = photos(2)
    table.rows("create table others (id int primary key, path text)")
    table.rows("select featurize.create_featurizer('others', 'path', 'lenet_digits', 'others_look')")
    insert(table, files)
    table.rows(damage)
    worker = start()
    blocked = "select blocked_reason from featurize.featurizer where name = 'looks'"
    assert until(lambda: table.value(blocked), "it is blocked").startswith(reason)
    assert table.value("select note from featurize.progress where featurizer = 'looks'").startswith(reason)
    table.rows("insert into others values (1, %s)", str(files[0]))
    assert settled(table, "others_look")["embedded"] == 1
    worker.end()
    log = worker.log.read_text()
    assert f"featurizer looks waits: {reason}" in log
    assert "CONTEXT" not in log
    assert "LINE 1" not in log
