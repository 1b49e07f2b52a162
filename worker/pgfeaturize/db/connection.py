"""Connections: every one that this program opens is opened here."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format
from psycopg.rows import namedtuple_row
from psycopg.types.string import TextLoader

from pgfeaturize.db.messages import register_messages
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import SchemaMissing, SchemaTooOld, ServerUnreachable, SettingsError

log = logging.getLogger("pgfeaturize")

T = TypeVar("T")

#: A server that is gone without a word, because of a firewall or a lost network, is noticed within about a minute.
DEFAULTS: dict[str, int | str] = {
    "fallback_application_name": "pgfeaturize",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
#: Seconds between attempts to reach a server that is being started.
PAUSE = 0.5
#: What the server says if waiting does not help.
_FINAL = ("authentication failed", "no password supplied", "no pg_hba.conf entry", "SSL")


def connect(url: str) -> Connection:
    """Open an autocommitting connection, whose rows are named tuples.

    Statements are not prepared on the server, so that transaction poolers can be used. What the connection string says
    about timeouts is kept.

    Raises:
        ServerUnreachable: if there is no connection.
        SettingsError: the connection string is malformed.
    """
    connection = connect_driver(url)
    connection.autocommit = True
    connection.row_factory = namedtuple_row
    try:
        execute(connection, "set_session")
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error
    return connection


def connect_driver(url: str) -> Connection:
    """Open a connection as psycopg does by default, for libraries that want it so; errors as for `connect`."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise SettingsError(
            f"the connection string of the database is malformed: {str(error).strip()}",
            "Write it as postgresql://user:password@host:5432/database?sslmode=require, with parameters of libpq: "
            "options=-csearch_path%3Dapp instead of schema=app.",
        ) from error
    defaults = {name: value for name, value in DEFAULTS.items() if name not in given}
    try:
        # Text of an SQL_ASCII database is handled below; psycopg would return it as bytes.
        connection: Connection = psycopg.connect(url, prepare_threshold=None, **defaults, client_encoding="UTF8")  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        raise _unreachable(error) from error
    register_messages(connection)
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        for name in ("text", "varchar", "bpchar", "name"):
            connection.adapters.register_loader(name, _LenientTextLoader)
            connection.adapters.register_loader(name, _LenientTextBinaryLoader)
    return connection


class _LenientTextLoader(TextLoader):
    """Loads text of an SQL_ASCII database, which may hold any bytes, as Python loads names of files."""

    def load(self, data: psycopg.abc.Buffer) -> str:
        return bytes(data).decode(errors="surrogateescape")


class _LenientTextBinaryLoader(_LenientTextLoader):
    format = Format.BINARY


def _unreachable(error: psycopg.OperationalError) -> ServerUnreachable:
    return ServerUnreachable(
        f"cannot connect to PostgreSQL: {str(error).strip()}",
        "Is the server running, and is DATABASE_URL right? `pgfeaturize up` starts one here.",
    )


def wait_for(attempt: Callable[[], T], seconds: float) -> T:
    """Return what `attempt` returns; while the server or the schema is not there, try again for some seconds.

    Raises:
        DatabaseError: of the last attempt, or one that waiting does not help against, such as a wrong password.
    """
    ends_at = time.monotonic() + seconds
    said = ""
    while True:
        try:
            return attempt()
        except (ServerUnreachable, SchemaMissing, SchemaTooOld) as error:
            if time.monotonic() + PAUSE > ends_at or any(text in error.message for text in _FINAL):
                raise
            if error.message != said:
                log.info("waiting up to %.0f s: %s", ends_at - time.monotonic(), error.message)
                said = error.message
        time.sleep(PAUSE)
