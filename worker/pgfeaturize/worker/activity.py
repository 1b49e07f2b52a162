"""What the work loop of a worker is doing: tells a worker that waits for rows from one that hangs."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class _Step:
    name: str
    limit: float
    began_at: float
    progressed_at: Callable[[], float] = lambda: 0.0


class Activity:
    """The current step of a work loop, and since when; written by the loop, read by other threads.

    Args:
        limit: seconds after which a step hangs, unless it makes progress.
        progressed_at: returns time.monotonic() of the last progress of the threads that embed.
    """

    def __init__(self, limit: float, progressed_at: Callable[[], float]) -> None:
        self._limit = limit
        self._progressed_at = progressed_at
        self._step: _Step | None = None

    def begin(self, step: str, limit: float | None = None) -> None:
        """Record that the loop begins a step, such as "claiming rows of photos_resnet18"."""
        self._step = _Step(step, limit or self._limit, time.monotonic())

    def begin_embedding(self, step: str) -> None:
        """Record that the loop waits for the threads that embed.

        They make progress for embed() requests, too: in other steps, it does not show that the loop makes any.
        """
        self._step = _Step(step, self._limit, time.monotonic(), self._progressed_at)

    def end(self) -> None:
        """Record that the loop waits for work."""
        self._step = None

    @property
    def stuck(self) -> str | None:
        """The step that has made no progress for longer than its limit, and the seconds; None if there is none."""
        step = self._step
        if step is None:
            return None
        seconds = time.monotonic() - max(step.began_at, step.progressed_at())
        return f"{step.name} for {seconds:.0f} s" if seconds > step.limit else None
