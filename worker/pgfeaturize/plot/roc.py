"""ROC curves: the true positive rate of a class over the false positive rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.metrics import RocCurveDisplay, auc

from pgfeaturize.plot.figure import COLORS, QUIET, RULE, new_figure, set_names, short


@dataclass(frozen=True)
class Point:
    """A point of a curve. A rate is None if no row can have it, as all are of one class."""

    threshold: float
    false_positive_rate: float | None
    true_positive_rate: float | None


@dataclass(frozen=True)
class Curve:
    """The curve of a class.

    Attributes:
        label: the class.
        x: false positive rates, ascending from 0 to 1.
        y: true positive rates, ascending from 0 to 1.
    """

    label: str
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]

    @classmethod
    def of(cls, label: str, points: Sequence[Point]) -> Self | None:
        """Build the curve from its points; None if all rows are of one class."""
        rates = np.array(
            [(point.false_positive_rate, point.true_positive_rate) for point in points], np.float64
        ).reshape(-1, 2)
        if len(rates) < 2 or np.isnan(rates).any():
            return None
        return cls(label, rates[:, 0], rates[:, 1])

    @property
    def auc(self) -> float:
        """The area under the curve."""
        return float(auc(self.x, self.y))


def draw(classifier: str, split: str, curves: Sequence[Curve], out: Path) -> None:
    """Write the plot of at most 10 curves, PNG or SVG."""
    with new_figure(out, 5.4, 5.4) as figure:
        axes = figure.subplots()
        display = RocCurveDisplay(fpr=[c.x for c in curves], tpr=[c.y for c in curves])
        # The default style of several curves is dashed and half transparent.
        style = {"linestyle": "-", "alpha": 1, "linewidth": 1.8, "label": "."}
        display.plot(
            axes,
            curve_kwargs=[{"color": color, **style} for color, _ in zip(COLORS, curves, strict=False)],
            plot_chance_level=True,
            chance_level_kw={"color": QUIET, "linewidth": 1, "label": "."},
            despine=True,
        )
        names = [f"{short(curve.label)}: AUC {curve.auc:.4f}" for curve in curves]
        set_names(axes.get_legend(), [*names, "chance: AUC 0.5"])
        axes.set(xlabel="false positive rate", ylabel="true positive rate")
        axes.set_title(f"{classifier}: {split} rows")
        axes.grid(color=RULE, linewidth=0.5, alpha=0.6)
