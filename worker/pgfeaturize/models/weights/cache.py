"""The store: torch's own directory of checkpoints, where a file is named after its hash.

It is torch's convention that the sha256 of resnet50-0676ba61.pth begins with 0676ba61. So a name
says what is in the file, on every machine, and a damaged or exchanged file is found out.
"""

import hashlib
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

import torch

from pgfeaturize.errors import SettingsError, WeightsMissing

# Names come from SQL users: without separators, none leads out of the store.
_STORED = re.compile(r"[A-Za-z0-9._-]+-[0-9a-f]{8,64}\.(?:pt2|safetensors|pth)")
_PROMISE = re.compile(r".*-([0-9a-f]{8,64})\.\w+")
_BLOB = re.compile(r"([0-9a-f]{64})")
_ENDINGS = {".pt2": "pt2", ".safetensors": "safetensors", ".pth": "pth", ".pt": "pth"}


def weights_cache_dir() -> Path:
    """The one directory of all files of weights; $TORCH_HOME moves it."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def is_stored(weights: str) -> bool:
    """Whether weights of that name are a file of the store, be it here or not."""
    return _STORED.fullmatch(weights) is not None


def promised(path: Path) -> str:
    """What the sha256 of a file begins with by its name; empty if the name does not say."""
    # In the cache of the Hugging Face hub a file is a link to one whose name is the whole hash.
    found = _PROMISE.fullmatch(path.name) or _BLOB.fullmatch(path.resolve().name)
    return found[1] if found else ""


def sha256(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_intact(path: Path) -> bool:
    """Whether a file is what its name promises."""
    return sha256(path).startswith(promised(path))


class WrongHash(Exception):
    """A file is not what its name promises; str() says what it is."""


def accept(part: Path, path: Path) -> None:
    """Give a file that is all there its name, at once and for good, if it is what that promises.

    Raises:
        WrongHash: it is another; it was deleted.
    """
    digest = sha256(part)
    if not digest.startswith(promised(path)):
        part.unlink()
        raise WrongHash(f"its sha256 begins with {digest[:8]}, not with {promised(path)}")
    with part.open("rb") as file:
        os.fsync(file)
    part.replace(path)


def copy_in(file: Path, path: Path) -> None:
    """Copy a file of the user's to `path` in the store, where it appears whole or not at all.

    Raises:
        SettingsError: there is no such file.
        WeightsMissing: it cannot be copied, or is not what the name of `path` promises.
    """
    if not file.is_file():
        raise SettingsError(f"there is no file {file}", "Name the file itself.")
    # Two processes that bring the same file do not meet: each renames a copy of its own.
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, part)
        accept(part, path)
    except WrongHash as error:
        raise WeightsMissing(
            f"{file} is not {path.name}: {error}",
            "Bring the very file that is meant. One that was not copied to its end looks so, too.",
        ) from error
    except OSError as error:
        raise WeightsMissing(
            f"{file} cannot be copied to {path.parent}: {error.strerror}",
            "The environment variable TORCH_HOME chooses another place for all weights.",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


def stored_name(stem: str, file: Path) -> str:
    """What a file of the user's is called in the store.

    Args:
        stem: what the name begins with; odd characters are replaced.
        file: a state dict (.safetensors, .pth, .pt) or an exported program (.pt2).

    Raises:
        SettingsError: it is none of these, or there is no such file.
    """
    ending = _ENDINGS.get(file.suffix)
    if ending is None or not file.is_file():
        raise SettingsError(
            f"{file} is no file of weights", f"Name a file that ends in {', '.join(_ENDINGS)}."
        )
    return f"{re.sub('[^A-Za-z0-9._-]', '_', stem)}-{sha256(file)[:8]}.{ending}"


def keep_file(stem: str, file: Path) -> str:
    """Copy a file of the user's into the store; its name there is what a model calls its weights.

    Raises:
        SettingsError, WeightsMissing: as `stored_name` and `copy_in`.
    """
    name = stored_name(stem, file)
    copy_in(file, weights_cache_dir() / name)
    return name
