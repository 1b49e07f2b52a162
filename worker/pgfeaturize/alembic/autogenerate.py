"""Autogenerate: compares the featurizers of mapped classes with those of the database.

A migration drops featurizers before its other operations, and creates and alters them after, when their tables and
columns exist. A featurizer with another name, image column or kind of image is altered and keeps its embeddings; with
another model, destination or storage it is dropped and created again with its training views.
Featurizers of tables that the application does not map are ignored, unless the migration drops the table.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropTableOp, MigrateOperation, UpgradeOps

from pgfeaturize.alembic import filters
from pgfeaturize.alembic.db_state import DbState, Identity, read
from pgfeaturize.alembic.index_operations import CreateFeatureIndexOp
from pgfeaturize.alembic.operations import AlterFeaturizerOp, CreateFeaturizerOp, DeferredOp
from pgfeaturize.alembic.training_view_operations import CreateTrainingViewOp
from pgfeaturize.sqlalchemy.featurizer import Featurizer, declared_on

# A child of Alembic's logger, so that the `alembic` command shows its messages.
log = logging.getLogger(f"alembic.{__name__}")

Operations = list[MigrateOperation]


def compare(context: AutogenContext, upgrade: UpgradeOps, state: DbState) -> None:
    """Add the operations for featurizers to a migration."""
    tables = [
        table for table in context.sorted_tables if context.run_object_filters(table, table.name, "table", False, None)
    ]
    declared = {
        state.identity(name, table.name, table.schema): featurizer
        for table in tables
        for name, featurizer in declared_on(table).items()
    }
    compared = {state.place(table.name, table.schema) for table in tables}
    for operation in upgrade.ops:
        if isinstance(operation, DropTableOp):
            filters.remove_columns(operation, state)
            compared.add(state.place(operation.table_name, operation.schema))
    existing = {
        identity: operation
        for operation in state.featurizers
        if (identity := _identity(operation, state))[0] in compared
    }
    before: Operations = []
    after: Operations = []
    for old, wanted in _pairs(existing, declared):
        if old is not None and wanted is not None and _kind(old) == _kind(wanted):
            before.extend(_drop_indexes(old, wanted, state))
            _alter(old, wanted, state, before, after)
            after.extend(_create_indexes(old, wanted, state))
            continue
        if old is not None:
            before.extend(_drop(old, state))
        if wanted is not None:
            after.extend(_create(wanted))
        if old is not None and wanted is not None and old.name == wanted.name:
            after.extend(_views(old, state))
    upgrade.ops[:0] = before
    upgrade.ops.extend(after)


def _pairs(
    existing: Mapping[Identity, CreateFeaturizerOp], declared: Mapping[Identity, Featurizer]
) -> Iterator[tuple[CreateFeaturizerOp | None, Featurizer | None]]:
    """Featurizers of the database with those of the classes; None, if one is missing.

    A featurizer was renamed if, of those with its table, model and storage, one is missing in the classes and one in
    the database.
    """
    removed = _by_kind(existing, existing.keys() - declared.keys())
    added = _by_kind(declared, declared.keys() - existing.keys())
    renamed = {
        identities[0]: added[kind][0]
        for kind, identities in removed.items()
        if len(identities) == len(added.get(kind, ())) == 1
    }
    for identity, old in existing.items():
        yield old, declared.get(renamed.get(identity, identity))
    for identity, wanted in declared.items():
        if identity not in existing and identity not in renamed.values():
            yield None, wanted


def _by_kind(
    featurizers: Mapping[Identity, CreateFeaturizerOp | Featurizer], identities: Set[Identity]
) -> dict[tuple[Any, ...], list[Identity]]:
    kinds: dict[tuple[Any, ...], list[Identity]] = {}
    for identity in identities:
        kinds.setdefault((identity[0], *_kind(featurizers[identity])), []).append(identity)
    return kinds


def _kind(featurizer: CreateFeaturizerOp | Featurizer) -> tuple[str, str, str]:
    """What cannot be changed without computing all vectors again."""
    return (featurizer.model, featurizer.destination, featurizer.storage)


def _identity(operation: CreateFeaturizerOp, state: DbState) -> Identity:
    return state.identity(operation.name, operation.source, operation.schema)


def _create_op(featurizer: Featurizer) -> CreateFeaturizerOp:
    table, column = featurizer.source, featurizer.image_column.name
    stored = (featurizer.image_kind, featurizer.destination, featurizer.storage)
    chosen = (featurizer.on_replica, featurizer.notify, featurizer.on_truncated)
    options = (*stored, table.schema, featurizer.embeddings_schema, *chosen)
    return CreateFeaturizerOp(table.name, column, featurizer.model, featurizer.name, *options)


def _alter(old: CreateFeaturizerOp, wanted: Featurizer, state: DbState, before: Operations, after: Operations) -> None:
    new = _create_op(wanted)
    upgrade, downgrade = _alter_op(old, new, state), _alter_op(new, old, state)
    if upgrade is not None and downgrade is not None:
        log.info("Detected changed featurizer %r on %r", old.name, old.source)
        before.append(DeferredOp(downgrade))
        after.append(upgrade)


def _alter_op(old: CreateFeaturizerOp, new: CreateFeaturizerOp, state: DbState) -> AlterFeaturizerOp | None:
    changes: dict[str, Any] = {
        argument: value
        for argument, value, previous in (
            ("image_column", new.image_column, old.image_column),
            ("rename_to", new.name, old.name),
            ("image_kind", new.image_kind, old.image_kind),
            ("on_replica", new.on_replica, old.on_replica),
            ("notify", new.notify, old.notify),
            ("on_truncated", new.on_truncated, old.on_truncated),
            ("embeddings_schema", *(each.embeddings_schema or each.schema or state.schema for each in (new, old))),
        )
        if value != previous
    }
    return AlterFeaturizerOp(old.name, new.source, new.schema, **changes) if changes else None


def _indexes(featurizer: CreateFeaturizerOp, state: DbState) -> list[CreateFeatureIndexOp]:
    identity = _identity(featurizer, state)
    return [each for each in state.indexes if state.identity(each.featurizer, each.source, each.schema) == identity]


def _views(featurizer: CreateFeaturizerOp, state: DbState) -> list[CreateTrainingViewOp]:
    identity = _identity(featurizer, state)
    return [
        each for each in state.views if state.identity(each.featurizer, each.source, each.source_schema) == identity
    ]


def _drop_indexes(old: CreateFeaturizerOp, wanted: Featurizer, state: DbState) -> Iterator[MigrateOperation]:
    for index in _indexes(old, state):
        if index.metric not in wanted.metrics:
            log.info("Detected removed index of featurizer %r for %s", old.name, index.metric)
            yield index.reverse()


def _create_indexes(old: CreateFeaturizerOp, wanted: Featurizer, state: DbState) -> Iterator[MigrateOperation]:
    existing = {index.metric for index in _indexes(old, state)}
    for index in _index_ops(wanted):
        if index.metric not in existing:
            log.info("Detected added index of featurizer %r for %s", wanted.name, index.metric)
            yield index


def _index_ops(wanted: Featurizer) -> Iterator[CreateFeatureIndexOp]:
    for metric in wanted.metrics:
        yield CreateFeatureIndexOp(wanted.name, metric, source=wanted.source.name, schema=wanted.source.schema)


def _drop(existing: CreateFeaturizerOp, state: DbState) -> Iterator[MigrateOperation]:
    """Drop views and indexes by operations of their own, so that the downgrade creates them."""
    log.info("Detected removed or changed featurizer %r on %r", existing.name, existing.source)
    yield from (view.reverse() for view in _views(existing, state))
    yield from (index.reverse() for index in _indexes(existing, state))
    yield existing.reverse()


def _create(wanted: Featurizer) -> Iterator[MigrateOperation]:
    log.info("Detected added or changed featurizer %r on %r", wanted.name, wanted.source.name)
    yield _create_op(wanted)
    yield from _index_ops(wanted)


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
