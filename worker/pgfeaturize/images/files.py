"""Reading a file of a user: only under the allowed roots, only regular files, never blocking."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pgfeaturize.errors import (
    EmptyPath,
    ImageError,
    MissingFile,
    NotAFile,
    OutsideRoots,
    PermissionDenied,
    ReadFailed,
)
from pgfeaturize.images.limits import Limits


@dataclass(frozen=True)
class Roots:
    """The directories under which the worker may read, resolved. None: it may read nothing."""

    directories: tuple[Path, ...] = ()

    @classmethod
    def of(cls, directories: Iterable[str | os.PathLike[str]]) -> "Roots":
        """Resolve `directories` once, symlinks included; they need not exist yet."""
        return cls(tuple(Path(os.path.realpath(directory)) for directory in directories))

    def hold(self, path: str) -> bool:
        """Whether the resolved `path` is a root or lies under one."""
        return any(Path(path).is_relative_to(root) for root in self.directories)

    def resolve(self, path: str) -> str:
        """The real path of the file meant by `path`.

        A relative path is taken against the roots in order, the first where it exists wins.

        Raises:
            OutsideRoots: it leaves the roots, whether there is such a file or not.
            MissingFile: it can be no file name at all.
        """
        try:
            places = [os.path.realpath(root / path) for root in self.directories]
        except ValueError:  # a NUL byte or a lone surrogate
            raise MissingFile(f"no file can be named {path!r}") from None
        allowed = [place for place in places if self.hold(place)]
        for place in allowed:
            if os.path.lexists(place):
                return place
        # Only where no root leads outside may "no such file" be said: it is an answer, too.
        if not allowed or len(allowed) < len(places):
            _raise_outside(path)
        return allowed[0]


# The errors of the operating system that say something about the image. Anything else says
# something about the storage, and is worth another try.
_REASONS: Mapping[int, tuple[type[ImageError], str]] = {
    errno.ENOENT: (MissingFile, 'no file at "{}"'),
    errno.ENOTDIR: (MissingFile, 'no file at "{}"'),
    errno.ELOOP: (MissingFile, 'no file at "{}": its symbolic links go in a circle'),
    errno.ENAMETOOLONG: (MissingFile, 'no file at "{}": the name is too long'),
    errno.EACCES: (PermissionDenied, 'the worker may not read "{}"'),
    errno.EPERM: (PermissionDenied, 'the worker may not read "{}"'),
    errno.ENXIO: (NotAFile, '"{}" is not a regular file'),
}


def read(path: str, roots: Roots, limits: Limits) -> bytes:
    """The bytes of the file at `path`, 1 to `limits.bytes` of them.

    Only a regular file is ever opened, so a FIFO or a device neither blocks nor reacts; and what
    was opened must still lie under a root, so a directory swapped for a symlink gains nothing.

    Raises:
        ImageError: one of its subclasses; ReadFailed alone is worth another try.
    """
    if not path:
        raise EmptyPath("the path is an empty string")
    place = roots.resolve(path)
    try:
        _check_regular(os.lstat(place), path)
        with open(place, "rb", opener=_open_quietly) as file:
            _check_still_inside(file.fileno(), path, roots)
            size = _check_size(os.fstat(file.fileno()), path, limits)
            return file.read(size)
    except OSError as error:
        _raise_for(error, path)


def _open_quietly(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _check_regular(info: os.stat_result, path: str) -> None:
    if stat.S_ISLNK(info.st_mode):  # resolved and still a link: a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(info.st_mode):
        raise NotAFile(f'"{path}" is not a regular file')


def _check_still_inside(descriptor: int, path: str, roots: Roots) -> None:
    try:
        now = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 — it may be no path
    except OSError:  # no procfs: macOS, or a bare container
        return
    if not roots.hold(now):
        _raise_outside(path)


def _check_size(info: os.stat_result, path: str, limits: Limits) -> int:
    _check_regular(info, path)
    limits.check_bytes(info.st_size, f'"{path}"')
    return info.st_size


def _raise_outside(path: str) -> NoReturn:
    raise OutsideRoots(
        f'"{path}" is not under a directory that the worker may read',
        "Start the worker with --root DIR for each directory of images.",
    )


def _raise_for(error: OSError, path: str) -> NoReturn:
    kind, message = _REASONS.get(error.errno or 0, (ReadFailed, 'reading "{}" failed'))
    text = message.format(path)
    raise kind(text if kind is not ReadFailed else f"{text}: {error.strerror}") from error
