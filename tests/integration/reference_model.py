"""A reference model of a featurizer in a few dictionaries, which tests compare with the server.

Rows have a number and an image or None. Every operation is applied to the model as to the server;
`states` and `queue` return what featurize.progress and the queue must show.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from zlib import crc32

MAX_ATTEMPTS = 3
DIM = 4

Images = dict[int, str | None]


def vector_of(image: str) -> list[float]:
    """Return a vector that differs between images and is exact in half precision."""
    return [1.0 + crc32(f"{image} {axis}".encode()) % 1000 for axis in range(DIM)]


@dataclass(frozen=True)
class StoredVector:
    """A stored vector: its image and its space."""

    image: str
    space: int


@dataclass
class Held:
    """A lease: for each row the image that was claimed, and the attempts of its jobs."""

    images: dict[int, str]
    attempts: dict[int, set[int]]
    expired: bool = False


@dataclass
class Walk:
    """A backfill: rows up to `after` have been read."""

    after: int = 0
    force: bool = False
    finished: bool = False


@dataclass
class ReferenceModel:
    """The expected state of one featurizer. The test changes `rows`, the rows of its table.

    `waiting` has the attempts of the jobs of each row. For rows without an image it may have too
    many, because a claim discards them only when it reaches them.
    """

    rows: Images
    model: str
    in_row: bool
    paused: bool = False
    walk: Walk = field(default_factory=Walk)
    vectors: dict[int, StoredVector] = field(default_factory=dict)
    failures: set[int] = field(default_factory=set)
    waiting: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    leases: dict[int, Held] = field(default_factory=dict)

    def states(self, space: int | None) -> dict[int, str]:
        """Return the state of each row."""
        return {row: self._state(row, space) for row in self.rows}

    def _state(self, row: int, space: int | None) -> str:
        if self.rows[row] is None:
            return "empty"
        if any(row in held.images and not held.expired for held in self.leases.values()):
            return "leased"
        if self.waiting[row] or any(row in held.images for held in self.leases.values()):
            return "pending"
        if row in self.failures:
            return "failed"
        walk = self.walk
        if row not in self.vectors or (walk.force and not walk.finished and row > walk.after):
            return "pending"
        return "embedded" if self.vectors[row].space == space else "stale"

    def queue(self) -> set[tuple[int, int | None, int]]:
        """Return row, lease and attempts of all jobs of rows with an image."""
        ready = {(row, None, attempt) for row, all_ in self.waiting.items() for attempt in all_}
        leased = {
            (row, lease, attempt)
            for lease, held in self.leases.items()
            for row, all_ in held.attempts.items()
            for attempt in all_
        }
        return {job for job in ready | leased if self.rows.get(job[0]) is not None}

    # Users

    def written(self, removed: Images, added: Images, moves: Mapping[int, int]) -> None:
        """Record a statement that removed rows and added others; `moves`: the new key of each changed key."""
        for row in removed:
            if added.get(row) is None:
                self.failures.discard(row)
        if self.in_row:
            kept = {row: made for row, made in self.vectors.items() if row not in removed}
            moved = {moves[row]: self.vectors[row] for row in moves if row in self.vectors}
            self.vectors = {**kept, **moved}
        self.vectors = {
            row: made
            for row, made in self.vectors.items()
            if row not in {*removed, *added} or added.get(row) is not None
        }
        for row, image in added.items():
            if image is not None and not (row in removed and removed[row] == image):
                self.waiting[row].add(0)

    # Workers

    def claimed(self, lease: int, images: dict[int, str], sibling: bool) -> None:
        """Record a claim; a sibling featurizer takes only jobs without attempts."""
        attempts = {}
        for row in images:
            taken = self.waiting[row] & {0} if sibling else set(self.waiting[row])
            self.waiting[row] -= taken
            attempts[row] = {attempt + 1 for attempt in taken}
        self.leases[lease] = Held(images, attempts)

    def settled(
        self, lease: int, space: int | None, failing: Set[int], again: Set[int], locked: Set[int] = frozenset()
    ) -> None:
        """Record a settle: rows in `again` are retried, those in `failing` fail, the others get vectors."""
        held = self.leases.pop(lease)
        for row, image in held.images.items():
            if row in again:
                self.waiting[row].add(0)  # only crashes count
            elif self.rows.get(row) != image:
                continue  # It has a newer job.
            elif row in locked:
                self._give_back(held, row)
            else:
                self._store(row, image, None if row in failing or space is None else StoredVector(image, space))

    def _store(self, row: int, image: str, made: StoredVector | None) -> None:
        if made is None:
            if row in self.vectors and self.vectors[row].image != image:
                del self.vectors[row]
            self.failures.add(row)
        else:
            self.vectors[row] = made
            self.failures.discard(row)

    def _give_back(self, held: Held, row: int) -> None:
        self.waiting[row] |= {attempt - 1 for attempt in held.attempts[row]}

    def released(self, lease: int) -> None:
        """Record a release."""
        held = self.leases.pop(lease)
        for row in held.images:
            self._give_back(held, row)

    def reclaimed(self) -> None:
        """Record that expired leases were reclaimed."""
        for lease, held in list(self.leases.items()):
            if not held.expired:
                continue
            spent = {row for row, all_ in held.attempts.items() if max(all_) >= MAX_ATTEMPTS}
            for row in held.images.keys() - spent:
                if spent:  # The others keep their attempts.
                    self._give_back(held, row)
                else:
                    self.waiting[row] |= held.attempts[row]
            del self.leases[lease]
            for row in spent:
                if self.rows.get(row) == held.images[row]:
                    self._store(row, held.images[row], None)

    # Owners

    def walked(self, size: int, space: int | None) -> None:
        """Record a step of the backfill, which queues rows without a current vector, or all if forced."""
        if self.walk.finished:
            return
        step = sorted(row for row in self.rows if row > self.walk.after)[:size]
        for row in step:
            if self.rows[row] is not None and (self.walk.force or self._is_due(row, space)):
                self.waiting[row].add(0)
        self.walk.finished = not step
        self.walk.after = step[-1] if step else self.walk.after

    def _is_due(self, row: int, space: int | None) -> bool:
        made = self.vectors.get(row)
        leased = any(row in held.images for held in self.leases.values())
        current = made is not None and made.space == space
        return not (current or leased or self.waiting[row] or row in self.failures)

    def walk_again(self, force: bool) -> None:
        """Restart the backfill; an unfinished refresh stays a refresh."""
        unfinished = self.walk.force and not self.walk.finished
        self.walk = Walk(force=force or unfinished)

    def retried(self) -> None:
        """Record that failed rows were queued again."""
        for row in self.failures:
            self.waiting[row].add(0)
        self.failures.clear()
