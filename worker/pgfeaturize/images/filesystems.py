"""Reads images through fsspec: S3, Google Cloud Storage, SFTP, …"""

from concurrent.futures import Future
from threading import Thread
from typing import Any

from fsspec import get_filesystem_class

from pgfeaturize.errors import ImageError, MissingFile, NotAFile, PermissionDenied, ReadFailed
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.url_allowlist import NormalizedUrl

_REASONS: dict[type[Exception], type[ImageError]] = {
    FileNotFoundError: MissingFile,
    NotADirectoryError: MissingFile,
    IsADirectoryError: NotAFile,
    PermissionError: PermissionDenied,
}


def get(url: NormalizedUrl, limits: Limits) -> bytes:
    """Return the bytes at `url`, 1 to `limits.bytes` of them, within `limits.seconds`.

    A file system may block forever, so it runs in a separate thread, which is abandoned then.
    """
    future: Future[bytes] = Future()
    Thread(target=_run, args=(future, url, limits), daemon=True).start()
    try:
        data = future.result(limits.seconds)
    except TimeoutError as error:
        raise ReadFailed(f'"{url.uri}" took over {limits.seconds:g} s to fetch') from error
    limits.check_bytes(len(data), f'"{url.uri}"')
    return data


def _run(future: Future[bytes], url: NormalizedUrl, limits: Limits) -> None:
    try:
        future.set_result(_read(url, limits.bytes + 1))
    except Exception as error:  # each file system has its own errors
        kind = _REASONS.get(type(error), ReadFailed)
        future.set_exception(kind(f'fetching "{url.uri}" failed: {error}'))


def _read(url: NormalizedUrl, maximum: int) -> bytes:
    # fsspec.open is not used, because it interprets chained URLs such as "a::b://c".
    kind: Any = get_filesystem_class(url.scheme)
    filesystem = kind(**kind._get_kwargs_from_urls(url.uri))
    with filesystem.open(url.uri, "rb") as file:
        return bytes(file.read(maximum))
