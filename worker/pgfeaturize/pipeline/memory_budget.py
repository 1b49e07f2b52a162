"""The memory that a process may use for images: claimed, read and being decoded.

An image first reserves the memory of its encoded bytes, then that of its pixels, and returns both together. Each has a
part of the budget of its own, so an image that holds pixels waits for nothing, and no two images can wait for each
other. Whoever waits is served in order.
"""

import ctypes
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Self

from pgfeaturize.errors import TooMuchMemory
from pgfeaturize.pipeline.available_memory import available_memory
from pgfeaturize.settings import format_bytes


class MemoryPool:
    """A number of bytes from which reservations are taken in turn.

    A reservation larger than the pool is granted while no other is active.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._used = 0
        self._active = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @property
    def free(self) -> int:
        """Bytes that are not used; negative if more than all are."""
        return self.size - self._used

    def reserve(self, number: int) -> None:
        """Wait until there is room for `number` bytes, and take them."""
        me = object()
        with self._changed:
            self._waiting.append(me)
            self._changed.wait_for(lambda: self._waiting[0] is me and self._has_room(number))
            self._waiting.popleft()
            self._used += number
            self._active += 1
            self._changed.notify_all()

    def _has_room(self, number: int) -> bool:
        return number <= self.free or not self._active

    def give_back(self, number: int) -> None:
        """Return a reservation."""
        with self._changed:
            self._used -= number
            self._active -= 1
            self._changed.notify_all()

    def add(self, number: int) -> None:
        """Count bytes that are there without a reservation; negative: that are there no longer."""
        with self._changed:
            self._used += number
            self._changed.notify_all()

    def abandon(self) -> None:
        """Count a reservation as used, but not as active, because its thread hangs."""
        with self._changed:
            self._active -= 1
            self._changed.notify_all()

    def give_back_abandoned(self, number: int) -> None:
        """Return an abandoned reservation after all."""
        self.add(-number)


class MemoryBudget:
    """Divides the memory of a process for images: a quarter for encoded bytes, three quarters for decoding.

    Args:
        size: bytes; default: half of the memory that the process may use.
    """

    def __init__(self, size: int | None = None) -> None:
        self.size = size or available_memory() // 2
        self.encoded = MemoryPool(self.size // 4)
        self.decoding = MemoryPool(self.size - self.size // 4)
        self._claimed = 0
        self._freed = 0
        self._lock = threading.Lock()

    def claim_bytes(self, claims: int) -> int:
        """Return the bytes of images that one of some concurrent claims may fetch; together half of `encoded`."""
        return max(self.encoded.size // 2 // claims, 1)

    def has_room_for(self, claims: int) -> bool:
        """Return whether one more of these claims fits."""
        return self._claimed + self.claim_bytes(claims) <= self.encoded.size // 2

    def count_claimed(self, number: int) -> None:
        """Count encoded images that came from the database; negative: that are no longer needed."""
        with self._lock:
            self._claimed += number
        self.encoded.add(number)

    def freed(self, number: int) -> None:
        """Record that an image was freed; after an eighth of the budget, return such memory to the system.

        The C library would keep the memory of the largest image of each thread.
        """
        with self._lock:
            self._freed += number
            is_due = self._freed > self.size // 8
            self._freed *= not is_due
        if is_due:
            _return_freed_memory()


def _return_freed_memory() -> None:
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only glibc has it, and needs it
    if trim:
        trim(0)


class ImageMemory:
    """The memory that one image holds; a context manager that returns it.

    Args:
        budget: of the process.
        name: how error messages name the image.
        waiting: context of a wait for memory.
    """

    def __init__(self, budget: MemoryBudget, name: str, waiting: Callable[[], AbstractContextManager[None]]) -> None:
        self._budget = budget
        self._name = name
        self._waiting = waiting
        self._held: list[tuple[MemoryPool, int]] = []
        self._abandoned = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.freed(sum(number for _, number in self._held))
        with self._lock:
            for pool, number in self._held:
                (pool.give_back_abandoned if self._abandoned else pool.give_back)(number)
            self._held.clear()

    def abandon(self) -> None:
        """Let other images go on, although this one never ends."""
        with self._lock:
            self._abandoned = True
            for pool, _ in self._held:
                pool.abandon()

    def reserve_encoded(self, number: int) -> None:
        """Wait for memory to read `number` bytes."""
        self._reserve(self._budget.encoded, number)

    def reserve_decoding(self, number: int) -> None:
        """Wait for memory to decode an image.

        Raises:
            TooMuchMemory: the budget is too small for it.
        """
        pool = self._budget.decoding
        if number > pool.size:
            needed = format_bytes(-(-number * 4 // 3))
            raise TooMuchMemory(
                f"{self._name} would need about {format_bytes(number)} of memory to be decoded; the worker has "
                f"{format_bytes(pool.size)} for that, three quarters of its memory budget of "
                f"{format_bytes(self._budget.size)}",
                f"Start the worker with --memory {needed} or more, or store a smaller image.",
            )
        self._reserve(pool, number)

    def _reserve(self, pool: MemoryPool, number: int) -> None:
        with self._waiting():
            pool.reserve(number)
            with self._lock:
                self._held.append((pool, number))
