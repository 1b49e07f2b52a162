"""Messages that C libraries write to file descriptor 2, such as libtiff's, become log lines of level debug."""

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

log = logging.getLogger("pgfeaturize")

#: Longer lines are split.
_LINE_BYTES = 4096


@contextmanager
def capture() -> Iterator[None]:
    """Replace file descriptor 2 by a pipe whose lines are logged, while the block runs.

    Python itself (sys.stderr, tracebacks of crashes) writes to the original stderr. Writing to the pipe never blocks: a
    library may hold the interpreter's lock, which the reader needs. What does not fit into the pipe is discarded.
    """
    stderr, had_traceback = sys.stderr, faulthandler.is_enabled()
    original = os.dup(2)
    read, write = os.pipe()
    os.set_blocking(write, False)
    with suppress(OSError, ValueError):  # a replaced sys.stderr may have no descriptor
        if stderr.fileno() == 2:
            stderr.flush()
            # It stays open, because log handlers keep it.
            sys.stderr = open(os.dup(2), "w", 1, stderr.encoding, stderr.errors, closefd=False)  # noqa: SIM115
    faulthandler.enable(original)
    os.dup2(write, 2)
    os.close(write)
    reader = threading.Thread(target=_log_lines, args=(read,), name="library messages", daemon=True)
    reader.start()
    try:
        yield
    finally:
        os.dup2(original, 2)  # closes the pipe for writing, unless a child process still has it
        reader.join(1)
        faulthandler.disable()
        if had_traceback:
            faulthandler.enable(2)
        os.close(original)
        sys.stderr = stderr


def _log_lines(descriptor: int) -> None:
    with open(descriptor, "rb") as pipe:
        while line := pipe.readline(_LINE_BYTES):
            if text := line.decode(errors="replace").strip():
                log.debug("a library says: %s", text)
