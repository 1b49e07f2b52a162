"""Decoding: any picture that Pillow reads, upright, opaque and in 8 bits, or a typed error."""

import io
import warnings
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from PIL.Image import Transpose

from pgfeaturize.errors import (
    EmptyFile,
    ImageError,
    NotAnImage,
    TooManyBytes,
    TooManyPixels,
    TruncatedImage,
)
from pgfeaturize.images.limits import Limits

# Before there are threads: Pillow registers its plug-ins at first use, without a lock.
Image.init()
# What Pillow has to grumble about, a damaged EXIF block say, is no news to the owner of a worker.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
# Never a warning, always an error: it is caught below.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# Raster formats that Pillow decodes in its own process. Left out: EPS and PS (start Ghostscript),
# WMF, and the scientific stubs. JPEG first, since they are tried in this order.
_WANTED = (
    *("JPEG", "PNG", "WEBP", "GIF", "TIFF", "PPM", "BMP", "AVIF", "JPEG2000"),
    *("DIB", "ICO", "PCX", "PSD", "QOI", "SGI", "SUN", "TGA"),
)
FORMATS = tuple(name for name in _WANTED if name in Image.OPEN)  # older Pillows lack some
# Bytes that begin so were meant to be a picture: if nothing can be made of them they are damaged.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")


def decode(data: bytes, limits: Limits, name: str = "the picture") -> Image.Image:
    """The picture in `data`, upright, opaque, with 8 bits: mode "RGB", or "L" if it is grey.

    - Size: width × height is taken from the header and checked before a pixel is decoded.
    - Turned by EXIF (or TIFF, or XMP) orientation: turned upright.
    - Transparent, in whatever way: laid over white.
    - Animated, or several pages: the first frame.
    - Palette, CMYK, YCCK, YCbCr, black and white: converted.
    - 16-bit grey: scaled, 0…65535 to 0…255, not clipped. 32-bit and floating-point grey has no
      agreed range: stretched from the picture's own smallest value to its largest.

    Args:
        data: the encoded picture, in one of `FORMATS`.
        name: what error messages call it.

    Raises:
        EmptyFile, TooManyBytes, TooManyPixels, NotAnImage, TruncatedImage
    """
    _check_data(data, limits, name)
    # Pictures within pictures (an icon's PNG, a GIF's frame) are seen by Pillow only.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_pixels(image, limits, name)
        image.load()
        return _plain(_upright(image), image.format or "", name)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooManyPixels(f"{name} would need too much memory when decoded: {error}") from error
    except UnidentifiedImageError as error:
        _raise_unidentified(data, name, error)
    # Decoders of damaged data raise anything: OSError, SyntaxError, struct.error, zlib.error, …
    except Exception as error:
        raise TruncatedImage(f"{name} is damaged or breaks off: {error}") from error


def _check_data(data: bytes, limits: Limits, name: str) -> None:
    if not data:
        raise EmptyFile(f"{name} has no bytes")
    if len(data) > limits.bytes:
        raise TooManyBytes(f"{name} has {len(data):,} bytes, allowed are {limits.bytes:,}")


def _check_pixels(image: Image.Image, limits: Limits, name: str) -> None:
    width, height = image.size
    if not width * height:
        raise TruncatedImage(f"{name} has no pixels")
    if width * height > limits.pixels:
        raise TooManyPixels(
            f"{name} would have {width:,} × {height:,} pixels, allowed are {limits.pixels:,}"
        )


def _raise_unidentified(data: bytes, name: str, error: Exception) -> NoReturn:
    if data.startswith(_BEGINNINGS):
        raise TruncatedImage(f"{name} breaks off before its first pixel") from error
    raise NotAnImage(f"{name} is not a picture in a format that the worker reads") from error


_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def _upright(image: Image.Image) -> Image.Image:
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged note about the picture does not damage the picture
        return image
    return image if turn is None else image.transpose(turn)


def _plain(image: Image.Image, kind: str, name: str) -> Image.Image:
    """`image`, of a file of this kind, in mode "RGB" or "L"."""
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image, kind, name)
    if image.has_transparency_data:
        return _over_white(image.convert("RGBA"))
    if image.mode in ("RGB", "L"):
        return image
    if image.mode == "LAB":
        raise NotAnImage(f"{name} is in LAB colours, which the worker does not convert")
    return image.convert("L" if image.mode == "1" else "RGB")


def _over_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _eight_bits(image: Image.Image, kind: str, name: str) -> Image.Image:
    # Mode "I" is 32 bits wide, but PNG and PGM fill only 16 of them.
    sixteen = image.mode.startswith("I;16") or (image.mode == "I" and kind in ("PNG", "PPM"))
    values: npt.NDArray[Any] = np.asarray(image).astype(np.float32 if sixteen else np.float64)
    if not np.isfinite(values).all():
        raise NotAnImage(f"{name} has values that are not finite")
    low, high = (0, 65535) if sixteen else (values.min(), values.max())
    scaled = (values - low) * (255 / ((high - low) or 1))
    return Image.fromarray(np.rint(scaled).clip(0, 255).astype(np.uint8))
