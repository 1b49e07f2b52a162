"""The memory for images of a process is bounded: estimated before decoding, and reserved in turn."""

import io
import re
import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
import torch
from PIL import Image

from pgfeaturize import errors, images
from pgfeaturize.errors import SettingsError
from pgfeaturize.images import AccessPolicy, Limits, Preprocessing
from pgfeaturize.models import load_network, lookup
from pgfeaturize.pipeline import EmbedRequest, Pipeline
from pgfeaturize.pipeline.available_memory import available_memory
from pgfeaturize.pipeline.memory_budget import ImageMemory, MemoryBudget, MemoryPool
from pgfeaturize.settings import format_bytes, parse_bytes
from tests.conftest import until
from tests.unit.sample_images import encoded, scene

MB = 2**20
WAIT = 60
HERE = Path(__file__).resolve().parents[2]

# Peaks of decoding, in processes of their own


def large(kind: str) -> bytes:
    """Encode an image of 20 megapixels."""
    size = 5000, 4000
    color = Image.linear_gradient("L").resize(size)
    rgb = Image.merge("RGB", (color, color.transpose(Image.Transpose.ROTATE_180), color))
    match kind:
        case "transparent":
            rgb.putalpha(color)
            return encoded(rgb, "PNG", compress_level=1)
        case "transparent_webp":
            rgb.putalpha(color)
            return encoded(rgb, "WEBP", method=0, quality=10)
        case "palette":
            return encoded(color.convert("P"), "PNG", transparency=3, compress_level=1)
        case "float":
            return encoded(color.convert("F"), "TIFF")
        case "sixteen":
            return encoded(Image.new("I;16", size, 999), "PNG", compress_level=1)
        case "progressive":
            return encoded(rgb, "JPEG", progressive=True, subsampling=0)
        case "rotated":
            exif = Image.Exif()
            exif[0x0112] = 6
            return encoded(rgb, "JPEG", exif=exif)
        case "cmyk":
            return encoded(rgb.convert("CMYK"), "JPEG")
        case "heif_deep":
            rgb.putalpha(color)
            deep = np.asarray(rgb).astype(np.uint16) * 257
            file = io.BytesIO()
            pillow_heif.from_bytes("RGBA;16", size, deep.tobytes()).save(file, chroma=444)
            return file.getvalue()
        case _:
            return encoded(rgb, kind, compression="tiff_lzw")


#: Bytes per pixel that decoding may take.
KINDS = {
    "transparent": 8,
    "transparent_webp": 16,
    "palette": 5,
    "float": 5.5,
    "sixteen": 3,
    "progressive": 10,
    "rotated": 8,
    "cmyk": 8,
    "JPEG": 4,
    "PNG": 4,
    "TIFF": 4,
    "JPEG2000": 20,
    "HEIF": 7.5,
    "heif_deep": 20.5,
}


@pytest.mark.parametrize("kind", KINDS)
def test_decoding_takes_about_as_much_memory_as_estimated(kind: str, tmp_path: Path) -> None:
    file = tmp_path / kind
    file.write_bytes(large(kind))
    estimate, peak = measured("decode", file)
    assert peak < 1.05 * estimate + 16 * MB
    assert estimate < 2.1 * peak + 16 * MB
    assert peak < (KINDS[kind] + 0.5) * 20e6 + 16 * MB


def measured(*arguments: object) -> tuple[int, int]:
    command = [sys.executable, "-m", "benchmarks.peak", *map(str, arguments)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    first, second = map(int, done.stdout.split())
    return first, second


def test_many_large_images_at_a_time_stay_within_the_budget(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.png" for number in range(12)]
    image = scene(2500, 2000)
    image.putalpha(200)
    data = encoded(image, "PNG", compress_level=1)
    for file in files:
        file.write_bytes(data)
    budget, peak = measured("pipeline", 80 * MB, 6, *files)
    assert 40e6 < peak < 1.1 * budget


def test_parts_of_an_image_are_converted_as_the_whole() -> None:
    for size in ((1000, 700), (300_000, 3), (3, 300_000)):
        image = scene(*size)
        image.putalpha(Image.linear_gradient("L").resize(size))
        whole = Image.new("RGB", size, "white")
        whole.paste(image, mask=image.getchannel("A"))
        assert same(whole, images.decode(encoded(image, compress_level=1), Limits()))
        values = np.random.default_rng(0).random((size[1], size[0]), np.float32)
        stretched = np.rint((values.astype(float) - values.min()) * (255 / (float(values.max()) - values.min())))
        assert same(stretched, images.decode(encoded(Image.fromarray(values), "TIFF"), Limits()))


def same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))


@pytest.mark.parametrize("size", [(10, 1_000_000), (1_000_000, 10)])
def test_a_very_long_image_is_resized_by_the_shorter_way(size: tuple[int, int]) -> None:
    how = Preprocessing.from_json({**lookup("resnet18").preprocessing, "resize": "aniso", "shorter": None})
    image = Image.linear_gradient("L").resize(size)
    expected = np.asarray(image.resize((224, 224), Image.Resampling.BILINEAR)).astype(int)
    found = images.preprocess(image.convert("RGB"), how)
    assert np.abs(found[0] - expected).max() <= 1
    assert images.preprocessing_bytes(size, how) < 100 * MB


# The budget


def test_an_image_that_needs_more_than_the_budget_fails_with_the_remedy() -> None:
    image = scene(1000, 1000)
    image.putalpha(99)
    with Pipeline(AccessPolicy.of([]), threads=1, memory=8 * MB) as pipeline:
        large, small = embed(pipeline, [encoded(image), encoded(scene())])
        assert isinstance(large, errors.TooMuchMemory)
        assert not large.transient
        assert re.search(r"about 1[\d.]+MB of memory .* budget of 8MB", large.message)
        remedy = re.search(r"--memory (\S+)", large.hint)
        assert remedy
        assert not isinstance(small, Exception)
    with Pipeline(AccessPolicy.of([]), threads=1, memory=parse_bytes(remedy[1])) as pipeline:
        assert not isinstance(embed(pipeline, [encoded(image)])[0], Exception)


def embed(pipeline: Pipeline, sources: list[Any]) -> list[Any]:
    network = load_network([lookup("lenet_digits")], torch.device("cpu"), offline=True)
    return pipeline.submit(sources, [EmbedRequest(network)]).result(WAIT).outcomes[0]


def test_reservations_are_served_in_order() -> None:
    pool, served = MemoryPool(10), []
    pool.reserve(6)
    threads = []

    def take(number: int) -> None:
        pool.reserve(number)
        served.append(number)

    for waiting, number in enumerate((8, 3, 2), 1):
        threads.append(threading.Thread(target=take, args=(number,), daemon=True))
        threads[-1].start()
        until(lambda: len(pool._waiting) == waiting, "it waits")  # noqa: B023
    assert served == []  # the small ones do not overtake the large one
    pool.give_back(6)
    until(lambda: served == [8], "the large one is first")
    pool.give_back(8)
    until(lambda: sorted(served) == [2, 3, 8], "then both small ones")
    assert pool.free == 5


def test_a_reservation_larger_than_the_pool_is_alone() -> None:
    pool = MemoryPool(10)
    pool.add(9)  # claimed images are not waited for
    pool.reserve(20)
    other = threading.Thread(target=pool.reserve, args=(1,), daemon=True)
    other.start()
    until(lambda: pool._waiting, "it waits")
    pool.give_back(20)
    other.join(WAIT)
    assert pool.free == 0


def test_an_image_that_hangs_does_not_hold_up_the_others() -> None:
    budget = MemoryBudget(100)
    hanging = ImageMemory(budget, "it", nullcontext)
    hanging.reserve_encoded(20)
    hanging.reserve_decoding(75)
    hanging.abandon()
    with ImageMemory(budget, "the next", nullcontext) as following:
        following.reserve_encoded(20)
        following.reserve_decoding(75)
        assert budget.decoding.free == -75
    hanging.__exit__()
    assert (budget.encoded.free, budget.decoding.free) == (25, 75)


def test_waiting_for_memory_does_not_count_as_time_of_the_image() -> None:
    with Pipeline(AccessPolicy.of([]), Limits(seconds=0.3), threads=1) as pipeline:
        pipeline.budget.decoding.reserve(pipeline.budget.decoding.size)
        network = load_network([lookup("lenet_digits")], torch.device("cpu"), offline=True)
        result = pipeline.submit([encoded(scene())], [EmbedRequest(network)]).result
        until(lambda: pipeline.budget.decoding._waiting, "the image waits")
        with pytest.raises(TimeoutError):
            result(1)
        pipeline.budget.decoding.give_back(pipeline.budget.decoding.size)
        assert not isinstance(result(WAIT).outcomes[0][0], Exception)


def test_nothing_is_held_when_all_images_are_done(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "good.png").write_bytes(encoded(scene()))
    with Pipeline(AccessPolicy.of([tmp_path]), memory=8 * MB) as pipeline:
        embed(pipeline, [str(tmp_path / "text.png"), str(tmp_path / "good.png"), "missing", encoded(scene()), b"x"])
        assert pipeline.budget.encoded.free == pipeline.budget.encoded.size
        assert pipeline.budget.decoding.free == pipeline.budget.decoding.size
        assert pipeline.budget.has_room_for(1)


def test_a_failed_image_is_not_kept_in_memory() -> None:
    with Pipeline(AccessPolicy.of([])) as pipeline:
        image = encoded(scene())
        (error,) = embed(pipeline, [image[: len(image) // 2]])
    assert isinstance(error, errors.TruncatedImage)
    # Both would refer to the frames of decode(), with the bytes of the image.
    assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)


def test_claims_are_part_of_the_budget() -> None:
    budget = MemoryBudget(240)
    assert budget.claim_bytes(3) == 10
    budget.count_claimed(21)
    assert not budget.has_room_for(3)
    budget.count_claimed(-1)
    assert budget.has_room_for(3)
    assert budget.encoded.free == 40


# Its size


@pytest.mark.parametrize(
    ("text", "number"), [("2GB", 2**31), ("512 mb", 2**29), ("1.5GiB", 3 * 2**29), ("64k", 65536), ("1000", 1000)]
)
def test_an_amount_of_memory_is_written_as_in_postgresql(text: str, number: int) -> None:
    assert parse_bytes(text) == number
    assert parse_bytes(format_bytes(number)) >= number


@pytest.mark.parametrize("text", ["", "0", "-1GB", "much", "2 apples", "1e9"])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="not an amount of memory") as caught:
        parse_bytes(text)
    assert "2GB" in caught.value.hint


@pytest.mark.parametrize(
    ("own", "files"),
    [
        ("0::/a/b\n", {"a/memory.max": "1000000", "a/b/memory.max": "max"}),
        ("0::/\n", {"memory.max": "1000000"}),
        ("0::/elsewhere/pod\n", {"memory.max": "1000000"}),  # as a container sees it
        ("4:memory:/a\n1:cpu:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": "1000000"}),
        ("4:cpu,memory:/a\n", {"memory/memory.limit_in_bytes": "1000000\n"}),
    ],
)
def test_the_limit_of_a_control_group_is_found(own: str, files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "own").write_text(own)
    assert available_memory(tmp_path, tmp_path / "own") == 1_000_000


@pytest.mark.parametrize("limit", ["max", "9223372036854771712"])
def test_without_a_limit_it_is_the_memory_of_the_machine(limit: str, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/\n")
    (tmp_path / "memory.max").write_text(limit)
    machine = available_memory(tmp_path, tmp_path / "missing")
    assert available_memory(tmp_path, tmp_path / "own") == machine > 2**28
