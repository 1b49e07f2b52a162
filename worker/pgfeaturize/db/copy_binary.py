"""Rows that the server sends by COPY … TO STDOUT (FORMAT BINARY), taken apart.

The form is that of PostgreSQL's documentation of COPY: a header with an extension area, tuples of
fields with their lengths, and a trailer. Where one buffer ends and the next begins means nothing.
Fields stay bytes here; columns of them become arrays in one piece.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from struct import Struct
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from psycopg.pq import TransactionStatus

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import DatabaseError

Buffer: TypeAlias = bytes | bytearray | memoryview
#: A value as the server has sent it; None is null.
Field: TypeAlias = Buffer | None
Row: TypeAlias = Sequence[Field]
Vectors: TypeAlias = npt.NDArray[np.float32]

#: So many rows at a time: large enough for NumPy, small enough for memory.
CHUNK = 1000

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = Struct(">11sii")
_COUNT = Struct(">h")
_LENGTH = Struct(">i")
_TRAILER = -1


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
    """Run a COPY statement and give its rows in chunks. Leaving early cancels it.

    Args:
        connection: good for nothing else inside.
        statement: of ours, binary.
    """
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        yield _chunks(tuples(copy))


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def tuples(buffers: Iterable[Buffer]) -> Iterator[Row]:
    """The rows in a stream, wherever it was cut.

    Raises:
        DatabaseError: it is no such stream, or ends too early.
    """
    rest = b""
    place: int | None = None  # none before the header
    ended = False
    for buffer in buffers:
        data = memoryview(rest + buffer if rest else buffer)
        if place is None and (place := _after_header(data)) is None:
            rest = bytes(data)
            continue
        while not ended and (found := _tuple(data, place)) is not None:
            row, place = found
            if row is None:
                ended = True  # and on, so that the server can say that all went well
            else:
                yield row
        rest, place = bytes(data[place:]), 0
    if not ended:
        raise DatabaseError(
            "the rows that the server sends end too early", "Look for the reason in its log."
        )


def _after_header(data: memoryview) -> int | None:
    """Where the first tuple begins; None if that is not there yet."""
    if len(data) < _HEADER.size:
        return None
    signature, _, extension = _HEADER.unpack_from(data)
    if signature != _SIGNATURE:
        raise DatabaseError("the server does not send rows in the binary form of COPY")
    begin = _HEADER.size + int(extension)
    return begin if begin <= len(data) else None


def _tuple(data: memoryview, place: int) -> tuple[Row | None, int] | None:
    """A row, or None for the trailer, and where it ends; None if it is not all there."""
    if len(data) < place + _COUNT.size:
        return None
    (count,) = _COUNT.unpack_from(data, place)
    place += _COUNT.size
    if count == _TRAILER:
        return None, place
    row: list[Field] = []
    for _ in range(count):
        if len(data) < place + _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(data, place)
        place += _LENGTH.size
        if length < 0:
            row.append(None)
            continue
        if len(data) < place + length:
            return None
        row.append(data[place : place + length])
        place += length
    return row, place


def texts(fields: Iterable[Field]) -> list[str]:
    """Values of type text; null becomes ""."""
    return ["" if field is None else str(field, "utf-8") for field in fields]


def length(vector: Field) -> int:
    """How many numbers a vector has; 0 for null."""
    return 0 if vector is None else (len(vector) - 4) // 4


def vectors(fields: Sequence[Field], dim: int) -> Vectors:
    """Values of type vector as float32 (n, dim); null becomes a row of NaN.

    Their form is that of pgvector's vector_send: length, an unused half-word, big-endian floats.

    Raises:
        DatabaseError: one has another length.
    """
    item = np.dtype([("dim", ">u2"), ("unused", ">u2"), ("x", ">f4", (dim,))])
    for field in fields:
        if field is not None and len(field) != item.itemsize:
            raise DatabaseError(
                f"vectors of {dim} and of {length(field)} numbers stand in one column",
                "Read those of one length at a time, by a view.",
            )
    if any(field is None for field in fields):
        missing = np.array((dim, 0, np.full(dim, np.nan)), item).tobytes()
        fields = [missing if field is None else field for field in fields]
    block = np.frombuffer(b"".join(fields), item)  # type: ignore[arg-type]
    return block["x"].astype(np.float32)
