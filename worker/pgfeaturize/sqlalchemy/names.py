"""Names of featurizers: each is identified by its table and its name, and the table by its schema.

The schema is that of the Table, as the schema_translate_map of a connection changes it; without one, the search path of
the connection finds the table.
"""

from typing import Any, cast

from sqlalchemy import Connection, Table, Text, bindparam, func
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from pgfeaturize.sqlalchemy.featurizer import Featurizer


class SourceName(ColumnElement[Any]):
    """The regclass of a featurized table, whose schema is translated like that of any table in the statement."""

    inherit_cache = True
    type = REGCLASS()
    _traverse_internals = [("featurizer", InternalTraversal.dp_plain_obj)]  # noqa: RUF012

    def __init__(self, featurizer: Featurizer) -> None:
        self.featurizer = featurizer


@compiles(SourceName)
def _compile(source: SourceName, compiler: SQLCompiler, **_: Any) -> str:
    # Not a parameter, because SQLAlchemy translates schemas in the text of the statement.
    return f"CAST($featurizer${compiler.preparer.format_table(source.featurizer.source)}$featurizer$ AS REGCLASS)"


def featurizer_name(featurizer: Featurizer, type_: Text | None = None) -> Any:
    """Return an expression for the name by which SQL functions find a featurizer.

    Args:
        featurizer: the featurizer.
        type_: type of the parameter, by which a statement can be recognized.
    """
    name = bindparam(None, featurizer.name, type_ or Text(), unique=True)
    return func.featurize.featurizer_name(SourceName(featurizer), name, type_=Text)


def relation(connection: Connection, table: Table) -> str:
    """Return the name of a table on a connection, as a quoted SQL identifier."""
    return quoted(table.name, translated(connection, table.schema))


def translated(connection: Connection, schema: str | None) -> str | None:
    """Return a schema as the schema_translate_map of a connection changes it."""
    schemas = connection.get_execution_options().get("schema_translate_map") or {}
    return cast(str | None, schemas.get(schema, schema))


def quoted(name: str, schema: str | None) -> str:
    """Return the name of a table as a quoted SQL identifier."""
    parts = (schema, name) if schema else (name,)
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
