"""Adds the join to the embeddings to queries that use a distance.

    select(Photo).order_by(Photo.look.cosine_distance(query)).limit(10)

Only embeddings of the current feature space are joined: vectors of different spaces are never compared. The id of the
space is rendered into the SQL as a number, because indexes are partial indexes on one space.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, bindparam, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import FromClause, Join, SelectBase

from pgfeaturize.sqlalchemy.distance import Distance, embedding_class
from pgfeaturize.sqlalchemy.session import rows


@event.listens_for(Session, "do_orm_execute")
def _before_execute(state: ORMExecuteState) -> None:
    query = state.statement
    if not isinstance(query, Select) or state.is_column_load or state.is_relationship_load:
        return
    if distances := list(_distances(query)):
        state.statement = _with_embeddings(state.session, query, distances)


def _distances(element: Any) -> Iterator[Distance]:
    """Distances in a query, except those in its subqueries."""
    for child in element.get_children():
        if isinstance(child, Distance):
            yield child
        elif isinstance(child, FunctionElement) or not isinstance(child, SelectBase | FromClause):
            yield from _distances(child)


def _tables(source: FromClause) -> Iterator[FromClause]:
    """Tables and aliases of a FROM clause."""
    if isinstance(source, Join):
        yield from _tables(source.left)
        yield from _tables(source.right)
    else:
        yield source


def _with_embeddings(session: Session, query: Select[Any], distances: list[Distance]) -> Select[Any]:
    present = {table for source in query.get_final_froms() for table in _tables(source)}
    operands = dict.fromkeys(operand for distance in distances for operand in distance.operands)
    for look, entity in operands:
        embedding = embedding_class(look, entity)
        featurizer = embedding.featurizer
        (terms,) = rows(session, "search_terms", featurizer.name)
        featurizer.halfvec_dims = dict.fromkeys(terms.halved, terms.dim)
        if inspect(embedding).selectable not in present:
            query = query.join(getattr(entity, look.key).of_type(embedding))
        space: Any = bindparam(None, terms.space_id or 0, literal_execute=True)
        query = query.where(embedding.space_id == space)
    return query
