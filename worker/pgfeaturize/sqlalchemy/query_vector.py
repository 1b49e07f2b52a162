"""Vectors that are compared with embeddings."""

from typing import Any

from sqlalchemy.exc import ArgumentError

#: Types of images. They are sequences of numbers, too, but not vectors.
BYTES = (bytes, bytearray, memoryview)


def as_vector(query: Any) -> list[float]:
    """Convert a sequence of numbers, a vector of pgvector or an Embedding to a list of floats.

    Raises:
        ArgumentError: `query` is none of these.
    """
    numbers = getattr(query, "embedding", query)
    try:
        if isinstance(numbers, BYTES):
            raise TypeError("bytes are an image")
        return [float(n) for n in (numbers.to_list() if hasattr(numbers, "to_list") else numbers)]
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"{type(query).__name__} is not a vector; pass a sequence of numbers or an embedding such as photo.look"
        ) from error
