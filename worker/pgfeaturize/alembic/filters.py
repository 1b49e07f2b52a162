"""What functions of ours have made in a database is not taken for something to drop.

Alembic asks filters of names about all that it finds. Ours answers no for embedding tables, frozen
training tables, columns and indexes of ours, unless the application has mapped them itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropTableOp
from sqlalchemy import Column

from pgfeaturize.alembic.db_state import DbState

#: Everything in it is ours, the version table of `pgfeaturize migrate` included.
SCHEMA = "featurize"
#: Beginning of the names of our indexes, which stand on tables of applications, too.
INDEX = "featurize_index_"


def hide(context: AutogenContext, schemas: set[str | None], state: DbState) -> None:
    """Let Alembic not see what is ours. To be called before it compares tables."""
    schemas.discard(SCHEMA)
    context._name_filters.append(_filter(context, state))


def _filter(
    context: AutogenContext, state: DbState
) -> Callable[[str | None, str, Mapping[str, Any]], bool]:
    mapped = {state.place(table.name, table.schema): table for table in context.sorted_tables}

    def is_of_application(name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
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

    return is_of_application


def strip(operation: DropTableOp, state: DbState) -> None:
    """Take our columns out of a table that is dropped: reversed, it is made without them."""
    place = state.place(operation.table_name, operation.schema)
    reverse = operation._reverse
    if reverse is not None:
        reverse.columns = [
            part
            for part in reverse.columns
            if not isinstance(part, Column) or (place, part.name) not in state.columns
        ]
