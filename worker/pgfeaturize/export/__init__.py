"""Export of vectors with their keys and other columns into a file: Parquet, npz, CSV, JSON lines."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from pgfeaturize.db.copy_binary import snapshot
from pgfeaturize.db.statements import Connection, execute
from pgfeaturize.errors import SettingsError
from pgfeaturize.export.source import Chunk, Source
from pgfeaturize.extras import extra

#: Called with the number of rows written so far and the total.
Progress = Callable[[int, int], object]
#: Formats; each is a module of this package.
FORMATS = ("parquet", "npz", "csv", "jsonl")


def export(
    connection: Connection, subject: str, out: Path, form: str | None, *, overwrite: bool, progress: Progress
) -> int:
    """Write the vectors of a featurizer, table or view into a file; return the number of rows.

    The file is complete or absent, and contains the state of the database at one moment.

    Args:
        connection: connection to the database.
        subject: name of a featurizer or relation.
        out: file to write.
        form: one of FORMATS; None: taken from the file extension.
        overwrite: replace an existing file.
        progress: called with the number of rows written so far and the total.

    Raises:
        SettingsError: the format is unknown or not installed, or the file cannot be written.
        Refused: there is no such featurizer or relation, or it has no vectors.
    """
    _check_out(out, overwrite=overwrite)
    writer = _writer(out, form)
    with snapshot(connection):
        execute(connection, "set_plain")
        with Source.open(connection, subject, writer.FORM) as source, _replacing(out) as file:
            chunks = _reporting(source, progress)
            writer.write(file, source.columns, source.rows, chunks)
    return source.rows


def _check_out(out: Path, *, overwrite: bool) -> None:
    if out.is_dir():
        raise SettingsError(f"{out} is a directory", "Give the path of a file in it.")
    if out.exists() and not overwrite:
        raise SettingsError(f"file {out} already exists", "Use --overwrite to replace it.")


def _writer(out: Path, form: str | None) -> Any:
    """Return the module that writes a format."""
    wanted = form or out.suffix.removeprefix(".").lower()
    if wanted not in FORMATS:
        raise SettingsError(
            f'there is no format "{wanted}"' if wanted else f"{out} has no file extension",
            f"Use the extension .{', .'.join(FORMATS)}, or --format with one of these.",
        )
    with extra("parquet", "pyarrow", "writing Parquet"):
        return import_module(f"{__name__}.{wanted}")


def _reporting(source: Source, progress: Progress) -> Iterator[Chunk]:
    """Yield the chunks of a source, and report progress after each."""
    done = 0
    for chunk in source.chunks:
        yield chunk
        done += len(chunk[0])
        progress(done, source.rows)


@contextmanager
def _replacing(out: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `out` once it is complete."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise SettingsError(
            f"{out} cannot be written: {error.strerror or error}",
            "Choose a directory that you may write to and that has enough space.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


__all__ = ["FORMATS", "export"]
