"""`pgfeaturize add`, `status`, `failures`, `retry`: rows and their states."""

import time
from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer

from pgfeaturize.cli import image_options, report
from pgfeaturize.cli.featurizers import full_name
from pgfeaturize.db.connection import connect
from pgfeaturize.db.schema import check, connect_checked
from pgfeaturize.db.statements import execute, fetch, quoted
from pgfeaturize.db.status import Failure, LiveWorker, Progress
from pgfeaturize.errors import SettingsError
from pgfeaturize.settings import database_url

app = typer.Typer()

Featurizer = Annotated[str | None, typer.Argument(help="Name of a featurizer; default: all.")]


@app.command(epilog="Example: `pgfeaturize add photos/ --table photos --create --model resnet50 --label-from-parent`")
def add(
    folders: Annotated[list[Path], typer.Argument(help="Folders or image files.")],
    table: Annotated[str, typer.Option(help="Table with the columns path and label.")],
    label_from_parent: Annotated[bool, typer.Option(help="Use the name of the parent directory as label.")] = False,
    create: Annotated[bool, typer.Option(help="Create the table if it does not exist.")] = False,
    include: image_options.Include = None,
    exclude: image_options.Exclude = None,
    model: Annotated[str | None, typer.Option(help="Also create a featurizer of column path with this model.")] = None,
) -> None:
    """Insert image files into a table by COPY; files that are already in it are skipped."""
    from pgfeaturize.cli import image_files

    with connect(database_url()) as connection:
        if model:
            check(connection, "images")
        found = image_files.find(folders, include or (), exclude or ())
        added, refused = image_files.add(
            connection, table, found.files, label_from_parent=label_from_parent, create=create
        )
        report.console.print(f"{added} of {len(found.files)} files added to {table}")
        for note in found.notes():
            report.console.print(note)
        if model:
            name = execute(connection, "create_featurizer", quoted(table), "path", model)[0][0]
            report.console.print(f"featurized as {name}")
    if refused:
        raise SettingsError(
            f"{len(refused)} files were not added, because their names are not UTF-8, for example {refused[0]}",
            "Rename them, for example with convmv.",
        )
    if found.unreadable:
        raise typer.Exit(1)


@app.command(epilog="Example: `pgfeaturize status --watch`")
def status(
    name: Featurizer = None,
    watch: Annotated[bool, typer.Option(help="Refresh until nothing is pending, or Ctrl-C.")] = False,
) -> None:
    """Show how many rows of each featurizer are in which state, and the workers."""
    from rich.console import Group
    from rich.live import Live

    with connect_checked("status") as connection:
        full_name(connection, name)

        def render() -> Group:
            progress = fetch(connection, Progress, "progress", name)
            workers = fetch(connection, LiveWorker, "workers")
            columns = ["worker", "host", "pid", "device", "serves", "started", "last heartbeat", "stuck"]
            cells = ([*astuple(w)[:4], ", ".join(w.serves), *astuple(w)[5:]] for w in workers)
            return Group(report.progress_report(progress), "", report.rows_table(columns, cells))

        if not watch:
            report.console.print(render())
            return
        with Live(render(), console=report.console, refresh_per_second=2) as live:
            while any(row.unfinished for row in fetch(connection, Progress, "progress", name)):
                time.sleep(0.5)
                live.update(render())


@app.command(epilog="Example: `pgfeaturize failures photos_resnet50 --limit 10`")
def failures(
    name: Featurizer = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of rows, latest first.")] = 50,
) -> None:
    """Show the rows that could not be featurized, with the reason."""
    with connect_checked("status") as connection:
        full_name(connection, name)
        columns = ["featurizer", "key", "image", "reason", "detail", "attempts", "failed at"]
        rows = fetch(connection, Failure, "failures", name, limit)
        report.console.print(report.rows_table(columns, map(astuple, rows)))


@app.command(epilog="Example: `pgfeaturize retry photos_resnet50`")
def retry(name: Annotated[str, typer.Argument(help="Name of a featurizer.")]) -> None:
    """Queue the failed rows of a featurizer again."""
    with connect_checked("status") as connection:
        report.console.print(f"{execute(connection, 'retry', name)[0][0]} rows queued again")
