"""Pixels of some images of a batch with the same preprocessing: the input of a network."""

from collections.abc import Sequence

from pgfeaturize import images
from pgfeaturize.images import Pixels, Preprocessing
from pgfeaturize.pipeline.buffer_pool import BufferPool


class Block:
    """Pixels of some images with the same preprocessing."""

    def __init__(self, preprocessing: Preprocessing, slots: Sequence[int], buffers: BufferPool) -> None:
        self.preprocessing = preprocessing
        self.pixels = buffers.take(len(slots), preprocessing.shape)
        self._row = {slot: row for row, slot in enumerate(slots)}

    def fill(self, slot: int, image: images.Image) -> None:
        if slot in self._row:
            images.preprocess(image, self.preprocessing, out=self.pixels[self._row[slot]])

    def rows(self, slots: Sequence[int]) -> Pixels:
        """Return the pixels of these images; a view if they are the first ones, else a copy."""
        rows = [self._row[slot] for slot in slots]
        return self.pixels[: len(rows)] if rows == list(range(len(rows))) else self.pixels[rows]
