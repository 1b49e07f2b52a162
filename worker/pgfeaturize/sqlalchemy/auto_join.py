"""Queries that speak of a distance get the join to the embeddings that they need.

    select(Photo).order_by(Photo.look.cosine_distance(query)).limit(10)

Joined are embeddings of the current feature space only, since vectors of different ones are never
compared, and indexes are of one: the space has to stand in the query as a number.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, bindparam, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import FromClause, Join, SelectBase

from pgfeaturize.sqlalchemy.distance import Distance, embedding_of
from pgfeaturize.sqlalchemy.session import rows


@event.listens_for(Session, "do_orm_execute")
def _complete(state: ORMExecuteState) -> None:
    """Called by SQLAlchemy for each statement of a session."""
    if (
        not isinstance(state.statement, Select)
        or state.is_column_load
        or state.is_relationship_load
    ):
        return
    found = list(_distances(state.statement))
    if found:
        state.statement = _completed(state.session, state.statement, found)


def _distances(element: Any) -> Iterator[Distance]:
    """Distances in a query, those of its subqueries excepted."""
    for child in element.get_children():
        if isinstance(child, Distance):
            yield child
        elif isinstance(child, FunctionElement) or not isinstance(child, SelectBase | FromClause):
            yield from _distances(child)


def _sources(joined: FromClause) -> Iterator[FromClause]:
    if isinstance(joined, Join):
        yield from _sources(joined.left)
        yield from _sources(joined.right)
    else:
        yield joined


def _completed(session: Session, query: Select[Any], found: list[Distance]) -> Select[Any]:
    present = {source for joined in query.get_final_froms() for source in _sources(joined)}
    for featurizer, entity in dict.fromkeys(side for distance in found for side in distance.sides):
        embedding = embedding_of(featurizer, entity)
        (terms,) = rows(session, "search_terms", featurizer.name)
        featurizer.halved = dict.fromkeys(terms.halved, terms.dim)
        if inspect(embedding).selectable not in present:
            query = query.join(getattr(entity, featurizer.key).of_type(embedding))
        space: Any = bindparam(None, terms.space_id or 0, literal_execute=True)
        query = query.where(embedding.space_id == space)
    return query
