"""Joins the embeddings to queries that use a distance, so that indexes are used.

    select(Photo).order_by(Photo.look.cosine_distance(query)).limit(10)

Each SELECT of the statement is changed that selects from the class: the outermost, those of a union, and those in
subqueries and CTEs. Only embeddings of the current feature space are joined: vectors of different spaces are never
compared. The id of the space is rendered into the SQL as a number, because indexes are partial indexes on one space.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, bindparam, column, event, func, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.selectable import FromClause, Join
from sqlalchemy.sql.visitors import replacement_traverse

from pgfeaturize.sqlalchemy.distance import Distance
from pgfeaturize.sqlalchemy.featurizer import Featurizer
from pgfeaturize.sqlalchemy.names import featurizer_name
from pgfeaturize.sqlalchemy.operand import Operand
from pgfeaturize.sqlalchemy.stored import StoredName


@event.listens_for(Session, "do_orm_execute")
def _before_execute(state: ORMExecuteState) -> None:
    statement = state.statement
    if not isinstance(statement, Select | CompoundSelect) or state.is_column_load or state.is_relationship_load:
        return
    # SQLAlchemy computes the cache key anyway, once per statement; to search the statement would take longer.
    key = statement._generate_cache_key()
    if key is None or any(type(parameter.type) is StoredName for parameter in key.bindparams):
        schemas = state.execution_options.get("schema_translate_map")
        options = {"schema_translate_map": schemas} if schemas else {}
        state.statement = Rewriting(state.session, statement, options).rewritten(statement)


class Rewriting:
    """Rewrites a statement. What contains no distance stays the same object, as entities refer to it."""

    def __init__(self, session: Session, statement: Any, options: Mapping[str, Any]) -> None:
        self._session = session
        self._options = options
        self._terms: dict[Featurizer, Row[Any]] = {}
        self._entities = {
            entity.selectable
            for element in _elements(statement)
            if getattr(entity := element._annotations.get("parententity"), "is_aliased_class", False)
        }
        self._changed: dict[int, Any] = {}
        self._find(statement)

    def _find(self, element: Any) -> bool:
        """Find the elements that contain a distance."""
        # An alias of a mapped class to a subquery refers to it: the subquery has to stay as it is.
        if isinstance(element, FromClause) and element in self._entities:
            return False
        inside = [self._find(child) for child in element.get_children()]
        if any(inside) or isinstance(element, Distance):
            self._changed[id(element)] = element
        return id(element) in self._changed

    def rewritten(self, statement: Any, outer: frozenset[FromClause] = frozenset()) -> Any:
        """Return a statement whose distances are between columns.

        Args:
            statement: a Select, or a union of several.
            outer: tables that the enclosing statements select from.
        """
        if id(statement) not in self._changed:
            return statement
        froms = frozenset(_tables(statement.get_final_froms())) if isinstance(statement, Select) else frozenset()
        operands = self._joined(statement, froms, outer) if isinstance(statement, Select) else []
        columns = {operand: operand.embedding for operand in operands}

        def replace(element: Any, **_: Any) -> Any:
            if element is statement:
                return None
            if id(element) not in self._changed:
                return element
            if isinstance(element, Distance):
                return element.of_columns(columns, self._halfvec_dim(element)) if columns else element
            return self.rewritten(element, outer | froms) if isinstance(element, Select) else None

        query: Any = replacement_traverse(statement, {}, replace)
        for operand in operands:
            if operand.table is None and inspect(operand.embedding_class).selectable not in froms:
                query = query.join(getattr(operand.entity, operand.look.key).of_type(operand.embedding_class))
            space: Any = bindparam(None, self._of(operand.featurizer).space_id or 0, literal_execute=True)
            query = query.where(operand.space_id == space)
        return query

    def _joined(
        self, query: Select[Any], froms: frozenset[FromClause], outer: frozenset[FromClause]
    ) -> Sequence[Operand]:
        """Return the operands whose embeddings are joined: not those that refer to an enclosing statement."""
        operands = dict.fromkeys(operand for distance in self._distances(query) for operand in distance.operands)
        correlates = query._correlate or query._correlate_except is not None or len(froms) > 1
        return [
            operand
            for operand in operands
            if not (correlates and outer.intersection(_tables([inspect(operand.entity).selectable])))
        ]

    def _distances(self, element: Any) -> Iterator[Distance]:
        """Distances in a query, except those in its subqueries."""
        for child in element.get_children():
            if isinstance(child, Distance):
                yield child
            elif id(child) in self._changed and not isinstance(child, Select):
                yield from self._distances(child)

    def _of(self, featurizer: Featurizer) -> Row[Any]:
        if featurizer not in self._terms:
            columns: list[Any] = [column(name) for name in ("space_id", "dim", "halved")]
            terms: Any = func.featurize.search_terms(featurizer_name(featurizer)).table_valued(*columns, name="terms")
            bind = {"mapper": featurizer.mapper}
            found = self._session.execute(select(terms), execution_options=self._options, bind_arguments=bind)
            self._terms[featurizer] = found.one()
        return self._terms[featurizer]

    def _halfvec_dim(self, distance: Distance) -> int:
        terms = self._of(distance.operands[0].featurizer)
        return int(terms.dim) if distance.metric in terms.halved else 0


def _elements(element: Any) -> Iterator[Any]:
    """An element and all that it contains."""
    yield element
    for child in element.get_children():
        yield from _elements(child)


def _tables(sources: Sequence[FromClause]) -> Iterator[FromClause]:
    """Tables and aliases of FROM clauses."""
    for source in sources:
        if isinstance(source, Join):
            yield from _tables([source.left, source.right])
        else:
            yield source
