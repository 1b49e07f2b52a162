"""Pictures as users have them: one test for each oddity of a path, a file or a format."""

import errno
import io
import os
import socket
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torchvision
from PIL import Image, ImageOps

from pgfeaturize import errors
from pgfeaturize.images import Limits, Preprocessing, Roots, decode, prepare, read
from pgfeaturize.images.files import _check_still_inside

LIMITS = Limits()
IMAGENET = Preprocessing.from_json(
    {
        "fit": "crop",
        "resize": 256,
        "crop": 224,
        "interpolation": "bilinear",
        "channels": 3,
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    }
)


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """A picture with edges, gradients and three different channels."""
    y, x = np.mgrid[:height, :width]
    red = 255 * x // max(width - 1, 1)
    green = 255 * y // max(height - 1, 1)
    blue = 255 * ((x // 8 + y // 8) % 2)
    return Image.fromarray(np.stack([red, green, blue], -1).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and holds none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


# Reading


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(encoded(scene()))
    (tmp_path / "secret.png").write_bytes(b"secret")
    return folder


@pytest.fixture
def roots(folder: Path) -> Roots:
    return Roots.of([folder])


def test_a_file_under_the_root(folder: Path, roots: Roots) -> None:
    assert read(str(folder / "a.png"), roots, LIMITS) == (folder / "a.png").read_bytes()


def test_a_path_relative_to_a_root(folder: Path, roots: Roots) -> None:
    assert read("a.png", roots, LIMITS) == (folder / "a.png").read_bytes()


def test_a_relative_path_takes_the_first_root_that_has_it(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.png").write_bytes(b"other")
    (other / "b.png").write_bytes(b"b")
    roots = Roots.of([folder, other])
    assert read("b.png", roots, LIMITS) == b"b"
    assert read("a.png", roots, LIMITS) != b"other"


def test_the_root_is_itself_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    roots = Roots.of([tmp_path / "link"])
    assert read(str(tmp_path / "link" / "a.png"), roots, LIMITS)
    assert read(str(folder / "a.png"), roots, LIMITS)


def test_a_link_that_stays_inside(folder: Path, roots: Roots) -> None:
    (folder / "link.png").symlink_to("a.png")
    assert read("link.png", roots, LIMITS)


def test_the_whole_machine_may_be_a_root(folder: Path) -> None:
    assert read(str(folder / "a.png"), Roots.of(["/"]), LIMITS)


def refused(path: str, roots: Roots, kind: type[errors.ImageError], limits: Limits = LIMITS) -> str:
    with pytest.raises(kind) as caught:
        read(path, roots, limits)
    assert type(caught.value) is kind
    return str(caught.value)


def test_an_empty_path(roots: Roots) -> None:
    refused("", roots, errors.EmptyPath)


@pytest.mark.parametrize("path", ["gone.png", "a.png/gone.png", "gone/gone.png", "x" * 300])
def test_a_missing_file(path: str, roots: Roots) -> None:
    assert path in refused(path, roots, errors.MissingFile)


@pytest.mark.parametrize("path", ["a.png\0", "a\udcff\ud800.png"])
def test_a_path_that_names_no_file(path: str, roots: Roots) -> None:
    refused(path, roots, errors.MissingFile)


def test_links_that_go_in_a_circle(folder: Path, roots: Roots) -> None:
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    assert "circle" in refused("one", roots, errors.MissingFile)


def test_a_directory(folder: Path, roots: Roots) -> None:
    assert str(folder) in refused(str(folder), roots, errors.NotAFile)


def test_a_fifo_does_not_block(folder: Path, roots: Roots) -> None:
    os.mkfifo(folder / "fifo")
    refused("fifo", roots, errors.NotAFile)


def test_a_socket() -> None:
    with socket.socket(socket.AF_UNIX) as server, tempfile.TemporaryDirectory(dir="/tmp") as short:
        server.bind(f"{short}/s")
        refused("s", Roots.of([short]), errors.NotAFile)


def test_a_device() -> None:
    refused("/dev/zero", Roots.of(["/dev"]), errors.NotAFile)


def test_outside_the_roots_says_nothing_about_the_file(folder: Path, roots: Roots) -> None:
    there = refused(str(folder.parent / "secret.png"), roots, errors.OutsideRoots)
    gone = refused(str(folder.parent / "gone.png"), roots, errors.OutsideRoots)
    assert there == gone.replace("gone", "secret")
    assert "--root" in there


@pytest.mark.parametrize("path", ["../secret.png", "../gone.png", "x/../../secret.png"])
def test_out_of_the_roots_by_dots(path: str, roots: Roots) -> None:
    assert path in refused(path, roots, errors.OutsideRoots)


def test_out_of_the_roots_by_a_link(folder: Path, roots: Roots) -> None:
    (folder / "link.png").symlink_to("../secret.png")
    (folder / "up").symlink_to("..")
    refused("link.png", roots, errors.OutsideRoots)
    refused(str(folder / "up" / "secret.png"), roots, errors.OutsideRoots)


def test_a_neighbour_whose_name_begins_alike(folder: Path, roots: Roots) -> None:
    twin = folder.with_name("pictures-private")
    twin.mkdir()
    (twin / "a.png").write_bytes(b"x")
    refused(str(twin / "a.png"), roots, errors.OutsideRoots)


def test_without_roots_nothing_may_be_read(folder: Path) -> None:
    refused(str(folder / "a.png"), Roots(), errors.OutsideRoots)


def test_a_directory_swapped_for_a_link_after_the_check(folder: Path, roots: Roots) -> None:
    with (folder.parent / "secret.png").open("rb") as file, pytest.raises(errors.OutsideRoots):
        _check_still_inside(file.fileno(), "a.png", roots)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_file_that_the_worker_may_not_read(public: Path) -> None:
    path = public / "private.png"
    path.write_bytes(b"x")
    path.chmod(0)
    root = os.geteuid() == 0
    if root:  # permissions do not bind root
        os.seteuid(65534)
    try:
        assert str(path) in refused(str(path), Roots.of([public]), errors.PermissionDenied)
    finally:
        if root:
            os.seteuid(0)


def test_an_empty_file(folder: Path, roots: Roots) -> None:
    (folder / "empty.png").touch()
    assert "empty.png" in refused("empty.png", roots, errors.EmptyFile)


def test_a_file_with_too_many_bytes(roots: Roots) -> None:
    message = refused("a.png", roots, errors.TooManyBytes, Limits(bytes=99))
    assert "a.png" in message
    assert "99" in message


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EMFILE])
def test_a_storage_that_fails_is_tried_again(
    number: int, roots: Roots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", fail)
    message = refused("a.png", roots, errors.ReadFailed)
    assert "a.png" in message
    assert os.strerror(number) in message
    assert errors.ReadFailed.transient


# Decoding


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
    broken(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n", errors.NotAnImage)


@pytest.mark.parametrize("side", [50_000, 2**31 - 1])
def test_a_bomb_is_not_decoded(side: int) -> None:
    broken(png_header(side, side), errors.TooManyPixels)


def test_a_bomb_in_an_icon() -> None:
    inner = png_header(50_000, 50_000)
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
def test_a_picture_that_breaks_off(kind: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (99, 99, 3), np.uint8)
    whole = encoded(Image.fromarray(noise), kind)
    broken(whole[: int(len(whole) * kept)], errors.TruncatedImage)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "JPEG2000", "TGA", "PCX"]
)
def test_damage_anywhere_is_a_typed_error_or_a_picture(kind: str) -> None:
    whole = encoded(scene(), kind)
    random = np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 4):
            data[place] = random.integers(256)
        try:
            assert decode(bytes(data), LIMITS).mode in ("RGB", "L")
        except (errors.TruncatedImage, errors.NotAnImage, errors.TooManyPixels):
            continue


def test_running_out_of_memory_is_the_pictures_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    broken(encoded(scene()), errors.TooManyPixels)


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


def test_transparent_pixels_are_white() -> None:
    image = scene().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert near(decode(encoded(image), LIMITS), Image.new("RGB", image.size, "white"))


def test_half_transparent_is_mixed_with_white() -> None:
    image = Image.new("RGBA", (8, 8), (0, 100, 200, 128))
    assert near(decode(encoded(image), LIMITS), Image.new("RGB", (8, 8), (127, 177, 227)))


def test_transparent_grey() -> None:
    image = Image.new("LA", (8, 8), (0, 0))
    assert near(decode(encoded(image), LIMITS), Image.new("RGB", (8, 8), "white"))


def test_a_transparent_colour_of_a_palette() -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    for transparency in (1, b"\xff\x00"):
        data = encoded(image, transparency=transparency)
        assert near(decode(data, LIMITS), Image.new("RGB", (8, 8), "white"))


def test_a_transparent_colour_without_alpha() -> None:
    image = Image.new("RGB", (8, 8), (1, 2, 3))
    data = encoded(image, transparency=(1, 2, 3))
    assert near(decode(data, LIMITS), Image.new("RGB", (8, 8), "white"))


def test_a_palette() -> None:
    image = scene().quantize(64)
    assert near(decode(encoded(image), LIMITS), image.convert("RGB"), 0)


def test_cmyk() -> None:
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert near(decode(encoded(image, "JPEG"), LIMITS), Image.new("RGB", (16, 16), "red"), 3)


def test_grey_stays_grey() -> None:
    assert near(decode(encoded(scene().convert("L")), LIMITS), scene().convert("L"), 0)


def test_black_and_white() -> None:
    image = scene().convert("1")
    assert near(decode(encoded(image), LIMITS), image.convert("L"), 0)


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


@pytest.mark.parametrize("type_", [np.int32, np.float32])
def test_values_without_a_range_are_stretched(type_: type) -> None:
    values = np.array([[-500, 0], [250, 500]], type_)
    decoded = decode(encoded(Image.fromarray(values), "TIFF"), LIMITS)
    assert np.asarray(decoded).tolist() == [[0, 128], [191, 255]]


def test_a_floating_point_map_has_no_range_either() -> None:
    pixels = np.array([1, 2, 3], "<f4").tobytes()
    assert np.asarray(decode(b"Pf\n3 1\n-1.0\n" + pixels, LIMITS)).tolist() == [[0, 128, 255]]


def test_a_picture_without_pixels() -> None:
    broken(b"GIF89a" + bytes(7) + b"," + bytes(9) + b"\x02\x00;", errors.TruncatedImage)


def test_values_that_are_not_finite() -> None:
    values = np.array([[np.nan, 0]], np.float32)
    broken(encoded(Image.fromarray(values), "TIFF"), errors.NotAnImage)


def test_plain_text_pgm() -> None:
    decoded = decode(b"P2\n# CMU faces\n3 1\n15\n0 7 15\n", LIMITS)
    assert np.asarray(decoded).tolist() == [[0, 119, 255]]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert near(decode(data, LIMITS), frames[0], 4)


# Preparing


def torchvisions(image: Image.Image, resize: int = 256, crop: int = 224) -> np.ndarray:
    transforms = torchvision.transforms
    both = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop)])
    return np.asarray(both(image)).transpose(2, 0, 1)


SIZES = [(500, 375), (375, 500), (333, 500), (1024, 768), (224, 224), (256, 256), (257, 259)]
SMALL = [(64, 48), (1, 1), (3, 200), (299, 1), (225, 223)]


@pytest.mark.parametrize("size", SIZES + SMALL)
def test_the_same_pixels_as_torchvision(size: tuple[int, int]) -> None:
    image = scene(*size)
    expected = torchvisions(image)
    got = prepare(image, IMAGENET)
    assert got.dtype == np.uint8
    assert got.shape == (3, 224, 224)
    assert got.flags.c_contiguous
    assert abs(got.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("size", [(100, 90), (90, 300), (10, 10)])
def test_a_crop_larger_than_the_picture_is_padded_with_black(size: tuple[int, int]) -> None:
    how = Preprocessing("crop", 50, 64, "bilinear", 3, (0.5,) * 3, (0.5,) * 3)
    expected = torchvisions(scene(*size), 50, 64)
    assert abs(prepare(scene(*size), how).astype(int) - expected).max() <= 1


def test_a_thread_of_a_picture_costs_no_memory() -> None:
    assert prepare(Image.new("RGB", (20_000, 1)), IMAGENET).shape == (3, 224, 224)


def test_grey_for_a_network_of_colours() -> None:
    grey = scene(300, 200).convert("L")
    assert (prepare(grey, IMAGENET) == prepare(grey.convert("RGB"), IMAGENET)).all()


def test_stretched_and_grey() -> None:
    how = Preprocessing("stretch", None, 28, "bilinear", 1, (0.5,), (0.5,))
    expected = scene(90, 30).convert("L").resize((28, 28), Image.Resampling.BILINEAR)
    assert (prepare(scene(90, 30), how)[0] == np.asarray(expected)).all()


def test_into_memory_that_is_there() -> None:
    memory = np.empty((2, 224, 224, 3), np.uint8).transpose(0, 3, 1, 2)
    got = prepare(scene(), IMAGENET, out=memory[1])
    assert np.shares_memory(got, memory)
    assert (memory[1] == prepare(scene(), IMAGENET)).all()


def test_preprocessing_as_json() -> None:
    assert Preprocessing.from_json(IMAGENET.to_json()) == IMAGENET


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": 3}, "size is unknown"),
        ({"fit": "pad"}, "fit is"),
        ({"resize": 0}, "resize is a positive"),
        ({"resize": 256, "fit": "stretch"}, "resize is null"),
        ({"crop": "big"}, "crop is"),
        ({"crop": True}, "crop is"),
        ({"interpolation": "magic"}, "bicubic"),
        ({"channels": 4}, "channels is"),
        ({"mean": [0.5]}, "mean has"),
        ({"mean": "no"}, "mean is not a list"),
        ({"std": [0, 1, 1]}, "std has"),
        ({"std": 1}, "std is not a list"),
    ],
)
def test_wrong_preprocessing(change: dict[str, object], message: str) -> None:
    with pytest.raises(errors.ModelError, match=message):
        Preprocessing.from_json(IMAGENET.to_json() | change)


def test_missing_preprocessing() -> None:
    with pytest.raises(errors.ModelError, match=r"fit is missing; .*std is missing"):
        Preprocessing.from_json({})
