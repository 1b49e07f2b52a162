"""Weights of timm: files of the Hugging Face hub, in the cache of its own client."""

import difflib
from pathlib import Path
from typing import Any

from pgfeaturize.errors import PackageMissing, UnknownModel, WeightsMissing
from pgfeaturize.extras import pip_install

PREFIX = "timm/"
PRETRAINED = "pretrained"

# The weights file of a repository that is not a pickle.
_FILE = "model.safetensors"


def timm() -> Any:
    """Import timm, an optional dependency.

    Raises:
        PackageMissing: it is not installed.
    """
    try:
        import timm
    except ImportError as error:
        raise PackageMissing(
            f"networks of timm need a missing package: {error.name}", f"Run: {pip_install('timm')}"
        ) from error
    return timm


def pretrained_path(backbone: str) -> Path:
    """Return the path of the weights of "timm/<name>", which may not exist.

    Raises:
        PackageMissing, UnknownModel, WeightsMissing: there are no such weights.
    """
    repository = _repository(backbone)
    from huggingface_hub import constants, try_to_load_from_cache

    found = try_to_load_from_cache(repository, _FILE)
    if isinstance(found, str):
        return Path(found)
    return Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}" / _FILE


def pull_pretrained(backbone: str, *, offline: bool = False) -> Path:
    """Download the weights of "timm/<name>" unless they are in the cache; return the file.

    Raises:
        WeightsMissing: they cannot be downloaded; the hint names the repository and the file.
    """
    repository = _repository(backbone)
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(repository, _FILE, local_files_only=offline))
    except Exception as error:  # network, hub and disk raise different errors
        why = "downloads are disabled by PGFEATURIZE_OFFLINE" if offline else str(error).strip().partition("\n")[0]
        raise WeightsMissing(
            f'weights of backbone "{backbone}" are not on this machine ({why})',
            f"On a machine with network access, download {_FILE} of the repository {repository} "
            "with the hf command of huggingface_hub, and copy its cache directory (HF_HOME).",
        ) from error


def published(backbone: str) -> Any:
    """Return timm's configuration of "timm/<name>", with its weights and preprocessing.

    Raises:
        PackageMissing: timm is not installed.
        UnknownModel: timm's registry has no such name. Other names would be addresses that SQL users could choose.
    """
    name = backbone.removeprefix(PREFIX)
    library = timm()
    try:
        config = library.get_pretrained_cfg(name, allow_unregistered=False)
    except RuntimeError as error:
        near = difflib.get_close_matches(name, library.list_models(), n=3) or ["resnet18"]
        raise UnknownModel(
            f'timm has no network "{name}": {error}', f"Did you mean timm/{' or timm/'.join(near)}?"
        ) from error
    return config


def _repository(backbone: str) -> str:
    repository = published(backbone).hf_hub_id
    if not repository:
        raise WeightsMissing(
            f'backbone "{backbone}" has no weights on the hub', 'Choose another backbone, a weights file, or "random".'
        )
    return str(repository)
