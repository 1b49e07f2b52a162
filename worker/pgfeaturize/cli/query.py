"""`pgfeaturize search` and `duplicates`: rows with similar images."""

from pathlib import Path
from typing import Annotated

import typer

from pgfeaturize.db.schema import connect_checked

app = typer.Typer()

Featurizer = Annotated[str | None, typer.Option(help="Featurizer to search; default: the only one.")]
Filter = Annotated[str | None, typer.Option(help="SQL condition that the rows must meet.")]
Metric = Annotated[str, typer.Option(help="Distance: cosine, l2, ip or l1.")]
Sheet = Annotated[Path | None, typer.Option(help="Write a contact sheet to this PNG file.")]
Label = Annotated[str | None, typer.Option(help="Column to show below each image of the sheet; default: label.")]
Columns = Annotated[
    str | None,
    typer.Option(help="Columns to print, separated by commas; default: the key and a few with short values."),
]


@app.command(epilog="Example: `pgfeaturize search query.jpg -k 20 --sheet similar.png`")
def search(
    image: Annotated[Path, typer.Argument(help="An image file.")],
    featurizer: Featurizer = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Number of neighbors.")] = 10,
    filter: Filter = None,
    metric: Metric = "cosine",
    sheet: Sheet = None,
    label: Label = None,
    columns: Columns = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    package: Annotated[
        list[str] | None, typer.Option(help="Python package whose functions may build networks; may be repeated.")
    ] = None,
) -> None:
    """Find the rows whose images are most similar to a file."""
    from pgfeaturize.cli.search import EmbedOptions, SearchOptions, search

    with connect_checked("search", "status") as connection:
        options = SearchOptions(featurizer, filter, metric, sheet, label, _names(columns))
        search(connection, options, image, k, EmbedOptions(device, tuple(package or [])))


@app.command(epilog="Example: `pgfeaturize duplicates --max-distance 0.02 --sheet pairs.png`")
def duplicates(
    featurizer: Featurizer = None,
    max_distance: Annotated[float, typer.Option(help="Maximum distance of a pair.")] = 0.05,
    filter: Filter = None,
    metric: Metric = "cosine",
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of pairs, closest first.")] = 50,
    sheet: Sheet = None,
    label: Label = None,
    columns: Columns = None,
) -> None:
    """Find pairs of rows whose images are nearly identical."""
    from pgfeaturize.cli.search import SearchOptions, duplicates

    with connect_checked("search", "status") as connection:
        options = SearchOptions(featurizer, filter, metric, sheet, label, _names(columns))
        duplicates(connection, options, max_distance, limit)


def _names(columns: str | None) -> list[str] | None:
    return [name.strip() for name in columns.split(",")] if columns else None
