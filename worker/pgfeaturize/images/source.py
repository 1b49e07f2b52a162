"""The source of an image: a path, a URI or the encoded bytes, as a row of the database has it."""

import os
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes, urlsplit

from pgfeaturize.errors import EmptyPath, NotAllowed
from pgfeaturize.images.access_policy import AccessPolicy
from pgfeaturize.images.data_uri import decode_data_uri, is_data_uri
from pgfeaturize.images.files import Roots, read
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.url_allowlist import WEB, UrlAllowlist
from pgfeaturize.images.web_options import WebOptions


class Uri(str):
    """The URI of an image, or a data URI that holds one; a plain str is a path."""

    __slots__ = ()

    @property
    def host(self) -> str:
        """Scheme and authority, such as https://images.example.org, as they are written."""
        scheme, _, rest = self.partition("://")
        return f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0]}".lower()


ImageSource = str | Uri | bytes


def source_name(source: ImageSource) -> str:
    """Return how error messages name an image."""
    if isinstance(source, bytes) or _is_data(source):
        return "the image"
    return f'"{source}"'


def stored_bytes(source: ImageSource) -> int:
    """Return the bytes of memory that an image takes which its source holds; 0 if the source only names it."""
    return len(source) if isinstance(source, bytes) or _is_data(source) else 0


def _is_data(source: str) -> bool:
    return isinstance(source, Uri) and is_data_uri(source)


def read_source(
    source: ImageSource, policy: AccessPolicy, limits: Limits, reserve: Callable[[int], None] | None = None
) -> bytes:
    """Return the encoded image, from any number of threads at once.

    Args:
        reserve: called with the number of bytes before they are read; waits for memory. The size of what a URL returns
            is not known before, so it is called with the limit.

    Raises:
        ImageError: one of its subclasses; only ReadFailed is worth a retry.
        StorageUnavailable: a directory of images is not there.
    """
    match source:
        case bytes():
            return source
        case Uri():
            return fetch(source, policy.urls, policy.roots, limits, reserve, policy.web)
        case _:
            return read(source, policy.roots, limits, reserve)


def fetch(
    uri: str,
    urls: UrlAllowlist,
    roots: Roots,
    limits: Limits,
    reserve: Callable[[int], None] | None = None,
    web: WebOptions | None = None,
) -> bytes:
    """Return the bytes at `uri`, 1 to `limits.bytes` of them.

    Args:
        urls: URLs that may be fetched; every redirect is checked against them. A host that only "*" allows must have a
            public address.
        roots: directories for URIs of the form "file:///…".
        limits: the time limit covers all redirects.
        reserve: as in `read_source`.
        web: how images are requested from web servers.

    Raises:
        ImageError: one of its subclasses; only ReadFailed is worth a retry.
    """
    if not uri:
        raise EmptyPath("the URI is an empty string")
    if is_data_uri(uri):
        if reserve:
            reserve(2 * len(uri))  # for the image, and copies while it is decoded
        return decode_data_uri(uri, limits, source_name(Uri(uri)))
    if uri[:7].lower() == "file://":
        return read(_path(uri), roots, limits, reserve)
    url, _ = urls.match(uri)
    if reserve:
        reserve(limits.bytes)
    # The clients are imported with the first URI: most workers need neither.
    if url.scheme in WEB:
        from pgfeaturize.images.web import client

        return client(urls, web or WebOptions()).get(uri, limits)
    from pgfeaturize.images import filesystems

    return filesystems.get(url, limits)


def _path(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.netloc.lower() not in ("", "localhost"):
        raise NotAllowed(f'"{uri}" is a file of another machine', "Write file:///path, with three slashes.")
    return os.fsdecode(unquote_to_bytes(parts.path))
