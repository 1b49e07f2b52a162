"""What may be compared with embeddings."""

from typing import Any

from sqlalchemy.exc import ArgumentError


def as_vector(query: Any) -> list[float]:
    """Numbers for pgvector, of numbers, of a vector of its own, or of an Embedding.

    Raises:
        ArgumentError: it is none of these.
    """
    numbers = getattr(query, "embedding", query)
    try:
        return [float(n) for n in (numbers.to_list() if hasattr(numbers, "to_list") else numbers)]
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"{type(query).__name__} is no vector to compare embeddings with; "
            "pass numbers, or an embedding such as photo.look"
        ) from error
