"""The class that embeddings of a featurizer are mapped to, one for each featurized().

It is mapped beside the application's tables, in a MetaData of its own, so that neither create_all()
nor Alembic takes its table for one of theirs: featurize.create_featurizer() makes it.
"""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.orm import Session, registry

from pgfeaturize.sqlalchemy import search

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from pgfeaturize.sqlalchemy.declare import Featurizer

#: Where embeddings live: in a table of their own, or in the featurized one.
Destination = Literal["table", "column"]
Storage = Literal["vector", "halfvec"]


class Embedding:
    """What `photo.look` is: the embedding of a row. Read only.

    Attributes:
        embedding: the vector, as pgvector's own type for SQLAlchemy gives it: floats, of as many as
            the model makes.
        space_id: feature space, see featurize.space.
    """

    #: The Featurizer whose embeddings these are; to a type checker that is a mapped attribute.
    featurizer: ClassVar[Any]
    embedding: Any
    space_id: int

    @overload
    def neighbors(
        self, session: Session, k: int = 10, *, filter: Any = None, metric: str = "cosine"
    ) -> "Sequence[search.Match[Any]]": ...

    @overload
    def neighbors(
        self, session: "AsyncSession", k: int = 10, *, filter: Any = None, metric: str = "cosine"
    ) -> "Awaitable[Sequence[search.Match[Any]]]": ...

    def neighbors(
        self,
        session: "Session | AsyncSession",
        k: int = 10,
        *,
        filter: Any = None,
        metric: str = "cosine",
    ) -> Any:
        """The k rows nearest to this one, without it, the nearest first.

        Args:
            session: to search and to load with.
            k: how many.
            filter: a condition on the mapped class, or SQL on the row s.
            metric: cosine, l2, ip or l1.
        """
        return search.neighbors(session, self.featurizer, self, k, filter=filter, metric=metric)

    def __repr__(self) -> str:
        key = ", ".join(repr(getattr(self, str(key.key))) for key in self.featurizer.keys)
        return f"<{type(self).__name__} of {key}>"


def map_embedding(featurizer: "Featurizer") -> type[Embedding]:
    """A class mapped to where the embeddings of a featurizer are."""
    source = featurizer.source
    keys = [Column(key.name, key.type, primary_key=True, key=key.key) for key in featurizer.keys]
    vector = VECTOR() if featurizer.storage == "vector" else HALFVEC()
    if featurizer.destination == "table":
        table = Table(
            featurizer.name,
            MetaData(),
            *keys,
            Column("embedding", vector),
            Column("space_id", Integer),
            schema=source.schema,
        )
    else:
        table = Table(
            source.name,
            MetaData(),
            *keys,
            Column(featurizer.name, vector, key="embedding"),
            Column(f"{featurizer.name}_space", Integer, key="space_id"),
            schema=source.schema,
        )
    made: type[Embedding] = type(
        f"{featurizer.owner.__name__}{featurizer.key.title().replace('_', '')}",
        (Embedding,),
        {"featurizer": featurizer, "__module__": featurizer.owner.__module__},
    )
    # Under another name: the table may be in the same query once more, as the application's.
    registry().map_imperatively(made, table.alias(f"{featurizer.name}_embedding"))
    return made
