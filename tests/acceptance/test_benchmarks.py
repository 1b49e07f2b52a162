"""The benchmarks run and print ratios. Which ones depends on the machine and is not tested."""

import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
FIGURE = re.compile(
    r"^    \d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\)  2 pairs  aim [≤≥] \d+\.\d\d: (met|missed)$", re.M
)


def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks as `make bench` does."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


def test_ratios_are_printed() -> None:
    """Each cheap benchmark gives figures with an aim and a verdict."""
    said = run("--quick", "settle", "insert_bulk").stdout
    assert len(FIGURE.findall(said)) == 5, said
    assert "INSERT of an array parameter ÷ COPY" in said
    assert "with ÷ without a featurizer" in said


def test_unknown_benchmark() -> None:
    """The message names those that there are."""
    said = run("--quick", "settel", status=2).stderr
    assert "no benchmark settel" in said
    assert "insert_bulk" in said
