"""Writes JSON lines: one object per row, with values as PostgreSQL writes them; a vector is a list."""

import json
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from pgfeaturize.db.copy_binary import Field
from pgfeaturize.export.source import Chunk, Column

FORM = "json"


def write(file: BinaryIO, columns: Sequence[Column], rows: int, chunks: Iterable[Chunk]) -> None:  # noqa: ARG001
    """Write one line per row, in UTF-8."""
    names = [json.dumps(column.name, ensure_ascii=False) for column in columns]
    for chunk in chunks:
        for row in zip(*chunk, strict=True):
            pairs = (f"{name}: {_value(field)}" for name, field in zip(names, row, strict=True))
            file.write(f"{{{', '.join(pairs)}}}\n".encode())


def _value(field: Field) -> str:
    return "null" if field is None else field.decode()
