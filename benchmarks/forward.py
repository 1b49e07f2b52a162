"""Speed of the folded, fused, channels-last network, compared with torchvision's own.

Ours includes the normalization of uint8 pixels, torchvision's does not.
"""

import time
from collections.abc import Iterator

import torch

from benchmarks.child import plain, preprocessed
from benchmarks.measure import Aim, Bench, Figure, in_turns, quotients
from benchmarks.scene import device, model_of, photos
from pgfeaturize.models import Model, load_network

AIMS = {"resnet50": Aim("≥", 1.3), "resnet18": None, "mobilenet_v3_large": None, "alexnet": None}


def run(bench: Bench) -> Iterator[Figure]:
    """Images per second of ours ÷ those of torchvision's network in eager mode."""
    batch = bench.effort.choose(32, 4)
    names = bench.effort.choose(list(AIMS), ["resnet18"])
    for name in names:
        pairs = _pairs(bench, model_of(name), batch)
        best = [batch / min(side) for side in zip(*pairs, strict=True)]
        yield Figure(
            f"{name}: folded channels-last ÷ plain eager forward, batch {batch}, images/s",
            [1 / quotient for quotient in quotients(pairs)],
            AIMS[name],
            note=f"{best[0]:.1f} and {best[1]:.1f} images/s at best",
        )


def _pairs(bench: Bench, model: Model, batch: int) -> list[tuple[float, float]]:
    pixels = preprocessed(model, photos(bench), batch)
    ours = load_network([model], device(), offline=True)
    theirs = plain(model).to(device())
    normal = torch.as_tensor(pixels).contiguous().float().div(255).sub(0.45).div(0.225).to(device())

    def our_time() -> float:
        started = time.perf_counter()
        ours.embed(pixels)
        return time.perf_counter() - started

    def plain_time() -> float:
        started = time.perf_counter()
        with torch.inference_mode():
            theirs(normal)[0].cpu()  # waits for the device
        return time.perf_counter() - started

    our_time(), plain_time()  # first time is slow
    return in_turns(our_time, plain_time, bench.effort.pairs)
