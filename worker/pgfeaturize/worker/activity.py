"""What the work loop of a worker is doing: tells a worker that waits for rows from one that hangs."""

import time
from collections.abc import Callable


class Activity:
    """The current step of a work loop, and since when; written by the loop, read by other threads.

    Args:
        limit: seconds after which a step hangs, unless it makes progress.
        progressed_at: returns time.monotonic() of the last progress that other threads made for the loop.
    """

    def __init__(self, limit: float, progressed_at: Callable[[], float] = lambda: 0.0) -> None:
        self._limit = limit
        self._progressed_at = progressed_at
        self._step: tuple[str, float, float] = "", 0.0, 0.0

    def begin(self, step: str, limit: float | None = None) -> None:
        """Record that the loop begins a step, such as "claiming rows of photos_resnet18"."""
        self._step = step, time.monotonic(), self._limit if limit is None else limit

    def end(self) -> None:
        """Record that the loop waits for work."""
        self._step = "", 0.0, 0.0

    @property
    def stuck(self) -> str | None:
        """The step that has made no progress for longer than its limit, and the seconds; None if there is none."""
        step, since, limit = self._step
        seconds = time.monotonic() - max(since, self._progressed_at())
        return f"{step} for {seconds:.0f} s" if step and seconds > limit else None
