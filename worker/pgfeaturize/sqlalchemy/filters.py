"""Filters of searches, as SQL that the search functions evaluate for the row s."""

from itertools import cycle
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Select,
    Text,
    TextClause,
    and_,
    bindparam,
    cast,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql.psycopg import dialect as dialect_of_psycopg
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Mapper, QueryableAttribute
from sqlalchemy.types import NullType

from pgfeaturize.sqlalchemy.featurizer import Featurizer

#: Compiles filters, whatever the driver of the application: its parameters are %(name)s with a cast, its % are doubled.
_dialect = dialect_of_psycopg()  # type: ignore[no-untyped-call]


class Filter(NamedTuple):
    """A filter as the search functions take it.

    Attributes:
        text: SQL condition on the row s, with its parameters as %1$L, %2$L, ….
        parameters: expressions for the values of the parameters, as text.
    """

    text: str
    parameters: list[ColumnElement[str]]


def compiled(filter: Any, mapper: Mapper[Any], featurizer: Featurizer, schemas: Any) -> Filter | None:
    """Return a filter as SQL; None if all rows match.

    Args:
        filter: condition on the mapped class, SQL on the row s, or None.
        mapper: of the class that is searched; rows of other subclasses do not match.
        featurizer: whose source is searched.
        schemas: schema_translate_map of the session, or None.

    Raises:
        ArgumentError: the filter is none of these.
    """
    condition = None if isinstance(filter, str) else filter
    if not isinstance(condition, ColumnElement | TextClause | QueryableAttribute | None):
        raise ArgumentError(
            f"{filter!r} is not a filter; pass a condition such as Photo.label == 'dog', several joined by and_(), "
            "or SQL on the row s"
        )
    texts: list[str] = []
    parameters: list[ColumnElement[str]] = []
    if condition is not None or mapper is not featurizer.mapper or mapper.single:
        text, parameters = _exists(condition, mapper, featurizer, schemas)
        texts.append(text)
    if isinstance(filter, str):
        # On separate lines, because the filter may end with a comment.
        texts.append(f"(\n{filter}\n)".replace("%", "%%"))
    return Filter(" and ".join(texts), parameters) if texts else None


def _exists(
    condition: Any, mapper: Mapper[Any], featurizer: Featurizer, schemas: Any
) -> tuple[str, list[ColumnElement[str]]]:
    """The mapped class with a key of s, and a condition: so conditions are those of any query of the class."""
    quote = _dialect.identifier_preparer.quote
    same_key = (key == literal_column(f"s.{quote(key.name)}", key.type) for key in featurizer.keys)
    query: Select[Any] = select(literal_column("1")).select_from(mapper).where(and_(*same_key))
    query = query if condition is None else query.where(condition)
    text = query.compile(dialect=_dialect, schema_translate_map=schemas, render_schema_translate=bool(schemas))
    state = text.construct_expanded_state()
    types: dict[str, Any] = {name: parameter.type for parameter, name in text.bind_names.items()}
    for name, parts in state.parameter_expansion.items():
        # Values of IN; those of tuples have a type each.
        types |= dict(zip(parts, cycle(getattr(types[name], "types", [types[name]])), strict=False))
    parameters = [_as_text(value, types[name]) for name, value in state.parameters.items()]
    numbers = {name: f"%{number}$L" for number, name in enumerate(state.parameters, start=1)}
    return f"exists ({state.statement.replace('%%', '%%%%') % numbers})", parameters


def _as_text(value: Any, type_: Any) -> ColumnElement[str]:
    if isinstance(type_, JSON.JSONElementType):
        # The index in data["name"]: not a type that PostgreSQL knows.
        process = type_.dialect_impl(_dialect).bind_processor(_dialect)
        value, type_ = str(process(value) if process else value), Text()
    elif isinstance(type_, NullType) and isinstance(value, list) and value:
        type_ = ARRAY(literal(value[0]).type)  # as in func.any([1, 2])
    parameter: ColumnElement[Any] = bindparam(None, value, type_, unique=True)
    return cast(parameter if isinstance(type_, NullType) else cast(parameter, type_), Text)
