"""Folders of image files as rows of a table."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pgfeaturize.db.statements import Connection, compose, execute
from pgfeaturize.errors import SettingsError

#: Suffixes taken for images when a folder is searched.
SUFFIXES = frozenset(
    [".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"]
)


def images(paths: Iterable[Path]) -> Iterator[Path]:
    """Image files, absolute: files as given, folders searched to the bottom, in name order.

    Raises:
        SettingsError: for a path that does not exist, or when nothing is found.
    """
    found = False
    for path in paths:
        if not path.exists():
            raise SettingsError(f"there is no {path}", "Name a folder or files that exist.")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file == path or (file.suffix.lower() in SUFFIXES and file.is_file()):
                found = True
                yield file.absolute()
    if not found:
        raise SettingsError(
            f"no images in {', '.join(map(str, paths))}", f"Files must end in one of: {' '.join(sorted(SUFFIXES))}."
        )


def add(connection: Connection, table: str, files: Iterable[Path], *, label_from_parent: bool, create: bool) -> int:
    """Insert files into a table (path, label) by COPY; return how many were new.

    Raises:
        SettingsError: if the table is not there and is not to be created.
    """
    if not execute(connection, "table_exists", table)[0][0]:
        if not create:
            raise SettingsError(f'there is no table "{table}"', "Pass --create to have it made.")
        execute(connection, "create_image_table", table=table)
    with connection.transaction():
        execute(connection, "create_incoming")
        with connection.cursor().copy(compose("copy_incoming")) as copy:
            for file in files:
                copy.write_row((str(file), file.parent.name if label_from_parent else None))
        return len(execute(connection, "insert_incoming", table=table))
