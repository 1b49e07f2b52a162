"""The command line. Each command says what it does and, when it cannot, what to type instead."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from pgfeaturize.cli import index, models, plot, report
from pgfeaturize.db.statements import check, connect, execute
from pgfeaturize.errors import PgfeaturizeError, SettingsError
from pgfeaturize.extras import extra
from pgfeaturize.settings import EMBEDDED, database_url, offline

app = typer.Typer(
    help="Pre-trained vision networks inside PostgreSQL.\n\n"
    "The database is DATABASE_URL, else the PG* variables, else the embedded server of this "
    "directory. First steps: `pgfeaturize demo`, or `up`, `migrate`, `add`, `worker`, `search`.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.add_typer(models.app, name="models")
app.add_typer(index.app, name="index")
app.add_typer(plot.app, name="plot")

Featurizer = Annotated[str | None, typer.Argument(help="Name of a featurizer; default: all.")]
Wanted = Annotated[str | None, typer.Option(help="Where to search; default: the only one.")]
Filter = Annotated[str | None, typer.Option(help="Only rows that meet this condition, in SQL.")]
Metric = Annotated[str, typer.Option(help="cosine, l2, ip or l1.")]
Sheet = Annotated[Path | None, typer.Option(help="Write a contact sheet PNG here.")]
Label = Annotated[str | None, typer.Option(help="Column to show in it; default: label.")]


def main() -> None:
    """Run the command line; errors go to stderr with their remedy, exit status 2."""
    try:
        app()
    except PgfeaturizeError as error:
        _give_up(error.message, error.hint)
    except psycopg.Error as error:
        _give_up(error.diag.message_primary or str(error), error.diag.message_hint or "")


def _give_up(message: str, hint: str) -> None:
    print(f"Error: {message}", file=sys.stderr)
    if hint:
        print(f"Hint: {hint}", file=sys.stderr)
    sys.exit(2)


@app.command()
def up(
    directory: Annotated[Path, typer.Argument(help="Where its data live.")] = EMBEDDED,
    version: Annotated[int, typer.Option(help="PostgreSQL release: 16 or 18.")] = 18,
) -> None:
    """Start the embedded PostgreSQL with pgvector in a directory, and print its DSN.

    It stays until `pgfeaturize down`. Commands in this working directory find it by themselves.
    """
    from pgfeaturize.db import embedded_server

    print(embedded_server.start(directory, version))


@app.command()
def down(
    directory: Annotated[Path, typer.Argument(help="Where its data live.")] = EMBEDDED,
) -> None:
    """Stop the embedded PostgreSQL of a directory; its data stay."""
    from pgfeaturize.db import embedded_server

    stopped = embedded_server.stop(directory)
    report.console.print("stopped" if stopped else f"no server runs in {directory}")


@app.command()
def migrate() -> None:
    """Install the schema `featurize`, or bring it up to date."""
    from pgfeaturize.db.migrate import migrate

    report.console.print(f"schema featurize is at release {migrate(database_url())}")


@app.command()
def worker(
    once: Annotated[
        bool, typer.Option(help="End when nothing is left; status 1 if any row failed.")
    ] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    batch: Annotated[int | None, typer.Option(min=1, help="Images in one forward pass.")] = None,
    root: Annotated[
        list[str] | None,
        typer.Option(
            help="Directory that may be read, with all below; repeat it. Default: this one. "
            "SCHEMA.TABLE=DIR or SCHEMA.*=DIR: for these tables, which may then lead nowhere else."
        ),
    ] = None,
    uri: Annotated[
        list[str] | None,
        typer.Option(
            help="Addresses that may be fetched begin so: https://host/folder; repeat it. "
            "SCHEMA.TABLE=… as with --root."
        ),
    ] = None,
    package: Annotated[
        list[str] | None,
        typer.Option(help="Python package whose functions may build networks; repeat it."),
    ] = None,
    max_bytes: Annotated[int | None, typer.Option(min=1, help="Largest encoded image.")] = None,
    max_pixels: Annotated[int | None, typer.Option(min=1, help="Largest decoded image.")] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Longest that reading and decoding one may take.")
    ] = None,
    lease: Annotated[
        float, typer.Option(min=0.5, help="Seconds until the rows of a silent worker go to others.")
    ] = 60.0,
    log_format: Annotated[str, typer.Option(help="text or json.")] = "text",
    verbose: Annotated[bool, typer.Option(help="A log line for each batch.")] = False,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Serve /metrics and /healthz; 0: any free port."),
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Where that listens.")] = "127.0.0.1",
) -> None:
    """Featurize what the database has queued, and wait for more.

    SIGTERM lets it finish the batches in hand; a second one ends it at once. Start as many as you
    like, on as many machines.
    """
    if log_format not in ("text", "json"):
        raise SettingsError(f"there is no log format {log_format!r}", "Choose text or json.")
    from pgfeaturize.images import AccessPolicy, Limits
    from pgfeaturize.worker.runner import Options, Worker

    report.log_to_stderr(log_format, verbose=verbose)
    options = Options(
        url=database_url(),
        access_policy=AccessPolicy.of(root or [Path.cwd()], uri or []),
        packages=tuple(package or []),
        limits=Limits(
            bytes=max_bytes or Limits.bytes,
            pixels=max_pixels or Limits.pixels,
            seconds=max_seconds or Limits.seconds,
        ),
        device=device,
        batch=batch,
        lease=timedelta(seconds=lease),
        once=once,
        offline=offline(),
        metrics=None if metrics_port is None else (metrics_host, metrics_port),
    )
    with extra("metrics", "prometheus_client", "worker --metrics-port"):
        raise typer.Exit(Worker(options).run())


@app.command()
def add(
    folders: Annotated[list[Path], typer.Argument(help="Folders or image files.")],
    table: Annotated[str, typer.Option(help="Table with columns path and label.")],
    label_from_parent: Annotated[
        bool, typer.Option(help="Label: name of the parent directory.")
    ] = False,
    create: Annotated[bool, typer.Option(help="Create the table if it is not there.")] = False,
    model: Annotated[str | None, typer.Option(help="Declare a featurizer on path, too.")] = None,
) -> None:
    """Insert image files into a table, by COPY; files that are there already are skipped."""
    from pgfeaturize.cli import image_files as images

    with connect(database_url()) as connection:
        if model:
            check(connection, "images")
        files = list(images.images(folders))
        added = images.add(
            connection, table, files, label_from_parent=label_from_parent, create=create
        )
        report.console.print(f"{added} of {len(files)} files added to {table}")
        if model:
            name = execute(connection, "create_featurizer", table, "path", model)[0][0]
            report.console.print(f"featurized as {name}")


@app.command()
def status(
    name: Featurizer = None,
    watch: Annotated[bool, typer.Option(help="Go on until nothing is pending, or Ctrl-C.")] = False,
) -> None:
    """Show where the rows of each featurizer are, and the workers."""
    from rich.console import Group
    from rich.live import Live

    with connect(database_url()) as connection:
        check(connection, "status")

        def image() -> Group:
            rows = execute(connection, "progress", name)
            workers = execute(connection, "workers")
            columns = ["worker", "host", "pid", "device", "serves", "started", "last heartbeat"]
            listed = ([*w[:4], ", ".join(w.serves), *w[5:]] for w in workers)
            return Group(report.progress_table(rows), "", report.rows_table(columns, listed))

        if not watch:
            report.console.print(image())
            return
        import time

        with Live(image(), console=report.console, refresh_per_second=2) as live:
            while any(
                r.pending or r.leased or r.stale for r in execute(connection, "progress", name)
            ):
                time.sleep(0.5)
                live.update(image())


@app.command()
def failures(
    name: Featurizer = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 50,
) -> None:
    """Show the rows that could not be featurized, with the reason."""
    with connect(database_url()) as connection:
        check(connection, "status")
        columns = ["featurizer", "key", "image", "reason", "detail", "attempts", "failed at"]
        report.console.print(
            report.rows_table(columns, execute(connection, "failures", name, limit))
        )


@app.command("doctor")
def examine(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds that anything may wait before it is reported.")
    ] = 900.0,
) -> None:
    """Say what is wrong, and what to do about it; status 1 for warnings, 2 for errors.

    In psql: `select * from featurize.doctor()`.
    """
    from pgfeaturize.cli.doctor import doctor

    raise typer.Exit(doctor(database_url(), timedelta(seconds=patience), as_json=json))


@app.command()
def retry(name: Annotated[str, typer.Argument(help="Name of a featurizer.")]) -> None:
    """Queue the failed rows of a featurizer again."""
    with connect(database_url()) as connection:
        check(connection, "status")
        report.console.print(f"{execute(connection, 'retry', name)[0][0]} rows queued again")


@app.command()
def featurize(
    paths: Annotated[list[Path], typer.Argument(help="Folders or image files.")],
    model: Annotated[str, typer.Option(help="Model of the catalogue, or resnet.")] = "resnet50",
    depth: Annotated[int | None, typer.Option(help="Of a resnet: 18, 34, 50, 101, 152.")] = None,
    weights: Annotated[str | None, typer.Option(help="Other weights, such as random.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    batch: Annotated[int, typer.Option(min=1, help="Images in one forward pass.")] = 32,
) -> None:
    """Featurize files without a database: a JSON list of image_path and feature_vector on stdout.

    A file that cannot be read has `"feature_vector": null` and an `"error"`; the status is 1 then.
    """
    from pgfeaturize.cli.featurize import write_json

    failed = write_json(sys.stdout, paths, models.chosen(model, depth, weights), device, batch)
    raise typer.Exit(1 if failed else 0)


@app.command()
def search(
    image: Annotated[Path, typer.Argument(help="An image file.")],
    featurizer: Wanted = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many neighbors.")] = 10,
    filter: Filter = None,
    metric: Metric = "cosine",
    sheet: Sheet = None,
    label: Label = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    package: Annotated[
        list[str] | None,
        typer.Option(help="Python package whose functions may build networks; repeat it."),
    ] = None,
) -> None:
    """Find the rows whose images look most like a file."""
    from pgfeaturize.cli.search import EmbedOptions, SearchOptions, search

    with connect(database_url()) as connection:
        check(connection, "search", "status")
        options = SearchOptions(featurizer, filter, metric, sheet, label)
        search(connection, options, image, k, EmbedOptions(device, tuple(package or [])))


@app.command()
def duplicates(
    featurizer: Wanted = None,
    max_distance: Annotated[float, typer.Option(help="Pairs not farther apart.")] = 0.05,
    filter: Filter = None,
    metric: Metric = "cosine",
    limit: Annotated[int, typer.Option(min=1, help="The closest so many.")] = 50,
    sheet: Sheet = None,
    label: Label = None,
) -> None:
    """Find pairs of rows whose images are nearly the same."""
    from pgfeaturize.cli.search import SearchOptions, duplicates

    with connect(database_url()) as connection:
        check(connection, "search", "status")
        options = SearchOptions(featurizer, filter, metric, sheet, label)
        duplicates(connection, options, max_distance, limit)


@app.command()
def export(
    source: Annotated[
        str, typer.Argument(help="A training view, a featurizer, or a table with vectors.")
    ],
    out: Annotated[Path, typer.Option(help="The file.")],
    format: Annotated[
        str | None, typer.Option(help="parquet, npz, csv or jsonl; default: as the file ends.")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace a file that is there.")] = False,
) -> None:
    """Write vectors and what stands beside them into a file."""
    from pgfeaturize.export import export

    with connect(database_url()) as connection:
        check(connection, "export")
        export(connection, source, out, format, overwrite=overwrite)


@app.command()
def demo(
    images: Annotated[
        Path | None,
        typer.Option(help="Your images, a folder for each label; default: 1,797 digits."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Default: lenet_digits, or resnet18 for yours.")
    ] = None,
    weights: Annotated[str | None, typer.Option(help="random: without trained weights.")] = None,
    out: Annotated[Path, typer.Option(help="The contact sheet.")] = Path("neighbors.png"),
) -> None:
    """Run the whole thing on a throw-away server: from INSERT to nearest neighbors."""
    from pgfeaturize.cli.demo import run

    run(images, model or ("resnet18" if images else "lenet_digits"), weights, out)
