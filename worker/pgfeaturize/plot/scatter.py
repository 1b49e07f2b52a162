"""Rows as points in a plane, colored by label; test rows are rings, training rows are filled."""

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from pgfeaturize.plot.figure import COLORS, INK, MARKERS, RULE, new_figure, set_names, short
from pgfeaturize.plot.layout2d import Layout
from pgfeaturize.plot.sample import Sample
from pgfeaturize.plot.thumbnails import SIDE, Thumbnails

#: Side of the map in inches, and points per inch.
SIZE, POINTS = 6.6, 72
#: Lines in a column of the legend, and maximum number of names.
LINES, NAMES = 30, 90


def draw(
    view: str, sample: Sample, counts: Mapping[str, int], layout: Layout, thumbnails: Thumbnails, out: Path
) -> None:
    """Write the plot.

    Args:
        view: name of the training view.
        sample: the rows.
        counts: number of all rows of each class, in the order of the legend.
        layout: where the rows are.
        thumbnails: images of some of the rows.
        out: PNG or SVG file.
    """
    columns = ceil(min(len(counts) + 2, NAMES) / LINES)
    with new_figure(out, SIZE + 0.4 + 1.3 * columns, SIZE + 0.5) as figure:
        axes = figure.subplots()
        _points(axes, sample, list(counts), layout, faint=bool(thumbnails.images))
        _images(axes, sample, list(counts), layout, thumbnails)
        axes.set_xlabel(layout.axes[0])
        axes.set_ylabel(layout.axes[1])
        if not any(layout.axes):
            axes.set_xticks([])
            axes.set_yticks([])
        axes.spines[:].set_color(RULE)
        axes.set_aspect("equal", adjustable="datalim")
        axes.margins(0.04)
        total = sum(counts.values())
        shown = f"{len(sample):,} of {total:,}" if len(sample) < total else f"{total:,}"
        axes.set_title(f"{view}: {shown} rows by {layout.method}")
        _legend(figure, sample, list(counts), columns)


def class_style(labels: Sequence[str], label: str) -> tuple[str, str]:
    """Return color and marker of a class."""
    number = labels.index(label)
    shape = number // len(COLORS) % len(MARKERS)
    return COLORS[number % len(COLORS)], MARKERS[shape]


def _points(axes: Axes, sample: Sample, labels: list[str], layout: Layout, *, faint: bool) -> None:
    area = float(np.clip(16000 / max(1, len(sample)), 9, 36))
    for label in labels:
        color, marker = class_style(labels, label)
        for split in ("train", "test"):
            chosen = (sample.labels == label) & (sample.splits == split)
            x, y = layout.points[chosen].T
            axes.scatter(
                x,
                y,
                s=area,
                marker=marker,
                facecolors=color if split == "train" else "none",
                edgecolors=color,
                linewidths=0.8,
                alpha=0.35 if faint else 0.9,
                rasterized=len(sample) > 5000,
            )


def _images(axes: Axes, sample: Sample, labels: list[str], layout: Layout, thumbnails: Thumbnails) -> None:
    zoom = 0.85 * thumbnails.share * SIZE * POINTS / SIDE
    for row, image in thumbnails.images:
        color, _ = class_style(labels, str(sample.labels[row]))
        test = sample.splits[row] == "test"
        frame = {"edgecolor": color, "linewidth": 1.3, "linestyle": (0, (2, 1)) if test else "-"}
        box = OffsetImage(np.asarray(image), zoom=zoom)
        point = tuple(layout.points[row])
        axes.add_artist(AnnotationBbox(box, point, pad=0.05, bboxprops=frame))


def _legend(figure: Figure, sample: Sample, labels: list[str], columns: int) -> None:
    names = [short(label) for label in labels[:NAMES]]
    marks = [_mark(*class_style(labels, label)) for label in labels[:NAMES]]
    if len(labels) > NAMES:
        names.append(f"… and {len(labels) - NAMES} more")
        marks.append(_mark("none", "o"))
    if len(set(sample.splits)) == 2:
        names += ["train", "test"]
        marks += [_mark(INK, "o"), _mark(INK, "o", full=False)]
    legend = figure.legend(
        marks,
        ["."] * len(marks),
        loc="outside right upper",
        ncols=columns,
        fontsize=8,
        handletextpad=0.2,
        columnspacing=1.0,
    )
    set_names(legend, names)


def _mark(color: str, marker: str, *, full: bool = True) -> Line2D:
    face = color if full else "none"
    return Line2D([], [], linestyle="", marker=marker, color=color, markerfacecolor=face, markersize=5)
