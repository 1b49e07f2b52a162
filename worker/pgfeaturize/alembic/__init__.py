"""Alembic operations for featurizers, and autogenerate for them. Import this package in env.py.

    definitions.py               what an operation creates, or creates again when it is reversed
    base.py                      what all operations share
    operations.py                op.create_featurizer(), op.create_feature_index() and their opposites
    training_view_operations.py  op.create_training_view() and its opposite
    rendering.py                 operations as lines of a migration
    db_state.py                  what pgfeaturize has in the database
    filters.py                   hides the objects of pgfeaturize from Alembic's own comparison
    autogenerate.py              compares mapped classes with the database

The import registers all of this with Alembic.
"""

from pgfeaturize.alembic import autogenerate, rendering  # noqa: F401  they register themselves
from pgfeaturize.alembic.definitions import (
    FeaturizerDefinition,
    IndexDefinition,
    TrainingViewDefinition,
)
from pgfeaturize.alembic.operations import (
    CreateFeatureIndexOp,
    CreateFeaturizerOp,
    DropFeatureIndexOp,
    DropFeaturizerOp,
)
from pgfeaturize.alembic.training_view_operations import CreateTrainingViewOp, DropTrainingViewOp

__all__ = [
    "CreateFeatureIndexOp",
    "CreateFeaturizerOp",
    "CreateTrainingViewOp",
    "DropFeatureIndexOp",
    "DropFeaturizerOp",
    "DropTrainingViewOp",
    "FeaturizerDefinition",
    "IndexDefinition",
    "TrainingViewDefinition",
]
