"""Hides the objects of pgfeaturize from Alembic's comparison, so that it does not drop them.

A name filter excludes embedding tables, frozen training tables, and columns and indexes that pgfeaturize created,
unless the application has mapped them.
"""

from collections.abc import Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropTableOp
from sqlalchemy import Column

from pgfeaturize.alembic.db_state import DbState

#: Contains only objects of pgfeaturize, including the version table of `pgfeaturize migrate`.
SCHEMA = "featurize"
#: Prefix of the names of indexes that pgfeaturize creates, some of them on application tables.
INDEX = "featurize_index_"


def hide(context: AutogenContext, schemas: set[str | None], state: DbState) -> None:
    """Exclude the objects of pgfeaturize. Call this before Alembic compares tables."""
    mapped = {state.place(table.name, table.schema): table for table in context.sorted_tables}

    def belongs_to_application(name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
        if name is None:
            return True
        if kind == "table":
            place = state.place(name, parents["schema_name"])
            return place in mapped or place not in state.tables
        if kind == "column":
            place = state.place(parents["table_name"], parents["schema_name"])
            is_mapped = place in mapped and any(column.name == name for column in mapped[place].c)
            return is_mapped or (place, name) not in state.columns
        return kind != "index" or not name.startswith(INDEX)

    schemas.discard(SCHEMA)
    context._name_filters.append(belongs_to_application)


def remove_columns(operation: DropTableOp, state: DbState) -> None:
    """Remove the columns of pgfeaturize from the create_table() that reverses a drop_table()."""
    place = state.place(operation.table_name, operation.schema)
    reverse = operation._reverse
    if reverse is not None:
        reverse.columns = [
            part for part in reverse.columns if not isinstance(part, Column) or (place, part.name) not in state.columns
        ]
