"""A separate weights cache for each test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from pgfeaturize.models.weights.cache import copy_in, stored_name, weights_cache_dir


def keep_file(file: Path) -> str:
    """Copy a file into the weights cache; return its name there."""
    name = stored_name(file)
    copy_in(file, weights_cache_dir() / name)
    return name


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], str]:
    """Return a function that copies a state dict, a program or a file into the weights cache and returns its name."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def keep(content: Any) -> str:
        if isinstance(content, Path):
            return keep_file(content)
        file = tmp_path / "net.pth"
        if isinstance(content, torch.export.ExportedProgram):
            file = tmp_path / "net.pt2"
            torch.export.save(content, file)
        else:
            torch.save(content, file)
        return keep_file(file)

    return keep
