"""featurized(): declares a featurizer in a mapped class.

class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    look = featurized("path", model="resnet50")
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload
from warnings import warn

from sqlalchemy import Connection, Table, and_, event
from sqlalchemy.exc import ArgumentError, SAWarning
from sqlalchemy.orm import Mapper, Relationship, declared_attr, foreign, remote
from sqlalchemy.sql.elements import ColumnElement

from pgfeaturize.sqlalchemy.descriptor import Comparator, FeaturizedAttribute
from pgfeaturize.sqlalchemy.embedding import Embedding, map_embedding
from pgfeaturize.sqlalchemy.featurizer import (
    Destination,
    Featurizer,
    ImageKind,
    Metric,
    OnTruncated,
    Storage,
    check_choice,
    declared_on,
)
from pgfeaturize.sqlalchemy.names import relation, translated
from pgfeaturize.sqlalchemy.session import statement

T = TypeVar("T")
#: When an embedding is loaded, as in relationship().
Lazy = Literal["select", "joined", "selectin", "subquery", "immediate", "raise", "raise_on_sql"]


class Featurized(Relationship[Embedding[Any]]):
    """A read-only relationship from a row to its embedding, as featurized() returns it.

    Attributes:
        featurizer: description of the featurizer, created when the class is mapped.
        embedding: class that the embeddings are mapped to.
    """

    inherit_cache = True

    if TYPE_CHECKING:

        @overload  # type: ignore[override]
        def __get__(self, instance: None, owner: type[T]) -> FeaturizedAttribute[T]: ...

        @overload
        def __get__(self, instance: T, owner: type[T]) -> Embedding[T] | None: ...

        def __get__(self, instance: T | None, owner: type[T]) -> Any: ...

    featurizer: Featurizer
    embedding: type[Embedding]

    def __init__(self, describe: Callable[[Mapper[Any], str], Featurizer], lazy: Any) -> None:
        super().__init__(
            lambda: self.embedding,
            primaryjoin=self._same_key,
            viewonly=True,
            uselist=False,
            lazy=lazy,
            comparator_factory=Comparator,
            doc="Embedding of the row; None until a worker has created it.",
        )
        self._arguments = describe, lazy

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Let each class have its own relationship if this is in the body of a mixin.

        Not called for what is added to a mapped class later: that is the relationship itself.
        """
        # A lambda, because SQLAlchemy would interpret the return annotation of a function as a column type.
        setattr(owner, name, declared_attr(lambda _: type(self)(*self._arguments)))

    def set_parent(self, parent: Mapper[Any], init: bool) -> None:
        """Create the featurizer. SQLAlchemy calls this for the mapped class and its subclasses."""
        super().set_parent(parent, init)
        if not hasattr(self, "featurizer"):
            self.featurizer = self._arguments[0](parent, self.key)
            self.embedding = map_embedding(self.featurizer)
            _register(self.featurizer)

    def _same_key(self) -> ColumnElement[bool]:
        return and_(*(key == foreign(remote(getattr(self.embedding, str(key.key)))) for key in self.featurizer.keys))


def _register(featurizer: Featurizer) -> None:
    """Let Alembic find a featurizer, create_all() create it and drop_all() drop it."""
    source, name = featurizer.source, featurizer.name
    declared = declared_on(source)
    if name in declared:
        raise ArgumentError(
            f'table "{source.name}" has two featurizers named "{name}"; pass a different name to one featurized()'
        )
    declared[name] = featurizer

    def create(_: Table, connection: Connection, **__: Any) -> None:
        if connection.dialect.name != "postgresql":
            warn(f"featurizer {name} is not created in {connection.dialect.name}", SAWarning, stacklevel=2)
            return
        column, kind = featurizer.image_column.name, featurizer.image_kind
        table = relation(connection, source)
        elsewhere = featurizer.embeddings_schema
        schema = translated(connection, elsewhere) if elsewhere is not None else None
        stored = (kind, featurizer.destination, featurizer.storage, schema)
        options = (featurizer.on_replica, featurizer.notify, featurizer.on_truncated, False)
        connection.execute(statement("declare_featurizer", table, column, featurizer.model, name, *stored, *options))
        for metric in featurizer.metrics:
            connection.execute(statement("declare_index", table, name, metric))

    def drop(_: Table, connection: Connection, **__: Any) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(statement("forget_featurizer", relation(connection, source), name))

    event.listen(source, "after_create", create)
    event.listen(source, "before_drop", drop)


def featurized(
    image: str,
    *,
    model: str = "resnet50",
    name: str | None = None,
    image_kind: ImageKind | None = None,
    destination: Destination = "table",
    storage: Storage = "vector",
    index: Metric | Sequence[Metric] | None = None,
    lazy: Lazy = "select",
    embeddings_schema: str | None = None,
    on_replica: bool = False,
    notify: bool = True,
    on_truncated: OnTruncated = "fail",
) -> Featurized:
    """Declare a featurizer for an image column of this class; the attribute is the embedding.

    MetaData.create_all() creates the featurizer with the table; with Alembic, autogenerate writes a migration that
    does, see pgfeaturize.alembic.

    Args:
        image: attribute or column that holds paths, URIs or the images themselves.
        model: name of the model, see featurize.model.
        name: name of the featurizer; default: <table>_<attribute>.
        image_kind: path, uri, bytes or base64; default: bytes if the column is binary, else path.
        destination: where embeddings are stored: in a "table" of their own, or in a "column" of the featurized table.
        storage: "vector", or "halfvec" for half precision.
        index: metric or metrics that get an index: cosine, l2, ip, l1.
        lazy: how the embedding is loaded, as in relationship().
        embeddings_schema: schema of the embedding table; default: that of the featurized table.
        on_replica: also queue rows that arrive by logical replication.
        notify: whether triggers notify workers; False for two-phase commit, workers then poll.
        on_truncated: "fail" rows whose image can be decoded only in part, or "embed" that part.

    Raises:
        ArgumentError: an argument is not one of the choices.
    """
    metrics: tuple[Metric, ...] = (index,) if isinstance(index, str) else tuple(index or ())
    for metric in metrics:
        check_choice("metric", metric, Metric)
    if image_kind is not None:
        check_choice("image_kind", image_kind, ImageKind)
    check_choice("destination", destination, Destination)
    check_choice("storage", storage, Storage)
    check_choice("on_truncated", on_truncated, OnTruncated)
    check_choice("lazy", lazy, Lazy)
    describe = partial(
        Featurizer,
        image=image,
        model=model,
        name=name or "",
        kind=image_kind,
        destination=destination,
        storage=storage,
        metrics=metrics,
        embeddings_schema=embeddings_schema,
        on_replica=on_replica,
        notify=notify,
        on_truncated=on_truncated,
    )
    return Featurized(describe, lazy)
