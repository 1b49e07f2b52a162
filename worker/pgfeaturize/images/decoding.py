"""Decoding: any image that Pillow reads, upright, opaque and in 8 bits, or a typed error."""

import io
import warnings
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from PIL.Image import Transpose

from pgfeaturize.errors import (
    ImageError,
    NotAnImage,
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
# Bytes that begin so were meant to be an image: if nothing can be made of them they are damaged.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")


def decode(data: bytes, limits: Limits, name: str = "the image") -> Image.Image:
    """The image in `data`, upright, opaque, with 8 bits: mode "RGB", or "L" if it is gray.

    - Size: width × height is taken from the header and checked before a pixel is decoded.
    - Turned by EXIF (or TIFF, or XMP) orientation: turned upright.
    - Transparent, in whatever way: laid over white.
    - Animated, or several pages: the first frame.
    - Palette, CMYK, YCCK, YCbCr, black and white: converted.
    - 16-bit gray: scaled, 0…65535 to 0…255, not clipped; 12-bit likewise. Of 16-bit colors the
      upper 8 bits are taken: within one level of the same. 32-bit and floating-point gray has no
      agreed range: stretched from the image's own smallest value to its largest.
    - Color profiles: not applied, as torchvision does not.

    Args:
        data: the encoded image, in one of `FORMATS`.
        name: what error messages call it.

    Raises:
        EmptyFile, TooManyBytes, TooManyPixels, NotAnImage, TruncatedImage
    """
    limits.check_bytes(len(data), name)
    # Images within images (an icon's PNG, a GIF's frame) are seen by Pillow only.
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_pixels(image, limits, name)
        image.load()
        return _upright(_plain(image, name), image)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooManyPixels(f"{name} would need too much memory when decoded: {error}") from error
    except UnidentifiedImageError as error:
        _raise_unidentified(data, name, error)
    # Decoders of damaged data raise anything: OSError, SyntaxError, struct.error, zlib.error, …
    except Exception as error:
        raise TruncatedImage(f"{name} is damaged or breaks off: {error}") from error


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
        raise TruncatedImage(f"{name} is damaged, or of a kind that is not read") from error
    raise NotAnImage(
        f"{name} is not an image in a format that the worker reads",
        f"Save it as one of {', '.join(FORMATS)}.",
    ) from error


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


def _upright(plain: Image.Image, image: Image.Image) -> Image.Image:
    """`plain` turned as `image`, which it was made of, says."""
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged note about the image does not damage the image
        return plain
    return plain if turn is None else plain.transpose(turn)


def _plain(image: Image.Image, name: str) -> Image.Image:
    """`image` in mode "RGB" or "L"."""
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image, name)
    if image.has_transparency_data:
        return _over_white(image.convert("RGBA"))
    if image.mode in ("RGB", "L"):
        return image
    if image.mode == "LAB":
        raise NotAnImage(f"{name} is in LAB colors, which the worker does not convert")
    return image.convert("L" if image.mode == "1" else "RGB")


def _over_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


_BITS, _WHITE, _SIGNED = 258, 262, 339  # TIFF tags: bits of a sample, what is white, its sign


def _eight_bits(image: Image.Image, name: str) -> Image.Image:
    """Gray of more than 8 bits in 8. Pillow hands it over as it lies in the file."""
    tags = getattr(image, "tag_v2", {})
    values: npt.NDArray[Any] = np.asarray(image)
    if image.mode == "I" and image.format == "TIFF" and tags.get(_SIGNED, (1,))[0] == 1:
        values = values.view(np.uint32)
    # Mode "I" is 32 bits wide, but PNG and PGM fill only 16 of them.
    sixteen = image.mode.startswith("I;16") or (
        image.mode == "I" and image.format in ("PNG", "PPM")
    )
    values = values.astype(np.float32 if sixteen else np.float64)
    if not np.isfinite(values).all():
        raise NotAnImage(f"{name} has values that are not finite")
    shade = image.info.get("transparency")
    transparent = values == shade if isinstance(shade, int) else np.False_
    highest = 2 ** tags.get(_BITS, (16,))[0] - 1
    low, high = (0, highest) if sixteen else (values.min(), values.max())
    values -= low  # in place from here: there may be many
    values *= 255 / ((high - low) or 1)
    np.rint(values, out=values).clip(0, 255, out=values)
    if tags.get(_WHITE) == 0:  # 0 is white
        np.subtract(255, values, out=values)
    values[transparent] = 255
    return Image.fromarray(values.astype(np.uint8))
