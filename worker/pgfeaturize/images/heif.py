"""Registers the optional decoder of HEIC and HEIF images, pillow-heif, with Pillow.

It returns the primary image upright, and without the orientation in EXIF and XMP data, which the format does not
apply.
"""

import re
from contextlib import suppress

from PIL import Image

from pgfeaturize.extras import pip_install

#: Brands of files with an image in HEVC, or in any codec.
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
#: Of these, the brands of files with a still image.
_STILL = (b"heic", b"heix", b"heim", b"heis", b"mif1")
#: The type of an item, such as hvc1 for HEVC, in the box that describes it.
_ITEM = re.compile(rb"infe\x02.{7}(\w{4})", re.DOTALL)
#: The type of images that other codecs have encoded.
_OTHER = (b"av01", b"avc1", b"evc1", b"j2k1", b"jpeg", b"mski", b"unci", b"vvc1")
#: Boxes with these are at the start, before the pixels.
_HEADER = 2**20


def register() -> None:
    """Register the decoder if it is installed; each image is decoded in the thread that asks for it."""
    with suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener(decode_threads=1)


def is_heif(brands: bytes) -> bool:
    """Return whether a file with these brands is an image in HEIF, other than AVIF."""
    return any(brand in brands for brand in _BRANDS)


def unsupported_heif(data: bytes, brands: bytes, remedy: str) -> tuple[str, str] | None:
    """Return name and remedy of a HEIF image that could not be decoded; None if it may be damaged."""
    if "HEIF" not in Image.OPEN:
        return "HEIC", f"{remedy.removesuffix('.')}, or install its decoder for the worker: {pip_install('heif')}"
    if not any(brand in brands for brand in _STILL):
        return "a HEIF image sequence", remedy
    items = _ITEM.findall(data[:_HEADER])
    codec = next((item.decode() for item in items if item in _OTHER), None)
    return (f"HEIF with images of type {codec}", remedy) if codec and b"hvc1" not in items else None
