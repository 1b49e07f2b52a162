"""Web servers that fail: after some failures in a row, or when asked to wait, a worker sends them nothing for a while."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pgfeaturize.errors import ReadFailed

#: Transient failures in a row after which a host gets no requests for a while.
FAILURES = 4
#: Seconds of the first pause, doubled each time; of the longest one; and of the longest that a server may ask for.
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_REQUESTED = 5.0, 60.0, 3600.0


@dataclass
class _Host:
    failures: int = 0
    pause: float = FIRST_PAUSE
    resumes_at: float = 0.0
    error: str = ""


class Hosts:
    """The state of all web servers that a worker asks, by scheme, name and port. For any number of threads.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def check(self, host: str, uri: str) -> None:
        """Check that a request may be sent to a host.

        Raises:
            ReadFailed: it has failed too often, or has asked to wait.
        """
        with self._lock:
            state = self._hosts.get(host)
            seconds = state.resumes_at - self._clock() if state else 0.0
            if state is None or seconds <= 0:
                return
            error = ReadFailed(f'"{uri}" was not requested, because {host} has failed: {state.error}')
        error.retry_after = timedelta(seconds=seconds)
        raise error

    def failed(self, host: str, error: ReadFailed) -> None:
        """Record a transient failure of a host."""
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            state.failures += 1
            state.error = error.message
            if error.retry_after:
                seconds = min(error.retry_after.total_seconds(), LONGEST_REQUESTED)
                state.resumes_at = max(state.resumes_at, self._clock() + seconds)
            # After a pause, one more failure is enough for the next one.
            elif state.failures >= FAILURES and state.resumes_at <= self._clock():
                state.resumes_at = self._clock() + state.pause
                state.pause = min(state.pause * 2, LONGEST_PAUSE)

    def succeeded(self, host: str) -> None:
        """Record an answer of a host, also one that there is no such image."""
        with self._lock:
            self._hosts.pop(host, None)


def parse_retry_after(value: str | None, date: str | None = None) -> timedelta | None:
    """Return the time that a Retry-After header asks for: seconds, or a date; None if it is malformed or past.

    Args:
        value: the header.
        date: header Date of the same answer, so that a wrong clock of this machine does not matter.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:12])
    else:
        until, now = _parse_date(text), _parse_date(date or "") or datetime.now(UTC)
        seconds = (until - now).total_seconds() if until else 0.0
    return timedelta(seconds=min(seconds, LONGEST_REQUESTED)) if seconds > 0 else None


def _parse_date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
