"""Values in PostgreSQL's binary form, a column of a chunk at a time, as NumPy has them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pgfeaturize.db.copy_binary import Field
from pgfeaturize.errors import SettingsError
from pgfeaturize.export.source import Column

#: Big-endian, as they travel.
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
#: What NumPy and Arrow count from is 30 years earlier.
DAYS = 10_957
MICROSECONDS = DAYS * 86_400 * 1_000_000
EPOCHS = {"date": DAYS, "timestamp": MICROSECONDS, "timestamptz": MICROSECONDS}


def missing(fields: Sequence[Field]) -> npt.NDArray[np.bool_]:
    """Where the nulls are."""
    return np.fromiter((field is None for field in fields), np.bool_, len(fields))


def numbers(column: Column, fields: Sequence[Field]) -> npt.NDArray[Any]:
    """The values of a simple type, nulls as zero; points in time as counted from 1970.

    Raises:
        SettingsError: a point in time is infinite.
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
            f'column "{column.name}" holds infinity, which is no {column.kind} elsewhere',
            "Export as csv or jsonl, or a view that leaves it out.",
        )
    counted: npt.NDArray[Any] = np.add(native, EPOCHS[column.kind], dtype=native.dtype)
    return counted
