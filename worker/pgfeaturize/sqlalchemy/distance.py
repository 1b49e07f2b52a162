"""Distances of embeddings in queries, written as the indexes have them."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import Float, bindparam, inspect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import QueryableAttribute, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from pgfeaturize.sqlalchemy.query_vector import as_vector

if TYPE_CHECKING:
    from pgfeaturize.sqlalchemy.declare import Featurizer

#: pgvector's operators.
METRICS = {"cosine": "<=>", "l2": "<->", "ip": "<#>", "l1": "<+>"}


#: Of each alias of a featurized class, those of its classes of embeddings.
_aliases: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


class Distance(ColumnElement[float]):
    """Distance of embeddings and a vector, or of embeddings of two rows.

    Attributes:
        sides: one or two featurizers, each with the mapped class in the query, or an alias of it.
        metric: cosine, l2, ip or l1.
    """

    inherit_cache = True
    type = Float()
    _traverse_internals = [  # noqa: RUF012
        ("embedding", InternalTraversal.dp_clauseelement),
        ("query", InternalTraversal.dp_clauseelement),
        ("metric", InternalTraversal.dp_string),
        ("halved", InternalTraversal.dp_plain_obj),
    ]

    def __init__(self, featurizer: "Featurizer", parent: Any, metric: str, query: Any) -> None:
        self.sides: list[tuple[Any, Any]] = [(featurizer, parent.entity)]
        self.metric = metric
        self.embedding = _column(*self.sides[0])
        if isinstance(query, QueryableAttribute) and hasattr(query.property, "embedding"):
            self.sides.append((query.property, query.parent.entity))
            self.query = _column(*self.sides[1])
        elif isinstance(query, ColumnElement):
            self.query = query
        else:
            vector = VECTOR() if featurizer.storage == "vector" else HALFVEC()
            self.query = bindparam(None, as_vector(query), vector, unique=True)

    @property
    def halved(self) -> int:
        """Length of the vectors, if they are indexed as half-precision ones, as longer ones are."""
        return int(self.sides[0][0].halved.get(self.metric, 0))


@compiles(Distance)
def _compile(element: Distance, compiler: SQLCompiler, **how: Any) -> str:
    embedding = compiler.process(element.embedding, **how)
    query = compiler.process(element.query, **how)
    if element.halved:
        embedding, query = (
            f"CAST({side} AS halfvec({element.halved}))" for side in (embedding, query)
        )
    return f"({embedding} {METRICS[element.metric]} {query})"


def _column(featurizer: "Featurizer", entity: Any) -> Any:
    return embedding_of(featurizer, entity).embedding.__clause_element__()


def embedding_of(featurizer: "Featurizer", entity: Any) -> Any:
    """The class of embeddings that belongs to a class in a query; to an alias, an alias of it."""
    parent = inspect(entity)
    if not parent.is_aliased_class:
        return featurizer.embedding
    mine = _aliases.setdefault(parent, {})
    if featurizer.name not in mine:
        mine[featurizer.name] = aliased(featurizer.embedding)
    return mine[featurizer.name]
