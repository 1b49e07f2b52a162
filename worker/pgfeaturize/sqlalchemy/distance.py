"""Distances between embeddings in queries, written as the expressions that indexes are built on."""

from typing import Any
from weakref import WeakKeyDictionary

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import Float, bindparam, inspect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import QueryableAttribute, RelationshipProperty, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from pgfeaturize.sqlalchemy.query_vector import as_vector

#: Operators of pgvector by metric.
METRICS = {"cosine": "<=>", "l2": "<->", "ip": "<#>", "l1": "<+>"}

#: For each alias of a mapped class, the aliases of the classes of its embeddings, by attribute.
_aliases: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


class Distance(ColumnElement[float]):
    """Distance between embeddings and a vector, or between the embeddings of two rows.

    Attributes:
        operands: one or two featurized() attributes, each with the mapped class, or its alias, that the query selects
            from.
        metric: cosine, l2, ip or l1.
    """

    inherit_cache = True
    type = Float()
    _traverse_internals = [  # noqa: RUF012
        ("embedding", InternalTraversal.dp_clauseelement),
        ("query", InternalTraversal.dp_clauseelement),
        ("metric", InternalTraversal.dp_string),
        ("halfvec_dim", InternalTraversal.dp_plain_obj),
    ]

    def __init__(self, look: RelationshipProperty[Any], parent: Any, metric: str, query: Any) -> None:
        self.featurizer = look.mapper.class_.featurizer
        self.operands: list[tuple[Any, Any]] = [(look, parent.entity)]
        self.metric = metric
        self.embedding = _column(look, parent.entity)
        if isinstance(query, QueryableAttribute) and hasattr(query.property, "featurizer"):
            self.operands.append((query.property, query.parent.entity))
            self.query = _column(*self.operands[1])
        elif isinstance(query, ColumnElement):
            self.query = query
        else:
            vector = VECTOR() if self.featurizer.storage == "vector" else HALFVEC()
            self.query = bindparam(None, as_vector(query), vector, unique=True)

    @property
    def halfvec_dim(self) -> int:
        """Number of dimensions if the index stores half-precision vectors, else 0."""
        return int(self.featurizer.halfvec_dims.get(self.metric, 0))


@compiles(Distance)
def _compile(distance: Distance, compiler: SQLCompiler, **options: Any) -> str:
    embedding = compiler.process(distance.embedding, **options)
    query = compiler.process(distance.query, **options)
    if distance.halfvec_dim:
        embedding, query = (f"CAST({operand} AS halfvec({distance.halfvec_dim}))" for operand in (embedding, query))
    return f"({embedding} {METRICS[distance.metric]} {query})"


def _column(look: RelationshipProperty[Any], entity: Any) -> Any:
    return embedding_class(look, entity).embedding.__clause_element__()


def embedding_class(look: RelationshipProperty[Any], entity: Any) -> Any:
    """Return the class that embeddings of a mapped class are mapped to; for an alias, its alias."""
    parent = inspect(entity)
    if not parent.is_aliased_class:
        return look.mapper.class_
    aliases = _aliases.setdefault(parent, {})
    if look.key not in aliases:
        aliases[look.key] = aliased(look.mapper.class_)
    return aliases[look.key]
