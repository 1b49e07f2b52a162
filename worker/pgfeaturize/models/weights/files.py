"""Weights files: which file a model needs, how it is downloaded and loaded, and its digest.

Nothing is unpickled without `weights_only`.
"""

import hashlib
from pathlib import Path
from urllib.parse import urlparse

import safetensors.torch
import torch
import torchvision

from pgfeaturize.errors import SettingsError, UnknownModel, WeightsMissing
from pgfeaturize.models.spec import Model
from pgfeaturize.models.weights import cache, huggingface
from pgfeaturize.models.weights.checkpoints import StateDict, state_dicts
from pgfeaturize.models.weights.download import DownloadFailed, Progress, download

#: Weights without a file: seeded random weights, and networks without weights or with their own.
RANDOM, NONE = "random", "none"
SHIPPED = {"lenet_digits": Path(__file__).with_name("lenet_digits.safetensors")}


def weights_path(model: Model) -> Path | None:
    """Return the path of a model's weights file, which may not exist; None if it needs no file.

    Raises:
        UnknownModel: there are no such weights.
    """
    if model.weights in (RANDOM, NONE):
        return None
    if model.weights in SHIPPED:
        return SHIPPED[model.weights]
    if cache.is_stored(model.weights):
        return cache.weights_cache_dir() / model.weights
    if _is_from_timm(model):
        return huggingface.pretrained_path(model.backbone)
    return cache.weights_cache_dir() / Path(urlparse(weights_url(model)).path).name


def weights_url(model: Model) -> str:
    """Return the URL of a model's weights in torchvision.

    Raises:
        UnknownModel: torchvision has no such backbone, or it has no such weights.
    """
    try:
        known = torchvision.models.get_model_weights(model.backbone)
    except ValueError:
        raise UnknownModel(
            f'there are no weights "{model.weights}" for backbone "{model.backbone}"',
            f'Give "{RANDOM}", or add a file with: pgfeaturize models add',
        ) from None
    if model.weights not in known.__members__:
        names = ", ".join(sorted({*known.__members__, RANDOM} - {"DEFAULT"}))
        raise UnknownModel(f'backbone "{model.backbone}" has no weights "{model.weights}"', f"It has: {names}.")
    return str(known[model.weights].url)


def load_weights(model: Model, *, offline: bool = False) -> StateDict:
    """Return a model's weights by name, on the CPU; download them unless `offline`.

    Raises:
        WeightsMissing: there is no file and it cannot be downloaded, or it is damaged, or not a state dict.
    """
    path = weights_file(model, offline=offline)
    if path.suffix == ".pt2":
        raise _damaged(model, path, "is an exported program, not a state dict")
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged files raise any error
        raise _damaged(model, path, f"cannot be read: {_first_line(error)}") from error
    found = state_dicts(state)
    if len(found) != 1:
        what = f"has several state dicts: {', '.join(found)}" if found else "is not a state dict, and contains none"
        raise WeightsMissing(
            f"{_title(model)}: {path} {what}", "Save one state dict of tensors by name with safetensors or torch.save."
        )
    return next(iter(found.values()))


def weights_file(model: Model, *, offline: bool = False) -> Path:
    """Return a model's weights file; download it unless `offline`, and verify a user's file.

    Raises:
        WeightsMissing: there is no file and it cannot be downloaded, or it is damaged.
    """
    path = pull(model, offline=offline)
    if path is None:
        raise ValueError(f'model "{model.name}" has {model.weights} weights, which have no file')
    # The database knows only the name of the file, so the name must match the contents.
    if cache.is_stored(model.weights) and not cache.is_intact(path):
        raise _damaged(model, path, "is damaged: its hash differs from the one in its name")
    return path


def pull(model: Model, *, offline: bool = False, progress: Progress | None = None) -> Path | None:
    """Download a model's weights unless they exist; return the file, or None if it needs none.

    Raises:
        WeightsMissing: they cannot be downloaded; the hint names the file and its directory.
    """
    path = weights_path(model)
    if path is None or path.exists():
        return path
    if _is_from_timm(model):
        return huggingface.pull_pretrained(model.backbone, offline=offline)
    if model.weights in SHIPPED or cache.is_stored(model.weights):
        raise _missing(model, path, f"there is no {path}")
    if offline:
        raise _missing(model, path, "downloads are disabled by PGFEATURIZE_OFFLINE")
    try:
        download(weights_url(model), path, progress or (lambda *_: None))
    except DownloadFailed as error:
        raise _missing(model, path, f"download failed: {error}") from error
    return path


def import_file(model: Model, file: Path) -> Path:
    """Copy a file to the path of a model's weights.

    Raises:
        SettingsError: the model needs no file.
        WeightsMissing: the file cannot be copied, or is not that of the model.
    """
    path = weights_path(model)
    if path is None or model.weights in SHIPPED:
        raise SettingsError(f'model "{model.name}" needs no weights file')
    if _is_from_timm(model):
        raise SettingsError(
            f'weights of model "{model.name}" are in the cache of the Hugging Face hub',
            f"Copy that cache as a whole; the path of the file is {path}",
        )
    cache.copy_in(file, path)
    return path


def verify(model: Model) -> bool:
    """Return whether the weights file exists and has the hash in its name, or none is needed."""
    path = weights_path(model)
    return path is None or (path.exists() and cache.is_intact(path))


def digest(state: StateDict) -> str:
    """Return the sha256 over names, types, shapes and bytes of all tensors, sorted by name."""
    total = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()


def _is_from_timm(model: Model) -> bool:
    return model.weights == huggingface.PRETRAINED and model.backbone.startswith(huggingface.PREFIX)


def _damaged(model: Model, path: Path, what: str) -> WeightsMissing:
    return WeightsMissing(f"{_title(model)}: {path} {what}", f"Delete the file, then:\n{_remedy(model, path)}")


def _missing(model: Model, path: Path, why: str) -> WeightsMissing:
    return WeightsMissing(f"{_title(model)} are not on this machine ({why})", _remedy(model, path))


def _title(model: Model) -> str:
    """Name the weights in messages; a model that is being registered has no name yet."""
    return f'weights of model "{model.name}"' if model.name else f'weights "{model.weights}"'


def _remedy(model: Model, path: Path) -> str:
    name = model.name or "NAME"
    if model.weights in SHIPPED:
        return "Install pgfeaturize again."
    if cache.is_stored(model.weights):
        return (
            f"Run: pgfeaturize models import {name} FILE\n"
            f"with the file that the model was added with, or copy it to {path}"
        )
    return f"Run: pgfeaturize models pull {name}\nor download {weights_url(model)} elsewhere and copy it to {path}"


def _first_line(error: Exception) -> str:
    """Return the first line only: torch continues with advice to load without `weights_only`."""
    return f"{type(error).__name__}: " + str(error).strip().partition("\n")[0].partition(". ")[0]
