"""Distances between embeddings in queries, written as the expressions that indexes are built on."""

from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Float, FromClause, bindparam, cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from pgfeaturize.sqlalchemy.operand import Operand, operand_of
from pgfeaturize.sqlalchemy.query_vector import as_vector
from pgfeaturize.sqlalchemy.stored import StoredEmbedding

#: Operators of pgvector by metric.
METRICS = {"cosine": "<=>", "l2": "<->", "ip": "<#>", "l1": "<+>"}


class Distance(ColumnElement[float]):
    """Distance between embeddings and a vector, or between the embeddings of two rows.

    Attributes:
        embedding: the embeddings.
        query: the vector, or the embeddings of another row of the query.
        metric: cosine, l2, ip or l1.
    """

    inherit_cache = True
    type = Float()
    _traverse_internals = [  # noqa: RUF012
        ("embedding", InternalTraversal.dp_clauseelement),
        ("query", InternalTraversal.dp_clauseelement),
        ("metric", InternalTraversal.dp_string),
    ]

    def __init__(self, operand: Operand, metric: str, query: Any) -> None:
        self.metric = metric
        self.embedding: Any = StoredEmbedding(operand)
        self.query: Any
        if other := operand_of(query):
            self.query = StoredEmbedding(other)
        elif isinstance(query, ColumnElement):
            self.query = query
        else:
            self.query = bindparam(None, as_vector(query), operand.type, unique=True)
        self._propagate_attrs = self.embedding._propagate_attrs

    @property
    def _from_objects(self) -> list[FromClause]:
        return [*self.embedding._from_objects, *self.query._from_objects]

    @property
    def operands(self) -> list[Operand]:
        """The embeddings that are compared."""
        return [side.operand for side in (self.embedding, self.query) if isinstance(side, StoredEmbedding)]

    def of_columns(self, columns: dict[Operand, Any], halfvec_dim: int) -> ColumnElement[float]:
        """Return the distance between columns.

        Args:
            columns: columns of the operands that the query selects from.
            halfvec_dim: number of dimensions if the index stores half-precision vectors, else 0.
        """
        embedding, query = (
            columns.get(side.operand, side) if isinstance(side, StoredEmbedding) else side
            for side in (self.embedding, self.query)
        )
        if halfvec_dim:
            embedding, query = (cast(side, HALFVEC(halfvec_dim)) for side in (embedding, query))
        distance: ColumnElement[float] = embedding.op(METRICS[self.metric], return_type=Float())(query)
        return distance


@compiles(Distance)
def _compile(distance: Distance, compiler: SQLCompiler, **options: Any) -> str:
    embedding = compiler.process(distance.embedding, **options)
    query = compiler.process(distance.query, **options)
    return f"({embedding} {METRICS[distance.metric]} {query})"
