"""Writes NumPy's npz: one array per column, which numpy.load() reads without pickle.

An archive contains one array after the other, but rows arrive with all their columns. The first column of vectors is
written to the archive directly; the others are buffered in temporary files.
"""

import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from pgfeaturize.db.copy_binary import Field, texts
from pgfeaturize.db.vectors import decode_vectors
from pgfeaturize.export.source import Chunk, Column
from pgfeaturize.export.values import missing, numbers

FORM = "typed"

TIMES = {"date": "datetime64[D]", "timestamp": "datetime64[us]", "timestamptz": "datetime64[us]"}


def write(file: BinaryIO, columns: Sequence[Column], rows: int, chunks: Iterable[Chunk]) -> None:
    """Write the archive.

    Null is a row of NaN for vectors, NaN for numbers (whose type is then float64), NaT for dates and times, and "" for
    texts. Times are in UTC.
    """
    direct = next(n for n, column in enumerate(columns) if column.kind == "vector")
    with ExitStack() as stack, zipfile.ZipFile(file, "w") as archive:
        buffered = {
            number: BufferedColumn(stack.enter_context(tempfile.TemporaryFile()), column)
            for number, column in enumerate(columns)
            if number != direct
        }
        with _entry(archive, columns[direct].name) as entry:
            _header(entry, np.dtype("<f4"), (rows, columns[direct].dim))
            for chunk in chunks:
                entry.write(_little(_array(columns[direct], chunk[direct])))
                for number, column in buffered.items():
                    column.add(chunk[number])
        for other in buffered.values():
            with _entry(archive, other.column.name) as entry:
                other.copy_to(entry, rows)


class BufferedColumn:
    """A column in a temporary file, as one array per chunk."""

    def __init__(self, file: BinaryIO, column: Column) -> None:
        self.column = column
        self._file = file
        self._chunks = 0
        self._kind = _array(column, []).dtype

    def add(self, fields: Sequence[Field]) -> None:
        """Append the fields of a chunk."""
        array = _array(self.column, fields)
        self._kind = np.result_type(self._kind, array.dtype)
        np.save(self._file, array, allow_pickle=False)
        self._chunks += 1

    def copy_to(self, entry: Any, rows: int) -> None:
        """Write it as one array, with a type for all its values."""
        shape = (rows, self.column.dim) if self.column.kind == "vector" else (rows,)
        _header(entry, self._kind.newbyteorder("<"), shape)
        for array in self._arrays():
            entry.write(_little(array.astype(self._kind)))

    def _arrays(self) -> Iterator[npt.NDArray[Any]]:
        self._file.seek(0)
        for _ in range(self._chunks):
            yield np.load(self._file, allow_pickle=False)


def _array(column: Column, fields: Sequence[Field]) -> npt.NDArray[Any]:
    if column.kind == "vector":
        return decode_vectors(fields, column.dim)
    if column.kind == "text":
        return np.array(texts(fields), np.str_)
    values, is_null = numbers(column, fields), missing(fields)
    if column.kind in TIMES:
        values = values.astype(np.int64).view("int64").astype(TIMES[column.kind])
        values[is_null] = np.datetime64("NaT")
    elif is_null.any():
        values = values.astype(np.float64)
        values[is_null] = np.nan
    return values


def _entry(archive: zipfile.ZipFile, name: str) -> Any:
    return archive.open(f"{name}.npy", "w", force_zip64=True)


def _header(entry: Any, kind: np.dtype[Any], shape: tuple[int, ...]) -> None:
    header = {"descr": npy.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(entry, header)


def _little(array: npt.NDArray[Any]) -> memoryview:
    """Return the bytes of an array, little-endian."""
    return memoryview(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
