"""A confusion matrix: a line for each class, a column for what its rows are taken for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from pgfeaturize.plot.figure import INK, new_figure, short

#: Numbers fit into the cells of so many classes.
READABLE = 30
#: Names of more cannot be read.
NAMED = 100
#: Inches of the matrix, of however many classes.
LARGEST = 14


def draw(classifier: str, split: str, cells: Sequence[Any], out: Path) -> None:
    """Write the image.

    Args:
        classifier: its name.
        split: the rows that were asked about.
        cells: label, predicted and rows, for every pair of classes, in their order.
        out: PNG or SVG.
    """
    labels = list(dict.fromkeys(label for label, _, _ in cells))
    counts = np.array([rows for _, _, rows in cells]).reshape(len(labels), len(labels))
    parts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = _cell(len(labels)) * len(labels)
    with new_figure(out, max(side, 2.4) + 2.2, max(side, 2.4) + 1.5) as figure:
        axes = figure.subplots()
        image = axes.imshow(parts, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
        if len(labels) <= READABLE:
            _write(axes, counts, parts)
        _name(axes, labels)
        axes.set_xlabel("predicted")
        axes.set_ylabel("label")
        right = np.trace(counts) / counts.sum()
        axes.set_title(f"{classifier}: {right:.1%} of {counts.sum():,} {split} rows are right")
        across = max(side, 2.4)
        bar = figure.colorbar(image, cax=axes.inset_axes((1 + 0.08 / across, 0, 0.16 / across, 1)))
        bar.set_label("part of the rows with the label")
        bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        bar.outline.set_visible(False)


def _cell(classes: int) -> float:
    """Inches of a cell."""
    return 0.62 if classes <= 12 else 0.46 if classes <= READABLE else LARGEST / classes


def _write(axes: Axes, counts: npt.NDArray[Any], parts: npt.NDArray[Any]) -> None:
    """Counts over percentages; nothing where there is nothing."""
    size = 8.5 if len(counts) <= 12 else 6.5
    for row, column in np.argwhere(counts):
        part = parts[row, column]
        axes.text(
            column,
            row,
            f"{counts[row, column]:,}\n{_percent(part)}",
            ha="center",
            va="center",
            fontsize=size,
            linespacing=1.05,
            color="white" if part > 0.6 else INK,
        )


def _percent(part: float) -> str:
    return "<1%" if part < 0.005 else f"{part:.0%}"


def _name(axes: Axes, labels: list[str]) -> None:
    step = -(-len(labels) // NAMED)
    places = range(0, len(labels), step)
    names = [short(labels[place]) for place in places]
    upright = max(map(len, names)) * len(names) > 10 * _cell(len(labels)) * len(labels)
    axes.set_xticks(places, names, rotation=90 if upright else 0)
    axes.set_yticks(places, names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if len(labels) <= READABLE:
        _rule(axes, len(labels))


def _rule(axes: Axes, classes: int) -> None:
    """Gaps between the cells."""
    axes.set_xticks(np.arange(classes - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(classes - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=0.8)
    axes.tick_params(which="minor", length=0)
