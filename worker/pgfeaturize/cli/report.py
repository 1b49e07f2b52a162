"""Output of the command line: the console, tables, progress bars, log lines."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pgfeaturize.db import status
from pgfeaturize.printable import printable

#: Console for people. In a file or pipe, lines are not wrapped.
console = Console(highlight=False, soft_wrap=True, markup=False, width=None if sys.stdout.isatty() else 1000)

PROGRESS = ("featurizer", "rows", "embedded", "stale", "pending", "leased", "failed", "empty")

#: The states; each row is in exactly one.
STATES = PROGRESS[2:]


class JsonLines(logging.Formatter):
    """Formatter that writes one JSON object per line, for log collectors."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "message": printable(record.getMessage()),
            "worker": getattr(record, "worker", None),
        }
        if featurizer := getattr(record, "featurizer", None):
            line["featurizer"] = featurizer
        if record.exc_info:
            line["exception"] = printable(self.formatException(record.exc_info), 100_000)
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """Formatter for people. Only the first line of a record begins with a time."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname).1s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record, its further lines indented."""
        return printable(super().format(record), 100_000).replace("\n", "\n    ")


def log_to_stderr(form: str, *, verbose: bool = False) -> None:
    """Send log lines to stderr, for people ("text") or programs ("json")."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.captureWarnings(True)
    for name in ("pgfeaturize", "py.warnings"):
        logging.getLogger(name).handlers = [handler]
    logging.getLogger("pgfeaturize").setLevel(logging.DEBUG if verbose else logging.INFO)
    others = logging.lastResort = logging.StreamHandler()  # for loggers of libraries, which have no handler
    others.setLevel(logging.WARNING)
    others.setFormatter(handler.formatter)


def rows_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return rows as a table that fits the terminal; columns of numbers are right-aligned, wide values are folded."""
    table = Table(box=None, pad_edge=False)
    cells = [list(row) for row in rows]
    for number, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[number], int | float) for row in cells)
        table.add_column(column, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in cells:
        table.add_row(*(Text(_text(value)) for value in row))  # a str may contain what looks like markup
    return table


def folded(line: str) -> Group:
    """Return a line of text that is folded at the width of the terminal."""
    return Group(Text(line, no_wrap=False, overflow="fold"))  # print() would merge a Text and lose its settings


def progress_report(rows: Sequence[status.Progress]) -> Group:
    """Return the rows of featurize.progress as a table, followed by their notes."""
    table = rows_table(
        [*PROGRESS, "rows/s", "eta"],
        (
            [
                *(getattr(row, column) for column in PROGRESS),
                round(row.rows_per_second, 1),
                str(row.eta).split(".")[0] if row.eta is not None else "",
            ]
            for row in rows
        ),
    )
    return Group(table, *(folded(f"{row.featurizer}: {row.note}") for row in rows if row.note))


def conservation(row: status.Progress) -> str:
    """Return the numbers of rows in each state as a sum."""
    return f"{row.rows} rows = " + " + ".join(f"{getattr(row, state)} {state}" for state in STATES)


def progress_bars() -> Progress:
    """Return bars that show percentage and elapsed time: on a terminal only, removed at the end."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextmanager
def spinner(title: str) -> Iterator[None]:
    """Show a bar without percentage while the block runs."""
    with progress_bars() as bars:
        bars.add_task(title, total=None)
        yield


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return json.dumps(value) if isinstance(value, dict) else str(value)
