"""Alembic: operations for featurizers, and autogenerate that knows them. To be imported by env.py.

definitions.py   what an operation creates, or has to create again
operations.py    op.create_featurizer() and its like
rendering.py     operations as lines of a migration
present.py       what a database has
hiding.py        what is ours is not taken for something to drop
comparing.py     what is declared, against what the database has

The import alone is enough: it registers all of that with Alembic.
"""

from pgfeaturize.orm.migrations import comparing, rendering  # noqa: F401  they register themselves
from pgfeaturize.orm.migrations.definitions import (
    FeaturizerDefinition,
    IndexDefinition,
    TrainingViewDefinition,
)
from pgfeaturize.orm.migrations.operations import (
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
