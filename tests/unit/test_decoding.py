"""Images as users have them: one test for each oddity of a format."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from pgfeaturize import errors
from pgfeaturize.images import Limits, decode
from tests.unit.sample_images import encoded, png, scene, tiff

LIMITS = Limits()


def broken(data: bytes, kind: type[errors.ImageError], limits: Limits = LIMITS) -> None:
    with pytest.raises(kind, match="holiday") as caught:
        decode(data, limits, "holiday.jpg")
    assert type(caught.value) is kind


def near(image: Image.Image, expected: Image.Image, levels: int = 1) -> bool:
    one, other = (np.asarray(each).astype(int) for each in (image, expected))
    return one.shape == other.shape and abs(one - other).max() <= levels


def test_no_bytes() -> None:
    broken(b"", errors.EmptyFile)


def test_bytes_of_a_column_are_limited_too() -> None:
    broken(encoded(scene()), errors.TooManyBytes, Limits(bytes=99))


def test_a_text_file() -> None:
    broken(b"dear diary, " * 99, errors.NotAnImage)


def test_postscript_is_never_run() -> None:
    broken(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n", errors.UnsupportedImage)


@pytest.mark.parametrize("side", [50_000, 2**31 - 1])
def test_a_bomb_is_not_decoded(side: int) -> None:
    broken(png(side, side, 8, 2, bytes(99)), errors.TooManyPixels)


def test_a_bomb_in_an_icon() -> None:
    inner = png(50_000, 50_000, 8, 2, bytes(99))
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inner), 22)
    broken(struct.pack("<HHH", 0, 1, 1) + entry + inner, errors.TooManyPixels)


def test_more_pixels_than_a_lower_limit() -> None:
    broken(encoded(scene(64, 48)), errors.TooManyPixels, Limits(pixels=64 * 48 - 1))
    assert decode(encoded(scene(64, 48)), Limits(pixels=64 * 48)).size == (64, 48)


def test_more_pixels_than_pillow_warns_of() -> None:
    huge = encoded(Image.new("1", (30_000, 3_000)))
    assert decode(huge, LIMITS).size == (30_000, 3_000)
    broken(huge, errors.TooManyPixels, Limits(pixels=80_000_000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
@pytest.mark.parametrize("kept", [0.005, 0.3, 0.9])
def test_an_image_that_breaks_off(kind: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (99, 99, 3), np.uint8)
    whole = encoded(Image.fromarray(noise), kind)
    broken(whole[: int(len(whole) * kept)], errors.TruncatedImage)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "JPEG2000", "TGA", "PCX"])
def test_damage_anywhere_is_a_typed_error_or_an_image(kind: str) -> None:
    whole = encoded(scene(), kind)
    random = np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 4):
            data[place] = random.integers(256)
        try:
            assert decode(bytes(data), LIMITS).mode in ("RGB", "L")
        except (errors.TruncatedImage, errors.UnsupportedImage, errors.NotAnImage, errors.TooManyPixels):
            continue


def test_running_out_of_memory_is_the_images_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    broken(encoded(scene()), errors.TooManyPixels)


# Orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_turned_by_exif(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(scene(), kind, exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert near(decode(data, LIMITS), expected, 0)
    assert decode(data, LIMITS).size == ((48, 64) if orientation > 4 else (64, 48))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_exif_block_does_no_harm() -> None:
    data = encoded(scene(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff broken")
    assert decode(data, LIMITS).size == (64, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_by_avif(orientation: int) -> None:
    """AVIF stores the orientation outside of EXIF."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    whole = Image.new("RGB", (64, 48), "red")
    whole.paste("blue", (0, 0, 32, 24))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(encoded(whole, exif=exif))))
    decoded = decode(encoded(whole, "AVIF", exif=exif, subsampling="4:4:4"), LIMITS)
    assert near(decoded, expected, 9)


def test_a_photo_and_more_in_one_file() -> None:
    """MPO, as phones write it: a JPEG followed by other views."""
    exif = Image.Exif()
    exif[0x0112] = 6
    views = [Image.new("RGB", (64, 48), color) for color in ("red", "blue")]
    data = encoded(views[0], "MPO", save_all=True, append_images=views[1:], exif=exif)
    assert near(decode(data, LIMITS), Image.new("RGB", (48, 64), "red"), 3)


# Transparency


def test_transparent_pixels_are_white() -> None:
    image = scene().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert near(decode(encoded(image), LIMITS), Image.new("RGB", image.size, "white"))


def test_half_transparent_is_mixed_with_white() -> None:
    image = Image.new("RGBA", (8, 8), (0, 100, 200, 128))
    assert near(decode(encoded(image), LIMITS), Image.new("RGB", (8, 8), (127, 177, 227)))


def test_transparent_gray() -> None:
    image = Image.new("LA", (8, 8), (0, 0))
    assert near(decode(encoded(image), LIMITS), Image.new("RGB", (8, 8), "white"))


def test_a_transparent_shade_of_sixteen_bits() -> None:
    shades = Image.fromarray(np.array([[0, 500, 65535]], np.uint16))
    assert np.asarray(decode(encoded(shades, transparency=500), LIMITS)).tolist() == [[0, 255, 255]]


def test_a_transparent_color_of_a_palette() -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    for transparency in (1, b"\xff\x00"):
        data = encoded(image, transparency=transparency)
        assert near(decode(data, LIMITS), Image.new("RGB", (8, 8), "white"))


def test_a_transparent_color_without_alpha() -> None:
    image = Image.new("RGB", (8, 8), (1, 2, 3))
    data = encoded(image, transparency=(1, 2, 3))
    assert near(decode(data, LIMITS), Image.new("RGB", (8, 8), "white"))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "AVIF", "TGA", "ICO"])
def test_transparent_in_other_formats(kind: str) -> None:
    image = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    assert near(decode(encoded(image, kind), LIMITS), Image.new("RGB", (16, 16), "white"))


# Colors


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"keep_rgb": True}, {"subsampling": "4:4:4"}], ids=str)
def test_jpeg_of_all_kinds(options: dict[str, object]) -> None:
    """Baseline, progressive, without YCbCr, without subsampling."""
    smooth = scene().resize((8, 6)).resize((64, 48))
    data = encoded(smooth, "JPEG", quality=95, **options)
    assert (b"\xff\xc2" in data) == ("progressive" in options)
    assert near(decode(data, LIMITS), smooth, 16)


def test_gray_jpeg_stays_gray() -> None:
    gray = scene().convert("L").resize((8, 6)).resize((64, 48))
    assert near(decode(encoded(gray, "JPEG", quality=95), LIMITS), gray, 9)


def test_cmyk() -> None:
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert near(decode(encoded(image, "JPEG"), LIMITS), Image.new("RGB", (16, 16), "red"), 3)


def test_ycck() -> None:
    """YCCK: CMYK whose first three channels are stored as YCbCr, marked by the last byte of Adobe's marker."""
    # Inverted, as Adobe does: 255 is no ink. Pillow inverts it when it writes.
    colors = Image.new("RGB", (16, 16), "cyan").convert("YCbCr").split()
    stored = Image.merge("CMYK", [*colors, Image.new("L", (16, 16), 255)])
    data = encoded(stored.point(lambda value: 255 - value), "JPEG", quality=95)
    adobe = data.index(b"Adobe") + 11
    assert data[adobe] == 0
    decoded = decode(data[:adobe] + b"\2" + data[adobe + 1 :], LIMITS)
    assert near(decoded, Image.new("RGB", (16, 16), "red"), 3)


@pytest.mark.parametrize("bits", [8, 16])
def test_cmyk_tiff(bits: int) -> None:
    inks = np.array([0, 255, 255, 0], np.uint8 if bits == 8 else np.uint16) * (1 if bits == 8 else 257)
    data = tiff(1, 1, [bits] * 4, inks.tobytes(), {262: [5]})
    assert near(decode(data, LIMITS), Image.new("RGB", (1, 1), "red"), 0)


def test_a_palette() -> None:
    image = scene().quantize(64)
    assert near(decode(encoded(image), LIMITS), image.convert("RGB"), 0)


def test_gray_stays_gray() -> None:
    assert near(decode(encoded(scene().convert("L")), LIMITS), scene().convert("L"), 0)


def test_black_and_white() -> None:
    image = scene().convert("1")
    assert near(decode(encoded(image), LIMITS), image.convert("L"), 0)


def test_a_palette_and_white_first() -> None:
    data = tiff(4, 1, [2], bytes([0b00011011]), {262: [0]})
    assert np.asarray(decode(data, LIMITS)).tolist() == [[255, 170, 85, 0]]


def test_lab_colors_are_not_converted() -> None:
    broken(encoded(Image.new("LAB", (8, 8)), "TIFF"), errors.UnsupportedImage)


# More than 8 bits


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bits_are_scaled_not_clipped(kind: str) -> None:
    ramp = np.linspace(0, 65535, 256 * 16).astype(np.uint16).reshape(256, 16)
    decoded = decode(encoded(Image.fromarray(ramp), kind), LIMITS)
    assert decoded.mode == "L"
    assert near(decoded, Image.fromarray(np.rint(ramp / 257).astype(np.uint8)), 0)


def test_sixteen_bits_and_turned() -> None:
    ramp = np.full((4, 8), 65535 // 2, np.uint16)
    exif = Image.Exif()
    exif[0x0112] = 6
    decoded = decode(encoded(Image.fromarray(ramp), exif=exif), LIMITS)
    assert near(decoded, Image.new("L", (4, 8), 127))


DEEP = np.array([0, 255, 256, 384, 32768, 65535])
UPPER = (DEEP >> 8).tolist()


@pytest.mark.parametrize("kind", [2, 6])
def test_sixteen_bits_of_color_in_png(kind: int) -> None:
    """The upper eight bits are taken, which is within one level of scaling."""
    pixels = np.full((len(DEEP), 3 if kind == 2 else 4), 65535, ">u2")
    pixels[:, :3] = DEEP[:, None]
    data = png(len(DEEP), 1, 16, kind, b"\0" + pixels.tobytes())
    assert np.asarray(decode(data, LIMITS))[0].tolist() == [[value] * 3 for value in UPPER]


def test_sixteen_bits_of_color_in_tiff() -> None:
    data = tiff(len(DEEP), 1, [16] * 3, np.repeat(DEEP, 3).astype("<u2").tobytes())
    assert np.asarray(decode(data, LIMITS))[0].tolist() == [[value] * 3 for value in UPPER]


def test_sixteen_bits_and_white_first() -> None:
    data = tiff(3, 1, [16], struct.pack("<3H", 0, 257, 65535), {262: [0]})
    assert np.asarray(decode(data, LIMITS)).tolist() == [[255, 254, 0]]


def test_twelve_bits() -> None:
    data = tiff(2, 1, [12], bytes([0x80, 0x0F, 0xFF]))
    assert np.asarray(decode(data, LIMITS)).tolist() == [[128, 255]]


@pytest.mark.parametrize("type_", [np.int32, np.float32])
def test_values_without_a_range_are_stretched(type_: type) -> None:
    values = np.array([[-500, 0], [250, 500]], type_)  # type: ignore[var-annotated]
    decoded = decode(encoded(Image.fromarray(values), "TIFF"), LIMITS)
    assert np.asarray(decoded).tolist() == [[0, 128], [191, 255]]


def test_more_than_half_of_32_bits() -> None:
    data = tiff(3, 1, [32], struct.pack("<3I", 0, 2**31, 2**32 - 1))
    assert np.asarray(decode(data, LIMITS)).tolist() == [[0, 128, 255]]


def test_a_floating_point_map_has_no_range_either() -> None:
    pixels = np.array([1, 2, 3], "<f4").tobytes()
    assert np.asarray(decode(b"Pf\n3 1\n-1.0\n" + pixels, LIMITS)).tolist() == [[0, 128, 255]]


def test_values_that_are_not_finite() -> None:
    values = np.array([[np.nan, 0]], np.float32)
    broken(encoded(Image.fromarray(values), "TIFF"), errors.NotAnImage)


# Layouts


def test_interlaced_png() -> None:
    """Adam7: seven passes of increasing resolution."""
    pixels = np.asarray(scene(13, 9))
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = [row for y, x, dy, dx in passes for row in pixels[y::dy, x::dx]]
    data = png(13, 9, 8, 2, b"".join(b"\0" + row.tobytes() for row in rows), interlaced=1)
    assert near(decode(data, LIMITS), scene(13, 9), 0)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_of_few_bits(bits: int) -> None:
    count = 2**bits
    packed = int("".join(f"{shade:0{bits}b}" for shade in range(count)).ljust(64, "0"), 2)
    data = png(count, 1, bits, 0, b"\0" + packed.to_bytes(8)[: max(count * bits // 8, 1)])
    expected = [shade * 255 // (count - 1) for shade in range(count)]
    assert np.asarray(decode(data, LIMITS)).tolist() == [expected]


@pytest.mark.parametrize("interlace", [0, 1])
def test_gif(interlace: int) -> None:
    image = scene().quantize(64)
    decoded = decode(encoded(image, "GIF", interlace=interlace), LIMITS)
    assert near(decoded, image.convert("RGB"), 0)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bmp(mode: str) -> None:
    image = scene().convert(mode)
    expected = image.convert("L" if mode in ("1", "L") else "RGB")
    assert near(decode(encoded(image, "BMP"), LIMITS), expected, 0)


@pytest.mark.parametrize("compression", ["packbits", "tiff_lzw", "tiff_adobe_deflate", "group4"])
def test_packed_tiff(compression: str) -> None:
    image = scene().convert("1" if compression == "group4" else "RGB")
    decoded = decode(encoded(image, "TIFF", compression=compression), LIMITS)
    assert near(decoded, image.convert("L") if image.mode == "1" else image, 0)


def test_tiled_tiff() -> None:
    pixels = np.asarray(scene(32, 48).convert("L"))
    tiles = [pixels[y : y + 16, x : x + 16].tobytes() for y in (0, 16, 32) for x in (0, 16)]
    places = [8 + 256 * number for number in range(6)]
    tags = {273: [], 278: [], 279: [], 322: [16], 323: [16], 324: places, 325: [256] * 6}
    decoded = decode(tiff(32, 48, [8], b"".join(tiles), tags), LIMITS)
    assert np.asarray(decoded).tolist() == pixels.tolist()


def test_colors_one_after_the_other() -> None:
    planes = np.asarray(scene()).transpose(2, 0, 1)
    size = planes[0].size
    tags = {273: [8 + size * number for number in range(3)], 279: [size] * 3, 284: [2]}
    decoded = decode(tiff(64, 48, [8] * 3, planes.tobytes(), tags), LIMITS)
    assert near(decoded, scene(), 0)


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "JPEG2000", "TGA", "PCX", "SGI", "QOI"])
def test_other_formats(kind: str) -> None:
    image = Image.new("RGB", (64, 48), (200, 100, 50))
    image.paste((50, 100, 200), (0, 0, 32, 48))
    assert near(decode(encoded(image, kind, lossless=True, subsampling="4:4:4"), LIMITS), image, 9)


def test_a_failure_names_the_formats() -> None:
    with pytest.raises(errors.NotAnImage, match="JPEG, PNG"):
        decode(b"text", LIMITS)


def test_plain_text_pgm() -> None:
    decoded = decode(b"P2\n# CMU faces\n3 1\n15\n0 7 15\n", LIMITS)
    assert np.asarray(decoded).tolist() == [[0, 119, 255]]


@pytest.mark.parametrize(
    ("data", "pixels"),
    [
        (b"P1\n2 1\n0 1\n", [255, 0]),
        (b"P2\n2 1\n255\n0 255\n", [0, 255]),
        (b"P2\n3 1\n65535\n0 257 65535\n", [0, 1, 255]),
        (b"P3\n2 1\n255\n255 0 0 0 0 255\n", [[255, 0, 0], [0, 0, 255]]),
        (b"P4\n2 1\n\x40", [255, 0]),
        (b"P5\n2 1\n255\n\x00\xff", [0, 255]),
        (b"P5\n3 1\n15\n\x00\x07\x0f", [0, 119, 255]),
        (b"P5\n3 1\n1000\n" + struct.pack(">3H", 0, 500, 1000), [0, 128, 255]),
        (b"P5\n3 1\n65535\n" + struct.pack(">3H", 0, 257, 65535), [0, 1, 255]),
        (b"P6\n2 1\n255\n\xff\0\0\0\0\xff", [[255, 0, 0], [0, 0, 255]]),
        (b"P6\n1 1\n65535\n" + struct.pack(">3H", 0, 257, 65535), [[0, 1, 255]]),
    ],
    ids=lambda data: repr(data)[2:22],
)
def test_portable_maps(data: bytes, pixels: list[object]) -> None:
    assert np.asarray(decode(data, LIMITS)).tolist() == [pixels]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_the_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert near(decode(data, LIMITS), frames[0], 4)


def test_an_image_without_pixels() -> None:
    broken(b"GIF89a" + bytes(7) + b"," + bytes(9) + b"\x02\x00;", errors.TruncatedImage)
