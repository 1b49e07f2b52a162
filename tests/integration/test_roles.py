"""Privileges: every role tries every command on every table."""

import subprocess
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from pgfeaturize.db import queue, vectors
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import execute
from pgfeaturize.errors import MissingFile
from tests.conftest import ROOT, Database, Roles

#: Privileges of readers, owners and workers on each table of the schema:
#: s(elect), i(nsert), u(pdate), d(elete). Tables that are not listed are forbidden to all of them.
TABLES = {
    "release": ("s", "s", "s"),
    "model": ("s", "siud", "su"),
    "space": ("s", "sud", "siu"),
    "featurizer": ("s", "siud", "su"),  # A worker may only record why a featurizer is blocked.
    "backfill": ("s", "siud", "siud"),
    "worker": ("s", "s", "siud"),
    "lease": ("s", "sd", "siud"),
    "outbox": ("s", "sid", "siud"),
    "job": ("s", "siud", "siud"),
    "failed_row": ("s", "sud", "siud"),
    "throughput": ("s", "s", "siud"),
    "index": ("s", "siud", "su"),
    "projection": ("s", "sid", "sid"),
    "request": ("sid", "sid", "siud"),  # An owner may also reschedule its own jobs.
    "training_view": ("s", "siud", "s"),
    "classifier": ("s", "siud", "sud"),
    "classifier_class": ("s", "s", "si"),
}
STATEMENTS = {
    "s": "select 1 from featurize.{0} where false",
    "i": "insert into featurize.{0} default values",
    "u": "update featurize.{0} set {1} = {1} where false",
    "d": "delete from featurize.{0} where false",
}


def attempt(connection: psycopg.Connection[Any], text: str) -> str | None:
    """Execute a statement and roll it back; return the message if it was forbidden."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(text)
    except psycopg.errors.InsufficientPrivilege as error:
        return error.diag.message_primary
    except (psycopg.errors.IntegrityError, psycopg.errors.ObjectNotInPrerequisiteState):
        pass  # Permitted, but rejected for another reason.
    return None


def test_commands_on_the_tables(roles: Roles) -> None:
    columns = dict(
        roles.database.rows(
            "select c.relname, min(a.attname::text) from pg_class c "
            "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and a.attidentity = '' "
            "where c.relnamespace = 'featurize'::regnamespace and c.relkind = 'r' "
            "and a.attgenerated = '' and c.relname <> 'alembic_version' group by 1"
        )
    )
    assert columns.keys() == TABLES.keys()
    for number, role in enumerate(("reader", "app", "worker", "nobody")):
        found = {}
        with psycopg.connect(roles.url(role)) as connection:
            for table, column in columns.items():
                found[table] = "".join(
                    letter
                    for letter, text in STATEMENTS.items()
                    if "permission denied" not in (attempt(connection, text.format(table, column)) or "")
                )
        wanted = {table: (*letters, "")[number] for table, letters in TABLES.items()}
        assert found == wanted, role


#: What an owner may do with its own objects; other owners and readers may not.
MANAGING = [
    "select featurize.pause('looks')",
    "select featurize.resume('looks')",
    "select featurize.refresh('looks')",
    "select featurize.refresh('looks', 'id = 1')",
    "select featurize.retry('looks')",
    "select featurize.repair('looks')",
    "select featurize.create_index('looks', 'l2', concurrently => false)",
    "select featurize.drop_index('looks')",
    "select featurize.drop_training_view('sides')",
    "select featurize.register_model('mine', 'alexnet', 'features', 'avg')",
    "select featurize.retire_space('mine')",
    "select featurize.train_classifier('side', 'sides', replace => true)",
    "select featurize.drop_classifier('side')",
    "select featurize.drop_featurizer('looks')",
    "select featurize.create_featurizer('photos', 'path', 'alexnet')",
]
ADMINISTERING = [
    *(f"select featurize.grant_{part}(current_user::regrole)" for part in ("owner", "worker", "reader")),
    "select featurize.revoke(current_user::regrole)",
    "select featurize.retire_space('resnet50')",
    "create function featurize.nearest() returns int language sql as 'select 1'",
    "create table featurize.mine (id int)",
    "drop table featurize.job",
    "truncate featurize.job",
    "alter table featurize.job disable row level security",
]
READING = [
    "select * from featurize.progress",
    "select featurize.why('looks', '1')",
    "select featurize.wait('looks', '0')",
    "select * from featurize.nearest(null::photos, 'looks', array_fill(1, array[800])::vector)",
    "select * from featurize.within(null::photos, 'looks', array_fill(1, array[800])::vector, 0.5)",
    "select * from featurize.duplicates(null::photos, 'looks', 0.1)",
    "select n.* from photos p, featurize.neighbors(p, 'looks') n",
    "select * from featurize.index_report",
    "select * from looks",
]


@pytest.fixture
def declared(roles: Roles, app: Database) -> Database:
    """Create one object of each kind for the application; another application may read the table."""
    app.rows("insert into photos values (1, 'a.png', 'a'), (2, 'b.png', 'b')")
    app.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks')")
    app.rows("select featurize.register_model('mine', 'alexnet', 'features', 'avg', 256)")
    roles.database.rows("insert into featurize.space (model, fingerprint) values ('lenet_digits', 'f')")
    app.rows(
        "insert into looks (id, embedding, space_id, image_hash) "
        "select id, array_fill(id, array[800]), 1, hashtextextended(path, 0) from photos"
    )
    app.rows("select featurize.create_index('looks', concurrently => false)")
    app.rows("select featurize.create_training_view('sides', 'looks', 'label')")
    app.rows("select featurize.train_classifier('side', 'sides')")
    for role in ("other", "reader", "tenant"):
        app.rows(f"grant select on photos, sides to {roles.name(role)}")
    return app


@pytest.mark.parametrize(
    ("role", "statements", "allowed"),
    [
        ("app", MANAGING, True),
        ("other", MANAGING, False),
        ("worker", MANAGING, False),
        ("reader", MANAGING, False),
        ("nobody", MANAGING, False),
        ("app", ADMINISTERING, False),
        ("worker", ADMINISTERING, False),
        ("reader", ADMINISTERING, False),
        ("app", READING, True),
        ("other", READING, True),
        ("reader", READING, True),
        ("nobody", READING, False),
    ],
)
def test_functions(roles: Roles, declared: Database, role: str, statements: list[str], *, allowed: bool) -> None:
    with psycopg.connect(roles.url(role)) as connection:
        refused = {text: attempt(connection, text) for text in statements}
    assert {text: message is None for text, message in refused.items()} == dict.fromkeys(statements, allowed), refused
    assert declared.value("select count(*) from featurize.featurizer") == 1
    for message in filter(None, refused.values()):
        assert message.startswith(("permission denied", "must be owner")), message


#: Direct changes of the tables, without the functions: they have no effect on objects of others.
CRAFTED = [
    "update featurize.featurizer set source = 'theirs', name = 'stolen' returning name",
    "update featurize.featurizer set paused_at = now() returning name",
    "delete from featurize.featurizer returning name",
    "delete from featurize.job returning id",
    'update featurize.job set key = \'{"id": "x"}\' returning id',
    "delete from featurize.outbox returning id",
    "delete from featurize.backfill returning featurizer_id",
    "delete from featurize.lease returning id",
    "update featurize.backfill set finished_at = now() returning featurizer_id",
    "update featurize.index set space_id = 7 returning id",
    "delete from featurize.projection returning index_id",
    "update featurize.model set weights = 'evil.pt' returning name",
    "update featurize.space set retired_at = now() returning id",
    "update featurize.training_view set relation = 'theirs' returning id",
    "update featurize.classifier set space_id = 1 returning id",
    "delete from featurize.request returning id",
]
FORGED = [
    'insert into featurize.job (featurizer_id, key) values (1, \'{"id": "x"}\')',
    "insert into featurize.outbox (featurizer_id, keys) values (1, '[\"x\"]')",
    "insert into featurize.backfill values (1) on conflict (featurizer_id) do update set after = '{}'",
    "insert into featurize.index (featurizer_id, metric, method, reason, dimensions, m, ef_construction, ef_search, oversampling, after_backfill) "
    "values (1, 'l1', 'hnsw', '', 1, 2, 4, 4, 1, false)",
    # Read images of others through one's own table; write one's own vectors into the table of others.
    "insert into featurize.featurizer (name, source, image_column, image_kind, key_columns, model, destination, storage, embeddings) "
    "values ('spy', 'photos', 'path', 'path', '{id}', 'lenet_digits', 'table', 'vector', 'theirs')",
    "insert into featurize.featurizer (name, source, image_column, image_kind, key_columns, model, destination, storage, embeddings) "
    "values ('spy', 'theirs', 'path', 'path', '{id}', 'lenet_digits', 'table', 'vector', 'looks')",
    # Replace a table by a view.
    "insert into featurize.featurizer (name, source, image_column, image_kind, key_columns, model, destination, storage) "
    "values ('spy', 'their_view', 'path', 'path', '{id}', 'lenet_digits', 'table', 'vector')",
    "insert into featurize.model (name, backbone, preprocessing, builtin) values ('m', 'b', '{}', true)",
    "insert into featurize.model (name, backbone, preprocessing, owner) values ('m', 'b', '{}', 'postgres')",
    # The last one to train it must be a member of the owner.
    "insert into featurize.classifier (name, algorithm, params, normalization) values ('side', 'ridge', '{}', 'none')",
    "insert into featurize.training_view (relation, label_column, test_fraction, seed, stratify, require_complete) "
    "values ('photos', 'label', 0.5, 0, true, false)",
    "insert into featurize.request (model, image, expires_at, owner) values ('lenet_digits', 'a', now(), 'postgres')",
    "create trigger t after insert on photos execute function featurize_generated.on_1()",
    "create or replace function featurize_generated.on_1() returns trigger language plpgsql as 'begin end'",
    "create or replace function featurize_generated.sees_1(jsonb) returns boolean language sql as 'select true'",
]


@pytest.mark.parametrize("role", ["other", "reader"])
def test_rows_of_others_cannot_be_changed_by_hand(roles: Roles, declared: Database, role: str) -> None:
    roles.run(role, "create table theirs (id int primary key, path text)")
    roles.run(role, "create view their_view as select * from theirs")
    before = declared.rows("select f::text from featurize.featurizer f")
    roles.database.rows("insert into featurize.request (model, image, expires_at) values ('lenet_digits', 'a', now())")
    roles.database.rows("insert into featurize.lease (featurizer_id, worker_id, expires_at) values (1, 1, now())")
    for text in CRAFTED:
        with psycopg.connect(roles.url(role)) as connection:
            try:
                assert connection.execute(text).fetchall() == [], text
            except psycopg.errors.InsufficientPrivilege:
                assert role == "reader", text
    for text in FORGED:
        with psycopg.connect(roles.url(role)) as connection:
            assert attempt(connection, text), text
    assert declared.rows("select f::text from featurize.featurizer f") == before


@pytest.mark.usefixtures("declared")
def test_a_worker_changes_nothing_but_what_it_works_on(roles: Roles) -> None:
    with psycopg.connect(roles.url("worker")) as connection:
        for text in (
            "update featurize.featurizer set paused_at = now()",
            "update featurize.featurizer set source = 'pg_authid'",
            "select label from photos",
            "update photos set label = 'x'",
            "update photos set id = 5",
            "delete from photos",
            "insert into photos values (5)",
            "create trigger t after insert on photos execute function featurize_generated.on_1()",
            "create function featurize_generated.f() returns int language sql as 'select 1'",
            "select * from pg_authid",
            "select pg_read_file('/etc/passwd')",
        ):
            assert attempt(connection, text), text
    assert roles.run("worker", "select id, path from photos order by 1") == [(1, "a.png"), (2, "b.png")]


def test_what_nobody_can_answer_delays_no_other(roles: Roles) -> None:
    asked = "insert into featurize.request (model, image, expires_at) values (%s, 'a.png', 'infinity')"
    for model in ("nonesuch", "alexnet"):
        roles.run("reader", asked, model)
    assert roles.run("worker", "select model from featurize.take_request(1)") == [("alexnet",)]


def test_nobody_sees_what_others_ask(roles: Roles) -> None:
    asked = "insert into featurize.request (model, image, expires_at) values ('alexnet', %s, now())"
    roles.run("reader", asked, "secret.png")
    look = "select image from featurize.request"
    assert roles.run("reader", look) == [("secret.png",)]
    assert roles.run("tenant", look) == roles.run("app", look) == []
    assert roles.run("worker", look) == [("secret.png",)]


@pytest.mark.parametrize("may_create_temporary", [True, False])
def test_a_worker_keeps_plans_in_temporary_functions_of_its_own(
    roles: Roles, declared: Database, may_create_temporary: bool
) -> None:
    """If it may not create any, each batch is planned again, with the same result."""
    if not may_create_temporary:
        roles.database.rows(f"revoke temporary on database {roles.database.name} from public, {roles.name('worker')}")
    with connect(roles.url("worker")) as worker:
        vectors.register_vectors(worker)
        ((space,),) = execute(worker, "register_space", "lenet_digits", "f")
        ((who,),) = execute(worker, "register_worker", "host", 1, "cpu", "0")
        ((featurizer,),) = worker.execute("select id from featurize.featurizer").fetchall()
        execute(worker, "backfill_step", featurizer, 10)
        declared.rows("insert into photos values (8, 'eight.png'), (9, 'nine.png')")
        claim = queue.claim(worker, who, [featurizer], queue.ClaimSize(10), timedelta(minutes=1))
        assert claim is not None
        (lease,) = claim.leases
        outcomes: list[vectors.Outcome] = [MissingFile("gone"), *[np.ones(800, np.float32)] * (len(lease.jobs) - 1)]
        settled = queue.settle(worker, lease.id, space, lease.jobs, outcomes, [None] * len(outcomes))
        assert (settled.embedded, settled.failed) == (1, 1)
        owners = worker.execute(
            "select proowner::regrole::text from pg_proc where pronamespace = pg_my_temp_schema()"
        ).fetchall()
    assert owners == [(roles.name("worker"),)] * (3 if may_create_temporary else 0)


def test_a_worker_calls_no_temporary_function_of_another_role(roles: Roles, declared: Database) -> None:
    """A security definer function of a table owner could create one in the worker's session."""
    claim = "select count(*) from featurize.claim(1, '{1}', 1, '1 min')"
    declared.rows("insert into photos values (8, 'eight.png'), (9, 'nine.png')")
    with psycopg.connect(roles.database.url, autocommit=True) as session:
        session.execute(f"set role {roles.name('worker')}")
        assert session.execute(claim).fetchone() == (1,)
        session.execute("reset role")
        ((name, text),) = session.execute(
            "select oid::regprocedure::text, pg_get_functiondef(oid) from pg_proc "
            "where pronamespace = pg_my_temp_schema()"
        ).fetchall()
        session.execute(text.replace("begin return", "begin raise 'code of another'; return"))
        session.execute(f"alter function {name} owner to {roles.name('app')}")
        session.execute(f"set role {roles.name('worker')}")
        assert session.execute(claim).fetchone() == (1,), "planned for this call"


def test_a_table_that_changes_hands(roles: Roles, declared: Database) -> None:
    """The new owner owns the featurizer, and no write fails meanwhile."""
    name = roles.name("other")
    roles.database.rows(f"alter table photos owner to {name}")
    roles.run("other", "insert into photos values (3, 'c.png')")
    roles.run("other", "update photos set path = 'd.png' where id = 1")
    roles.run("other", "delete from photos where id = 2")
    assert declared.value("select count(*) from looks where id = 2") == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match='must be owner of featurizer "looks"'):
        declared.rows("select featurize.pause('looks')")
    roles.run("other", "select featurize.pause('looks')")


@pytest.mark.parametrize("who", ["app", "superuser"])
def test_a_table_that_changes_hands_whoever_declared(roles: Roles, app: Database, who: str) -> None:
    """No write fails; once the triggers belong to the new owner, the old one has no rights."""
    declaring = {"app": app, "superuser": roles.database}[who]
    declaring.rows("select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks')")
    name = roles.name("other")
    roles.database.rows(f"alter table photos owner to {name}")
    roles.run("other", "insert into photos values (1, 'a.png')")
    assert app.value("select count(*) from featurize.outbox") == 1
    roles.database.rows("select featurize.repair('looks')")
    roles.run("other", "insert into photos values (2, 'b.png')")
    assert app.value("select count(*) from featurize.outbox") == 0
    assert roles.run("other", "select count(*) from featurize.outbox") == [(2,)]
    roles.run("other", "delete from photos where id = 1")
    roles.run("other", "truncate photos")


def test_all_that_is_given_to_a_role_that_was_not_let_in(roles: Roles, declared: Database) -> None:
    """REASSIGN OWNED also changes the triggers' owner: the doctor explains why writes fail, and its remedy works."""
    app, name = roles.name("app"), roles.name("nobody")
    roles.database.rows(f"reassign owned by {app} to {name}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        roles.run("nobody", "insert into photos values (3, 'c.png')")
    found = "select object, remedy from featurize.doctor() where (name, level) = ('roles', 'error')"
    assert roles.database.rows(found) == [("looks", f"select featurize.grant_owner('{name}')")]
    roles.database.rows("select featurize.grant_owner(%s)", name)
    roles.run("nobody", "insert into photos values (3, 'c.png')")
    roles.run("nobody", "delete from photos where id = 2")
    assert declared.value("select count(*) from featurize.outbox") == 1


def test_what_is_taken_back(roles: Roles, declared: Database) -> None:
    assert declared.value("select count(*) from looks") == 2
    for role in ("reader", "worker", "other"):
        roles.database.rows("select featurize.revoke(%s)", roles.name(role))
        for text in (*READING, "select * from featurize.job", "select path from photos"):
            if role != "worker" and text.endswith("photos"):
                continue  # The application granted this itself.
            with psycopg.connect(roles.url(role)) as connection:
                assert attempt(connection, text), (role, text)
    assert roles.run("tenant", "select count(*) from looks") == [(2,)]


def test_a_role_that_still_owns_featurized_tables_stays(roles: Roles, declared: Database) -> None:
    """Otherwise its triggers, and so all writes, would fail."""
    with pytest.raises(psycopg.errors.DependentObjectsStillExist, match=r"on tables: public\.photos"):
        roles.database.rows("select featurize.revoke(%s)", roles.name("app"))
    declared.rows("delete from photos where id = 1")
    declared.rows("select featurize.drop_featurizer('looks', keep_embeddings => true)")
    roles.database.rows("select featurize.revoke(%s)", roles.name("app"))
    declared.rows("insert into photos values (4, 'd.png')")
    assert declared.value("select count(*) from looks") == 1


@pytest.mark.parametrize("destination", ["table", "column"])
def test_writes_where_row_security_is_off(roles: Roles, app: Database, destination: str) -> None:
    """Dumps set row_security to off, and a data-only restore fires the triggers."""
    app.rows(
        "select featurize.create_featurizer('photos', 'path', 'lenet_digits', 'looks', destination => %s)", destination
    )
    for rows in (roles.database.rows, app.rows):
        rows("set row_security = off")
        rows("insert into photos values (1, 'a.png')")
        rows("update photos set path = null")
        rows("delete from photos")
        rows("truncate photos")


@pytest.mark.usefixtures("declared")
def test_a_worker_does_not_read_labels_for_others(roles: Roles) -> None:
    roles.run("app", f"revoke select on sides from {roles.name('other')}")
    roles.run(
        "other",
        "insert into featurize.classifier (name, training_view_id, algorithm, params, normalization) "
        "select 'spy', id, 'ridge', '{}', 'none' from featurize.training_view",
    )
    take = "select name, training_view from featurize.take_classifier(%s)"
    roles.run("worker", "select featurize.register_worker('host', 1, 'cpu', '0')")
    assert roles.run("worker", take, 1) == [("side", "public.sides")]
    assert roles.run("worker", take, 1) == [("spy", None)]


def test_an_administrator_who_is_no_superuser(roles: Roles) -> None:
    """It grants, revokes and repairs for its own tables, and skips the tables of others."""
    server = roles.database.server
    name = server.create_database()
    url = server.database_url(name)
    server.execute(f"alter database {name} owner to {roles.name('nobody')}")

    def url_of(role: str) -> str:
        return url.replace("postgres:@", f"{roles.name(role)}:@")

    def run(role: str, text: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(url_of(role), autocommit=True) as connection:
            cursor = connection.execute(text, parameters or None)
            return cursor.fetchall() if cursor.description else []

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create extension vector")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied to create extension") as caught:
        run("nobody", "create extension pgfeaturize")
    assert "superuser" in str(caught.value.diag.message_hint)
    psql = [server.bin / "psql", "-qX", "-f", ROOT / "sql" / "install.sql", url_of("nobody")]
    subprocess.run(psql, check=True)  # type: ignore[arg-type]
    run("nobody", "create schema app")
    run("nobody", f"grant all on schema app to {roles.name('app')}, {roles.name('worker')}")
    run("nobody", "select featurize.grant_owner(%s)", roles.name("app"))
    run("nobody", "select featurize.grant_worker(%s)", roles.name("worker"))
    run("app", "create table app.photos (id int primary key, path text)")
    run("app", "select featurize.create_featurizer('app.photos', 'path', 'lenet_digits', 'looks')")
    work = "select name from featurize.pending_featurizers()"
    assert run("worker", work) == [("looks",)]
    assert run("nobody", "select featurize.repair()") == [(0,)]
    assert run("app", "select featurize.repair()") == [(1,)]
    run("nobody", "select featurize.revoke(%s)", roles.name("worker"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run("worker", work)
    server.execute(f"drop database {name}")


def test_workers_with_long_names(database: Database) -> None:
    """Two roles whose names differ only after the bytes that fit into the name of a policy."""
    names = [f"{database.name:_<62}{number}" for number in (1, 2)]
    for name in names:
        database.rows(f"create role {name}")
        database.rows("select featurize.grant_worker(%s)", name)
    seen = "select featurize._has_worker_policies(%s::regrole)"
    assert [database.value(seen, name) for name in names] == [True, True]
    database.rows("select featurize.revoke(%s)", names[0])
    assert [database.value(seen, name) for name in names] == [False, True]
    database.rows(f"drop owned by {', '.join(names)}")
    database.rows(f"drop role {', '.join(names)}")


def test_what_is_wrong_with_one_holds_up_no_other(roles: Roles, declared: Database) -> None:
    """Invalid keys, and privileges that were revoked while rows were leased."""
    declared.rows('update featurize.backfill set after = \'{"id": "x"}\', force = true')
    for rows in (declared.rows, roles.database.rows):
        ((note,),) = rows("select note from featurize.progress")
        assert note == 'invalid input syntax for type integer: "x"'
    roles.database.rows("insert into featurize.lease (featurizer_id, worker_id, expires_at) values (1, 1, now())")
    roles.database.rows(
        "insert into featurize.job (featurizer_id, key, lease_id, attempts) "
        "select 1, '{\"id\": 1}', id, 3 from featurize.lease"
    )
    declared.rows(f"revoke all on looks from {roles.name('worker')}")
    assert roles.run("worker", "select name from featurize.pending_featurizers()") == []
    assert roles.database.rows("select lease_id from featurize.job") == [(None,)]


def test_a_role_cannot_declare_on_the_table_of_one_who_may_not(roles: Roles) -> None:
    roles.run("nobody", "create temp table t (id int)")
    roles.database.rows(
        f"create table cats (id int primary key, path text); alter table cats owner to {roles.name('nobody')}"
    )
    with pytest.raises(psycopg.Error, match=f"belongs to role {roles.name('nobody')}") as refused:
        roles.database.rows("select featurize.create_featurizer('cats', 'path', 'alexnet')")
    assert refused.value.diag.sqlstate == "FZ003"
    assert refused.value.diag.message_hint == f"select featurize.grant_owner('{roles.name('nobody')}')"


def test_functions_planted_beforehand_are_refused(roles: Roles, app: Database) -> None:
    """An owner gains nothing by guessing the next featurizer id, whoever declares it."""
    for number in (1, 2):
        roles.run(
            "other",
            f"create function featurize_generated.sees_{number}(key jsonb) returns boolean "
            "language sql as 'select true'",
        )
    declare = "select featurize.create_featurizer('photos', 'path', 'alexnet', 'looks')"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner of function sees_1"):
        app.rows(declare)
    roles.database.rows(declare)
    owners = (
        "select proname, proowner::regrole::text from pg_proc where pronamespace = 'featurize_generated'::regnamespace"
    )
    assert dict(app.rows(owners)) == {
        "sees_1": roles.name("other"),
        "sees_2": roles.name("app"),
        "on_2": roles.name("app"),
    }


def test_nobody_stands_in_the_way_of_others(roles: Roles, declared: Database) -> None:
    """Neither by taking the next id, nor by a view that looks like a training view of others."""
    take = (
        "insert into featurize.featurizer (id, name, source, image_column, image_kind, key_columns, model, "
        "destination, storage) values (2, 'mine', 'theirs', 'path', 'path', '{id}', 'lenet_digits', 'table', 'vector')"
    )
    roles.run("other", "create table theirs (id int primary key, path text)")
    with pytest.raises(psycopg.errors.GeneratedAlways):
        roles.run("other", take)
    roles.run("other", "create view foreign_sides as select 1 as x")
    roles.run(
        "other",
        "insert into featurize.training_view (relation, featurizer_id, label_column, test_fraction, seed, "
        "stratify, require_complete) values ('foreign_sides', 1, 'label', 0.5, 0, true, false)",
    )
    declared.rows("select featurize.drop_featurizer('looks')")
    assert declared.rows("select to_regclass('foreign_sides'), to_regclass('sides')") == [("foreign_sides", None)]
