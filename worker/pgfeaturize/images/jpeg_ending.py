"""Decodes JPEGs that lack their last bytes, if nearly all of their pixels are there.

libjpeg replaces missing data by gray without telling where. So the image is decoded with two different endings: only
pixels that are the same in both do not depend on what is missing.
"""

import io
import random
import zlib
from collections.abc import Callable, Iterator

from PIL import Image, JpegImagePlugin

from pgfeaturize.images.repair import jpeg_segments

_END = b"\xff\xd9"
#: Any bytes that are read as pixels: without 0xff, which begins a marker.
_NOISE = bytes(random.Random(0).choices(range(1, 255), k=256))
#: At most this part of the image may be missing, or one block, and only in the last row of blocks.
_MISSING = 1 / 20
#: Pixels above and left of a missing block that depend on it, because chroma is interpolated.
_INTERPOLATED = 2

Tiles = Callable[[Image.Image], Iterator[tuple[tuple[int, int], Image.Image]]]


def load_incomplete(data: bytes, tiles: Tiles) -> Image.Image | None:
    """Return the loaded image, or None if more than its last bytes are missing."""
    length = _length(data)
    if not _has_all_scans(data[:length]):
        return None
    expected = _checksums(_load(data, length, _NOISE + _END), tiles)
    image = _load(data, length, _END)
    return image if _checksums(image, tiles) == expected else None


def load_with_end(data: bytes) -> Image.Image:
    """Return the loaded image; libjpeg fills in what is missing at its end."""
    return _load(data, _length(data), _END)


def _length(data: bytes) -> int:
    return len(data.rstrip(b"\0\xff"))  # zeros follow if a download was interrupted


def _load(data: bytes, length: int, ending: bytes) -> Image.Image:
    file = io.BytesIO(data)
    image = Image.open(file, formats=["JPEG"])
    endings = [ending]

    def read(count: int) -> bytes:
        return file.read(max(0, min(count, length - file.tell()))) or (endings.pop() if endings else b"")

    image.load_read = read  # type: ignore[attr-defined]
    image.load()
    return image


def _checksums(image: Image.Image, tiles: Tiles) -> list[int]:
    """Return checksums of the pixels that must not be missing."""
    assert isinstance(image, JpegImagePlugin.JpegImageFile)
    horizontal, vertical = (max(layer[place] for layer in image.layer) for place in (1, 2))
    if len(image.layer) == 1:
        horizontal = vertical = 1
    width, height = 8 * horizontal, 8 * vertical
    columns, rows = -(-image.width // width), -(-image.height // height)
    missing = min(columns, max(1, int(columns * rows * _MISSING)))
    above = max(0, (rows - 1) * height - _INTERPOLATED)
    left = max(0, (columns - missing) * width - _INTERPOLATED)
    boxes = (0, 0, image.width, above), (0, above, left, image.height)
    return [zlib.crc32(tile.tobytes()) for box in boxes for _, tile in _parts(image, box, tiles)]


def _parts(
    image: Image.Image, box: tuple[int, int, int, int], tiles: Tiles
) -> Iterator[tuple[tuple[int, int], Image.Image]]:
    for (x, y), tile in tiles(image):
        left, top = max(box[0], x), max(box[1], y)
        right, bottom = min(box[2], x + tile.width), min(box[3], y + tile.height)
        if left < right and top < bottom:
            yield (left, top), tile.crop((left - x, top - y, right - x, bottom - y))


def _has_all_scans(data: bytes) -> bool:
    """Return whether the scans of a JPEG have all bits of all coefficients of all its components."""
    bits: dict[int, list[int]] = {}
    for marker, start, end in jpeg_segments(data):
        content = data[start + 4 : end]
        if marker in (0xC0, 0xC1, 0xC2):
            bits = {component: [-1] * 64 for component in content[6::3]}
        elif marker == 0xDA:
            number = content[0]
            first, last, precision = content[1 + 2 * number : 4 + 2 * number]
            for component in content[1 : 1 + 2 * number : 2]:
                if component in bits:
                    bits[component][first : last + 1] = [precision & 15] * (last + 1 - first)
    return bool(bits) and all(not any(each) for each in bits.values())
