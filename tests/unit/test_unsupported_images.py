"""Images that are valid, but that the worker does not read: the failure names the kind and the remedy."""

import zlib

import numpy as np
import pytest
from PIL import Image

from pgfeaturize import errors
from pgfeaturize.images import Limits, decode
from tests.unit.sample_images import encoded, png_chunk, scene, tiff

LIMITS = Limits()


def refused(data: bytes, kind: str, remedy: str = "Convert") -> None:
    with pytest.raises(errors.UnsupportedImage, match=f"(?i)holiday is .*{kind}") as caught:
        decode(data, LIMITS, "holiday")
    assert caught.value.hint.startswith(remedy)


def box(brand: bytes, *compatible: bytes) -> bytes:
    content = b"ftyp" + brand + bytes(4) + b"".join(compatible)
    return (4 + len(content)).to_bytes(4) + content + bytes(999)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\x0a" + bytes(99), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99), "JPEG XL"),
        (b"II\xbc\x01" + bytes(99), "JPEG XR"),
        (b"v/1\x01" + bytes(99), "OpenEXR"),
        (b"#?RADIANCE\n" + bytes(99), "HDR"),
        (bytes(128) + b"DICM" + bytes(99), "DICOM"),
        (b"8BPS\0\2" + bytes(99), "PSB"),
        (b"P7\nWIDTH 1\n", "PAM"),
        (b"BPG\xfb" + bytes(99), "BPG"),
        (b"gimp xcf v011\0" + bytes(99), "GIMP"),
        (encoded(Image.new("RGBA", (8, 8)), "DDS"), "DDS"),
        (encoded(Image.new("RGBA", (32, 32)), "ICNS"), "icon"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_formats(data: bytes, kind: str) -> None:
    refused(data, kind)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<svg/>", "SVG"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg">', "SVG"),
        (b"<!DOCTYPE svg PUBLIC>\n<svg:svg>", "SVG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\n\n%PDF-1.7\n", "PDF"),
        (encoded(scene(), "PDF"), "PDF"),
        (encoded(scene(), "EPS"), "PostScript"),
        (b"\xc5\xd0\xd3\xc6" + bytes(99), "PostScript"),
        (b"\xd7\xcd\xc6\x9a" + bytes(99), "metafile"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pages_and_drawings(data: bytes, kind: str) -> None:
    refused(data, kind, "Render")


@pytest.mark.parametrize(
    "data",
    [
        box(b"isom", b"isom", b"mp41"),
        box(b"mp42"),
        box(b"qt  "),
        box(b"3gp5"),
        b"\0\0\0\x08wide\0\0\0\0mdat",
        b"\x1aE\xdf\xa3" + bytes(99),
        b"RIFF\0\1\0\0AVI LIST" + bytes(99),
        b"\0\0\x01\xba" + bytes(99),
        b"FLV\x01" + bytes(99),
        b"OggS" + bytes(99),
    ],
    ids=repr,
)
def test_videos(data: bytes) -> None:
    refused(data, "video", "Save a frame")


@pytest.mark.parametrize("data", [b"<html><svg/></html>", b"<?xml?><note/>", b"words", bytes(999), b"RIF", b"ftyp"])
def test_what_is_no_image(data: bytes) -> None:
    with pytest.raises(errors.NotAnImage):
        decode(data, LIMITS)


# Camera raw files

SENSOR = np.arange(16, dtype=np.uint16).tobytes()


@pytest.mark.parametrize(
    "data",
    [
        tiff(4, 4, [8] * 3, bytes(48), {254: [1], 330: [8]}),  # NEF, ARW: a thumbnail first
        tiff(4, 4, [8] * 3, bytes(48), {254: [1], 330: [8, 8]}),
        tiff(4, 4, [8] * 3, bytes(48), {50706: [1]}),  # DNG
        tiff(4, 4, [16], SENSOR, {262: [32803]}),
        tiff(4, 4, [16] * 3, 3 * SENSOR, {262: [34892]}),
        tiff(4, 4, [8] * 3, b"CR\2\0" + bytes(44)),  # CR2
        tiff(4, 4, [16], SENSOR, {259: [34713], 262: [32803]}),
        tiff(4, 4, [16], SENSOR, {259: [65535], 262: [32803]}),  # PEF
        box(b"crx ", b"crx ", b"isom"),  # CR3
        b"IIRO\x08\0\0\0" + bytes(99),
        b"IIRS\x08\0\0\0" + bytes(99),
        b"IIU\0\x18\0\0\0" + bytes(99),
        b"FUJIFILMCCD-RAW 0201" + bytes(99),
        b"FOVb" + bytes(99),
        b"II\x1a\0\0\0HEAPCCDR" + bytes(99),
        b"\0MRM" + bytes(99),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_camera_raw_files(data: bytes) -> None:
    refused(data, "camera raw", "Develop")


def test_a_pyramid_is_no_camera_raw_file() -> None:
    """Its first directory is the whole image, reduced ones are in others."""
    for kind in (0, 2):
        assert decode(tiff(4, 4, [8] * 3, bytes(48), {254: [kind], 330: [8]}), LIMITS).size == (4, 4)
    assert decode(tiff(4, 4, [8] * 3, bytes(48), {254: [1]}), LIMITS).size == (4, 4)


# Kinds of formats that are read


@pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xC7, 0xCB, 0xCD, 0xCF])
def test_rare_jpeg(marker: int) -> None:
    data = encoded(scene(), "JPEG")
    frame = data.index(b"\xff\xc0")
    refused(data[: frame + 1] + bytes([marker]) + data[frame + 2 :], "lossless or hierarchical")


def test_jpeg_with_twelve_bits() -> None:
    data = encoded(scene(), "JPEG")
    frame = data.index(b"\xff\xc0")
    refused(data[: frame + 4] + b"\x0c" + data[frame + 5 :], "12 bits")


def test_xyb_jpeg() -> None:
    for name in (b"XYB_Per", "XYB_Per".encode("utf-16-be")):
        profile = bytes(128) + b"desc\0" + name + bytes(99)
        refused(encoded(scene(), "JPEG", icc_profile=profile), "XYB")
    assert decode(encoded(scene(), "JPEG", icc_profile=bytes(128) + b"XYZ sRGB"), LIMITS).size == (64, 48)


def test_png_of_xcode() -> None:
    data = encoded(scene())
    raw = data.index(b"IDAT") + 4
    refused(data[:8] + png_chunk(b"CgBI", bytes(4)) + data[8:raw] + b"xx" + data[raw + 2 :], "Xcode")


@pytest.mark.parametrize(
    ("bits", "tags", "kind"),
    [
        ([8] * 3, {262: [8]}, "LAB"),
        ([16] * 3, {262: [8]}, "LAB"),
        ([8], {259: [34712]}, "34712"),
        ([16], {262: [0], 339: [2]}, "unusual"),
        ([8] * 3, {339: [2, 2, 2]}, "unusual"),
        ([64], {339: [3]}, "unusual"),
    ],
)
def test_rare_tiff(bits: list[int], tags: dict[int, list[int]], kind: str) -> None:
    refused(tiff(4, 4, bits, bytes(256), tags), kind)


def test_an_incomplete_tiff_is_truncated() -> None:
    for compression in ("raw", "tiff_lzw"):
        whole = encoded(scene(), "TIFF", compression=compression)
        with pytest.raises(errors.TruncatedImage):
            decode(whole[: len(whole) // 2], LIMITS)


@pytest.mark.parametrize("kind", ["AVIF", "JPEG2000"])
def test_an_incomplete_image_is_not_taken_for_a_video(kind: str) -> None:
    whole = encoded(scene(), kind)
    for kept in (40, len(whole) // 2):
        with pytest.raises(errors.TruncatedImage):
            decode(whole[:kept], LIMITS)


@pytest.mark.parametrize("type_", [np.int8, np.int16, np.int32])
@pytest.mark.parametrize("compressed", [False, True])
def test_signed_gray(type_: type, compressed: bool) -> None:
    """The smallest value becomes 0, the largest 255."""
    bits = 8 * np.dtype(type_).itemsize
    for values in [-100, -60, 100], [0, 20, 100], [-6, -5, -1]:
        raw, tags = np.array(values, type_).tobytes(), {339: [2]}
        if compressed:
            raw, tags = zlib.compress(raw), {339: [2], 259: [8]}
        assert np.asarray(decode(tiff(3, 1, [bits], raw, tags), LIMITS)).tolist() == [[0, 51, 255]]
