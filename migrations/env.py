"""Alembic environment of `pgfeaturize migrate`.

The version table stands in schema featurize, so that it never meets an application's own. As
alembic writes that table before the first revision runs, the schema is made here.
"""

from alembic import context
from sqlalchemy import Connection, inspect

from pgfeaturize.db.schema import releases, schema_steps
from pgfeaturize.db.statements import named

NO_PARAMETERS = {"no_parameters": True}  # else % and :name in function bodies are misread


def migrate(connection: Connection) -> None:
    """Bring the database up to this package's release, in one transaction."""
    with connection.begin():
        connection.exec_driver_sql(named()["create_vector"], execution_options=NO_PARAMETERS)
        connection.exec_driver_sql(named()["search_path"], execution_options=NO_PARAMETERS)
        if not inspect(connection).has_schema("featurize"):
            first = schema_steps(releases()[0])[0]
            connection.exec_driver_sql(first.read_text(), execution_options=NO_PARAMETERS)
        context.configure(connection=connection, version_table_schema="featurize")
        context.run_migrations()
        for file in context.config.attributes.get("routines", ()):
            connection.exec_driver_sql(file.read_text(), execution_options=NO_PARAMETERS)


migrate(context.config.attributes["connection"])
