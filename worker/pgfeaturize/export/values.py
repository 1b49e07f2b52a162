"""Converts a column of a chunk from PostgreSQL's binary format to a NumPy array."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pgfeaturize.db.copy_binary import Field
from pgfeaturize.errors import SettingsError
from pgfeaturize.export.source import Column

#: NumPy types of the binary format, which is big-endian.
TYPES = {
    "int2": ">i2",
    "int4": ">i4",
    "int8": ">i8",
    "float4": ">f4",
    "float8": ">f8",
    "bool": "?",
    "date": ">i4",  # days since 2000
    "timestamp": ">i8",  # microseconds since then
    "timestamptz": ">i8",  # in UTC
}
#: Days and microseconds between 1970, where NumPy and Arrow start to count, and 2000.
DAYS = 10_957
MICROSECONDS = DAYS * 86_400 * 1_000_000
EPOCHS = {"date": DAYS, "timestamp": MICROSECONDS, "timestamptz": MICROSECONDS}


def missing(fields: Sequence[Field]) -> npt.NDArray[np.bool_]:
    """Return a mask of the nulls: bool (n,)."""
    return np.fromiter((field is None for field in fields), np.bool_, len(fields))


def numbers(column: Column, fields: Sequence[Field]) -> npt.NDArray[Any]:
    """Return the values of a simple type, with zero for null; dates and times are counted from 1970.

    Raises:
        SettingsError: a date or time is infinite.
    """
    kind = np.dtype(TYPES[column.kind])
    zero = bytes(kind.itemsize)
    block = np.frombuffer(b"".join(zero if f is None else f for f in fields), kind)
    native = block.astype(kind.newbyteorder("="))
    if column.kind not in EPOCHS:
        return native
    ends = np.iinfo(native.dtype)
    if np.isin(native, (ends.min, ends.max)).any():
        raise SettingsError(
            f'column "{column.name}" has an infinite {column.kind}, which the format does not support',
            "Export as csv or jsonl, or export a view without these rows.",
        )
    counted: npt.NDArray[Any] = np.add(native, EPOCHS[column.kind], dtype=native.dtype)
    return counted
