"""`pgfeaturize plot`: images of features and of classifiers."""

from pathlib import Path
from typing import Annotated

import typer

from pgfeaturize.db.statements import check, connect
from pgfeaturize.settings import database_url

app = typer.Typer(help="Images of features and of classifiers.", no_args_is_help=True)

View = Annotated[str, typer.Argument(help="A training view.")]
Classifier = Annotated[str, typer.Argument(help="Name of a classifier.")]
Out = Annotated[Path, typer.Option(help="The image, PNG or SVG.")]
Split = Annotated[str, typer.Option(help="Rows to ask it about: test or train.")]


@app.command()
def heatmap(
    view: View,
    out: Out = Path("heatmap.png"),
    rows: Annotated[int, typer.Option(min=1, help="So many of each class, at most.")] = 100,
) -> None:
    """Draw features as colors: a panel for each class, a column for each row."""
    from pgfeaturize.plot import plot_heatmap

    with connect(database_url()) as connection:
        check(connection, "export")
        plot_heatmap(connection, view, out, rows)


@app.command("map")
def scatter(
    view: View,
    out: Out = Path("map.png"),
    method: Annotated[str, typer.Option(help="pca, tsne or umap.")] = "tsne",
    rows: Annotated[int, typer.Option(min=1, help="So many in all, at most.")] = 3000,
    thumbnails: Annotated[
        int, typer.Option(min=0, help="Show so many of the images themselves, at most.")
    ] = 0,
) -> None:
    """Draw rows as points in a plane: those with like features lie near one another."""
    from pgfeaturize.plot import plot_map

    with connect(database_url()) as connection:
        check(connection, "export")
        plot_map(connection, view, out, method, rows, thumbnails)


@app.command()
def confusion(
    classifier: Classifier, out: Out = Path("confusion.png"), split: Split = "test"
) -> None:
    """Draw which classes are taken for which."""
    from pgfeaturize.plot import plot_confusion

    with connect(database_url()) as connection:
        check(connection, "export")
        plot_confusion(connection, classifier, out, split)


@app.command()
def roc(
    classifier: Classifier,
    out: Out = Path("roc.png"),
    split: Split = "test",
    positive: Annotated[
        str | None, typer.Option(help="Class to find; default: the last of two, or each of more.")
    ] = None,
) -> None:
    """Draw how many rows of a class are found, and how many others with them."""
    from pgfeaturize.plot import plot_roc

    with connect(database_url()) as connection:
        check(connection, "export")
        plot_roc(connection, classifier, out, split, positive)
