"""A scratch database that is dropped at the end."""

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from psycopg.conninfo import make_conninfo

from pgfeaturize.db import embedded_server
from pgfeaturize.db.connection import connect
from pgfeaturize.db.migrate import migrate
from pgfeaturize.db.statements import execute
from pgfeaturize.errors import SettingsError
from pgfeaturize.settings import database_url


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Create a database with the schema on the configured server, or on an embedded one.

    Args:
        folder: directory for the data of the embedded server.
    """
    name = f"pgfeaturize_soak_{secrets.token_hex(4)}"
    with _server(folder) as url:
        with connect(url) as connection:
            execute(connection, "create_scratch", database=name)
        try:
            created = make_conninfo(url, dbname=name)
            migrate(created)
            yield created
        finally:
            with connect(url) as connection:
                execute(connection, "drop_scratch", database=name)


def _server(folder: Path) -> AbstractContextManager[str]:
    try:
        return nullcontext(database_url())
    except SettingsError:
        return embedded_server.running(folder)
