"""featurized(): declares a featurizer in a mapped class.

class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    look = featurized("path", model="resnet50")
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, Table, and_, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Mapper, Relationship, declared_attr, foreign, remote
from sqlalchemy.sql.elements import ColumnElement

from pgfeaturize.sqlalchemy.descriptor import Comparator, Featurized
from pgfeaturize.sqlalchemy.distance import METRICS
from pgfeaturize.sqlalchemy.embedding import Embedding, map_embedding
from pgfeaturize.sqlalchemy.featurizer import Destination, Featurizer, ImageKind, Storage, declared_on
from pgfeaturize.sqlalchemy.session import quoted, statement


class FeaturizedRelationship(Relationship[Embedding]):
    """A read-only relationship from a row to its embedding.

    Attributes:
        featurizer: description of the featurizer, created when the class is mapped.
        embedding: class that the embeddings are mapped to.
    """

    inherit_cache = True

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
        self._describe = describe

    def set_parent(self, parent: Mapper[Any], init: bool) -> None:
        """Create the featurizer. SQLAlchemy calls this for the mapped class and its subclasses."""
        super().set_parent(parent, init)
        if not hasattr(self, "featurizer"):
            self.featurizer = self._describe(parent, self.key)
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
        column, kind = featurizer.image_column.name, featurizer.image_kind
        options = (name, kind, featurizer.destination, featurizer.storage)
        relation = quoted(source.name, source.schema)
        connection.execute(statement("declare_featurizer", relation, column, featurizer.model, *options))
        for metric in featurizer.metrics:
            connection.execute(statement("declare_index", name, metric))

    def drop(_: Table, connection: Connection, **__: Any) -> None:
        connection.execute(statement("forget_featurizer", name))

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
    index: str | Sequence[str] | None = None,
    lazy: str = "select",
) -> Featurized:
    """Declare a featurizer for an image column of this class; the attribute is the embedding.

    MetaData.create_all() creates the featurizer with the table; with Alembic, autogenerate writes a migration that
    does, see pgfeaturize.alembic.

    Args:
        image: attribute or column that holds paths, URIs or the images themselves.
        model: name of the model, see featurize.model.
        name: name of the featurizer; default: <table>_<attribute>.
        image_kind: path, uri or bytes; default: bytes if the column is binary, else path.
        destination: where embeddings are stored: in a "table" of their own, or in a "column" of the featurized table.
        storage: "vector", or "halfvec" for half precision.
        index: metric or metrics that get an index: cosine, l2, ip, l1.
        lazy: how the embedding is loaded, as in relationship().

    Raises:
        ArgumentError: a metric is unknown.
    """
    metrics = (index,) if isinstance(index, str) else tuple(index or ())
    if unknown := [metric for metric in metrics if metric not in METRICS]:
        raise ArgumentError(f"unknown metric {unknown[0]!r}; choose from {', '.join(METRICS)}")

    describe = partial(
        Featurizer,
        image=image,
        model=model,
        name=name or "",
        kind=image_kind,
        destination=destination,
        storage=storage,
        metrics=metrics,
    )
    # declared_attr gives each class its own relationship if this is in a mixin. A lambda, because SQLAlchemy would
    # interpret the return annotation of a function as a column type.
    return cast(Featurized, declared_attr(lambda _: FeaturizedRelationship(describe, lazy)))
