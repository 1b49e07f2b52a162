"""Render the operations as lines of a migration."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext

from pgfeaturize.alembic.base import FeaturizeOp

#: A migration runs without env.py importing it, too.
IMPORT = "import pgfeaturize.alembic  # noqa: F401"


@renderers.dispatch_for(FeaturizeOp)
def _render(context: AutogenContext, operation: FeaturizeOp) -> str:
    context.imports.add(IMPORT)
    positional, keywords = operation.arguments()
    arguments = [repr(value) for value in positional]
    arguments += [f"{name}={value!r}" for name, value in keywords.items()]
    prefix = context.opts["alembic_module_prefix"] or ""
    return f"{prefix}{operation.operation}({', '.join(arguments)})"
