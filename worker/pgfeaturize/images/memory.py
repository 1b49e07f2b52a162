"""Memory that one image will need, estimated from its header before it is decoded.

The estimates are peaks in bytes, without the encoded image, and rather too high than too low. Those for each decoder
were measured: docs/decisions/0034.
"""

from math import ceil

from PIL import Image, TiffImagePlugin

from pgfeaturize.images.preprocessing import Preprocessing
from pgfeaturize.images.resampling import MAX_INTERMEDIATE

#: Bytes per pixel that Pillow stores; 4 in all other modes.
_STORED = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
#: Bytes per pixel that other decoders allocate besides the decoded image, and of these the ones that they keep.
_FORMATS = {"WEBP": (12, 8), "AVIF": (14, 6), "HEIF": (8, 8), "SGI": (4, 0)}
#: The same of HEIF with more than 8 bits.
_DEEP_HEIF = 17, 8
#: Decoders that work row by row; all others may have the whole image in memory twice more.
_BY_ROW = ("raw", "zip", "gif", "packbits", "pcx", "tga_rle", "sgi_rle", "sun_rle", "bit", "xbm", "ppm")
#: Pixels that are converted at a time, and the bytes for each of them.
TILE, _CONVERTING = 2**18, 32
#: Copies that a decoder written in Python makes.
_IN_PYTHON = 8


def decoding_bytes(image: Image.Image) -> int:
    """Return the bytes that decoding an opened image, converting it to 8 bits and rotating it will take."""
    pixels = image.width * image.height
    stored = _STORED.get(image.mode, 4)
    decoder, kept = _decoder_bytes(image)
    peaks = [stored * pixels + decoder]
    result = 1 if image.mode == "L" or image.mode[0] in "1IF" else 4
    transparent = image.has_transparency_data
    if transparent or image.mode not in ("L", "RGB"):
        result = 4 if transparent and image.mode[0] not in "IF" else result
        peaks.append((stored + result) * pixels + kept + _CONVERTING * min(pixels, TILE))
    if _may_be_rotated(image):
        peaks.append(2 * result * pixels + kept)
    return max(peaks)


def _decoder_bytes(image: Image.Image) -> tuple[int, int]:
    """Return the bytes that a decoder allocates besides the image, and those that it keeps afterward."""
    pixels = image.width * image.height
    format_ = "JPEG" if image.format == "MPO" else image.format
    if format_ in _FORMATS:
        deep = format_ == "HEIF" and image.info.get("bit_depth", 8) > 8
        while_decoding, kept = _DEEP_HEIF if deep else _FORMATS[format_]
        return while_decoding * pixels, kept * pixels
    if format_ == "JPEG":
        return _coefficient_bytes(image), 0
    if format_ == "JPEG2000":  # whole components as 32-bit integers, then as bytes
        return 6 * len(image.getbands()) * pixels, 0
    if format_ == "TIFF":
        return _strip_bytes(image), 0
    tiles = getattr(image, "tile", [])
    if tiles and all(tile[0] in _BY_ROW for tile in tiles):
        return 0, 0
    return _IN_PYTHON * pixels, 0


def _coefficient_bytes(image: Image.Image) -> int:
    """Return the size of the coefficients of a JPEG with several scans, which libjpeg keeps all in memory."""
    layers = getattr(image, "layer", [])
    if not layers or not (image.info.get("progressive") or _has_partial_scan(image, len(layers))):
        return 0
    across, down = (max(layer[axis] for layer in layers) for axis in (1, 2))
    samples: float = sum(layer[1] * layer[2] for layer in layers) / (across * down or 1)
    return ceil(2 * samples * image.width * image.height)


def _has_partial_scan(image: Image.Image, layers: int) -> bool:
    """Return whether the first scan of a JPEG, at which Pillow has stopped reading, lacks components."""
    file = getattr(image, "fp", None)
    if file is None:
        return True
    position = file.tell()
    header: bytes = file.read(3)
    file.seek(position)
    return len(header) < 3 or header[2] < layers


def _strip_bytes(image: Image.Image) -> int:
    """Return the size of the largest strip or tile of a TIFF, which is decoded as a whole."""
    tags = getattr(image, "tag_v2", {})
    width: int = tags.get(TiffImagePlugin.TILEWIDTH, image.width)
    height = tags.get(TiffImagePlugin.TILELENGTH, tags.get(TiffImagePlugin.ROWSPERSTRIP, image.height))
    bits = tags.get(TiffImagePlugin.BITSPERSAMPLE, (8,))
    samples = max(sum(bits), max(bits) * int(tags.get(TiffImagePlugin.SAMPLESPERPIXEL, 1)), 32)
    size: int = width * min(height, 2 * image.height) * samples // 8
    return size


def _may_be_rotated(image: Image.Image) -> bool:
    """Return whether the orientation is not the usual one, or may be after the pixels in the file, as in PNG."""
    if image.format == "PNG":
        return True
    try:
        return bool(image.getexif().get(0x0112, 1) != 1)
    except Exception:  # damaged EXIF data
        return False


def preprocessing_bytes(size: tuple[int, int], how: Preprocessing) -> int:
    """Return the bytes that preprocessing an image of (width, height) takes besides the image and its result."""
    width, height = size
    gray = width * height if how.channels == 1 else 0
    new_height, new_width = how.size
    if how.antialias:
        # Between its two passes, Pillow has an image of the new width or, where that is too large, of the new height.
        between = new_width * height
        if new_width > width:
            between = min(between, MAX_INTERMEDIATE + width * new_height)
        # Weights of 8 bytes; three lobes on each side with lanczos.
        return gray + 4 * between + 8 * 6 * (width + height)
    # A band of 16 rows, copied to NumPy.
    share = min(1.0, 20 / new_height)
    return gray + ceil(10 * share * width * height)
