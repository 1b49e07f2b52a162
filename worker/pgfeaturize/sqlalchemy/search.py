"""Rows that look like an image, a vector or a row, as mapped objects."""

import json
import os
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import ColumnElement, Float, Text, and_, cast, column, func, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import ClauseAdapter, find_tables

from pgfeaturize.sqlalchemy.query_vector import as_vector
from pgfeaturize.sqlalchemy.session import engine_of, run_sync_or_async, statement

if TYPE_CHECKING:
    from pgfeaturize.sqlalchemy.declare import Featurizer

T = TypeVar("T")

#: Seconds that a worker has to embed an image.
PATIENCE = 30.0


class Match(NamedTuple, Generic[T]):
    """A row that was found.

    Attributes:
        item: the mapped object.
        distance: how far it is.
    """

    item: T
    distance: float


def search(
    session: Any,
    featurizer: "Featurizer",
    query: Any,
    k: int = 10,
    *,
    filter: Any = None,
    metric: str = "cosine",
    timeout: float = PATIENCE,
) -> Any:
    """The k rows nearest to an image or a vector, the nearest first.

    Args:
        session: Session, or AsyncSession, which gives something to await.
        featurizer: where to search.
        query: a vector or an embedding; or a path, a URI or the bytes of an image, which a worker
            embeds.
        k: how many.
        filter: a condition on the mapped class, or SQL on the row s.
        metric: cosine, l2, ip or l1.
        timeout: seconds that a worker has to embed the image.

    Returns:
        a list of Match.

    Raises:
        DBAPIError: of SQLAlchemy; its .orig has an SQLSTATE of class FZ for what we refuse.
    """

    def work(plain: Session) -> list[Match[Any]]:
        is_image = isinstance(query, str | bytes | os.PathLike)
        vector = _embedded(plain, featurizer, query, timeout) if is_image else as_vector(query)
        wanted = literal(vector, VECTOR())
        return _found(plain, featurizer, "nearest_keys", wanted, k, filter, metric)

    return run_sync_or_async(session, work)


def neighbors(
    session: Any, featurizer: "Featurizer", item: Any, k: int, *, filter: Any, metric: str
) -> Any:
    """The k rows nearest to a row, without it.

    Args:
        session: as of search(), as are the others.
        featurizer: where to search.
        item: what has the attributes of the row's key.
    """
    own = [
        part
        for key in featurizer.keys
        for part in (literal(key.name, Text()), literal(getattr(item, str(key.key)), key.type))
    ]

    def work(plain: Session) -> list[Match[Any]]:
        key = func.jsonb_build_object(*own)
        return _found(plain, featurizer, "neighbor_keys", key, k, filter, metric)

    return run_sync_or_async(session, work)


def _found(
    session: Session,
    featurizer: "Featurizer",
    function: str,
    query: Any,
    k: int,
    filter: Any,
    metric: str,
) -> list[Match[Any]]:
    """What a function that gives keys has found, loaded."""
    arguments = featurizer.name, query, k, _condition(filter, featurizer), metric
    keys = getattr(func.featurize, function)(*arguments).table_valued(
        column("item_key", JSONB), column("distance", Float), name="found"
    )
    owner = featurizer.owner
    source = featurizer.source
    same = and_(
        *(cast(keys.c.item_key[key.name].astext, key.type) == key for key in source.primary_key)
    )
    chosen = (
        select(owner, keys.c.distance)
        .join(keys, same)
        .order_by(keys.c.distance, *source.primary_key)
    )
    return [Match(item, distance) for item, distance in session.execute(chosen)]


def _condition(filter: Any, featurizer: "Featurizer") -> str | None:
    """A condition as SQL on the row s: it is evaluated inside of our search function."""
    if filter is None or isinstance(filter, str):
        return filter
    if others := set(find_tables(filter, check_columns=True)) - {featurizer.source}:
        raise ArgumentError(
            f"a condition of a search may not be on other tables than {featurizer.source.name}, "
            f"as {', '.join(sorted(str(table) for table in others))}; "
            "order_by() a distance in a query of your own can"
        )
    on_s: ColumnElement[bool] = ClauseAdapter(featurizer.source.alias("s")).traverse(filter)
    # With named parameters, signs of percent stay as they are.
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(on_s.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _embedded(
    session: Session, featurizer: "Featurizer", image: Any, timeout: float
) -> list[float]:
    """The vector of an image, on a connection of its own: featurize.embed() commits."""
    name = "embed_bytes" if isinstance(image, bytes) else "embed_path"
    image = image if isinstance(image, bytes) else os.fspath(image)
    with engine_of(session, featurizer.owner).connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        call = statement(name, image, featurizer.model, timeout)
        vector: list[float] = json.loads(alone.execute(call).scalar_one())
        return vector
