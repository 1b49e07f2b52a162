"""When rows with a transient failure are tried again."""

from dataclasses import dataclass
from datetime import timedelta

from pgfeaturize.errors import ImageError, MissingFile


@dataclass(frozen=True)
class RetryPolicy:
    """How long, and how often, rows with a transient failure are tried again.

    The server waits about as long as a row has failed until it tries again: 5 s, 10 s, 20 s, ….

    Attributes:
        duration: time from the first transient failure of a row until it fails.
        limit: longest time between two attempts, also if a web server asks for more.
        missing: the same as `duration` for files that are missing; 0: they fail at once.
    """

    duration: timedelta = timedelta(days=1)
    limit: timedelta = timedelta(hours=1)
    missing: timedelta = timedelta(0)

    def retry_for(self, error: ImageError) -> timedelta | None:
        """Return how long a row is tried again after this failure; None if it is final."""
        if isinstance(error, MissingFile):
            return self.missing or None
        return self.duration if error.transient else None
