"""Image files of folders, and how they become rows of a table."""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from PIL import Image

from pgfeaturize.db.statements import Connection, compose, execute, quoted
from pgfeaturize.errors import SettingsError
from pgfeaturize.images.decoding import FORMATS
from pgfeaturize.printable import printable

#: Names of folders in which other programs keep previews, metadata and deleted files. Hidden folders are left out, too.
SYSTEM_FOLDERS = ("@eadir", "__macosx", "#recycle", "$recycle.bin", "lost+found", "thumbs.db")
#: Kinds of files that are named in the output.
_KINDS = 6


@dataclass
class Found:
    """The image files of some folders.

    Attributes:
        files: absolute paths, in the order of their names.
        passed_over: number of other files by suffix.
        unreadable: folders that cannot be read, and why.
    """

    files: list[Path] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)

    def notes(self) -> Iterator[str]:
        """Yield a line about the files that were passed over, and one for each folder that cannot be read."""
        if self.passed_over:
            kinds = [
                f"{number:,} {suffix or 'without suffix'}" for suffix, number in self.passed_over.most_common(_KINDS)
            ]
            if others := len(self.passed_over) - len(kinds):
                kinds.append(f"{others} other kinds")
            total = self.passed_over.total()
            yield f"passed over {total:,} {'file' if total == 1 else 'files'}: {', '.join(kinds)}"
        yield from (f"cannot read {problem}" for problem in self.unreadable)


@cache
def suffixes() -> frozenset[str]:
    """Return the suffixes of the image formats that are read, in lower case, such as ".jpg"."""
    Image.init()
    formats = {*FORMATS, "MPO"}  # which is opened as a JPEG
    return frozenset(suffix for suffix, name in Image.registered_extensions().items() if name in formats)


def find(paths: Sequence[Path], include: Collection[str] = (), exclude: Collection[str] = ()) -> Found:
    """Find image files: files as given, and folders searched to the bottom. Links to folders are not followed.

    Args:
        paths: files and folders.
        include: patterns such as "*.dat" or "2024/*" for a name, or a path below a folder; only these files are taken,
            whatever their suffix is.
        exclude: patterns for files and folders that are left out.

    Raises:
        SettingsError: for a path that does not exist, or when nothing is found.
    """
    found = Found()
    for path in paths:
        if path.is_dir():
            _search(path, include, exclude, found)
        elif path.exists():
            found.files.append(path.absolute())
        else:
            raise SettingsError(f"there is no {path}", "Name a folder or files that exist.")
    if not found.files:
        taken = (
            f"Files must match one of: {' '.join(include)}" if include else f"Suffixes: {' '.join(sorted(suffixes()))}"
        )
        raise SettingsError(
            "; ".join([f"no images in {', '.join(map(str, paths))}", *found.notes()]),
            f"{taken}. Name files of other kinds one by one, or with --include.",
        )
    return found


def _search(top: Path, include: Collection[str], exclude: Collection[str], found: Found) -> None:
    def note(error: OSError) -> None:
        found.unreadable.append(f"{error.filename}: {error.strerror}")

    for folder, inner, names in os.walk(top, onerror=note):
        base = os.path.relpath(folder, top)
        inner[:] = sorted(name for name in inner if not _is_system(name) and not _matches(base, name, exclude))
        for name in sorted(names):
            if _is_system(name) or _matches(base, name, exclude):
                continue
            suffix = Path(name).suffix.lower()
            file = Path(folder, name)
            wanted = _matches(base, name, include) if include else suffix in suffixes()
            try:
                wanted = wanted and file.is_file()
            except OSError as error:  # a folder may be listed, but not entered
                note(error)
            else:
                if wanted:
                    found.files.append(file.absolute())
                else:
                    found.passed_over[suffix] += 1


def _is_system(name: str) -> bool:
    return name.startswith(".") or name.lower() in SYSTEM_FOLDERS


def _matches(base: str, name: str, patterns: Collection[str]) -> bool:
    """Return whether a name, or the path below the folder that is searched, matches a pattern; case does not matter."""
    known = name.lower(), os.path.normpath(os.path.join(base, name)).lower()  # noqa: PTH118 — also "./name"
    return any(fnmatchcase(text, pattern.lower().rstrip("/")) for pattern in patterns for text in known)


def is_text(path: Path) -> bool:
    """Return whether the name of a file is UTF-8, so that a database can hold it."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def add(
    connection: Connection, table: str, files: Iterable[Path], *, label_from_parent: bool, create: bool
) -> tuple[int, list[str]]:
    """Insert files into a table (path, label) by COPY.

    Returns:
        how many were new, and the escaped names of those that a text column cannot hold.

    Raises:
        SettingsError: if the table is not there and is not to be created.
    """
    if not execute(connection, "table_exists", quoted(table))[0][0]:
        if not create:
            raise SettingsError(f'there is no table "{table}"', "Pass --create to have it made.")
        execute(connection, "create_image_table", table=table)
    refused: list[str] = []
    with connection.transaction():
        execute(connection, "create_incoming")
        with connection.cursor().copy(compose("copy_incoming")) as copy:
            for file in files:
                if is_text(file):
                    copy.write_row((str(file), file.parent.name if label_from_parent else None))
                else:
                    refused.append(printable(file))
        return len(execute(connection, "insert_incoming", table=table)), refused
