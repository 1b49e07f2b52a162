"""`pgfeaturize migrate`: installs or upgrades the schema."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from pgfeaturize.db.connection import connect, connect_driver
from pgfeaturize.db.schema import check_not_newer, check_vector, installed_release, releases, routines
from pgfeaturize.db.statements import execute, root, typed_errors
from pgfeaturize.errors import SettingsError


def migrate(url: str) -> str:
    """Run the missing schema steps, then all routines; return the new release.

    featurize.release has the installed release, so psql and this command can be used in turns. A database installed by
    `create extension` is refused, because its objects belong to the extension.

    Raises:
        DatabaseError: the server cannot be reached, pgvector is missing or too old, or the schema is of a later
            release.
        SettingsError: the extension must be updated instead.
    """
    with connect(url) as connection:
        check_vector(connection)
        if extension := execute(connection, "extension_version"):
            raise SettingsError(
                f"database {connection.info.dbname} has pgfeaturize {extension[0].extversion} as an extension",
                "Run `alter extension pgfeaturize update` instead.",
            )
        present = installed_release(connection)
        if present is not None:
            check_not_newer(connection, present)
    engine = create_engine("postgresql+psycopg://", creator=lambda: connect_driver(url), poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(root("migrations")))
    with typed_errors(), _driver_errors(), engine.connect() as held:
        config.attributes["connection"] = held
        if present is not None:
            command.stamp(config, present)
        config.attributes["routines"] = routines()
        command.upgrade(config, "head")
    return releases()[-1]


@contextmanager
def _driver_errors() -> Iterator[None]:
    """Raise errors as psycopg does, without the text of the statement."""
    try:
        yield
    except DBAPIError as error:
        raise (error.orig or error) from error
