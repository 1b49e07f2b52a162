"""Resizes an image, but computes only the crop that the network needs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.Image import Resampling

#: Interpolations with antialias: Pillow's filters.
FILTERS = {
    "nearest": Resampling.NEAREST,
    "box": Resampling.BOX,
    "bilinear": Resampling.BILINEAR,
    "hamming": Resampling.HAMMING,
    "bicubic": Resampling.BICUBIC,
    "lanczos": Resampling.LANCZOS,
}
#: Interpolations without antialias: those of torch.nn.functional.interpolate.
WITHOUT_ANTIALIAS = ("nearest", "bilinear", "bicubic")


@dataclass(frozen=True)
class Span:
    """A crop along one axis: resize `original` pixels, take some, and center them in the input.

    Attributes:
        original: pixels of the image.
        resized: pixels of the resized image.
        first: first pixel of the resized image that is taken.
        length: number of pixels that are taken.
        before: black pixels before them.
    """

    original: int
    resized: int
    first: int
    length: int
    before: int

    @classmethod
    def centered(cls, original: int, resized: int, side: int) -> "Span":
        """Take the middle `side` pixels, or all of them if there are fewer."""
        if resized < side:
            return cls(original, resized, 0, resized, (side - resized) // 2)
        return cls(original, resized, round((resized - side) / 2), side, 0)

    @property
    def taken(self) -> slice:
        """Slice of the resized image that is taken."""
        return slice(self.first, self.first + self.length)

    @property
    def target(self) -> slice:
        """Slice of the network's input that it fills."""
        return slice(self.before, self.before + self.length)

    @property
    def box(self) -> tuple[float, float]:
        """Start and end of the crop, in pixels of the image."""
        scale = self.original / self.resized
        return self.first * scale, min((self.first + self.length) * scale, self.original)


#: Filters for which resizing the crop alone gives the pixels of the resized image, within one level. The others depend
#: on how positions are rounded, or overshoot and are clipped between Pillow's two passes, whose order depends on the
#: sizes.
_LOCAL = ("bilinear", "hamming")
#: With the other filters the whole image is resized, if it has at most so many times the crop's pixels.
_MAX_CROPS = 16
#: Most pixels of the image between Pillow's two passes, beyond which the shorter way is taken.
MAX_INTERMEDIATE = 2**22


def resample(image: Image.Image, columns: Span, rows: Span, how: str) -> npt.NDArray[np.uint8]:
    """Return the crop with antialias: uint8 (height, width) or (height, width, 3)."""
    size = (columns.length, rows.length)
    whole = (columns.resized, rows.resized)
    if how not in _LOCAL and whole[0] * whole[1] <= _MAX_CROPS * size[0] * size[1]:
        return np.asarray(image.resize(whole, FILTERS[how]))[rows.taken, columns.taken]
    (left, right), (top, bottom) = columns.box, rows.box
    if columns.length > right - left and columns.length * (bottom - top) > MAX_INTERMEDIATE:
        # Pillow resizes rows first, which would make a narrow, very high image much larger.
        image = image.resize((image.width, rows.length), FILTERS[how], box=(0, top, image.width, bottom))
        top, bottom = 0, rows.length
    return np.asarray(image.resize(size, FILTERS[how], box=(left, top, right, bottom)))


#: Rows of the crop computed at a time, so that a large image is never copied as a whole.
_BAND = 16


def interpolate(image: Image.Image, columns: Span, rows: Span, how: str) -> npt.NDArray[np.uint8]:
    """Return the crop without antialias, as torch.nn.functional.interpolate computes it.

    torch's own function is not used: docs/decisions/0019.

    Returns:
        uint8 (height, width) or (height, width, 3).
    """
    x, x_weights = _neighbors(columns, how)
    y, y_weights = _neighbors(rows, how)
    bands: list[npt.NDArray[np.float32]] = []
    for first in range(0, rows.length, _BAND):
        band = slice(first, first + _BAND)
        values = _pixels(image, y[:, band], x)
        bands.append(np.einsum("yh,yhxw...,xw->hw...", y_weights[:, band], values, x_weights))
    return np.concatenate(bands).round().clip(0, 255).astype(np.uint8)


def _pixels(image: Image.Image, y: npt.NDArray[np.intp], x: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
    """Return the pixels of an image at (*y, *x)."""
    top, bottom = y.min(), y.max() + 1
    strip = np.asarray(image.crop((0, top, image.width, bottom)))
    pixels: npt.NDArray[np.uint8] = strip[y - top][:, :, x]
    return pixels.astype(np.float32)


def _neighbors(span: Span, how: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """Return the pixels of the image that make up each pixel of the crop, and their weights.

    Returns:
        two arrays of shape (n, length), with n = 1, 2 or 4 neighbors.
    """
    # In 32 bits as in torch: where a position is between two pixels, rounding decides.
    scale = np.float32(span.original / span.resized)
    numbers = np.arange(span.first, span.first + span.length, dtype=np.float32)
    if how == "nearest":
        first, weights = np.floor(numbers * scale), np.ones((1, span.length), np.float32)
    else:
        positions = (numbers + np.float32(0.5)) * scale - np.float32(0.5)
        first = np.floor(positions)
        weights = (_linear if how == "bilinear" else _cubic)(positions - first)
        first -= len(weights) // 2 - 1
    neighbors = first.astype(np.intp) + np.arange(len(weights))[:, None]
    return neighbors.clip(0, span.original - 1), weights


def _linear(t: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.stack([1 - t, t])


def _cubic(t: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the weights of the pixels at -1, 0, 1 and 2: cubic convolution with a = -3/4 as in torch.

    Source: R. Keys, Cubic convolution interpolation for digital image processing, 1981.
    """
    a = np.float32(-0.75)
    near = [((a + 2) * x - (a + 3)) * x * x + 1 for x in (t, 1 - t)]
    far = [((a * x - 5 * a) * x + 8 * a) * x - 4 * a for x in (1 + t, 2 - t)]
    return np.stack([far[0], *near, far[1]])
