"""What a worker tells of its work to whoever watches it; by default nobody, and nothing is done.

`metrics.Metrics` is the one that keeps count.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from pgfeaturize.db.queue import SettleCounts
from pgfeaturize.db.vectors import Outcome
from pgfeaturize.pipeline import BatchResult
from pgfeaturize.worker.heartbeat import Heartbeat

#: Address that metrics are served at: host and port.
Address = tuple[str, int]


class NullMetrics:
    """Hears of everything, and forgets it."""

    def watch(self, heartbeat: Heartbeat) -> None:
        """The worker has registered, and its signs of life are sent by this heartbeat."""

    def stage(self, name: str) -> AbstractContextManager[object]:  # noqa: ARG002
        """Enclose one of the stages that take place in the loop: claim or settle."""
        return nullcontext()

    def completed(self, embedded: BatchResult) -> None:
        """A batch of images has been through the pipeline, and all of it is settled."""

    def settled(self, featurizer: str, settled: SettleCounts, outcomes: Sequence[Outcome]) -> None:
        """The database has taken what came of the rows of a featurizer."""

    def released(self, featurizer: str, rows: int) -> None:
        """Rows were given back, because their vectors may not be stored now."""

    def answered(self, outcome: str) -> None:
        """Somebody who waited for an image has the answer: embedded, failed or refused."""
