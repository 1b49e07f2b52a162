"""Waiting for a condition, with a deadline."""

import threading
import time
from collections.abc import Callable
from typing import Any

#: Seconds between two looks.
PAUSE = 0.02


def wait_for(condition: Callable[[], Any], patience: float) -> Any:
    """Wait until a condition holds, and return its result; after `patience` seconds return the false one."""
    deadline = time.monotonic() + patience
    look = threading.Event()
    while not (found := condition()) and time.monotonic() < deadline:
        look.wait(PAUSE)
    return found
