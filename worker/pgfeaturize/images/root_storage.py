"""The volumes that the roots were on at the start: tells a file that is missing from a volume that is.

An unmounted mount point is an empty directory on the volume of its parent, so its files look as if they were deleted.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pgfeaturize.errors import StorageUnavailable

_MOUNTS = Path("/proc/self/mountinfo")


@dataclass(frozen=True)
class RootStorage:
    """The volumes of some directories at the start.

    Attributes:
        mounts: directories where their volumes, and volumes below them, were mounted.
        devices: for each directory its device; None if it did not exist.
    """

    mounts: tuple[Path, ...] = ()
    devices: tuple[int | None, ...] = ()
    #: Devices on which files were found since; a volume may have another number after it was mounted again.
    _confirmed: set[int] = field(default_factory=set, compare=False, repr=False)

    @classmethod
    def of(cls, roots: Sequence[Path]) -> "RootStorage":
        """Look up the volumes of resolved directories."""
        below = [mount for mount in _mount_points() if any(root in mount.parents for root in roots)]
        return cls((*map(_mount, roots), *below), tuple(map(_device, roots)))

    def found_file_on(self, device: int) -> None:
        """Record the device of a file that was found."""
        self._confirmed.add(device)

    def check(self, roots: Sequence[Path], candidates: Sequence[Path], is_missing: bool) -> None:
        """Check the roots that contain any of some paths, and the volumes of these paths.

        Args:
            roots: the directories that were passed to `of`.
            candidates: resolved paths.
            is_missing: whether a file is missing at these paths, so that another volume does not have the images.

        Raises:
            StorageUnavailable: a root is missing or empty, a volume was unmounted, or another one is there.
        """
        for root, device in zip(roots, self.devices, strict=True):
            if not any(path.is_relative_to(root) for path in candidates):
                continue
            _check_root(root)
            self._check_mounts([root, *(path for path in candidates if path.is_relative_to(root))])
            now = _device(root)
            if is_missing and device is not None and now != device and now not in self._confirmed:
                raise StorageUnavailable(
                    f'the directory "{root}", a --root of the worker, is on another volume than at its start',
                    f"{_remedy(root)} If this is the right volume, restart the worker.",
                )

    def _check_mounts(self, paths: Sequence[Path]) -> None:
        for mount in self.mounts:
            if any(path.is_relative_to(mount) for path in paths) and not os.path.ismount(mount):
                raise StorageUnavailable(
                    f'the volume of "{mount}", in a --root of the worker, was unmounted', _remedy(mount)
                )


def _remedy(directory: Path) -> str:
    return f'Mount the volume or restore "{directory}": the worker then continues by itself.'


def _check_root(root: Path) -> None:
    try:
        with os.scandir(root) as entries:
            is_empty = next(entries, None) is None
    except PermissionError:  # its files may be readable
        return
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StorageUnavailable(
            f'the directory "{root}", a --root of the worker, is missing', _remedy(root)
        ) from error
    except OSError as error:
        raise StorageUnavailable(
            f'the directory "{root}", a --root of the worker, cannot be read: {error.strerror}', _remedy(root)
        ) from error
    if is_empty:
        raise StorageUnavailable(
            f'the directory "{root}", a --root of the worker, is empty; its volume may not be mounted',
            f"{_remedy(root)} If it has to be empty, write any file into it.",
        )


def _mount(directory: Path) -> Path:
    """Return the directory where the volume of a directory is mounted."""
    return next(parent for parent in (directory, *directory.parents) if os.path.ismount(parent))


def _mount_points() -> list[Path]:
    """Return all mount points; without procfs, as on macOS, none."""
    try:
        lines = os.fsdecode(_MOUNTS.read_bytes()).splitlines()
    except OSError:
        return []
    # Blanks, tabs, newlines and backslashes of names are written in octal.
    fields = (line.split(" ")[4] for line in lines)
    return [Path(_unescape(name)) for name in fields]


def _unescape(name: str) -> str:
    for code in ("040", "011", "012", "134"):
        name = name.replace(f"\\{code}", chr(int(code, 8)))
    return name


def _device(directory: Path) -> int | None:
    try:
        return os.stat(directory).st_dev  # noqa: PTH116
    except OSError:
        return None
