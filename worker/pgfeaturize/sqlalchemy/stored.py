"""Embeddings as expressions in queries: `Photo.look.embedding`.

By default the expression is a subquery, or a CASE if embeddings are in a column of the table: any statement may contain
it, also on a Connection. auto_join.py replaces it where a session can, because no index is on a subquery.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import Alias, FromClause, Integer, Text, and_, case, column, func, inspect, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import QueryableAttribute, RelationshipProperty, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from pgfeaturize.sqlalchemy.featurizer import Featurizer
from pgfeaturize.sqlalchemy.names import featurizer_name

#: For each alias of a mapped class, the aliases of the classes of its embeddings, by attribute.
_aliases: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


class StoredName(Text):
    """Type of a parameter that only statements with a stored embedding have."""

    cache_ok = True


@dataclass(frozen=True)
class Operand:
    """A featurized() attribute of the mapped class, or of its alias, that a query selects from.

    Attributes:
        look: the attribute.
        entity: the class or alias.
    """

    look: RelationshipProperty[Any]
    entity: Any

    @property
    def featurizer(self) -> Featurizer:
        """The featurizer of the attribute."""
        featurizer: Featurizer = self.look.mapper.class_.featurizer
        return featurizer

    @property
    def keys(self) -> list[Any]:
        """The columns of the primary key of the source, as the query selects from it."""
        mapper = inspect(self.entity).mapper
        names = [mapper.get_property_by_column(key).key for key in self.featurizer.keys]
        return [getattr(self.entity, name).__clause_element__() for name in names]

    @cached_property
    def table(self) -> FromClause | None:
        """The source in the query, if embeddings are in columns of it; else None."""
        source = self.featurizer.source
        if self.featurizer.destination == "table":
            return None
        found = inspect(self.entity).selectable
        if inspect(self.entity).is_aliased_class:
            return found if isinstance(found, Alias) and found.element is source else None
        return source

    @cached_property
    def embedding_class(self) -> Any:
        """The class that the embeddings are mapped to; for an alias of the mapped class, its alias."""
        parent = inspect(self.entity)
        if not parent.is_aliased_class:
            return self.look.mapper.class_
        aliases = _aliases.setdefault(parent, {})
        if self.look.key not in aliases:
            aliases[self.look.key] = aliased(self.look.mapper.class_)
        return aliases[self.look.key]

    @property
    def embedding(self) -> Any:
        """Column of the embeddings: in the source, or in the table that is joined to it."""
        return self._column(self.featurizer.name, "embedding", self.type)

    @property
    def space_id(self) -> Any:
        """Column of the ids of their feature spaces."""
        return self._column(f"{self.featurizer.name}_space", "space_id", Integer())

    @property
    def type(self) -> Any:
        """Type of the embeddings."""
        return VECTOR() if self.featurizer.storage == "vector" else HALFVEC()

    def _column(self, name: str, attribute: str, type_: Any) -> Any:
        if self.table is None:
            return getattr(self.embedding_class, attribute).__clause_element__()
        found: Any = column(name, type_)
        found.table = self.table
        return found


class StoredEmbedding(ColumnElement[Any]):
    """The embedding of a row in the current feature space; null if it has none.

    Attributes:
        operand: what the embedding is of.
    """

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012
        ("value", InternalTraversal.dp_clauseelement),
        ("keys", InternalTraversal.dp_clauseelement_list),
    ]

    def __init__(self, operand: Operand) -> None:
        self.operand = operand
        self.type = operand.type
        self.keys = operand.keys
        self.value = _in_table(operand) if operand.table is None else _in_column(operand)
        # The statement that contains this becomes one of the ORM, as with a mapped column.
        self._propagate_attrs = self.keys[0]._propagate_attrs

    @property
    def _from_objects(self) -> list[FromClause]:
        return [source for key in self.keys for source in key._from_objects]


@compiles(StoredEmbedding)
def _compile(stored: StoredEmbedding, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(stored.value, **options)


def _current_space(featurizer: Featurizer) -> Any:
    terms: Any = func.featurize.search_terms(featurizer_name(featurizer, StoredName())).table_valued(
        column("space_id", Integer), name="terms"
    )
    return select(terms.c.space_id).scalar_subquery()


def _in_column(operand: Operand) -> Any:
    return case((operand.space_id == _current_space(operand.featurizer), operand.embedding))


def _in_table(operand: Operand) -> Any:
    embeddings = operand.look.mapper.class_.__table__
    own = [embeddings.c[str(key.key)] for key in operand.featurizer.keys]
    same_key = and_(*(one == other for one, other in zip(own, operand.keys, strict=True)))
    return (
        select(embeddings.c.embedding)
        .where(same_key, embeddings.c.space_id == _current_space(operand.featurizer))
        .correlate_except(embeddings)
        .scalar_subquery()
    )


def operand_of(attribute: Any) -> Operand | None:
    """Return the operand that an attribute such as `other.look` is; None if it is something else."""
    look: Any = attribute.property if isinstance(attribute, QueryableAttribute) else None
    return Operand(look, attribute.parent.entity) if hasattr(look, "featurizer") else None
