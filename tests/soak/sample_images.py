"""Small random images and unreadable files, with their expected results."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from pgfeaturize.images import AccessPolicy
from pgfeaturize.models import load_network, lookup, pick_device
from pgfeaturize.pipeline import Pipeline
from tests.soak.checks import Expected

NUMBER = 200


def write(folder: Path) -> dict[str, Expected]:
    """Write files; return for each path the vector, computed here, or the reason of the failure."""
    folder.mkdir()
    random = np.random.default_rng()
    images = [folder / f"{number}.png" for number in range(NUMBER)]
    for image in images:
        image.write_bytes(_png(random.integers(0, 256, random.integers(4, 40, 2), np.uint8)))
    expected: dict[str, Expected] = {**_unreadable(folder)}
    network = load_network([lookup("lenet_digits")], pick_device("cpu"), offline=True)
    with Pipeline(AccessPolicy.of([folder])) as pipeline:
        vectors = pipeline.embed(network, [str(image) for image in images])
    for image, vector in zip(images, vectors, strict=True):
        assert isinstance(vector, np.ndarray), vector
        expected[str(image)] = vector
    return expected


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _unreadable(folder: Path) -> dict[str, str]:
    """Return paths of unreadable files, each with the reason of its failure."""
    (folder / "not_a_file").mkdir()
    (folder / "empty_file").touch()
    (folder / "not_an_image").write_text("text")
    whole = _png(np.zeros((100, 100), np.uint8))
    (folder / "truncated_image").write_bytes(whole[: len(whole) // 2])
    inside = "missing_file", "not_a_file", "empty_file", "not_an_image", "truncated_image"
    outside = {"": "empty_path", str(folder.parent / "outside_roots"): "outside_roots"}
    return {str(folder / reason): reason for reason in inside} | outside
