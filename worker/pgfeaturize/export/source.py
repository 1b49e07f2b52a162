"""The exported rows as the server sends them: columns, and chunks of rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self, TypeAlias

from pgfeaturize.db.copy_binary import Field, copied
from pgfeaturize.db.statements import Connection, execute

#: A sequence of fields for each column.
Chunk: TypeAlias = Sequence[Sequence[Field]]


@dataclass(frozen=True)
class Column:
    """An exported column.

    Attributes:
        name: name of the column.
        kind: "vector"; a simple type of PostgreSQL such as "int4"; or "text" for all other types.
        dim: dimension of the vectors; 0 if there are none.
    """

    name: str
    kind: str
    dim: int = 0


@dataclass(frozen=True)
class Source:
    """The rows of a featurizer or relation.

    Attributes:
        rows: number of rows.
        columns: the columns.
        chunks: chunks of about 1,000 rows, which can be read once.
    """

    rows: int
    columns: Sequence[Column]
    chunks: Iterator[Chunk]

    @classmethod
    @contextmanager
    def open(cls, connection: Connection, subject: str, form: str) -> Iterator[Self]:
        """Start to read; leaving the block early cancels it.

        Args:
            connection: connection in a transaction with a snapshot.
            subject: name of a featurizer or relation.
            form: "typed": values in PostgreSQL's binary format; "text"; or "json": text that is JSON, such as [1,2,3] for
                a vector.

        Raises:
            Refused: there is no such featurizer or relation, or it has no vectors.
        """
        ((rows, names, kinds, dims, statement),) = execute(connection, "export", subject, form)
        columns = [Column(name, kind, dim or 0) for name, kind, dim in zip(names, kinds, dims, strict=True)]
        with copied(connection, statement) as chunks:
            yield cls(rows, columns, (list(zip(*chunk, strict=True)) for chunk in chunks))
