"""Vectors in pgvector's binary form: check, encode as parameters of statements, decode."""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import BadVector, DatabaseError, ImageError

Vector = NDArray[np.float32]
Outcome = Vector | ImageError

#: Largest number a half-precision vector can hold.
HALF_MAX = 65504.0


class VectorArray:
    """Vectors of one length, as the parameter of a statement: float32, shape (rows, dim)."""

    def __init__(self, matrix: Vector) -> None:
        self.matrix = matrix


class _VectorDumper(Dumper):
    """One vector: dimension, an unused half-word, big-endian floats (pgvector's vector_recv)."""

    format = Format.BINARY

    def dump(self, obj: Vector) -> Buffer:
        return struct.pack(">HH", len(obj), 0) + obj.astype(">f4").tobytes()


class _VectorArrayDumper(Dumper):
    """An array of vectors in PostgreSQL's binary format, which NumPy writes into one buffer."""

    format = Format.BINARY
    element_oid = 0

    def dump(self, obj: VectorArray) -> Buffer:
        rows, dim = obj.matrix.shape
        header = struct.pack(">iiIii", 1, 0, self.element_oid, rows, 1)
        item = np.dtype([("bytes", ">i4"), ("dim", ">u2"), ("unused", ">u2"), ("x", ">f4", (dim,))])
        block = np.empty(rows, item)
        block["bytes"], block["dim"], block["unused"] = 4 + 4 * dim, dim, 0
        block["x"] = obj.matrix
        return header + block.tobytes()


def register_vectors(connection: Connection) -> None:
    """Let statements on this connection take float32 arrays and `VectorArray` as parameters."""
    (oids,) = execute(connection, "vector_oids")
    one = type("VectorDumper", (_VectorDumper,), {"oid": oids.one})
    many = type("VectorArrayDumper", (_VectorArrayDumper,), {"oid": oids.many, "element_oid": oids.one})
    connection.adapters.register_dumper(np.ndarray, one)
    connection.adapters.register_dumper(VectorArray, many)


def vector_length(field: bytes | None) -> int:
    """Return the number of values of an encoded vector; 0 for null."""
    return 0 if field is None else (len(field) - 4) // 4


def decode_vectors(fields: Sequence[bytes | None], dim: int) -> Vector:
    """Decode a column of vectors as float32 (rows, dim); null becomes a row of NaN.

    The encoding is that of pgvector's vector_send: dimension, an unused half-word, big-endian floats.

    Raises:
        DatabaseError: a vector has another length.
    """
    item = np.dtype([("dim", ">u2"), ("unused", ">u2"), ("x", ">f4", (dim,))])
    for field in fields:
        if field is not None and len(field) != item.itemsize:
            raise DatabaseError(
                f"one column has vectors of {dim} and of {vector_length(field)} values",
                "Read vectors of one length at a time, through a view.",
            )
    null = np.array((dim, 0, np.full(dim, np.nan)), item).tobytes()
    block = np.frombuffer(b"".join(null if f is None else f for f in fields), item)
    return block["x"].astype(np.float32)


def check_vector(outcome: Outcome, dim: int, storage: str) -> Outcome:
    """Return the vector, or a BadVector failure if it must not be stored.

    Args:
        outcome: a vector, or a failure, which is returned as it is.
        dim: length that the catalog says.
        storage: "vector" or "halfvec".
    """
    if isinstance(outcome, ImageError):
        return outcome
    if outcome.shape != (dim,):
        return BadVector(f"the network gave {outcome.shape} values instead of {dim}")
    if not np.isfinite(outcome).all():
        return BadVector("the vector has values that are not finite numbers")
    if not outcome.any():
        return BadVector("the vector is zero, which has no direction to compare")
    if storage == "halfvec" and np.abs(outcome).max() > HALF_MAX:
        return BadVector(
            f"the vector has values above {HALF_MAX:g}, which halfvec cannot hold", "Use storage => 'vector'."
        )
    return outcome
