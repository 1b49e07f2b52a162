"""The class that the embeddings of a featurizer are mapped to; each featurized() has its own.

Its table belongs to a separate MetaData, so that neither create_all() nor Alembic creates it:
featurize.create_featurizer() does.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, func, literal
from sqlalchemy.orm import Session, registry
from sqlalchemy.sql.base import ExecutableOption
from typing_extensions import TypeVar

from pgfeaturize.sqlalchemy.featurizer import Featurizer, Metric
from pgfeaturize.sqlalchemy.search import Match, Search
from pgfeaturize.sqlalchemy.session import sync_or_async_method

T = TypeVar("T", default=Any)


class Embedding(Generic[T]):
    """The embedding of a row, such as `photo.look`. Read-only.

    Attributes:
        featurizer: the featurizer that created it.
        embedding: the vector, in the type that pgvector's SQLAlchemy types return.
        space_id: id of its feature space, see featurize.space.
        image_hash: hash of the image value that it was computed from.
    """

    featurizer: ClassVar[Featurizer]
    embedding: Any
    space_id: int
    image_hash: int

    @sync_or_async_method
    def neighbors(
        self,
        session: Session,
        k: int = 10,
        *,
        offset: int = 0,
        max_distance: float | None = None,
        filter: Any = None,
        metric: Metric = "cosine",
        current_only: bool = False,
        options: Sequence[ExecutableOption] = (),
    ) -> Sequence[Match[T]]:
        """Return the k rows nearest to this row, the nearest first, without the row itself.

        Args:
            session: Session or AsyncSession; with an AsyncSession, await the result.
            k: maximum number of rows.
            offset: number of nearer rows to leave out, for pages of results.
            max_distance: maximum distance of the rows.
            filter: condition on the mapped class, or SQL on the row s.
            metric: cosine, l2, ip or l1.
            current_only: leave out rows whose image was replaced and is not embedded again yet.
            options: loader options for the rows, such as selectinload(Photo.album).
        """
        key = [
            part
            for column in self.featurizer.keys
            for part in (literal(column.name, Text()), literal(getattr(self, str(column.key)), column.type))
        ]
        search = Search(k, offset, max_distance, filter, metric, current_only, options)
        query = func.jsonb_build_object(*key)
        return search.run(session, self.featurizer.mapper, self.featurizer, "neighbor_keys", query)

    def __repr__(self) -> str:
        key = ", ".join(repr(getattr(self, str(key.key))) for key in self.featurizer.keys)
        return f"<{type(self).__name__} of {key}>"


def map_embedding(featurizer: Featurizer) -> type[Embedding[Any]]:
    """Map a new class to the table or columns that hold the embeddings of a featurizer."""
    source, name = featurizer.source, featurizer.name
    keys = [Column(key.name, key.type, primary_key=True, key=key.key) for key in featurizer.keys]
    own_table = featurizer.destination == "table"
    vector = VECTOR() if featurizer.storage == "vector" else HALFVEC()
    table = Table(
        name if own_table else source.name,
        MetaData(),
        *keys,
        Column("embedding" if own_table else name, vector, key="embedding"),
        Column("space_id" if own_table else f"{name}_space", Integer, key="space_id"),
        Column("image_hash" if own_table else f"{name}_hash", BigInteger, key="image_hash"),
        schema=(own_table and featurizer.embeddings_schema) or source.schema,
    )
    mapped: type[Embedding[Any]] = type(
        f"{featurizer.owner.__name__}{featurizer.attribute.title().replace('_', '')}",
        (Embedding,),
        {
            "featurizer": featurizer,
            "__module__": featurizer.owner.__module__,
            # Where pickle finds the class.
            "__qualname__": f"{featurizer.owner.__qualname__}.{featurizer.attribute}.property.embedding",
        },
    )
    # An alias, because a query may also use the same table as mapped by the application.
    registry().map_imperatively(mapped, table.alias(f"{name}_embedding"))
    return mapped
