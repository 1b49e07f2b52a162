"""The examples run as documented, and their results are plausible."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.torch

from tests.conftest import ROOT


def run(*arguments: str) -> str:
    """Run an example and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_lenet(tmp_path: Path) -> None:
    """Features learned on some digits classify others; the script reports head and extractor separately."""
    output = run("-m", "examples.lenet", "--out", str(tmp_path / "lenet.safetensors"))
    assert f"models add lenet_0_to_4 --backbone lenet --node flatten --weights {tmp_path}" in output
    assert safetensors.torch.load_file(tmp_path / "lenet.safetensors")["conv1.weight"].shape == (20, 1, 5, 5)
    found = re.findall(r"│ (.+?) +│ ([\d,]+) +│ ([\d,]+) +│ (\d\.\d{4}) +│", output)
    accuracy = {what: float(value) for what, _, _, value in found}
    assert [(train, test) for _, train, test, _ in found] == [("675", "226")] + [("672", "224")] * 3
    assert accuracy["LeNet on 0 to 4"] >= 0.98
    assert accuracy["logistic regression on 5 to 9"] >= 0.96
    learned, untouched = (accuracy[f"new head over {layers} layers, one epoch"] for layers in ("learned", "untouched"))
    assert learned >= 0.90
    assert 0.60 <= untouched < learned, "random layers do better than chance, learned ones better still"
