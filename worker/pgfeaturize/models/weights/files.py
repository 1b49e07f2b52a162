"""Weights: which file a model wants, how it comes here, and a digest that tells weights apart.

Nothing is ever unpickled without `weights_only`.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlparse

import safetensors.torch
import torch
import torchvision
from torch import Tensor

from pgfeaturize.errors import SettingsError, UnknownModel, WeightsMissing
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights import cache, huggingface
from pgfeaturize.models.weights.download import DownloadFailed, Progress, download

StateDict = Mapping[str, Tensor]

#: Weights that no file holds: seeded ones, and those of a network that has none.
RANDOM, NONE = "random", "none"
SHIPPED = {"lenet_digits": Path(__file__).with_name("lenet_digits.safetensors")}


def weights_path(model: Model) -> Path | None:
    """The file that holds, or is to hold, the weights of `model`; None if it needs no file.

    Raises:
        UnknownModel: there are no such weights.
    """
    if model.weights in (RANDOM, NONE):
        return None
    if model.weights in SHIPPED:
        return SHIPPED[model.weights]
    if cache.is_stored(model.weights):
        return cache.weights_cache_dir() / model.weights
    if _is_timms(model):
        return huggingface.pretrained_path(model.backbone)
    return cache.weights_cache_dir() / Path(urlparse(weights_url(model)).path).name


def weights_url(model: Model) -> str:
    """Where torchvision publishes the weights of `model`.

    Raises:
        UnknownModel: torchvision has no such backbone, or no such weights for it.
    """
    try:
        known = torchvision.models.get_model_weights(model.backbone)
    except ValueError:
        raise UnknownModel(
            f'there are no weights "{model.weights}" for backbone "{model.backbone}"',
            f'Give "{RANDOM}", or the name of a file that `pgfeaturize models add` has stored.',
        ) from None
    if model.weights not in known.__members__:
        names = ", ".join(sorted({*known.__members__, RANDOM} - {"DEFAULT"}))
        raise UnknownModel(
            f'backbone "{model.backbone}" has no weights "{model.weights}"', f"It has: {names}."
        )
    return str(known[model.weights].url)


def load_weights(model: Model, *, offline: bool = False) -> StateDict:
    """The tensors of `model` by name, on the CPU; downloaded if need be and not `offline`.

    Raises:
        WeightsMissing: no file, and it could not be fetched; or it is damaged, or no state dict.
    """
    path = weights_file(model, offline=offline)
    if path.suffix == ".pt2":
        raise _damaged(model, path, "is an exported program, no state dict")
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # unpickling a damaged file raises anything, KeyError too
        raise _damaged(model, path, f"cannot be read: {_first_line(error)}") from error
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise _damaged(model, path, "is no state dict: there is more in it than tensors by name")
    return state


def weights_file(model: Model, *, offline: bool = False) -> Path:
    """The file of `model`'s weights, fetched if need be; one of the store is what its name says.

    Raises:
        WeightsMissing: it is not here and could not be fetched, or is damaged.
    """
    path = pull(model, offline=offline)
    if path is None:
        raise ValueError(f'model "{model.name}" has {model.weights} weights, there is no file')
    # The name is all that a catalogue knows of the file, so the name must not lie.
    if cache.is_stored(model.weights) and not cache.is_intact(path):
        raise _damaged(model, path, "is damaged: it has not the hash that is in its name")
    return path


def pull(model: Model, *, offline: bool = False, progress: Progress | None = None) -> Path | None:
    """Fetch the weights of `model` once, with hash check; the file, or None if it needs none.

    Raises:
        WeightsMissing: it cannot be fetched; names the file to bring by hand, and its place.
    """
    path = weights_path(model)
    if path is None or path.exists():
        return path
    if _is_timms(model):
        return huggingface.pull_pretrained(model.backbone, offline=offline)
    if model.weights in SHIPPED or cache.is_stored(model.weights):
        raise _missing(model, path, f"there is no {path}")
    if offline:
        raise _missing(model, path, "PGFEATURIZE_OFFLINE forbids downloads")
    try:
        download(weights_url(model), path, progress or (lambda *_: None))
    except DownloadFailed as error:
        raise _missing(model, path, f"download failed: {error}") from error
    return path


def import_file(model: Model, file: Path) -> Path:
    """Copy a file that was brought by hand to where the weights of `model` are looked for.

    Raises:
        SettingsError: the model needs no file.
        WeightsMissing: the file cannot be copied, or is not the one that the model means.
    """
    path = weights_path(model)
    if path is None or model.weights in SHIPPED:
        raise SettingsError(f'model "{model.name}" needs no file of weights')
    if _is_timms(model):
        raise SettingsError(
            f'weights of model "{model.name}" lie in the cache of the Hugging Face hub',
            f"Copy that cache as a whole; the file is to be {path}",
        )
    cache.copy_in(file, path)
    return path


def verify(model: Model) -> bool:
    """Whether the file of the weights is there and has the hash that its name promises."""
    path = weights_path(model)
    return path is None or (path.exists() and cache.is_intact(path))


def digest(state: StateDict) -> str:
    """sha256 over names, types, shapes and bytes of all tensors, in the order of the names."""
    total = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()


def _is_timms(model: Model) -> bool:
    return model.weights == huggingface.PRETRAINED and model.backbone.startswith(huggingface.PREFIX)


def _damaged(model: Model, path: Path, what: str) -> WeightsMissing:
    return WeightsMissing(
        f"{_shown(model)}: {path} {what}",
        f"Delete the file, then:\n{_remedy(model, path)}",
    )


def _missing(model: Model, path: Path, why: str) -> WeightsMissing:
    return WeightsMissing(f"{_shown(model)} are not on this machine ({why})", _remedy(model, path))


def _shown(model: Model) -> str:
    """A model that is only about to be has no name yet."""
    return f'weights of model "{model.name}"' if model.name else f'weights "{model.weights}"'


def _remedy(model: Model, path: Path) -> str:
    name = model.name or "NAME"
    if model.weights in SHIPPED:
        return "Install pgfeaturize again."
    if cache.is_stored(model.weights):
        return (
            f"Run: pgfeaturize models import {name} FILE\n"
            f"with a copy of the file that the model was added with, or put {path.name} at {path}"
        )
    return (
        f"Run: pgfeaturize models pull {name}\n"
        f"or fetch {weights_url(model)} elsewhere and put {path.name} at {path}"
    )


def _first_line(error: Exception) -> str:
    """torch goes on to advise what must not be done: to load without `weights_only`."""
    return f"{type(error).__name__}: " + str(error).strip().partition("\n")[0].partition(". ")[0]
