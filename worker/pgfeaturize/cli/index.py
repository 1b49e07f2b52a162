"""`pgfeaturize index`: which indexes there are, how far and how good they are."""

import time
from collections.abc import Iterable
from threading import Thread
from typing import Annotated, Any

import typer
from rich.filesize import decimal

from pgfeaturize.cli import report
from pgfeaturize.db.schema import check
from pgfeaturize.db.statements import Connection, connect, execute
from pgfeaturize.settings import database_url

app = typer.Typer(help="Indexes for searching: build and measure them.", no_args_is_help=True)

One = Annotated[str | None, typer.Argument(help="Name of a featurizer; default: the only one.")]
Some = Annotated[str | None, typer.Argument(help="Name of a featurizer; default: all.")]
Metric = Annotated[str, typer.Option(help="cosine, l2, ip or l1.")]


@app.command("list", epilog="Example: `pgfeaturize index list`")
def list_indexes(name: Some = None) -> None:
    """Show the indexes, why they are as they are, and what is known of them."""
    with connect(database_url()) as connection:
        check(connection, "index", "status")
        _show(connection, _meant(connection, name))


@app.command(epilog="Example: `pgfeaturize index create photos_resnet50 --metric cosine --build`")
def create(
    name: One = None,
    metric: Metric = "cosine",
    method: Annotated[str, typer.Option(help="auto, hnsw, halfvec, bits or projection.")] = "auto",
    dimensions: Annotated[int | None, typer.Option(help="Of a projection.")] = None,
    m: Annotated[int, typer.Option("--m", help="Links of each vector.")] = 16,
    ef_construction: Annotated[int, typer.Option(help="Candidates while building.")] = 64,
    ef_search: Annotated[int, typer.Option(help="Candidates while searching, at least.")] = 100,
    after_backfill: Annotated[bool, typer.Option(help="Not before all rows are embedded.")] = True,
    build: Annotated[bool, typer.Option("--build", help="Now and here, by no worker.")] = False,
) -> None:
    """Request an index; a worker builds it in the background."""
    from pgfeaturize.cli.featurizers import featurizer

    with connect(database_url()) as connection:
        check(connection, "index", "status")
        names = [featurizer(connection, name).name]
        how = (metric, method, dimensions, m, ef_construction, ef_search, after_backfill)
        execute(connection, "create_index", names[0], *how)
        if build:
            _build(connection, names)
        else:
            _show(connection, names)


@app.command(epilog="Example: `pgfeaturize index build`")
def build(name: Some = None) -> None:
    """Build the indexes that are wanted, in this process; status 1 if one cannot be built."""
    with connect(database_url()) as connection:
        check(connection, "index", "status")
        _build(connection, _meant(connection, name))


@app.command(epilog="Example: `pgfeaturize index measure photos_resnet50`")
def measure(
    name: One = None,
    metric: Metric = "cosine",
    k: Annotated[int, typer.Option("-k", min=1, help="How many neighbors.")] = 10,
    sample: Annotated[int, typer.Option(min=1, help="Of how many rows.")] = 100,
) -> None:
    """Compare searches by an index with looking at all rows: what they find, and how fast."""
    from pgfeaturize.cli.featurizers import featurizer
    from pgfeaturize.cli.index_measure import measure

    with connect(database_url()) as connection:
        check(connection, "index", "search", "status")
        declared = featurizer(connection, name)
        measured = measure(connection, declared.name, metric, k, sample)
        columns = ["featurizer", "metric", f"recall@{k}", "rows", "searches/s", "exact", "× exact"]
        report.console.print(report.rows_table(columns, [[declared.name, metric, *measured]]))


@app.command(epilog="Example: `pgfeaturize index drop photos_resnet50`")
def drop(name: One = None, metric: Metric = "cosine") -> None:
    """Remove an index; searches then look at all rows."""
    from pgfeaturize.cli.featurizers import featurizer

    with connect(database_url()) as connection:
        check(connection, "index", "status")
        declared = featurizer(connection, name)
        execute(connection, "drop_index", declared.name, metric)
        report.console.print(f"{declared.name} has no index for {metric} any more")


def _meant(connection: Connection, name: str | None) -> list[str]:
    """One featurizer, or all that have an index."""
    from pgfeaturize.cli.featurizers import featurizer

    if name:
        return [featurizer(connection, name).name]
    return sorted({row.featurizer for row in execute(connection, "index_report", None)})


def _reports(connection: Connection, names: Iterable[str]) -> list[Any]:
    return [row for name in names for row in execute(connection, "index_report", name)]


def _show(connection: Connection, names: Iterable[str]) -> None:
    rows = _reports(connection, names)
    if not rows:
        report.console.print("there is no index; ask for one: `pgfeaturize index create`")
        return
    columns = ["featurizer", "metric", "method", "dim", "state", "size", "built in", "recall"]
    report.console.print(report.rows_table(columns, map(_shown, rows)))
    for row in rows:
        why = f"{row.method}, because {row.reason}"
        report.console.print(f"{row.featurizer} for {row.metric}: {why}")


def _shown(row: Any) -> list[Any]:
    percent = f", {row.progress:.0%}" if row.progress is not None else ""
    return [
        row.featurizer,
        row.metric,
        row.method,
        row.dimensions,
        row.state + percent,
        decimal(row.size) if row.size is not None else None,
        f"{row.build_time.total_seconds():.1f} s" if row.build_time is not None else None,
        f"{row.recall:.3f} @{row.recall_k}" if row.recall is not None else None,
    ]


def _build(connection: Connection, names: list[str]) -> None:
    from pgfeaturize.worker.index_builder import IndexBuilder

    for name in names:
        builder = IndexBuilder(database_url(), name)
        builder.start()
        try:
            _watch(connection, name, builder)
        except KeyboardInterrupt:
            builder.cancel()
            raise
    _show(connection, names)
    states = [row.state for row in _reports(connection, names)]
    if any(state.startswith("waits") for state in states):
        report.console.print(
            "an index is built when rows are embedded and none wait: see `pgfeaturize status`"
        )
    if any(state.startswith("failed") for state in states):
        raise typer.Exit(1)


def _watch(connection: Connection, name: str, builder: Thread) -> None:
    """A bar out of featurize.index_report, until all is built."""
    from pgfeaturize.cli.progress_bars import bars

    with bars() as shown:
        bar = shown.add_task(name, total=None)
        while builder.is_alive():
            for row in _reports(connection, [name]):
                if row.state.startswith("building"):
                    what = f"{name} for {row.metric}: {row.state.removeprefix('building: ')}"
                    shown.update(bar, description=what, completed=row.progress or 0, total=1)
            time.sleep(0.1)  # not join(): interrupted by Ctrl-C, that takes the thread for dead
