"""Images with damaged metadata or without their last bytes: decoded if nearly all pixels are there."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from pgfeaturize import errors
from pgfeaturize.images import Limits, decode
from pgfeaturize.images.repair import jpeg_segments, without_metadata
from tests.unit.sample_images import encoded, png_chunk, scene

LIMITS = Limits()


def photo(width: int = 400, height: int = 300) -> Image.Image:
    """Return an image of which each part takes about as many bytes."""
    noise = np.random.default_rng(0).integers(0, 255, (height // 4, width // 4, 3), np.uint8)
    return Image.fromarray(noise).resize((width, height))


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def same(data: bytes, whole: bytes) -> bool:
    """Return whether two encoded images have the same pixels."""
    one, other = (np.asarray(decode(each, LIMITS)) for each in (data, whole))
    return one.shape == other.shape and bool((one == other).all())


def broken(data: bytes) -> None:
    with pytest.raises(errors.TruncatedImage, match="holiday"):
        decode(data, LIMITS, "holiday")


# JPEG

KINDS = [{}, {"progressive": True}, {"subsampling": "4:4:4"}, {"restart_marker_rows": 1}, {"quality": 20}]


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpeg_without_its_end_marker(options: dict[str, object], mode: str) -> None:
    if mode != "RGB" and "subsampling" in options:
        options = {}
    whole = encoded(photo().convert(mode), "JPEG", **options)
    assert same(whole[:-1], whole)
    assert same(whole[:-2], whole)


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("missing", [3, 10, 60])
def test_jpeg_without_its_last_bytes(options: dict[str, object], missing: int) -> None:
    whole = encoded(photo(), "JPEG", **options)
    one, other = (np.asarray(decode(data, LIMITS)) for data in (whole[:-missing], whole))
    assert (one[:284] == other[:284]).all(), "the rows above the last blocks are there"
    assert (one != other).mean() < 0.05


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("missing", [0.05, 0.1, 0.5, 0.9])
def test_jpeg_without_a_row_of_blocks(options: dict[str, object], missing: float) -> None:
    whole = encoded(photo(), "JPEG", **options)
    kept = whole[: -int(len(whole) * missing)]
    broken(kept)
    broken(kept + bytes(len(whole) - len(kept)))  # an interrupted download, of which all bytes are allocated
    broken(kept + bytes(10 * len(whole)))


@pytest.mark.parametrize("size", [(8, 8), (16, 16), (64, 16), (16, 64), (17, 33), (100, 3)])
def test_small_jpeg(size: tuple[int, int]) -> None:
    whole = encoded(photo(400, 400).resize(size), "JPEG")
    assert same(whole[:-2], whole)
    scan = max(end for _, _, end in jpeg_segments(whole))
    broken(whole[:scan])
    broken(whole[: scan + (len(whole) - scan) // 3] if size != (8, 8) and size != (16, 16) else whole[:scan])


def test_progressive_jpeg_without_its_last_scan() -> None:
    whole = encoded(photo(), "JPEG", progressive=True)
    scans = [start for marker, start, _ in jpeg_segments(whole) if marker == 0xDA]
    assert len(scans) > 5
    for start in scans:
        broken(whole[:start])


def test_zeros_after_a_jpeg() -> None:
    whole = encoded(photo(), "JPEG")
    assert same(whole + bytes(999), whole)


def test_incomplete_jpeg_is_upright_and_admitted_once() -> None:
    data = encoded(photo(), "JPEG", exif=turned())[:-2]
    admitted: list[Image.Image] = []
    assert decode(data, LIMITS, admit=admitted.append).size == (300, 400)
    assert len(admitted) == 1


@pytest.mark.parametrize(
    "segment",
    [
        b"\xff\xe0\0\x08JFIF\0\0",
        b"\xff\xe1\0\x08Exif\0\0",
        b"\xff\xe2\0\x0fICC_PROFILE\0\1",
        b"\xff\xe2\0\x0aMPF\0MM\0*",
        b"\xff\xed\0\x15Photoshop 3.0\x008BIM\x04",
        b"\xff\xee\0\x07Adobe",
    ],
    ids=lambda segment: segment[4:9],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damaged_metadata_of_jpeg(segment: bytes) -> None:
    whole = encoded(photo(), "JPEG", exif=turned())
    for place in (2, 20):
        data = whole[:place] + segment + whole[place:]
        assert same(data, whole)
        assert same(data[:-2], whole), "without end marker, too"


# PNG


def with_chunk(image: bytes, chunk: bytes) -> list[bytes]:
    """Return a PNG with a chunk before and one with it after the pixels."""
    return [image[:33] + chunk + image[33:], image[:-12] + chunk + image[-12:]]


MEGABYTES = zlib.compress(bytes(3 * 2**20))
LARGE = {
    b"zTXt": b"Comment\0\0" + MEGABYTES,
    b"iTXt": b"Comment\0\1\0\0\0" + MEGABYTES,
    b"iCCP": b"profile\0\0" + MEGABYTES,
    b"tEXt": b"Comment\0" + b"x" * 2**21,
}
METHOD = {
    b"zTXt": b"Comment\0\7" + zlib.compress(b"text"),
    b"iTXt": b"Comment\0\1\7\0\0" + zlib.compress(b"text"),
    b"iCCP": b"profile\0\7" + zlib.compress(b"profile"),
}
SHORT = dict.fromkeys([b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"iCCP", b"acTL", b"fcTL", b"fdAT"], b"")


@pytest.mark.parametrize(
    ("kind", "content"),
    [pair for chunks in (LARGE, METHOD, SHORT) for pair in chunks.items()],
    ids=lambda value: value[:12],
)
def test_chunks_of_png_that_pillow_refuses(kind: bytes, content: bytes) -> None:
    whole = encoded(photo(40, 30))
    for data in with_chunk(whole, png_chunk(kind, content)):
        assert same(data, whole)


def test_much_text_in_many_chunks() -> None:
    whole = encoded(photo(40, 30))
    chunk = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**20 - 1)))
    for data in with_chunk(whole, 70 * chunk):
        assert same(data, whole)


@pytest.mark.parametrize("kind", [b"gAMA", b"pHYs", b"tIME", b"eXIf", b"iCCP", b"iTXt", b"tEXt", b"zTXt", b"prVt"])
def test_bad_checksum_of_metadata_in_png(kind: bytes) -> None:
    whole = encoded(photo(40, 30), exif=turned() if kind != b"eXIf" else Image.Exif())
    for data in with_chunk(whole, png_chunk(kind, bytes(40))[:-1] + b"x"):
        assert same(data, whole)


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE"])
def test_bad_checksum_of_what_has_the_pixels(kind: bytes) -> None:
    data = bytearray(encoded(photo(40, 30).quantize(64)))
    place = data.index(kind)
    (length,) = struct.unpack(">I", data[place - 4 : place])
    data[place + 4 + length] ^= 1
    broken(bytes(data))


def test_transparency_and_orientation_are_kept() -> None:
    palette = photo(40, 30).quantize(4)
    whole = encoded(palette, transparency=b"\0\x80\xff\xff", exif=turned())
    for data in with_chunk(whole, png_chunk(b"zTXt", LARGE[b"zTXt"])):
        assert decode(data, LIMITS).size == (30, 40)
        assert same(data, whole)


@pytest.mark.parametrize("zipped", [False, True])
def test_orientation_in_text_is_kept(zipped: bool) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    text = b"XML:com.adobe.xmp\0" + (b"\1\0\0\0" + zlib.compress(xmp) if zipped else b"\0\0\0\0" + xmp)
    whole = with_chunk(encoded(photo(40, 30)), png_chunk(b"iTXt", text))[0]
    assert decode(whole, LIMITS).size == (30, 40)
    for data in with_chunk(whole, png_chunk(b"zTXt", LARGE[b"zTXt"])):
        assert decode(data, LIMITS).size == (30, 40)


def test_large_text_with_an_orientation() -> None:
    text = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + MEGABYTES)
    for data in with_chunk(encoded(photo(40, 30)), text):
        assert decode(data, LIMITS).size == (40, 30)


def test_end_of_png() -> None:
    whole = encoded(photo(40, 30))
    assert same(whole[:-12], whole)
    assert same(whole[:-5], whole)
    assert same(whole + b"more", whole)
    assert same(whole[:-12] + struct.pack(">I4s", 2**30, b"tEXt") + b"cut", whole)
    assert same(whole[:-12] + bytes(99), whole)


# Other formats


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("kind", [b"EXIF", b"XMP "])
@pytest.mark.parametrize("change", ["length", "name", "cut", "content", "total"])
def test_damaged_metadata_of_webp(lossless: bool, kind: bytes, change: str) -> None:
    whole = encoded(photo(40, 30), "WEBP", lossless=lossless, exif=turned(), xmp=b"<x/>")
    place = whole.index(kind)
    data = bytearray(whole)
    if change == "length":
        data[place + 4 : place + 8] = b"\xff\xff\xff\x7f"
    elif change == "name":
        data[place : place + 4] = b"\0\1\2\3"
    elif change == "cut":
        del data[place + 6 :]
    elif change == "content":
        data[place + 8 : place + 12] = b"\xff\xff\xff\xff"
    else:
        data[4:8] = struct.pack("<I", len(data) + 99)
    decoded = decode(bytes(data), LIMITS)
    exif_is_there = change == "total" or kind == b"XMP "
    assert decoded.size == ((30, 40) if exif_is_there else (40, 30))
    expected = decode(encoded(photo(40, 30), "WEBP", lossless=lossless), LIMITS)
    if not exif_is_there:
        assert np.array_equal(np.asarray(decoded), np.asarray(expected))


def test_webp_with_alpha_or_frames_keeps_its_pixels() -> None:
    image = photo(40, 30).convert("RGBA")
    image.putalpha(100)
    for whole in (
        encoded(image, "WEBP", exif=turned(), xmp=b"<x/>"),
        encoded(image, "WEBP", save_all=True, append_images=[scene(40, 30)], xmp=b"<x/>"),
    ):
        data = bytearray(whole)
        place = data.index(b"XMP ")
        data[place + 4 : place + 8] = b"\xff\xff\xff\x7f"
        assert same(bytes(data), whole)


def test_webp_without_pixels() -> None:
    whole = encoded(photo(40, 30), "WEBP", exif=turned())
    for kept in (0.3, 0.8):
        broken(whole[: int(len(whole) * kept)])


def test_gif_without_its_end() -> None:
    whole = encoded(photo(40, 30), "GIF")
    assert same(whole[:-1], whole)
    assert same(whole + b"more", whole)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damage_never_ends_in_another_error(kind: str) -> None:
    whole = encoded(photo(40, 30), kind, exif=turned())
    random = np.random.default_rng(0)
    for _ in range(200):
        data = bytearray(whole[: random.integers(1, len(whole))])
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(256)
        without_metadata(bytes(data))
        try:
            assert decode(bytes(data), LIMITS).mode in ("RGB", "L")
        except (errors.TruncatedImage, errors.UnsupportedImage, errors.NotAnImage, errors.TooManyPixels):
            continue


def test_nothing_to_remove() -> None:
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    assert without_metadata(file.getvalue()) is None
    assert without_metadata(b"text") is None
