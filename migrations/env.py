"""Alembic environment of `pgfeaturize migrate`.

The version table is in schema featurize, so that it does not collide with the one of an
application. Alembic creates it before the first revision runs; so the schema is created here.
"""

from alembic import context
from sqlalchemy import Connection, inspect

from pgfeaturize.db.schema import releases, schema_steps
from pgfeaturize.db.statements import named

NO_PARAMETERS = {"no_parameters": True}  # otherwise % in function bodies is read as a placeholder


def migrate(connection: Connection) -> None:
    """Update the database to the release of this package, in one transaction."""
    with connection.begin():
        for name in ("choose_schema", "create_vector", "search_path"):
            connection.exec_driver_sql(named()[name], execution_options=NO_PARAMETERS)
        if not inspect(connection).has_schema("featurize"):
            first = schema_steps(releases()[0])[0]
            connection.exec_driver_sql(first.read_text(encoding="utf-8"), execution_options=NO_PARAMETERS)
        context.configure(connection=connection, version_table_schema="featurize")
        context.run_migrations()
        for file in context.config.attributes.get("routines", ()):
            connection.exec_driver_sql(file.read_text(encoding="utf-8"), execution_options=NO_PARAMETERS)


migrate(context.config.attributes["connection"])
