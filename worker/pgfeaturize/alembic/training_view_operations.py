"""Operations that create and drop training views."""

from dataclasses import dataclass
from typing import Any

from alembic.operations import Operations

from pgfeaturize.alembic.base import DropOp, FeaturizeOp, relation


@Operations.register_operation("create_training_view")
@dataclass(eq=False)
class CreateTrainingViewOp(FeaturizeOp):
    """Creates a training view."""

    operation = "create_training_view"
    statement = "create_training_view"
    positional = ("view_name", "featurizer", "label_column")

    view_name: str
    featurizer: str
    label_column: str
    test_fraction: float = 0.5
    seed: int = 0
    stratify: bool = True
    group_column: str | None = None
    split_column: str | None = None
    require_complete: bool = False
    schema: str | None = None
    source: str | None = None
    source_schema: str | None = None

    @classmethod
    def create_training_view(
        cls,
        operations: Operations,
        view_name: str,
        featurizer: str,
        label_column: str,
        *,
        test_fraction: float = 0.5,
        seed: int = 0,
        stratify: bool = True,
        group_column: str | None = None,
        split_column: str | None = None,
        require_complete: bool = False,
        schema: str | None = None,
        source: str | None = None,
        source_schema: str | None = None,
    ) -> None:
        """Create a view of the labeled rows with their features, split into train and test.

        Args:
            view_name: name of the view.
            featurizer: name of the featurizer.
            label_column: column of the source that holds the labels.
            test_fraction: fraction of the rows that are test rows.
            seed: seed of the split.
            stratify: split each class separately.
            group_column: column of the source; rows with the same value are not separated.
            split_column: column of the source that holds train or test; the split is not by hash then.
            require_complete: fail if a labeled row has no current embedding.
            schema: schema of the view; default: schema of the source.
            source: table of the featurizer; required if featurizers of several tables have that name.
            source_schema: schema of the source.
        """
        split = (test_fraction, seed, stratify, group_column, split_column, require_complete)
        operations.invoke(cls(view_name, featurizer, label_column, *split, schema, source, source_schema))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        _, *options, _, _, _ = super().parameters()
        return (relation(self.view_name, self.schema), relation(self.source, self.source_schema), *options)

    def reverse(self) -> "DropTrainingViewOp":
        """Return the operation that drops the view."""
        return DropTrainingViewOp(self.view_name, self.schema, create_op=self)


@Operations.register_operation("drop_training_view")
@dataclass(eq=False)
class DropTrainingViewOp(DropOp):
    """Drops a training view, or a table created by freezing one."""

    operation = "drop_training_view"
    statement = "drop_training_view"
    positional = ("view_name",)

    view_name: str
    schema: str | None = None

    @classmethod
    def drop_training_view(cls, operations: Operations, view_name: str, *, schema: str | None = None) -> None:
        """Drop a training view, or a table created by freezing one.

        Args:
            view_name: name of the view.
            schema: schema of the view; required if several schemas have a view of that name.
        """
        operations.invoke(cls(view_name, schema))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement, which takes an unquoted name."""
        return (f"{self.schema}.{self.view_name}" if self.schema else self.view_name,)
