"""Progress and failures of a featurizer, read through a session of the application."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from pgfeaturize.db.status import Failure, Progress
from pgfeaturize.sqlalchemy.descriptor import FeaturizedAttribute
from pgfeaturize.sqlalchemy.session import rows, sync_or_async


@sync_or_async
def progress(session: Session, look: FeaturizedAttribute) -> Progress:
    """Return the number of rows in each state, for the featurizer of an attribute `Photo.look`."""
    return Progress(**_rows(session, "progress", look)[0]._mapping)


@sync_or_async
def failures(session: Session, look: FeaturizedAttribute, limit: int = 100) -> Sequence[Failure]:
    """Return the rows that failed most recently, at most `limit`."""
    return [Failure(**row._mapping) for row in _rows(session, "failures", look, limit)]


@sync_or_async
def wait(session: Session, look: FeaturizedAttribute, timeout: timedelta = timedelta(hours=1)) -> bool:
    """Wait until no row is pending. Return False if `timeout` is reached first.

    Considers committed rows only.
    """
    return bool(_rows(session, "wait", look, timeout)[0][0])


def _rows(session: Session, name: str, look: FeaturizedAttribute, *parameters: Any) -> Sequence[Row[Any]]:
    return rows(session, name, look.property.featurizer.name, *parameters)
