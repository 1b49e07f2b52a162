"""Binary COPY streams: taken apart right wherever they are cut, and refused where they are damaged."""

import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from pgfeaturize.db.copy_binary import length, texts, tuples, vectors
from pgfeaturize.errors import DatabaseError

HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TRAILER = b"\xff\xff"
ROWS = [(b"one", None), (b"", b"x" * 300), (None, None), (b"\xff\xff", b"PGCOPY")]


def packed(rows: Iterable[Iterable[bytes | None]]) -> bytes:
    """Rows as the server writes them."""
    data = b""
    for row in map(list, rows):
        data += struct.pack(">h", len(row))
        for field in row:
            data += (
                struct.pack(">i", -1) if field is None else struct.pack(">i", len(field)) + field
            )
    return data


def vector(*numbers: float) -> bytes:
    """A vector as pgvector sends it."""
    return struct.pack(f">HH{len(numbers)}f", len(numbers), 0, *numbers)


def cut(data: bytes, size: int) -> Iterator[memoryview]:
    """Buffers of a size."""
    return (memoryview(data[start : start + size]) for start in range(0, len(data), size))


def found(buffers: Iterable[bytes | memoryview]) -> list[tuple[bytes | None, ...]]:
    """The rows of a stream."""
    return [tuple(None if f is None else bytes(f) for f in row) for row in tuples(buffers)]


class TestTuples:
    """Where buffers end means nothing."""

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 19, 20, 21, 100, 10_000])
    def test_cut_anywhere(self, size: int) -> None:
        assert found(cut(HEADER + packed(ROWS) + TRAILER, size)) == ROWS

    def test_a_buffer_for_each_row(self) -> None:
        assert found([HEADER, *(packed([row]) for row in ROWS), TRAILER]) == ROWS

    def test_an_extension_of_the_header_is_skipped(self) -> None:
        extended = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 5) + b"later"
        for size in (1, 20, 1000):
            assert found(cut(extended + packed(ROWS) + TRAILER, size)) == ROWS

    def test_no_rows(self) -> None:
        assert found([HEADER + TRAILER]) == []

    def test_all_buffers_are_taken(self) -> None:
        """The server has to be asked to the end whether all went well."""
        buffers = iter([HEADER + TRAILER, b"", b""])
        assert found(buffers) == []
        assert list(buffers) == []

    @pytest.mark.parametrize(
        "data",
        [b"", HEADER[:10], HEADER, HEADER + packed(ROWS), HEADER + packed(ROWS)[:-1]],
        ids=["nothing", "half a header", "no rows", "no trailer", "half a row"],
    )
    def test_a_stream_that_breaks_off(self, data: bytes) -> None:
        with pytest.raises(DatabaseError, match="end too early"):
            found([data])

    def test_another_form(self) -> None:
        with pytest.raises(DatabaseError, match="binary form"):
            found([b"1\tone\n2\ttwo\n3\tthree\n"])


class TestVectors:
    """Columns become arrays."""

    def test_numbers_are_the_same(self) -> None:
        numbers = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
        array = vectors([memoryview(vector(*row)) for row in numbers.tolist()], 5)
        assert array.dtype == np.float32
        assert array.flags.writeable
        np.testing.assert_array_equal(array, numbers)

    def test_null_is_a_row_of_nan(self) -> None:
        array = vectors([None, vector(1, 2)], 2)
        np.testing.assert_array_equal(array, [[np.nan, np.nan], [1, 2]])

    def test_none(self) -> None:
        assert vectors([], 4).shape == (0, 4)

    def test_another_length(self) -> None:
        with pytest.raises(DatabaseError, match="vectors of 2 and of 3 numbers") as raised:
            vectors([vector(1, 2), vector(1, 2, 3)], 2)
        assert "view" in raised.value.hint

    def test_length(self) -> None:
        assert length(vector(1, 2, 3)) == 3
        assert length(None) == 0


def test_texts() -> None:
    assert texts([b"a", memoryview("ä".encode()), None]) == ["a", "ä", ""]


def test_the_package_imports_little() -> None:
    """What it exports is imported when it is asked for, and only torch's own tensors want torch."""
    program = (
        "import sys, pgfeaturize; assert 'numpy' not in sys.modules and 'psycopg' not in sys.modules;"
        "pgfeaturize.load_training; assert 'numpy' in sys.modules and 'torch' not in sys.modules;"
        "assert 'load_training' in pgfeaturize.__all__ == sorted(pgfeaturize.__all__)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_package_has_nothing_else() -> None:
    import pgfeaturize

    with pytest.raises(AttributeError, match="no attribute 'load_trainings'"):
        pgfeaturize.load_trainings  # noqa: B018
