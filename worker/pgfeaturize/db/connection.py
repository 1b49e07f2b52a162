"""Connections: every one that this program opens is opened here."""

import json
import logging
import os
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format
from psycopg.rows import namedtuple_row
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader

from pgfeaturize.db.messages import register_messages
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import (
    LoginRefused,
    SchemaIncompatible,
    SchemaMissing,
    SchemaTooOld,
    ServerUnreachable,
    SettingsError,
)
from pgfeaturize.settings import libpq_url

log = logging.getLogger("pgfeaturize")

T = TypeVar("T")

#: A server that is gone without a word, because of a firewall or a lost network, is noticed within about a minute.
DEFAULTS: dict[str, int | str] = {
    "fallback_application_name": "pgfeaturize",
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
#: Seconds between attempts to reach a server that is being started.
PAUSE = 0.5
#: Messages about who may connect and how, which stay the same when the server has started.
_REFUSED = re.compile(
    r"authentication failed|password supplied|pg_hba\.conf|not permitted to log in|permission denied for database"
    r"|does not support SSL|SSL error: certificate|certificate file|private key|invalid \w+ (?:value|number)"
)


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
        raise unreachable(error) from error
    return connection


def connect_driver(url: str) -> Connection:
    """Open a connection as psycopg does by default, for libraries that want it so; errors as for `connect`."""
    url = libpq_url(url)
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise _malformed(str(error)) from None
    if os.environ.get("PGCONNECT_TIMEOUT"):
        given.setdefault("connect_timeout", os.environ["PGCONNECT_TIMEOUT"])
    defaults = {name: value for name, value in DEFAULTS.items() if name not in given}
    try:
        # Text of an SQL_ASCII database is handled below; psycopg would return it as bytes.
        connection: Connection = psycopg.connect(url, prepare_threshold=None, **defaults, client_encoding="UTF8")  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        raise unreachable(error) from error
    register_messages(connection)
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        for name in ("text", "varchar", "bpchar", "name"):
            connection.adapters.register_loader(name, _LenientTextLoader)
            connection.adapters.register_loader(name, _LenientTextBinaryLoader)
        set_json_loads(_lenient_json, connection)
    return connection


class _LenientTextLoader(TextLoader):
    """Loads text of an SQL_ASCII database, which may hold any bytes, as Python loads names of files."""

    def load(self, data: psycopg.abc.Buffer) -> str:
        return bytes(data).decode(errors="surrogateescape")


class _LenientTextBinaryLoader(_LenientTextLoader):
    format = Format.BINARY


def _lenient_json(data: str | bytes) -> Any:
    return json.loads(data if isinstance(data, str) else data.decode(errors="surrogateescape"))


def _malformed(message: str) -> SettingsError:
    """Return the error of a connection string, without the string: it may contain a password."""
    if found := re.search(r'(?:parameter|connection option)(?: name)?:? "(\w+)"', message):
        return SettingsError(
            f'the connection string of the database has a parameter "{found[1]}", which libpq does not know',
            "Remove it from DATABASE_URL; for schema=app, write options=-csearch_path%3Dapp.",
        )
    return SettingsError(
        "the connection string of the database is malformed",
        "Write DATABASE_URL as postgresql://user:password@host:5432/database?sslmode=require, and encode special "
        "characters of the password: % as %25, @ as %40, / as %2F, # as %23, ? as %3F, : as %3A.",
    )


def unreachable(error: psycopg.OperationalError) -> ServerUnreachable:
    """Return the error of a connection that could not be opened: LoginRefused if waiting does not help."""
    message = f"cannot connect to PostgreSQL: {str(error).strip()}"
    if _REFUSED.search(message) or (error.pgconn is not None and error.pgconn.needs_password):
        return LoginRefused(message, "Check user, password and sslmode in DATABASE_URL, and pg_hba.conf of the server.")
    return ServerUnreachable(
        message, "Is the server running, and is DATABASE_URL right? `pgfeaturize up` starts one here."
    )


def wait_for(attempt: Callable[[], T], seconds: float, pause: Callable[[float], object] = time.sleep) -> T:
    """Return what `attempt` returns; while the server or the schema is not there, try again for some seconds.

    Args:
        attempt: connects, and perhaps checks the schema.
        seconds: after this time, the error of the last attempt is raised.
        pause: waits for a number of seconds; it may raise to stop.

    Raises:
        LoginRefused: the server does not let the role in, which waiting does not change.
        DatabaseError: of the last attempt.
    """
    ends_at = time.monotonic() + seconds
    said = ""
    while True:
        try:
            return attempt()
        except LoginRefused:
            raise
        except (ServerUnreachable, SchemaMissing, SchemaTooOld, SchemaIncompatible) as error:
            if time.monotonic() + PAUSE > ends_at:
                raise
            if error.message != said:
                log.info("waiting up to %.0f s: %s", ends_at - time.monotonic(), error.message)
                said = error.message
        pause(PAUSE)
