"""A loaded network: embeds batches of uint8 pixels as float32 vectors."""

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
from pgfeaturize.models.graph.shape_inference import accepting_images
from pgfeaturize.models.graph.trace import TRACING
from pgfeaturize.models.spec import Model, canonical

Vectors = npt.NDArray[np.float32]


def pick_device(name: str = "auto") -> torch.device:
    """Return a torch device for "auto", "cpu", "cuda" or "cuda:1"; "auto" prefers CUDA.

    Raises:
        SettingsError: this machine has no such device.
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
            f'there is no device "{name}": this machine has {count} CUDA devices', "Use --device auto or --device cpu."
        )
    return device


class Network:
    """Models that share one forward pass, ready to run on one device. Not thread-safe.

    Attributes:
        models: the models, in the order of the outputs.
        device: device that runs the network.
        fingerprints: fingerprints of their feature spaces, 64 hex digits, equal on all devices.
    """

    def __init__(
        self,
        models: Sequence[Model],
        module: nn.Module,
        device: torch.device,
        fingerprints: Sequence[str],
        *,
        layout: torch.memory_format = torch.channels_last,
        autocast: bool = True,
    ) -> None:
        self.models = tuple(models)
        self.device = device
        self.fingerprints = tuple(fingerprints)
        self._module = module.to(device)
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.dim() == 4:  # module.to(memory_format=…) would also change 5-dimensional tensors
                tensor.data = tensor.data.contiguous(memory_format=layout)
        self._layout = layout
        self._shift, self._divisor = _normalization(models[0].preprocessing, device)
        self._autocast_type = _autocast_type(device) if autocast else None
        self._max_batch: int | None = None  # images per forward pass, after running out of memory

    def __repr__(self) -> str:
        names = ", ".join(model.name for model in self.models)
        return f"Network({names}, {self.device}, {self.fingerprints[0][:12]})"

    def embed(self, batch: npt.NDArray[np.uint8] | Tensor) -> list[Vectors]:
        """Return the vectors of a batch of images, unchecked.

        Args:
            batch: uint8 (n, channels, height, width), of any strides, n ≥ 1. Channels-last strides (a transposed (n, h,
                w, c)) save a copy.

        Returns:
            for each model, float32 (n, dim).

        Raises:
            torch.OutOfMemoryError: one image does not fit into the memory of the device.
        """
        pixels: Tensor = torch.as_tensor(batch)
        size = min(self._max_batch or len(pixels), len(pixels))
        while True:
            try:
                parts = [self._forward(part) for part in torch.split(pixels, size)]
                return [np.concatenate(vectors) for vectors in zip(*parts, strict=True)]
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
            torch.cuda.empty_cache()
            self._max_batch = size = size // 2

    @torch.inference_mode()
    def _forward(self, pixels: Tensor) -> list[Vectors]:
        if self.device.type == "cuda":
            pixels = pixels.pin_memory()
        x = pixels.to(self.device, non_blocking=True)
        x = x.to(torch.float32, memory_format=self._layout)
        x = x.sub_(self._shift).div_(self._divisor)
        autocast = self._autocast_type is not None and self.device.type == "cuda"
        with TRACING, torch.autocast(self.device.type, self._autocast_type, enabled=autocast):
            features: Sequence[Tensor] = self._module(x)
        return [feature.float().cpu().numpy() for feature in features]


def _normalization(preprocessing: Json, device: torch.device) -> tuple[Tensor, Tensor]:
    """Write ((value - offset) * scale - mean) / std as (value - shift) / divisor."""
    offset, scale = preprocessing["offset"], preprocessing["scale"]
    mean, std = (torch.tensor(preprocessing[name], dtype=torch.float64) for name in ("mean", "std"))
    shift, divisor = offset + mean / scale, std / scale
    return tuple(tensor.float().to(device).view(1, -1, 1, 1) for tensor in (shift, divisor))


def _autocast_type(device: torch.device) -> torch.dtype:
    """Return bfloat16, which has the range of float32, unless a CUDA device lacks it."""
    if device.type == "cuda" and not torch.cuda.is_bf16_supported():
        return torch.float16
    return torch.bfloat16


def load_network(
    models: Sequence[Model], device: torch.device, *, offline: bool = False, packages: Collection[str] = ()
) -> Network:
    """Build, load, cut and optimize the network of models with the same forward_key.

    Args:
        offline: do not download weights.
        packages: Python packages that may be imported to build a network.

    Raises:
        ModelError: one of its subclasses, such as WeightsMissing.
        ValueError: the models do not share a forward pass.
    """
    if len({model.forward_key for model in models}) != 1:
        raise ValueError(f"models do not share a forward pass: {[model.name for model in models]}")
    with seeded():
        backbone = find(models[0].backbone, models[0].weights, packages)
        built = backbone.build(models[0], device, offline=offline)
    return assemble(models, backbone, built, device)


def assemble(models: Sequence[Model], backbone: Backbone, built: Built, device: torch.device) -> Network:
    """Return the network of models from the built backbone."""
    module = cut(models, backbone.graph(built.network))
    check_weights(models[0], module, built.missing, built.unused)
    layout = _layout(models, module, backbone, device)
    module = fold(module)
    if device.type == "cpu" and not backbone.preserve_precision:
        generator = torch.Generator().manual_seed(0)  # leaves the global generator unchanged
        module = fuse(module, torch.randn(2, *models[0].input_shape, generator=generator))
    fingerprints = [fingerprint_of(model, built.digest) for model in models]
    return Network(models, module, device, fingerprints, layout=layout, autocast=not backbone.preserve_precision)


def _layout(
    models: Sequence[Model], module: fx.GraphModule, backbone: Backbone, device: torch.device
) -> torch.memory_format:
    """Return channels last, which is faster, if the network can process one image in it."""
    shape = models[0].input_shape
    pixels = torch.zeros(1, *shape, device=device if backbone.preserve_precision else "cpu")
    with accepting_images(backbone.name, 1, shape, backbone.remedy):
        if not backbone.preserve_precision:
            with suppress(RuntimeError):  # the network's code may depend on the layout
                last = pixels.contiguous(memory_format=torch.channels_last)
                check_dimensions(models, module, last)
                return torch.channels_last
        check_dimensions(models, module, pixels)
    return torch.contiguous_format


def fingerprint_of(model: Model, weights: str) -> str:
    """Return the fingerprint of a feature space: sha256 over all that affects the vectors.

    Args:
        model: its name is not included, so two names may have one space.
        weights: digest of the weights as they were loaded.
    """
    parts = {
        "weights": weights,
        "backbone": model.backbone,
        "node": model.node,
        "pooling": model.pooling,
        "preprocessing": model.preprocessing,
    }
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
