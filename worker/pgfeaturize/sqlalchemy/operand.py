"""Featurized attributes of the classes that a query selects from, and where their embeddings are."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import Alias, BigInteger, FromClause, Integer, column, inspect
from sqlalchemy.orm import QueryableAttribute, RelationshipProperty, aliased

from pgfeaturize.sqlalchemy.featurizer import Featurizer

#: For each alias of a mapped class, the aliases of the classes of its embeddings, by attribute.
_aliases: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


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

    @property
    def image_hash(self) -> Any:
        """Column of the hashes of the images that were embedded."""
        return self._column(f"{self.featurizer.name}_hash", "image_hash", BigInteger())

    def _column(self, name: str, attribute: str, type_: Any) -> Any:
        if self.table is None:
            return getattr(self.embedding_class, attribute).__clause_element__()
        return self.column(name, type_)

    def column(self, name: str, type_: Any) -> Any:
        """Return a column of the source that may not be mapped."""
        found: Any = column(name, type_)
        found.table = self.table
        return found


def operand_of(attribute: Any) -> Operand | None:
    """Return the operand that an attribute such as `other.look` is; None if it is something else."""
    look: Any = attribute.property if isinstance(attribute, QueryableAttribute) else None
    return Operand(look, attribute.parent.entity) if hasattr(look, "featurizer") else None
