"""Receiver operating characteristics: rows of a class that are found, over others found with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pgfeaturize.plot.figure import COLORS, QUIET, RULE, name, new_figure, short


@dataclass(frozen=True)
class Curve:
    """The curve of a class.

    Attributes:
        label: the class.
        x: false positive rates, from 0 to 1.
        y: true positive rates, from 0 to 1.
    """

    label: str
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]

    @classmethod
    def of(cls, label: str, points: Sequence[Any]) -> Self | None:
        """Of threshold, false and true positive rates; None where all rows are of one class."""
        rates = np.array([(x, y) for _, x, y in points], np.float64).reshape(-1, 2)
        if len(rates) < 2 or np.isnan(rates).any():
            return None
        return cls(label, rates[:, 0], rates[:, 1])

    @property
    def area(self) -> float:
        """The area under it, by trapezoids."""
        return float(np.sum(np.diff(self.x) * (self.y[1:] + self.y[:-1]) / 2))


def draw(classifier: str, split: str, curves: Sequence[Curve], out: Path) -> None:
    """Write the image, PNG or SVG."""
    with new_figure(out, 5.4, 5.4) as figure:
        axes = figure.subplots()
        (chance,) = axes.plot([0, 1], [0, 1], color=QUIET, linestyle=(0, (4, 3)), linewidth=1)
        lines = [
            axes.plot(curve.x, curve.y, color=color, linewidth=1.8, clip_on=False)[0]
            for curve, color in zip(curves, COLORS, strict=False)
        ]
        names = [f"{short(curve.label)}: AUC {curve.area:.4f}" for curve in curves]
        legend = axes.legend([*lines, chance], ["."] * (len(lines) + 1), loc="lower right")
        name(legend, [*names, "chance: AUC 0.5"])
        axes.set_xlabel("false positive rate: part of the other rows")
        axes.set_ylabel("true positive rate: part of the rows of the class")
        axes.set_title(f"{classifier}: {split} rows")
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        axes.grid(color=RULE, linewidth=0.5, alpha=0.6)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
