"""What all operations share: each runs one statement of sql/queries in the migration's transaction."""

import re
from typing import Any, ClassVar

from alembic.operations import MigrateOperation, Operations
from psycopg import sql

from pgfeaturize.db.statements import named
from pgfeaturize.sqlalchemy.session import statement


class FeaturizeOp(MigrateOperation):
    """Base of the operations of pgfeaturize.

    Attributes:
        operation: its name as a method of op.
        statement: name of the statement that it runs.
    """

    operation: ClassVar[str]
    statement: ClassVar[str]

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        raise NotImplementedError

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the positional and keyword arguments of the call of op."""
        raise NotImplementedError

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `alembic check` prints."""
        positional, keywords = self.arguments()
        return (self.operation, *positional, keywords)


@Operations.implementation_for(FeaturizeOp)
def _run(operations: Operations, operation: FeaturizeOp) -> None:
    context = operations.get_context()
    if context.as_sql:
        text = literal(operation.statement, *operation.parameters())
        context.impl.static_output(text + context.impl.command_terminator)
    else:
        operations.execute(statement(operation.statement, *operation.parameters()))


def literal(name: str, *parameters: Any) -> str:
    """Return a statement of sql/queries with its parameters as literals, for scripts."""
    return re.sub(
        r"\$(\d+)",
        lambda found: sql.Literal(parameters[int(found[1]) - 1]).as_string().strip(),
        named()[name],
    )


class CreateOp(FeaturizeOp):
    """Base of the operations that create an object from its definition."""

    definition: Any

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        found: tuple[Any, ...] = self.definition.parameters()
        return found

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments that differ from the defaults."""
        fields = self.definition.__dataclass_fields__.values()
        values = {field.name: getattr(self.definition, field.name) for field in fields}
        positional = tuple(values.pop(name) for name in self.definition.positional)
        defaults = {field.name: field.default for field in fields}
        return positional, {k: v for k, v in values.items() if v != defaults[k]}


def require_definition(definition: Any, operation: FeaturizeOp) -> Any:
    if definition is None:
        raise ValueError(f"{operation.operation} is not reversible: what it drops is not known")
    return definition
