"""HEIC and HEIF images, as phones write them, with and without the optional decoder."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from pgfeaturize import errors
from pgfeaturize.images import Limits, decode
from tests.unit.sample_images import encoded, scene

LIMITS = Limits()


def heif(image: Image.Image, **options: object) -> bytes:
    return encoded(image, "HEIF", **{"quality": -1, "chroma": 444} | options)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def near(image: Image.Image, expected: Image.Image, levels: int = 2) -> bool:
    one, other = (np.asarray(each).astype(int) for each in (image, expected))
    return one.shape == other.shape and abs(one - other).max() <= levels


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"heix"])
def test_colors_are_those_that_were_encoded(brand: bytes) -> None:
    data = heif(scene())
    assert near(decode(data[:8] + brand + data[12:], LIMITS), scene())


def test_gray_stays_gray() -> None:
    gray = scene().convert("L")
    assert near(decode(heif(gray), LIMITS), gray)


@pytest.mark.parametrize("tiles", [0, 64])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_once(orientation: int, tiles: int) -> None:
    """Phones write it twice: as a property of the image, which counts, and in EXIF."""
    image = scene(160, 96)
    data = heif(image, exif=exif(orientation).tobytes(), tile_size=tiles)
    turned = image.copy()
    turned.getexif()[0x0112] = orientation
    assert near(decode(data, LIMITS), ImageOps.exif_transpose(turned))


def test_an_orientation_in_exif_alone_does_not_count() -> None:
    """The standard says so, and programs that show HEIF do so."""
    assert near(decode(heif(scene(), exif=exif(6)), LIMITS), scene())


@pytest.mark.parametrize("primary", range(3))
def test_the_primary_image_of_several(primary: int) -> None:
    images = [scene(), Image.new("RGB", (32, 16), "red"), scene(48, 64)]
    data = heif(images[0], save_all=True, append_images=images[1:], primary_index=primary)
    assert near(decode(data, LIMITS), images[primary])


def test_transparent_pixels_are_white() -> None:
    image = scene()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    white = Image.new("RGBA", image.size, "white")
    assert near(decode(heif(image), LIMITS), Image.alpha_composite(white, image).convert("RGB"), 4)


def deep(mode: str, values: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    size = values.shape[1], values.shape[0]
    pillow_heif.from_bytes(mode, size, values.tobytes()).save(file, quality=-1, chroma=444)
    return file.getvalue()


def test_ten_bits() -> None:
    for mode, image in ("RGB;16", scene()), ("I;16", scene().convert("L")):
        values = np.asarray(image).astype(np.uint16) * 257
        assert near(decode(deep(mode, values), LIMITS), image)


# Damaged files and limits


@pytest.mark.parametrize("kept", [40, 0.5, -1])
def test_an_image_that_breaks_off(kept: float) -> None:
    data = heif(scene())
    end = round(kept * len(data)) if isinstance(kept, float) else kept
    with pytest.raises(errors.TruncatedImage, match="holiday is damaged"):
        decode(data[:end], LIMITS, "holiday")


def resized(data: bytes, width: int, height: int) -> bytes:
    """Return an image whose header has another size than its pixels."""
    start = data.index(b"ispe") + 8
    return data[:start] + width.to_bytes(4) + height.to_bytes(4) + data[start + 8 :]


@pytest.mark.parametrize("side", [50_000, 2**31 - 1])
def test_a_bomb_is_not_decoded(side: int) -> None:
    data = resized(heif(scene(64, 64)), side, side)
    with pytest.raises(errors.TooManyPixels, match="holiday"):
        decode(data, LIMITS, "holiday")


def test_a_size_that_is_not_that_of_the_pixels_is_no_way_around_the_limit() -> None:
    with pytest.raises(errors.TruncatedImage, match="size"):
        decode(resized(heif(scene(256, 256)), 8, 8), Limits(pixels=64))


def test_a_lower_limit() -> None:
    data = heif(scene())
    with pytest.raises(errors.TooManyPixels):
        decode(data, Limits(pixels=64 * 48 - 1))
    assert decode(data, Limits(pixels=64 * 48)).size == (64, 48)


@pytest.mark.parametrize("codec", [b"av01", b"j2k1", b"vvc1"])
def test_another_codec_is_named(codec: bytes) -> None:
    data = heif(scene()).replace(b"hvc1", codec)
    with pytest.raises(errors.UnsupportedImage, match=f"holiday is HEIF with images of type {codec.decode()}"):
        decode(data, LIMITS, "holiday")


def test_a_sequence_without_a_still_image_is_named() -> None:
    data = b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc" + bytes(999)
    with pytest.raises(errors.UnsupportedImage, match="holiday is a HEIF image sequence"):
        decode(data, LIMITS, "holiday")


def test_without_the_decoder_the_failure_names_the_package(tmp_path: Path) -> None:
    """In a process of its own, in which the package is not found."""
    (tmp_path / "pillow_heif.py").write_text("raise ModuleNotFoundError(name='pillow_heif')")
    (tmp_path / "holiday").write_bytes(heif(scene()))
    program = (
        "import sys; from pathlib import Path\n"
        "from pgfeaturize import errors, images\n"
        "try: images.decode(Path(sys.argv[1]).read_bytes(), images.Limits(), 'holiday')\n"
        "except errors.UnsupportedImage as error: print(error, error.hint)\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "holiday")],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "holiday is HEIC, which the worker does not read" in done.stdout
    assert "pip install 'pillow-heif" in done.stdout
