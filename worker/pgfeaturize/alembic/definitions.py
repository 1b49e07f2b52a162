"""What an operation creates, or has to create again when it is reversed.

Fields are the arguments of the operation, in its order; those without a default are always
rendered. Schemas are as in Alembic: None is the default one.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from pgfeaturize.sqlalchemy.session import quoted


@dataclass(frozen=True)
class FeaturizerDefinition:
    """A featurizer; see featurize.create_featurizer()."""

    positional: ClassVar = ("source", "image_column")

    source: str
    image_column: str
    model: str
    name: str
    image_kind: str = "path"
    destination: str = "table"
    storage: str = "vector"
    schema: str | None = None

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement declare_featurizer."""
        how = (self.name, self.image_kind, self.destination, self.storage)
        return (quoted(self.source, self.schema), self.image_column, self.model, *how)


@dataclass(frozen=True)
class IndexDefinition:
    """An index over the embeddings of a featurizer; see featurize.create_index()."""

    positional: ClassVar = ("featurizer",)

    featurizer: str
    metric: str
    method: str = "auto"
    dimensions: int | None = None
    m: int = 16
    ef_construction: int = 64
    ef_search: int = 100

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement declare_index_with."""
        how = (self.dimensions, self.m, self.ef_construction, self.ef_search)
        return (self.featurizer, self.metric, self.method, *how)


@dataclass(frozen=True)
class TrainingViewDefinition:
    """A training view; see featurize.create_training_view()."""

    positional: ClassVar = ("view_name", "featurizer", "label_column")

    view_name: str
    featurizer: str
    label_column: str
    test_fraction: float = 0.5
    seed: int = 0
    stratify: bool = True
    group_column: str | None = None
    require_complete: bool = False
    schema: str | None = None

    def parameters(self) -> tuple[Any, ...]:
        """Of the statement create_training_view."""
        split = (self.test_fraction, self.seed, self.stratify, self.group_column)
        name = quoted(self.view_name, self.schema)
        return (name, self.featurizer, self.label_column, *split, self.require_complete)
