"""`pgfeaturize migrate`: install the schema, or bring it up to date."""

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from pgfeaturize.errors import SettingsError
from pgfeaturize.statements import (
    Connection,
    as_version,
    check_vector,
    connect,
    execute,
    releases,
    root,
    routines,
)


def migrate(url: str) -> str:
    """Run the missing schema steps, then all routines; return the release that is there now.

    A database installed by psql is taken over; one installed by `create extension` is refused,
    because its objects belong to the extension.

    Raises:
        DatabaseError: if the server is not there or its pgvector will not do.
        SettingsError: if the extension has to be updated instead.
    """
    with connect(url) as connection:
        check_vector(connection)
        if extension := execute(connection, "extension_version"):
            raise SettingsError(
                f"database {connection.info.dbname} has pgfeaturize {extension[0].extversion} as an extension",
                "Run `alter extension pgfeaturize update` instead.",
            )
        present = _present(connection)
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(root("migrations")))
    with engine.connect() as held:
        config.attributes["connection"] = held
        if present is not None:
            command.stamp(config, present)
        config.attributes["routines"] = routines()
        command.upgrade(config, "head")
    return releases()[-1]


def _present(connection: Connection) -> str | None:
    """The release that psql has installed; None where nobody has, or this command has."""
    if (
        not execute(connection, "schema_exists")[0][0]
        or execute(connection, "alembic_exists")[0][0]
    ):
        return None
    found = execute(connection, "installed_releases")
    return max((str(row.version) for row in found), key=as_version)
