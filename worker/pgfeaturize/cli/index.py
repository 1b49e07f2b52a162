"""`pgfeaturize index`: list, create, build, measure and drop indexes."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Annotated, Any

import typer
from rich.filesize import decimal

from pgfeaturize.cli import report
from pgfeaturize.cli.featurizers import find_featurizer
from pgfeaturize.db.schema import connect_checked
from pgfeaturize.db.statements import Connection, execute, fetch
from pgfeaturize.settings import database_url

app = typer.Typer(help="Build and measure indexes.", no_args_is_help=True)

OnlyFeaturizer = Annotated[str | None, typer.Argument(help="Name of a featurizer; default: the only one.")]
AnyFeaturizer = Annotated[str | None, typer.Argument(help="Name of a featurizer; default: all.")]
Metric = Annotated[str, typer.Option(help="Distance: cosine, l2, ip or l1.")]


@dataclass(frozen=True)
class IndexRow:
    """A row of featurize.index_report, whose comments describe the columns."""

    featurizer: str
    metric: str
    method: str
    reason: str
    dimensions: int | None
    state: str
    progress: float | None
    relation: str | None
    size: int | None
    build_time: timedelta | None
    expression: str | None
    recall: float | None
    recall_k: int | None
    recall_measured_at: datetime | None


@app.command("list", epilog="Example: `pgfeaturize index list`")
def list_indexes(name: AnyFeaturizer = None) -> None:
    """Show the indexes, their state, and why their method was chosen."""
    with connect_checked("index", "status") as connection:
        _print_indexes(connection, _names(connection, name))


@app.command(epilog="Example: `pgfeaturize index create photos_resnet50 --metric cosine --build`")
def create(
    name: OnlyFeaturizer = None,
    metric: Metric = "cosine",
    method: Annotated[str, typer.Option(help="Method: auto, hnsw, halfvec, bits or projection.")] = "auto",
    dimensions: Annotated[int | None, typer.Option(help="Dimensions of a projection.")] = None,
    m: Annotated[int, typer.Option("--m", help="HNSW: links of each vector.")] = 16,
    ef_construction: Annotated[int, typer.Option(help="HNSW: candidates while building.")] = 64,
    ef_search: Annotated[int, typer.Option(help="HNSW: minimum number of candidates of a search.")] = 100,
    after_backfill: Annotated[bool, typer.Option(help="Build the index only when all rows are embedded.")] = True,
    build: Annotated[bool, typer.Option("--build", help="Build the index now, in this process.")] = False,
) -> None:
    """Request an index; a worker builds it in the background."""
    with connect_checked("index", "status") as connection:
        names = [find_featurizer(connection, name).name]
        options = (metric, method, dimensions, m, ef_construction, ef_search, after_backfill)
        execute(connection, "create_index", names[0], *options)
        if build:
            _build(connection, names)
        else:
            _print_indexes(connection, names)


@app.command(epilog="Example: `pgfeaturize index build`")
def build(name: AnyFeaturizer = None) -> None:
    """Build the requested indexes in this process; status 1 if one cannot be built."""
    with connect_checked("index", "status") as connection:
        _build(connection, _names(connection, name))


@app.command(epilog="Example: `pgfeaturize index measure photos_resnet50`")
def measure(
    name: OnlyFeaturizer = None,
    metric: Metric = "cosine",
    k: Annotated[int, typer.Option("-k", min=1, help="Number of neighbors.")] = 10,
    sample: Annotated[int, typer.Option(min=1, help="Number of searches.")] = 100,
) -> None:
    """Compare searches by an index with exact searches: recall and speed."""
    from pgfeaturize.cli.index_measure import measure

    with connect_checked("index", "search", "status") as connection:
        featurizer = find_featurizer(connection, name).name
        result = measure(connection, featurizer, metric, k, sample)
        columns = ["featurizer", "metric", f"recall@{k}", "rows", "searches/s", "exact", "× exact"]
        indexed, exact = result.indexed_rate, result.exact_rate
        row = [featurizer, metric, result.recall, result.rows, indexed, exact, indexed / exact]
        report.console.print(report.rows_table(columns, [row]))


@app.command(epilog="Example: `pgfeaturize index drop photos_resnet50`")
def drop(name: OnlyFeaturizer = None, metric: Metric = "cosine") -> None:
    """Remove an index; searches then compare all rows."""
    with connect_checked("index", "status") as connection:
        featurizer = find_featurizer(connection, name).name
        execute(connection, "drop_index", featurizer, metric)
        report.console.print(f"{featurizer} has no index for {metric} any more")


def _names(connection: Connection, name: str | None) -> list[str]:
    """Return the featurizer of a name, or all that have an index."""
    if name is not None:
        return [find_featurizer(connection, name).name]
    return sorted({row.featurizer for row in fetch(connection, IndexRow, "index_report", None)})


def _index_rows(connection: Connection, names: Iterable[str]) -> list[IndexRow]:
    return [row for name in names for row in fetch(connection, IndexRow, "index_report", name)]


def _print_indexes(connection: Connection, names: Iterable[str]) -> None:
    rows = _index_rows(connection, names)
    if not rows:
        report.console.print("there is no index; request one: `pgfeaturize index create`")
        return
    columns = ["featurizer", "metric", "method", "dim", "state", "size", "built in", "recall"]
    report.console.print(report.rows_table(columns, map(_cells, rows)))
    for row in rows:
        report.console.print(report.folded(f"{row.featurizer} for {row.metric}: {row.method}, because {row.reason}"))


def _cells(row: IndexRow) -> list[Any]:
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
    _print_indexes(connection, names)
    states = [row.state for row in _index_rows(connection, names)]
    if any(state.startswith("waits") for state in states):
        report.console.print("an index is built when rows are embedded and none is pending: see `pgfeaturize status`")
    if any(state.startswith("failed") for state in states):
        raise typer.Exit(1)


def _watch(connection: Connection, name: str, builder: Thread) -> None:
    """Show the progress in featurize.index_report until the builder ends."""
    from pgfeaturize.cli.report import progress_bars

    with progress_bars() as bars:
        bar = bars.add_task(name, total=None)
        while builder.is_alive():
            for row in _index_rows(connection, [name]):
                if row.state.startswith("building"):
                    title = f"{name} for {row.metric}: {row.state.removeprefix('building: ')}"
                    bars.update(bar, description=title, completed=row.progress or 0, total=1)
            time.sleep(0.1)  # not join(): after Ctrl-C it reports a running thread as ended
