"""Reusable blocks of pixels: fresh memory pages cost a good part of decoding."""

from collections import defaultdict

import numpy as np

from pgfeaturize.images import Pixels


class BufferPool:
    """Lends blocks of pixels and keeps returned ones."""

    #: Blocks kept per image shape: as many as there are batches in flight.
    KEPT = 4

    def __init__(self) -> None:
        self._free: defaultdict[tuple[int, int, int], list[Pixels]] = defaultdict(list)

    def take(self, n: int, shape: tuple[int, int, int]) -> Pixels:
        """uint8 (n or more, channels, height, width), channels last in buffers, as networks want."""
        free = self._free[shape]
        for number, block in enumerate(free):
            if len(block) >= n:
                return free.pop(number)
        channels, height, width = shape
        return np.empty((n, height, width, channels), np.uint8).transpose(0, 3, 1, 2)

    def give(self, block: Pixels) -> None:
        """Return a block; the caller must not use it any more."""
        _, channels, height, width = block.shape
        free = self._free[channels, height, width]
        free.append(block)
        free.sort(key=len, reverse=True)
        del free[self.KEPT :]
