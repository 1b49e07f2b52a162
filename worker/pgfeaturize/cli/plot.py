"""`pgfeaturize plot`: plots of features and classifiers."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pgfeaturize.cli import report
from pgfeaturize.cli.report import progress_bars, spinner
from pgfeaturize.db.copy_binary import snapshot
from pgfeaturize.db.schema import connect_checked
from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.errors import ImageError, SettingsError
from pgfeaturize.extras import extra
from pgfeaturize.training.dataset import TrainingSet
from pgfeaturize.training.sample import class_counts, read_images, read_sample, rows_per_class

if TYPE_CHECKING:
    from pgfeaturize.plot.thumbnails import Points, Thumbnails

T = TypeVar("T")

app = typer.Typer(help="Plot features and classifiers.", no_args_is_help=True)

FORMATS = (".png", ".svg")
#: With more curves in one plot they cannot be told apart.
MAX_CURVES = 10

View = Annotated[str, typer.Argument(help="A training view.")]
Classifier = Annotated[str, typer.Argument(help="Name of a classifier.")]
Out = Annotated[Path, typer.Option(help="File of the plot, PNG or SVG.")]
Split = Annotated[str, typer.Option(help="Rows to evaluate: test or train.")]


@app.command(epilog="Example: `pgfeaturize plot heatmap digit_lessons --out heatmap.png`")
def heatmap(
    view: View,
    out: Out = Path("heatmap.png"),
    rows: Annotated[int, typer.Option(min=1, help="Maximum number of rows of each class.")] = 100,
) -> None:
    """Plot features as colors: a panel for each class, a column for each row."""
    _check_out(out)
    with extra("plot", "matplotlib", "plotting"):
        from pgfeaturize.plot.heatmap import draw
    with connect_checked("export") as connection, snapshot(connection):
        counts = class_counts(connection, view)
        sample = _read(connection, view, rows)
    draw(view, sample, counts, out)
    report.console.print(out)


@app.command("map", epilog="Example: `pgfeaturize plot map digit_lessons --thumbnails 200`")
def scatter(
    view: View,
    out: Out = Path("map.png"),
    method: Annotated[str, typer.Option(help="Projection: pca, tsne or umap.")] = "tsne",
    rows: Annotated[int, typer.Option(min=1, help="Maximum number of rows.")] = 3000,
    thumbnails: Annotated[int, typer.Option(min=0, help="Maximum number of images to show as thumbnails.")] = 0,
) -> None:
    """Plot rows as points in a plane, so that rows with similar features are close together."""
    _check_out(out)
    from pgfeaturize.plot.layout2d import check_method, lay_out

    check_method(method)
    with extra("plot", "matplotlib", "plotting"):
        from pgfeaturize.plot.scatter import draw
    from pgfeaturize.plot.thumbnails import Thumbnails

    with connect_checked("export") as connection:
        with snapshot(connection):
            counts = class_counts(connection, view)
            sample = _read(connection, view, rows_per_class(list(counts.values()), rows))
        with spinner(f"projecting {len(sample):,} rows by {method}"):
            layout = lay_out(sample.features, method)
        images = Thumbnails()
        if thumbnails:
            images = _read_thumbnails(connection, view, sample.keys, layout.points, thumbnails)
    draw(view, sample, counts, layout, images, out)
    report.console.print(out)


@app.command(epilog="Example: `pgfeaturize plot confusion digits --split test`")
def confusion(classifier: Classifier, out: Out = Path("confusion.png"), split: Split = "test") -> None:
    """Plot the confusion matrix of a classifier."""
    _check_out(out)
    with extra("plot", "matplotlib", "plotting"):
        from pgfeaturize.plot.confusion import Cell, draw
    with connect_checked("export") as connection:
        cells = fetch(connection, Cell, "confusion_cells", classifier, split)
    if not any(cell.rows for cell in cells):
        raise _no_rows(classifier, split)
    draw(classifier, split, cells, out)
    report.console.print(out)


@app.command(epilog="Example: `pgfeaturize plot roc digits --positive seven`")
def roc(
    classifier: Classifier,
    out: Out = Path("roc.png"),
    split: Split = "test",
    positive: Annotated[
        str | None, typer.Option(help="Positive class; default: the second of two, or each of more.")
    ] = None,
) -> None:
    """Plot ROC curves: the true positive rate of a class over the false positive rate."""
    _check_out(out)
    with extra("plot", "matplotlib", "plotting"):
        from pgfeaturize.plot.roc import Curve, Point, draw
    with connect_checked("export") as connection:
        curves = []
        for label in _track(_classes(connection, classifier, positive), f"evaluating {classifier}"):
            points = fetch(connection, Point, "roc_points", classifier, split, label)
            curves.append(Curve.of(str(label), points))
    drawn = [curve for curve in curves if curve]
    if not drawn:
        raise _no_rows(classifier, split)
    draw(classifier, split, drawn, out)
    report.console.print(out)


def _check_out(out: Path) -> None:
    if out.suffix.lower() not in FORMATS:
        raise SettingsError(
            f"{out} is not a file that a plot can be written to", f"Choose a name that ends in {' or '.join(FORMATS)}."
        )
    if out.is_dir():
        raise SettingsError(f"{out} is a directory", "Name a file in it.")


def _read(connection: Connection, view: str, per_class: int) -> TrainingSet:
    with progress_bars() as bars:
        bar = bars.add_task(f"reading {view}", total=None)
        return read_sample(connection, view, per_class, progress=lambda rows: bars.update(bar, completed=rows))


def _read_thumbnails(
    connection: Connection, view: str, keys: Sequence[str], points: "Points", limit: int
) -> "Thumbnails":
    """Make thumbnails of up to `limit` rows that are far enough apart; skip unreadable images."""
    from pgfeaturize.plot.thumbnails import SIDE, Thumbnails, spread, thumbnail

    rows, share = spread(points, limit)
    images = []
    for image in _track(read_images(connection, view, [keys[row] for row in rows]), "reading images"):
        try:
            pixels = thumbnail(image.data or image.image, SIDE)
        except ImageError:
            continue
        images.append((rows[image.number - 1], pixels))
    return Thumbnails(images, share)


def _track(items: Sequence[T], title: str) -> Iterable[T]:
    with progress_bars() as bars:
        yield from bars.track(items, description=title)


def _classes(connection: Connection, classifier: str, positive: str | None) -> list[str | None]:
    """Return the classes to plot a curve of: of two classes the second, as is usual; else all."""
    classes: list[str | None] = [row.label for row in execute(connection, "classes_of", classifier)]
    if positive is not None or not classes:
        return [positive]  # if there is no such classifier, the query says so
    if len(classes) > MAX_CURVES:
        raise SettingsError(
            f'classifier "{classifier}" has {len(classes)} classes, too many curves for one plot',
            f"Pass --positive with one of them: {', '.join(map(str, classes))}.",
        )
    return classes[1:] if len(classes) == 2 else classes


def _no_rows(classifier: str, split: str) -> SettingsError:
    return SettingsError(
        f'classifier "{classifier}" cannot be evaluated on its {split} rows: there are none, or all are of one class',
        "featurize.training_report() shows the rows of its training view.",
    )
