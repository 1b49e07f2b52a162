"""The benchmarks run, and the printed figures follow from the measurements."""

import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from benchmarks.__main__ import NAMES
from benchmarks.measure import Aim, Figure, in_turns, medians, quotients

CHECKOUT = Path(__file__).parents[2]
HEADLINE = re.compile(r"^(\w+): (.+)$")
RESULT = re.compile(r"^    (\S+)(?: ms)? \((\S+) to (\S+)\)  (\d+) pairs(?:  aim ([≤≥]) (\S+)(?: ms)?: (met|missed))?$")
MILLISECONDS = re.compile(r"^    (\S+) and (\S+) ms")


@dataclass(frozen=True)
class Printed:
    """One figure as it was printed."""

    benchmark: str
    what: str
    median: float
    low: float
    high: float
    pairs: int
    aim: Aim | None
    verdict: str | None
    note: str


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


def parse(text: str) -> list[Printed]:
    """Parse the printed figures; raise if text that looks like a figure cannot be parsed."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines):
        if headline := HEADLINE.match(line):
            if headline[1] not in NAMES:
                continue
            result = RESULT.match(lines[number + 1])
            assert result, lines[number + 1]
            aim = Aim(result[5], float(result[6])) if result[5] else None
            found.append(
                Printed(
                    benchmark=headline[1],
                    what=headline[2],
                    median=float(result[1]),
                    low=float(result[2]),
                    high=float(result[3]),
                    pairs=int(result[4]),
                    aim=aim,
                    verdict=result[7],
                    note=lines[number + 2],
                )
            )
    return found


@pytest.mark.parametrize("name", NAMES)
def test_each_benchmark_can_be_run(name: str) -> None:
    """Each name is a module that says what it measures and has a run() function."""
    module = import_module(f"benchmarks.{name}")
    assert callable(module.run)
    assert module.__doc__
    assert module.run.__doc__


def test_printed_figures_follow_from_the_measurements() -> None:
    """Verdicts agree with medians and aims; ratios agree with the times in the notes."""
    figures = parse(run("--quick", "settle", "insert_bulk").stdout)
    assert {figure.benchmark for figure in figures} == {"settle", "insert_bulk"}
    for figure in figures:
        assert 0 < figure.low <= figure.median <= figure.high, figure
        assert figure.pairs == 2, figure
        # A median that is printed as the aim itself may have been rounded either way.
        if figure.aim is not None and figure.median != round(figure.aim.value, 2):
            assert figure.verdict == ("met" if figure.aim.met(figure.median) else "missed"), figure
    ratios = [figure for figure in figures if "÷" in figure.what and MILLISECONDS.match(figure.note)]
    assert ratios, "settle notes the milliseconds of both sides"
    for figure in ratios:
        note = MILLISECONDS.match(figure.note)
        assert note
        # Of two pairs, the quotient of medians lies near the pairs' quotients, not far away.
        quotient = float(note[1]) / float(note[2])
        assert figure.low * 0.5 <= quotient <= figure.high * 2, figure


def test_a_benchmark_that_prints_nonsense_is_found() -> None:
    with pytest.raises(AssertionError):
        parse("settle: a figure without a measurement\n    fast  2 pairs\n    note\n")


def test_both_sides_are_measured_in_turns() -> None:
    order: list[str] = []

    def measure(side: str, seconds: float) -> float:
        order.append(side)
        return seconds

    pairs = in_turns(lambda: measure("one", 3.0), lambda: measure("other", 2.0), 3)
    assert order == ["one", "other", "other", "one", "one", "other"]
    assert quotients(pairs) == [1.5, 1.5, 1.5]
    assert medians(pairs) == (3.0, 2.0)


def test_a_figure_is_judged_by_its_median() -> None:
    figure = Figure("ratio", [0.7, 0.9, 0.79], Aim("≥", 0.8))
    assert (figure.measured, figure.verdict) == ("0.79 (0.70 to 0.90)", "missed")
    assert Figure("ratio", [0.7, 0.9, 0.81], Aim("≥", 0.8)).verdict == "met"
    assert Figure("time", [2.0, 1.0, 9.0], Aim("≤", 1.9), "ms").verdict == "missed"


def test_unknown_benchmark_names_the_known_ones() -> None:
    stderr = run("--quick", "settel", status=2).stderr
    assert "no benchmark settel" in stderr
    assert "insert_bulk" in stderr
