"""Whether each row has what it should have, once nothing is under way: its vector, or its failure."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pgfeaturize.cli import report
from pgfeaturize.db.statements import Connection, execute

#: What an image must come to: a vector, or the reason of a failure.
Due = NDArray[np.float32] | str


def account(connection: Connection, featurizer: str) -> list[Any]:
    """All rows, vectors and failures of a featurizer whose source has the key `id`."""
    (places,) = execute(connection, "places", featurizer)
    return execute(connection, "account", featurizer, **places._asdict())


def unlike(rows: Sequence[Any], due: Callable[[Any], Due]) -> Iterator[str]:
    """What is lost, left over, there twice, or another vector than it should be, bit for bit.

    Args:
        rows: of `account`.
        due: what a row must have whose image is not null.
    """
    times = Counter(row.id for row in rows)
    yield from (f"row {key} is there {number} times" for key, number in times.items() if number > 1)
    for row in rows:
        wanted = due(row) if row.image is not None else None
        vector = wanted if isinstance(wanted, np.ndarray) else None
        reason = wanted if isinstance(wanted, str) else None
        found, meant = _shown(row.vector, row.reason), _shown(vector, reason)
        if not row.there:
            yield f"row {row.id} is gone, but has {found}"
        elif found != meant:
            yield f"row {row.id} has {found} instead of {meant}"
        elif vector is not None and not np.array_equal(np.array(row.vector, np.float32), vector):
            yield f"row {row.id} has another vector than that of its image"


def _shown(vector: Any, reason: str | None) -> str:
    has = ["a vector"] * (vector is not None) + [f"the failure {reason}"] * (reason is not None)
    return " and ".join(has) or "nothing"


def unequal(progress: Any, rows: Sequence[Any]) -> Iterator[str]:
    """Where featurize.progress says something else than the rows."""
    there = {row.id: row for row in rows if row.there}.values()
    yield from unbalanced(progress, len(there))
    counted = {
        "embedded": sum(row.vector is not None for row in there),
        "failed": sum(row.reason is not None for row in there),
        "empty": sum(row.image is None for row in there),
    }
    for state, number in counted.items():
        if getattr(progress, state) != number:
            yield f"progress says {getattr(progress, state)} {state}, there are {number}"


def unbalanced(progress: Any, rows: int) -> Iterator[str]:
    """Where the states do not add up to so many rows."""
    if not sum(getattr(progress, state) for state in report.STATES) == progress.rows == rows:
        yield f"{report.conservation(progress)}, and there are {rows}"


def left(connection: Connection) -> Iterator[str]:
    """What is queued or leased."""
    (leftovers,) = execute(connection, "leftovers")
    yield from (f"{n} {what}" for what, n in leftovers._asdict().items() if n)
