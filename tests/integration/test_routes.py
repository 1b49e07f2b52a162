"""All four install routes give the same catalog, and a restored dump works."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgfeaturize.db import schema
from pgfeaturize.db.migrate import migrate
from pgfeaturize.errors import SchemaTooNew, SettingsError
from tests.conftest import ROOT, Database, Server, open_database

GOLDEN = ROOT / "tests" / "golden" / "schema.sql"
RELEASE = schema.releases()[-1]


def by_psql(server: Server, name: str) -> None:
    psql(server, name, "-f", str(ROOT / "sql" / "install.sql"))


def by_migrate(server: Server, name: str) -> None:
    assert migrate(server.database_url(name)) == RELEASE


def by_extension(server: Server, name: str) -> None:
    psql(server, name, "-c", "create extension pgfeaturize cascade")


ROUTES = {"psql": by_psql, "migrate": by_migrate, "extension": by_extension}


def psql(server: Server, name: str, *arguments: str) -> str:
    command = [str(server.bin / "psql"), "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(
        [*command, *arguments, server.database_url(name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def schema_of(server: Server, name: str) -> str:
    """Dump schema featurize, as if no object belonged to an extension."""
    with psycopg.connect(server.database_url(name), autocommit=True) as connection:
        connection.execute("set allow_system_table_mods = on")
        connection.execute(
            "delete from pg_depend d using pg_extension e "
            "where d.deptype = 'e' and d.refobjid = e.oid and e.extname = 'pgfeaturize'"
        )
        connection.execute("delete from pg_init_privs")
        rows = connection.execute("select jsonb_agg(to_jsonb(m) order by m.name) from featurize.model m").fetchall()
    options = [
        "--schema-only",
        "--no-owner",
        "-n",
        "featurize",
        "-n",
        "featurize_generated",
        "-T",
        "featurize.alembic_version",
    ]
    dump = subprocess.run(
        [str(server.bin / "pg_dump"), *options, server.database_url(name)], capture_output=True, text=True, check=True
    ).stdout
    # Version banners and one-time tokens say nothing about the schema.
    dump = re.sub(r"^(--.*|\\(un)?restrict .*|SET .*;|SELECT pg_catalog.set_config.*)\n", "", dump, flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", dump).strip() + f"\n\n-- {rows[0][0]}\n"


def without_bodies(dump: str) -> str:
    """Return the dump with the signature of each function, but not its body.

    The bodies are in sql/routines; that each route installs the same ones is tested above.
    """
    text = re.sub(r"\n    AS \$(\w*)\$.*?\$\1\$;", ";", dump, flags=re.DOTALL)
    text = re.sub(r"\n    (?=LANGUAGE |SET )", " ", text)
    return text.replace("\n\nCOMMENT ON", "\nCOMMENT ON")


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    name = server.create_database()
    yield name
    server.execute(f"drop database {name} with (force)")


@pytest.mark.parametrize("route", ["psql", "extension"])
def test_every_route_gives_the_catalog_of_migrate(server: Server, empty: str, route: str) -> None:
    ROUTES[route](server, empty)
    with open_database(server, "installed") as migrated:
        migrated.connection.close()
        assert schema_of(server, empty) == schema_of(server, migrated.name)


def test_the_schema_is_the_golden_one(server: Server, empty: str, request: pytest.FixtureRequest) -> None:
    if server.version != 18:
        pytest.skip("the golden dump is of PostgreSQL 18")
    by_extension(server, empty)
    found = without_bodies(schema_of(server, empty))
    if request.config.getoption("--golden"):
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text(), "if the change is intended, run: make golden"


def test_install_sql_includes_every_file() -> None:
    install = (ROOT / "sql" / "install.sql").read_text()
    assert f"string_to_array('{RELEASE}'" in install
    included = re.findall(r"^\\ir (.+)$", install, flags=re.M)
    steps = [file for release in schema.releases() for file in schema.schema_steps(release)]
    files = [*steps, *schema.routines()]
    assert included == [str(file.relative_to(ROOT / "sql")) for file in files]


def test_control_file_and_last_schema_release_agree() -> None:
    control = (ROOT / "extension" / "pgfeaturize.control").read_text()
    assert f"default_version = '{RELEASE}'" in control


def test_migrate_and_psql_take_turns(server: Server, empty: str) -> None:
    by_psql(server, empty)
    by_migrate(server, empty)
    by_psql(server, empty)
    by_migrate(server, empty)
    assert psql(server, empty, "-c", "table featurize.alembic_version").strip() == RELEASE


def test_an_extension_is_left_alone(server: Server, empty: str) -> None:
    by_extension(server, empty)
    with pytest.raises(SettingsError, match=r"(?s)as an extension.*alter extension pgfeaturize update"):
        by_migrate(server, empty)
    with pytest.raises(AssertionError, match=r"(?s)as an extension.*alter extension pgfeaturize update"):
        by_psql(server, empty)


def test_the_extension_leaves_a_migrated_schema_alone(server: Server, empty: str) -> None:
    by_migrate(server, empty)
    with (
        psycopg.connect(server.database_url(empty), autocommit=True) as connection,
        pytest.raises(psycopg.errors.DuplicateSchema, match="does not belong to extension") as caught,
    ):
        connection.execute("create extension pgfeaturize")
    assert "`pgfeaturize migrate`" in str(caught.value.diag.message_hint)
    assert "featurize.uninstall()" in str(caught.value.diag.message_hint)


def test_install_sql_is_quiet(server: Server, empty: str) -> None:
    """It prints no notices, tables or command tags, and restores psql's setting."""
    script = str(ROOT / "sql" / "install.sql")
    command = [str(server.bin / "psql"), "-X", "-f", script, "-f", script, "-c", r"\echo :QUIET"]
    done = subprocess.run([*command, server.database_url(empty)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("off\n", "")


def test_no_route_leads_back(server: Server, empty: str) -> None:
    by_psql(server, empty)
    psql(server, empty, "-c", "insert into featurize.release (version) values ('99.0.0')")
    with pytest.raises(SchemaTooNew, match="release 99"):
        by_migrate(server, empty)
    with pytest.raises(AssertionError, match="later release"):
        by_psql(server, empty)


def test_a_pgvector_in_another_schema_will_do(server: Server, empty: str) -> None:
    psql(server, empty, "-c", "create schema odd", "-c", "create extension vector schema odd")
    by_migrate(server, empty)
    psql(server, empty, "-c", "create table t (id int primary key, path text)")
    psql(server, empty, "-c", "select featurize.create_featurizer('t', 'path', 'resnet18')")
    assert "odd.vector(512)" in psql(server, empty, "-c", "\\d t_resnet18")


@pytest.mark.parametrize("route", ROUTES)
def test_dump_and_restore_keep_rows_triggers_and_vectors(
    server: Server, empty: str, route: str, tmp_path: Path
) -> None:
    ROUTES[route](server, empty)
    psql(server, empty, "-f", str(Path(__file__).with_name("dumped.sql")))
    dump = tmp_path / "dump.sql"
    subprocess.run([str(server.bin / "pg_dump"), "-f", str(dump), server.database_url(empty)], check=True)
    restored = server.create_database("template0")
    psql(server, restored, "-f", str(dump))
    look = ["-c", "select featurizer, rows, embedded, pending, failed from featurize.progress order by 1"]
    assert psql(server, restored, *look) == psql(server, empty, *look)
    look = ["-c", "table photos_resnet18"]
    assert psql(server, restored, *look) == psql(server, empty, *look)
    look = ["-c", "select method, state, expression from featurize.index_report order by 1"]
    assert psql(server, restored, *look) == psql(server, empty, *look)
    assert psql(server, restored, *look).count("|ready|") == 4
    assert "(7," in psql(server, restored, "-c", "select n.item from photos p, featurize.neighbors(p, 'photos_tiny') n")
    for learned in (
        "select * from lessons order by id",
        "select * from frozen order by id",
        "select * from featurize.predictions('c', 'train')",
        "select * from featurize.training_report('frozen')",
        "select * from featurize.top('c', 'seven')",
    ):
        assert psql(server, restored, "-c", learned) == psql(server, empty, "-c", learned) != ""
    # pg_dump does not save policies that were added to an extension's tables later.
    psql(server, restored, "-c", "select featurize.repair()")
    for rights in (
        "select * from pg_policies order by schemaname, tablename, policyname",
        "select oid::regclass::text, relrowsecurity, a.grantee::regrole::text, a.privilege_type "
        "from pg_class cross join aclexplode(relacl) a "
        "where relnamespace in ('featurize'::regnamespace, 'public'::regnamespace) order by 1, 3, 4",
    ):
        assert psql(server, restored, "-c", rights) == psql(server, empty, "-c", rights)
    seen = "set role pg_monitor; select count(*) from photos_resnet18, featurize.failure"
    assert psql(server, restored, "-c", seen) == psql(server, empty, "-c", seen)
    psql(server, restored, "-c", "insert into photos (path) values ('/new')")
    jobs = psql(server, restored, "-c", "select count(*), max(id) from featurize.outbox")
    assert jobs == "6|10\n", "the triggers work and the sequences go on"


def test_repair_brings_back_lost_triggers(database: Database) -> None:
    database.rows("create table photos (id int primary key, path text)")
    database.rows("select featurize.create_featurizer('photos', 'path', 'resnet18')")
    database.rows("select featurize.backfill_step(1, 10)")
    database.rows("drop trigger featurize_1_insert on photos")
    database.rows("insert into photos values (1, '/missed')")
    assert database.value("select count(*) from featurize._queued") == 0
    assert database.value("select featurize.repair()") == 1
    assert database.progress("photos_resnet18")["pending"] == 1
    assert database.value("select featurize.backfill_step(1, 10)") == 1
    database.rows("insert into photos values (2, '/seen')")
    assert database.value("select count(*) from featurize._queued") == 2
