"""Log lines about the rows of a batch that were not embedded as they are; tables of the schema list the rows."""

import logging
from collections import defaultdict
from collections.abc import Sequence

from pgfeaturize.db.queue import SettleCounts
from pgfeaturize.db.vectors import Outcome
from pgfeaturize.errors import ImageError, TruncatedImage

log = logging.getLogger("pgfeaturize")


def log_failures(featurizer: str, outcomes: Sequence[Outcome]) -> None:
    """Log one line for each reason; featurize.failure has the rows."""
    failures: defaultdict[str, list[ImageError]] = defaultdict(list)
    for outcome in outcomes:
        if isinstance(outcome, ImageError):
            failures[outcome.reason].append(outcome)
    for reason, alike in failures.items():
        log.warning(
            "featurizer %s: %s of %s rows failed: %s, for example: %s",
            featurizer,
            len(alike),
            len(outcomes),
            reason,
            alike[0].message,
            extra={"featurizer": featurizer},
        )


def log_truncated(featurizer: str, errors: Sequence[TruncatedImage], rows: int) -> None:
    """Log that only a part of images was embedded."""
    log.warning(
        "featurizer %s: of %s of %s rows a part of the image was embedded, for example: %s; see featurize.truncated",
        featurizer,
        len(errors),
        rows,
        errors[0].message,
        extra={"featurizer": featurizer},
    )


def log_refused(featurizer: str, counts: SettleCounts, outcomes: Sequence[Outcome]) -> None:
    """Log that the database refused rows; it also counts them as failed."""
    refused = counts.failed + counts.retried - sum(isinstance(outcome, ImageError) for outcome in outcomes)
    if refused > 0:
        log.warning(
            "featurizer %s: at least %s of %s rows were not stored; featurize.failure has the message of the database",
            featurizer,
            refused,
            len(outcomes),
            extra={"featurizer": featurizer},
        )
