"""Release 0.1.0: the first."""

from alembic import op

from pgfeaturize.db.schema import schema_steps

revision = "0.1.0"
down_revision = None


def upgrade() -> None:
    """Run the steps of the release; the first, which makes the schema, has run in env.py."""
    for step in schema_steps(revision)[1:]:
        op.get_bind().exec_driver_sql(step.read_text(), execution_options={"no_parameters": True})
