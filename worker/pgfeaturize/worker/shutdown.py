"""Signals: the first SIGTERM or SIGINT asks to finish what is in hand, the second ends at once."""

import logging
import os
import select
import signal
from types import FrameType
from typing import Self

log = logging.getLogger("pgfeaturize")


class Shutdown:
    """Whether somebody asked the process to stop; a context manager, while it listens."""

    SIGNALS = (signal.SIGTERM, signal.SIGINT)

    def __init__(self) -> None:
        self.asked = False
        #: Readable from the first signal on, for whoever sleeps on file descriptors.
        self.fd, self._write = os.pipe()

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._hear) for number in self.SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self.asked:
            os._exit(128 + number)
        self.asked = True
        log.info("stopping: finishing what is in hand")
        os.write(self._write, b"!")

    def wait(self, seconds: float) -> None:
        """Wait so long, or until asked to stop."""
        select.select([self.fd], [], [], seconds)
