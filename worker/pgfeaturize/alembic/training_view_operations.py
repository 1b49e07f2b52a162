"""op.create_training_view() and op.drop_training_view()."""

from typing import Any

from alembic.operations import Operations

from pgfeaturize.alembic.base import CreateOp, FeaturizeOp, require_definition
from pgfeaturize.alembic.definitions import TrainingViewDefinition


@Operations.register_operation("create_training_view")
class CreateTrainingViewOp(CreateOp):
    """Make a view of labeled rows with their features."""

    operation = "create_training_view"
    statement = "create_training_view"

    def __init__(self, definition: TrainingViewDefinition) -> None:
        self.definition = definition

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
        require_complete: bool = False,
        schema: str | None = None,
    ) -> None:
        """Make a view of the labeled rows of a featurizer's source, split into train and test.

        Args:
            operations: filled in by Alembic.
            view_name: of the view that is made.
            featurizer: whose embeddings are the features.
            label_column: column of the source.
            test_fraction: of the rows.
            seed: of the split.
            stratify: split each class by itself.
            group_column: rows with one value of it stay on one side.
            require_complete: refuse while labeled rows have no current embedding.
            schema: of the view; default: that of the source.
        """
        how = (test_fraction, seed, stratify, group_column, require_complete, schema)
        operations.invoke(cls(TrainingViewDefinition(view_name, featurizer, label_column, *how)))

    def reverse(self) -> "DropTrainingViewOp":
        """Remove it."""
        return DropTrainingViewOp(
            self.definition.view_name, self.definition.schema, self.definition
        )


@Operations.register_operation("drop_training_view")
class DropTrainingViewOp(FeaturizeOp):
    """Remove a training view."""

    operation = "drop_training_view"
    statement = "drop_training_view"

    def __init__(
        self,
        view_name: str,
        schema: str | None = None,
        definition: TrainingViewDefinition | None = None,
    ) -> None:
        self.view_name = view_name
        self.schema = schema
        self.definition = definition

    @classmethod
    def drop_training_view(
        cls, operations: Operations, view_name: str, *, schema: str | None = None
    ) -> None:
        """Remove a training view, or the table that one was frozen into.

        Args:
            operations: filled in by Alembic.
            view_name: of the view.
            schema: of the view; needed where several have that name.
        """
        operations.invoke(cls(view_name, schema))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement, which takes names unquoted."""
        return (f"{self.schema}.{self.view_name}" if self.schema else self.view_name,)

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Its name."""
        return (self.view_name,), {"schema": self.schema} if self.schema else {}

    def reverse(self) -> CreateTrainingViewOp:
        """Make it again."""
        return CreateTrainingViewOp(require_definition(self.definition, self))
