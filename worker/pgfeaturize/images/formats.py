"""Recognizes files that are valid, but that the worker does not decode, or would decode wrongly."""

import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress

from PIL import Image, UnidentifiedImageError

from pgfeaturize.errors import ImageError, NotAnImage, TruncatedImage, UnsupportedImage
from pgfeaturize.images.heif import is_heif, unsupported_heif
from pgfeaturize.images.repair import jpeg_segments

CONVERT = "Convert it to JPEG or PNG."
_RENDER = "Render it to PNG."
_DEVELOP = "Develop it to JPEG or PNG, or extract its preview."
_FRAME = "Save a frame of it as JPEG or PNG."

#: Name, remedy and first bytes.
_SIGNATURES: tuple[tuple[str, str, tuple[bytes, ...]], ...] = (
    ("a camera raw file (Olympus)", _DEVELOP, (b"IIRO", b"IIRS", b"MMOR")),
    ("a camera raw file (Panasonic)", _DEVELOP, (b"IIU\0",)),
    ("a camera raw file (Fujifilm)", _DEVELOP, (b"FUJIFILMCCD-RAW",)),
    ("a camera raw file (Sigma)", _DEVELOP, (b"FOVb",)),
    ("a camera raw file (Minolta)", _DEVELOP, (b"\0MRM",)),
    ("a camera raw file (Canon)", _DEVELOP, (b"II\x1a\0\0\0HEAP",)),
    ("JPEG XL", CONVERT, (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")),
    ("JPEG XR", CONVERT, (b"II\xbc",)),
    ("PDF", _RENDER, (b"%PDF-",)),
    ("PostScript", _RENDER, (b"%!PS", b"\xc5\xd0\xd3\xc6")),
    ("a Windows metafile", _RENDER, (b"\xd7\xcd\xc6\x9a",)),
    ("DjVu", _RENDER, (b"AT&TFORM",)),
    ("DDS", CONVERT, (b"DDS ",)),
    ("OpenEXR", CONVERT, (b"v/1\x01",)),
    ("Radiance HDR", CONVERT, (b"#?RADIANCE", b"#?RGBE")),
    ("FITS", CONVERT, (b"SIMPLE  =",)),
    ("a GIMP image", CONVERT, (b"gimp xcf",)),
    ("a large Photoshop document (PSB)", CONVERT, (b"8BPS\0\2",)),
    ("an Apple icon", CONVERT, (b"icns",)),
    ("PAM", CONVERT, (b"P7\n",)),
    ("BPG", CONVERT, (b"BPG\xfb",)),
    ("FLIF", CONVERT, (b"FLIF",)),
    ("XPM", CONVERT, (b"/* XPM */",)),
    ("MNG or JNG", CONVERT, (b"\x8aMNG", b"\x8bJNG")),
    ("a PNG that Xcode has changed", CONVERT, (b"\x89PNG\r\n\x1a\n\0\0\0\x04CgBI",)),
    ("a video (Matroska or WebM)", _FRAME, (b"\x1aE\xdf\xa3",)),
    ("a video (MPEG)", _FRAME, (b"\0\0\x01\xba", b"\0\0\x01\xb3")),
    ("a video (Windows Media)", _FRAME, (b"0&\xb2u\x8ef\xcf\x11",)),
    ("a video (Flash)", _FRAME, (b"FLV\x01",)),
    ("a video or sound (Ogg)", _FRAME, (b"OggS",)),
)
# Data that starts with one of these signatures, but cannot be decoded, is a damaged image.
_DAMAGED = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*", b"RIFF", b"8BPS", b"\xff\x4f\xff\x51")
_BOXES = (b"ftyp", b"jP  ")  # after the length of the first box
_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip")
_SVG = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE\s+svg|(?:\w+:)?svg\b)")
_SVG_ELEMENT = re.compile(rb"<(?:\w+:)?svg[\s/>]")
#: JPEGs of these kinds: lossless, differential, and both with arithmetic coding.
_RARE_JPEG = (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF)
#: The name of the color profile of a JPEG in XYB colors, which are not RGB.
_XYB = re.compile(rb"XYB_|\0X\0Y\0B\0_")

_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC, _SUB_DIRECTORIES, _DNG_VERSION = 254, 259, 262, 330, 50706
_CAMERA_PHOTOMETRIC = (32803, 34892)
_LAB = (8, 9, 10)


def failure_of(error: Exception, data: bytes, name: str, formats: Sequence[str]) -> ImageError:
    """Return why an image could not be decoded.

    Args:
        error: what Pillow raised.
        formats: what the worker reads.
    """
    opened = not isinstance(error, UnidentifiedImageError)
    if kind := unsupported(data, opened=opened):
        return unsupported_image(name, *kind)
    if isinstance(error, NotImplementedError) or "unsupported" in str(error).lower():
        return UnsupportedImage(f"{name} is of a kind that the worker does not read: {error}", CONVERT)
    if not opened and not data.startswith(_DAMAGED) and data[4:8] not in _BOXES:
        return NotAnImage(
            f"{name} is not an image in a format that the worker reads", f"Save it as one of {', '.join(formats)}."
        )
    damage = f": {error}" if opened else ""
    return TruncatedImage(f"{name} is damaged or incomplete{damage}")


def unsupported_image(name: str, kind: str, remedy: str) -> UnsupportedImage:
    """Return the error of an image of this kind."""
    return UnsupportedImage(f"{name} is {kind}, which the worker does not read", remedy)


def misread(image: Image.Image, data: bytes) -> tuple[str, str] | None:
    """Return name and remedy if Pillow opens an image, but its pixels would be others than people see.

    A camera raw file would be read as its thumbnail, XYB as if it was RGB.
    """
    if image.format == "TIFF" and (camera := _camera_raw(data)):
        return camera
    if image.format in ("JPEG", "MPO") and _XYB.search(image.info.get("icc_profile") or b""):
        return "a JPEG in XYB colors", CONVERT
    return None


def unsupported(data: bytes, *, opened: bool) -> tuple[str, str] | None:
    """Return name and remedy of data that could not be decoded; None if they may be damaged, or are no image.

    Args:
        opened: whether Pillow could read the header.
    """
    for name, remedy, signatures in _SIGNATURES:
        if data.startswith(signatures):
            return name, remedy
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data[4:8] in _QUICKTIME:
        return "a video (QuickTime)", _FRAME
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return "a video (AVI)", _FRAME
    if data[128:132] == b"DICM":
        return "DICOM", CONVERT
    if b"%PDF-" in data[:1024]:
        return "PDF", _RENDER
    if _SVG.match(data) and _SVG_ELEMENT.search(data[:4096]):
        return "SVG", _RENDER
    if data.startswith(b"\xff\xd8"):
        return _rare_jpeg(data)
    return _camera_raw(data) or (None if opened else _rare_tiff(data))


def _iso_media(data: bytes) -> tuple[str, str] | None:
    length = min(int.from_bytes(data[:4]), 256)
    brand, brands = data[8:12], data[8:length]
    if brand == b"crx ":
        return "a camera raw file (Canon)", _DEVELOP
    if b"avif" in brands or b"avis" in brands:
        return None if "AVIF" in Image.OPEN else ("AVIF", CONVERT)
    if is_heif(brands):
        return unsupported_heif(data, brands, CONVERT)
    if brand in (b"jp2 ", b"jpx "):
        return None
    return "a video (MP4 or QuickTime)", _FRAME


def _rare_jpeg(data: bytes) -> tuple[str, str] | None:
    for marker, start, end in jpeg_segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and end - start > 4:
            bits = data[start + 4]
            if marker in _RARE_JPEG:
                return "a lossless or hierarchical JPEG", CONVERT
            return (f"a JPEG with {bits} bits", CONVERT) if bits in (12, 16) else None
    return None


def _camera_raw(data: bytes) -> tuple[str, str] | None:
    tags = dict(_tiff_tags(data))
    camera = (
        (data[:2] in (b"II", b"MM") and data[8:10] == b"CR" and bool(tags))
        or _DNG_VERSION in tags
        or tags.get(_PHOTOMETRIC) in _CAMERA_PHOTOMETRIC
        # The first directory is the thumbnail, others have the image.
        or (_SUB_DIRECTORIES in tags and bool(tags.get(_SUBFILE_TYPE, 0) & 1))
    )
    return ("a camera raw file", _DEVELOP) if camera else None


def _rare_tiff(data: bytes) -> tuple[str, str] | None:
    tags = dict(_tiff_tags(data))
    if not {256, 257} <= tags.keys():
        return None
    if tags.get(_PHOTOMETRIC) in _LAB:
        return "a TIFF in LAB colors", CONVERT
    return f"a TIFF of an unusual kind (compression {tags.get(_COMPRESSION, 1)})", CONVERT


def _tiff_tags(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the tags of the first directory of a TIFF, each with its first number, or where its values are."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return
    with suppress(struct.error):
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        for number in range(count):
            tag, kind, values = struct.unpack_from(order + "HHI", data, start + 2 + 12 * number)
            (value,) = struct.unpack_from(
                order + ("H" if kind == 3 and values <= 2 else "I"), data, start + 10 + 12 * number
            )
            yield tag, value
