"""Writes Parquet with pyarrow: vectors are fixed-size lists of float32."""

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from pgfeaturize.db.copy_binary import Field
from pgfeaturize.db.vectors import decode_vectors
from pgfeaturize.export.source import Chunk, Column
from pgfeaturize.export.values import missing, numbers

FORM = "typed"

TYPES = {
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float4": pa.float32(),
    "float8": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
    "text": pa.string(),
}


def write(file: BinaryIO, columns: Sequence[Column], rows: int, chunks: Iterable[Chunk]) -> None:  # noqa: ARG001
    """Write one row group per chunk."""
    schema = pa.schema([(column.name, _type(column)) for column in columns])
    repeating = [column.name for column in columns if column.kind == "text"]
    with pq.ParquetWriter(file, schema, use_dictionary=repeating) as writer:
        for chunk in chunks:
            arrays = [_array(*pair) for pair in zip(columns, chunk, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _type(column: Column) -> Any:
    return pa.list_(pa.float32(), column.dim) if column.kind == "vector" else TYPES[column.kind]


def _array(column: Column, fields: Sequence[Field]) -> Any:
    if column.kind == "text":
        return pa.array([None if f is None else f.decode() for f in fields], pa.string())
    is_null = missing(fields)
    if column.dim == 0 and column.kind == "vector":
        return pa.nulls(len(fields), _type(column))
    if column.kind == "vector":
        flat = pa.array(decode_vectors(fields, column.dim).ravel())
        return pa.FixedSizeListArray.from_arrays(flat, column.dim, mask=pa.array(is_null))
    values = pa.array(numbers(column, fields), mask=is_null)
    return values.view(TYPES[column.kind]) if pa.types.is_temporal(TYPES[column.kind]) else values
