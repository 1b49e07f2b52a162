"""Compares stored vectors and failures with those that the images must have."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgfeaturize.cli import report
from pgfeaturize.db.statements import Connection, execute

#: Expected result of an image: a vector, or the reason of a failure.
Expected = NDArray[np.float32] | str


def stored_rows(connection: Connection, featurizer: str) -> list[Any]:
    """Return all rows, vectors and failures of a featurizer whose source has the key `id`."""
    (places,) = execute(connection, "places", featurizer)
    return execute(connection, "stored_rows", featurizer, **places._asdict())


def wrong_results(rows: Sequence[Any], expected: Callable[[Any], Expected]) -> Iterator[str]:
    """Yield rows with a missing, superfluous, duplicate or different result.

    Args:
        rows: rows of `stored_rows`.
        expected: returns the expected result of a row whose image is not null.
    """
    times = Counter(row.id for row in rows)
    yield from (f"row {key} is there {number} times" for key, number in times.items() if number > 1)
    for row in rows:
        result = expected(row) if row.image is not None else None
        vector = result if isinstance(result, np.ndarray) else None
        reason = result if isinstance(result, str) else None
        actual, correct = _describe(row.vector, row.reason), _describe(vector, reason)
        if not row.there:
            yield f"row {row.id} was deleted, but has {actual}"
        elif actual != correct:
            yield f"row {row.id} has {actual} instead of {correct}"
        elif vector is not None and not np.array_equal(np.array(row.vector, np.float32), vector):
            yield f"row {row.id} has another vector than that of its image"


def _describe(vector: Any, reason: str | None) -> str:
    has = ["a vector"] * (vector is not None) + [f"the failure {reason}"] * (reason is not None)
    return " and ".join(has) or "nothing"


def wrong_progress(progress: Any, rows: Sequence[Any]) -> Iterator[str]:
    """Yield differences between featurize.progress and the rows."""
    existing = {row.id: row for row in rows if row.there}.values()
    yield from unbalanced(progress, len(existing))
    counted = {
        "embedded": sum(row.vector is not None for row in existing),
        "failed": sum(row.reason is not None for row in existing),
        "empty": sum(row.image is None for row in existing),
    }
    for state, number in counted.items():
        if getattr(progress, state) != number:
            yield f"progress says {getattr(progress, state)} {state}, there are {number}"


def unbalanced(progress: Any, rows: int) -> Iterator[str]:
    """Yield a message if the states do not add up to the number of rows."""
    if not sum(getattr(progress, state) for state in report.STATES) == progress.rows == rows:
        yield f"{report.conservation(progress)}, and there are {rows}"


def leftovers(connection: Connection) -> Iterator[str]:
    """Yield the numbers of queued rows and of leases, unless they are 0."""
    (counts,) = execute(connection, "leftovers")
    yield from (f"{number} {name}" for name, number in counts._asdict().items() if number)
