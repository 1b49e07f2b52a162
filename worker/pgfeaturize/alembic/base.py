"""Base classes of the operations: how they are run, rendered and reversed."""

import re
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations
from psycopg import sql

from pgfeaturize.db.statements import named
from pgfeaturize.sqlalchemy.names import quoted
from pgfeaturize.sqlalchemy.session import statement

#: Rendered into each migration, so that it runs even if env.py does not import the package.
IMPORT = "import pgfeaturize.alembic  # noqa: F401"


@dataclass(eq=False)
class FeaturizeOp(MigrateOperation):
    """An operation that runs one statement of sql/queries in the transaction of the migration.

    Fields of subclasses are the arguments of the operation. Schemas are as in Alembic: None is the default schema.

    Attributes:
        operation: its name as a method of op.
        statement: name of the statement.
        positional: names of the arguments that are rendered as positional ones.
    """

    operation: ClassVar[str]
    statement: ClassVar[str]
    positional: ClassVar[tuple[str, ...]]

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        return tuple(value for value, _ in self._values().values())

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the positional arguments, and the keyword arguments that differ from defaults."""
        values = self._values()
        positional = tuple(values.pop(name)[0] for name in self.positional)
        return positional, {name: value for name, (value, default) in values.items() if value != default}

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `alembic check` prints."""
        positional, keywords = self.arguments()
        return (self.operation, *positional, keywords)

    def _values(self) -> dict[str, tuple[Any, Any]]:
        """Values and defaults of the arguments."""
        return {
            argument.name: (getattr(self, argument.name), argument.default)
            for argument in fields(self)
            if not argument.kw_only
        }


@dataclass(eq=False)
class DropOp(FeaturizeOp):
    """An operation that drops an object.

    Attributes:
        create_op: the operation that creates the object again.
    """

    create_op: FeaturizeOp | None = field(default=None, kw_only=True)

    def reverse(self) -> FeaturizeOp:
        """Return an operation that creates the object again.

        Raises:
            ValueError: create_op is None.
        """
        if self.create_op is None:
            raise ValueError(f"{self.operation} is not reversible without create_op")
        return replace(self.create_op)  # a copy, because a Rewriter marks operations


@Operations.implementation_for(FeaturizeOp)
def _run(operations: Operations, operation: FeaturizeOp) -> None:
    context = operations.get_context()
    if context.as_sql:
        text = literal(operation.statement, *operation.parameters())
        context.impl.static_output(text + context.impl.command_terminator)
    else:
        operations.execute(statement(operation.statement, *operation.parameters()))


def relation(name: str | None, schema: str | None) -> str | None:
    """Return a table as the statements take it; None, if the name of the featurizer is enough."""
    return quoted(name, schema) if name is not None else None


def literal(name: str, *parameters: Any) -> str:
    """Return a statement of sql/queries with its parameters as literals."""
    return re.sub(
        r"\$(\d+)", lambda match: sql.Literal(parameters[int(match[1]) - 1]).as_string().strip(), named()[name]
    )


@renderers.dispatch_for(FeaturizeOp)
def _render(context: AutogenContext, operation: FeaturizeOp) -> str:
    context.imports.add(IMPORT)
    positional, keywords = operation.arguments()
    arguments = [repr(value) for value in positional]
    arguments += [f"{name}={value!r}" for name, value in keywords.items()]
    prefix = context.opts["alembic_module_prefix"] or ""
    return f"{prefix}{operation.operation}({', '.join(arguments)})"
