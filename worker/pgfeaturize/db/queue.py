"""The job queue: claim a batch of images under leases, settle it, or release it.

The id of a lease is the token without which nothing is stored. A lease expires unless the worker's heartbeat renews it,
so the rows of a worker that dies go to other workers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

import numpy as np

from pgfeaturize import failpoints
from pgfeaturize.db.messages import Message
from pgfeaturize.db.retry_policy import RetryPolicy
from pgfeaturize.db.statements import Connection, execute, fetch, stream
from pgfeaturize.db.vectors import Outcome, Vector, VectorArray
from pgfeaturize.errors import ImageError


@dataclass(frozen=True)
class ModelFields:
    """The columns of a model, as a row of the catalog has them.

    Attributes:
        model: its name.
        preprocessing: JSON text.
        space_id: its current feature space; None before a worker has loaded it.
    """

    model: str
    backbone: str
    node: str
    pooling: str
    dim: int
    weights: str
    preprocessing: str
    space_id: int | None


@dataclass(frozen=True)
class PendingFeaturizer(ModelFields):
    """A featurizer with jobs or a backfill to do, with its model.

    Attributes:
        name: of the featurizer.
        source: oid of its table; schema and relation are the table's name.
        storage: "vector" or "halfvec".
        on_truncated: "fail" or "embed".
        blocked: whether it is marked as blocked in the catalog.
        backfilling: whether its backfill has not reached the end.
    """

    featurizer_id: int
    name: str
    source: int
    schema: str
    relation: str
    image_column: str
    image_kind: str
    storage: str
    on_truncated: str
    blocked: bool
    backfilling: bool


@dataclass(frozen=True)
class UnresolvedModel:
    """A model with parameters that a worker has to fill in; None where they are missing."""

    name: str
    backbone: str
    node: str | None
    cut: int | None
    pooling: str | None
    weights: str | None
    preprocessing: str


@dataclass(frozen=True)
class ClaimedJob:
    """A row of featurize.claim(): path or bytes only where the job carries the image."""

    lease_id: int
    featurizer_id: int
    job_id: int
    image_job_id: int
    path: str | None
    bytes: bytes | None


@dataclass(frozen=True)
class Lease:
    """Jobs of one featurizer, leased under one token.

    Attributes:
        id: the token.
        featurizer: id of the featurizer.
        jobs: ids of the jobs.
        slots: for each job, the index of its image in the claim.
    """

    id: int
    featurizer: int
    jobs: tuple[int, ...]
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Claim:
    """A batch of images of one column, and the leases of the featurizers that need them.

    Attributes:
        images: paths, URIs, data URIs or bytes.
        leases: of the featurizer that was asked for, then of its siblings.
    """

    images: tuple[str | bytes, ...]
    leases: tuple[Lease, ...]


@dataclass(frozen=True)
class SettleCounts:
    """How many jobs of a lease were embedded, failed, retried later, or discarded as outdated."""

    embedded: int
    failed: int
    retried: int
    discarded: int


@dataclass(frozen=True)
class ClaimSize:
    """How much a claim may fetch.

    Attributes:
        rows: number of rows.
        bytes: of all images together that are stored in the table; one image is fetched in any case.
        image_bytes: of one such image; of a longer one, one byte more than that is fetched.
    """

    rows: int
    bytes: int | None = None
    image_bytes: int | None = None


def claim(
    connection: Connection, worker: int, featurizers: Sequence[int], size: ClaimSize, duration: timedelta
) -> Claim | None:
    """Lease rows of the first featurizer; None if it has none.

    The other featurizers get leases for those of the rows that they need, too.
    """
    parameters = worker, list(featurizers), size.rows, duration, size.bytes, size.image_bytes
    rows = list(stream(connection, ClaimedJob, "claim", *parameters))
    if not rows:
        return None
    failpoints.hit("after_claim")
    with_image = [row for row in rows if row.job_id == row.image_job_id]
    slots = {row.image_job_id: slot for slot, row in enumerate(with_image)}
    leases = []
    for lease, group in groupby(rows, attrgetter("lease_id")):
        jobs = list(group)
        ids = tuple(job.job_id for job in jobs)
        leases.append(Lease(lease, jobs[0].featurizer_id, ids, tuple(slots[job.image_job_id] for job in jobs)))
    images = (row.path if row.bytes is None else row.bytes for row in with_image)
    return Claim(tuple(image for image in images if image is not None), tuple(leases))


def release(connection: Connection, lease: Lease) -> None:
    """Release a lease without a result; the attempt does not count."""
    execute(connection, "release", lease.id)


def settle(
    connection: Connection,
    lease: int,
    space: int,
    jobs: Sequence[int],
    outcomes: Sequence[Outcome],
    digests: Sequence[bytes | None],
    retries: RetryPolicy = RetryPolicy(),  # noqa: B008  it is immutable
    damages: Sequence[str | None] | None = None,
) -> SettleCounts:
    """Store the vectors and failures of a lease, in one transaction.

    Args:
        connection: with `register_vectors`.
        lease: token under which the jobs were leased.
        space: feature space of the vectors.
        jobs: ids, in the order of `outcomes`.
        outcomes: float32 vectors of one length, or failures.
        digests: SHA-256 of the images, in the same order.
        retries: which failures are tried again, and when.
        damages: what is missing in images that were decoded only in part, in the same order; None: there are none.
    """
    stored: list[tuple[int, Vector, bytes | None, str | None]] = []
    failed: list[tuple[int, ImageError]] = []
    for job, outcome, digest, damage in zip(jobs, outcomes, digests, damages or [None] * len(jobs), strict=True):
        if isinstance(outcome, ImageError):
            failed.append((job, outcome))
        else:
            stored.append((job, outcome, digest, damage))
    (counts,) = fetch(
        connection,
        SettleCounts,
        "settle",
        lease,
        space,
        [job for job, *_ in stored],
        VectorArray(np.stack([vector for _, vector, *_ in stored])) if stored else None,
        [digest for *_, digest, _ in stored],
        [job for job, _ in failed],
        [failure.reason for _, failure in failed],
        [Message(failure) for _, failure in failed],
        [retries.retry_for(failure) for _, failure in failed],
        [failure.retry_after for _, failure in failed],
        retries.limit,
        [damage and Message(damage) for *_, damage in stored] if damages else [],
    )
    return counts
