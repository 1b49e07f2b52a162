"""Pauses of featurizers and models that could not be served."""

import time
from dataclasses import dataclass

import psycopg

#: Seconds before a featurizer that could not be served is tried again; doubled each time.
FIRST_BACKOFF, LONGEST_BACKOFF = 5.0, 60.0
#: Seconds before a featurizer is tried again whose table another transaction has locked.
LOCKED_BACKOFF = 0.5


@dataclass(frozen=True)
class Backoff:
    """A pause of a featurizer or a model.

    Attributes:
        ends_at: time.monotonic() of its end.
        seconds: its length.
        error: why it could not be served.
    """

    ends_at: float
    seconds: float
    error: Exception

    @property
    def failed(self) -> bool:
        """Whether it was an error, and not only a lock of another transaction."""
        return not isinstance(self.error, psycopg.errors.LockNotAvailable)


class Backoffs:
    """The pauses of a worker, by featurizer or model; one ends when it is served again."""

    def __init__(self) -> None:
        self._by_name: dict[str, Backoff] = {}

    @property
    def has_failed(self) -> bool:
        """Whether any featurizer or model could not be served because of an error."""
        return any(backoff.failed for backoff in self._by_name.values())

    def error(self, name: str) -> Exception | None:
        """Return why one could not be served at the last time; None if it could."""
        backoff = self._by_name.get(name)
        return backoff.error if backoff else None

    def is_over(self, name: str) -> bool:
        """Return whether one may be tried."""
        backoff = self._by_name.get(name)
        return backoff is None or backoff.ends_at <= time.monotonic()

    def start(self, name: str, error: Exception) -> None:
        """Let one wait that could not be served; longer than the last time, if that was an error, too."""
        last, seconds = self._by_name.get(name), FIRST_BACKOFF
        if isinstance(error, psycopg.errors.LockNotAvailable):
            seconds = LOCKED_BACKOFF
        elif last and last.failed:
            if not self.is_over(name):
                return  # another batch in flight had the same error
            seconds = min(last.seconds * 2, LONGEST_BACKOFF)
        self._by_name[name] = Backoff(time.monotonic() + seconds, seconds, error)

    def clear(self, name: str) -> None:
        """Record that one was served."""
        self._by_name.pop(name, None)

    def seconds_locked(self) -> float | None:
        """Return the seconds until one whose table was locked is tried again; None if there is none."""
        now = time.monotonic()
        left = [each.ends_at - now for each in self._by_name.values() if not each.failed and each.ends_at > now]
        return min(left, default=None)
