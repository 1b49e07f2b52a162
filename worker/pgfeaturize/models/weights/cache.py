"""The weights cache: torch's directory of checkpoints, where the name of a file has its hash.

By torch's convention, the sha256 of resnet50-0676ba61.pth begins with 0676ba61. So a name identifies the contents on
every machine, and a damaged or replaced file is detected.
"""

import hashlib
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

import torch

from pgfeaturize.errors import SettingsError, WeightsMissing

# SQL users give names: without separators, no name leads outside the directory.
_STORED = re.compile(r"[A-Za-z0-9._-]+-[0-9a-f]{8,64}\.(?:pt2|safetensors|pth)")
_HASH_IN_NAME = re.compile(r".*-([0-9a-f]{8,64})\.\w+")
_HUGGINGFACE_BLOB = re.compile(r"([0-9a-f]{64})")
_SUFFIXES = {
    ".pt2": "pt2",
    ".safetensors": "safetensors",
    **dict.fromkeys((".pth", ".pt", ".th", ".ckpt", ".bin", ".tar"), "pth"),
}


def weights_cache_dir() -> Path:
    """Return the directory of all weights files; $TORCH_HOME changes it."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def is_stored(weights: str) -> bool:
    """Return whether a name is that of a file in the weights cache, whether or not it exists."""
    return _STORED.fullmatch(weights) is not None


def expected_hash(path: Path) -> str:
    """Return the start of the sha256 that a file's name states; empty if it states none."""
    # In the Hugging Face cache, files are links to files that are named after their hash.
    found = _HASH_IN_NAME.fullmatch(path.name) or _HUGGINGFACE_BLOB.fullmatch(path.resolve().name)
    return found[1] if found else ""


def sha256(path: Path) -> str:
    """Return the sha256 of a file as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_intact(path: Path) -> bool:
    """Return whether a file has the hash in its name."""
    return sha256(path).startswith(expected_hash(path))


class WrongHash(Exception):
    """A file does not have the hash in its name."""


def accept(part: Path, path: Path) -> None:
    """Rename a complete file atomically, if it has the hash in its new name.

    Raises:
        WrongHash: it has another hash; it was deleted.
    """
    digest = sha256(part)
    if not digest.startswith(expected_hash(path)):
        part.unlink()
        raise WrongHash(f"its sha256 begins with {digest[:8]} instead of {expected_hash(path)}")
    with part.open("rb") as file:
        os.fsync(file)
    part.replace(path)


def copy_in(file: Path, path: Path) -> None:
    """Copy a user's file into the weights cache, atomically.

    Raises:
        SettingsError: there is no such file.
        WeightsMissing: it cannot be copied, or does not have the hash in the name of `path`.
    """
    if not file.is_file():
        raise SettingsError(f"there is no file {file}", "Give the path of an existing file.")
    # Each process renames its own copy, so two of them may copy the same file.
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, part)
        accept(part, path)
    except WrongHash as error:
        raise WeightsMissing(
            f"{file} is not {path.name}: {error}", "Copy the right file; an incomplete copy also has another hash."
        ) from error
    except OSError as error:
        raise WeightsMissing(
            f"{file} cannot be copied to {path.parent}: {error.strerror}",
            "Set TORCH_HOME to use another directory for all weights.",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


def stored_name(file: Path) -> str:
    """Return the name of a user's file in the weights cache: its hash, so models with the same weights share a file.

    Args:
        file: a state dict (.safetensors, or .pth and other endings of torch.save) or an exported program (.pt2).

    Raises:
        SettingsError: it has another suffix, or does not exist.
    """
    suffix = _SUFFIXES.get(file.suffix)
    if suffix is None or not file.is_file():
        raise SettingsError(f"{file} is not a weights file", f"Give a file that ends in {', '.join(_SUFFIXES)}.")
    return f"own-{sha256(file)[:16]}.{suffix}"
