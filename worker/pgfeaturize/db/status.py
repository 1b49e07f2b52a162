"""Rows of the views that show the state of featurizers and workers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Progress:
    """Number of rows of a featurizer in each state. See featurize.progress.

    Attributes:
        featurizer: its name.
        rows: rows of the source, the sum of the states below.
        embedded: rows with a vector of the current feature space.
        stale: rows with a vector of an older feature space.
        pending: rows that wait.
        leased: rows that a worker is featurizing.
        failed: rows that could not be featurized.
        empty: rows without an image.
        oldest_pending: when the oldest pending row was queued.
        rows_per_second: recent rate of all workers.
        eta: time until no row is pending, at that rate; None if unknown.
        note: why the featurizer is blocked or slow, if it is.
    """

    featurizer: str
    rows: int
    embedded: int
    stale: int
    pending: int
    leased: int
    failed: int
    empty: int
    oldest_pending: datetime | None
    rows_per_second: float
    eta: timedelta | None
    note: str | None

    @property
    def unfinished(self) -> int:
        """Number of rows that are yet to be featurized."""
        return self.pending + self.leased + self.stale


@dataclass(frozen=True)
class Failure:
    """A row that could not be featurized. See featurize.failure."""

    featurizer: str
    key: dict[str, Any]
    image: str | None
    reason: str
    detail: str
    attempts: int
    failed_at: datetime


@dataclass(frozen=True)
class LiveWorker:
    """A worker with a recent heartbeat. See featurize.worker."""

    id: int
    host: str
    pid: int
    device: str
    serves: list[str]
    started_at: datetime
    last_heartbeat: datetime
    stuck: str | None
