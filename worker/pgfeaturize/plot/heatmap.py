"""Features as colors: a panel for each class, a column for each row, feature 0 on top.

Features that are similar within a class show as stripes, which can be compared across panels.
"""

from collections.abc import Mapping
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from pgfeaturize.plot.figure import QUIET, new_figure, short
from pgfeaturize.plot.sample import Features, Sample

#: Number of panels from which on they lie in several lines, and maximum number of panels in all.
LINE, PANELS = 10, 40
#: Width of a panel in inches, and its height in a single line and in several.
WIDTH, HEIGHT, LOW = 1.05, 4.2, 2.6
#: Maximum number of features in a panel, about one per pixel of its height.
BINS = 512


def draw(view: str, sample: Sample, counts: Mapping[str, int], out: Path) -> None:
    """Write the plot.

    Args:
        view: name of the training view.
        sample: rows of each class.
        counts: number of all rows of each class, in the order of the panels.
        out: PNG or SVG file.
    """
    labels = _panels(counts)
    features, width = binned(sample.features)
    lines, columns = grid_shape(len(labels))
    height = HEIGHT if lines == 1 else LOW
    norm, colors, extend = _scale(features)
    with new_figure(out, max(3.6, columns * WIDTH + 1.5), lines * (height + 0.5) + 0.6) as figure:
        grid = figure.subplots(lines, columns, squeeze=False, sharey=True)
        image: Any = None
        for axes, label in zip(grid.flat, labels, strict=False):
            panel = features[sample.labels == label].T
            dim = sample.features.shape[1]
            image = axes.imshow(
                panel,
                cmap=colors,
                norm=norm,
                aspect="auto",
                interpolation="nearest",
                extent=(0, panel.shape[1], dim, 0),
            )
            _caption(axes, label, counts[label], panel.shape[1])
        for axes in grid.flat[len(labels) :]:
            axes.set_visible(False)
        bar = figure.colorbar(image, ax=grid, extend=extend, aspect=40 * lines, pad=0.015)
        bar.set_label("value of a feature" if width == 1 else f"mean of {width} features")
        bar.outline.set_visible(False)
        figure.supxlabel("rows", fontsize=9)
        figure.supylabel("feature", fontsize=9)
        figure.suptitle(_title(view, sample, counts, labels), x=0.01, ha="left", fontsize=11)


def grid_shape(panels: int) -> tuple[int, int]:
    """Return lines and columns with few empty places: 11 panels are 4 + 4 + 3, not 10 + 1."""
    if panels <= LINE:
        return 1, panels
    columns = max(ceil(sqrt(panels * 1.3)), ceil(panels / 4))
    lines = ceil(panels / columns)
    return lines, ceil(panels / lines)


def _panels(counts: Mapping[str, int]) -> list[str]:
    """Return the classes to show: all, or the PANELS largest, in their order."""
    largest = sorted(counts, key=lambda label: -counts[label])[:PANELS]
    return [label for label in counts if label in set(largest)]


def binned(features: Features) -> tuple[Features, int]:
    """Average neighboring features to at most BINS; return the means and the features per mean."""
    width = ceil(features.shape[1] / BINS)
    starts = np.arange(0, features.shape[1], width)
    sums = np.add.reduceat(features, starts, axis=1, dtype=np.float64)
    sizes = np.diff(np.append(starts, features.shape[1]))
    return (sums / sizes).astype(np.float32), width


def _scale(features: Features) -> tuple[Normalize, str, str]:
    """Return one color scale for all panels; the largest 0.5 % of values share the last color."""
    low, high = float(features.min()), float(np.quantile(features, 0.995))
    clipped = "max" if high < features.max() else "neither"
    if low >= 0:
        return Normalize(0, high or 1), "viridis", clipped
    end = float(np.quantile(np.abs(features), 0.995)) or 1.0
    beyond = "both" if end < np.abs(features).max() else "neither"
    return Normalize(-end, end), "PuOr", beyond


def _caption(axes: Axes, label: str, rows: int, shown: int) -> None:
    count = f"{shown:,} of {rows:,}" if shown < rows else f"{rows:,}"
    axes.set_title(f"{short(label)}\n", fontsize=9, pad=2)
    axes.text(0, 1.005, count, transform=axes.transAxes, fontsize=8, color=QUIET, va="bottom")
    axes.set_xticks([])
    axes.tick_params(length=2)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _title(view: str, sample: Sample, counts: Mapping[str, int], labels: list[str]) -> str:
    text = f"{view}: {sample.features.shape[1]:,} features of {sum(counts.values()):,} rows"
    left_out = len(counts) - len(labels)
    return f"{text}; without the {left_out} smallest classes" if left_out else text
