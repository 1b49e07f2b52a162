"""The description of a featurizer that a mapped class declares."""

from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from sqlalchemy import Column, LargeBinary, Table
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Mapper

OnTruncated = Literal["fail", "embed"]
ImageKind = Literal["path", "uri", "bytes", "base64"]
#: Where embeddings are stored: in a table of their own, or in a column of the featurized table.
Destination = Literal["table", "column"]
Storage = Literal["vector", "halfvec"]
Metric = Literal["cosine", "l2", "ip", "l1"]


def check_choice(argument: str, value: Any, choices: Any) -> None:
    """Check that a value is one of those of a Literal type.

    Raises:
        ArgumentError: it is not.
    """
    if value not in get_args(choices):
        raise ArgumentError(f"unknown {argument} {value!r}; choose from {', '.join(get_args(choices))}")


@dataclass(eq=False)
class Featurizer:
    """A featurizer that a mapped class declares.

    Attributes:
        mapper: mapper of the class.
        attribute: name of the class attribute.
        image: name of the attribute or column that holds the images.
        model: name of the model, see featurize.model.
        name: name of the featurizer; if empty, <table>_<attribute>.
        kind: what the image column holds; None: "bytes" if the column is binary, else "path".
        destination: where embeddings are stored.
        storage: type of the stored vectors.
        metrics: distance metrics that get an index.
        embeddings_schema: schema of the embedding table; None: that of the source.
        on_replica: whether rows that arrive by logical replication are queued, too.
        notify: whether triggers notify workers.
        on_truncated: whether rows fail whose image can be decoded only in part, or that part is embedded.
        source: the featurized table.
    """

    mapper: Mapper[Any]
    attribute: str
    image: str
    model: str
    name: str
    kind: ImageKind | None
    destination: Destination
    storage: Storage
    metrics: tuple[Metric, ...]
    embeddings_schema: str | None
    on_replica: bool
    notify: bool
    on_truncated: OnTruncated
    source: Table = field(init=False)

    def __post_init__(self) -> None:
        """Choose the table and the default name.

        Raises:
            ArgumentError: the class is not mapped to a table.
        """
        # The image may be a column of a parent class with a table of its own.
        tables = [mapper.local_table for mapper in self.mapper.iterate_to_root()]
        source = next((table for table in tables if self.image in table.c), tables[0])
        if not isinstance(source, Table):
            raise ArgumentError(f"{self.owner.__name__} cannot have a featurizer: it is not mapped to a table")
        self.source = source
        self.name = self.name or f"{source.name}_{self.attribute}"

    @property
    def owner(self) -> type[Any]:
        """The mapped class."""
        return self.mapper.class_

    @property
    def image_column(self) -> Column[Any]:
        """The column that holds the images.

        Raises:
            ArgumentError: the table has no such column.
        """
        mapped, columns = self.mapper.columns, self.source.c
        column = mapped[self.image] if self.image in mapped else columns.get(self.image)
        if not isinstance(column, Column) or column.table is not self.source:
            raise ArgumentError(
                f'{self.owner.__name__}.{self.attribute}: table "{self.source.name}" has no column '
                f'"{self.image}"; its columns are: {", ".join(columns.keys())}'
            )
        return column

    @property
    def image_kind(self) -> ImageKind:
        """What the image column holds."""
        is_binary = isinstance(self.image_column.type, LargeBinary)
        return self.kind or ("bytes" if is_binary else "path")

    @property
    def keys(self) -> tuple[Column[Any], ...]:
        """Columns of the primary key of the source."""
        return tuple(self.source.primary_key.columns)


def declared_on(table: Table) -> dict[str, Featurizer]:
    """Return the featurizers that mapped classes declare on a table, by name.

    They are kept in MetaData.info; Alembic would render Table.info into migrations.
    """
    tables = table.metadata.info.setdefault("pgfeaturize", {})
    return cast(dict[str, Featurizer], tables.setdefault(table, {}))
