"""The methods and the static types of a featurized() attribute, such as `Photo.look`."""

import os
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import inspect, literal
from sqlalchemy.orm import InstrumentedAttribute, RelationshipProperty, Session
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.elements import ColumnElement

from pgfeaturize.sqlalchemy.distance import Distance
from pgfeaturize.sqlalchemy.embedding import Embedding
from pgfeaturize.sqlalchemy.featurizer import Metric
from pgfeaturize.sqlalchemy.operand import Operand
from pgfeaturize.sqlalchemy.query_vector import BYTES, as_vector
from pgfeaturize.sqlalchemy.search import Match, Search, embed_image
from pgfeaturize.sqlalchemy.session import sync_or_async_method
from pgfeaturize.sqlalchemy.stored import StoredEmbedding, is_current, status

T = TypeVar("T")


class Queries(Generic[T]):
    """Distances and searches."""

    prop: Any
    _parententity: Any
    _adapt_to_entity: Any

    @property
    def embedding(self) -> ColumnElement[Any]:
        """The embedding in the current feature space, for any query; null if the row has none."""
        return StoredEmbedding(self._operand)

    @property
    def is_current(self) -> ColumnElement[bool]:
        """Whether the embedding is of the image that the row holds now; false if the row has none."""
        return is_current(self._operand)

    @property
    def status(self) -> ColumnElement[str]:
        """State of the row: embedded, stale, pending, leased, failed or empty."""
        return status(self._operand)

    @property
    def _operand(self) -> Operand:
        return Operand(self.prop, (self._adapt_to_entity or self._parententity).entity)

    def _distance(self, metric: str, query: Any) -> ColumnElement[float]:
        return Distance(self._operand, metric, query)

    def cosine_distance(self, query: Any) -> ColumnElement[float]:
        """Cosine distance, 1 - cos of the angle: from 0 to 2."""
        return self._distance("cosine", query)

    def l2_distance(self, query: Any) -> ColumnElement[float]:
        """Euclidean distance."""
        return self._distance("l2", query)

    def l1_distance(self, query: Any) -> ColumnElement[float]:
        """Taxicab distance."""
        return self._distance("l1", query)

    def max_inner_product(self, query: Any) -> ColumnElement[float]:
        """Negative inner product: ascending order returns the largest inner product first."""
        return self._distance("ip", query)

    @sync_or_async_method
    def search(
        self,
        session: Session,
        query: Any,
        k: int = 10,
        *,
        offset: int = 0,
        max_distance: float | None = None,
        filter: Any = None,
        metric: Metric = "cosine",
        current_only: bool = False,
        options: Sequence[ExecutableOption] = (),
        timeout: float = 30.0,
    ) -> Sequence[Match[T]]:
        """Return the k rows nearest to an image or a vector, the nearest first.

        Args:
            session: Session or AsyncSession; with an AsyncSession, await the result.
            query: a vector or an embedding; or a path, a URI or the bytes of an image, which a worker embeds.
            k: maximum number of rows.
            offset: number of nearer rows to leave out, for pages of results.
            max_distance: maximum distance of the rows.
            filter: condition on the mapped class, or SQL on the row s.
            metric: cosine, l2, ip or l1.
            current_only: leave out rows whose image was replaced and is not embedded again yet.
            options: loader options for the rows, such as selectinload(Photo.album).
            timeout: seconds to wait for a worker to embed the image.

        Raises:
            ArgumentError: the query or the filter cannot be used.
            DBAPIError: the database refuses; its .orig has an SQLSTATE of class FZ.
        """
        featurizer = self.prop.featurizer
        mapper = inspect(self._operand.entity).mapper
        search = Search(k, offset, max_distance, filter, metric, current_only, options)
        if isinstance(query, (str, os.PathLike, *BYTES)):
            vector = embed_image(session, featurizer, query, timeout)
        else:
            vector = as_vector(query)
        return search.run(session, mapper, featurizer, "nearest_keys", literal(vector, VECTOR()))


class Comparator(Queries[Any], RelationshipProperty.Comparator[Any]):
    """Adds distances and searches to a relationship."""


class FeaturizedAttribute(Queries[T], InstrumentedAttribute[Embedding[T] | None]):
    """Static type of `Photo.look`, for queries and loader options."""
