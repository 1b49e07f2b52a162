"""Release 0.1.0: initial schema."""

from alembic import op

from pgfeaturize.db.schema import schema_steps

revision = "0.1.0"
down_revision = None


def upgrade() -> None:
    """Run the steps of the release except the first: env.py has created the schema."""
    for step in schema_steps(revision)[1:]:
        op.get_bind().exec_driver_sql(step.read_text(encoding="utf-8"), execution_options={"no_parameters": True})
