"""The formats of `pgfeaturize export`, without a database."""

import csv
import io
import json
import struct
from collections.abc import Sequence

import numpy as np
import pyarrow.parquet as pq
import pytest

from pgfeaturize.db.copy_binary import Field
from pgfeaturize.errors import DatabaseError, SettingsError
from pgfeaturize.export import csv as csv_format
from pgfeaturize.export import jsonl, npz, parquet
from pgfeaturize.export.source import Chunk, Column
from tests.unit.test_vectors import vector


def written(form: object, columns: Sequence[Column], chunks: Sequence[Chunk]) -> io.BytesIO:
    """Write chunks in a format, and return the file."""
    file = io.BytesIO()
    rows = sum(len(chunk[0]) for chunk in chunks)
    form.write(file, columns, rows, iter(chunks))  # type: ignore[attr-defined]
    return io.BytesIO(file.getvalue())


def text(*values: str | None) -> list[Field]:
    """Return the fields of a text column."""
    return [None if value is None else value.encode() for value in values]


class TestCsv:
    """Comma-separated values."""

    def test_what_has_to_be_quoted_is(self) -> None:
        names = ["plain", 'says "so"', "a,b", "line\nbreak", "", None, "µ €"]
        columns = [Column("na,me", "text"), Column("v", "vector", 2)]
        chunks = [[text(*names), text(*["[1,2.5e-07]"] * 6, None)]]
        lines = written(csv_format, columns, chunks).getvalue().decode()
        assert lines.startswith('"na,me",v.0,v.1\nplain,1,2.5e-07\n')
        assert '\n"",1,' in lines, "an empty text is there, and null is not"
        head, *rows = csv.reader(io.StringIO(lines, newline=""))
        assert head == ["na,me", "v.0", "v.1"]
        assert [row[0] for row in rows] == [name or "" for name in names]
        assert rows[-1][1:] == ["", ""]

    def test_vectors_of_two_lengths(self) -> None:
        with pytest.raises(DatabaseError, match="of 2 and of 3 values") as raised:
            written(csv_format, [Column("v", "vector", 2)], [[text("[1,2]", "[1,2,3]")]])
        assert "jsonl" in raised.value.hint


def test_json_lines_are_json() -> None:
    columns = [Column('na"me', "text"), Column("n", "int4"), Column("v", "vector", 2)]
    chunks = [[text('"a\\n\\"b"', None), text("7", "8"), text("[1,1e-05]", None)]]
    lines = written(jsonl, columns, chunks).getvalue().decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {'na"me': 'a\n"b', "n": 7, "v": [1, 1e-05]},
        {'na"me': None, "n": 8, "v": None},
    ]


class TestTyped:
    """Parquet and npz, of values in binary form."""

    def test_numbers_of_a_chunk_with_null_become_floats(self) -> None:
        columns = [Column("n", "int4"), Column("v", "vector", 1), Column("w", "vector", 2)]
        four = struct.Struct(">i").pack
        chunks = [
            [[four(1), four(2)], [vector(1), vector(2)], [vector(1, 2), None]],
            [[four(3), None], [vector(3), vector(4)], [vector(5, 6), vector(7, 8)]],
        ]
        with np.load(written(npz, columns, chunks)) as arrays:  # type: ignore[arg-type]
            np.testing.assert_array_equal(arrays["n"], [1.0, 2.0, 3.0, np.nan])
            assert arrays["n"].dtype == np.float64
            np.testing.assert_array_equal(arrays["v"], [[1], [2], [3], [4]])
            np.testing.assert_array_equal(arrays["w"][0], [1, 2])
            assert np.isnan(arrays["w"][1]).all()
            assert arrays["w"].dtype == np.float32
        table = pq.read_table(written(parquet, columns, chunks))  # type: ignore[arg-type]
        assert table["n"].to_pylist() == [1, 2, 3, None]
        assert table["w"].to_pylist() == [[1, 2], None, [5, 6], [7, 8]]

    def test_no_rows_and_no_vectors(self) -> None:
        columns = [Column("n", "int8"), Column("v", "vector", 3), Column("w", "vector", 0)]
        with np.load(written(npz, columns, [])) as arrays:
            assert {name: array.shape for name, array in arrays.items()} == {"n": (0,), "v": (0, 3), "w": (0, 0)}
        assert pq.read_table(written(parquet, columns, [])).num_rows == 0
        chunk = [[b"\0" * 8], [None], [None]]
        assert pq.read_table(written(parquet, columns, [chunk]))["w"].to_pylist() == [None]  # type: ignore[list-item]
        with np.load(written(npz, columns, [chunk])) as arrays:  # type: ignore[list-item]
            assert arrays["w"].shape == (1, 0)

    @pytest.mark.parametrize("form", [npz, parquet])
    def test_infinity_is_no_time(self, form: object) -> None:
        columns = [Column("until", "timestamptz"), Column("v", "vector", 1)]
        chunk = [[struct.pack(">q", 2**63 - 1)], [vector(1)]]
        with pytest.raises(SettingsError, match='"until" has an infinite') as raised:
            written(form, columns, [chunk])
        assert "csv" in raised.value.hint
