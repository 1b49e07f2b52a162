"""Embeddings and their states as expressions in queries: `Photo.look.embedding`, `is_current` and `status`.

By default an embedding is a subquery, or a CASE if embeddings are in a column of the table: any statement may contain
it, also on a Connection. auto_join.py replaces it where a session can, because no index is on a subquery.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    FromClause,
    Integer,
    Text,
    and_,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal

from pgfeaturize.sqlalchemy.featurizer import Featurizer
from pgfeaturize.sqlalchemy.names import featurizer_name
from pgfeaturize.sqlalchemy.operand import Operand


class StoredName(Text):
    """Type of a parameter that only statements with a stored embedding have."""

    cache_ok = True


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
    image = operand.featurizer.image_column
    if operand.table is None:
        embeddings = operand.look.mapper.class_.__table__
        source = operand.featurizer.source.alias()
        same_key = (source.c[key.key] == own for key, own in zip(operand.featurizer.keys, operand.keys, strict=True))
        is_same = embeddings.c.image_hash == _image_hash(operand, source.c[image.key])
        value: Any = exists().where(*_of_row(operand, embeddings), *same_key, is_same)
        value = value.correlate_except(embeddings, source)
    else:
        is_same = operand.image_hash == _image_hash(operand, operand.column(image.name, Text()))
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
        return func.pg_catalog.hash_record_extended(func.row(image), 0)
    # Collation C as in featurize._image(), because the hash depends on the collation.
    return func.pg_catalog.hashtextextended(cast(image, Text()).collate("C"), 0)
