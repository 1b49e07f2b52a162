"""A database of each past release, with data, is upgraded to the newest release by each route.

While there is no past release, today's is taken for past, and one that is made up for the newest.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgfeaturize.db import schema
from pgfeaturize.db.migrate import migrate
from tests.acceptance.conftest import WorkerProcess, write_image
from tests.conftest import ROOT, Database, Server, open_database
from tests.integration.test_routes import psql, schema_of
from tests.next_release import NEXT, begin_release, commit, copy_project, make_release, released
from tests.sql.test_sql import run_session, sessions

TODAY = schema.releases()[-1]
PAST = [release for release in released(ROOT) if release != TODAY]

#: Queries whose results must not change by an upgrade: states of rows, but not their rates.
LOOKS = (
    "select featurizer, rows, embedded, stale, pending, leased, failed, empty from featurize.progress order by 1",
    "select id, path, label, inrow, inrow_space, inrow_digest from gallery.photos order by id",
    "select id, image from gallery.scans order by id",
    "select * from gallery.looks order by id",
    "select * from gallery.lessons order by id",
    "select * from gallery.frozen order by id",
    "select name, backbone, node, pooling, dim, weights, preprocessing from featurize.model order by name",
    "select model, fingerprint from featurize.space order by 1, 2",
    "select featurizer, key, image, reason, detail, attempts, failed_at from featurize.failure order by 1, 2",
    "select featurizer, metric, method, state, expression from featurize.index_report order by 1, 2",
    "select * from featurize.predictions('parity', 'train') order by key",
    "select * from featurize.training_report('gallery.frozen')",
    "select n.* from gallery.photos p, featurize.neighbors(p, 'looks') n where p.id = 0",
    "select n.* from gallery.photos p, featurize.neighbors(p, 'inrow', metric => 'l2') n where p.id = 0",
    "select p.proname, p.proowner::regrole from pg_proc p where p.pronamespace = 'featurize_generated'::regnamespace order by 1",
    "select has_table_privilege('reader', 'featurize.progress', 'select')",
)

#: Statements that are allowed only in an extension script.
EXTENSION_ONLY = "select pg_catalog.pg_extension_config_dump("

#: Removes all objects of a database except the schema.
CLEAR = """
select featurize.drop_training_view('gallery.frozen');
select featurize.drop_classifier('parity');
select featurize.drop_featurizer(name) from featurize.featurizer;
delete from featurize.model where not builtin;
drop schema gallery cascade;
drop owned by app, reader;
do $$
begin
    execute (select format('truncate %s restart identity cascade', string_agg(c.oid::regclass::text, ', '))
               from pg_class c
              where c.relnamespace = 'featurize'::regnamespace and c.relkind = 'r'
                and c.relname not in ('model', 'release', 'alembic_version'));
end
$$;
"""

#: Members of the extension, and the rows of them that pg_dump saves.
MEMBERS = """
select pg_describe_object(d.classid, d.objid, 0)
  from pg_depend d join pg_extension e on e.oid = d.refobjid
 where d.deptype = 'e' and e.extname = 'pgfeaturize' order by 1
"""
SAVED = """
select c.relation::regclass::text, c.condition
  from pg_extension e cross join unnest(e.extconfig, e.extcondition) c (relation, condition)
 where e.extname = 'pgfeaturize' order by 1
"""


@dataclass(frozen=True)
class Checkout:
    """A source tree, and its newest release."""

    directory: Path
    release: str

    @property
    def python_path(self) -> str:
        """Directory from which its package is imported."""
        return str(self.directory / "worker")


@pytest.fixture(scope="session")
def newest(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Create the source tree of the next release, and install its extension."""
    if PAST:
        return Checkout(ROOT, TODAY)
    directory = copy_project(tmp_path_factory.mktemp("checkout"))
    if TODAY not in released(directory):
        assert make_release(directory).returncode == 0
        commit(directory)
    begin_release(directory)
    subprocess.run(["make", "-s", "-C", directory / "extension", "scripts"], check=True)
    (control,) = server.bin.parent.glob("share/**/pgfeaturize.control")
    for script in (directory / "extension" / "build").glob(f"*--{NEXT}.sql"):
        shutil.copy(script, control.parent)
    return Checkout(directory, NEXT)


def old_by_extension(database: Database, _: Checkout, release: str) -> None:
    database.rows(f"create extension pgfeaturize version '{release}' cascade")


def old_by_psql(database: Database, newest: Checkout, release: str) -> None:
    script = newest.directory / "extension" / "released" / f"pgfeaturize--{release}.sql"
    _, _, text = script.read_text().partition("\n")  # the first line stops psql
    database.rows("create extension vector")
    database.rows(text.replace(EXTENSION_ONLY, "-- "))


def old_by_migrate(database: Database, newest: Checkout, release: str) -> None:
    old_by_psql(database, newest, release)
    database.rows(
        "create table featurize.alembic_version (version_num varchar(32) not null constraint alembic_version_pkc primary key)"
    )
    database.rows("insert into featurize.alembic_version values (%s)", release)


def by_extension(database: Database, newest: Checkout) -> None:
    database.rows(f"alter extension pgfeaturize update to '{newest.release}'")


def by_psql(database: Database, newest: Checkout) -> None:
    psql(database.server, database.name, "-f", str(newest.directory / "sql" / "install.sql"))


def by_migrate(database: Database, newest: Checkout) -> None:
    environment = {**os.environ, "DATABASE_URL": database.url, "PYTHONPATH": newest.python_path}
    command = [sys.executable, "-m", "pgfeaturize.cli", "migrate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"release {newest.release}" in done.stdout


Old = Callable[[Database, Checkout, str], None]
Upgrade = Callable[[Database, Checkout], None]
ROUTES: dict[str, tuple[Old, Upgrade]] = {
    "extension": (old_by_extension, by_extension),
    "migrate": (old_by_migrate, by_migrate),
    "psql": (old_by_psql, by_psql),
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the images that the test data refer to."""
    directory = tmp_path_factory.mktemp("gallery")
    for number in range(10):
        write_image(directory / f"{number}.png", number)
    return directory


def data_of(release: str) -> Path:
    """Return the script that fills a database of a release: its own, or the last one before."""
    scripts = (ROOT / "tests" / "released").glob("*.sql")
    numbered = {schema.as_version(script.stem): script for script in scripts}
    return numbered[max(number for number in numbered if number <= schema.as_version(release))]


@pytest.fixture(scope="session")
def people(server: Server) -> Iterator[None]:
    """Create an application role and a reader role; neither is a superuser."""
    server.execute("create role app; create role reader")
    yield
    server.execute("drop role app, reader")


@contextmanager
def upgraded(server: Server, newest: Checkout, folder: Path, route: str, release: str) -> Iterator[Database]:
    """Fill a database of a release and upgrade it by a route; the queries give the same results."""
    old, upgrade = ROUTES[route]
    with open_database(server, "template1") as database:
        old(database, newest, release)
        psql(server, database.name, "-v", f"folder={folder}", "-f", str(data_of(release)))
        before = [database.rows(look) for look in LOOKS]
        assert all(before)
        upgrade(database, newest)
        assert [database.rows(look) for look in LOOKS] == before
        yield database


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("release", PAST or [TODAY])
def test_upgrade(server: Server, newest: Checkout, folder: Path, route: str, release: str) -> None:
    with upgraded(server, newest, folder, route, release) as database:
        write(database, folder)
        work(database, newest, folder)
        database.rows(CLEAR)
        compare_with_new(database, newest)


def write(database: Database, folder: Path) -> None:
    """Check that the triggers are of the newest release without repair(), and that they queue rows."""
    rows, value = database.rows, database.value
    assert rows("select * from featurize.doctor() where name = 'triggers' and level <> 'ok'") == []
    queued = value("select count(*) from featurize._queued")
    rows("set role app")
    rows("insert into gallery.photos (path) values (%s)", f"{folder}/7.png")
    rows("update gallery.photos set path = '' where id = 3")
    rows("update gallery.photos set path = %s where id = 3", f"{folder}/3.png")
    rows("delete from gallery.photos where id = 6")
    rows("reset role")
    assert value("select count(*) from featurize._queued") == queued + 6
    assert value("select count(*) from featurize.failure") == 0


def work(database: Database, newest: Checkout, folder: Path) -> None:
    """Run a worker on waiting rows, on those that a dead worker had leased, and on the rest of a backfill."""
    rows = database.rows
    older = "select id, embedding::text from gallery.looks where id < 3 order by id"
    before = rows(older)
    worker = WorkerProcess(database.url, folder, "--once", PYTHONPATH=newest.python_path)
    assert worker.wait() == 0, worker.log.read_text()
    done = {"stale": 0, "pending": 0, "leased": 0, "failed": 0}
    for name in ("looks", "inrow"):
        assert database.progress(name) == {"rows": 9, "embedded": 8, "empty": 1, **done}
    assert database.progress("scanned") == {"rows": 5, "embedded": 5, "empty": 0, **done}
    assert rows(older) == before

    # Row 10 waited during the upgrade, row 13 was written after it; both have the same image.
    nearest = (
        "select (n.item).id, n.distance < 1e-6 from gallery.photos p "
        "cross join lateral featurize.neighbors(p, 'looks', 1) n where p.id = 13"
    )
    assert rows(nearest) == [(10, True)]
    predicted = (
        "select p.label from gallery.looks l "
        "cross join lateral featurize.predict('parity', l.embedding, l.space_id) p "
        "where l.id in (10, 13)"
    )
    assert rows(predicted) in ([("even",)] * 2, [("odd",)] * 2)


def compare_with_new(database: Database, newest: Checkout) -> None:
    """Compare the catalog with that of a new database."""
    with open_database(database.server, "template1") as new:
        new.rows(f"create extension pgfeaturize version '{newest.release}' cascade")
        if database.rows("select from pg_extension where extname = 'pgfeaturize'"):
            for look in (MEMBERS, SAVED):
                assert database.rows(look) == new.rows(look)
        releases = "select version from featurize.release order by 1"
        assert database.rows(releases) == new.rows(releases)
        assert schema_of(database.server, database.name) == schema_of(new.server, new.name)


@pytest.mark.usefixtures("people")
def test_a_dump_of_the_former_release_leads_back(
    server: Server, newest: Checkout, folder: Path, tmp_path: Path
) -> None:
    """Its extension is created first, because a dump does not contain the version."""
    release, dump = (PAST or [TODAY])[-1], tmp_path / "dump.sql"
    with open_database(server, "template1") as before, open_database(server, "template0") as after:
        old_by_extension(before, newest, release)
        psql(server, before.name, "-v", f"folder={folder}", "-f", str(data_of(release)))
        subprocess.run([str(server.bin / "pg_dump"), "-f", str(dump), before.url], check=True)
        old_by_extension(after, newest, release)
        psql(server, after.name, "-f", str(dump))
        for look in (*LOOKS, "select extversion from pg_extension where extname = 'pgfeaturize'"):
            assert after.rows(look) == before.rows(look)


@pytest.fixture(scope="session")
def cleared(server: Server, newest: Checkout, folder: Path, people: None) -> Iterator[str]:  # noqa: ARG001
    """Create a template database of the oldest release, upgraded and emptied."""
    with upgraded(server, newest, folder, "extension", (PAST or [TODAY])[0]) as database:
        database.rows(CLEAR)
        database.connection.close()
        yield database.name


@pytest.mark.parametrize("server", [18], ids=["pg18"], indirect=True)
@pytest.mark.parametrize(("file", "destination"), list(sessions()))
def test_sql(server: Server, newest: Checkout, cleared: str, file: Path, destination: str) -> None:
    with open_database(server, cleared) as database:
        run_session(database, newest.directory / file.relative_to(ROOT), destination)


def test_a_role_that_does_not_own_the_tables(server: Server) -> None:
    """It upgrades the schema, and leaves the triggers of others unchanged."""
    server.execute("create role dba login; create role writer")
    with open_database(server, "template1") as database:
        database.rows("create extension vector")
        database.rows(f"grant create on database {database.name} to dba")
        url = database.url.replace("postgres:@", "dba:@")
        migrate(url)
        database.rows("select featurize.grant_owner('writer')")
        for owner in ("dba", "writer"):
            database.rows(f"create schema authorization {owner}")
            database.rows(f"set role {owner}")
            database.rows(f"create table {owner}.photos (id int primary key, path text)")
            database.rows(f"select featurize.create_featurizer('{owner}.photos', 'path', 'resnet18', '{owner}')")
            database.rows("reset role")
        # The text of the triggers depends on this column.
        database.rows("update featurize.featurizer set notify = false")
        assert outdated(database) == ["dba", "writer"]
        migrate(url)
        assert outdated(database) == ["writer"]
        migrate(database.url)
        assert outdated(database) == []
    server.execute("drop role dba, writer")


def outdated(database: Database) -> list[str]:
    """Return the featurizers whose triggers differ from newly written ones."""
    found = "select object from featurize.doctor() where name = 'triggers' and level = 'warning' order by 1"
    return [name for (name,) in database.rows(found)]
