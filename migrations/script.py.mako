"""Release ${up_revision}: ${message}"""

from alembic import op

from pgfeaturize.db.schema import schema_steps

revision = "${up_revision}"
down_revision = "${down_revision}"


def upgrade() -> None:
    """Run the steps of the release."""
    for step in schema_steps(revision):
        op.get_bind().exec_driver_sql(step.read_text(encoding="utf-8"), execution_options={"no_parameters": True})
