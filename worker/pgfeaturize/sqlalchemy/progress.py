"""How far featurizers are, on a session of the application."""

from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast, overload

from sqlalchemy.orm import Session

from pgfeaturize.db.status import Failure, Progress
from pgfeaturize.sqlalchemy.session import rows, run_sync_or_async

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from pgfeaturize.sqlalchemy.descriptor import FeaturizedAttribute


@overload
def progress(session: Session, look: "FeaturizedAttribute") -> Progress: ...


@overload
def progress(session: "AsyncSession", look: "FeaturizedAttribute") -> Awaitable[Progress]: ...


def progress(session: "Session | AsyncSession", look: "FeaturizedAttribute") -> Any:
    """Rows by state of the featurizer of `Photo.look`."""
    return run_sync_or_async(
        session, lambda s: Progress(**rows(s, "progress", _name(look))[0]._mapping)
    )


@overload
def failures(
    session: Session, look: "FeaturizedAttribute", limit: int = 100
) -> Sequence[Failure]: ...


@overload
def failures(
    session: "AsyncSession", look: "FeaturizedAttribute", limit: int = 100
) -> Awaitable[Sequence[Failure]]: ...


def failures(
    session: "Session | AsyncSession", look: "FeaturizedAttribute", limit: int = 100
) -> Any:
    """The latest rows that could not be featurized."""
    return run_sync_or_async(
        session, lambda s: [Failure(**f._mapping) for f in rows(s, "failures", _name(look), limit)]
    )


@overload
def wait(
    session: Session, look: "FeaturizedAttribute", timeout: timedelta = timedelta(hours=1)
) -> bool: ...


@overload
def wait(
    session: "AsyncSession", look: "FeaturizedAttribute", timeout: timedelta = timedelta(hours=1)
) -> Awaitable[bool]: ...


def wait(
    session: "Session | AsyncSession",
    look: "FeaturizedAttribute",
    timeout: timedelta = timedelta(hours=1),
) -> Any:
    """Until nothing is queued; False when the time is over. Commit what is to be seen first."""
    return run_sync_or_async(session, lambda s: bool(rows(s, "wait", _name(look), timeout)[0][0]))


def _name(look: "FeaturizedAttribute") -> str:
    return cast(str, cast(Any, look).property.name)
