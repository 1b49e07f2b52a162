"""Users and owners change rows, tables and models while a worker processes them; no statement of theirs fails."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import insert
from tests.acceptance.faults.conftest import Check, Start
from tests.conftest import Database

Photos = Callable[..., list[Path]]

#: Changes to rows 0 to 7 while they are leased; %(other)s is another image.
WRITES = {
    "image": "update photos set path = %(other)s where id = 1",
    "there and back": "update photos set path = '/x' where id = 1; update photos set path = %(same)s where id = 1",
    "null": "update photos set path = null where id = 1",
    "key": "update photos set id = 10 where id = 1",
    "label": "update photos set label = 'x'",
    "delete": "delete from photos where id = 1",
    "delete all": "delete from photos",
    "insert again": "delete from photos where id = 1; insert into photos (id, path) values (1, %(same)s)",
    "insert another": "delete from photos where id = 1; insert into photos (id, path) values (1, %(other)s)",
    "truncate": "truncate photos",
    "truncate and fill": "truncate photos; insert into photos (id, path) values (1, %(other)s)",
    "refresh": "select featurize.refresh('looks')",
    "repair": "select featurize.repair()",
    "retire": "select featurize.retire_space('lenet_digits')",
    "rename table": "alter table photos rename to images; update images set path = %(other)s where id = 1",
    "move table": "create schema attic; alter table photos set schema attic; "
    "update attic.photos set path = %(other)s where id = 1",
    "rename column": "alter table photos rename path to image; "
    "update photos set image = %(other)s where id = 1; delete from photos where id = 2; "
    "insert into photos (id, image) values (12, %(other)s); "
    "alter table photos rename image to path",
    "drop column": "alter table photos drop path; insert into photos (id) values (12); "
    "update photos set label = 'x'; delete from photos where id = 2; "
    "alter table photos add path text; update photos set path = %(other)s where id = 12",
    "drop featurizer": "select featurize.drop_featurizer('looks'); "
    "select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks')",
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_changed_in_mid_batch(either: Database, photos: Photos, start: Start, check: Check, write: str) -> None:
    files = photos(9)
    insert(either, files[:8])
    worker = start("before_settle:1:STOP", batch=8)
    worker.wait_until_stopped()
    for statement in write.split("; "):
        either.connection.execute(statement.replace("%(other)s", f"'{files[8]}'").replace("%(same)s", f"'{files[1]}'"))
    worker.send(signal.SIGCONT)
    check(either)
