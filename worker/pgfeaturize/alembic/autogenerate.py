"""Autogenerate: compares the featurizers of mapped classes with those of the database.

A migration drops featurizers before its other operations and creates them after, when their tables and columns exist. A
changed featurizer is dropped and created again with its training views, because its embeddings cannot be kept.
Featurizers of tables that the application does not map are ignored, unless the migration drops the table.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropTableOp, MigrateOperation, UpgradeOps

from pgfeaturize.alembic import filters
from pgfeaturize.alembic.db_state import DbState, read
from pgfeaturize.alembic.operations import CreateFeatureIndexOp, CreateFeaturizerOp
from pgfeaturize.sqlalchemy.featurizer import Featurizer, declared_on

# A child of Alembic's logger, so that the `alembic` command shows its messages.
log = logging.getLogger(f"alembic.{__name__}")

Operations = list[MigrateOperation]


def compare(context: AutogenContext, upgrade: UpgradeOps, state: DbState) -> None:
    """Add the operations for featurizers to a migration."""
    tables = [
        table for table in context.sorted_tables if context.run_object_filters(table, table.name, "table", False, None)
    ]
    declared = {name: f for table in tables for name, f in declared_on(table).items()}
    compared = {state.place(table.name, table.schema) for table in tables}
    for operation in upgrade.ops:
        if isinstance(operation, DropTableOp):
            filters.remove_columns(operation, state)
            compared.add(state.place(operation.table_name, operation.schema))
    before: Operations = []
    after: Operations = []
    for existing in state.featurizers:
        if state.place(existing.source, existing.schema) not in compared:
            continue
        wanted = declared.pop(existing.name, None)
        if wanted is not None and _is_same(_create_op(wanted), existing, state):
            _compare_indexes(wanted, state, before, after)
            continue
        before.extend(_drop(existing, state))
        if wanted is not None:
            after.extend(_create(wanted))
            after.extend(view for view in state.views if view.featurizer == existing.name)
    for wanted in declared.values():
        after.extend(_create(wanted))
    upgrade.ops[:0] = before
    upgrade.ops.extend(after)


def _create_op(featurizer: Featurizer) -> CreateFeaturizerOp:
    table, column = featurizer.source, featurizer.image_column.name
    options = (featurizer.image_kind, featurizer.destination, featurizer.storage, table.schema)
    return CreateFeaturizerOp(table.name, column, featurizer.model, featurizer.name, *options)


def _is_same(one: CreateFeaturizerOp, other: CreateFeaturizerOp, state: DbState) -> bool:
    first, second = (replace(op, schema=op.schema or state.schema) for op in (one, other))
    return first.parameters() == second.parameters()


def _compare_indexes(wanted: Featurizer, state: DbState, before: Operations, after: Operations) -> None:
    name = wanted.name
    existing = [index for index in state.indexes if index.featurizer == name]
    for index in existing:
        if index.metric not in wanted.metrics:
            log.info("Detected removed index of featurizer %r for %s", name, index.metric)
            before.append(index.reverse())
    for metric in wanted.metrics:
        if metric not in {index.metric for index in existing}:
            log.info("Detected added index of featurizer %r for %s", name, metric)
            after.append(CreateFeatureIndexOp(name, metric))


def _drop(existing: CreateFeaturizerOp, state: DbState) -> Iterator[MigrateOperation]:
    """Drop views and indexes by operations of their own, so that the downgrade creates them."""
    log.info("Detected removed or changed featurizer %r on %r", existing.name, existing.source)
    yield from (view.reverse() for view in state.views if view.featurizer == existing.name)
    yield from (index.reverse() for index in state.indexes if index.featurizer == existing.name)
    yield existing.reverse()


def _create(wanted: Featurizer) -> Iterator[MigrateOperation]:
    log.info("Detected added or changed featurizer %r on %r", wanted.name, wanted.source.name)
    yield _create_op(wanted)
    for metric in wanted.metrics:
        yield CreateFeatureIndexOp(wanted.name, metric)


def _before_tables(context: AutogenContext, _: UpgradeOps, schemas: set[str | None]) -> None:
    assert context.connection is not None  # autogenerate needs a connection
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
        # Before Alembic 1.18, a comparator of a dialect replaces the others; it calls them itself.
        steps = [(_around_tables, {})]
    else:
        steps = [
            (_before_tables, {"priority": DispatchPriority.FIRST}),
            (_after_tables, {"priority": DispatchPriority.LAST}),
        ]
    for step, options in steps:
        comparators.dispatch_for("schema", qualifier="postgresql", **options)(step)


_register()
