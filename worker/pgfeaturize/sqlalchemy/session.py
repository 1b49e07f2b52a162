"""Statements of sql/queries on a SQLAlchemy session, and functions that accept all kinds of sessions."""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, overload

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.orm import Session, scoped_session

from pgfeaturize.db.statements import named

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class SyncOrAsync(Protocol[P, R]):
    """A function of a session. With an AsyncSession it returns an awaitable of its result."""

    @overload
    def __call__(self, session: Session | scoped_session[Any], *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def __call__(
        self, session: "AsyncSession | async_scoped_session[Any]", *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[R]: ...


class SyncOrAsyncMethod(Protocol[P, R]):
    """A method that is SyncOrAsync."""

    def __get__(self, instance: Any, owner: Any = None) -> SyncOrAsync[P, R]: ...


def sync_or_async(function: Callable[Concatenate[Session, P], R]) -> SyncOrAsync[P, R]:
    """Let a function of a Session accept an AsyncSession and scoped sessions, too."""

    @wraps(function)
    def run(session: Any, *args: Any, **kwargs: Any) -> Any:
        # A scoped session, such as Flask-SQLAlchemy's db.session, is called for the current one.
        current = session() if callable(session) else session
        if isinstance(current, Session):
            return function(current, *args, **kwargs)
        return current.run_sync(function, *args, **kwargs)

    return cast(SyncOrAsync[P, R], run)


def sync_or_async_method(method: Callable[Concatenate[Any, Session, P], R]) -> SyncOrAsyncMethod[P, R]:
    """Do the same for a method, whose session follows `self`."""

    @wraps(method)
    def run(self: Any, session: Any, *args: Any, **kwargs: Any) -> Any:
        return sync_or_async(partial(method, self))(session, *args, **kwargs)

    return cast(SyncOrAsyncMethod[P, R], run)


def statement(name: str, *parameters: Any) -> TextClause:
    """Return a statement of sql/queries with its parameters $1, $2, … bound."""
    with_names = re.sub(r"\$(\d+)", r":p\1", named()[name].replace("::", r"\:\:"))
    return text(with_names).bindparams(**{f"p{number}": value for number, value in enumerate(parameters, start=1)})


@contextmanager
def own_connection(session: Session, mapped_class: type[Any]) -> Iterator[Connection]:
    """Open a connection to the database of a session, in autocommit mode, and close it at the end.

    The connection is not one of the application's pool: a caller that holds one of these and waits for another could
    wait for itself. It is made as those are, with the same arguments and listeners.
    """
    engine = session.get_bind(mapped_class).engine
    alone = Engine(engine.pool.recreate(), engine.dialect, engine.url)
    try:
        with alone.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        alone.dispose()
