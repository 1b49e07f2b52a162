"""Images, by matplotlib: what each shows is read here; a module for each draws it."""

from collections.abc import Sequence
from pathlib import Path

from pgfeaturize.cli import report
from pgfeaturize.cli.progress_bars import bars, busy
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import SettingsError
from pgfeaturize.extras import extra
from pgfeaturize.training.dataset import TrainingSet, read_copy, snapshot

FORMATS = (".png", ".svg")
#: More curves cannot be told apart.
CURVES = 10


def plot_heatmap(connection: Connection, view: str, out: Path, per_class: int) -> None:
    """Draw the features of some rows of each class of a training view."""
    _check_out(out)
    with extra("plot", "matplotlib", "drawing"):
        from pgfeaturize.plot.heatmap import draw
    with snapshot(connection):
        counts = _counts(connection, view)
        sample = _sample(connection, view, per_class)
    draw(view, sample, counts, out)
    report.console.print(out)


def plot_map(
    connection: Connection, view: str, out: Path, method: str, rows: int, images: int
) -> None:
    """Draw rows of a training view as points, some of them as the images that they are."""
    _check_out(out)
    from pgfeaturize.plot.layout2d import check_method, lay_out

    check_method(method)
    with extra("plot", "matplotlib", "drawing"):
        from pgfeaturize.plot.scatter import draw
    from pgfeaturize.plot.thumbnails import Thumbnails, thumbnails

    with snapshot(connection):
        counts = _counts(connection, view)
        sample = _sample(connection, view, _cap(list(counts.values()), rows))
    with busy(f"layout2d {len(sample):,} rows by {method}"):
        arrangement = lay_out(sample.features, method)
    shown = Thumbnails()
    if images:
        shown = thumbnails(connection, view, sample, arrangement.points, images)
    draw(view, sample, counts, arrangement, shown, out)
    report.console.print(out)


def plot_confusion(connection: Connection, classifier: str, out: Path, split: str) -> None:
    """Draw the confusion matrix of a classifier."""
    _check_out(out)
    with extra("plot", "matplotlib", "drawing"):
        from pgfeaturize.plot.confusion import draw
    cells = execute(connection, "confusion_cells", classifier, split)
    if not any(cell.rows for cell in cells):
        raise _nothing_to_ask(classifier, split)
    draw(classifier, split, cells, out)
    report.console.print(out)


def plot_roc(
    connection: Connection, classifier: str, out: Path, split: str, positive: str | None
) -> None:
    """Draw how well a classifier finds a class, or each of its classes."""
    _check_out(out)
    with extra("plot", "matplotlib", "drawing"):
        from pgfeaturize.plot.roc import Curve, draw
    curves = []
    with bars() as shown:
        found = _classes(connection, classifier, positive)
        for label in shown.track(found, description=f"asking {classifier}"):
            points = execute(connection, "roc_points", classifier, split, label)
            curves.append(Curve.of(str(label), points))
    drawn = [curve for curve in curves if curve]
    if not drawn:
        raise _nothing_to_ask(classifier, split)
    draw(classifier, split, drawn, out)
    report.console.print(out)


def _check_out(out: Path) -> None:
    if out.suffix.lower() not in FORMATS:
        raise SettingsError(
            f"{out} is no image that can be drawn", f"Let it end in {' or '.join(FORMATS)}."
        )
    if out.is_dir():
        raise SettingsError(f"{out} is a directory", "Name a file in it.")


def _counts(connection: Connection, view: str) -> dict[str, int]:
    """Rows of each class, in the order of the classes as bytes."""
    rows = execute(connection, "training_classes", view)
    if not rows:
        raise SettingsError(
            f'training view "{view}" has no rows',
            f"What is missing is in featurize.training_report('{view}').",
        )
    return {row.label: row.train + row.test for row in rows}


def _sample(connection: Connection, view: str, per_class: int) -> TrainingSet:
    """Some rows of each class, the same every time."""
    ((rows, dim, statement),) = execute(connection, "sample_training_view", view, per_class)
    with bars() as shown:
        bar = shown.add_task(f"reading {view}", total=rows)
        return read_copy(
            connection,
            statement,
            rows,
            dim,
            progress=lambda done: shown.update(bar, completed=done),
        )


def _cap(counts: Sequence[int], rows: int) -> int:
    """So many of each class, at most, that there are about `rows` in all."""
    left = rows
    for number, count in enumerate(sorted(counts)):
        share = left // (len(counts) - number)
        if count > share:
            return max(1, share)
        left -= count
    return max(counts)


def _classes(connection: Connection, classifier: str, positive: str | None) -> list[str | None]:
    """Classes to draw a curve for; of two the last one is meant, as usual."""
    classes: list[str | None] = [row.label for row in execute(connection, "classes_of", classifier)]
    if positive is not None or not classes:
        return [positive]  # where there is no such classifier, the question will say so
    if len(classes) > CURVES:
        raise SettingsError(
            f'classifier "{classifier}" knows {len(classes)} classes, too many curves for an image',
            f"Pass --positive with one of them: {', '.join(map(str, classes))}.",
        )
    return classes[1:] if len(classes) == 2 else classes


def _nothing_to_ask(classifier: str, split: str) -> SettingsError:
    return SettingsError(
        f'classifier "{classifier}" cannot be judged by its {split} rows: there are none, or of one class only',
        "SearchOptions featurize.training_report() what its training view has.",
    )
