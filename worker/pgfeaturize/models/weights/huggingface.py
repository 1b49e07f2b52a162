"""Weights of timm: files of the Hugging Face hub, in the cache that its own client keeps."""

import difflib
from pathlib import Path
from typing import Any

from pgfeaturize.errors import PackageMissing, UnknownModel, WeightsMissing

PREFIX = "timm/"
PRETRAINED = "pretrained"

# Of the files that a repository has, the one without pickle.
_FILE = "model.safetensors"


def timm() -> Any:
    """The package, which is optional.

    Raises:
        PackageMissing: it is not installed.
    """
    try:
        import timm
    except ImportError as error:
        raise PackageMissing(
            f"networks of timm need a package that is missing: {error.name}",
            "Run: pip install pgfeaturize[timm]",
        ) from error
    return timm


def pretrained_path(backbone: str) -> Path:
    """Where the weights of "timm/<name>" lie, or the directory that is to hold them.

    Raises:
        PackageMissing, UnknownModel, WeightsMissing: there can be no such weights.
    """
    repository = _repository(backbone)
    from huggingface_hub import constants, try_to_load_from_cache

    found = try_to_load_from_cache(repository, _FILE)
    if isinstance(found, str):
        return Path(found)
    return Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}" / _FILE


def pull_pretrained(backbone: str, *, offline: bool = False) -> Path:
    """Fetch the weights of "timm/<name>" once, unless they are in the cache; the file.

    Raises:
        WeightsMissing: they cannot be fetched; names the repository and the file.
    """
    repository = _repository(backbone)
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(repository, _FILE, local_files_only=offline))
    except Exception as error:  # of the network, the hub and the disk, each with its own
        why = "this worker is offline" if offline else str(error).strip().partition("\n")[0]
        raise WeightsMissing(
            f'weights of backbone "{backbone}" are not on this machine ({why})',
            f"On a machine that has a network, fetch {_FILE} of the repository {repository} "
            "with the hf command of huggingface_hub, and copy its cache; HF_HOME says where it is.",
        ) from error


def published(backbone: str) -> Any:
    """What timm says of the weights of "timm/<name>" and their preprocessing: its own record.

    Raises:
        PackageMissing: timm is not installed.
        UnknownModel: its register has no such name. Others are addresses, and SQL users could
            send this machine anywhere.
    """
    name = backbone.removeprefix(PREFIX)
    register = timm()
    try:
        record = register.get_pretrained_cfg(name, allow_unregistered=False)
    except RuntimeError as error:
        near = difflib.get_close_matches(name, register.list_models(), n=3) or ["resnet18"]
        raise UnknownModel(
            f'timm has no network "{name}": {error}', f"Did you mean timm/{' or timm/'.join(near)}?"
        ) from error
    return record


def _repository(backbone: str) -> str:
    repository = published(backbone).hf_hub_id
    if not repository:
        raise WeightsMissing(
            f'backbone "{backbone}" has no weights on the hub',
            'Choose another, or give a file of your own, or "random".',
        )
    return str(repository)
