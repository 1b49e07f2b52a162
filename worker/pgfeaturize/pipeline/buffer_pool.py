"""Blocks of pixels used again: fresh pages cost a good part of a decoding."""

from collections import defaultdict

import numpy as np

from pgfeaturize.images import Pixels


class BufferPool:
    """Hands out blocks of pixels, and keeps those that come back."""

    #: Blocks kept for images of one shape: as many as there are batches under way.
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
        """Back for another batch, unless larger ones are kept; nobody may look at it any more."""
        _, channels, height, width = block.shape
        free = self._free[channels, height, width]
        free.append(block)
        free.sort(key=len, reverse=True)
        del free[self.KEPT :]
