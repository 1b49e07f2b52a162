"""Confusion matrix: a line for each class, a column for each class that its rows are predicted as."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.ticker import PercentFormatter
from sklearn.metrics import ConfusionMatrixDisplay

from pgfeaturize.plot.figure import new_figure, short

#: Maximum number of classes whose cells show numbers.
READABLE = 30
#: Maximum number of class names along an axis.
NAMED = 100
#: Maximum side of the matrix, and minimum, in inches.
LARGEST, SMALLEST = 14.0, 2.4


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix: number of rows of a class that are predicted as a class."""

    label: str
    predicted: str
    rows: int


def draw(classifier: str, split: str, cells: Sequence[Cell], out: Path) -> None:
    """Write the plot.

    Args:
        classifier: its name.
        split: which rows were evaluated: "test" or "train".
        cells: one for every pair of classes, in the order of the classes.
        out: PNG or SVG file.
    """
    labels = list(dict.fromkeys(cell.label for cell in cells))
    classes = len(labels)
    counts = np.array([cell.rows for cell in cells]).reshape(classes, classes)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = _cell_side(classes) * classes
    step = -(-classes // NAMED)
    names = [short(label) if n % step == 0 else "" for n, label in enumerate(labels)]
    crowded = max(map(len, names)) * min(classes, NAMED) > 10 * side
    with new_figure(out, max(side, SMALLEST) + 2.2, max(side, SMALLEST) + 1.5) as figure:
        display = ConfusionMatrixDisplay(shares, display_labels=names).plot(
            ax=figure.subplots(),
            include_values=classes <= READABLE,
            cmap="Blues",
            xticks_rotation=90 if crowded else 0,
            im_kw={"vmin": 0, "vmax": 1},
            text_kw={"fontsize": 8.5 if classes <= 12 else 6.5},
        )
        if display.text_ is not None:
            texts = zip(display.text_.flat, counts.flat, shares.flat, strict=True)
            for text, rows, share in texts:
                text.set_text(_cell_text(rows, share))
        accuracy = np.trace(counts) / counts.sum()
        display.ax_.set(xlabel="predicted", ylabel="label")
        display.ax_.set_title(f"{classifier}: accuracy {accuracy:.1%} on {counts.sum():,} {split} rows")
        display.ax_.tick_params(length=0)
        bar = display.im_.colorbar
        bar.set_label("share of the rows of the label")
        bar.ax.yaxis.set_major_formatter(PercentFormatter(1, 0))


def _cell_side(classes: int) -> float:
    """Return the side of a cell in inches."""
    return 0.62 if classes <= 12 else 0.46 if classes <= READABLE else LARGEST / classes


def _cell_text(rows: int, share: float) -> str:
    """Return the count over the percentage; an empty cell stays empty."""
    if not rows:
        return ""
    return f"{rows:,}\n{'<1%' if share < 0.005 else f'{share:.0%}'}"
