"""What a database has of ours."""

from dataclasses import dataclass

from sqlalchemy import Connection

from pgfeaturize.alembic.definitions import (
    FeaturizerDefinition,
    IndexDefinition,
    TrainingViewDefinition,
)
from pgfeaturize.sqlalchemy.session import statement

#: Schema and name of a table.
Place = tuple[str, str]


@dataclass(frozen=True)
class DbState:
    """What there is, where pgfeaturize is installed.

    Attributes:
        schema: the default one, which Alembic calls None.
        featurizers: all of the database.
        indexes: of all featurizers.
        views: training views of all featurizers.
        tables: that functions of ours have made.
        columns: of other tables, that functions of ours have made: place and name.
    """

    schema: str
    featurizers: tuple[FeaturizerDefinition, ...] = ()
    indexes: tuple[IndexDefinition, ...] = ()
    views: tuple[TrainingViewDefinition, ...] = ()
    tables: frozenset[Place] = frozenset()
    columns: frozenset[tuple[Place, str]] = frozenset()

    def place(self, name: str, schema: str | None) -> Place:
        """Where a table is, by what Alembic calls it."""
        return (schema or self.schema, name)


def read(connection: Connection) -> DbState:
    """Look at a database; one without pgfeaturize has nothing."""
    schema = connection.dialect.default_schema_name or ""
    if not connection.execute(statement("schema_exists")).scalar_one():
        return DbState(schema)
    return DbState(
        schema,
        featurizers=_featurizers(connection, schema),
        indexes=_indexes(connection),
        views=_views(connection, schema),
        tables=frozenset(
            (row.schema, row.relation) for row in connection.execute(statement("list_tables"))
        ),
        columns=frozenset(
            ((row.schema, row.relation), row.made)
            for row in connection.execute(statement("list_columns"))
        ),
    )


def _featurizers(connection: Connection, default: str) -> tuple[FeaturizerDefinition, ...]:
    return tuple(
        FeaturizerDefinition(
            row.relation,
            row.image_column,
            row.model,
            row.name,
            row.image_kind,
            row.destination,
            row.storage,
            _named(row.schema, default),
        )
        for row in connection.execute(statement("declared", None))
    )


def _indexes(connection: Connection) -> tuple[IndexDefinition, ...]:
    return tuple(
        IndexDefinition(**row._mapping) for row in connection.execute(statement("list_indexes"))
    )


def _views(connection: Connection, default: str) -> tuple[TrainingViewDefinition, ...]:
    return tuple(
        TrainingViewDefinition(
            row.view_name,
            row.featurizer,
            row.label_column,
            float(row.test_fraction),
            row.seed,
            row.stratify,
            row.group_column,
            # Made again, it is made while there are no embeddings.
            require_complete=False,
            schema=_named(row.schema, default),
        )
        for row in connection.execute(statement("list_training_views"))
    )


def _named(schema: str, default: str) -> str | None:
    return schema if schema != default else None
