"""Features of many images: networks with seeded weights over random crops of photographs.

Seeded weights alone would make vectors that are parallel but for a part in ten thousand, which is what half precision
rounds away. So networks are made to do as trained ones: batch normalisation knows the means and variances of such
crops, and residual blocks add a little to what they are given and not as much again, which in deep networks would make
all images equally unlike.

A crop is a square of random place and size, some flipped, brighter or darker. The crops are small, 64 pixels a side, so
that a hundred thousand of them do not take a day; one core embeds while another does, each alone, which is the fastest
where others use the machine as well.
"""

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torchvision.models.resnet import BasicBlock, Bottleneck

from benchmarks.measure import Bench
from benchmarks.scene import photos
from pgfeaturize.models import Model, Network, lookup
from pgfeaturize.models.backbones.registry import find, seeded
from pgfeaturize.models.network import assemble

#: Pixels on a side of a crop; AlexNet takes no fewer than 63.
SIDE = 64
#: Crops that one process embeds at a time.
CHUNK = 250
#: Scale of the output of a residual block.
RESIDUE = 0.1
#: Seed of the crops for calibrating batch normalization; larger than all others.
_USUAL = 2**32

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """Features of all crops by a model.

    Attributes:
        model: the model, to be registered.
        fingerprint: fingerprint of its feature space.
        vectors: float32 (crops, dim).
    """

    model: Model
    fingerprint: str
    vectors: Vectors

    def distances(self, sample: int = 100) -> tuple[float, float]:
        """Median cosine distances of the tenth nearest and of any other crop."""
        queries = _unit(self.vectors[:: -(-len(self.vectors) // sample)])
        parts = np.array_split(self.vectors, len(self.vectors) // CHUNK)
        found = np.concatenate([1 - queries @ _unit(part).T for part in parts], axis=1)
        # The nearest of all is the crop itself.
        return float(np.median(np.partition(found, 10)[:, 10])), float(np.median(found))


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def small(name: str) -> Model:
    """A model of the catalog with random weights, for images of 64 pixels a side."""
    model = lookup(name)
    how = {**model.preprocessing, "size": [SIDE, SIDE], "shorter": SIDE}
    return replace(model, name=f"{name}_{SIDE}", weights="random", preprocessing=how)


def features(bench: Bench, names: Sequence[str], crops: int) -> Mapping[str, Features]:
    """Compute features of the same crops by several models, in files in bench.scratch."""
    files = {name: bench.scratch / f"{name}.npy" for name in names}
    for name, file in files.items():
        shape = (crops, small(name).dim)
        np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=shape)
    with ProcessPoolExecutor(
        len(os.sched_getaffinity(0)), multiprocessing.get_context("spawn"), _prepare, (photos(bench), files)
    ) as processes:
        fingerprints, *_ = processes.map(_fill, range(0, crops, CHUNK))
    return {
        name: Features(small(name), fingerprints[name], np.load(file, mmap_mode="r")) for name, file in files.items()
    }


def _prepare(images: Sequence[str], files: Mapping[str, Path]) -> None:
    """Load the network of a process, once."""
    global _cutter
    torch.set_num_threads(1)
    _cutter = _Cutter(images, files)


def _fill(first: int) -> dict[str, str]:
    return _cutter.fill(first)


class _Cutter:
    """Computes features of crops and writes them into files."""

    def __init__(self, images: Sequence[str], files: Mapping[str, Path]) -> None:
        self._images = [Image.open(image).convert("RGB") for image in images]
        usual = self._crops(seed=_USUAL, number=CHUNK)
        self._outputs = [(name, _network(name, usual), np.load(file, mmap_mode="r+")) for name, file in files.items()]

    def fill(self, first: int) -> dict[str, str]:
        """Embed crops from number `first` on; return the fingerprints."""
        last = min(first + CHUNK, len(self._outputs[0][2]))
        crops = self._crops(seed=first, number=last - first)
        for _, network, output in self._outputs:
            (output[first:last],) = network.embed(crops)
        return {name: network.fingerprints[0] for name, network, _ in self._outputs}

    def _crops(self, seed: int, number: int) -> npt.NDArray[np.uint8]:
        """Crops as input of a network: uint8 (number, c, h, w), channels last in memory."""
        dice = np.random.default_rng(seed)
        crops = np.empty((number, SIDE, SIDE, 3), np.uint8)
        for crop in crops:
            image = self._images[dice.integers(len(self._images))]
            side = dice.uniform(0.3, 1.0) * min(image.size)
            left, top = (dice.uniform(0, length - side) for length in image.size)
            box = (left, top, left + side, top + side)
            small = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box))
            turned = small[:, ::-1] if dice.integers(2) else small
            crop[:] = np.clip(turned * dice.uniform(0.6, 1.4), 0, 255)
        return crops.transpose(0, 3, 1, 2)


_cutter: _Cutter


def _network(name: str, crops: npt.NDArray[np.uint8]) -> Network:
    """The network of `small(name)`, with batch normalization calibrated on such crops."""
    model = small(name)
    with seeded():
        backbone = find(model.backbone, model.weights)
        built = backbone.build(model, torch.device("cpu"), offline=True)
    _calibrate(built.network, model, crops)
    return assemble([model], backbone, built, torch.device("cpu"))


@torch.no_grad()
def _calibrate(network: torch.nn.Module, model: Model, crops: npt.NDArray[np.uint8]) -> None:
    mean, std = (torch.tensor(model.preprocessing[of]).view(1, -1, 1, 1) for of in ("mean", "std"))
    for part in network.modules():
        if isinstance(part, BasicBlock | Bottleneck):
            last = part.bn2 if isinstance(part, BasicBlock) else part.bn3
            torch.nn.init.constant_(last.weight, RESIDUE)
        elif isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = None  # the plain mean of all batches, of which there is one
            part.reset_running_stats()
            part.train()
    network((torch.as_tensor(crops).float() / 255 - mean) / std)
    network.eval()
