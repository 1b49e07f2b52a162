"""The pictures of some rows, small: so many that none covers another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from pgfeaturize.cli.bars import bars
from pgfeaturize.errors import ImageError
from pgfeaturize.images import Limits, Roots, decode, read
from pgfeaturize.learn.sets import TrainingSet
from pgfeaturize.statements import Connection, execute

Points: TypeAlias = npt.NDArray[np.floating]

#: Pixels of a side.
SIDE = 96
#: Sides as parts of that of the map: the largest at which there is room for all.
PARTS = (0.06, 0.05, 0.042, 0.035)


@dataclass(frozen=True)
class Thumbnail:
    """A picture.

    Attributes:
        row: whose it is, from 0.
        pixels: uint8 (height, width, 3), the longer of them SIDE.
    """

    row: int
    pixels: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Thumbnails:
    """Pictures of some rows. Those that cannot be read here are not among them.

    Attributes:
        pictures: of which rows.
        part: what a side is of the larger side of the map.
    """

    pictures: Sequence[Thumbnail] = ()
    part: float = 0.0


def thumbnails(
    connection: Connection, view: str, sample: TrainingSet, points: Points, most: int
) -> Thumbnails:
    """Pictures of at most so many rows.

    Raises:
        Refused: it is not known any more where the pictures are.
    """
    rows, part = spread(points, most)
    found = execute(connection, "training_pictures", view, [sample.keys[row] for row in rows])
    read = ((rows[picture.number - 1], _pixels(picture)) for picture in _shown(found))
    return Thumbnails([Thumbnail(row, pixels) for row, pixels in read if pixels is not None], part)


def spread(points: Points, most: int) -> tuple[list[int], float]:
    """Rows whose pictures do not cover one another, and the part of the map that each may have."""
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


def _shown(pictures: Sequence[Any]) -> Iterator[Any]:
    with bars() as shown:
        yield from shown.track(pictures, description="reading pictures")


def _pixels(found: Any) -> npt.NDArray[np.uint8] | None:
    """A picture fitted into a square; None if it is an address, or cannot be read."""
    if found.image is not None and "://" in found.image:
        return None
    try:
        data = found.bytes or read(found.image or "", Roots.of([Path.cwd(), "/"]), Limits())
        picture = decode(data, Limits()).convert("RGB")
    except ImageError:
        return None
    scale = SIDE / max(picture.size)
    how = Image.Resampling.NEAREST if scale > 2 else Image.Resampling.LANCZOS
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return np.asarray(picture.resize(size, how))
