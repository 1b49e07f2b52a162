"""Columns of binary COPY: vectors become arrays, texts become strings."""

import struct

import numpy as np
import pytest

from pgfeaturize.db.copy_binary import texts
from pgfeaturize.db.vectors import decode_vectors, vector_length
from pgfeaturize.errors import DatabaseError


def vector(*values: float) -> bytes:
    """Encode a vector as pgvector sends it."""
    return struct.pack(f">HH{len(values)}f", len(values), 0, *values)


class TestDecodeVectors:
    """Columns of vectors in pgvector's binary form."""

    def test_values_are_unchanged(self) -> None:
        numbers = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
        array = decode_vectors([vector(*row) for row in numbers.tolist()], 5)
        assert array.dtype == np.float32
        assert array.flags.writeable
        np.testing.assert_array_equal(array, numbers)

    def test_null_is_a_row_of_nan(self) -> None:
        array = decode_vectors([None, vector(1, 2)], 2)
        np.testing.assert_array_equal(array, [[np.nan, np.nan], [1, 2]])

    def test_no_rows(self) -> None:
        assert decode_vectors([], 4).shape == (0, 4)

    def test_vectors_of_two_lengths(self) -> None:
        with pytest.raises(DatabaseError, match="vectors of 2 and of 3 values") as raised:
            decode_vectors([vector(1, 2), vector(1, 2, 3)], 2)
        assert "view" in raised.value.hint

    def test_vector_length(self) -> None:
        assert vector_length(vector(1, 2, 3)) == 3
        assert vector_length(None) == 0


def test_texts() -> None:
    assert texts([b"a", "ä".encode(), None]) == ["a", "ä", ""]
