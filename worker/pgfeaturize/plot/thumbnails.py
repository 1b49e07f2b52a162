"""Thumbnails of some rows, chosen so that none covers another."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import ImageError
from pgfeaturize.images import Limits, Roots, decode, read

Points: TypeAlias = npt.NDArray[np.floating]
#: Wraps an iterable; shows progress under a title while it is consumed.
Track: TypeAlias = Callable[[Sequence[Any], str], Iterable[Any]]

#: Pixels of a side.
SIDE = 96
#: Sides as parts of that of the map: the largest at which there is room for all.
PARTS = (0.06, 0.05, 0.042, 0.035)


@dataclass(frozen=True)
class Thumbnail:
    """An image.

    Attributes:
        row: whose it is, from 0.
        pixels: uint8 (height, width, 3), the longer of them SIDE.
    """

    row: int
    pixels: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Thumbnails:
    """Images of some rows. Those that cannot be read here are not among them.

    Attributes:
        images: of which rows.
        part: what a side is of the larger side of the map.
    """

    images: Sequence[Thumbnail] = ()
    part: float = 0.0


def read_thumbnails(
    connection: Connection,
    view: str,
    keys: Sequence[str],
    points: Points,
    limit: int,
    track: Track,
) -> Thumbnails:
    """Read the images of at most `limit` rows that do not cover one another.

    Args:
        connection: where the training view is.
        view: training view that the rows are of.
        keys: of the rows, JSON objects as text.
        points: their places in the plot, (n, 2).
        limit: of images.
        track: shows progress while an iterable is consumed.

    Raises:
        Refused: the source of the training view is gone.
    """
    rows, part = spread(points, limit)
    images = execute(connection, "training_images", view, [keys[row] for row in rows])
    pixels = ((rows[image.number - 1], _pixels(image)) for image in track(images, "reading images"))
    return Thumbnails([Thumbnail(row, each) for row, each in pixels if each is not None], part)


def spread(points: Points, most: int) -> tuple[list[int], float]:
    """Rows whose images do not cover one another, and the part of the map that each may have."""
    extent = float(np.ptp(points, axis=0).max(initial=0))
    for part in PARTS:
        chosen = _apart(points, most, extent * part)
        if len(chosen) == most:
            break
    return chosen, part


def _apart(points: Points, most: int, room: float) -> list[int]:
    chosen: list[int] = []
    for row in np.random.default_rng(0).permutation(len(points)):
        if len(chosen) == most:
            break
        if (np.abs(points[chosen] - points[row]).max(axis=1) >= room).all():
            chosen.append(int(row))
    return chosen


def _pixels(found: Any) -> npt.NDArray[np.uint8] | None:
    """An image fitted into a square; None if it is an address, or cannot be read."""
    if found.image is not None and "://" in found.image:
        return None
    try:
        data = found.bytes or read(found.image or "", Roots.of([Path.cwd(), "/"]), Limits())
        image = decode(data, Limits()).convert("RGB")
    except ImageError:
        return None
    scale = SIDE / max(image.size)
    how = Image.Resampling.NEAREST if scale > 2 else Image.Resampling.LANCZOS
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.asarray(image.resize(size, how))
