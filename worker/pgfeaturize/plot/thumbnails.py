"""Thumbnails of images, and the rows of a scatter plot that have room for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from pgfeaturize.errors import NotAllowed
from pgfeaturize.images import Limits, Roots, decode, decode_data_uri, read

Points: TypeAlias = npt.NDArray[np.floating]

#: Longer side of a thumbnail in a scatter plot, in pixels.
SIDE = 96
#: Sides as shares of the side of the plot; the largest that leaves room for all is taken.
SHARES = (0.06, 0.05, 0.042, 0.035)


@dataclass(frozen=True)
class Thumbnails:
    """Thumbnails of some rows of a plot.

    Attributes:
        images: by number of the row, from 0; rows whose image cannot be read have none.
        share: side of a thumbnail as a share of the larger side of the plot.
    """

    images: Sequence[tuple[int, Image.Image]] = ()
    share: float = 0.0


def thumbnail(image: str | bytes | None, side: int) -> Image.Image:
    """Fit an image into a square; a tiny one is enlarged without blur.

    Args:
        image: path of a file, the encoded image, or a data URI as bytes.
        side: of the square, in pixels.

    Raises:
        ImageError: the image cannot be read; NotAllowed: it is a URL.
    """
    if isinstance(image, str):
        if "://" in image:
            raise NotAllowed(f'"{image}" is a URL, and thumbnails are made of files only')
        image = read(image, Roots.of([Path.cwd(), "/"]), Limits())
    elif image and image[:5].lower() == b"data:":
        image = decode_data_uri(image.decode(), Limits(), "the image")
    pixels = decode(image or b"", Limits()).convert("RGB")
    scale = side / max(pixels.size)
    filter = Image.Resampling.NEAREST if scale > 2 else Image.Resampling.LANCZOS
    size = (max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale)))
    return pixels.resize(size, filter)


def spread(points: Points, limit: int) -> tuple[list[int], float]:
    """Choose up to `limit` rows whose thumbnails do not overlap; return them and the share."""
    extent = float(np.ptp(points, axis=0).max(initial=0))
    for share in SHARES:
        rows = _apart(points, limit, extent * share)
        if len(rows) == limit:
            break
    return rows, share


def _apart(points: Points, limit: int, gap: float) -> list[int]:
    rows: list[int] = []
    for row in np.random.default_rng(0).permutation(len(points)):
        if len(rows) == limit:
            break
        if (np.abs(points[rows] - points[row]).max(axis=1) >= gap).all():
            rows.append(int(row))
    return rows
