"""Pairs of measurements, taken in turns, and what they say against an aim."""

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
        pairs: measurements of each side.
        quick: only see whether it works; the figures mean nothing.
    """

    pairs: int = 5
    quick: bool = False

    def choose(self, full: T, quick: T) -> T:
        """One of two sizes."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Aim:
    """A bound that a figure is to keep: "≥" or "≤" a value."""

    relation: str
    value: float

    def met(self, value: float) -> bool:
        """Whether it does."""
        return value >= self.value if self.relation == "≥" else value <= self.value


@dataclass(frozen=True)
class Figure:
    """Something measured several times.

    Attributes:
        what: was measured, in words.
        values: one for each pair.
        aim: None for what is only worth knowing.
        unit: of the values; none for a ratio.
        note: what else the measurement has shown.
    """

    what: str
    values: Sequence[float]
    aim: Aim | None = None
    unit: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        """What the figure is judged by."""
        return statistics.median(self.values)

    @property
    def measured(self) -> str:
        """Median and spread."""
        low, high = min(self.values), max(self.values)
        return f"{self._shown(self.median)} ({low:.2f} to {high:.2f})"

    @property
    def aimed(self) -> str:
        """The aim, or nothing."""
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
    """What every benchmark gets.

    Attributes:
        url: of an embedded server's maintenance database.
        scratch: a directory to write to.
        effort: how long to measure.
    """

    url: str
    scratch: Path
    effort: Effort


def in_turns(one: Measurement, other: Measurement, pairs: int) -> list[tuple[float, float]]:
    """Measure both `pairs` times, each first as often as the other."""
    found = []
    for number in range(pairs):
        if number % 2:
            second = other()
            found.append((one(), second))
        else:
            found.append((one(), other()))
    return found


def quotients(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """The one side of each pair over the other."""
    return [one / other for one, other in pairs]


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Many short pairs as one."""
    ones, others = zip(*pairs, strict=True)
    return statistics.median(ones), statistics.median(others)
