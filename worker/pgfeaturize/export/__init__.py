"""`pgfeaturize export`: vectors and what stands beside them, in a file that other programs read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from rich.filesize import decimal
from rich.progress import Progress, TaskID

from pgfeaturize.cli import report
from pgfeaturize.cli.progress_bars import bars
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import SettingsError
from pgfeaturize.export.source import Chunk, Source
from pgfeaturize.extras import extra
from pgfeaturize.training.dataset import snapshot

#: Each a module of this package.
FORMATS = ("parquet", "npz", "csv", "jsonl")


def export(
    connection: Connection, subject: str, out: Path, form: str | None, *, overwrite: bool
) -> None:
    """Write a featurizer's vectors, or a table or view that has some, into a file.

    The file is whole or not there, and shows the database at one moment.

    Args:
        connection: where.
        subject: name of a featurizer or relation.
        out: the file.
        form: one of FORMATS; None: what the file's name ends in.
        overwrite: a file that is there.

    Raises:
        SettingsError: the format is unknown or not installed, or the file cannot be written.
        Refused: there is nothing of that name, or it has no vectors.
    """
    _check_out(out, overwrite=overwrite)
    writer = _writer(out, form)
    with snapshot(connection):
        execute(connection, "set_plain")
        with (
            Source.open(connection, subject, writer.FORM) as source,
            _beside(out) as file,
            bars() as shown,
        ):
            bar = shown.add_task(f"exporting {subject}", total=source.rows)
            chunks = _advancing(source.chunks, shown, bar)
            writer.write(file, source.columns, source.rows, chunks)
    size = decimal(out.stat().st_size)
    report.console.print(f"{source.rows} rows of {subject} written to {out}, {size}")


def _check_out(out: Path, *, overwrite: bool) -> None:
    if out.is_dir():
        raise SettingsError(f"{out} is a directory", "Name a file in it.")
    if out.exists() and not overwrite:
        raise SettingsError(f"there is a file {out} already", "Pass --overwrite to replace it.")


def _writer(out: Path, form: str | None) -> Any:
    """The module that writes a format."""
    wanted = form or out.suffix.removeprefix(".").lower()
    if wanted not in FORMATS:
        raise SettingsError(
            f'there is no format "{wanted}"' if wanted else f"{out} does not say its format",
            f"Let the file end in .{', .'.join(FORMATS)}, or pass --format with one of these.",
        )
    with extra("parquet", "pyarrow", "writing Parquet"):
        return import_module(f"{__name__}.{wanted}")


def _advancing(chunks: Iterator[Chunk], shown: Progress, bar: TaskID) -> Iterator[Chunk]:
    """The chunks; the bar moves as they are taken."""
    for chunk in chunks:
        yield chunk
        shown.advance(bar, len(chunk[0]))


@contextmanager
def _beside(out: Path) -> Iterator[BinaryIO]:
    """A file that takes its place when it is whole."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written: {error.strerror or error}",
            "Name a file in a directory that you may write to and that has room.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


__all__ = ["FORMATS", "export"]
