"""The memory that this process may use: the limit of its control group, else what the machine has."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

#: Directories of control groups and the file with the limit, for version 2 and version 1.
_HIERARCHIES = {"": ("", "memory.max"), "memory": ("memory", "memory.limit_in_bytes")}


def available_memory(groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Return the smallest limit of the control groups of this process or, if less, the machine's memory, in bytes.

    Args:
        groups: where control groups are mounted.
        own: the file that lists those of this process.
    """
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([installed, *_limits(groups, own)])


def _limits(groups: Path, own: Path) -> Iterator[int]:
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            if controller in _HIERARCHIES:
                folder, name = _HIERARCHIES[controller]
                yield from _limits_of(groups / folder, PurePosixPath(path), name)


def _limits_of(mounted: Path, path: PurePosixPath, name: str) -> Iterator[int]:
    """Limits of a group and of those above it. In a container, only the topmost may be visible."""
    for group in (path, *path.parents):
        try:
            text = (mounted / group.relative_to(group.anchor) / name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            continue
        if text.isdigit() and int(text):  # "max": no limit
            yield int(text)
