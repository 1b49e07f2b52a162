"""Fetching the image at a URI, if the operator allows it. What does it is imported when needed."""

import os
from urllib.parse import unquote_to_bytes, urlsplit

from pgfeaturize.errors import EmptyPath, NotAllowed
from pgfeaturize.images.files import Roots, read
from pgfeaturize.images.limits import Limits
from pgfeaturize.images.url_allowlist import WEB, UrlAllowlist


def fetch(uri: str, urls: UrlAllowlist, roots: Roots, limits: Limits) -> bytes:
    """The bytes at `uri`, 1 to `limits.bytes` of them; for any number of threads at once.

    Args:
        urls: what may be fetched; redirects are followed within them only. A host that is
            allowed by "*" must have a public address.
        roots: of the files that "file:///…" may name.
        limits: seconds are counted over all redirects.

    Raises:
        ImageError: one of its subclasses; ReadFailed alone is worth another try.
    """
    if not uri:
        raise EmptyPath("the URI is an empty string")
    if uri[:7].lower() == "file://":
        return read(_path(uri), roots, limits)
    place, _ = urls.locate(uri)
    if place.scheme in WEB:
        from pgfeaturize.images.web import client

        return client(urls).get(uri, limits)
    from pgfeaturize.images import filesystems

    return filesystems.get(place, limits)


def _path(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.netloc.lower() not in ("", "localhost"):
        raise NotAllowed(
            f'"{uri}" is a file of another machine', "Write file:///path, with three slashes."
        )
    return os.fsdecode(unquote_to_bytes(parts.path))
