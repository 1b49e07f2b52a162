"""Points at which a process can be hit by a signal, so that tests see what it leaves behind.

PGFEATURIZE_FAILPOINT=after_claim:3:KILL kills it the third time that it passes the point `after_claim`.
"""

import os
import signal
from itertools import count

_POINT, _TIME, _SIGNAL = (os.environ.get("PGFEATURIZE_FAILPOINT") or ":0:KILL").split(":")
_passed = count(1)


def point(name: str) -> None:
    """Send the signal, if that was asked for here and now."""
    if name == _POINT and next(_passed) == int(_TIME):
        # To this thread, which does not get past this line before it is heard.
        signal.raise_signal(signal.Signals[f"SIG{_SIGNAL}"])
