"""Our statements on a session of SQLAlchemy, be it sync or async."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Engine, Row, TextClause, text
from sqlalchemy.orm import Session

from pgfeaturize.db.statements import named

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")


def statement(name: str, *parameters: Any) -> TextClause:
    """A statement of sql/queries, its $1, $2, … filled in."""
    with_names = re.sub(r"\$(\d+)", r":p\1", named()[name].replace("::", r"\:\:"))
    return text(with_names).bindparams(
        **{f"p{number}": value for number, value in enumerate(parameters, start=1)}
    )


def quoted(name: str, schema: str | None) -> str:
    """A name as SQL has it, whatever is in it."""
    parts = (schema, name) if schema else (name,)
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def rows(session: Session, name: str, *parameters: Any) -> Sequence[Row[Any]]:
    """What a statement of sql/queries gives, in the transaction of a session."""
    return session.execute(statement(name, *parameters)).all()


def run_sync_or_async(
    session: "Session | AsyncSession", work: Callable[[Session], T]
) -> T | Awaitable[T]:
    """Do `work` on a session; an async one gives something to await."""
    if isinstance(session, Session):
        return work(session)
    return session.run_sync(work)


def engine_of(session: Session, mapper: Any) -> Engine:
    """The engine of a mapped class, to work outside of the session's transaction."""
    bind = session.get_bind(mapper)
    return bind if isinstance(bind, Engine) else bind.engine
