"""Pictures: read them only where the worker may, and decode them the same way every time.

Nothing here knows of networks or databases. Three steps, each of which either succeeds or raises
one typed `ImageError` that names the picture:

    read(path, roots, limits)      -> bytes        a regular file under an allowed directory
    decode(data, limits)           -> PIL image    upright, opaque, 8 bits, mode "RGB" or "L"
    prepare(image, preprocessing)  -> uint8 array  (channels, height, width), for the network
"""

import errno
import io
import os
import stat
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from PIL.Image import Resampling, Transpose

from pgfeaturize.errors import (
    EmptyFile,
    EmptyPath,
    ImageError,
    MissingFile,
    ModelError,
    NotAFile,
    NotAnImage,
    OutsideRoots,
    PermissionDenied,
    ReadFailed,
    TooManyBytes,
    TooManyPixels,
    TruncatedImage,
)

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Limits:
    """What one picture may cost a worker.

    Attributes:
        bytes: of the encoded picture. 64 MiB: the raw of a 100-megapixel camera is not meant, its
            JPEG fits twice.
        pixels: of the decoded picture, width × height. 178,956,970 is where Pillow itself refuses:
            a 13,377 pixel square, about 700 MiB while one decoding thread holds it.
    """

    bytes: int = 64 * 2**20
    pixels: int = 178_956_970


@dataclass(frozen=True)
class Roots:
    """The directories under which the worker may read, resolved. None: it may read nothing."""

    directories: tuple[Path, ...] = ()

    @classmethod
    def of(cls, directories: Iterable[str | os.PathLike[str]]) -> "Roots":
        """Resolve `directories` once, symlinks included; they need not exist yet."""
        return cls(tuple(Path(os.path.realpath(directory)) for directory in directories))

    def hold(self, path: str) -> bool:
        """Whether the resolved `path` is a root or lies under one."""
        return any(Path(path).is_relative_to(root) for root in self.directories)

    def resolve(self, path: str) -> str:
        """The real path of the file meant by `path`.

        A relative path is taken against the roots in order, the first where it exists wins.

        Raises:
            OutsideRoots: it leaves the roots, whether there is such a file or not.
            MissingFile: it can be no file name at all.
        """
        try:
            places = [os.path.realpath(root / path) for root in self.directories]
        except ValueError:  # a NUL byte or a lone surrogate
            raise MissingFile(f"no file can be named {path!r}") from None
        allowed = [place for place in places if self.hold(place)]
        for place in allowed:
            if os.path.lexists(place):
                return place
        # Only where no root leads outside may "no such file" be said: it is an answer, too.
        if not allowed or len(allowed) < len(places):
            _raise_outside(path)
        return allowed[0]


# The errors of the operating system that say something about the picture. Anything else says
# something about the storage, and is worth another try.
_REASONS: Mapping[int, tuple[type[ImageError], str]] = {
    errno.ENOENT: (MissingFile, 'no file at "{}"'),
    errno.ENOTDIR: (MissingFile, 'no file at "{}"'),
    errno.ELOOP: (MissingFile, 'no file at "{}": its symbolic links go in a circle'),
    errno.ENAMETOOLONG: (MissingFile, 'no file at "{}": the name is too long'),
    errno.EACCES: (PermissionDenied, 'the worker may not read "{}"'),
    errno.EPERM: (PermissionDenied, 'the worker may not read "{}"'),
    errno.ENXIO: (NotAFile, '"{}" is not a regular file'),
}


def read(path: str, roots: Roots, limits: Limits) -> bytes:
    """The bytes of the file at `path`, 1 to `limits.bytes` of them.

    Only a regular file is ever opened, so a FIFO or a device neither blocks nor reacts; and what
    was opened must still lie under a root, so a directory swapped for a symlink gains nothing.

    Raises:
        ImageError: one of its subclasses; ReadFailed alone is worth another try.
    """
    if not path:
        raise EmptyPath("the path is an empty string")
    place = roots.resolve(path)
    try:
        _check_regular(os.lstat(place), path)
        with open(place, "rb", opener=_open_quietly) as file:
            _check_still_inside(file.fileno(), path, roots)
            size = _check_size(os.fstat(file.fileno()), path, limits)
            return file.read(size)
    except OSError as error:
        _raise_for(error, path)


def _open_quietly(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _check_regular(info: os.stat_result, path: str) -> None:
    if stat.S_ISLNK(info.st_mode):  # resolved and still a link: a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(info.st_mode):
        raise NotAFile(f'"{path}" is not a regular file')


def _check_still_inside(descriptor: int, path: str, roots: Roots) -> None:
    try:
        now = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 — it may be no path
    except OSError:  # no procfs: macOS, or a bare container
        return
    if not roots.hold(now):
        _raise_outside(path)


def _check_size(info: os.stat_result, path: str, limits: Limits) -> int:
    _check_regular(info, path)
    if info.st_size == 0:
        raise EmptyFile(f'"{path}" has no bytes')
    if info.st_size > limits.bytes:
        raise TooManyBytes(f'"{path}" has {info.st_size:,} bytes, allowed are {limits.bytes:,}')
    return info.st_size


def _raise_outside(path: str) -> NoReturn:
    raise OutsideRoots(
        f'"{path}" is not under a directory that the worker may read',
        "Start the worker with --root DIR for each directory of pictures.",
    )


def _raise_for(error: OSError, path: str) -> NoReturn:
    kind, message = _REASONS.get(error.errno or 0, (ReadFailed, 'reading "{}" failed'))
    text = message.format(path)
    raise kind(text if kind is not ReadFailed else f"{text}: {error.strerror}") from error


# Raster formats that Pillow decodes in its own process. Left out: EPS and PS (start Ghostscript),
# WMF, and the scientific stubs. JPEG first, since they are tried in this order.
FORMATS = (
    *("JPEG", "PNG", "WEBP", "GIF", "TIFF", "PPM", "BMP", "AVIF", "JPEG2000", "MPO"),
    *("DIB", "ICO", "PCX", "PSD", "QOI", "SGI", "SUN", "TGA"),
)
# Bytes that begin so were meant to be a picture: if nothing can be made of them they are damaged.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")

# Before there are threads: Pillow registers its plug-ins at first use, without a lock.
Image.init()
# What Pillow has to grumble about, a damaged EXIF block say, is no news to the owner of a worker.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
# Never a warning, always an error: it is caught below.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


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
        return _plain(_upright(image), name)
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


def _plain(image: Image.Image, name: str) -> Image.Image:
    """`image` in mode "RGB" or "L"."""
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image, name)
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


def _eight_bits(image: Image.Image, name: str) -> Image.Image:
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all():
        raise NotAnImage(f"{name} has values that are not finite")
    # Mode "I" is 32 bits wide, but PNG and PGM fill only 16 of them.
    sixteen = image.mode.startswith("I;16") or image.format in ("PNG", "PPM")
    low, high = (0.0, 65535.0) if sixteen else (values.min(), values.max())
    values -= low
    values *= 255 / ((high - low) or 1)
    return Image.fromarray(np.rint(values).clip(0, 255).astype(np.uint8))


_FILTERS = {
    "nearest": Resampling.NEAREST,
    "box": Resampling.BOX,
    "bilinear": Resampling.BILINEAR,
    "hamming": Resampling.HAMMING,
    "bicubic": Resampling.BICUBIC,
    "lanczos": Resampling.LANCZOS,
}


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes the input of a network; part of every model and its fingerprint.

    Shrinking is always antialiased, as Pillow does it.

    Attributes:
        fit: "crop": resize, keeping the aspect, and cut the centre out; "stretch": into the square.
        resize: the shorter side before cropping; None: not resized.
        crop: the side of the square that the network sees.
        interpolation: "nearest", "box", "bilinear", "hamming", "bicubic" or "lanczos".
        channels: 3 for RGB, 1 for grey.
        mean, std: one of each per channel; the network sees (value / 255 - mean) / std.
    """

    fit: str
    resize: int | None
    crop: int
    interpolation: str
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        wrong = [rule for rule, kept in self._rules().items() if not kept]
        if wrong:
            raise ModelError(f"preprocessing is wrong: {'; '.join(wrong)}")

    def _rules(self) -> dict[str, bool]:
        return {
            'fit is "crop" or "stretch"': self.fit in ("crop", "stretch"),
            "resize is a positive whole number or null": self.resize is None or _side(self.resize),
            'resize is null where fit is "stretch"': self.fit == "crop" or self.resize is None,
            "crop is a positive whole number": _side(self.crop),
            f"interpolation is one of {', '.join(_FILTERS)}": self.interpolation in _FILTERS,
            "channels is 1 or 3": self.channels in (1, 3),
            "mean has a number for each channel": len(self.mean) == self.channels,
            "std has a positive number for each channel": len(self.std) == self.channels
            and all(value > 0 for value in self.std),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Preprocessing":
        """From the `preprocessing` of a model: exactly the fields of this class.

        Raises:
            ModelError: a field is missing, unknown or wrong; all of them are named.
        """
        known = [field.name for field in fields(cls)]
        wrong = [f"{name} is missing" for name in known if name not in document]
        wrong += [f"{name} is unknown" for name in document if name not in known]
        if wrong:
            raise ModelError(
                f"preprocessing is wrong: {'; '.join(wrong)}", f"Fields: {', '.join(known)}."
            )
        numbers = {name: _numbers(name, document[name]) for name in ("mean", "std")}
        return cls(**{**document, **numbers})

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {**asdict(self), "mean": list(self.mean), "std": list(self.std)}

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of what the network sees."""
        return self.channels, self.crop, self.crop


def _side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _numbers(name: str, value: object) -> tuple[float, ...]:
    try:
        return tuple(float(number) for number in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ModelError(f"preprocessing is wrong: {name} is not a list of numbers") from None


def prepare(image: Image.Image, how: Preprocessing, out: Pixels | None = None) -> Pixels:
    """The pixels that the network sees: uint8, shape `how.shape`, C-contiguous.

    As torchvision's Resize and CenterCrop on the same Pillow image, within one level: only the
    window that is cut out is resampled, which also keeps a 20,000 × 1 picture harmless.

    Args:
        image: mode "RGB" or "L", of any size.
        out: where to put the pixels, of any strides; it is then what is returned.
    """
    if how.channels == 1:
        image = image.convert("L")
    window = np.asarray(_window(image, how))
    if out is None:
        out = np.empty(how.shape, np.uint8)
    # A grey picture for a network of colours: resampled once, then repeated.
    out[...] = window if window.ndim == 2 else window.transpose(2, 0, 1)
    return out


def _window(image: Image.Image, how: Preprocessing) -> Image.Image:
    square = (how.crop, how.crop)
    if how.fit == "stretch":
        return image.resize(square, _FILTERS[how.interpolation])
    width, height = _resized(image.size, how.resize)
    across = _Span.within(image.width, width, how.crop)
    down = _Span.within(image.height, height, how.crop)
    window = image.resize(
        (across.length, down.length),
        _FILTERS[how.interpolation],
        box=(across.start, down.start, across.stop, down.stop),
    )
    if window.size == square:
        return window
    padded = Image.new(image.mode, square)  # black, as torchvision pads
    padded.paste(window, (across.before, down.before))
    return padded


def _resized(size: tuple[int, int], shorter: int | None) -> tuple[int, int]:
    """torchvision's rule: the shorter side as wanted, the other rounded down."""
    if shorter is None:
        return size
    width, height = size
    if width <= height:
        return shorter, int(shorter * height / width)
    return int(shorter * width / height), shorter


@dataclass(frozen=True)
class _Span:
    """Along one axis: what is taken of the picture, and where it goes in the square."""

    start: float  # in pixels of the picture
    stop: float
    length: int  # in pixels of the square
    before: int

    @classmethod
    def within(cls, original: int, resized: int, side: int) -> "_Span":
        if resized < side:
            return cls(0, original, resized, (side - resized) // 2)
        offset = round((resized - side) / 2)
        scale = original / resized
        return cls(offset * scale, min((offset + side) * scale, original), side, 0)
