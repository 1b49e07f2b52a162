"""Alembic operations for featurizers, and autogenerate. Import this package in env.py.

    base.py                      base classes of the operations: how they are run and rendered
    operations.py                operations that create, alter and drop featurizers
    index_operations.py          operations that request and drop indexes
    training_view_operations.py  operations that create and drop training views
    db_state.py                  the objects of pgfeaturize in a database
    filters.py                   hides these objects from Alembic's own comparison
    autogenerate.py              compares mapped classes with the database

Importing the package registers the operations and the comparison with Alembic.
"""

from pgfeaturize.alembic import autogenerate  # noqa: F401  registers itself
from pgfeaturize.alembic.index_operations import CreateFeatureIndexOp, DropFeatureIndexOp
from pgfeaturize.alembic.operations import AlterFeaturizerOp, CreateFeaturizerOp, DropFeaturizerOp
from pgfeaturize.alembic.training_view_operations import CreateTrainingViewOp, DropTrainingViewOp

__all__ = [
    "AlterFeaturizerOp",
    "CreateFeatureIndexOp",
    "CreateFeaturizerOp",
    "CreateTrainingViewOp",
    "DropFeatureIndexOp",
    "DropFeaturizerOp",
    "DropTrainingViewOp",
]
