"""The examples run as documented, and their results are plausible."""

import os
import re
import subprocess
import sys

import pytest

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
def test_lenet() -> None:
    """Features learned on some digits classify others; the script reports head and extractor separately."""
    output = run("-m", "examples.lenet")
    found = re.findall(r"│ (.+?) +│ ([\d,]+) +│ ([\d,]+) +│ (\d\.\d{4}) +│", output)
    accuracy = {what: float(value) for what, _, _, value in found}
    assert [(train, test) for _, train, test, _ in found] == [("675", "226")] + [("672", "224")] * 3
    assert accuracy["LeNet on 0 to 4"] >= 0.98
    assert accuracy["logistic regression on 5 to 9"] >= 0.96
    learned, untouched = (accuracy[f"new head over {layers} layers, one epoch"] for layers in ("learned", "untouched"))
    assert learned >= 0.90
    assert 0.60 <= untouched < learned, "random layers do better than chance, learned ones better still"
