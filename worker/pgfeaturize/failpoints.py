"""Failpoints: named places at which a test can have the process receive a signal.

PGFEATURIZE_FAILPOINT=after_claim:3:KILL kills the process the third time it passes `after_claim`.
"""

import os
import signal
from itertools import count

_NAME, _TIME, _SIGNAL = (os.environ.get("PGFEATURIZE_FAILPOINT") or ":0:KILL").split(":")
_passed = count(1)


def hit(name: str) -> None:
    """Send the signal if the environment asks for it at this failpoint and this pass."""
    if name == _NAME and next(_passed) == int(_TIME):
        # To this thread, so that it is delivered before the next line.
        signal.raise_signal(signal.Signals[f"SIG{_SIGNAL}"])
