"""Reference sides of comparisons, each in a separate process, as the worker is.

It prints a line when it is ready. Each input line is a number of repetitions; the answer is their duration in seconds.
"""

import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle

import numpy as np
import torch
from pgvector.psycopg import register_vector
from PIL import Image

from benchmarks.scene import device, model_of
from pgfeaturize import images
from pgfeaturize.db.connection import connect
from pgfeaturize.db.statements import execute
from pgfeaturize.models import Model, build, cut, load_network, trace
from pgfeaturize.settings import database_url

Work = Callable[[int], object]


def main(kind: str, *arguments: str) -> None:
    """Serve requests until the input ends."""
    kinds: dict[str, Callable[..., Work]] = {"forward": forward, "image": single_image, "naive": naive}
    work = kinds[kind](*arguments)
    work(1)  # first time is slow
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        work(int(line))
        print(time.perf_counter() - started, flush=True)


def forward(name: str, batch: str, *files: str) -> Work:
    """The optimized network alone, on a prepared batch."""
    model = model_of(name)
    network = load_network([model], device(), offline=True)
    pixels = preprocessed(model, list(files), int(batch))

    def work(times: int) -> None:
        for _ in range(times):
            network.embed(pixels)

    return work


def single_image(name: str, *files: str) -> Work:
    """Decoding, preprocessing and the optimized network, one image at a time."""
    model = model_of(name)
    network = load_network([model], device(), offline=True)
    supply = cycle(files)

    def work(times: int) -> None:
        for _ in range(times):
            network.embed(preprocessed(model, [next(supply)], 1))

    return work


def preprocessed(model: Model, files: list[str], batch: int) -> images.Pixels:
    """Input of a network: uint8 (batch, c, h, w), channels last in memory."""
    how = images.Preprocessing.from_json(model.preprocessing)
    channels, height, width = how.shape
    pixels = np.empty((batch, height, width, channels), np.uint8).transpose(0, 3, 1, 2)
    for slot, path in zip(range(batch), cycle(files), strict=False):
        with open(path, "rb") as file:  # noqa: PTH123
            images.preprocess(images.decode(file.read(), images.Limits()), how, out=pixels[slot])
    return pixels


def plain(model: Model) -> torch.nn.Module:
    """torchvision's own network up to the node of a model; returns a tuple with one tensor."""
    return cut([model], trace(model.backbone, build(model, offline=True)))


def naive(name: str, table: str, *images: str) -> Work:
    """A simple loop: open, transform, embed, insert; one image at a time."""
    model = model_of(name)
    network = plain(model)
    transform = torchvision_transform(model.backbone)
    connection = connect(database_url())
    register_vector(connection)
    ids = count()

    def one(image: str) -> None:
        pixels = transform(Image.open(image).convert("RGB")).unsqueeze(0)
        with torch.no_grad():
            vector = network(pixels)[0][0].numpy()
        execute(connection, "insert_vector", next(ids), vector, table=table)

    supply: Iterator[str] = cycle(images)

    def work(times: int) -> None:
        for _ in range(times):
            one(next(supply))

    return work


def torchvision_transform(backbone: str) -> Callable[[Image.Image], torch.Tensor]:
    """The transform that torchvision ships with the weights; needs no weights."""
    import torchvision

    transform: Callable[[Image.Image], torch.Tensor] = torchvision.models.get_model_weights(
        backbone
    ).IMAGENET1K_V1.transforms()
    return transform


if __name__ == "__main__":
    main(*sys.argv[1:])
