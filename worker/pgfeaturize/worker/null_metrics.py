"""The interface through which a worker reports events; this implementation discards them.

`metrics.Metrics` counts them for Prometheus.
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
    """Discards all events."""

    def watch(self, heartbeat: Heartbeat) -> None:
        """The worker has registered; this is its heartbeat."""

    def stage(self, name: str) -> AbstractContextManager[object]:  # noqa: ARG002
        """Enclose a stage of the dispatcher: claim or settle."""
        return nullcontext()

    def completed(self, result: BatchResult) -> None:
        """A batch is settled completely."""

    def settled(self, featurizer: str, settled: SettleCounts, outcomes: Sequence[Outcome]) -> None:
        """A lease of a featurizer is settled."""

    def released(self, featurizer: str, rows: int) -> None:
        """A lease was released, because its vectors may not be stored now."""

    def answered(self, outcome: str) -> None:
        """An embed() request was answered: embedded, failed or refused."""
