"""Searches that return mapped objects."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ARRAY, Boolean, ColumnElement, Float, Text, and_, cast, column, func, literal, null, select
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.sql.base import ExecutableOption

from pgfeaturize.sqlalchemy import filters
from pgfeaturize.sqlalchemy.featurizer import Featurizer, Metric
from pgfeaturize.sqlalchemy.names import featurizer_name
from pgfeaturize.sqlalchemy.query_vector import BYTES
from pgfeaturize.sqlalchemy.session import own_connection, statement

T = TypeVar("T")


class Match(NamedTuple, Generic[T]):
    """A search result.

    Attributes:
        item: the mapped object.
        distance: its distance from the query.
        is_current: whether its embedding is of the image that the row holds now, not of one that was replaced.
    """

    item: T
    distance: float
    is_current: bool = True


@dataclass(frozen=True)
class Search:
    """The parameters of a search.

    Attributes:
        k: maximum number of rows.
        offset: number of nearer rows that are left out.
        max_distance: maximum distance, or None.
        filter: condition on the mapped class, SQL on the row s, or None.
        metric: cosine, l2, ip or l1.
        current_only: whether embeddings of replaced images are left out.
        options: loader options for the objects.
    """

    k: int
    offset: int
    max_distance: float | None
    filter: Any
    metric: Metric
    current_only: bool
    options: Sequence[ExecutableOption]

    def run(
        self, session: Session, mapper: Mapper[Any], featurizer: Featurizer, function: str, query: ColumnElement[Any]
    ) -> Sequence[Match[Any]]:
        """Return the nearest rows as mapped objects, the nearest first.

        Args:
            session: session that runs the search and loads the objects.
            mapper: of the class of the objects.
            featurizer: featurizer whose embeddings are searched.
            function: function of schema featurize that returns keys and distances.
            query: vector or key that the function searches for.
        """
        options = session.connection(bind_arguments={"mapper": mapper}).get_execution_options()
        filter = filters.compiled(self.filter, mapper, featurizer, options.get("schema_translate_map"))
        nearest = getattr(func.featurize, function)(
            featurizer_name(featurizer),
            query,
            self.k + self.offset,
            filter.text if filter else null(),
            self.metric,
            self.current_only,
            cast(array(filter.parameters) if filter and filter.parameters else literal([], ARRAY(Text)), ARRAY(Text)),
        ).table_valued(
            column("item_key", JSONB), column("distance", Float), column("is_current", Boolean), name="found"
        )
        same_key = and_(*(cast(nearest.c.item_key[key.name].astext, key.type) == key for key in featurizer.keys))
        objects = (
            select(mapper.class_, nearest.c.distance, nearest.c.is_current)
            .join(nearest, same_key)
            .order_by(nearest.c.distance, *featurizer.keys)
            .offset(self.offset)
            .options(*self.options)
        )
        if self.max_distance is not None:
            objects = objects.where(nearest.c.distance <= self.max_distance)
        return [Match(*row) for row in session.execute(objects).unique()]


def embed_image(session: Session, featurizer: Featurizer, image: Any, timeout: float) -> list[float]:
    """Let a worker embed an image: its bytes, or its path or URI.

    Uses a connection of its own, because featurize.embed() commits.

    Raises:
        DBAPIError: no worker answers within `timeout` seconds, or the image cannot be embedded.
    """
    if isinstance(image, BYTES):
        call = statement("embed_bytes", bytes(image), featurizer.model, timeout)
    else:
        call = statement("embed_path", os.fspath(image), featurizer.model, timeout)
    with own_connection(session, featurizer.owner) as connection:
        vector: list[float] = json.loads(connection.execute(call).scalar_one())
        return vector
