"""`pgfeaturize doctor` finds each kind of damage in a database."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgfeaturize.cli import doctor as program
from pgfeaturize.db import embedded_server
from pgfeaturize.db.migrate import migrate
from pgfeaturize.settings import pgserver
from tests.acceptance.conftest import WorkerProcess, insert, settled, write_image
from tests.conftest import ROOT, Database, Server, open_database, until

#: Patience of the doctor: backdated rows have waited for longer, new ones have not.
MINUTES = timedelta(minutes=15)
LONG_AGO = "clock_timestamp() - interval '1 hour'"


@pytest.fixture(scope="session")
def embedded_once(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Create a template database: photos embedded in a table and in a column, with an index, by a real worker."""
    folder = tmp_path_factory.mktemp("photos")
    with open_database(server, "installed") as made:
        made.rows("create table photos (id int primary key, path text, label text)")
        declare = "select featurize.create_featurizer('photos', 'path', 'lenet_digits', name => %s, destination => %s)"
        made.rows(declare, "looks", "table")
        made.rows(declare, "inrow", "column")
        insert(made, [write_image(folder / f"{number}.png", number) for number in range(8)])
        assert WorkerProcess(made.url, folder, "--once").wait() == 0
        assert settled(made)["embedded"] == 8
        made.rows("select featurize.create_index('looks', concurrently => false)")
        made.connection.close()
        yield made.name
        shutil.rmtree(folder)


@pytest.fixture
def healthy(server: Server, embedded_once: str) -> Iterator[Database]:
    """Return a copy of the template for one test."""
    with open_database(server, embedded_once) as opened:
        yield opened


def seen(capsys: pytest.CaptureFixture[str], url: str, patience: timedelta = MINUTES) -> Any:
    """Run the doctor; return its findings by check, and its exit status."""
    status = program.doctor(url, patience, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == ("ok", "warning", "error")[status]
    return status, report["checks"]


@dataclass(frozen=True)
class Damage:
    """Damage to a database, and the expected finding.

    Attributes:
        sql: statements that damage it.
        name, level: of the finding.
        finding: a part of it.
        remedy: a part of it.
        cures: whether the remedy is a statement after which the doctor has no finding.
    """

    sql: str
    name: str
    level: str
    finding: str
    remedy: str
    cures: bool = False


DAMAGES = {
    "old pgvector": Damage(
        "set allow_system_table_mods = on; "
        "update pg_extension set extversion = '0.8.3' where extname = 'vector'",
        "pgvector", "warning", "version 0.8.3", "alter extension vector update",
    ),
    "table dropped": Damage(
        "drop table photos cascade", "source", "error", "its table was dropped", "drop_featurizer",
    ),
    "image column renamed": Damage(
        "alter table photos rename column path to file",
        "source", "error", 'no longer has a column "path"', "alter_featurizer(",
    ),
    "key column renamed": Damage(
        "alter table photos rename column id to number",
        "source", "error", 'no longer has a column "id"', "rename column ... to id",
    ),
    "primary key dropped": Damage(
        "alter table photos drop constraint photos_pkey",
        "source", "error", "no longer has a primary key", "add primary key (id)", cures=True,
    ),
    "another primary key": Damage(
        "update photos set label = id; "
        "alter table photos drop constraint photos_pkey, add primary key (label)",
        "source", "error", "has changed to (label)", "drop constraint photos_pkey", cures=True,
    ),
    "embeddings dropped": Damage(
        "drop table looks", "embeddings", "error", "embedding table was dropped", "backup",
    ),
    "embedding column renamed": Damage(
        "alter table looks rename column digest to sha",
        "embeddings", "error", 'no longer has a column "digest"', "rename column ... to digest",
    ),
    "column of vectors dropped": Damage(
        "alter table photos drop column inrow",
        "embeddings", "error", 'no longer has a column "inrow"', "drop_featurizer('inrow')",
    ),
    "trigger dropped": Damage(
        "drop trigger featurize_1_update on photos",
        "triggers", "error", "featurize_1_update is missing", "repair('looks')", cures=True,
    ),
    "trigger disabled": Damage(
        "alter table photos disable trigger featurize_2_insert",
        "triggers", "error", "featurize_2_insert is disabled", "repair('inrow')", cures=True,
    ),
    "trigger function dropped": Damage(
        "drop function featurize_generated.on_1() cascade",
        "triggers", "error", "featurize_1_truncate is missing", "repair('looks')", cures=True,
    ),
    "trigger function of another release": Damage(
        "create or replace function featurize_generated.on_1() returns trigger language plpgsql "
        "as 'begin return null; end'",
        "triggers", "warning", "it is of another release", "repair('looks')", cures=True,
    ),
    "a worker without rights": Damage(
        "insert into featurize.worker (host, pid, device, version, role) "
        "values ('there', 7, 'cpu', '0.1.0', 'pg_monitor')",
        "roles", "error", "connected as pg_monitor", "grant_worker('pg_monitor')",
    ),
    "a superuser for a worker": Damage(
        "alter table photos owner to pg_monitor; select featurize.grant_owner('pg_monitor'); "
        "insert into featurize.worker (host, pid, device, version) values ('there', 7, 'cpu', '0.1.0')",
        "roles", "warning", "index functions of other roles: inrow, looks", "grant_worker()",
    ),
    "a table that has changed hands": Damage(
        "alter table photos owner to pg_monitor; select featurize.grant_owner('pg_monitor')",
        "roles", "warning", "its triggers have the rights of postgres", "repair('looks')",
    ),
    "embeddings for everybody": Damage(
        "alter table looks disable row level security",
        "roles", "warning", "see embeddings of rows that are hidden", "repair('looks')",
    ),
    "blocked": Damage(
        "select featurize.block(1, 'no weights')", "blocked", "error", "no weights", "correct the cause",
    ),
    "paused": Damage(
        "select featurize.pause('looks')",
        "paused", "warning", "it has been paused", "resume('looks')", cures=True,
    ),
    "unresolved": Damage(
        "select featurize.register_model('mine', 'resnet18', cut => 900); "
        "select featurize.reject_model('mine', 'it has fewer layers')",
        "unresolved_models", "warning", "it has fewer layers", "register_model('mine'",
    ),
    "failures": Damage(
        "insert into featurize.failed_row (featurizer_id, key, image_hash, reason, detail, attempts) "
        "values ((featurize._featurizer('looks'::text)).id, '{\"id\": 1}', 0, 'missing_file', '', 1)",
        "failures", "warning", "1 rows failed, most of them with reason missing_file", "retry('looks')",
    ),
    "stale, and queued": Damage(
        "select featurize.retire_space('lenet_digits')",
        "stale", "information", "which are queued to be computed again", "status --watch",
    ),
    "stale, and nothing queued": Damage(
        "update featurize.space set retired_at = now()",
        "stale", "warning", "not queued to be computed again", "repair('looks')",
    ),
    "rows wait, and no worker": Damage(
        "insert into photos values (100, '/x'); "
        f"update featurize.outbox set queued_at = {LONG_AGO}",
        "queue", "error", "1 entries are waiting", "pgfeaturize worker",
    ),
    "a backfill waits, and no worker": Damage(
        f"update featurize.featurizer set created_at = {LONG_AGO}; "
        "select featurize.refresh('looks')",
        "queue", "error", "backfill is not finished", "pgfeaturize worker",
    ),
    "dead worker": Damage(
        "insert into featurize.worker (host, pid, device, version, last_heartbeat) "
        f"values ('there', 7, 'cpu', '0.1.0', {LONG_AGO})",
        "workers", "warning", "process 7 on there", "leave_worker(",
    ),
    "lease ran out": Damage(
        f"insert into featurize.lease (featurizer_id, worker_id, expires_at) values (1, 7, {LONG_AGO})",
        "leases", "warning", "worker 7 holds rows of looks", "start a worker",
    ),
    "index failed": Damage(
        "update featurize.index set built_at = null, error = 'no space left'",
        "indexes", "warning", "failed: no space left", "index build looks",
    ),
    "index invalid": Damage(
        "set allow_system_table_mods = on; update pg_index x set indisvalid = false "
        "from featurize.index_report r where x.indexrelid = r.relation",
        "indexes", "warning", "invalid", "reindex index concurrently", cures=True,
    ),
    "index dropped": Damage(
        "do $$ begin execute (select format('drop index %s', relation) from featurize.index_report); end $$",
        "indexes", "warning", "it was dropped with DROP INDEX", "drop_index('looks', 'cosine')",
    ),
    "index outdated": Damage(
        "update featurize.space set retired_at = now(); "
        "insert into featurize.space (model, fingerprint) values ('lenet_digits', 'another')",
        "indexes", "warning", "outdated", "start a worker",
    ),
    "classifier failed": Damage(
        "insert into featurize.classifier (name, algorithm, params, normalization, error) "
        "values ('pets', 'ridge', '{}', 'none', 'singular')",
        "classifiers", "warning", "singular", "train_classifier('pets', '...', 'ridge', '{}'",
    ),
    "classifier of a retired space": Damage(
        "insert into featurize.classifier (name, algorithm, params, normalization, trained_at, "
        "space_id, dim, link, metrics, versions) "
        "values ('pets', 'ridge', '{}', 'none', now(), 1, 500, 'softmax', '{}', '{}'); "
        "update featurize.space set retired_at = now()",
        "classifiers", "warning", "feature space 1 of model lenet_digits", "train_classifier('pets'",
    ),
    "function of nobody": Damage(
        "create function featurize_generated.on_99() returns trigger language plpgsql as 'begin end'",
        "orphans", "warning", "of a dropped featurizer", "drop function", cures=True,
    ),
    "queue of nobody": Damage(
        "insert into featurize.job (featurizer_id, key) values (99, '{}')",
        "orphans", "warning", "1 entries of dropped featurizers", "delete from featurize.job", cures=True,
    ),
    "embeddings of nobody": Damage(
        "select featurize.drop_featurizer('looks', keep_embeddings => true)",
        "orphans", "information", "embeddings of a dropped featurizer", "drop table public.looks",
    ),
    "autovacuum off for a table": Damage(
        "alter table featurize.job set (autovacuum_enabled = off)",
        "autovacuum", "warning", "off for this table", "reset (autovacuum_enabled)", cures=True,
    ),
    "schema of a later release": Damage(
        "update featurize.release set version = '99.0.0'",
        "program", "error", "newer than this program", "Upgrade the program",
    ),
    "schema of an earlier release": Damage(
        "update featurize.release set version = '0.0.1'",
        "program", "error", "older than this program", "pgfeaturize migrate",
    ),
    "a function of another release": Damage(
        "drop function featurize.release(bigint)",
        "program", "error", "statements that do not fit", "pgfeaturize migrate",
    ),
    "no function doctor()": Damage(
        "drop function featurize.doctor(interval)",
        "program", "error", "statements that do not fit", "pgfeaturize migrate",
    ),
    "no schema": Damage(
        "drop schema featurize cascade",
        "program", "error", "is not installed", "pgfeaturize migrate",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_found(healthy: Database, capsys: pytest.CaptureFixture[str], damage: Damage) -> None:
    healthy.connection.execute(damage.sql)
    status, checks = seen(capsys, healthy.url)
    assert status >= program.STATUS[damage.level]
    found = [
        check
        for check in checks
        if (check["name"], check["level"]) == (damage.name, damage.level)
        and damage.finding in check["finding"]
        and damage.remedy in check["remedy"]
    ]
    assert found, checks
    if damage.cures:
        assert {check["name"] for check in checks if program.STATUS[check["level"]]} == {damage.name}, "nothing else"
        healthy.connection.execute(found[0]["remedy"])
        assert seen(capsys, healthy.url)[0] == 0


def test_a_healthy_database_gives_no_finding(
    healthy: Database, run: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    _, checks = seen(capsys, healthy.url)
    assert {check["level"] for check in checks if check["name"] != "disk"} == {"ok"}
    sizes = [check for check in checks if check["name"] == "disk"]
    assert [check["object"] for check in sizes] == ["inrow", "looks"]
    assert {check["level"] for check in sizes} == {"information"}

    shown = run("doctor", url=healthy.url).stdout.splitlines()
    assert len(shown) == len(checks), "a line each"
    assert not any("→" in line for line in shown)


def test_status_and_remedies_for_people(healthy: Database, run: Callable[..., Any]) -> None:
    healthy.rows("select featurize.pause('looks')")
    shown = run("doctor", url=healthy.url, status=1).stdout
    assert "looks: it has been paused since" in shown
    assert "→ select featurize.resume('looks')" in shown
    healthy.rows("alter table photos disable trigger all")
    run("doctor", "--json", url=healthy.url, status=2)


def test_no_server(run: Callable[..., Any]) -> None:
    nowhere = "postgresql://localhost:1/nothing"
    assert "cannot connect" in run("doctor", url=nowhere, status=2).stdout
    report = json.loads(run("doctor", "--json", url=nowhere, status=2).stdout)
    assert report["status"] == "error"
    assert "Is the server running" in report["checks"][0]["remedy"]


def test_a_role_without_rights(healthy: Database, run: Callable[..., Any]) -> None:
    healthy.rows("drop role if exists stranger")
    healthy.rows("create role stranger login")
    try:
        url = healthy.url.replace("postgres:@", "stranger:@")
        shown = run("doctor", url=url, status=2).stdout
    finally:
        healthy.rows("drop role stranger")
    assert "permission denied for schema featurize" in shown
    assert "→ connect as the owner of the schema" in shown


def test_all_damage_at_once(healthy: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """The doctor runs to its end, however damaged the database is."""
    for name, damage in DAMAGES.items():
        if damage.name != "program" and "orphans" not in damage.name and "dropped" not in name:
            with suppress(psycopg.Error):
                healthy.connection.execute(damage.sql)
    healthy.rows("drop table photos cascade")
    status, checks = seen(capsys, healthy.url)
    assert status == 2
    last = [check["name"] for check in checks]
    assert {"disk", "temporary"} <= set(last), "all checks were made"
    found = {check["name"] for check in checks if program.STATUS[check["level"]]}
    assert len(found) >= 10, found


def test_a_transaction_that_stays_open(healthy: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(healthy.url, application_name="report") as forgotten:
        forgotten.execute("select txid_current()")
        assert seen(capsys, healthy.url)[0] == 0, "not yet"
        status, checks = seen(capsys, healthy.url, timedelta(0))
        (found,) = [check for check in checks if check["name"] == "transactions"]
        assert status == 1
        assert "(report) has been open since" in found["finding"]
        assert f"pg_terminate_backend({forgotten.info.backend_pid})" in found["remedy"]
        forgotten.rollback()
    assert seen(capsys, healthy.url)[0] == 0


def test_dead_rows_that_nobody_clears_away(healthy: Database, capsys: pytest.CaptureFixture[str]) -> None:
    healthy.rows("alter table featurize.job set (autovacuum_enabled = off)")
    healthy.rows("insert into featurize.job (featurizer_id, key) select 1, '{}' from generate_series(1, 60000)")
    healthy.rows("delete from featurize.job")
    healthy.rows("select pg_stat_force_next_flush()")

    def found() -> Any:
        healthy.rows("select 1")
        checks = seen(capsys, healthy.url)[1]
        return [c for c in checks if c["name"] == "dead_rows" and c["level"] == "warning"]

    (warning,) = until(found, "the dead rows are counted")
    assert warning["object"] == "featurize.job"
    assert "60000 of its 60000 rows are dead" in warning["finding"]
    assert "vacuum featurize.job" in warning["remedy"]


@contextmanager
def own_server(directory: Path, like: Server, *settings: str) -> Iterator[Server]:
    """A separate server with pgfeaturize, whose settings the test may change."""
    with embedded_server.running(directory, like.version) as url:
        own = replace(like, directory=directory, url=url)
        for setting in settings:
            own.execute(f"alter system set {setting}")
        control(own, "restart")
        own.execute("create database installed")
        migrate(own.database_url("installed"))
        yield own


def control(server: Server, action: str) -> None:
    """Stop, start or restart a server."""
    log = server.directory / "restart.log"
    log.touch()
    log.chmod(0o666)
    pgserver().pgexec.pgexec(
        "pg_ctl",
        ("-w", "-D", str(server.directory / "pg"), "-m", "fast", "-l", str(log), action),
        bin_path=server.bin,
        user="pgserver" if os.geteuid() == 0 else None,
    )


def test_prepared_transactions_and_a_server_without_autovacuum(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ("max_prepared_transactions = 2", "autovacuum = off")
    with own_server(tmp_path / "own", server, *settings) as own, open_database(own, "installed") as database:
        database.connection.execute("begin; create table t (); prepare transaction 'half done'")
        status, checks = seen(capsys, database.url, timedelta(0))
        assert status == 1
        found = {check["name"]: check for check in checks}
        assert found["transactions"]["object"] == "prepared transaction half done"
        assert "for the whole server" in found["autovacuum"]["finding"]
        database.connection.execute(found["transactions"]["remedy"])
        own.execute("alter system reset autovacuum")
        own.execute("select pg_reload_conf()")
        until(lambda: seen(capsys, database.url, timedelta(0))[0] == 0, "all is well")


def test_a_full_disk(
    healthy: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """More free space is required than any disk has, in a cache directory that does not exist yet."""
    monkeypatch.setattr(program, "LEAST_CACHE", 10**18)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "not" / "there"))
    status, checks = seen(capsys, healthy.url)
    (found,) = [check for check in checks if check["name"] == "weights"]
    assert (status, found["level"]) == (1, "warning")
    assert found["object"] == str(tmp_path / "not" / "there")
    assert "TORCH_HOME" in found["remedy"]


def test_after_a_restore_without_triggers(healthy: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """An interrupted restore with --disable-triggers leaves all triggers disabled."""
    healthy.rows("alter table photos disable trigger all")
    _, checks = seen(capsys, healthy.url)
    found = [check for check in checks if check["level"] == "error"]
    assert [check["object"] for check in found] == ["inrow", "looks"]
    for check in found:
        healthy.rows(check["remedy"])
    healthy.rows("insert into photos values (100, '/x')")
    assert healthy.value("select count(*) from featurize.outbox") == 2


def test_without_the_schema_the_server_logs_no_errors(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    url = server.database_url(server.create_database())
    log = server.directory / "pg" / "log"
    before = len(log.read_text())
    with psycopg.connect(url, autocommit=True) as connection, suppress(psycopg.Error):
        connection.execute("select no_such_column")
    assert "ERROR" in log.read_text()[before:], "it is the log of this server"
    before = len(log.read_text())
    status, checks = seen(capsys, url)
    assert status == 2
    (found,) = [check for check in checks if check["level"] == "error"]
    assert found["name"] == "program"
    assert "pgfeaturize is not installed in database" in found["finding"]
    assert "pgfeaturize migrate" in found["remedy"]
    assert "ERROR" not in log.read_text()[before:]


def test_every_check_is_documented(healthy: Database, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    for check in seen(capsys, healthy.url)[1]:
        assert f"| `{check['name']}` |" in page, check["name"]
