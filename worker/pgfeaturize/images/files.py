"""Reads image files: only regular files below the allowed directories, and never blocking."""

import errno
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from pgfeaturize.errors import EmptyPath, ImageError, MissingFile, NotAFile, OutsideRoots, PermissionDenied, ReadFailed
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.root_storage import RootStorage


@dataclass(frozen=True)
class Roots:
    """The directories below which a worker may read, resolved; with none it may read nothing.

    Attributes:
        directories: the roots.
        storage: what the roots were on at the start.
    """

    directories: tuple[Path, ...] = ()
    storage: RootStorage = field(default_factory=RootStorage)

    @classmethod
    def of(cls, directories: Iterable[str | os.PathLike[str]]) -> "Roots":
        """Resolve directories, including symbolic links; they need not exist yet."""
        resolved = tuple(Path(os.path.realpath(directory)) for directory in directories)
        return cls(resolved, RootStorage.of(resolved))

    def contain(self, path: str) -> bool:
        """Return whether a resolved path is a root or below one."""
        return any(Path(path).is_relative_to(root) for root in self.directories)

    def resolve(self, path: str) -> str:
        """Return the resolved path of a file.

        A relative path is resolved against each root in order; the first existing file is taken. If there is none, one
        whose name has the same characters in another Unicode normalization is taken: file systems of macOS decompose é.

        Raises:
            OutsideRoots: the path leads outside the roots, whether or not the file exists.
            MissingFile: the path is not a possible file name.
        """
        resolved = self._candidates(path)
        allowed = [candidate for candidate in resolved if self.contain(candidate)]
        for candidate in (*allowed, *self._normalized(path)):
            if _may_exist(candidate):
                return candidate
        # MissingFile reveals that a file does not exist, so it is raised only inside the roots.
        if not allowed or len(allowed) < len(resolved):
            _raise_outside(path)
        return allowed[0]

    def _normalized(self, path: str) -> Iterator[str]:
        for form in () if path.isascii() else _FORMS:
            if (other := unicodedata.normalize(form, path)) != path:
                yield from filter(self.contain, self._candidates(other))

    def _candidates(self, path: str) -> list[str]:
        try:
            return [os.path.realpath(root / path) for root in self.directories]
        except ValueError:  # a NUL byte or a lone surrogate
            raise MissingFile(f"no file can be named {path!r}") from None

    def check_available(self, path: str = "") -> None:
        """Check that the roots are there in which a path is looked up; by default all.

        Raises:
            StorageUnavailable: one is missing or empty, its volume was unmounted since the start, or, for a path,
                another volume is there.
        """
        self.storage.check(self.directories, [Path(candidate) for candidate in self._candidates(path)], path != "")


_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")

# Operating system errors that are about the image. All others are about the storage, and are worth a retry.
_REASONS: Mapping[int, tuple[type[ImageError], str]] = {
    errno.ENOENT: (MissingFile, 'no file at "{}"'),
    errno.ENOTDIR: (MissingFile, 'no file at "{}"'),
    errno.ELOOP: (MissingFile, 'no file at "{}": its symbolic links form a loop'),
    errno.ENAMETOOLONG: (MissingFile, 'no file at "{}": the name is too long'),
    errno.EACCES: (PermissionDenied, 'the worker may not read "{}"'),
    errno.EPERM: (PermissionDenied, 'the worker may not read "{}"'),
    errno.ENXIO: (NotAFile, '"{}" is not a regular file'),
}


def read(path: str, roots: Roots, limits: Limits, reserve: Callable[[int], None] | None = None) -> bytes:
    """Return the bytes of the file at `path`, 1 to `limits.bytes` of them.

    Only regular files are opened, so a FIFO or a device cannot block. The opened file is checked again, so replacing a
    directory by a symbolic link meanwhile gains nothing. `reserve` is called with their number before they are read.

    Raises:
        ImageError: one of its subclasses; only ReadFailed is worth a retry.
        StorageUnavailable: a root is not there, so nothing can be said about the file.
    """
    if not path:
        raise EmptyPath("the path is an empty string")
    resolved = roots.resolve(path)
    try:
        _check_regular(os.lstat(resolved), path)
        with open(resolved, "rb", opener=_open_nonblocking) as file:
            _check_inside(file.fileno(), path, roots)
            info = os.fstat(file.fileno())
            roots.storage.found_file_on(info.st_dev)
            size = _check_size(info, path, limits)
            if reserve:
                reserve(size)
            return file.read(size)
    except OSError as error:
        roots.check_available(path)
        _raise_for(error, path)


def _may_exist(path: str) -> bool:
    """Return whether there is a file, or whether the storage fails to tell."""
    try:
        os.lstat(path)
    except OSError as error:
        return error.errno not in _REASONS
    return True


def _open_nonblocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _check_regular(info: os.stat_result, path: str) -> None:
    if stat.S_ISLNK(info.st_mode):  # a resolved path is a link only if links form a loop
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(info.st_mode):
        raise NotAFile(f'"{path}" is not a regular file')


def _check_inside(descriptor: int, path: str, roots: Roots) -> None:
    try:
        now = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 — "pipe:[1]" is no path
    except OSError:  # no procfs, for example on macOS
        return
    if not roots.contain(now):
        _raise_outside(path)


def _check_size(info: os.stat_result, path: str, limits: Limits) -> int:
    _check_regular(info, path)
    limits.check_bytes(info.st_size, f'"{path}"')
    return info.st_size


def _raise_outside(path: str) -> NoReturn:
    raise OutsideRoots(
        f'"{path}" is not below a directory that the worker may read',
        "Start the worker with --root DIR for each directory of images.",
    )


def _raise_for(error: OSError, path: str) -> NoReturn:
    kind, message = _REASONS.get(error.errno or 0, (ReadFailed, 'reading "{}" failed'))
    text = message.format(path)
    if kind is ReadFailed:
        text += f": {error.strerror}"
    raise kind(text, _hint(path) if kind is MissingFile else "") from error


def _hint(path: str) -> str:
    """Return what may be wrong with a path at which there is no file."""
    if "://" in path or path.startswith("data:"):
        return "This is a URI: declare the column with image_kind => 'uri'."
    if path != path.strip():
        return "The path begins or ends with white space: remove it."
    return ""
