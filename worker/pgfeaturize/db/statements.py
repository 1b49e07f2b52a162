"""The SQL of the project, as Python sees it: statements by name, schema steps, routines.

No SQL is written in Python. `sql/queries` holds the statements that programs send, each under a
line `-- name: what it is for`; `sql/schema` and `sql/routines` are what an installation runs.
"""

import re
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from pgfeaturize.errors import (
    Refused,
    SchemaIncompatible,
    SchemaMissing,
    SchemaTooNew,
    SchemaTooOld,
    ServerUnreachable,
    VectorMissing,
    VectorTooOld,
)

Connection = psycopg.Connection[Any]
#: Versions compare as tuples of numbers.
Version = tuple[int, ...]

OLDEST_VECTOR: Version = (0, 8)

_NAMED = re.compile(r"^-- (\w+): (.+?)\n(.+?);$", re.MULTILINE | re.DOTALL)


@cache
def root(folder: str) -> Path:
    """Return `sql` or `migrations`: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    installed = package / folder
    return installed if installed.is_dir() else package.parents[1] / folder


@cache
def named() -> dict[str, str]:
    """All statements of sql/queries by name. Those with {braces} are templates for identifiers."""
    found: dict[str, str] = {}
    for name in query_files():
        read(root("sql") / "queries" / f"{name}.sql", found)
    return found


def query_files() -> list[str]:
    """Names of the files in sql/queries, without suffix."""
    return sorted(file.stem for file in (root("sql") / "queries").glob("*.sql"))


def read(file: Path, found: dict[str, str]) -> None:
    """Add the statements of a file.

    Raises:
        ValueError: one of that name is there.
    """
    for name, _, text in _NAMED.findall(file.read_text()):
        if name in found:
            raise ValueError(f"two statements are named {name}")
        found[name] = text


def connect(url: str) -> Connection:
    """Open an autocommitting connection.

    Statements are not prepared on the server, so that transaction poolers can stand in between.

    Raises:
        ServerUnreachable: if there is no connection.
    """
    try:
        connection = psycopg.connect(
            url,
            autocommit=True,
            prepare_threshold=None,
            row_factory=namedtuple_row,
            fallback_application_name="pgfeaturize",
            connect_timeout=10,
        )
        execute(connection, "disable_jit")
    except psycopg.OperationalError as error:
        raise ServerUnreachable(
            f"cannot connect to PostgreSQL: {str(error).strip()}",
            "Is the server running, and is DATABASE_URL right? `pgfeaturize up` starts one here.",
        ) from error
    return connection


def execute(connection: Connection, name: str, *parameters: Any, **identifiers: str) -> list[Any]:
    """Run a named statement and return its rows as named tuples.

    Args:
        connection: where.
        name: of a statement in sql/queries.
        parameters: for $1, $2, ….
        identifiers: for {braces}; a dotted name is schema and table.

    Raises:
        Refused: by one of our functions.
        psycopg.Error: all else that can go wrong.
    """
    cursor = psycopg.RawCursor(connection)
    try:
        cursor.execute(compose(name, **identifiers), parameters)
    except psycopg.OperationalError as error:
        # psycopg takes our class FZ for one of the server's, as if the server were lost.
        if not (error.sqlstate or "").startswith("FZ"):
            raise
        message, hint = error.diag.message_primary, error.diag.message_hint
        raise Refused(message or "", hint or "", error.sqlstate or "") from error
    return cursor.fetchall() if cursor.description else []


def compose(name: str, **identifiers: str) -> sql.Composed:
    """Fill identifiers into a named statement."""
    return sql.SQL(named()[name]).format(
        **{key: sql.Identifier(*value.split(".")) for key, value in identifiers.items()}
    )


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


def check(connection: Connection, *files: str) -> None:
    """Make sure that the database is compatible with this program.

    Args:
        connection: to the database.
        files: the files in sql/queries whose statements the caller uses; default: all.

    Raises:
        VectorMissing, VectorTooOld, SchemaMissing, SchemaTooOld, SchemaTooNew: what it says.
        SchemaIncompatible: names the statement that does not fit.
    """
    check_vector(connection)
    present = installed_release(connection)
    if present is None:
        raise SchemaMissing(
            f"pgfeaturize is not installed in database {connection.info.dbname}",
            "Type `pgfeaturize migrate`, or run `create extension pgfeaturize cascade`.",
        )
    if as_version(present) < as_version(releases()[-1]):
        raise SchemaTooOld(
            f"the schema in database {connection.info.dbname} is release {present}, older than this program",
            "Type `pgfeaturize migrate`, or run `alter extension pgfeaturize update`.",
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
            "Upgrade the program: `pip install --upgrade pgfeaturize`.",
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
