"""Fetching one large file over a network that breaks, beside others who want the same file.

What has come stands in `<file>.part`, and is gone on with, also by a later process. Nothing gets
its name before all of it has the hash that the name promises.
"""

import shutil
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from filelock import FileLock

from pgfeaturize.models.weights.cache import WrongHash, accept

#: Told how many bytes are here, and how many it will be if the server has said so.
Progress = Callable[[int, int | None], None]

#: Seconds without a byte after which the network counts as broken.
PATIENCE = 30.0
_CHUNK = 1 << 20
_PARTIAL, _NOTHING_LEFT = 206, 416


class DownloadFailed(Exception):
    """The file did not come; str() says why. What has come is kept, unless it is wrong."""


class _Broken(DownloadFailed):
    """The network broke. Worth another connection if this one has brought something."""


def download(url: str, path: Path, progress: Progress) -> None:
    """Fetch `url` to `path`; if another process is at it, wait until it has.

    Raises:
        DownloadFailed: the network, the disk, or a file that is not what its name promises.
    """
    lock, part = (path.with_name(path.name + ending) for ending in (".lock", ".part"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            if not path.exists():
                _fetch(url, part, progress)
                accept(part, path)
            lock.unlink(missing_ok=True)  # whoever waits for it will find the file
    except WrongHash as error:
        raise DownloadFailed(f"{url} gave another file: {error}; it was deleted") from error
    except OSError as error:  # of the disk: those of the network have become _Broken
        raise DownloadFailed(f"cannot write to {path.parent}: {error.strerror}") from error


def _fetch(url: str, part: Path, progress: Progress) -> None:
    """Connect as long as each connection brings the end nearer."""
    while True:
        before = _size(part)
        try:
            return _go_on(url, part, progress)
        except _Broken:
            if _size(part) <= before:
                raise


def _go_on(url: str, part: Path, progress: Progress) -> None:
    there = _size(part)
    response = _ask(url, there)
    if response is None:
        return
    with response:
        start = there if response.status == _PARTIAL else 0  # a server may not know how to go on
        total = None if response.length is None else start + response.length
        _check_room(part.parent, response.length or 0)
        try:
            with part.open("ab" if start else "wb") as file:
                while (total is None or start < total) and (chunk := _read(response)):
                    file.write(chunk)
                    start += len(chunk)
                    progress(start, total)
        except OSError:
            part.unlink(missing_ok=True)  # others need the room on a full disk
            raise
    if total is not None and start < total:
        raise _Broken(f"the connection broke off after {start:,} of {total:,} bytes")


def _ask(url: str, there: int) -> HTTPResponse | None:
    """The server's answer to the request for all from byte `there`; None if that is the end."""
    headers = {"User-Agent": "pgfeaturize"} | ({"Range": f"bytes={there}-"} if there else {})
    try:
        response: HTTPResponse = urlopen(Request(url, headers=headers), timeout=PATIENCE)  # noqa: S310 - ours
        return response
    except HTTPError as error:
        with error:
            if error.code == _NOTHING_LEFT:
                return None
            raise _Broken(str(error)) from error
    except (OSError, HTTPException) as error:
        raise _Broken(str(error.reason if isinstance(error, URLError) else error)) from error


def _read(response: HTTPResponse) -> bytes:
    """Whatever has come, so that a network that falls silent takes nothing with it."""
    try:
        return response.read1(_CHUNK)
    except (OSError, HTTPException) as error:
        raise _Broken(str(error)) from error


def _check_room(directory: Path, needed: int) -> None:
    free = shutil.disk_usage(directory).free
    if needed > free:
        raise DownloadFailed(
            f"no room in {directory}: {needed:,} bytes are needed, {free:,} are free; "
            "TORCH_HOME chooses another place for all weights"
        )


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
