"""Operations that request and drop indexes on embeddings.

No operation waits: after the migration is committed and the rows are embedded, a worker builds the indexes.
"""

from dataclasses import dataclass
from typing import Any, Literal

from alembic.operations import Operations

from pgfeaturize.alembic.base import DropOp, FeaturizeOp, relation

Metric = Literal["cosine", "l2", "ip", "l1"]


@Operations.register_operation("create_feature_index")
@dataclass(eq=False)
class CreateFeatureIndexOp(FeaturizeOp):
    """Requests an index on the embeddings of a featurizer."""

    operation = "create_feature_index"
    statement = "declare_index_with"
    positional = ("featurizer",)

    featurizer: str
    metric: str
    method: str = "auto"
    dimensions: int | None = None
    m: int = 16
    ef_construction: int = 64
    ef_search: int = 100
    source: str | None = None
    schema: str | None = None

    @classmethod
    def create_feature_index(
        cls,
        operations: Operations,
        featurizer: str,
        *,
        metric: Metric = "cosine",
        method: Literal["auto", "hnsw", "halfvec", "bits", "projection"] = "auto",
        dimensions: int | None = None,
        m: int = 16,
        ef_construction: int = 64,
        ef_search: int = 100,
        source: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Request an index on the embeddings of a featurizer.

        A worker builds it CONCURRENTLY when the migration is committed and the rows are embedded.

        Args:
            featurizer: name of the featurizer.
            metric: cosine, l2, ip or l1.
            method: auto, hnsw, halfvec, bits or projection.
            dimensions: number of dimensions of the projection.
            m: maximum number of connections per graph node and layer, see pgvector.
            ef_construction: size of the candidate list during the build, see pgvector.
            ef_search: size of the candidate list during a search, see pgvector.
            source: table of the featurizer; required if featurizers of several tables have that name.
            schema: schema of the source.
        """
        options = (dimensions, m, ef_construction, ef_search)
        operations.invoke(cls(featurizer, metric, method, *options, source, schema))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        *options, source, schema = super().parameters()
        return (relation(source, schema), *options)

    def reverse(self) -> "DropFeatureIndexOp":
        """Return the operation that drops the index."""
        return DropFeatureIndexOp(self.featurizer, self.metric, self.source, self.schema, create_op=self)


@Operations.register_operation("drop_feature_index")
@dataclass(eq=False)
class DropFeatureIndexOp(DropOp):
    """Drops an index on embeddings."""

    operation = "drop_feature_index"
    statement = "drop_index_of"
    positional = ("featurizer",)

    featurizer: str
    metric: str
    source: str | None = None
    schema: str | None = None

    @classmethod
    def drop_feature_index(
        cls,
        operations: Operations,
        featurizer: str,
        *,
        metric: Metric = "cosine",
        source: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Drop the index on the embeddings of a featurizer for a metric.

        Args:
            featurizer: name of the featurizer.
            metric: cosine, l2, ip or l1.
            source: table of the featurizer; required if featurizers of several tables have that name.
            schema: schema of the source.
        """
        operations.invoke(cls(featurizer, metric, source, schema))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        return (relation(self.source, self.schema), self.featurizer, self.metric)
