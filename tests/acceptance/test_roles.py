"""Owners, workers and readers without superuser privileges."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.conftest import WorkerProcess, insert, settled
from tests.conftest import Database, Roles, until

Photos = Callable[..., list[Path]]
Worker = Callable[..., WorkerProcess]


def declare(app: Database, destination: str = "table") -> None:
    app.rows(
        "select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks', destination => %s)", destination
    )


@pytest.mark.parametrize("destination", ["table", "column"])
def test_a_worker_with_its_own_role(
    roles: Roles, app: Database, photos: Photos, worker: Worker, destination: str
) -> None:
    """Backfill, new rows, changes, failures, a query image and a classifier; then a reader reads the results."""
    insert(app, photos(6))
    declare(app, destination)
    worker(url=roles.url("worker"))
    assert settled(app)["embedded"] == 6
    insert(app, [*photos(3, 6), Path("/nowhere.png")], 6)
    app.rows("update photos set path = null where id = 0")
    app.rows("update photos set path = (select path from photos where id = 2) where id = 1")
    app.rows("delete from photos where id = 3")
    found = settled(app)
    assert (found["embedded"], found["failed"], found["empty"]) == (7, 1, 1)
    app.rows("update photos set label = case when id % 2 = 0 then 'even' else 'odd' end")
    app.rows("select featurize.create_training_view('sides', 'looks', 'label')")
    app.rows("select featurize.train_classifier('side', 'sides')")
    assert app.value("select featurize.wait_classifier('side', '1 minute')")

    app.rows(f"grant select on photos to {roles.name('reader')}")
    near = "select (n.item).id from featurize.nearest(null::photos, 'looks', %s::vector, 3) n"
    ((image,),) = app.rows("select path from photos where id = 4")
    ((vector,),) = roles.run("reader", "call featurize.embed(%s::text, 'lenet_digits', null)", image)
    assert roles.run("reader", near, vector)[0] == (4,)
    ((label,),) = roles.run("reader", "select label from featurize.predict('side', %s::vector)", vector)
    assert label in ("even", "odd")
    assert roles.run("reader", "select reason from featurize.failure") == [("outside_roots",)]
    assert roles.run("reader", "select embedded from featurize.progress") == [(7,)]


@pytest.mark.parametrize("destination", ["table", "column"])
def test_rows_that_are_hidden_stay_hidden(
    roles: Roles, app: Database, photos: Photos, worker: Worker, destination: str
) -> None:
    """The worker sees all rows; a tenant sees only its own in searches, embeddings and failures."""
    app.rows("alter table photos enable row level security")
    app.rows("create policy mine on photos using (label = current_user)")
    app.rows(f"grant select on photos to {roles.name('tenant')}")
    declare(app, destination)
    worker(url=roles.url("worker"))
    insert(app, [*photos(6), Path("/nowhere.png"), Path("/neither.png")])
    app.rows("update photos set label = %s where id in (1, 4, 7)", roles.name("tenant"))
    found = settled(app)
    assert (found["embedded"], found["failed"]) == (6, 2)
    column, relation = ("embedding", "looks") if destination == "table" else ("looks", "photos")
    ((vector,),) = app.rows(f"select {column} from {relation} where id = 2")
    for make_index in (False, True):
        if make_index:
            app.rows("select featurize.create_index('looks', concurrently => false)")
        near = "select (n.item).id from featurize.nearest(null::photos, 'looks', %s::vector) n order by 1"
        assert roles.run("tenant", near, vector) == [(1,), (4,)]
        seen = f"select id from {relation} where {column} is not null order by 1"
        assert roles.run("tenant", seen) == [(1,), (4,)]
    assert roles.run("tenant", "select key from featurize.failure") == [({"id": 7},)]
    assert roles.run("tenant", "select rows, embedded, failed from featurize.progress") == [(3, 2, 1)]
    assert roles.run("reader", "select count(*) from featurize.failure") == [(0,)]
    assert roles.run("reader", "select note from featurize.progress")[0][0].startswith("permission")
    if destination == "table":
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="table photos"):
            roles.run("reader", "select * from looks")


def test_rights_that_a_worker_lacks_are_named(roles: Roles, app: Database, photos: Photos, worker: Worker) -> None:
    """The worker waits if it does not see all rows: with row-level security it would take hidden rows for deleted."""
    declare(app)
    app.rows("alter table photos enable row level security")
    insert(app, photos(4))
    worker(url=roles.url("worker"))
    until(lambda: app.rows("select 1 from featurize.worker"), "the worker is there")
    note = app.value("select note from featurize.progress")
    assert note == f"no worker has the privileges: select featurize.grant_worker('{roles.name('worker')}')"
    assert app.progress("looks")["pending"] == 4
    app.rows("select featurize.repair('looks')")
    assert settled(app)["embedded"] == 4


def test_code_in_a_table_runs_with_the_rights_of_its_owner(
    roles: Roles, app: Database, photos: Photos, worker: Worker
) -> None:
    """If a superuser declares the featurizer, triggers of the owner still run with the owner's rights."""
    roles.database.rows(
        "select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks', destination => 'column')"
    )
    app.rows("create table seen (who name)")
    app.rows(
        "create function spy() returns trigger language plpgsql as "
        "'begin insert into public.seen values (current_user); return new; end'"
    )
    app.rows(f"grant insert on seen to {roles.name('worker')}")
    app.rows("create trigger spy before update on photos for each row execute function spy()")
    worker(url=roles.url("worker"))
    insert(app, photos(2))
    assert settled(app)["embedded"] == 2
    app.rows("update photos set path = null where id = 1")
    assert {who for (who,) in app.rows("select who from seen")} == {roles.name("app"), roles.name("worker")}


@pytest.mark.parametrize("code", ["57014", "57P01", "22000"])
def test_errors_in_a_table_are_not_taken_for_the_server_s(
    roles: Roles, app: Database, photos: Photos, worker: Worker, code: str
) -> None:
    """A trigger raises an error of the server: its featurizer waits; or of the row: it fails. Others go on."""
    declare(app)
    app.rows(
        "create function refuse() returns trigger language plpgsql as "
        f"$$begin raise exception using errcode = '{code}', message = 'not here'; end$$"
    )
    app.rows("create trigger refuse before insert on looks for each row execute function refuse()")
    insert(app, photos(2))
    roles.run("other", "create table theirs (id int primary key, path text)")
    roles.run("other", "select featurize.create_featurizer('theirs', 'path', 'lenet_digits', 'own')")
    process = worker(url=roles.url("worker"))
    if code == "22000":
        refused = "select count(*) from featurize.failure where reason = 'not_stored' and detail like '%not here%'"
        until(lambda: app.value(refused) == 2, "each row has failed")
    else:
        blocked = "select blocked_reason from featurize.featurizer where name = 'looks'"
        until(lambda: app.value(blocked), "it is blocked")
    for number, path in enumerate(photos(2, 2)):
        roles.run("other", "insert into theirs values (%s, %s)", number, str(path))
    until(lambda: roles.run("other", "select count(*) from own") == [(2,)], "the others go on")
    assert "lost the server" not in process.log.read_text()


def test_a_table_leads_only_to_its_own_directories(
    app: Database, photos: Photos, worker: Worker, tmp_path: Path
) -> None:
    """Paths to images of another table are refused, however they are written."""
    files = photos(2)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "link.png").symlink_to(files[0])
    (theirs / "own.png").write_bytes(files[1].read_bytes())
    app.rows("create table cats (id int primary key, path text)")
    declare(app)
    app.rows("select featurize.create_featurizer('cats', 'path', 'lenet_digits')")
    paths = [files[0], theirs / "link.png", theirs / ".." / "photos" / "0.png", theirs / "own.png"]
    app.rows("insert into cats select * from unnest(%s::int[], %s::text[])", [1, 2, 3, 4], [*map(str, paths)])
    insert(app, [*files, theirs / "own.png"])
    own = [f"--root=public.photos={tmp_path / 'photos'}", f"--root=public.cats={theirs}"]
    worker(*own)
    found = settled(app, "cats_lenet_digits")
    assert (found["embedded"], found["failed"]) == (1, 3)
    assert settled(app)["failed"] == 1
    assert set(app.rows("select reason from featurize.failure")) == {("outside_roots",)}
