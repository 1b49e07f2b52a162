"""Embeddings and their states as expressions in queries: `Photo.look.embedding`, `is_current` and `status`.

By default an embedding is a subquery, or a CASE if embeddings are in a column of the table: any statement may contain
it, also on a Connection. auto_join.py replaces it where a session can, because no index is on a subquery.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import (
    Alias,
    BigInteger,
    Boolean,
    FromClause,
    Integer,
    Text,
    and_,
    case,
    column,
    exists,
    false,
    func,
    inspect,
    literal,
    select,
)
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


class RowValue(ColumnElement[Any]):
    """An expression for a row that the query selects from, such as a subquery that depends on its key.

    Attributes:
        value: the expression.
        keys: the primary key of the row. A query of the expression alone selects from their table.
    """

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012
        ("value", InternalTraversal.dp_clauseelement),
        ("keys", InternalTraversal.dp_clauseelement_list),
    ]

    def __init__(self, operand: Operand, value: Any, type_: Any) -> None:
        self.value = value
        self.type = type_
        self.keys = operand.keys
        # The statement that contains this becomes one of the ORM, as with a mapped column.
        self._propagate_attrs = self.keys[0]._propagate_attrs

    @property
    def _from_objects(self) -> list[FromClause]:
        return [source for key in self.keys for source in key._from_objects]


@compiles(RowValue)
def _compile(row_value: RowValue, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(row_value.value, **options)


class StoredEmbedding(RowValue):
    """The embedding of a row in the current feature space; null if it has none.

    Attributes:
        operand: what the embedding is of.
    """

    inherit_cache = True

    def __init__(self, operand: Operand) -> None:
        self.operand = operand
        if operand.table is None:
            embeddings = operand.look.mapper.class_.__table__
            value: Any = select(embeddings.c.embedding).where(*_of_row(operand, embeddings))
            value = value.correlate_except(embeddings).scalar_subquery()
        else:
            value = case((operand.space_id == _current_space(operand.featurizer), operand.embedding))
        super().__init__(operand, value, operand.type)


def is_current(operand: Operand) -> ColumnElement[bool]:
    """Return whether the embedding of a row is of the image that the row holds now, in the current feature space."""
    image = operand.featurizer.image_column.name
    if operand.table is None:
        embeddings = operand.look.mapper.class_.__table__
        source = operand.featurizer.source.alias()
        same_key = (source.c[key.key] == own for key, own in zip(operand.featurizer.keys, operand.keys, strict=True))
        is_same = embeddings.c.image_hash == _image_hash(operand, source.c[image])
        value: Any = exists().where(*_of_row(operand, embeddings), *same_key, is_same)
        value = value.correlate_except(embeddings, source)
    else:
        is_same = operand.image_hash == _image_hash(operand, operand.column(image, Text()))
        value = func.coalesce(and_(operand.space_id == _current_space(operand.featurizer), is_same), false())
    return RowValue(operand, value, Boolean())


def status(operand: Operand) -> ColumnElement[str]:
    """Return the state of a row: embedded, stale, pending, leased, failed or empty."""
    names = [literal(key.name, Text()) for key in operand.featurizer.keys]
    key = func.jsonb_build_object(*(part for pair in zip(names, operand.keys, strict=True) for part in pair))
    name = select(featurizer_name(operand.featurizer)).scalar_subquery()
    return RowValue(operand, func.featurize.state(name, key), Text())


def _current_space(featurizer: Featurizer) -> Any:
    terms: Any = func.featurize.search_terms(featurizer_name(featurizer, StoredName())).table_valued(
        column("space_id", Integer), name="terms"
    )
    return select(terms.c.space_id).scalar_subquery()


def _of_row(operand: Operand, embeddings: Any) -> list[ColumnElement[bool]]:
    """Conditions that an embedding is that of the row, in the current feature space."""
    own = [embeddings.c[str(key.key)] for key in operand.featurizer.keys]
    same_key = [one == other for one, other in zip(own, operand.keys, strict=True)]
    return [*same_key, embeddings.c.space_id == _current_space(operand.featurizer)]


def _image_hash(operand: Operand, image: Any) -> Any:
    """The hash of an image value, as workers store it with the embedding."""
    if operand.featurizer.image_kind == "bytes":
        return func.hash_record_extended(func.row(image), 0)
    return func.hashtextextended(image, 0)


def operand_of(attribute: Any) -> Operand | None:
    """Return the operand that an attribute such as `other.look` is; None if it is something else."""
    look: Any = attribute.property if isinstance(attribute, QueryableAttribute) else None
    return Operand(look, attribute.parent.entity) if hasattr(look, "featurizer") else None
