"""Progress bars for long steps: shown on a terminal only, and removed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pgfeaturize.cli.report import console


def progress_bars() -> Progress:
    """Return bars that show percentage and elapsed time."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


@contextmanager
def spinner(title: str) -> Iterator[None]:
    """Show a bar without percentage while the block runs."""
    with progress_bars() as bars:
        bars.add_task(title, total=None)
        yield
