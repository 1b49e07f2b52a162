"""Images for networks: resized, cut, padded and in order."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode

from pgfeaturize import errors
from pgfeaturize.images import Preprocessing, preprocess
from tests.unit.sample_images import scene

PLAIN: dict[str, Any] = {
    "resize": "imagenet",
    "shorter": 256,
    "size": [224, 224],
    "interpolation": "bilinear",
    "antialias": True,
    "channels": 3,
    "order": "rgb",
    "offset": 0,
    "scale": 1 / 255,
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
}
IMAGENET = Preprocessing.from_json(PLAIN)
GRAY = {"channels": 1, "mean": [0.5], "std": [0.5]}


def but(**changes: Any) -> Preprocessing:
    """Return IMAGENET's preprocessing with other values for these fields."""
    if "resize" in changes:
        changes = {"shorter": None} | changes
    return Preprocessing.from_json(PLAIN | changes)


def torchvisions(image: Image.Image, resize: int = 256, crop: int = 224, how: str = "bilinear") -> np.ndarray:
    transforms = torchvision.transforms
    both = [transforms.Resize(resize, InterpolationMode(how)), transforms.CenterCrop(crop)]
    return np.asarray(transforms.Compose(both)(image)).transpose(2, 0, 1)


def apart(pixels: np.ndarray, others: np.ndarray) -> int:
    """Return the largest difference between two images, in levels."""
    assert pixels.shape == others.shape
    return int(abs(pixels.astype(int) - others).max())


SIZES = [(500, 375), (375, 500), (333, 500), (1024, 768), (224, 224), (256, 256), (257, 259)]
SMALL = [(64, 48), (1, 1), (3, 200), (299, 1), (225, 223)]


@pytest.mark.parametrize("how", ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"])
@pytest.mark.parametrize("size", SIZES + SMALL)
def test_the_same_pixels_as_torchvision(size: tuple[int, int], how: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    for image in (scene(*size), Image.fromarray(noise)):
        got = preprocess(image, but(interpolation=how))
        assert apart(got, torchvisions(image, how=how)) <= 1
    assert got.dtype == np.uint8
    assert got.shape == (3, 224, 224)
    assert got.flags.c_contiguous


@pytest.mark.parametrize(
    ("shorter", "crop", "how"), [(232, 224, "bilinear"), (248, 224, "bicubic"), (342, 299, "lanczos")]
)
def test_the_numbers_of_other_weights(shorter: int, crop: int, how: str) -> None:
    got = preprocess(scene(640, 427), but(shorter=shorter, size=[crop, crop], interpolation=how))
    assert apart(got, torchvisions(scene(640, 427), shorter, crop, how)) <= 1


@pytest.mark.parametrize("size", [(100, 90), (90, 300), (10, 10)])
def test_a_crop_larger_than_the_image_is_padded_with_black(size: tuple[int, int]) -> None:
    got = preprocess(scene(*size), but(shorter=50, size=[64, 64]))
    assert apart(got, torchvisions(scene(*size), 50, 64)) <= 1


def test_a_crop_that_is_no_square() -> None:
    wide = preprocess(scene(500, 375), but(size=[100, 200]))
    square = preprocess(scene(500, 375), but(size=[200, 200]))
    assert apart(wide, square[:, 50:150]) == 0


KINDS = ("imagenet", "iso_crop", "iso_pad", "aniso")


@pytest.mark.parametrize("resize", KINDS)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("size", [(20_000, 1), (1, 20_000)], ids=str)
def test_a_thread_of_an_image_costs_no_memory(
    size: tuple[int, int], resize: str, antialias: bool, interpolation: str
) -> None:
    shorter = 256 if resize == "imagenet" else None
    how = but(resize=resize, shorter=shorter, antialias=antialias, interpolation=interpolation)
    pixels = preprocess(Image.new("RGB", size, "white"), how)
    assert pixels.any()
    assert pixels.all() == (resize != "iso_pad")


FITS = [
    # image, resized size, crop in it (left, top, right, bottom)
    ((400, 200), (240, 120), (70, 0, 170, 120)),
    ((200, 400), (100, 200), (0, 40, 100, 160)),
    ((100, 120), (100, 120), (0, 0, 100, 120)),
    ((333, 200), (199, 120), (50, 0, 150, 120)),
]


@pytest.mark.parametrize(("size", "resized", "window"), FITS, ids=str)
def test_iso_crop_covers(size: tuple[int, int], resized: tuple[int, int], window: tuple[int, int, int, int]) -> None:
    expected = scene(*size).resize(resized, Image.Resampling.BILINEAR).crop(window)
    got = preprocess(scene(*size), but(resize="iso_crop", size=[120, 100]))
    assert apart(got.transpose(1, 2, 0), np.asarray(expected)) <= 1


PADS = [
    # image, resized size, where it is placed
    ((400, 200), (100, 50), (0, 35)),
    ((200, 400), (60, 120), (20, 0)),
    ((100, 120), (100, 120), (0, 0)),
    ((10, 15), (80, 120), (10, 0)),
    ((333, 200), (100, 60), (0, 30)),
    ((999, 1), (100, 1), (0, 59)),
]


@pytest.mark.parametrize(("size", "resized", "place"), PADS, ids=str)
def test_iso_pad_fits_and_is_black_around(
    size: tuple[int, int], resized: tuple[int, int], place: tuple[int, int]
) -> None:
    expected = Image.new("RGB", (100, 120))
    expected.paste(scene(*size).resize(resized, Image.Resampling.BILINEAR), place)
    got = preprocess(scene(*size), but(resize="iso_pad", size=[120, 100]))
    assert apart(got.transpose(1, 2, 0), np.asarray(expected)) == 0


def test_aniso_stretches() -> None:
    expected = scene(90, 30).resize((40, 28), Image.Resampling.BICUBIC)
    got = preprocess(scene(90, 30), but(resize="aniso", size=[28, 40], interpolation="bicubic"))
    assert apart(got.transpose(1, 2, 0), np.asarray(expected)) == 0


@pytest.mark.parametrize("how", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(500, 375), (64, 48), (1, 1), (3, 200), (257, 259), (1000, 900)])
def test_without_antialias_as_torch(size: tuple[int, int], how: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    pixels = torch.from_numpy(noise).permute(2, 0, 1)[None].float()
    aligned = {} if how == "nearest" else {"align_corners": False, "antialias": False}
    expected = torch.nn.functional.interpolate(pixels, (200, 224), mode=how, **aligned)
    plan = but(resize="aniso", size=[200, 224], interpolation=how, antialias=False)
    got = preprocess(Image.fromarray(noise), plan)
    assert apart(got, expected[0].round().clip(0, 255).numpy()) <= (how != "nearest")


@pytest.mark.parametrize("resize", ["imagenet", "iso_crop", "iso_pad"])
@pytest.mark.parametrize("size", [(500, 375), (90, 300)])
def test_without_antialias_the_same_window(size: tuple[int, int], resize: str) -> None:
    """If nothing is shrunk, antialias makes no difference to bilinear."""
    how = {"resize": resize, "size": [520, 640], "shorter": 512 if resize == "imagenet" else None}
    smooth = scene(*size).resize((9, 9)).resize(size)
    assert apart(preprocess(smooth, but(**how)), preprocess(smooth, but(**how, antialias=False))) <= 1


def test_blue_first() -> None:
    for size, resize in product([(300, 200), (20, 10)], KINDS):
        how = {"resize": resize, "shorter": 256 if resize == "imagenet" else None}
        rgb, bgr = (preprocess(scene(*size), but(**how, order=order)) for order in ("rgb", "bgr"))
        assert (rgb == bgr[::-1]).all()
        assert (rgb != bgr).any()


@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_gray_for_a_network_of_colors(order: str, antialias: bool) -> None:
    gray = scene(300, 200).convert("L")
    how = but(order=order, antialias=antialias)
    assert (preprocess(gray, how) == preprocess(gray.convert("RGB"), how)).all()


@pytest.mark.parametrize("antialias", [True, False])
def test_colors_for_a_network_of_gray(antialias: bool) -> None:
    how = but(resize="aniso", size=[30, 90], antialias=antialias, **GRAY)
    got = preprocess(scene(90, 30), how)
    assert got.shape == how.shape == (1, 30, 90)
    assert (got[0] == np.asarray(scene(90, 30).convert("L"))).all()


def test_into_memory_that_is_there() -> None:
    memory = np.full((2, 224, 224, 3), 7, np.uint8).transpose(0, 3, 1, 2)
    how = but(resize="iso_pad")
    got = preprocess(scene(), how, out=memory[1])
    assert np.shares_memory(got, memory)
    assert (memory[1] == preprocess(scene(), how)).all()
    assert (memory[0] == 7).all()


def test_preprocessing_as_json() -> None:
    assert IMAGENET.to_json() == PLAIN
    assert list(IMAGENET.to_json()) == list(PLAIN)
    assert Preprocessing.from_json(IMAGENET.to_json()) == IMAGENET


def test_preprocessing_as_a_key() -> None:
    """PostgreSQL may return 0.0 for 0 and 1 for 1.0."""
    again = Preprocessing.from_json(PLAIN | {"offset": 0.0, "size": (224, 224)})
    assert len({IMAGENET, again}) == 1
    assert but(order="bgr") != IMAGENET


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"crop": 3}, "crop is unknown"),
        ({"resize": "pad"}, "resize must be"),
        ({"resize": ["aniso"]}, "resize must be"),
        ({"shorter": None}, "shorter must be"),
        ({"shorter": 0}, "shorter must be"),
        ({"shorter": 10**9}, "shorter must be"),
        ({"resize": "aniso"}, "shorter must be"),
        ({"size": 224}, "size must be"),
        ({"size": [224]}, "size must be"),
        ({"size": [224, 224, 3]}, "size must be"),
        ({"size": [224, 0]}, "size must be"),
        ({"size": [224, 10**9]}, "size must be"),
        ({"size": [224, 224.0]}, "size must be"),
        ({"size": [True, True]}, "size must be"),
        ({"size": "ab"}, "size must be"),
        ({"interpolation": "magic"}, "interpolation must be .*bicubic"),
        ({"interpolation": None}, "interpolation must be"),
        ({"interpolation": "lanczos", "antialias": False}, "interpolation must be"),
        ({"antialias": "yes"}, "antialias must be"),
        ({"antialias": 1}, "antialias must be"),
        ({"channels": 4}, "channels must be"),
        (GRAY | {"channels": True}, "channels must be"),
        ({"channels": [3]}, "channels must be"),
        ({"order": "rbg"}, "order must be"),
        (GRAY | {"order": "bgr"}, "order must be"),
        ({"offset": None}, "offset must be"),
        ({"offset": float("nan")}, "offset must be"),
        ({"scale": 0}, "scale must be"),
        ({"scale": "1/255"}, "scale must be"),
        ({"mean": [0.5]}, "mean must be"),
        ({"mean": "abc"}, "mean must be"),
        ({"mean": 0.5}, "mean must be"),
        ({"mean": [0, 0, "0"]}, "mean must be"),
        ({"std": [0, 1, 1]}, "std must be"),
        ({"std": [1, 1, float("inf")]}, "std must be"),
        ({"std": None}, "std must be"),
    ],
    ids=str,
)
def test_wrong_preprocessing(change: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.BadPreprocessing, match=message) as caught:
        Preprocessing.from_json(PLAIN | change)
    assert caught.value.message.count(";") == 0  # no other field is wrong
    assert "mean" in caught.value.hint


def test_all_that_is_wrong_with_preprocessing_is_said_at_once() -> None:
    wrong = {"resize": "pad", "crop": 9, "mean": 1, "std": [], "size": None}
    kept = {name: value for name, value in PLAIN.items() if name not in ("order", "scale")}
    with pytest.raises(errors.BadPreprocessing) as caught:
        Preprocessing.from_json(kept | wrong)
    for words in ("order is missing", "scale is missing", "crop is unknown"):
        assert words in caught.value.message
    for name in ("resize", "mean", "std", "size"):
        assert f"{name} must be" in caught.value.message
    assert caught.value.message.count(";") == 6


def test_no_preprocessing() -> None:
    with pytest.raises(errors.BadPreprocessing, match=r"resize is missing; .*std is missing"):
        Preprocessing.from_json({})
    with pytest.raises(errors.BadPreprocessing, match="JSON object"):
        Preprocessing.from_json([])  # type: ignore[arg-type]


def test_wrong_preprocessing_made_in_python() -> None:
    with pytest.raises(errors.BadPreprocessing, match="size must be"):
        Preprocessing(**vars(IMAGENET) | {"size": (0, 0)})
