"""Images from what fsspec reads: S3, Google Cloud Storage, SFTP, …"""

from concurrent.futures import Future
from threading import Thread
from typing import Any

from fsspec import get_filesystem_class

from pgfeaturize.errors import (
    ImageError,
    MissingFile,
    NotAFile,
    PermissionDenied,
    ReadFailed,
    TooManySeconds,
)
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.url_allowlist import NormalizedUrl

_REASONS: dict[type[Exception], type[ImageError]] = {
    FileNotFoundError: MissingFile,
    NotADirectoryError: MissingFile,
    IsADirectoryError: NotAFile,
    PermissionError: PermissionDenied,
}


def get(place: NormalizedUrl, limits: Limits) -> bytes:
    """The bytes at `place`, 1 to `limits.bytes` of them, within `limits.seconds`.

    A file system may block for ever: it does so in a thread of its own, which is then left behind.
    """
    answer: Future[bytes] = Future()
    Thread(target=_answer, args=(answer, place, limits), daemon=True).start()
    try:
        data = answer.result(limits.seconds)
    except TimeoutError as error:
        raise TooManySeconds(f'"{place.uri}" took over {limits.seconds:g} s to fetch') from error
    limits.check_bytes(len(data), f'"{place.uri}"')
    return data


def _answer(answer: Future[bytes], place: NormalizedUrl, limits: Limits) -> None:
    try:
        answer.set_result(_read(place, limits.bytes + 1))
    # Each file system has errors of its own.
    except Exception as error:
        kind = _REASONS.get(type(error), ReadFailed)
        answer.set_exception(kind(f'fetching "{place.uri}" failed: {error}'))


def _read(place: NormalizedUrl, most: int) -> bytes:
    # Not fsspec.open: it would take "a::b://c" for instructions.
    kind: Any = get_filesystem_class(place.scheme)
    system = kind(**kind._get_kwargs_from_urls(place.uri))
    with system.open(place.uri, "rb") as file:
        return bytes(file.read(most))
