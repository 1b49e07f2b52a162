"""A separate weights cache for each test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from pgfeaturize.models.weights.cache import keep_file


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], str]:
    """Puts a state dict, a program, or a file into the store, and says what it is called there."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def keep(content: Any) -> str:
        if isinstance(content, Path):
            return keep_file("net", content)
        file = tmp_path / "net.pth"
        if isinstance(content, torch.export.ExportedProgram):
            file = tmp_path / "net.pt2"
            torch.export.save(content, file)
        else:
            torch.save(content, file)
        return keep_file("net", file)

    return keep
