"""Bars for what takes long. They are gone when it is done, and not written to files."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pgfeaturize.cli import report


def bars() -> Progress:
    """Bars with what is done and since when."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=report.console,
        transient=True,
        disable=not report.console.is_terminal,
    )


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A bar for work of which nobody knows how much it is."""
    with bars() as shown:
        shown.add_task(what, total=None)
        yield
