"""`pgfeaturize featurize` and `export`: vectors in files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pgfeaturize.cli import image_options, library_messages, models, report
from pgfeaturize.cli.report import progress_bars
from pgfeaturize.db.schema import connect_checked
from pgfeaturize.printable import printable

app = typer.Typer()


@app.command(epilog="Example: `pgfeaturize featurize photos/ --model resnet --depth 18 > features.json`")
def featurize(
    paths: Annotated[list[Path], typer.Argument(help="Folders or image files.")],
    model: Annotated[
        str, typer.Option(help="Name of a model, or resnet; with a database, also a registered model.")
    ] = "resnet50",
    depth: Annotated[int | None, typer.Option(help="Depth of a resnet: 18, 34, 50, 101 or 152.")] = None,
    weights: Annotated[str | None, typer.Option(help="Weights other than the default, such as random.")] = None,
    include: image_options.Include = None,
    exclude: image_options.Exclude = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    batch: Annotated[int, typer.Option(min=1, help="Images per forward pass.")] = 32,
    package: Annotated[
        list[str] | None, typer.Option(help="Python package whose functions may build networks; may be repeated.")
    ] = None,
) -> None:
    """Featurize files: print a JSON list of image_path and feature_vector.

    This needs a database only for models that are registered there.
    A file that cannot be read has `"feature_vector": null` and an `"error"`; the status is 1 then.
    """
    from pgfeaturize.cli import image_files
    from pgfeaturize.cli.featurize import write_json

    chosen = models.select_model(model, depth, weights)
    found = image_files.find(paths, include or (), exclude or ())
    for note in found.notes():
        print(printable(note), file=sys.stderr)
    with library_messages.capture():
        failed = write_json(sys.stdout, found.files, chosen, device, batch, package or [])
    raise typer.Exit(1 if failed or found.unreadable else 0)


@app.command(epilog="Example: `pgfeaturize export photos_resnet50 --out features.parquet`")
def export(
    source: Annotated[str, typer.Argument(help="A training view, a featurizer, or a table with vectors.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    format: Annotated[
        str | None, typer.Option(help="parquet, npz, csv or jsonl; default: taken from the file extension.")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
) -> None:
    """Write vectors with their keys and other columns into a file."""
    from rich.filesize import decimal

    from pgfeaturize.export import export

    with connect_checked("export") as connection, progress_bars() as bars:
        bar = bars.add_task(f"exporting {source}", total=None)
        rows = export(
            connection,
            source,
            out,
            format,
            overwrite=overwrite,
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )
    size = decimal(out.stat().st_size)
    report.console.print(f"{rows} rows of {source} written to {out}, {size}")
