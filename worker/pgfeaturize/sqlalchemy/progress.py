"""Progress and failures of a featurizer, read through a session of the application."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from pgfeaturize.db.status import Failure, Progress
from pgfeaturize.sqlalchemy.descriptor import FeaturizedAttribute
from pgfeaturize.sqlalchemy.names import featurizer_name
from pgfeaturize.sqlalchemy.session import statement, sync_or_async


@sync_or_async
def progress(session: Session, look: FeaturizedAttribute[Any]) -> Progress:
    """Return the number of rows in each state, for the featurizer of an attribute `Photo.look`."""
    return Progress(**_rows(session, "progress", look)[0]._mapping)


@sync_or_async
def failures(session: Session, look: FeaturizedAttribute[Any], limit: int = 100) -> Sequence[Failure]:
    """Return the rows that failed most recently, at most `limit`."""
    return [Failure(**row._mapping) for row in _rows(session, "failures", look, limit)]


@sync_or_async
def wait(
    session: Session, look: FeaturizedAttribute[Any], timeout: timedelta = timedelta(hours=1), *, key: Any = None
) -> bool:
    """Wait until every row is embedded, failed or empty, or one row is. Return False if `timeout` is reached first.

    Args:
        session: Session or AsyncSession, with isolation level READ COMMITTED; commit your rows before you call it.
        look: the attribute, `Photo.look`.
        timeout: how long to wait.
        key: primary key of the row as for `Session.get()`: a value, a tuple, or a dictionary by attribute; None: all
            rows.

    Raises:
        ArgumentError: the key does not have the columns of the primary key.
        DBAPIError: the database refuses; its .orig has an SQLSTATE of class FZ.
    """
    session.flush()  # Rows that the database does not know cannot be waited for: it refuses.
    return bool(_rows(session, "wait", look, timeout, _key_json(look, key))[0][0])


def _key_json(look: FeaturizedAttribute[Any], key: Any) -> str | None:
    if key is None:
        return None
    featurizer = look.property.featurizer
    names = [column.name for column in featurizer.keys]
    if isinstance(key, Mapping):
        columns = featurizer.mapper.columns
        values = {columns[name].name if name in columns else name: value for name, value in key.items()}
    else:
        given = key if isinstance(key, tuple) else (key,)
        values = dict(zip(names, given, strict=False)) if len(given) == len(names) else {}
    if values.keys() != set(names):
        raise ArgumentError(f"{key!r} is not a key of {featurizer.source.name}; its columns are: {', '.join(names)}")
    return json.dumps(values, default=str)


def _rows(session: Session, name: str, look: FeaturizedAttribute[Any], *parameters: Any) -> Sequence[Row[Any]]:
    featurizer = look.property.featurizer
    bind = {"mapper": featurizer.mapper}
    # Raises FZ001 if there is no such featurizer.
    full_name = session.scalar(select(featurizer_name(featurizer)), bind_arguments=bind)
    return session.execute(statement(name, full_name, *parameters), bind_arguments=bind).all()
