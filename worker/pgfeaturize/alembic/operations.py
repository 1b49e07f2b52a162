"""op.create_featurizer() and op.create_feature_index(), and the operations that drop them.

Nothing in a migration waits: workers embed rows and build indexes after it is committed.
"""

from typing import Any, Literal

from alembic.operations import Operations

from pgfeaturize.alembic.base import CreateOp, FeaturizeOp, require_definition
from pgfeaturize.alembic.definitions import FeaturizerDefinition, IndexDefinition


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
        """Return the parameters of the statement."""
        return (self.name, self.keep_embeddings)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Its name."""
        return (self.name,), {"keep_embeddings": True} if self.keep_embeddings else {}

    def reverse(self) -> CreateFeaturizerOp:
        """Declare it again."""
        return CreateFeaturizerOp(require_definition(self.definition, self))


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
        """Return the parameters of the statement."""
        return (self.featurizer, self.metric)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The featurizer, and which index of it."""
        return (self.featurizer,), {"metric": self.metric}

    def reverse(self) -> CreateFeatureIndexOp:
        """Ask for it again."""
        return CreateFeatureIndexOp(require_definition(self.definition, self))
