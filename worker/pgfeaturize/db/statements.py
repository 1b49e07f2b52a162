"""Named statements of sql/queries, and how they are run. No SQL is written in Python."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row, namedtuple_row

from pgfeaturize.errors import ReadOnlyDatabase, Refused, SettingsError
from pgfeaturize.printable import printable

T = TypeVar("T")

Connection = psycopg.Connection[Any]

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
    for name, _, text in _NAMED.findall(file.read_text(encoding="utf-8")):
        if name in found:
            raise ValueError(f"two statements are named {name}")
        found[name] = text


def execute(connection: Connection, name: str, *parameters: Any, **identifiers: str) -> list[Any]:
    """Run a named statement and return its rows as named tuples.

    Args:
        connection: where.
        name: of a statement in sql/queries.
        parameters: for $1, $2, ….
        identifiers: for {braces}; a dotted name is schema and table.

    Raises:
        Refused: by one of our functions.
        SettingsError: a parameter is not text.
        psycopg.Error: all else that can go wrong.
    """
    return _run(connection, namedtuple_row, name, parameters, identifiers)


def _run(
    connection: Connection, row_factory: Any, name: str, parameters: Sequence[Any], identifiers: Mapping[str, str]
) -> list[Any]:
    cursor = psycopg.RawCursor(connection, row_factory=row_factory)
    with typed_errors():
        # In UTF-8, also on a connection to an SQL_ASCII database, for which psycopg would encode it as ASCII.
        cursor.execute(compose(name, **identifiers).as_bytes(None), parameters)
    return cursor.fetchall() if cursor.description else []


@contextmanager
def typed_errors() -> Iterator[None]:
    """Raise errors of this package for those of psycopg that have a remedy."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise SettingsError(
            f'"{printable(error.object)}" is not text, so it cannot be sent to the database',
            "Give text in UTF-8; rename files whose names are in another encoding, for example with convmv.",
        ) from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise ReadOnlyDatabase(
            f"the database is read-only: {error.diag.message_primary}",
            "If the server is a standby, connect to its primary; with several hosts in DATABASE_URL, add "
            "target_session_attrs=read-write. Else see default_transaction_read_only of the database and the role.",
        ) from error
    except psycopg.OperationalError as error:
        # psycopg takes our class FZ for one of the server's, as if the server were lost.
        if not (error.sqlstate or "").startswith("FZ"):
            raise
        message, hint = error.diag.message_primary, error.diag.message_hint
        raise Refused(message or "", hint or "", error.sqlstate or "") from error


def fetch(connection: Connection, row_type: type[T], name: str, *parameters: Any, **identifiers: str) -> list[T]:
    """Run a named statement as `execute` does; return its rows as objects of a class with these arguments."""
    return _run(connection, class_row(row_type), name, parameters, identifiers)


def stream(connection: Connection, row_type: type[T], name: str, *parameters: Any) -> Iterator[T]:
    """Run a named statement as `fetch` does, but receive one row at a time, in binary form.

    Rows with large values then take their own size once. In text form and as one result they take three times as much.
    """
    cursor = psycopg.RawCursor(connection, row_factory=class_row(row_type))
    with typed_errors():
        yield from cursor.stream(compose(name), parameters, binary=True)


def compose(name: str, **identifiers: str) -> sql.Composed:
    """Fill identifiers into a named statement."""
    return sql.SQL(named()[name]).format(**{key: _identifier(value) for key, value in identifiers.items()})


def quoted(name: str) -> str:
    """Return the name of a table, as it is filled into statements, for parameters of type regclass."""
    return _identifier(name).as_string(None)


def _identifier(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))
