"""Searches that return mapped objects."""

import json
import os
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Float, and_, cast, column, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import ClauseAdapter, find_tables

from pgfeaturize.sqlalchemy.featurizer import Featurizer
from pgfeaturize.sqlalchemy.query_vector import BYTES
from pgfeaturize.sqlalchemy.session import own_connection, statement

T = TypeVar("T")


class Match(NamedTuple, Generic[T]):
    """A search result.

    Attributes:
        item: the mapped object.
        distance: its distance from the query.
    """

    item: T
    distance: float


def find(
    session: Session, featurizer: Featurizer, function: str, query: ColumnElement[Any], k: int, filter: Any, metric: str
) -> Sequence[Match[Any]]:
    """Return the k nearest rows as mapped objects, the nearest first.

    Args:
        session: session that runs the search and loads the objects.
        featurizer: featurizer whose embeddings are searched.
        function: function of schema featurize that returns keys and distances.
        query: vector or key that the function searches for.
        k: maximum number of rows.
        filter: condition on the mapped class, or SQL on the row s.
        metric: cosine, l2, ip or l1.
    """
    arguments = featurizer.name, query, k, _condition(filter, featurizer), metric
    nearest = getattr(func.featurize, function)(*arguments).table_valued(
        column("item_key", JSONB), column("distance", Float), name="found"
    )
    same_key = and_(*(cast(nearest.c.item_key[key.name].astext, key.type) == key for key in featurizer.keys))
    objects = (
        select(featurizer.owner, nearest.c.distance)
        .join(nearest, same_key)
        .order_by(nearest.c.distance, *featurizer.keys)
    )
    return [Match(item, distance) for item, distance in session.execute(objects)]


def _condition(filter: Any, featurizer: Featurizer) -> str | None:
    """Return a filter as SQL on the row s, for evaluation inside the search function."""
    if filter is None or isinstance(filter, str):
        return filter
    source = featurizer.source
    if others := set(find_tables(filter, check_columns=True)) - {source}:
        raise ArgumentError(
            f"the filter of a search may use columns of {source.name} only, not of "
            f"{', '.join(sorted(map(str, others)))}; to filter by other tables, "
            "write a select() and order it by a distance"
        )
    on_s: ColumnElement[bool] = ClauseAdapter(source.alias("s")).traverse(filter)
    # With named parameters, percent signs are not doubled.
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(on_s.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


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
