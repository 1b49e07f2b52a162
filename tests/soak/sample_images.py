"""Small random images, and files that are none; what must come of each."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from pgfeaturize.images import AccessPolicy
from pgfeaturize.models import load_network, lookup, pick_device
from pgfeaturize.pipeline import Pipeline
from tests.soak.audit import Due

NUMBER = 200


def write(folder: Path) -> dict[str, Due]:
    """Write files; of each path the vector, as computed here, or the reason of the failure."""
    folder.mkdir()
    draw = np.random.default_rng()
    images = [folder / f"{number}.png" for number in range(NUMBER)]
    for image in images:
        image.write_bytes(_png(draw.integers(0, 256, draw.integers(4, 40, 2), np.uint8)))
    due: dict[str, Due] = {**_unreadable(folder)}
    network = load_network([lookup("lenet_digits")], pick_device("cpu"), offline=True)
    with Pipeline(AccessPolicy.of([folder])) as pipeline:
        vectors = pipeline.embed(network, [str(image) for image in images])
    for image, vector in zip(images, vectors, strict=True):
        assert isinstance(vector, np.ndarray), vector
        due[str(image)] = vector
    return due


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _unreadable(folder: Path) -> dict[str, str]:
    """One path for each way in which a file can be no image, named after it."""
    (folder / "not_a_file").mkdir()
    (folder / "empty_file").touch()
    (folder / "not_an_image").write_text("no image")
    whole = _png(np.zeros((100, 100), np.uint8))
    (folder / "truncated_image").write_bytes(whole[: len(whole) // 2])
    inside = "missing_file", "not_a_file", "empty_file", "not_an_image", "truncated_image"
    outside = {"": "empty_path", str(folder.parent / "outside_roots"): "outside_roots"}
    return {str(folder / reason): reason for reason in inside} | outside
