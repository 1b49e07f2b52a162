"""Autogenerate: what mapped classes declare, against what the database has.

Featurizers are dropped before anything else of a migration is done, and created after all of it, so
that their tables and columns are there. A changed one is dropped and created anew, with its
training views; what was embedded is of another kind. Featurizers of tables that the application
does not map are somebody else's, unless the migration drops their table.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropTableOp, MigrateOperation, UpgradeOps
from sqlalchemy import Table

from pgfeaturize.alembic import filters
from pgfeaturize.alembic.db_state import DbState, read
from pgfeaturize.alembic.definitions import FeaturizerDefinition, IndexDefinition
from pgfeaturize.alembic.operations import (
    CreateFeatureIndexOp,
    CreateFeaturizerOp,
    DropFeatureIndexOp,
    DropFeaturizerOp,
)
from pgfeaturize.alembic.training_view_operations import CreateTrainingViewOp, DropTrainingViewOp
from pgfeaturize.sqlalchemy.declare import declared as announced

# As a child of Alembic's, so that `alembic` shows it as it shows the rest.
log = logging.getLogger(f"alembic.{__name__}")


@dataclass(frozen=True)
class Declared:
    """A featurized() of a mapped class.

    Attributes:
        definition: of the featurizer.
        metrics: for which it wants indexes.
    """

    definition: FeaturizerDefinition
    metrics: tuple[str, ...]


def compare(context: AutogenContext, upgrade: UpgradeOps, state: DbState) -> None:
    """Add our operations to those of a migration."""
    tables = [t for t in context.sorted_tables if _is_included(context, t)]
    declared = {found.definition.name: found for table in tables for found in _declared(table)}
    mapped = {state.place(table.name, table.schema) for table in tables}
    dropped = [operation for operation in upgrade.ops if isinstance(operation, DropTableOp)]
    for operation in dropped:
        filters.strip(operation, state)
        mapped.add(state.place(operation.table_name, operation.schema))
    before: list[MigrateOperation] = []
    after: list[MigrateOperation] = []
    for there in state.featurizers:
        if state.place(there.source, there.schema) not in mapped:
            continue
        wanted = declared.pop(there.name, None)
        if wanted is not None and _is_same(wanted.definition, there, state):
            _compare_indexes(wanted, state, before, after)
            continue
        before.extend(_drop(there, state))
        if wanted is not None:
            after.extend(_create(wanted))
            after.extend(_create_views(there, state))
    for new in declared.values():
        after.extend(_create(new))
    upgrade.ops[:0] = before
    upgrade.ops.extend(after)


def _is_included(context: AutogenContext, table: Table) -> bool:
    return context.run_object_filters(table, table.name, "table", False, None)


def _declared(table: Table) -> Iterator[Declared]:
    # Classes announce themselves as they are mapped: no mapper has to be configured for it.
    for featurizer in announced.get(table, {}).values():
        definition = FeaturizerDefinition(
            table.name,
            featurizer.image_column.name,
            featurizer.model,
            featurizer.name,
            featurizer.image_kind,
            featurizer.destination,
            featurizer.storage,
            table.schema,
        )
        yield Declared(definition, featurizer.metrics)


def _is_same(one: FeaturizerDefinition, other: FeaturizerDefinition, state: DbState) -> bool:
    return replace(one, schema=one.schema or state.schema) == replace(
        other, schema=other.schema or state.schema
    )


def _compare_indexes(
    wanted: Declared,
    state: DbState,
    before: list[MigrateOperation],
    after: list[MigrateOperation],
) -> None:
    name = wanted.definition.name
    there = [index for index in state.indexes if index.featurizer == name]
    for index in there:
        if index.metric not in wanted.metrics:
            log.info("Detected removed index of featurizer %r for %s", name, index.metric)
            before.append(DropFeatureIndexOp(name, index.metric, index))
    for metric in wanted.metrics:
        if metric not in {index.metric for index in there}:
            log.info("Detected added index of featurizer %r for %s", name, metric)
            after.append(CreateFeatureIndexOp(IndexDefinition(name, metric)))


def _drop(there: FeaturizerDefinition, state: DbState) -> Iterator[MigrateOperation]:
    """What goes with a featurizer goes by operations of its own, so that it can come back."""
    log.info("Detected removed or changed featurizer %r on %r", there.name, there.source)
    for view in state.views:
        if view.featurizer == there.name:
            yield DropTrainingViewOp(view.view_name, view.schema, view)
    for index in state.indexes:
        if index.featurizer == there.name:
            yield DropFeatureIndexOp(index.featurizer, index.metric, index)
    yield DropFeaturizerOp(there.name, definition=there)


def _create(wanted: Declared) -> Iterator[MigrateOperation]:
    definition = wanted.definition
    log.info("Detected added or changed featurizer %r on %r", definition.name, definition.source)
    yield CreateFeaturizerOp(definition)
    for metric in wanted.metrics:
        yield CreateFeatureIndexOp(IndexDefinition(definition.name, metric))


def _create_views(there: FeaturizerDefinition, state: DbState) -> Iterator[MigrateOperation]:
    for view in state.views:
        if view.featurizer == there.name:
            yield CreateTrainingViewOp(view)


def _before_tables(context: AutogenContext, _: UpgradeOps, schemas: set[str | None]) -> None:
    assert context.connection is not None  # there is no autogenerate without
    filters.hide(context, schemas, read(context.connection))


def _after_tables(context: AutogenContext, upgrade: UpgradeOps, _: set[str | None]) -> None:
    assert context.connection is not None
    compare(context, upgrade, read(context.connection))


def _around_tables(context: AutogenContext, upgrade: UpgradeOps, schemas: set[str | None]) -> None:
    _before_tables(context, upgrade, schemas)
    comparators.dispatch("schema")(context, upgrade, schemas)
    _after_tables(context, upgrade, schemas)


def _register() -> None:
    steps: Sequence[tuple[Callable[..., None], dict[str, Any]]]
    try:
        from alembic.util import DispatchPriority
    except ImportError:
        # Before 1.18, comparators of a dialect stand in for all others, which are called here.
        steps = [(_around_tables, {})]
    else:
        steps = [
            (_before_tables, {"priority": DispatchPriority.FIRST}),
            (_after_tables, {"priority": DispatchPriority.LAST}),
        ]
    for step, how in steps:
        comparators.dispatch_for("schema", qualifier="postgresql", **how)(step)


_register()
