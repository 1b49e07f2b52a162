"""Waiting for rows: by NOTIFY where the idle lock can be taken, else by polling."""

import select
from collections.abc import Callable

import psycopg

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.worker.activity import Activity

#: Seconds between polls: with the idle lock; without it, the first and the longest.
LOCKED_PAUSE, FIRST_PAUSE, LONGEST_PAUSE = 5.0, 0.05, 1.0
#: Seconds before the idle lock is taken again after a notification that brought no work: the first and the longest.
FIRST_DELAY, LONGEST_DELAY = 0.005, 0.05


class Notifier:
    """Blocks an idle worker until there may be work.

    Args:
        connection: that listens.
        wake_fd: file descriptor that becomes readable when the worker has to stop.
        activity: is told when the worker waits, and when it runs a statement.
    """

    def __init__(self, connection: Connection, wake_fd: int, activity: Activity) -> None:
        self._connection = connection
        self._activity = activity
        self._wake_fd = wake_fd
        self._notified = False
        self._pause = FIRST_PAUSE
        self._delay = 0.0
        connection.add_notify_handler(self._on_notify)
        execute(connection, "listen")

    def _on_notify(self, _: psycopg.Notify) -> None:
        self._notified = True

    def reset(self) -> None:
        """Poll at the shortest interval again, because there was work."""
        self._notified = False
        self._pause = FIRST_PAUSE
        self._delay = 0.0

    def wait(self, has_work: Callable[[], bool], longest: float | None = None) -> None:
        """Return when there may be work, or after a pause of at most `longest` seconds.

        While the worker holds the idle lock, writers see that a worker is idle and notify it. Rows written before the
        lock was taken were not announced, so it looks for work once more.

        If the last notification brought no work, as for a paused featurizer, the worker takes the lock only after a
        delay. Writers send no notification meanwhile, which would take a database-wide lock at commit.
        """
        if self._notified:
            self._delay = min(max(self._delay * 2, FIRST_DELAY), LONGEST_DELAY)
            select.select([self._wake_fd], [], [], self._delay)
        self._activity.begin("asking to be notified of rows")
        ((locked, must_poll),) = execute(self._connection, "try_idle_lock")
        self._notified = False  # rows announced so far are found by has_work()
        try:
            if not has_work() and not self._notified:
                readable = [self._connection.fileno(), self._wake_fd]
                pause = LOCKED_PAUSE if locked and not must_poll else self._pause
                self._activity.end()
                select.select(readable, [], [], pause if longest is None else min(pause, longest))
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
        finally:
            if locked and not self._connection.broken:
                self._activity.begin("releasing the lock of idle workers")
                execute(self._connection, "release_idle_lock")
