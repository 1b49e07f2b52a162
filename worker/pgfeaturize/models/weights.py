"""Weights: where they lie, how they come there, and a digest that tells them apart.

Nothing is ever unpickled without `weights_only`. Downloads go to the torch hub cache, where
torchvision would put them too, and are checked against the hash in their name.
"""

import hashlib
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import safetensors.torch
import torch
import torchvision
from torch import Tensor

from pgfeaturize.errors import UnknownModel, WeightsMissing
from pgfeaturize.models.catalogue import Model

StateDict = Mapping[str, Tensor]

RANDOM = "random"
SHIPPED = {"lenet_digits": Path(__file__).with_name("lenet_digits.safetensors")}


def weights_path(model: Model) -> Path | None:
    """The file that holds, or is to hold, the weights of `model`; None for random weights."""
    if model.weights == RANDOM:
        return None
    if model.weights in SHIPPED:
        return SHIPPED[model.weights]
    return Path(torch.hub.get_dir()) / "checkpoints" / _file_name(weights_url(model))


def weights_url(model: Model) -> str:
    """Where torchvision publishes the weights of `model`.

    Raises:
        UnknownModel: torchvision has no such backbone, or no such weights for it.
    """
    try:
        known = torchvision.models.get_model_weights(model.backbone)
    except ValueError:
        raise UnknownModel(f'torchvision has no backbone "{model.backbone}"') from None
    if model.weights not in known.__members__:
        names = ", ".join(sorted({*known.__members__, RANDOM} - {"DEFAULT"}))
        raise UnknownModel(
            f'backbone "{model.backbone}" has no weights "{model.weights}"', f"It has: {names}."
        )
    return str(known[model.weights].url)


def load_weights(model: Model, *, offline: bool = False) -> StateDict:
    """The tensors of `model` by name, on the CPU; downloaded if need be and not `offline`.

    Raises:
        WeightsMissing: no file, and it could not be fetched; or the file is damaged.
    """
    path = weights_path(model)
    if path is None:
        raise ValueError(f'model "{model.name}" has random weights, there is nothing to load')
    if not path.exists():
        pull(model, offline=offline)
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        state: StateDict = torch.load(path, map_location="cpu", weights_only=True)
        return state
    except Exception as error:  # unpickling a damaged file raises anything, KeyError too
        raise WeightsMissing(
            f'weights of model "{model.name}": {path} cannot be read: {error}',
            f"Delete the file, then run: pgfeaturize models pull {model.name}",
        ) from error


def pull(model: Model, *, offline: bool = False) -> Path | None:
    """Fetch the weights of `model` once, with hash check; the file, or None for random weights.

    Raises:
        WeightsMissing: it cannot be fetched; names the file to bring by hand, and its place.
    """
    path = weights_path(model)
    if path is None or path.exists():
        return path
    if offline or model.weights in SHIPPED:
        raise _missing(model, path, "this worker is offline" if offline else "not installed")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        url = weights_url(model)
        with _patience(30.0):
            torch.hub.download_url_to_file(url, str(path), _hash_prefix(path.name), progress=False)
    except (OSError, RuntimeError) as error:  # URLError is an OSError, a wrong hash a RuntimeError
        raise _missing(model, path, f"download failed: {error}") from error
    return path


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Give up on a silent network: torch's downloader sets no time limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def verify(model: Model) -> bool:
    """Whether the file of the weights is there and has the hash that its name promises."""
    path = weights_path(model)
    if path is None:
        return True
    if not path.exists():
        return False
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest.startswith(_hash_prefix(path.name) or "")


def digest(state: StateDict) -> str:
    """sha256 over names, types, shapes and bytes of all tensors, in the order of the names."""
    total = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()


def _missing(model: Model, path: Path, why: str) -> WeightsMissing:
    if model.weights in SHIPPED:
        return WeightsMissing(
            f'weights of model "{model.name}" are missing: {path} was shipped with the package',
            "Install pgfeaturize again.",
        )
    return WeightsMissing(
        f'weights of model "{model.name}" are not on this machine ({why})',
        f"Run: pgfeaturize models pull {model.name}\n"
        f"or fetch {weights_url(model)} elsewhere and put {path.name} at {path}",
    )


def _file_name(url: str) -> str:
    return Path(urlparse(url).path).name


def _hash_prefix(file_name: str) -> str | None:
    """torch's convention: resnet50-0676ba61.pth begins with 0676ba61 when hashed by sha256."""
    found = re.search(r"-([a-f0-9]{8,})\.", file_name)
    return found.group(1) if found else None
