"""The objects of pgfeaturize in a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from pgfeaturize.alembic.index_operations import CreateFeatureIndexOp
from pgfeaturize.alembic.operations import CreateFeaturizerOp
from pgfeaturize.alembic.training_view_operations import CreateTrainingViewOp
from pgfeaturize.sqlalchemy.session import statement

#: Schema and name of a table.
Place = tuple[str, str]
#: Source and name of a featurizer.
Identity = tuple[Place, str]


@dataclass(frozen=True)
class DbState:
    """The objects of pgfeaturize in a database, as the operations that would create them.

    Attributes:
        schema: default schema, which Alembic calls None.
        featurizers: all featurizers.
        indexes: indexes of all featurizers.
        views: training views of all featurizers.
        tables: tables and views that pgfeaturize created.
        columns: columns that pgfeaturize added to other tables: table and name.
    """

    schema: str
    featurizers: tuple[CreateFeaturizerOp, ...] = ()
    indexes: tuple[CreateFeatureIndexOp, ...] = ()
    views: tuple[CreateTrainingViewOp, ...] = ()
    tables: frozenset[Place] = frozenset()
    columns: frozenset[tuple[Place, str]] = frozenset()

    def identity(self, featurizer: str, source: str | None, schema: str | None) -> Identity:
        """Return what identifies a featurizer."""
        return (self.place(source or "", schema), featurizer)

    def place(self, name: str, schema: str | None) -> Place:
        """Return schema and name of a table; a schema of None is the default one."""
        return (schema or self.schema, name)


def read(connection: Connection) -> DbState:
    """Read the state of a database. If pgfeaturize is not installed there, it is empty."""

    def rows(name: str, *parameters: Any) -> Sequence[Row[Any]]:
        return connection.execute(statement(name, *parameters)).all()

    default = connection.dialect.default_schema_name or ""
    if not rows("schema_exists")[0][0]:
        return DbState(default)
    return DbState(
        default,
        featurizers=tuple(_featurizer(row, default) for row in rows("declared", None)),
        indexes=tuple(_index(row, default) for row in rows("list_indexes")),
        views=tuple(_training_view(row, default) for row in rows("list_training_views")),
        tables=frozenset((row.schema, row.relation) for row in rows("list_tables")),
        columns=frozenset(((row.schema, row.relation), row.made) for row in rows("list_columns")),
    )


def _featurizer(row: Row[Any], default: str) -> CreateFeaturizerOp:
    names = (row.relation, row.image_column, row.model, row.name)
    stored = (row.image_kind, row.destination, row.storage)
    chosen = (row.on_replica, row.notify, row.on_truncated)
    elsewhere = row.embeddings_schema if row.embeddings_schema != row.schema else None
    return CreateFeaturizerOp(*names, *stored, _schema(row.schema, default), elsewhere, *chosen)


def _index(row: Row[Any], default: str) -> CreateFeatureIndexOp:
    return CreateFeatureIndexOp(**{**row._mapping, "schema": _schema(row.schema, default)})


def _training_view(row: Row[Any], default: str) -> CreateTrainingViewOp:
    return CreateTrainingViewOp(
        row.view_name,
        row.featurizer,
        row.label_column,
        float(row.test_fraction),
        row.seed,
        row.stratify,
        row.group_column,
        row.split_column,
        # When the view is created again, the rows are not embedded yet.
        require_complete=False,
        schema=_schema(row.schema, default),
        source=row.source,
        source_schema=_schema(row.source_schema, default),
    )


def _schema(schema: str, default: str) -> str | None:
    return schema if schema != default else None
