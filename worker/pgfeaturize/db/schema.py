"""Releases of the schema: their files, and whether a database is compatible with this program."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psycopg

from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import Connection, execute, query_files, read, root
from pgfeaturize.errors import (
    SchemaIncompatible,
    SchemaMissing,
    SchemaTooNew,
    SchemaTooOld,
    VectorMissing,
    VectorTooOld,
)
from pgfeaturize.settings import database_url

#: Versions compare as tuples of numbers.
Version = tuple[int, ...]

#: Oldest supported release of pgvector.
OLDEST_VECTOR: Version = (0, 8)


def releases() -> list[str]:
    """Schema releases of this package, oldest first."""
    found = [folder.name for folder in (root("sql") / "schema").iterdir() if folder.is_dir()]
    return sorted(found, key=as_version)


def schema_steps(release: str) -> list[Path]:
    """Files that make one schema release out of the one before, in order."""
    return sorted((root("sql") / "schema" / release).glob("*.sql"))


def routines() -> list[Path]:
    """Files that every installation and update runs again, in order."""
    return sorted((root("sql") / "routines").glob("*/*.sql"))


def as_version(text: str) -> Version:
    """Return "0.8.5" as (0, 8, 5)."""
    return tuple(int(part) for part in re.findall(r"\d+", text))


def installed_release(connection: Connection) -> str | None:
    """The schema release in a database; None if there is none."""
    if not execute(connection, "schema_exists")[0][0]:
        return None
    found = [str(row.version) for row in execute(connection, "installed_releases")]
    return max(found, key=as_version)


@contextmanager
def connect_checked(*files: str) -> Iterator[Connection]:
    """Connect to the configured database and check it; arguments and errors are those of `check`."""
    with connect(database_url()) as connection:
        check(connection, *files)
        yield connection


def check(connection: Connection, *files: str) -> None:
    """Make sure that the database is compatible with this program.

    Args:
        connection: to the database.
        files: the files in sql/queries whose statements the caller uses; default: all.

    Raises:
        VectorMissing, VectorTooOld, SchemaMissing, SchemaTooOld, SchemaTooNew: as named.
        SchemaIncompatible: names the statement that does not fit.
    """
    check_vector(connection)
    present = installed_release(connection)
    if present is None:
        raise SchemaMissing(
            f"pgfeaturize is not installed in database {connection.info.dbname}",
            "Run `pgfeaturize migrate`, or `create extension pgfeaturize cascade`.",
        )
    if as_version(present) < as_version(releases()[-1]):
        raise SchemaTooOld(
            f"the schema in database {connection.info.dbname} is release {present}, older than this program",
            "Run `pgfeaturize migrate`, or `alter extension pgfeaturize update`.",
        )
    check_not_newer(connection, present)
    if names := incompatible(connection, *files):
        raise SchemaIncompatible(
            f"statement {names[0]} does not fit the functions in database {connection.info.dbname}",
            "Type `pgfeaturize migrate` to install this program's routines.",
        )


def check_not_newer(connection: Connection, release: str) -> None:
    """Make sure that the schema release in a database is not newer than this program."""
    if as_version(release) > as_version(releases()[-1]):
        raise SchemaTooNew(
            f"the schema in database {connection.info.dbname} is release {release}, "
            f"newer than this program ({version('pgfeaturize')})",
            "Upgrade the program: `git pull` and `pip install .` in its checkout.",
        )


def check_vector(connection: Connection) -> None:
    """Make sure that the database has, or can have, a pgvector that is new enough."""
    offered = execute(connection, "vector_version")
    found = offered[0].installed_version or offered[0].default_version if offered else None
    if found is None:
        raise VectorMissing(
            "this PostgreSQL server does not have pgvector",
            "Install it on the server (Debian: postgresql-<version>-pgvector), at least 0.8.",
        )
    if as_version(found) < OLDEST_VECTOR:
        raise VectorTooOld(
            f"pgvector {found} in database {connection.info.dbname} is too old",
            "Install 0.8 or newer on the server, then run `alter extension vector update`.",
        )


def incompatible(connection: Connection, *files: str) -> list[str]:
    """Names of the statements that the server refuses to prepare, found in one round trip.

    Statements with {braces} are left out: their tables are known only when they are executed.

    Args:
        connection: without a transaction in progress.
        files: in sql/queries; default: all.
    """
    statements: dict[str, str] = {}
    for name in files or query_files():
        read(root("sql") / "queries" / f"{name}.sql", statements)
    names = [name for name, text in statements.items() if "{" not in text]
    server = connection.pgconn
    server.enter_pipeline_mode()
    for name in names:
        server.send_prepare(b"", statements[name].encode())
        server.pipeline_sync()
    refused = []
    for name in names:
        # The result, the end of the results of this statement, and its synchronization point.
        result, _, _ = server.get_result(), server.get_result(), server.get_result()
        if result is None or result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            refused.append(name)
    server.exit_pipeline_mode()
    return refused
