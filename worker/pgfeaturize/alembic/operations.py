"""Operations for migrations: op.create_featurizer() and its like. Each runs one of our functions.

All of them are part of the migration's transaction. Nothing in it waits: workers embed rows and
build indexes when it is committed.
"""

import re
from typing import Any, ClassVar, Literal

from alembic.operations import MigrateOperation, Operations
from psycopg import sql

from pgfeaturize.alembic.definitions import (
    FeaturizerDefinition,
    IndexDefinition,
    TrainingViewDefinition,
)
from pgfeaturize.db.statements import named
from pgfeaturize.sqlalchemy.session import statement


class FeaturizeOp(MigrateOperation):
    """What all of ours have in common.

    Attributes:
        operation: name that it has in op.
        statement: of sql/queries, which it runs.
    """

    operation: ClassVar[str]
    statement: ClassVar[str]

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement."""
        raise NotImplementedError

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """With which op has to be called for this operation: by position, and by name."""
        raise NotImplementedError

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What `alembic check` says."""
        positional, keywords = self.arguments()
        return (self.operation, *positional, keywords)


@Operations.implementation_for(FeaturizeOp)
def _run(operations: Operations, operation: FeaturizeOp) -> None:
    context = operations.get_context()
    if context.as_sql:
        text = literal(operation.statement, *operation.parameters())
        context.impl.static_output(text + context.impl.command_terminator)
    else:
        operations.execute(statement(operation.statement, *operation.parameters()))


def literal(name: str, *parameters: Any) -> str:
    """A statement of sql/queries with its parameters in it, for scripts that psql runs."""
    return re.sub(
        r"\$(\d+)",
        lambda found: sql.Literal(parameters[int(found[1]) - 1]).as_string().strip(),
        named()[name],
    )


class CreateOp(FeaturizeOp):
    """Creates what is defined."""

    definition: Any

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement."""
        found: tuple[Any, ...] = self.definition.parameters()
        return found

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """All but those that are as by default."""
        fields = self.definition.__dataclass_fields__.values()
        values = {field.name: getattr(self.definition, field.name) for field in fields}
        positional = tuple(values.pop(name) for name in self.definition.positional)
        defaults = {field.name: field.default for field in fields}
        return positional, {k: v for k, v in values.items() if v != defaults[k]}


@Operations.register_operation("create_featurizer")
class CreateFeaturizerOp(CreateOp):
    """Declare that a column is featurized."""

    operation = "create_featurizer"
    statement = "declare_featurizer"

    def __init__(self, definition: FeaturizerDefinition) -> None:
        self.definition = definition

    @classmethod
    def create_featurizer(
        cls,
        operations: Operations,
        source: str,
        image_column: str,
        *,
        model: str = "resnet50",
        name: str | None = None,
        image_kind: Literal["path", "uri", "bytes"] = "path",
        destination: Literal["table", "column"] = "table",
        storage: Literal["vector", "halfvec"] = "vector",
        schema: str | None = None,
    ) -> None:
        """Declare that a column is featurized. Rows that are there already are embedded, too.

        Args:
            operations: filled in by Alembic.
            source: table whose rows are featurized.
            image_column: column that holds the images.
            model: of the catalogue, see featurize.model.
            name: of the featurizer; default: <source>_<model>.
            image_kind: path, uri or bytes.
            destination: "table", beside the source, or "column" of it.
            storage: "vector" or "halfvec".
            schema: of the source.
        """
        how = (name or f"{source}_{model}", image_kind, destination, storage, schema)
        operations.invoke(cls(FeaturizerDefinition(source, image_column, model, *how)))

    def reverse(self) -> "DropFeaturizerOp":
        """Remove it."""
        return DropFeaturizerOp(self.definition.name, definition=self.definition)


@Operations.register_operation("drop_featurizer")
class DropFeaturizerOp(FeaturizeOp):
    """Remove a featurizer."""

    operation = "drop_featurizer"
    statement = "drop_featurizer"

    def __init__(
        self,
        name: str,
        keep_embeddings: bool = False,
        definition: FeaturizerDefinition | None = None,
    ) -> None:
        self.name = name
        self.keep_embeddings = keep_embeddings
        self.definition = definition

    @classmethod
    def drop_featurizer(
        cls, operations: Operations, name: str, *, keep_embeddings: bool = False
    ) -> None:
        """Remove a featurizer with its indexes and training views.

        Args:
            operations: filled in by Alembic.
            name: of the featurizer.
            keep_embeddings: leave its table or columns behind, as they are.
        """
        operations.invoke(cls(name, keep_embeddings))

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement."""
        return (self.name, self.keep_embeddings)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Its name."""
        return (self.name,), {"keep_embeddings": True} if self.keep_embeddings else {}

    def reverse(self) -> CreateFeaturizerOp:
        """Declare it again."""
        return CreateFeaturizerOp(_known(self.definition, self))


@Operations.register_operation("create_feature_index")
class CreateFeatureIndexOp(CreateOp):
    """Ask for an index over embeddings."""

    operation = "create_feature_index"
    statement = "declare_index_with"

    def __init__(self, definition: IndexDefinition) -> None:
        self.definition = definition

    @classmethod
    def create_feature_index(
        cls,
        operations: Operations,
        featurizer: str,
        *,
        metric: Literal["cosine", "l2", "ip", "l1"] = "cosine",
        method: Literal["auto", "hnsw", "halfvec", "bits", "projection"] = "auto",
        dimensions: int | None = None,
        m: int = 16,
        ef_construction: int = 64,
        ef_search: int = 100,
    ) -> None:
        """Ask for an index over the embeddings of a featurizer.

        A worker builds it, CONCURRENTLY, when the migration is committed and the rows are embedded.

        Args:
            operations: filled in by Alembic.
            featurizer: its name.
            metric: cosine, l2, ip or l1.
            method: auto, hnsw, halfvec, bits or projection.
            dimensions: of the projection.
            m: connections of a node of the graph, see pgvector.
            ef_construction: candidates while it is built, see pgvector.
            ef_search: candidates while it is searched, see pgvector.
        """
        how = (dimensions, m, ef_construction, ef_search)
        operations.invoke(cls(IndexDefinition(featurizer, metric, method, *how)))

    def reverse(self) -> "DropFeatureIndexOp":
        """Remove it."""
        return DropFeatureIndexOp(
            self.definition.featurizer, self.definition.metric, self.definition
        )


@Operations.register_operation("drop_feature_index")
class DropFeatureIndexOp(FeaturizeOp):
    """Remove an index over embeddings."""

    operation = "drop_feature_index"
    statement = "drop_index"

    def __init__(
        self, featurizer: str, metric: str, definition: IndexDefinition | None = None
    ) -> None:
        self.featurizer = featurizer
        self.metric = metric
        self.definition = definition

    @classmethod
    def drop_feature_index(
        cls,
        operations: Operations,
        featurizer: str,
        *,
        metric: Literal["cosine", "l2", "ip", "l1"] = "cosine",
    ) -> None:
        """Remove the index over the embeddings of a featurizer for a metric.

        Args:
            operations: filled in by Alembic.
            featurizer: its name.
            metric: cosine, l2, ip or l1.
        """
        operations.invoke(cls(featurizer, metric))

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement."""
        return (self.featurizer, self.metric)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The featurizer, and which index of it."""
        return (self.featurizer,), {"metric": self.metric}

    def reverse(self) -> CreateFeatureIndexOp:
        """Ask for it again."""
        return CreateFeatureIndexOp(_known(self.definition, self))


@Operations.register_operation("create_training_view")
class CreateTrainingViewOp(CreateOp):
    """Make a view of labeled rows with their features."""

    operation = "create_training_view"
    statement = "create_training_view"

    def __init__(self, definition: TrainingViewDefinition) -> None:
        self.definition = definition

    @classmethod
    def create_training_view(
        cls,
        operations: Operations,
        view_name: str,
        featurizer: str,
        label_column: str,
        *,
        test_fraction: float = 0.5,
        seed: int = 0,
        stratify: bool = True,
        group_column: str | None = None,
        require_complete: bool = False,
        schema: str | None = None,
    ) -> None:
        """Make a view of the labeled rows of a featurizer's source, split into train and test.

        Args:
            operations: filled in by Alembic.
            view_name: of the view that is made.
            featurizer: whose embeddings are the features.
            label_column: column of the source.
            test_fraction: of the rows.
            seed: of the split.
            stratify: split each class by itself.
            group_column: rows with one value of it stay on one side.
            require_complete: refuse while labeled rows have no current embedding.
            schema: of the view; default: that of the source.
        """
        how = (test_fraction, seed, stratify, group_column, require_complete, schema)
        operations.invoke(cls(TrainingViewDefinition(view_name, featurizer, label_column, *how)))

    def reverse(self) -> "DropTrainingViewOp":
        """Remove it."""
        return DropTrainingViewOp(
            self.definition.view_name, self.definition.schema, self.definition
        )


@Operations.register_operation("drop_training_view")
class DropTrainingViewOp(FeaturizeOp):
    """Remove a training view."""

    operation = "drop_training_view"
    statement = "drop_training_view"

    def __init__(
        self,
        view_name: str,
        schema: str | None = None,
        definition: TrainingViewDefinition | None = None,
    ) -> None:
        self.view_name = view_name
        self.schema = schema
        self.definition = definition

    @classmethod
    def drop_training_view(
        cls, operations: Operations, view_name: str, *, schema: str | None = None
    ) -> None:
        """Remove a training view, or the table that one was frozen into.

        Args:
            operations: filled in by Alembic.
            view_name: of the view.
            schema: of the view; needed where several have that name.
        """
        operations.invoke(cls(view_name, schema))

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement, which takes names as they are."""
        return (f"{self.schema}.{self.view_name}" if self.schema else self.view_name,)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Its name."""
        return (self.view_name,), {"schema": self.schema} if self.schema else {}

    def reverse(self) -> CreateTrainingViewOp:
        """Make it again."""
        return CreateTrainingViewOp(_known(self.definition, self))


def _known(definition: Any, operation: FeaturizeOp) -> Any:
    if definition is None:
        raise ValueError(f"{operation.operation} is not reversible: what it drops is not known")
    return definition
