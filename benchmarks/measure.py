"""Pairs of measurements, taken in turns, and their comparison with an aim."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Measurement = Callable[[], float]


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes:
        pairs: number of measurements of each side.
        quick: only check that the benchmark runs; the figures mean nothing.
    """

    pairs: int = 5
    quick: bool = False

    def choose(self, full: T, quick: T) -> T:
        """Return the first number, or the second if `quick`."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Aim:
    """A bound for a figure: "≥" or "≤" a value."""

    relation: str
    value: float

    def met(self, value: float) -> bool:
        """Return whether a value meets the aim."""
        return value >= self.value if self.relation == "≥" else value <= self.value


@dataclass(frozen=True)
class Figure:
    """A quantity that was measured several times.

    Attributes:
        what: description of the quantity.
        values: one value per pair.
        aim: its bound; None: no bound.
        unit: unit of the values; empty for a ratio.
        note: additional figures.
    """

    what: str
    values: Sequence[float]
    aim: Aim | None = None
    unit: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        """Value that is compared with the aim."""
        return statistics.median(self.values)

    @property
    def measured(self) -> str:
        """Median and spread."""
        low, high = min(self.values), max(self.values)
        return f"{self._shown(self.median)} ({low:.2f} to {high:.2f})"

    @property
    def aimed(self) -> str:
        """The aim as text; empty without one."""
        return f"{self.aim.relation} {self._shown(self.aim.value)}" if self.aim else ""

    @property
    def verdict(self) -> str:
        """Whether the aim is met."""
        if self.aim is None:
            return ""
        return "met" if self.aim.met(self.median) else "missed"

    def _shown(self, value: float) -> str:
        return f"{value:.2f} {self.unit}".rstrip()


@dataclass(frozen=True)
class Bench:
    """Context of a benchmark.

    Attributes:
        url: connection string of an embedded server's maintenance database.
        scratch: directory for files.
        effort: how long to measure.
        json: file for the figures of ceilings; None: none.
    """

    url: str
    scratch: Path
    effort: Effort
    json: Path | None = None


def in_turns(one: Measurement, other: Measurement, pairs: int) -> list[tuple[float, float]]:
    """Measure both sides `pairs` times; each is first equally often."""
    found = []
    for number in range(pairs):
        if number % 2:
            second = other()
            found.append((one(), second))
        else:
            found.append((one(), other()))
    return found


def quotients(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """Quotient of the two sides of each pair."""
    return [one / other for one, other in pairs]


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Combine many short pairs into one."""
    ones, others = zip(*pairs, strict=True)
    return statistics.median(ones), statistics.median(others)
