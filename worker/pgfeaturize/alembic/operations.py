"""Operations that create, alter and drop featurizers.

No operation waits: after the migration is committed, workers embed the rows.
"""

from dataclasses import dataclass
from typing import Any, Literal

from alembic.autogenerate import renderers
from alembic.operations import MigrateOperation, Operations
from alembic.operations.ops import OpContainer

from pgfeaturize.alembic.base import DropOp, FeaturizeOp, relation

OnTruncated = Literal["fail", "embed"]
ImageKind = Literal["path", "uri", "bytes", "base64"]


@Operations.register_operation("create_featurizer")
@dataclass(eq=False)
class CreateFeaturizerOp(FeaturizeOp):
    """Creates a featurizer."""

    operation = "create_featurizer"
    statement = "declare_featurizer"
    positional = ("source", "image_column")

    source: str
    image_column: str
    model: str
    name: str
    image_kind: str = "path"
    destination: str = "table"
    storage: str = "vector"
    schema: str | None = None
    embeddings_schema: str | None = None
    on_replica: bool = False
    notify: bool = True
    on_truncated: str = "fail"
    adopt: bool = False

    @classmethod
    def create_featurizer(
        cls,
        operations: Operations,
        source: str,
        image_column: str,
        *,
        model: str = "resnet50",
        name: str | None = None,
        image_kind: ImageKind = "path",
        destination: Literal["table", "column"] = "table",
        storage: Literal["vector", "halfvec"] = "vector",
        schema: str | None = None,
        embeddings_schema: str | None = None,
        on_replica: bool = False,
        notify: bool = True,
        on_truncated: OnTruncated = "fail",
        adopt: bool = False,
    ) -> None:
        """Create a featurizer. Workers also embed rows that exist already.

        Args:
            source: table whose rows are featurized.
            image_column: column that holds the images.
            model: name of the model, see featurize.model.
            name: name of the featurizer; default: <source>_<model>.
            image_kind: path, uri, bytes or base64.
            destination: where embeddings are stored: in a "table" of their own, or in a "column" of the source.
            storage: "vector", or "halfvec" for half precision.
            schema: schema of the source.
            embeddings_schema: schema of the embedding table; default: that of the source.
            on_replica: also queue rows that arrive by logical replication.
            notify: whether triggers notify workers; False for two-phase commit, workers then poll.
            on_truncated: "fail" rows whose image can be decoded only in part, or "embed" that part.
            adopt: use the embeddings that a dropped featurizer of that name has kept.
        """
        name = name or f"{source}_{model}"
        options = (image_kind, destination, storage, schema, embeddings_schema, on_replica, notify, on_truncated, adopt)
        operations.invoke(cls(source, image_column, model, name, *options))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        stored = (self.name, self.image_kind, self.destination, self.storage, self.embeddings_schema)
        options = (*stored, self.on_replica, self.notify, self.on_truncated, self.adopt)
        return (relation(self.source, self.schema), self.image_column, self.model, *options)

    def reverse(self) -> "DropFeaturizerOp":
        """Return the operation that drops the featurizer."""
        return DropFeaturizerOp(self.name, source=self.source, schema=self.schema, create_op=self)


@Operations.register_operation("drop_featurizer")
@dataclass(eq=False)
class DropFeaturizerOp(DropOp):
    """Drops a featurizer."""

    operation = "drop_featurizer"
    statement = "drop_featurizer"
    positional = ("name",)

    name: str
    source: str | None = None
    schema: str | None = None
    keep_embeddings: bool = False

    @classmethod
    def drop_featurizer(
        cls,
        operations: Operations,
        name: str,
        *,
        source: str | None = None,
        schema: str | None = None,
        keep_embeddings: bool = False,
    ) -> None:
        """Drop a featurizer with its indexes and training views.

        Args:
            name: name of the featurizer.
            source: its table; required if featurizers of several tables have that name.
            schema: schema of the source.
            keep_embeddings: keep the table or the columns of its embeddings.
        """
        operations.invoke(cls(name, source, schema, keep_embeddings))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        return (relation(self.source, self.schema), self.name, self.keep_embeddings)


@Operations.register_operation("alter_featurizer")
@dataclass(eq=False)
class AlterFeaturizerOp(FeaturizeOp):
    """Changes a featurizer and keeps its embeddings."""

    operation = "alter_featurizer"
    statement = "alter_featurizer"
    positional = ("name",)

    name: str
    source: str | None = None
    schema: str | None = None
    image_column: str | None = None
    rename_to: str | None = None
    image_kind: str | None = None
    embeddings_schema: str | None = None
    on_replica: bool | None = None
    notify: bool | None = None
    on_truncated: str | None = None

    @classmethod
    def alter_featurizer(
        cls,
        operations: Operations,
        name: str,
        *,
        source: str | None = None,
        schema: str | None = None,
        image_column: str | None = None,
        rename_to: str | None = None,
        image_kind: ImageKind | None = None,
        embeddings_schema: str | None = None,
        on_replica: bool | None = None,
        notify: bool | None = None,
        on_truncated: OnTruncated | None = None,
    ) -> None:
        """Change a featurizer and keep its embeddings: workers embed only rows whose image value differs.

        Args:
            name: name of the featurizer.
            source: its table; required if featurizers of several tables have that name.
            schema: schema of the source.
            image_column: column that holds the images from now on, for example after it was renamed.
            rename_to: new name of the featurizer and of its embedding table or column.
            image_kind: path, uri, bytes or base64.
            embeddings_schema: new schema of the embedding table.
            on_replica: whether rows that arrive by logical replication are queued, too.
            notify: whether triggers notify workers.
            on_truncated: "fail" rows whose image can be decoded only in part, or "embed" that part.
        """
        changes = (image_column, rename_to, image_kind, embeddings_schema, on_replica, notify, on_truncated)
        operations.invoke(cls(name, source, schema, *changes))

    def parameters(self) -> tuple[Any, ...]:
        """Return the parameters of the statement."""
        kept = (self.image_column, self.rename_to, self.image_kind, self.embeddings_schema)
        changes = (*kept, self.on_replica, self.notify, self.on_truncated)
        return (relation(self.source, self.schema), self.name, *changes)

    def reverse(self) -> "DeferredOp":
        """Return an operation without effect: the DeferredOp before it makes the reverse change."""
        return DeferredOp(self)


class DeferredOp(OpContainer):
    """Has no effect itself; its reverse is an operation.

    A changed featurizer is altered after all other operations of an upgrade, and also of a downgrade, because then its
    columns exist. So the upgrade begins with a DeferredOp whose reverse is the last operation of the downgrade.
    """

    def __init__(self, operation: MigrateOperation) -> None:
        super().__init__()
        self._operation = operation

    def reverse(self) -> MigrateOperation:
        """Return the operation."""
        return self._operation


@renderers.dispatch_for(DeferredOp)
def _render_nothing(*_: Any) -> list[str]:
    return []


@Operations.implementation_for(DeferredOp)
def _do_nothing(*_: Any) -> None:
    pass
