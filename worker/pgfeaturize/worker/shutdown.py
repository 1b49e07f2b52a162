"""Orderly shutdown: the first SIGTERM or SIGINT finishes the current batches, the second exits."""

import logging
import os
import select
import signal
from types import FrameType
from typing import Self

log = logging.getLogger("pgfeaturize")


class Shutdown:
    """A context manager that handles the signals that stop a worker.

    Attributes:
        requested: whether a signal has arrived.
        fd: file descriptor that is readable from the first signal on.
    """

    SIGNALS = (signal.SIGTERM, signal.SIGINT)

    def __init__(self) -> None:
        self.requested = False
        self.fd, self._write = os.pipe()

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._on_signal) for number in self.SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self.requested:
            os._exit(128 + number)
        self.requested = True
        log.info("stopping: finishing the current batches")
        os.write(self._write, b"!")

    def wait(self, seconds: float) -> None:
        """Wait for this many seconds, or until a signal arrives."""
        select.select([self.fd], [], [], seconds)
