"""Decodes what there is of a damaged or incomplete image."""

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress

from PIL import Image

from pgfeaturize.images.jpeg_ending import load_with_end
from pgfeaturize.images.repair import without_metadata


def load_part(data: bytes, formats: tuple[str, ...]) -> Image.Image | None:
    """Return an image whose other pixels are black, gray or transparent; None if no pixels could be decoded."""
    for each in _versions(data):
        with suppress(Exception):  # damaged data make decoders raise any of them
            image = load_with_end(each) if each.startswith(b"\xff\xd8") else _load(each, formats)
            # Where nothing was decoded, all pixels are equal.
            if any(low != high for low, high in _extrema(image)):
                return image
    return None


def _versions(data: bytes) -> Iterator[bytes]:
    yield data
    if repaired := without_metadata(data):
        yield repaired


def _load(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(data), formats=formats)
    with suppress(Exception):
        image.load()
    image.tile = []  # type: ignore[attr-defined]  # the pixels of it that were decoded are in the image
    return image


def _extrema(image: Image.Image) -> Sequence[tuple[float, float]]:
    """Return smallest and largest value of each channel."""
    values = image.getextrema()
    return values if isinstance(values[0], tuple) else [values]
