"""Images of which only a part can be decoded: on request that part is returned, and the error reported."""

import numpy as np
import pytest
from PIL import Image

from pgfeaturize import errors
from pgfeaturize.images import Limits, decode
from tests.unit.sample_images import encoded, png, scene

LIMITS = Limits()


def noise(width: int = 160, height: int = 120) -> Image.Image:
    """Return an image that no format compresses much, so that a part of the bytes is about that part of the rows."""
    random = np.random.default_rng(0).integers(0, 100, (height, width, 3))
    return Image.fromarray((np.asarray(scene(width, height)) // 2 + random).astype(np.uint8))


def part_of(data: bytes) -> tuple[Image.Image, list[errors.TruncatedImage]]:
    notes: list[errors.TruncatedImage] = []
    return decode(data, LIMITS, "holiday", partial=notes.append), notes


def share_of_equal_rows(one: Image.Image, other: Image.Image) -> float:
    first, second = (np.asarray(each.convert("RGB")).astype(int) for each in (one, other))
    assert first.shape == second.shape
    return float((abs(first - second).max(axis=(1, 2)) <= 4).mean())


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "PPM", "TGA", "PCX"])
def test_the_rows_that_are_there(kind: str, kept: float) -> None:
    data = encoded(noise(), kind)
    broken = data[: round(kept * len(data))]
    image, notes = part_of(broken)
    assert kept - 0.2 < share_of_equal_rows(image, decode(data, LIMITS)) < kept + 0.1
    assert [type(note) for note in notes] == [errors.TruncatedImage]
    assert notes[0].message.startswith("holiday is damaged or incomplete")
    with pytest.raises(errors.TruncatedImage, match="holiday"):
        decode(broken, LIMITS, "holiday")


def test_a_progressive_jpeg_without_its_last_scans() -> None:
    """It is blurred everywhere, but not gray."""
    data = encoded(scene(160, 120), "JPEG", progressive=True)
    image, notes = part_of(data[: data.rindex(b"\xff\xda")])
    assert len(notes) == 1
    assert abs(np.asarray(image).astype(int) - np.asarray(scene(160, 120))).mean() < 20


def test_a_download_that_was_interrupted() -> None:
    """Zeros follow, as many as bytes are missing."""
    data = encoded(noise(), "JPEG")
    image, notes = part_of(data[: len(data) // 2] + bytes(len(data) // 2))
    assert 0.3 < share_of_equal_rows(image, decode(data, LIMITS)) < 0.6
    assert len(notes) == 1


def test_damage_in_the_middle_of_a_png() -> None:
    data = bytearray(encoded(noise()))
    middle = len(data) // 2
    data[middle : middle + 50] = bytes(50)
    image, notes = part_of(bytes(data))
    assert 0.3 < share_of_equal_rows(image, noise()) < 0.6
    assert len(notes) == 1


def test_the_part_is_upright_and_opaque() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(noise(), "JPEG", exif=exif)
    assert part_of(data[: len(data) // 2])[0].size == (120, 160)
    clear = noise()
    clear.putalpha(200)
    data = encoded(clear)
    image, _ = part_of(data[: len(data) // 2])
    assert image.mode == "RGB"
    assert image.getpixel((0, 119)) == (255, 255, 255), "what is missing is transparent"


@pytest.mark.parametrize("data", [
    encoded(noise(), "JPEG")[:300],
    encoded(noise())[:60],
    png(64, 48, 8, 2, b""),
    encoded(noise(), "WEBP")[:-900],
    encoded(noise(), "AVIF")[:-900],
    encoded(noise(), "HEIF")[:-900],
    encoded(noise(), "JPEG2000")[:200],
    encoded(noise(), "TIFF", compression="tiff_lzw")[:-900],
])  # fmt: skip
def test_nothing_can_be_decoded(data: bytes) -> None:
    with pytest.raises(errors.TruncatedImage):
        part_of(data)


@pytest.mark.parametrize("data", [b"no image" * 99, b"%PDF-1.7" + bytes(999)])
def test_what_is_no_image_fails_in_any_case(data: bytes) -> None:
    with pytest.raises((errors.NotAnImage, errors.UnsupportedImage)):
        part_of(data)


def test_limits_hold() -> None:
    data = encoded(noise(), "JPEG")
    notes: list[errors.TruncatedImage] = []
    with pytest.raises(errors.TooManyPixels):
        decode(data[: len(data) // 2], Limits(pixels=160 * 120 - 1), partial=notes.append)
    assert not notes


def test_a_whole_image_is_not_reported() -> None:
    for data in encoded(noise(), "JPEG"), encoded(noise(), "JPEG")[:-2], encoded(noise()):
        assert part_of(data)[1] == []
