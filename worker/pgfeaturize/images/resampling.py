"""Resampling the window of an image that a network sees, and nothing around it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.Image import Resampling

#: With antialias, as Pillow resizes.
FILTERS = {
    "nearest": Resampling.NEAREST,
    "box": Resampling.BOX,
    "bilinear": Resampling.BILINEAR,
    "hamming": Resampling.HAMMING,
    "bicubic": Resampling.BICUBIC,
    "lanczos": Resampling.LANCZOS,
}
#: Without, as torch interpolates (align_corners=False).
POINTS = ("nearest", "bilinear", "bicubic")


@dataclass(frozen=True)
class Span:
    """Along one axis: `original` pixels are resized, some are taken and put into the middle."""

    original: int  # pixels of the image
    resized: int  # pixels of all of it, resized
    first: int  # the first of them that is taken
    length: int  # how many are taken
    before: int  # pixels of black before them

    @classmethod
    def centered(cls, original: int, resized: int, side: int) -> "Span":
        """The middle `side` pixels, or all of them in the middle of black."""
        if resized < side:
            return cls(original, resized, 0, resized, (side - resized) // 2)
        return cls(original, resized, round((resized - side) / 2), side, 0)

    @property
    def taken(self) -> slice:
        """Which of them are taken."""
        return slice(self.first, self.first + self.length)

    @property
    def place(self) -> slice:
        """Where those go."""
        return slice(self.before, self.before + self.length)

    @property
    def box(self) -> tuple[float, float]:
        """From where to where those are in the image."""
        scale = self.original / self.resized
        return self.first * scale, min((self.first + self.length) * scale, self.original)


# Of which the window alone is what would be cut out of the whole, within one level. The others jump
# where a point is rounded, or overshoot and are clipped between Pillow's two passes, whose order
# depends on the sizes.
_STEADY = ("bilinear", "hamming")
#: For the others the whole is resized, up to so many windows: not of a thread of an image.
_WINDOWS = 16


def resample(image: Image.Image, across: Span, down: Span, how: str) -> npt.NDArray[np.uint8]:
    """The window with antialias: (height, width) or (height, width, 3)."""
    size = (across.length, down.length)
    whole = (across.resized, down.resized)
    if how not in _STEADY and whole[0] * whole[1] <= _WINDOWS * size[0] * size[1]:
        return np.asarray(image.resize(whole, FILTERS[how]))[down.taken, across.taken]
    (left, right), (top, bottom) = across.box, down.box
    return np.asarray(image.resize(size, FILTERS[how], box=(left, top, right, bottom)))


#: Lines of the window sampled at a time: no copy of all of a large image is ever made.
_BAND = 16


def sample(image: Image.Image, across: Span, down: Span, how: str) -> npt.NDArray[np.uint8]:
    """The window without antialias: (height, width) or (height, width, 3)."""
    columns, widths = _taps(across, how)
    rows, heights = _taps(down, how)
    lines: list[npt.NDArray[np.float32]] = []
    for first in range(0, down.length, _BAND):
        band = slice(first, first + _BAND)
        around = _around(image, rows[:, band], columns)
        lines.append(np.einsum("yh,yhxw...,xw->hw...", heights[:, band], around, widths))
    return np.concatenate(lines).round().clip(0, 255).astype(np.uint8)


def _around(
    image: Image.Image, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> npt.NDArray[np.float32]:
    """Pixels (*rows, *columns) of the image."""
    top, bottom = rows.min(), rows.max() + 1
    strip = np.asarray(image.crop((0, top, image.width, bottom)))
    around: npt.NDArray[np.uint8] = strip[rows - top][:, :, columns]
    return around.astype(np.float32)


def _taps(span: Span, how: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
    """(taps, length) each: which pixels make up each of the window's, and their weights."""
    # In 32 bits, as torch does: where a point falls between two pixels, rounding decides.
    scale = np.float32(span.original / span.resized)
    numbers = np.arange(span.first, span.first + span.length, dtype=np.float32)
    if how == "nearest":
        first, weights = np.floor(numbers * scale), np.ones((1, span.length), np.float32)
    else:
        points = (numbers + np.float32(0.5)) * scale - np.float32(0.5)
        first = np.floor(points)
        weights = (_linear if how == "bilinear" else _cubic)(points - first)
        first -= len(weights) // 2 - 1
    taps = first.astype(np.intp) + np.arange(len(weights))[:, None]
    return taps.clip(0, span.original - 1), weights


def _linear(t: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.stack([1 - t, t])


def _cubic(t: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Weights of the pixels at -1, 0, 1 and 2: cubic convolution with a = -3/4, torch's choice."""
    a = np.float32(-0.75)
    near = [((a + 2) * x - (a + 3)) * x * x + 1 for x in (t, 1 - t)]
    far = [((a * x - 5 * a) * x + 8 * a) * x - 4 * a for x in (1 + t, 2 - t)]
    return np.stack([far[0], *near, far[1]])
