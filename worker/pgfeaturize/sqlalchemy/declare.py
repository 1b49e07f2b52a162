"""featurized(): one line in a mapped class declares a featurizer and gives its embeddings.

class Photo(Base):
    __tablename__ = "photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    look = featurized("path", model="resnet50")
"""

from collections.abc import Sequence
from typing import Any, Literal, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Connection, LargeBinary, Table, and_, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import (
    Mapper,
    Relationship,
    declared_attr,
    foreign,
    remote,
)
from sqlalchemy.sql.elements import ColumnElement

from pgfeaturize.sqlalchemy.descriptor import Comparator, Featurized
from pgfeaturize.sqlalchemy.distance import METRICS
from pgfeaturize.sqlalchemy.embedding import Destination, Embedding, Storage, map_embedding
from pgfeaturize.sqlalchemy.session import quoted, statement

ImageKind = Literal["path", "uri", "bytes"]
#: The featurizers of each table, by name. Not in Table.info, which Alembic writes into scripts.
declared: WeakKeyDictionary[Table, dict[str, "Featurizer"]] = WeakKeyDictionary()


class Featurizer(Relationship[Embedding]):
    """A relationship from a row to its embedding, which also knows how that is made.

    Attributes:
        model: of the catalogue.
        name: of the featurizer; <table>_<attribute> unless it was given.
        destination: table or column.
        storage: vector or halfvec.
        metrics: for which indexes are wanted.
        halved: for metrics with an index over half-precision vectors, their length; as the database
            of the last query had it.
        owner: the mapped class.
        source: the table that is featurized.
        embedding: the class of the embeddings.
    """

    inherit_cache = True

    owner: type[Any]
    source: Table
    embedding: type[Embedding]

    def __init__(
        self,
        image: str,
        model: str,
        name: str | None,
        image_kind: ImageKind | None,
        destination: Destination,
        storage: Storage,
        metrics: tuple[str, ...],
        lazy: Any,
    ) -> None:
        super().__init__(
            lambda: self.embedding,
            primaryjoin=self._belongs,
            viewonly=True,
            uselist=False,
            lazy=lazy,
            comparator_factory=Comparator,
            doc=f"Embedding by model {model}; None while there is none.",
        )
        self._image = image
        self._image_kind = image_kind
        self.model = model
        self.name = name or ""
        self.destination = destination
        self.storage = storage
        self.metrics = metrics
        self.halved: dict[str, int] = {}

    def set_parent(self, parent: Mapper[Any], init: bool) -> None:
        """Called by SQLAlchemy when a class is mapped; of subclasses, too."""
        super().set_parent(parent, init)
        if not hasattr(self, "owner"):
            self.owner = parent.class_
            self.source = _source(parent, self._image)
            self.name = self.name or f"{self.source.name}_{self.key}"
            self.embedding = map_embedding(self)
            self._announce()

    @property
    def image_column(self) -> Column[Any]:
        """The column with the images.

        Raises:
            ArgumentError: there is none of that name.
        """
        columns = self.parent.columns
        found = columns[self._image] if self._image in columns else self.source.c.get(self._image)
        if not isinstance(found, Column) or found.table is not self.source:
            raise ArgumentError(
                f'{self}: {self.source.name} has no column "{self._image}"; '
                f"there are: {', '.join(self.source.c.keys())}"
            )
        return found

    @property
    def image_kind(self) -> ImageKind:
        """What the column holds; bytes where it is of a binary type."""
        binary = isinstance(self.image_column.type, LargeBinary)
        return self._image_kind or ("bytes" if binary else "path")

    @property
    def keys(self) -> tuple[Column[Any], ...]:
        """Primary key of the source."""
        return tuple(self.source.primary_key.columns)

    @property
    def relation(self) -> str:
        """Name of the source, quoted, as SQL has it."""
        return quoted(self.source.name, self.source.schema)

    def declaration(self) -> tuple[str, ...]:
        """Arguments of the statement declare_featurizer."""
        how = (self.name, self.image_kind, self.destination, self.storage)
        return (self.relation, self.image_column.name, self.model, *how)

    def _belongs(self) -> ColumnElement[bool]:
        """Condition that a row of the source and an embedding belong together."""
        return and_(
            *(key == foreign(remote(getattr(self.embedding, str(key.key)))) for key in self.keys)
        )

    def _announce(self) -> None:
        """Tell Alembic, and let create_all() and drop_all() do what they do with indexes."""
        others = declared.setdefault(self.source, {})
        if self.name in others:
            raise ArgumentError(
                f'two featurizers are named "{self.name}"; pass name="…" to one of them'
            )
        others[self.name] = self
        event.listen(self.source, "after_create", self._create)
        event.listen(self.source, "before_drop", self._drop)

    def _create(self, _: Table, connection: Connection, **__: Any) -> None:
        connection.execute(statement("declare_featurizer", *self.declaration()))
        for metric in self.metrics:
            connection.execute(statement("declare_index", self.name, metric))

    def _drop(self, _: Table, connection: Connection, **__: Any) -> None:
        connection.execute(statement("forget_featurizer", self.name))


def _source(parent: Mapper[Any], image: str) -> Table:
    """The table of a class, or of those that it inherits from, that has a column of that name."""
    tables = [table for mapper in parent.iterate_to_root() for table in [mapper.local_table]]
    found = next((table for table in tables if image in table.c), tables[0])
    if not isinstance(found, Table):
        raise ArgumentError(
            f"{parent.class_.__name__} is not mapped to a table, so it cannot be featurized"
        )
    return found


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
    """Declare that a column of this class is featurized; the attribute is its embedding.

    The featurizer is created with the table by create_all(), or by Alembic's autogenerate; see
    pgfeaturize.alembic.

    Args:
        image: attribute or column that holds paths, URIs or the images themselves.
        model: of the catalogue, see featurize.model.
        name: of the featurizer; default: <table>_<attribute>.
        image_kind: path, uri or bytes; default: bytes where the column is binary, else path.
        destination: "table", beside the class's own, or "column" of that.
        storage: "vector" or "halfvec".
        index: metric or metrics for which there is to be an index: cosine, l2, ip, l1.
        lazy: how the embedding is loaded, as of a relationship.

    Raises:
        ArgumentError: of SQLAlchemy, for what does not fit.
    """
    metrics = (index,) if isinstance(index, str) else tuple(index or ())
    if unknown := [metric for metric in metrics if metric not in METRICS]:
        raise ArgumentError(f"there is no metric {unknown[0]!r}; there are: {', '.join(METRICS)}")

    how = (image_kind, destination, storage, metrics, lazy)
    # So that it may stand in a mixin, which gives each class one of its own. A lambda, since
    # SQLAlchemy would take the return type of a function for that of a column.
    return cast(Featurized, declared_attr(lambda _: Featurizer(image, model, name, *how)))
