"""A loaded network: batches of uint8 pixels in, float32 vectors out, as fast as the device can."""

import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, fx, nn

from pgfeaturize.errors import SettingsError
from pgfeaturize.models.backbones.base import Backbone, Built
from pgfeaturize.models.backbones.registry import find, seeded
from pgfeaturize.models.default_preprocessing import Json
from pgfeaturize.models.graph.cut import check_dimensions, check_weights, cut
from pgfeaturize.models.graph.fold import fold, fuse
from pgfeaturize.models.graph.shape_inference import taking
from pgfeaturize.models.graph.trace import TRACING
from pgfeaturize.models.spec import Model, canonical

Vectors = npt.NDArray[np.float32]


def pick_device(name: str = "auto") -> torch.device:
    """ "auto", "cpu", "cuda" or "cuda:1" as a torch device; "auto" is CUDA where there is any.

    Raises:
        SettingsError: no such device in this machine.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")
    if device.type not in ("cpu", "cuda"):
        raise SettingsError(f'unknown device "{name}"', "Use auto, cpu, cuda or cuda:N.")
    count = torch.cuda.device_count() if device.type == "cuda" else 1
    if (device.index or 0) >= count:
        raise SettingsError(
            f'device "{name}" asked for, but this machine has {count} CUDA devices',
            "Use --device auto or --device cpu.",
        )
    return device


class Network:
    """Models of one forward pass, ready to run on one device. Not thread-safe: one thread at a time.

    Attributes:
        models: their rows of the catalogue.
        device: where they run.
        fingerprints: of their feature spaces, 64 hex digits; the same on every device.
    """

    def __init__(
        self,
        models: Sequence[Model],
        module: nn.Module,
        device: torch.device,
        fingerprints: Sequence[str],
        *,
        layout: torch.memory_format = torch.channels_last,
        narrow: bool = True,
    ) -> None:
        self.models = tuple(models)
        self.device = device
        self.fingerprints = tuple(fingerprints)
        self._module = module.to(device)
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.dim() == 4:  # to() takes those of 5 for filters as well
                tensor.data = tensor.data.contiguous(memory_format=layout)
        self._layout = layout
        self._minus, self._over = _scaling(models[0].preprocessing, device)
        self._narrow = _narrow_type(device) if narrow else None
        self._most: int | None = None  # images at a time, once memory has run out

    def __repr__(self) -> str:
        names = ", ".join(model.name for model in self.models)
        return f"Network({names}, {self.device}, {self.fingerprints[0][:12]})"

    def embed(self, batch: npt.NDArray[np.uint8] | Tensor) -> list[Vectors]:
        """Vectors of a batch of images, unchecked.

        Args:
            batch: uint8 (n, channels, height, width), of any strides, n ≥ 1. Channels-last
                strides (a transposed (n, h, w, c)) save a copy.

        Returns:
            for each model, float32 (n, dim).

        Raises:
            torch.OutOfMemoryError: not even one image fits the device.
        """
        pixels: Tensor = torch.as_tensor(batch)
        size = min(self._most or len(pixels), len(pixels))
        while True:
            try:
                parts = [self._forward(part) for part in torch.split(pixels, size)]
                return [np.concatenate(vectors) for vectors in zip(*parts, strict=True)]
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
            torch.cuda.empty_cache()
            self._most = size = size // 2

    @torch.inference_mode()
    def _forward(self, pixels: Tensor) -> list[Vectors]:
        if self.device.type == "cuda":
            pixels = pixels.pin_memory()
        x = pixels.to(self.device, non_blocking=True)
        x = x.to(torch.float32, memory_format=self._layout)
        x = x.sub_(self._minus).div_(self._over)
        narrow = self._narrow is not None and self.device.type == "cuda"
        with TRACING, torch.autocast(self.device.type, self._narrow, enabled=narrow):
            features: Sequence[Tensor] = self._module(x)
        return [feature.float().cpu().numpy() for feature in features]


def _scaling(how: Json, device: torch.device) -> tuple[Tensor, Tensor]:
    """((value - offset) * scale - mean) / std as (value - first) / second, in double precision."""
    mean, std = (torch.tensor(how[name], dtype=torch.float64) for name in ("mean", "std"))
    first, second = how["offset"] + mean / how["scale"], std / how["scale"]
    return tuple(part.float().to(device).view(1, -1, 1, 1) for part in (first, second))


def _narrow_type(device: torch.device) -> torch.dtype:
    """On CUDA: bfloat16, which has the range of float32, where the card knows it."""
    if device.type == "cuda" and not torch.cuda.is_bf16_supported():
        return torch.float16
    return torch.bfloat16


def load_network(
    models: Sequence[Model],
    device: torch.device,
    *,
    offline: bool = False,
    packages: Collection[str] = (),
) -> Network:
    """Build, load, cut and speed up the network of `models`, which are of one forward_key.

    Args:
        packages: from which functions may be called to make a network.

    Raises:
        ModelError: one of its subclasses; WeightsMissing also when `offline` and not on disk.
        ValueError: the models are of several trunks.
    """
    if len({model.forward_key for model in models}) != 1:
        raise ValueError(f"no models of one forward pass: {[model.name for model in models]}")
    with seeded():
        backbone = find(models[0].backbone, models[0].weights, packages)
        built = backbone.build(models[0], device, offline=offline)
    return assemble(models, backbone, built, device)


def assemble(
    models: Sequence[Model], backbone: Backbone, built: Built, device: torch.device
) -> Network:
    """The network of `models` from what their backbone has built."""
    module = cut(models, backbone.graph(built.network))
    check_weights(models[0], module, built)
    layout = _layout(models, module, backbone, device)
    module = fold(module)
    if device.type == "cpu" and not backbone.preserve_precision:
        own = torch.Generator().manual_seed(0)  # the process's random numbers are not ours to use
        module = fuse(module, torch.randn(2, *models[0].input_shape, generator=own))
    fingerprints = [fingerprint_of(model, built.digest) for model in models]
    return Network(
        models, module, device, fingerprints, layout=layout, narrow=not backbone.preserve_precision
    )


def _layout(
    models: Sequence[Model], module: fx.GraphModule, backbone: Backbone, device: torch.device
) -> torch.memory_format:
    """Channels last, which is faster, where the network works with it. Tries one image."""
    shape = models[0].input_shape
    pixels = torch.zeros(1, *shape, device=device if backbone.preserve_precision else "cpu")
    with taking(backbone.name, 1, shape, backbone.remedy):
        if not backbone.preserve_precision:
            with suppress(RuntimeError):  # code may take it for granted that pixels lie in rows
                last = pixels.contiguous(memory_format=torch.channels_last)
                check_dimensions(models, module, last)
                return torch.channels_last
        check_dimensions(models, module, pixels)
    return torch.contiguous_format


def fingerprint_of(model: Model, weights: str) -> str:
    """What tells feature spaces apart: sha256 over all that fixes the function image → vector.

    Args:
        model: its name is not part of it; two names may mean one space.
        weights: the digest of the weights as they were loaded.
    """
    parts = {
        "weights": weights,
        "backbone": model.backbone,
        "node": model.node,
        "pooling": model.pooling,
        "preprocessing": model.preprocessing,
    }
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
