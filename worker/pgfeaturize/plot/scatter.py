"""Rows as points in a plane, colored by label; test rows are rings, training rows are filled."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patheffects import withStroke

from pgfeaturize.plot.figure import CLASS_COLORS, INK, MARKERS, RULE, new_figure, set_names, short
from pgfeaturize.plot.layout2d import Layout
from pgfeaturize.plot.sample import Sample
from pgfeaturize.plot.thumbnails import SIDE, Points, Thumbnails

#: Side of the map in inches, and points per inch.
SIZE, POINTS = 6.6, 72
#: Maximum number of classes in the legend, and maximum number of classes with their name at their rows.
LEGEND, NAMES = len(CLASS_COLORS), 60
#: Space around the outermost points, as a share of the width and the height.
MARGIN = 0.04
#: Smallest share of the height of the map, or its width, in the other one; and smallest width in inches.
FLATTEST, SMALLEST = 0.3, 3.6
#: Size of the names of classes in points.
NAME_SIZE = 7.5


def draw(
    view: str, sample: Sample, counts: Mapping[str, int], layout: Layout, thumbnails: Thumbnails, out: Path
) -> None:
    """Write the plot.

    Args:
        view: name of the training view.
        sample: the rows.
        counts: number of all rows of each class, in the order of the colors.
        layout: where the rows are.
        thumbnails: images of some of the rows.
        out: PNG or SVG file.
    """
    width, height = _size(layout.points)
    side = 1.7 if len(counts) <= LEGEND or _has_both(sample) else 0
    with new_figure(out, width + side, height + 0.5) as figure:
        axes = figure.subplots()
        _points(axes, sample, list(counts), layout, faint=bool(thumbnails.images))
        _images(axes, sample, list(counts), layout, thumbnails)
        axes.set_xlabel(layout.axes[0])
        axes.set_ylabel(layout.axes[1])
        if not any(layout.axes):
            axes.set_xticks([])
            axes.set_yticks([])
        axes.spines[:].set_color(RULE)
        _fit(axes, layout.points)
        if len(counts) > LEGEND or thumbnails.images:
            _names(axes, sample, list(counts), layout)
        total = sum(counts.values())
        shown = f"{len(sample):,} of {total:,}" if len(sample) < total else f"{total:,}"
        classes = f" of {len(counts):,} classes" if len(counts) > LEGEND else ""
        axes.set_title(f"{view}: {shown} rows{classes} by {layout.method}")
        _legend(figure, sample, list(counts))


def class_style(labels: Sequence[str], label: str) -> tuple[str, str]:
    """Return color and marker of a class."""
    number = labels.index(label)
    shape = number // len(CLASS_COLORS) % len(MARKERS)
    return CLASS_COLORS[number % len(CLASS_COLORS)], MARKERS[shape]


def _has_both(sample: Sample) -> bool:
    """Return whether there are rows of both splits."""
    return len(set(sample.splits)) == 2


def _extent(points: Points) -> tuple[Points, Points]:
    """Return the center of the points, and half of their width and height with margins."""
    if not len(points):
        return np.zeros(2), np.ones(2)
    low, high = points.min(axis=0), points.max(axis=0)
    half = (high - low) / 2 * (1 + 2 * MARGIN)
    largest = float(half.max()) or 1.0
    # Rows on a line get a flat plot, but one that has a height.
    return (low + high) / 2, np.maximum(half, largest * FLATTEST)


def _size(points: Points) -> tuple[float, float]:
    """Return width and height of the map in inches, of the shape of the points."""
    _, half = _extent(points)
    width, height = SIZE * half / half.max()
    return max(float(width), SMALLEST), float(height)


def _fit(axes: Axes, points: Points) -> None:
    """Set the limits of the axes to the extent of the points, with the same scale on both."""
    middle, half = _extent(points)
    axes.set_xlim(middle[0] - half[0], middle[0] + half[0])
    axes.set_ylim(middle[1] - half[1], middle[1] + half[1])
    axes.set_aspect("equal")


def _names(axes: Axes, sample: Sample, labels: list[str], layout: Layout) -> None:
    """Write the names of the largest classes at the medians of their rows, where they do not overlap."""
    _, half = _extent(layout.points)
    scale = 0.85 * SIZE * POINTS / (2 * half.max())  # points of the font for a unit of the axes
    sizes = {label: int((sample.labels == label).sum()) for label in labels}
    taken: list[tuple[float, float, float]] = []
    for label in sorted(labels, key=lambda label: -sizes[label]):
        if not sizes[label] or len(taken) == NAMES:
            continue
        x, y = np.median(layout.points[sample.labels == label], axis=0)
        name = short(label)
        width = 0.65 * NAME_SIZE * len(name)
        place = float(x * scale), float(y * scale), width
        if any(
            abs(place[0] - u) < (width + other) / 2 and abs(place[1] - v) < 1.6 * NAME_SIZE for u, v, other in taken
        ):
            continue
        taken.append(place)
        text = axes.text(x, y, name, fontsize=NAME_SIZE, ha="center", va="center", zorder=5, clip_on=True)
        text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


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
        frame = {"edgecolor": color, "facecolor": color, "linewidth": 1.3, "linestyle": (0, (2, 1)) if test else "-"}
        box = OffsetImage(np.asarray(image), zoom=zoom)
        point = tuple(layout.points[row])
        axes.add_artist(AnnotationBbox(box, point, pad=0.12, bboxprops=frame))


def _legend(figure: Figure, sample: Sample, labels: list[str]) -> None:
    named = labels if len(labels) <= LEGEND else []
    names = [short(label) for label in named]
    marks = [_mark(*class_style(labels, label)) for label in named]
    if _has_both(sample):
        names += ["train", "test"]
        marks += [_mark(INK, "o"), _mark(INK, "o", full=False)]
    if not marks:
        return
    legend = figure.legend(
        marks, ["."] * len(marks), loc="outside right upper", fontsize=8, handletextpad=0.2, borderaxespad=0.2
    )
    set_names(legend, names)


def _mark(color: str, marker: str, *, full: bool = True) -> Line2D:
    face = color if full else "none"
    return Line2D([], [], linestyle="", marker=marker, color=color, markerfacecolor=face, markersize=5)
