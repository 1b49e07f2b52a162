"""Rows of COPY … TO STDOUT (FORMAT BINARY) in chunks, and the snapshot that they are read from.

psycopg splits the stream into fields. Fields stay bytes here, so that a column of a chunk becomes an array in one step.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeAlias

from psycopg.pq import TransactionStatus

from pgfeaturize.db.statements import Connection, execute

#: A value as the server sends it; None is null.
Field: TypeAlias = bytes | None
Row: TypeAlias = Sequence[Field]

#: Rows per chunk: large enough for NumPy, small enough for memory.
CHUNK = 1000


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Run a block in a read-only transaction that sees the database as of one moment."""
    is_outermost = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction():
        if is_outermost:
            execute(connection, "take_snapshot")
        yield


@contextmanager
def copied(connection: Connection, statement: str) -> Iterator[Iterator[list[Row]]]:
    """Run a COPY statement and return its rows in chunks. Leaving the block early cancels it.

    Args:
        connection: cannot run other statements inside the block.
        statement: COPY … TO STDOUT (FORMAT BINARY), composed by the database.
    """
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        yield _chunks(copy.rows())


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def texts(fields: Iterable[Field]) -> list[str]:
    """Decode values of type text; null becomes an empty string."""
    return ["" if field is None else field.decode() for field in fields]
