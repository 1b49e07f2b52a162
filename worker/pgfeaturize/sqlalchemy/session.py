"""Statements of sql/queries on a SQLAlchemy session, and functions that accept both kinds of session."""

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, cast, overload

from sqlalchemy import Engine, Row, TextClause, text
from sqlalchemy.orm import Session

from pgfeaturize.db.statements import named

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class SyncOrAsync(Protocol[P, R]):
    """A function of a session. With an AsyncSession it returns an awaitable of its result."""

    @overload
    def __call__(self, session: Session, *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def __call__(self, session: "AsyncSession", *args: P.args, **kwargs: P.kwargs) -> Awaitable[R]: ...


class SyncOrAsyncMethod(Protocol[P, R]):
    """A method that is SyncOrAsync."""

    def __get__(self, instance: Any, owner: Any = None) -> SyncOrAsync[P, R]: ...


def sync_or_async(function: Callable[Concatenate[Session, P], R]) -> SyncOrAsync[P, R]:
    """Let a function of a Session accept an AsyncSession, too."""

    @wraps(function)
    def run(session: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(session, Session):
            return function(session, *args, **kwargs)
        return session.run_sync(function, *args, **kwargs)

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


def quoted(name: str, schema: str | None) -> str:
    """Return the name of a table as a quoted SQL identifier."""
    parts = (schema, name) if schema else (name,)
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def rows(session: Session, name: str, *parameters: Any) -> Sequence[Row[Any]]:
    """Run a statement of sql/queries in the transaction of a session and return its rows."""
    return session.execute(statement(name, *parameters)).all()


def engine_of(session: Session, mapped_class: type[Any]) -> Engine:
    """Return the engine that a session uses for a mapped class."""
    bind = session.get_bind(mapped_class)
    return bind if isinstance(bind, Engine) else bind.engine
