"""What is exported, as it comes from the server: columns, and chunks of rows."""

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
    """A column.

    Attributes:
        name: of it.
        kind: "vector"; a simple type of PostgreSQL such as "int4"; or "text", also for all else.
        dim: length of the vectors; 0 if there are none.
    """

    name: str
    kind: str
    dim: int = 0


@dataclass(frozen=True)
class Source:
    """What is under a name.

    Attributes:
        rows: how many.
        columns: of which.
        chunks: about 1,000 rows each, to be taken once.
    """

    rows: int
    columns: Sequence[Column]
    chunks: Iterator[Chunk]

    @classmethod
    @contextmanager
    def open(cls, connection: Connection, subject: str, form: str) -> Iterator[Self]:
        """Begin to read; leaving early breaks it off.

        Args:
            connection: in a transaction that has a snapshot.
            subject: name of a featurizer or relation.
            form: "typed": values in PostgreSQL's binary form; "text"; or "json": as text that is JSON. That of a vector
                is then [1,2,3].

        Raises:
            Refused: there is nothing of that name, or it has no vectors.
        """
        ((rows, names, kinds, dims, statement),) = execute(connection, "export", subject, form)
        columns = [Column(name, kind, dim or 0) for name, kind, dim in zip(names, kinds, dims, strict=True)]
        with copied(connection, statement) as chunks:
            yield cls(rows, columns, (list(zip(*chunk, strict=True)) for chunk in chunks))
