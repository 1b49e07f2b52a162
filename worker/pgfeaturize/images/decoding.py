"""Decodes images with Pillow: the result is upright, opaque and has 8 bits, or a typed error."""

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from PIL.Image import Transpose

from pgfeaturize.errors import ImageError, NotAnImage, TooManyPixels, TruncatedImage
from pgfeaturize.images import heif
from pgfeaturize.images.formats import CONVERT, failure_of, misread, unsupported_image
from pgfeaturize.images.jpeg_ending import load_incomplete
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.memory import TILE
from pgfeaturize.images.partial import load_part
from pgfeaturize.images.repair import without_metadata

# Pillow registers its plug-ins at first use without a lock, so this is done before threads start.
Image.init()
heif.register()
# Pillow's warnings, such as those about damaged EXIF data, do not help the operator of a worker.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.CRITICAL)
# decode() turns this warning into TooManyPixels.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# Raster formats that Pillow decodes in this process, in the order in which they are tried. Omitted are EPS and PS (they
# start Ghostscript), WMF, and formats that need external decoders.
_SUPPORTED = (
    *("JPEG", "PNG", "WEBP", "GIF", "TIFF", "PPM", "BMP", "AVIF", "HEIF", "JPEG2000"),
    *("DIB", "ICO", "PCX", "PSD", "QOI", "SGI", "SUN", "TGA"),
)
FORMATS = tuple(name for name in _SUPPORTED if name in Image.OPEN)  # some are optional
#: libjpeg reads zeros, such as those at the end of an interrupted download, as pixels.
_UNWRITTEN = bytes(64)
_TOO_LARGE = Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError


def decode(
    data: bytes,
    limits: Limits,
    name: str = "the image",
    admit: Callable[[Image.Image], None] | None = None,
    partial: Callable[[TruncatedImage], object] | None = None,
) -> Image.Image:
    """Return the image upright, opaque, with 8 bits per channel: mode "RGB", or "L" if gray.

    - The size, width × height, is read from the header and checked before decoding.
    - The orientation of EXIF, TIFF, XMP, AVIF or HEIF is applied.
    - Transparent pixels are blended with white.
    - Of an animation or several pages, the first frame is taken; of HEIF the primary image.
    - Palette, CMYK, YCCK, YCbCr and black-and-white images are converted.
    - 16-bit gray is scaled from 0…65535 to 0…255, not clipped; 12-bit gray likewise. Of 16-bit
      colors the upper 8 bits are taken, which differs by at most one level. 32-bit and floating-point
      gray has no standard range, so its smallest and largest value become 0 and 255.
    - Color profiles are ignored, as torchvision does.

    Args:
        data: the encoded image, in one of `FORMATS`.
        name: how error messages name the image.
        admit: called with the opened image before it is decoded; waits for memory, or raises an ImageError.
        partial: called with the error if only a part of the image could be decoded, and that part is returned;
            default: the error is raised.

    Raises:
        EmptyFile, TooManyBytes, TooManyPixels, NotAnImage, UnsupportedImage, TruncatedImage
    """
    limits.check_bytes(len(data), name)
    # Pillow itself checks embedded images, such as the PNG of an icon or the frame of a GIF.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        return _upright(_load(data, limits, name, admit), name)
    except ImageError:
        raise
    except _TOO_LARGE as error:
        raise TooManyPixels(f"{name} would need too much memory when decoded: {error}") from error
    # With damaged data, decoders raise OSError, SyntaxError, struct.error, zlib.error, …
    except Exception as error:
        failure = failure_of(error.with_traceback(None), data, name, FORMATS)
    if not partial or not isinstance(failure, TruncatedImage) or not (part := load_part(data, FORMATS)):
        raise failure
    try:
        image = _upright(part, name)
    except Exception:
        raise failure from None
    partial(failure)
    return image


def _upright(image: Image.Image, name: str) -> Image.Image:
    orientation = _orientation(image)
    return _rotate(_convert(image, name), orientation)


def _load(data: bytes, limits: Limits, name: str, admit: Callable[[Image.Image], None] | None) -> Image.Image:
    """Open and load an image: if that fails, without its metadata, or although its last bytes are missing."""
    waiting = [admit] if admit else []

    def load() -> Image.Image:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_pixels(image, limits, name)
        if kind := misread(image, data):
            raise unsupported_image(name, *kind)
        while waiting:
            waiting.pop()(image)
        image.load()
        if jpeg and data.endswith(_UNWRITTEN):
            raise OSError("it ends in zeros")
        return image

    jpeg = data.startswith(b"\xff\xd8")
    try:
        return load()
    except (ImageError, *_TOO_LARGE):
        raise
    except Exception as error:
        damage = error.with_traceback(None)  # because a traceback keeps the image
    if not jpeg or isinstance(damage, UnidentifiedImageError):
        data = without_metadata(data) or b""
        if not data:
            raise damage
        try:
            return load()
        except (ImageError, *_TOO_LARGE):
            raise
        except Exception as error:
            damage = error.with_traceback(None)
    image = load_incomplete(data, _tiles) if jpeg else None
    if image is None:
        raise damage
    return image


def _check_pixels(image: Image.Image, limits: Limits, name: str) -> None:
    width, height = image.size
    if not width * height:
        raise TruncatedImage(f"{name} has no pixels")
    if width * height > limits.pixels:
        raise TooManyPixels(f"{name} has {width:,} × {height:,} pixels; {limits.pixels:,} are allowed")


# ImageOps.exif_transpose would also write EXIF data, which may fail, and transpose modes that are not converted yet.
_ORIENTATION = 0x0112  # the EXIF tag, whose values from 2 on mean:
_TRANSPOSITIONS = (
    *(Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_180, Transpose.FLIP_TOP_BOTTOM, Transpose.TRANSPOSE),
    *(Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90),
)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # with damaged EXIF data, the image itself may be fine
        return 1


def _rotate(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TRANSPOSITIONS[orientation - 2]) if orientation in range(2, 9) else image


def _tiles(image: Image.Image) -> Iterator[tuple[tuple[int, int], Image.Image]]:
    """Yield parts of an image, each with its left upper corner, so that no second copy of a large image is made."""
    width = min(image.width, TILE)
    height = TILE // width
    for top in range(0, image.height, height):
        for left in range(0, image.width, width):
            box = left, top, min(left + width, image.width), min(top + height, image.height)
            yield (left, top), image.crop(box)


def _convert(image: Image.Image, name: str) -> Image.Image:
    """Convert an image to mode "RGB" or "L"."""
    if image.mode.startswith("I") or image.mode == "F" or _is_signed(image):
        return _scale_gray(image, name)
    if image.has_transparency_data:
        return _over_white(image)
    if image.mode in ("RGB", "L"):
        return image
    if image.mode == "LAB":
        raise unsupported_image(name, "in LAB colors", CONVERT)
    return image.convert("L" if image.mode == "1" else "RGB")


def _over_white(image: Image.Image) -> Image.Image:
    blended = Image.new("RGB", image.size, "white")
    for corner, tile in _tiles(image):
        colors = tile.convert("RGBA")
        blended.paste(colors, corner, mask=colors.getchannel("A"))
    return blended


_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339  # TIFF tags


def _is_signed(image: Image.Image) -> bool:
    """Return whether an image is gray with 8 bits, -128 to 127, which Pillow returns as if they were 0 to 255."""
    return image.mode == "L" and getattr(image, "tag_v2", {}).get(_SAMPLE_FORMAT, (1,))[0] == 2


def _scale_gray(image: Image.Image, name: str) -> Image.Image:
    """Scale gray of more than 8 bits to 8; Pillow returns the values as they are in the file."""
    tags = getattr(image, "tag_v2", {})
    unsigned = image.mode == "I" and image.format == "TIFF" and tags.get(_SAMPLE_FORMAT, (1,))[0] == 1
    # Mode "I" has 32 bits, but PNG and PGM use only 16 of them.
    sixteen = image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM"))

    stored = np.uint32 if unsigned else np.int8 if image.mode == "L" else None

    def tiles() -> Iterator[tuple[tuple[int, int], npt.NDArray[Any]]]:
        for corner, tile in _tiles(image):
            values: npt.NDArray[Any] = np.asarray(tile)
            yield corner, (values.view(stored) if stored else values).astype(np.float32 if sixteen else np.float64)

    if sixteen:
        low, high = 0.0, float(2 ** tags.get(_BITS, (16,))[0] - 1)
    else:
        ranges = [(values.min(), values.max()) for _, values in tiles()]
        low, high = (
            float(pick(bound)) for pick, bound in zip((np.min, np.max), zip(*ranges, strict=True), strict=True)
        )
    if not (isfinite(low) and isfinite(high)):  # min() and max() return values that are not numbers
        raise NotAnImage(f"{name} has values that are not finite")
    transparency = image.info.get("transparency")
    scaled = np.empty((image.height, image.width), np.uint8)
    for (left, top), values in tiles():
        transparent = values == transparency if isinstance(transparency, int) else np.False_
        values -= low
        values *= 255 / ((high - low) or 1)
        np.rint(values, out=values).clip(0, 255, out=values)
        if tags.get(_PHOTOMETRIC) == 0:  # 0 is white
            np.subtract(255, values, out=values)
        values[transparent] = 255
        scaled[top : top + values.shape[0], left : left + values.shape[1]] = values
    return Image.fromarray(scaled)
