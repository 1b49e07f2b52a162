"""Alembic: operations for featurizers, and autogenerate that knows them. To be imported by env.py.

definitions.py   what an operation creates, or has to create again
operations.py    op.create_featurizer() and its like
rendering.py     operations as lines of a migration
state.py       what a database has
filters.py        what is ours is not taken for something to drop
autogenerate.py     what is declared, against what the database has

The import alone is enough: it registers all of that with Alembic.
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
    CreateTrainingViewOp,
    DropFeatureIndexOp,
    DropFeaturizerOp,
    DropTrainingViewOp,
)

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
