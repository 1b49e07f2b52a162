"""What `Photo.look` can do: in queries, and to a type checker."""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, overload

from sqlalchemy.orm import InstrumentedAttribute, RelationshipProperty, Session
from sqlalchemy.sql.elements import ColumnElement

from pgfeaturize.sqlalchemy import search as searching
from pgfeaturize.sqlalchemy.distance import Distance
from pgfeaturize.sqlalchemy.embedding import Embedding

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

#: Sessions give sequences, async ones something to await for them.
Matches = Sequence[searching.Match[Any]]


class Queries:
    """Distances, and searches by them."""

    property: Any
    _parententity: Any
    _adapt_to_entity: Any

    def _distance(self, metric: str, query: Any) -> ColumnElement[float]:
        return Distance(self.property, self._adapt_to_entity or self._parententity, metric, query)

    def cosine_distance(self, query: Any) -> ColumnElement[float]:
        """1 - cos of the angle between embeddings and a vector; 0 to 2."""
        return self._distance("cosine", query)

    def l2_distance(self, query: Any) -> ColumnElement[float]:
        """Euclidean distance of embeddings and a vector."""
        return self._distance("l2", query)

    def l1_distance(self, query: Any) -> ColumnElement[float]:
        """Taxicab distance of embeddings and a vector."""
        return self._distance("l1", query)

    def max_inner_product(self, query: Any) -> ColumnElement[float]:
        """Negative inner product of embeddings and a vector, so that the largest come first."""
        return self._distance("ip", query)

    @overload
    def search(
        self,
        session: Session,
        query: Any,
        k: int = 10,
        *,
        filter: Any = None,
        metric: str = "cosine",
        timeout: float = searching.PATIENCE,
    ) -> Matches: ...

    @overload
    def search(
        self,
        session: "AsyncSession",
        query: Any,
        k: int = 10,
        *,
        filter: Any = None,
        metric: str = "cosine",
        timeout: float = searching.PATIENCE,
    ) -> Awaitable[Matches]: ...

    def search(self, session: Any, query: Any, k: int = 10, **how: Any) -> Any:
        """The k rows nearest to an image or a vector, the nearest first; see search.py."""
        return searching.search(session, self.property, query, k, **how)


class Comparator(Queries, RelationshipProperty.Comparator[Any]):
    """What SQLAlchemy asks when something is done with `Photo.look`."""


class FeaturizedAttribute(Queries, InstrumentedAttribute[Embedding | None]):
    """What `Photo.look` is to a type checker: for queries, and for loader options."""


class Featurized(Protocol):
    """What featurized() gives, to a type checker."""

    @overload
    def __get__(self, instance: None, owner: Any) -> FeaturizedAttribute: ...

    @overload
    def __get__(self, instance: object, owner: Any) -> Embedding | None: ...
