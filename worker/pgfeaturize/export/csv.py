"""Writes comma-separated values as in RFC 4180 and PostgreSQL's COPY: null is empty, an empty text is "".

A vector becomes one column per value, in PostgreSQL's own text format.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from pgfeaturize.db.copy_binary import Field
from pgfeaturize.errors import DatabaseError
from pgfeaturize.export.source import Chunk, Column

FORM = "text"


def write(file: BinaryIO, columns: Sequence[Column], rows: int, chunks: Iterable[Chunk]) -> None:  # noqa: ARG001
    """Write a line of names and one line per row, in UTF-8."""
    file.write(",".join(_names(columns)).encode() + b"\n")
    for chunk in chunks:
        cells = [_cells(*pair) for pair in zip(columns, chunk, strict=True)]
        for row in zip(*cells, strict=True):
            file.write(",".join(row).encode() + b"\n")


def _names(columns: Sequence[Column]) -> Iterator[str]:
    for column in columns:
        if column.kind == "vector":
            yield from (_quoted(f"{column.name}.{number}") for number in range(column.dim))
        else:
            yield _quoted(column.name)


def _cells(column: Column, fields: Sequence[Field]) -> Iterator[str]:
    """Yield the cell of a column in each line; that of a vector contains commas."""
    for field in fields:
        text = None if field is None else field.decode()
        if column.kind == "vector":
            yield _numbers(column, text)
        else:
            yield "" if text is None else _quoted(text)


def _numbers(column: Column, text: str | None) -> str:
    if text is None:
        return "," * max(0, column.dim - 1)
    if (found := text.count(",") + 1) != column.dim:
        raise DatabaseError(
            f'column "{column.name}" has vectors of {column.dim} and of {found} values',
            "Export as jsonl, or export views with vectors of one length each.",
        )
    return text[1:-1]


def _quoted(text: str) -> str:
    if text and not any(character in text for character in '",\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'
