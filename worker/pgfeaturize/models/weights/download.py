"""Downloads a large file over an unreliable network, even if other processes download it too.

Received bytes are kept in `<file>.part`, from which a later process resumes. The file gets its name only when it is
complete and has the hash in its name.
"""

import shutil
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from filelock import FileLock

from pgfeaturize.models.weights.cache import WrongHash, accept

#: Called with the number of received bytes, and with the total if the server states it.
Progress = Callable[[int, int | None], None]

#: Seconds without data after which a connection counts as lost.
TIMEOUT = 30.0
_CHUNK = 1 << 20
_PARTIAL_CONTENT, _RANGE_NOT_SATISFIABLE = 206, 416


class DownloadFailed(Exception):
    """The download failed; received bytes are kept unless they are wrong."""


class _ConnectionLost(DownloadFailed):
    """The connection was lost; worth another one if this one received data."""


def download(url: str, path: Path, progress: Progress) -> None:
    """Download `url` to `path`; if another process downloads it, wait for that.

    Raises:
        DownloadFailed: network or disk failed, or the file does not have the hash in its name.
    """
    lock, part = (path.with_name(path.name + ending) for ending in (".lock", ".part"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            if not path.exists():
                _fetch(url, part, progress)
                accept(part, path)
            lock.unlink(missing_ok=True)  # processes that wait for it will find the file
    except WrongHash as error:
        raise DownloadFailed(f"{url} returned another file: {error}; it was deleted") from error
    except OSError as error:  # a disk error: network errors are _ConnectionLost
        raise DownloadFailed(f"cannot write to {path.parent}: {error.strerror}") from error


def _fetch(url: str, part: Path, progress: Progress) -> None:
    """Reconnect as long as each connection receives data."""
    while True:
        before = _size(part)
        try:
            return _resume(url, part, progress)
        except _ConnectionLost:
            if _size(part) <= before:
                raise


def _resume(url: str, part: Path, progress: Progress) -> None:
    received = _size(part)
    response = _request(url, received)
    if response is None:
        return
    with response:
        start = received if response.status == _PARTIAL_CONTENT else 0  # some servers cannot resume
        total = None if response.length is None else start + response.length
        _check_free_space(part.parent, response.length or 0)
        try:
            with part.open("ab" if start else "wb") as file:
                while (total is None or start < total) and (chunk := _read(response)):
                    file.write(chunk)
                    start += len(chunk)
                    progress(start, total)
        except OSError:
            part.unlink(missing_ok=True)  # frees a full disk for others
            raise
    if total is not None and start < total:
        raise _ConnectionLost(f"the connection was lost after {start:,} of {total:,} bytes")


def _request(url: str, start: int) -> HTTPResponse | None:
    """Request the file from byte `start` on; return None if it ends there."""
    headers = {"User-Agent": "pgfeaturize"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        response: HTTPResponse = urlopen(Request(url, headers=headers), timeout=TIMEOUT)  # noqa: S310 - torchvision's URLs
        return response
    except HTTPError as error:
        with error:
            if error.code == _RANGE_NOT_SATISFIABLE:
                return None
            raise _ConnectionLost(str(error)) from error
    except (OSError, HTTPException) as error:
        raise _ConnectionLost(str(error.reason if isinstance(error, URLError) else error)) from error


def _read(response: HTTPResponse) -> bytes:
    """Return the data received so far, without waiting for a whole chunk."""
    try:
        return response.read1(_CHUNK)
    except (OSError, HTTPException) as error:
        raise _ConnectionLost(str(error)) from error


def _check_free_space(directory: Path, needed: int) -> None:
    free = shutil.disk_usage(directory).free
    if needed > free:
        raise DownloadFailed(
            f"not enough space in {directory}: {needed:,} bytes are needed, {free:,} are free; "
            "set TORCH_HOME to use another directory for all weights"
        )


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
