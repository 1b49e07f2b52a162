"""A loaded network: batches of uint8 pixels in, float32 vectors out, as fast as the device can."""

import hashlib
import json
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pgfeaturize.errors import SettingsError
from pgfeaturize.models.catalogue import Model
from pgfeaturize.models.cut import build, cut, input_shape
from pgfeaturize.models.fold import fold, fuse
from pgfeaturize.models.weights import digest

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
    """A model ready to run on one device. Not thread-safe: one thread at a time.

    Attributes:
        model: its row of the catalogue.
        device: where it runs.
        fingerprint: of the feature space, 64 hex digits; the same on every device.
    """

    def __init__(
        self, model: Model, module: nn.Module, device: torch.device, fingerprint: str
    ) -> None:
        self.model = model
        self.device = device
        self.fingerprint = fingerprint
        self._module = module.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._mean, self._std = (
            torch.tensor(model.preprocessing[name], device=device).view(1, -1, 1, 1) * 255
            for name in ("mean", "std")
        )
        self._narrow = _narrow_type(device)
        self._most: int | None = None  # images at a time, once memory has run out

    def __repr__(self) -> str:
        return f"Network({self.model.name}, {self.device}, {self.fingerprint[:12]})"

    def embed(self, batch: npt.NDArray[np.uint8] | Tensor) -> Vectors:
        """Vectors of a batch of pictures, unchecked.

        Args:
            batch: uint8 (n, channels, height, width), of any strides, n ≥ 1. Channels-last
                strides (a transposed (n, h, w, c)) save a copy.

        Returns:
            float32 (n, dim).

        Raises:
            torch.OutOfMemoryError: not even one picture fits the device.
        """
        pixels: Tensor = torch.as_tensor(batch)
        size = min(self._most or len(pixels), len(pixels))
        while True:
            try:
                return np.concatenate([self._forward(part) for part in torch.split(pixels, size)])
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
            torch.cuda.empty_cache()
            self._most = size = size // 2

    @torch.inference_mode()
    def _forward(self, pixels: Tensor) -> Vectors:
        if self.device.type == "cuda":
            pixels = pixels.pin_memory()
        x = pixels.to(self.device, non_blocking=True)
        x = x.to(torch.float32, memory_format=torch.channels_last)
        x = x.sub_(self._mean).div_(self._std)
        with torch.autocast(self.device.type, self._narrow, enabled=self.device.type == "cuda"):
            features: Tensor = self._module(x)
        return features.float().cpu().numpy()


def _narrow_type(device: torch.device) -> torch.dtype:
    """On CUDA: bfloat16, which has the range of float32, where the card knows it."""
    if device.type == "cuda" and not torch.cuda.is_bf16_supported():
        return torch.float16
    return torch.bfloat16


def load_network(model: Model, device: torch.device, *, offline: bool = False) -> Network:
    """Build, load, cut and speed up the network of `model`.

    Raises:
        ModelError: one of its subclasses; WeightsMissing also when `offline` and not on disk.
    """
    whole = build(model, offline=offline)
    fingerprint = fingerprint_of(model, digest(whole.state_dict()))
    module = fold(cut(model, whole))
    if device.type == "cpu":
        own = torch.Generator().manual_seed(0)  # the process's random numbers are not ours to use
        module = fuse(module, torch.randn(2, *input_shape(model), generator=own))
    return Network(model, module, device, fingerprint)


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
        "preprocessing": _plain(model.preprocessing),
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """`value` in one spelling: PostgreSQL gives back 1.0 where 1 was stored, and the reverse."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
